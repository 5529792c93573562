"""The comparison, section by section: rows of cells, one cell a therapy, each row marked where they differ."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.comparison.agreement import agreement
from drugs.comparison.columns import Column
from drugs.comparison.results import results_section, survival_section
from drugs.comparison.stages import stage_rows
from drugs.comparison.table import Row, Section, stated
from drugs.models import Dosing, SideEffect, Sponsor
from drugs.rendering import beginning
from drugs.therapy_page import furthest_phase

#: So many words of a long text stand in a cell; the rest is on the therapy's page.
WORDS = 60
#: So many trials of a therapy stand in a cell.
MOST_TRIALS = 8


def sections_of(columns: Sequence[Column], today: dt.date) -> list[Section]:
    """All sections in the order of the page."""
    return [
        what(columns),
        Section("stage", _("Stage and approvals, place by place"), stage_rows(columns, today)),
        mechanism(columns),
        given(columns),
        trials(columns),
        results_section(columns),
        survival_section(columns),
        side_effects(columns),
        edition(columns),
    ]


def what(columns: Sequence[Column]) -> Section:
    makers = [[str(sponsor) for sponsor in column.rows.of(Sponsor)] for column in columns]
    return Section(
        "what",
        _("What it is"),
        stated(
            _row("modality", _("Kind of therapy"), [[column.edition.get_modality_display()] for column in columns]),
            Row("aliases", _("Other names"), "words", [[str(a) for a in column.rows.aliases] for column in columns]),
            _row("makers", _("Who is behind it"), makers),
        ),
    )


def _row(key: str, heading: str, cells: Sequence[Sequence[str]]) -> Row:
    """A row of short words that are compared as they are, in any order."""
    return Row(key, heading, "words", list(cells), agreement(frozenset(cell) for cell in cells))


# How it works


@dataclass(frozen=True)
class Text:
    """The beginning of a text, ready for a template, and whether the page has more of it."""

    html: Any
    is_cut: bool
    page: str


def mechanism(columns: Sequence[Column]) -> Section:
    cells = []
    for column in columns:
        whole = column.edition.mechanism_of_action
        part = beginning(whole, WORDS)
        html = column.renderer.html(part)
        cells.append(
            Text(html, len(part) < len(whole.strip()), f"{column.address}#mechanism-of-action") if html else None
        )
    return Section(
        "mechanism",
        _("How it is thought to work"),
        stated(Row("mechanism", _("Proposed mechanism"), "text", cells)),
    )


# How it is given


@dataclass(frozen=True)
class Burden:
    """How often a schedule asks for something, as its row says: `count` a year."""

    where: str
    count: int

    @property
    def a_month(self) -> str:
        """The same for a month, rounded; empty where it is less than one."""
        months = round(self.count / 12)
        return str(months) if self.count >= 12 else ""


def given(columns: Sequence[Column]) -> Section:
    routes = _row("route", _("How it is given"), [column.routes for column in columns])
    doses = Row(
        "dose",
        _("Doses, on labels and in trials"),
        "doses",
        [column.rows.dosings for column in columns],
        agreement(frozenset((d.amount, d.unit, d.schedule) for d in column.rows.dosings) for column in columns),
    )
    storage = [list(dict.fromkeys(d.storage for d in column.rows.dosings if d.storage)) for column in columns]
    rows = [
        routes,
        doses,
        _burden("visits", _("Visits to a clinic"), columns, lambda dosing: dosing.visits_per_year),
        _burden("injections", _("Injections"), columns, lambda dosing: dosing.injections_per_year),
        Row("storage", _("How it is kept"), "words", storage),
    ]
    kept = stated(*rows)
    missing = [row.heading for row in rows if row not in kept]
    return Section("given", _("How it is given, and what that asks of you"), kept, missing=missing)


def _burden(key: str, heading: str, columns: Sequence[Column], count: Callable[[Dosing], int | None]) -> Row:
    cells = [
        [Burden(where_given(dosing), number) for dosing in column.rows.dosings if (number := count(dosing)) is not None]
        for column in columns
    ]
    return Row(key, heading, "burden", cells, agreement(frozenset(b.count for b in cell) for cell in cells))


def where_given(dosing: Dosing) -> str:
    """'Approved label, United States', 'Used in a trial'."""
    place = dosing.get_region_display() if dosing.region else ""
    words = str(dosing.get_setting_display())
    return ", ".join(filter(None, [words[:1].upper() + words[1:], str(place)]))


# Trials


@dataclass(frozen=True)
class TrialList:
    """A therapy's trials, the first of them, and the address that lists all."""

    shown: list[Any]
    count: int
    slug: str
    registry_date: str

    def __bool__(self) -> bool:
        return self.count > 0


def trials(columns: Sequence[Column]) -> Section:
    phases = [furthest_phase(column.trials) for column in columns]
    looking = [_in_number(len(column.recruiting)) if column.trials else "" for column in columns]
    lists = [
        TrialList(column.trials[:MOST_TRIALS], len(column.trials), column.slug, column.registry_date)
        for column in columns
    ]
    return Section(
        "trials",
        _("Trials"),
        stated(
            _row("phase", _("Furthest trial"), [[phase] if phase else [] for phase in phases]),
            _row("recruiting", _("Looking for people now"), [[words] if words else [] for words in looking]),
            Row("trials", _("Registered trials"), "trials", lists),
        ),
        note="" if any(lists) else _("No registered trial of any of them is known here."),
    )


def _in_number(count: int) -> str:
    return ngettext("%(n)s trial", "%(n)s trials", count) % {"n": count} if count else _("none")


# Side effects


def side_effects(columns: Sequence[Column]) -> Section:
    """Effects that several list stand in rows of their own, the others together, serious ones first."""
    listed: dict[str, list[SideEffect | None]] = {}
    for index, column in enumerate(columns):
        for effect in column.rows.side_effects:
            cells = listed.setdefault(_term(effect), [None] * len(columns))
            cells[index] = cells[index] or effect
    shared = {term for term, cells in listed.items() if sum(map(bool, cells)) > 1}
    rows = [
        Row(f"effect-{number}", next(effect.term for effect in listed[term] if effect), "effect", listed[term])
        for number, term in enumerate((term for term in listed if term in shared), start=1)
    ]
    for key, heading, is_serious in (
        ("serious", _("Serious effects, beside those above") if shared else _("Serious effects"), True),
        ("others", _("Other effects"), False),
    ):
        rest = [
            [e for e in column.rows.side_effects if e.is_serious == is_serious and _term(e) not in shared]
            for column in columns
        ]
        rows.append(Row(key, heading, "effects", rest))
    return Section(
        "side-effects",
        _("Unwanted effects that were reported"),
        stated(*rows),
        note=_(
            "How often an effect was seen depends on who was asked, and how: figures of different studies cannot be set "
            "against each other. An effect that is not listed may still happen."
        ),
    )


def _term(effect: SideEffect) -> str:
    return " ".join(effect.term.casefold().split())


# Edition


def edition(columns: Sequence[Column]) -> Section:
    return Section(
        "edition", _("How old this is"), [Row("edition", _("Edition"), "edition", [c.edition for c in columns])]
    )
