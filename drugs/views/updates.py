"""All updates, the latest first."""

import datetime as dt

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from drugs.feeds import published
from drugs.paging import page_of
from drugs.views.caching import public_page


@public_page
def update_list(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    page = page_of(published(at), request.GET.get("page", "1"), QueryDict(mutable=True))
    return render(request, "drugs/update_list.html", {"page": page, "at": at})
