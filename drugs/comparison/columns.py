"""What each of the compared therapies says: its edition, rows, trials and results, read together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drugs.edition_rows import EditionRows
from drugs.models import (
    Edition,
    Organisation,
    OutcomeMeasure,
    ReportedResult,
    Sponsor,
    TherapyTrial,
    Trial,
)
from drugs.rendering import Renderer
from drugs.vocabulary import DosingSetting, OverallStatus, phase_rank

#: The facts of a trial that a comparison reads.
FACTS = (
    "home_number",
    "home_registry",
    "acronym",
    "brief_title",
    "overall_status",
    "study_type",
    "phases",
    "start_date",
    "countries",
    "last_update_posted",
    "is_verified",
)


@dataclass
class Column:
    """One therapy of the comparison: its live edition and everything that stands on it."""

    edition: Edition
    rows: EditionRows
    #: Those that look for people first, then the furthest phase, then the latest start.
    trials: list[Trial]
    results: list[ReportedResult]

    @property
    def name(self) -> str:
        return self.edition.display_name

    @property
    def slug(self) -> str:
        return self.edition.therapy.slug

    @property
    def address(self) -> str:
        return self.edition.therapy.get_absolute_url()

    @property
    def renderer(self) -> Renderer:
        """For this therapy's text on another page: its citations lead to its own."""
        return Renderer(
            self.rows.sources,
            {trial.home_number: trial.home_number for trial in self.trials},
            sources_page=self.address,
        )

    @property
    def recruiting(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.overall_status == OverallStatus.RECRUITING]

    @property
    def registry_date(self) -> str:
        """The newest 'last update' among its trials."""
        return max((trial.last_update_posted for trial in self.trials if trial.last_update_posted), default="")

    @property
    def routes(self) -> list[str]:
        """Each way in which it is given, labels before trials."""
        dosings = sorted(self.rows.dosings, key=lambda dosing: dosing.setting != DosingSetting.LABEL)
        return list(dict.fromkeys(str(dosing.get_route_display()) for dosing in dosings))


def columns_of(editions: Sequence[Edition], at: dt.datetime) -> list[Column]:
    """The columns in the order of `editions`: five queries, however many they are and whatever they hold."""
    rows = EditionRows.of_editions(editions)
    trials = _trials(editions)
    _attach_organisations(rows.values())
    _attach_measures(rows.values(), trials)
    return [
        Column(
            edition,
            rows[edition.pk],
            sorted(trials[edition.therapy_id], key=_order),
            rows[edition.pk].of(ReportedResult),
        )
        for edition in editions
    ]


def _order(trial: Trial) -> tuple[object, ...]:
    start = tuple(-ord(character) for character in trial.start_date) if trial.start_date else (0,)
    return (trial.overall_status != OverallStatus.RECRUITING, -phase_rank(trial.phases), start, trial.home_number)


def _trials(editions: Sequence[Edition]) -> dict[int, list[Trial]]:
    """The public trials of each therapy, with the facts that are compared and no long texts."""
    links = (
        TherapyTrial.objects.public()
        .filter(therapy__in=[edition.therapy_id for edition in editions])
        .select_related("trial")
        .order_by("pk")
        .only("therapy_id", "trial_id", *(f"trial__{name}" for name in FACTS))
    )
    found: dict[int, list[Trial]] = defaultdict(list)
    for link in links:
        found[link.therapy_id].append(link.trial)
    return found


def _attach_organisations(all_rows: Iterable[EditionRows]) -> None:
    sponsors = [sponsor for rows in all_rows for sponsor in rows.of(Sponsor)]
    known = Organisation.objects.in_bulk({sponsor.organisation_id for sponsor in sponsors})
    for sponsor in sponsors:
        sponsor.organisation = known[sponsor.organisation_id]


def _attach_measures(all_rows: Iterable[EditionRows], trials: dict[int, list[Trial]]) -> None:
    """Give each result its measure and its trial; only those trials are read that no page lists."""
    results = [result for rows in all_rows for result in rows.of(ReportedResult)]
    measures = OutcomeMeasure.objects.in_bulk({result.outcome_id for result in results})
    known = {trial.pk: trial for listed in trials.values() for trial in listed}
    missing = {result.trial_id for result in results if result.trial_id} - known.keys()
    if missing:
        known |= Trial.objects.only(*FACTS).in_bulk(missing)
    for result in results:
        result.outcome = measures[result.outcome_id]
        result.trial = known[result.trial_id] if result.trial_id else None
