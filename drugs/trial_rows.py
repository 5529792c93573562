"""What the list of trials says of each: the columns that it reads, and their words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.filters.therapies import NamedTherapy
from drugs.models import TherapyTrial
from drugs.models.trial import trial_address
from drugs.partial_dates import PartialDate
from drugs.vocabulary import OverallStatus, Phase, expected, label_of

#: The long texts stay in the database.
LISTED = (
    "pk home_number acronym brief_title overall_status phases enrollment enrollment_type start_date start_date_type "
    "last_update_posted"
).split()


def trial_rows(trials: Sequence[dict[str, Any]], therapies: Iterable[NamedTherapy]) -> list[dict[str, Any]]:
    """A row for each trial, of its columns `LISTED`. `therapies`: those that may be named."""
    shown = therapies_of([trial["pk"] for trial in trials], therapies)
    return [_row(trial, shown[trial["pk"]]) for trial in trials]


def therapies_of(trials: Iterable[int], therapies: Iterable[NamedTherapy]) -> dict[int, list[NamedTherapy]]:
    """Those of the live therapies whose pages show each trial, by the trial's key; none for others."""
    shown: dict[int, set[int]] = defaultdict(set)
    for trial, therapy in TherapyTrial.objects.public().filter(trial__in=trials).values_list("trial", "therapy"):
        shown[therapy].add(trial)
    grouped: dict[int, list[NamedTherapy]] = defaultdict(list)
    for named in therapies:
        for trial in shown[named.pk]:
            grouped[trial].append(named)
    return grouped


def _row(trial: dict[str, Any], therapies: list[NamedTherapy]) -> dict[str, Any]:
    title = trial["brief_title"] or trial["home_number"]
    updated = trial["last_update_posted"]
    return {
        "address": trial_address(trial["home_number"]),
        "title": f"{trial['acronym']}: {title}" if trial["acronym"] else title,
        "number": trial["home_number"],
        "status": trial["overall_status"],
        "status_in_words": label_of(OverallStatus, trial["overall_status"]),
        "facts": list(_facts(trial)),
        "therapies": therapies,
        "updated": _("Registry's last update %(date)s") % {"date": PartialDate(updated).display} if updated else "",
    }


def _facts(trial: dict[str, Any]) -> Iterable[str]:
    """'Phase 3', '120 people (expected)', 'from May 2025': those that the registry tells."""
    if trial["phases"]:
        yield label_of(Phase, trial["phases"])
    people, start = trial["enrollment"], trial["start_date"]
    if people is not None:
        words = ngettext("%(n)s person", "%(n)s people", people) % {"n": localize(people)}
        yield words + expected(trial["enrollment_type"])
    if start:
        yield _("from %(date)s") % {"date": PartialDate(start).display} + expected(trial["start_date_type"])
