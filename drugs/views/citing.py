"""Citations of an edition, a withdrawn one included: it keeps its address and says so."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse

from drugs.citing import FORMATS, Citation
from drugs.models import Publication
from drugs.views.caching import public_page


@public_page
def edition_cite(request: HttpRequest, slug: str, number: int, ending: str, *, at: dt.datetime) -> HttpResponse:
    publication = (
        Publication.objects.ever_public(at)
        .filter(therapy__slug=slug, edition__number=number)
        .select_related("edition__therapy")
        .first()
    )
    if publication is None or ending not in FORMATS:
        raise Http404
    media_type, write = FORMATS[ending]
    response = HttpResponse(write(Citation.of(publication)), content_type=f"{media_type}; charset=utf-8")
    if ending != "txt":
        response["Content-Disposition"] = f'attachment; filename="{slug}-edition-{number}.{ending}"'
    return response
