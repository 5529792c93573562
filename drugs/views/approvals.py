"""Where therapies are approved: the map and its list."""

import datetime as dt
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from drugs.charts.approvals import KINDS, WITHDRAWN, Approved, approval_map
from drugs.facets import Facet, Option
from drugs.filters import ApprovalFilterSet
from drugs.models import SECTIONS, Approval, Edition
from drugs.views.caching import public_page


@public_page
def approval_list(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """Every approval of the live pages, in force or withdrawn, narrowed by therapy, kind and country."""
    approvals = Approval.objects.public().filter(edition__in=Edition.objects.live(at))
    filterset = ApprovalFilterSet(request.GET, queryset=approvals, request=request)
    every = list(
        approvals.select_related("edition__therapy")
        .defer(*(f"edition__{name}" for name in ("summary", "plain_words", *(name for name, _heading in SECTIONS))))
        .order_by("edition__display_name", "position", "pk")
    )
    shown = set(filterset.rows.order_by().values_list("pk", flat=True))
    found = [approval for approval in every if approval.pk in shown]
    today = timezone.localdate(at)
    context = {
        "filterset": filterset,
        "facets": _facets(filterset, every),
        "found": found,
        "state": {"total": len(found), "is_split": False},
        "whole": len(every),
        "map": approval_map(map(_approved, found), today),
        "today": today,
        "at": at,
    }
    return render(request, "drugs/approval_list.html", context)


def _approved(approval: Approval) -> Approved:
    return Approved(
        therapy=approval.edition.display_name,
        address=approval.edition.therapy.get_absolute_url(),
        region=approval.region,
        kind=approval.kind,
        regulator=approval.regulator,
        commercial_name=approval.commercial_name,
        since=approval.approved_on,
        withdrawn=approval.withdrawn_on,
        indication=approval.indication,
    )


def _facets(filterset: ApprovalFilterSet, every: Iterable[Approval]) -> list[Facet]:
    """Therapy and kind, each counted under all filters but its own."""
    if not filterset.is_valid():
        return []
    facets = []
    for name in ("therapy", "kind"):
        others = set(filterset.rows_without(name).order_by().values_list("pk", flat=True))
        chosen = filterset.accepted().getlist(name)
        options: dict[str, Option] = {}
        for approval in every:
            value, label = _option(name, approval)
            count = options[value].found if value in options else 0
            options[value] = Option(value, label, count + (approval.pk in others), value in chosen)
        kept = [option for option in options.values() if option.found or option.is_chosen]
        facets.append(Facet(name, filterset.label_of(name), kept))
    return facets


def _option(name: str, approval: Approval) -> tuple[str, str]:
    if name == "therapy":
        return approval.edition.therapy.slug, approval.edition.display_name
    kind = WITHDRAWN if approval.withdrawn_on else approval.kind
    return kind, str(KINDS[kind])
