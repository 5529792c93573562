"""Where therapies are approved: a map of countries by kind of approval, and the list that stands beside it."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from drugs.partial_dates import PartialDate
from drugs.regions import EU, is_in_eu, region_choices, region_name
from drugs.vocabulary import ApprovalKind

WITHDRAWN = "withdrawn"
#: Kinds from the fullest to none: a country is drawn as the first that is in force there for a therapy of the list.
KINDS: dict[str, str | Promise] = {
    ApprovalKind.FULL: _("Full approval"),
    ApprovalKind.EXCEPTIONAL: _("Approval under exceptional circumstances"),
    ApprovalKind.CONDITIONAL: _("Conditional approval: more evidence is due"),
    ApprovalKind.ACCELERATED: _("Accelerated approval: on an early sign of effect"),
    ApprovalKind.NOT_STATED: _("Approved; the sources do not state the kind"),
    WITHDRAWN: _("Was approved; withdrawn since"),
}
#: Parts of the map that a narrow screen shows one below the other, as viewBox: x, y, width, height. Europe: for wide ones too.
AMERICAS, EUROPE, ASIA = "90 30 350 480", "440 60 190 170", "640 60 340 440"


class World(NamedTuple):
    """Outlines of countries in whole units, made by scripts/build-world.py from Natural Earth."""

    width: int
    height: int
    shapes: dict[str, str]
    points: dict[str, list[int]]
    rest: str


@cache
def world() -> World:
    return World(**json.loads((Path(__file__).parent / "world.json").read_text()))


@dataclass(frozen=True)
class Approved:
    """One approval, in force or withdrawn, of one therapy."""

    therapy: str
    address: str
    region: str
    kind: str
    regulator: str = ""
    commercial_name: str = ""
    since: PartialDate | str = ""
    withdrawn: PartialDate | str = ""
    indication: str = ""

    @property
    def drawn_kind(self) -> str:
        """Its kind while it is in force, else 'withdrawn'."""
        return WITHDRAWN if self.withdrawn else self.kind

    @property
    def region_name(self) -> str:
        return region_name(self.region)


@dataclass(frozen=True)
class Country:
    """A country in the map. It has an outline or, where it is too small for one, a point."""

    code: str
    name: str
    kind: str
    therapies: Sequence[str]
    outline: str = ""
    x: int = 0
    y: int = 0

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True)
class KindGroup:
    """One kind of approval: how many countries are drawn so, and the approvals of the list."""

    kind: str
    countries: int
    rows: Sequence[Approved]

    @property
    def label(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True)
class ApprovalMap:
    width: int
    height: int
    countries: Sequence[Country]
    #: Every other land, as one path.
    land: str
    #: Names of regions that have neither outline nor point.
    unplaced: Sequence[str]
    groups: Sequence[KindGroup]
    #: Today's members of the European Union, where one of its approvals is in the list.
    members: Sequence[str]

    @property
    def approved_countries(self) -> int:
        """Countries in which at least one approval is in force."""
        return sum(country.kind != WITHDRAWN for country in self.countries)

    @property
    def kinds(self) -> list[KindGroup]:
        """The kinds that are drawn, for the key."""
        return [group for group in self.groups if group.countries]

    parts = ((_("The Americas"), AMERICAS), (_("Europe"), EUROPE), (_("Asia and Australia"), ASIA))
    europe = EUROPE


def members_of_eu(today: dt.date) -> list[str]:
    """The codes of the member states on that day."""
    return [code for code, _name in region_choices() if is_in_eu(code, today)]


def approval_map(approvals: Iterable[Approved], today: dt.date) -> ApprovalMap:
    """An approval by the European Union counts for each member of `today`."""
    approvals = list(approvals)
    members = members_of_eu(today)
    by_country: dict[str, list[Approved]] = {}
    for approval in approvals:
        for code in members if approval.region == EU else [approval.region]:
            by_country.setdefault(code, []).append(approval)
    drawn = [_country(code, found) for code, found in by_country.items()]
    shapes = world().shapes
    order = list(KINDS)
    groups = [
        KindGroup(
            kind,
            sum(country.kind == kind for country in drawn),
            sorted(
                (approval for approval in approvals if approval.drawn_kind == kind),
                key=lambda approval: (approval.therapy.casefold(), approval.region_name),
            ),
        )
        for kind in order
    ]
    placed = [country for country in drawn if country.outline or country.x]
    return ApprovalMap(
        world().width,
        world().height,
        sorted(placed, key=lambda country: (order.index(country.kind), country.name)),
        "".join(path for code, path in shapes.items() if code not in by_country) + world().rest,
        sorted(country.name for country in drawn if not (country.outline or country.x)),
        [group for group in groups if group.rows],
        [region_name(code) for code in members] if any(approval.region == EU for approval in approvals) else [],
    )


def _country(code: str, approvals: list[Approved]) -> Country:
    kind = min((approval.drawn_kind for approval in approvals), key=list(KINDS).index)
    in_force = {approval.therapy for approval in approvals if kind == WITHDRAWN or not approval.withdrawn}
    x, y = world().points.get(code, (0, 0))
    return Country(code, region_name(code), kind, sorted(in_force), world().shapes.get(code, ""), x, y)
