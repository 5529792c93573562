"""A therapy's page as templates show it: one edition, its public rows, its trials and the other therapies."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import QuerySet, TextChoices, Window
from django.db.models.functions import DenseRank
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.edition_rows import EditionRows
from drugs.explaining import public_glossary
from drugs.models import (
    SECTIONS,
    Approval,
    Edition,
    Publication,
    ReportedResult,
    Source,
    StatusEvent,
    TherapyTrial,
    Trial,
    TrialIdentifier,
    TrialSnapshot,
)
from drugs.models.trial import trial_column
from drugs.prepared import prepared
from drugs.publishing.notices import Notice, open_flags
from drugs.rendering import Explained, Renderer, words_of
from drugs.standings import has_limited_approval
from drugs.therapy_pictures import TherapyPictures
from drugs.vocabulary import (
    PHASE_RANKS,
    DosingSetting,
    OutcomeDomain,
    OverallStatus,
    Phase,
    Stage,
    StudyType,
    phase_rank,
)

#: Side lists name so many therapies of a stage; a link leads to the rest.
SIDE_LIST = 30
#: So many editions are named to a reader who comes again.
EARLIER = 10


class Depth(TextChoices):
    """How much of a therapy's page is shown; all from the same edition. The value is part of the URL's name."""

    MINUTE = "minute", _("In one minute")
    PLAIN = "plain", _("In plain words")
    FULL = "detail", _("In full")


class Place(NamedTuple):
    """One section of the page; `anchor` is its place in the address."""

    name: str
    anchor: str
    heading: str | Promise


class OtherTherapy(NamedTuple):
    """A link to another therapy. `is_limited`: it is approved, and in full nowhere that a source states."""

    display_name: str
    slug: str
    is_limited: bool = False
    why: str = ""


class OtherTherapies(NamedTuple):
    stage: Stage
    therapies: tuple[OtherTherapy, ...]
    has_more: bool


@dataclass
class TherapyPage:
    """Everything that the page of `edition` shows at the moment `at`.

    `frozen`: an edition's own address, where the facts of its trials are those of its snapshots.
    """

    edition: Edition
    at: dt.datetime
    frozen: bool = False
    depth: Depth = Depth.FULL
    rows: EditionRows = field(init=False)

    def __post_init__(self) -> None:
        self.rows = EditionRows(self.edition)

    # Depths

    @property
    def depths(self) -> list[tuple[Depth, str]]:
        """The depths of a live page with their addresses; a draft and an edition's own address have one."""
        if self.frozen or self.edition.is_draft:
            return []
        depths = [depth for depth in Depth if depth != Depth.PLAIN or self.edition.plain_words]
        return [(depth, reverse(f"therapy-{depth.value}", args=[self.edition.therapy.slug])) for depth in depths]

    @property
    def in_full(self) -> str:
        """Where the sections and the sources are: empty on the full page itself."""
        return "" if self.depth == Depth.FULL else self.edition.therapy.get_absolute_url()

    # Trials

    @cached_property
    def trials(self) -> list[Trial]:
        """The trials that the page shows, furthest phase first, then the latest start."""
        trials = [link.trial for link in _links_of(self.edition.therapy_id)]
        if self.frozen:
            trials = self._as_they_were(trials)
        return sorted(
            trials,
            key=lambda trial: (-phase_rank(trial.phases), _reversed(trial.start_date), trial.home_number),
        )

    @cached_property
    def snapshots(self) -> dict[int, TrialSnapshot]:
        """What was known of each trial when the edition was published."""
        taken = TrialSnapshot.objects.filter(edition=self.edition, is_still_true=False, trial__is_verified=True)
        return {snapshot.trial_id: snapshot for snapshot in taken.select_related("trial")}

    @property
    def has_no_snapshots(self) -> bool:
        return self.frozen and bool(self.trials) and not self.snapshots

    def _as_they_were(self, today: list[Trial]) -> list[Trial]:
        if not self.snapshots:
            return today
        trials = []
        for snapshot in self.snapshots.values():
            trial = snapshot.trial
            for name, value in snapshot.facts.items():
                if name in Trial.FACTS:
                    setattr(trial, name, trial_column(name).to_python(value))
            trials.append(trial)
        return trials

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Every registry number of the page's trials, with the home number it leads to."""
        home = {trial.pk: trial.home_number for trial in self.trials}
        return {number: home[pk] for number, pk in _numbers_of(*home)}

    @property
    def furthest_phase(self) -> str:
        """The furthest phase of its interventional trials that were not withdrawn; empty where none says."""
        return furthest_phase(self.trials)

    @property
    def registry_date(self) -> str:
        """The newest 'last update' among its trials."""
        return max((trial.last_update_posted for trial in self.trials if trial.last_update_posted), default="")

    # Text

    @cached_property
    def renderer(self) -> Renderer:
        return Renderer(self.rows.sources, self.numbers, public_glossary(), sources_page=self.in_full)

    def anchor_of(self, source: Source) -> str:
        """Where a source stands: '#source-3'."""
        return self.renderer.anchors.get(source.label, f"{self.in_full}#sources")

    @cached_property
    def texts(self) -> dict[str, Explained]:
        """What the page shows of the edition's text, from top to bottom: a term is opened where it is used first."""
        shown = {Depth.MINUTE: ["summary"], Depth.PLAIN: ["plain_words"], Depth.FULL: ["summary", *dict(SECTIONS)]}
        return {name: self.renderer.explained(getattr(self.edition, name)) for name in shown[self.depth]}

    @property
    def folded_plain_words(self) -> SafeString:
        """Where they stand on the full page, closed: no term is opened in them, it would be missing below."""
        return self.renderer.html(self.edition.plain_words)

    @property
    def description(self) -> str:
        """The summary's words, for search engines and shared links."""
        return words_of(self.edition.summary)

    @property
    def places(self) -> list[Place]:
        return [Place(name, name.replace("_", "-"), heading) for name, heading in SECTIONS]

    @property
    def sections(self) -> list[tuple[Place, Explained]]:
        return [(place, self.texts[place.name]) for place in self.places]

    @cached_property
    def notices(self) -> list[tuple[Notice, list[Place]]]:
        """Trials that changed since the live text was written, each with the places that name it."""
        if self.frozen:
            return []
        return [
            (notice, [place for place in self.places if place.name in notice.sections])
            for notice in open_flags(self.edition.therapy_id, self.at)
        ]

    # Rows

    @cached_property
    def results(self) -> list[tuple[OutcomeDomain, list[ReportedResult]]]:
        """Reported results by what they are about, deaths and survival last."""
        grouped: dict[OutcomeDomain, list[ReportedResult]] = {}
        for result in self.rows.results(self.trials):
            grouped.setdefault(OutcomeDomain(result.outcome.domain), []).append(result)
        order = [domain for domain in OutcomeDomain if domain != OutcomeDomain.SURVIVAL] + [OutcomeDomain.SURVIVAL]
        return [(domain, grouped[domain]) for domain in order if domain in grouped]

    @cached_property
    def pictures(self) -> TherapyPictures:
        return TherapyPictures(self)

    @property
    def approvals_in_force(self) -> list[Approval]:
        return [approval for approval in self.rows.approvals if not approval.withdrawn_on]

    @property
    def has_one_stage(self) -> bool:
        return len(self.rows.stages) == 1

    @property
    def routes(self) -> list[str]:
        """Each way in which it is given, labels before trials."""
        dosings = sorted(self.rows.dosings, key=lambda dosing: dosing.setting != DosingSetting.LABEL)
        return list(dict.fromkeys(dosing.get_route_display() for dosing in dosings))

    @property
    def ended(self) -> list[list[StatusEvent]]:
        """Where its development has ended; regions with the same reason and lesson together."""
        grouped: dict[tuple[str, str], list[StatusEvent]] = {}
        for event in self.rows.stages:
            if event.stage == Stage.NO_LONGER_IN_DEVELOPMENT:
                grouped.setdefault((event.reason, event.learned), []).append(event)
        return list(grouped.values())

    # Who reviewed it, and what changed

    @property
    def reviewers(self) -> str:
        """By what roles the edition was reviewed; empty where nobody of the staff published it."""
        if self.edition.is_draft or self.edition.publication.published_by_id is None:
            return ""
        if getattr(self.edition, "is_checked_by_another", False):
            return _t("written by an editor, checked and published by a second person")
        return _t("published by an editor")

    @cached_property
    def publications(self) -> list[Publication]:
        """The latest editions that readers saw, withdrawn ones too: what changed since somebody's last visit."""
        if self.frozen or self.edition.is_draft:
            return []
        return _seen_by_readers(self.edition.therapy_id, self.at)

    citation_formats = (("txt", _("Plain text")), ("ris", "RIS"), ("bib", "BibTeX"), ("json", "CSL-JSON"))

    # Around it

    @cached_property
    def others(self) -> tuple[OtherTherapies, ...]:
        return other_therapies(self.at)

    @cached_property
    def see_also(self) -> tuple[OtherTherapy, ...]:
        """Live pages that a reader may want, each with why."""
        rows = self.rows.see_also
        live = {pk: OtherTherapy(*named) for pk, *named in _live_of(self.at, *(row.therapy_id for row in rows))}
        return tuple(live[row.therapy_id]._replace(why=row.why) for row in rows if row.therapy_id in live)


def furthest_phase(trials: Iterable[Trial]) -> str:
    """The furthest phase of the interventional ones that were not withdrawn, in words; empty where none says."""
    ranked = [
        trial
        for trial in trials
        if trial.study_type == StudyType.INTERVENTIONAL
        and trial.overall_status != OverallStatus.WITHDRAWN
        and trial.phases in PHASE_RANKS
    ]
    return str(Phase(max(ranked, key=lambda trial: PHASE_RANKS[Phase(trial.phases)]).phases).label) if ranked else ""


def other_therapies(at: dt.datetime) -> tuple[OtherTherapies, ...]:
    """The therapies that stand in each list, by name, at most `SIDE_LIST` of each; one query."""
    found: dict[str, dict[int, OtherTherapy]] = {}
    for stage, place, name, slug, is_limited in _ranked(at):  # a therapy stands once for each of its regions
        found.setdefault(stage, {})[place] = OtherTherapy(name, slug, is_limited and stage == Stage.APPROVED)
    lists = {stage: tuple(found.get(stage, {}).values()) for stage in Stage}
    return tuple(OtherTherapies(stage, its[:SIDE_LIST], len(its) > SIDE_LIST) for stage, its in lists.items())


def _reversed(date: str | None) -> tuple[int, ...]:
    """Sorts later dates first and missing ones last."""
    return tuple(-ord(character) for character in date) if date else (0,)


def live_page(slug: str, at: dt.datetime, depth: Depth = Depth.FULL) -> TherapyPage | None:
    """The page that stands at an address now."""
    return next((TherapyPage(edition, at, depth=depth) for edition in _standing_at(slug, at)), None)


# Its queries


@prepared
def _standing_at(slug: str, at: dt.datetime) -> QuerySet[Edition]:
    live = Edition.objects.live(at).with_review().filter(therapy__slug=slug)
    return live.select_related("therapy", "publication").order_by("pk")[:1]


@prepared
def _live_of(at: dt.datetime, *therapies: int) -> QuerySet:
    live = Edition.objects.live(at).filter(therapy__in=therapies).order_by()
    return live.values_list("therapy", "display_name", "therapy__slug")


@prepared
def _links_of(therapy: int) -> QuerySet[TherapyTrial]:
    return TherapyTrial.objects.public().filter(therapy=therapy).select_related("trial")


@prepared
def _numbers_of(*trials: int) -> QuerySet:
    return TrialIdentifier.objects.filter(trial__in=trials).values_list("number", "trial")


@prepared
def _seen_by_readers(therapy: int, at: dt.datetime) -> QuerySet[Publication]:
    seen = Publication.objects.ever_public(at).filter(therapy=therapy)
    return seen.select_related("edition").order_by("-edition__number")[:EARLIER]


@prepared
def _ranked(at: dt.datetime) -> QuerySet:
    return (
        StatusEvent.objects.public()
        .filter(is_current=True, edition__in=Edition.objects.live(at))
        .annotate(
            place=Window(DenseRank(), partition_by="stage", order_by=["edition__display_name", "edition_id"]),
            is_limited=has_limited_approval("edition"),
        )
        .filter(place__lte=SIDE_LIST + 1)
        .order_by("stage", "place")
        .values_list("stage", "place", "edition__display_name", "edition__therapy__slug", "is_limited")
    )
