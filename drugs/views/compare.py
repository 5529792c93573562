"""Two to four therapies side by side, chosen in the address."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from drugs.comparison import MOST, Choice, choose, columns_of, offers, sections_of
from drugs.comparison.choice import compare_address
from drugs.views.caching import public_page
from drugs.visit import visit_address


@public_page
def compare(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """The comparison of what the address names; with one, none or too many of them, what to do about it."""
    choice = choose(request.GET.getlist("drug"), at)
    asked = request.GET.get("q", "")
    context: dict[str, Any] = {
        "choice": choice,
        "chosen": [(edition, compare_address(_without(choice, edition.therapy.slug))) for edition in choice.editions],
        "most": MOST,
        "at": at,
    }
    if choice.is_whole and not asked and "more" not in request.GET:
        context |= _comparison(choice, request.GET.get("only") == "differences", at)
    elif len(choice.editions) < MOST:
        context |= _offers(choice, asked, at)
    return render(request, "drugs/compare.html", context)


def _without(choice: Choice, slug: str) -> list[str]:
    return [other for other in choice.slugs if other != slug]


def _comparison(choice: Choice, only_differing: bool, at: dt.datetime) -> dict[str, Any]:
    columns = columns_of(choice.editions, at)
    sections = [section for section in sections_of(columns, timezone.localdate(at)) if section.has_anything]
    return {
        "columns": columns,
        "sections": sections,
        "only_differing": only_differing,
        "same_count": sum(section.same_count for section in sections),
        "differing_count": sum(row.agreement == "differs" for section in sections for row in section.rows),
        "more": compare_address(choice.slugs, more="1") if len(choice.editions) < MOST else "",
        "all_rows": compare_address(choice.slugs),
        "only_rows": compare_address(choice.slugs, only="differences"),
        "visit": visit_address(choice.slugs),
        "canonical": compare_address(sorted(choice.slugs)),
    }


def _offers(choice: Choice, asked: str, at: dt.datetime) -> dict[str, Any]:
    found = offers(asked, choice, at)
    return {
        "asked": asked,
        "offers": found,
        "offered": [(edition, compare_address([*choice.slugs, edition.therapy.slug])) for edition in found.editions],
        "whole": compare_address(choice.slugs) if choice.is_whole else "",
    }
