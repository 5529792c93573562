"""What a draft changes: against the live edition, or against any other edition of its therapy. For staff."""

import datetime as dt
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.models import Edition
from drugs.publishing.compare import edition_difference


def compare_page(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The edition against `?with=<number>`, by default the live one. EditionAdmin's addresses lead here.

    Whoever may see editions may compare them; unverified rows are shown with a mark.
    """
    at = timezone.now()
    new = model_admin.get_object(request, object_id)
    if not model_admin.has_view_permission(request, new):
        raise PermissionDenied
    if new is None:
        raise Http404
    others = list(
        Edition.objects.filter(therapy=new.therapy_id).exclude(pk=new.pk).select_related("publication", "therapy")
    )
    old = _other(others, request.GET.get("with", ""), new, at)
    pair = sorted((edition for edition in (old, new) if edition), key=lambda edition: edition.number)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("What changed"),
        "subtitle": str(new),
        "opts": model_admin.opts,
        "original": new,
        "others": others,
        "other": old,
        "old": pair[0],
        "new": pair[-1],
        "difference": edition_difference(*pair, at=at) if old else None,
        "at": at,
    }
    return TemplateResponse(request, "admin/drugs/edition/compare.html", context)


def _other(others: list[Edition], number: str, new: Edition, at: dt.datetime) -> Edition | None:
    """The edition that was asked for; else the live one; else the newest before this one; else any."""
    if number:
        found = next((edition for edition in others if str(edition.number) == number), None)
        if found is None:
            raise Http404
        return found
    live = Edition.objects.live(at).filter(therapy=new.therapy_id).values_list("pk", flat=True).first()
    before = [edition for edition in others if edition.number < new.number]
    chosen = [edition for edition in others if edition.pk == live] or before or others
    return chosen[0] if chosen else None
