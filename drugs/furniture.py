"""What stands around every public page: menus, announcements, lines at the foot, the way to help.

Read in one query and kept by the content version: a page reads nothing for it until something public changes, and then
asks first whether it was this that changed.
Announcements come and go by the day; `Furniture.moments` says when, so that no page is kept past one.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db.models import CharField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.models import Announcement, ContentVersion, Disclaimer, MenuEntry, PageVersion, Portrait
from drugs.models.page import HELP_SLUG
from drugs.unchanged import Reading, cannot_be_told, recorded
from drugs.vocabulary import MenuPlace

#: What was read for a content version is read again after so many seconds all the same: a restored backup counts anew.
KEPT_FOR = 600


class Link(NamedTuple):
    label: str
    address: str

    @property
    def is_elsewhere(self) -> bool:
        return self.address.startswith("https://")


class Notice(NamedTuple):
    """An announcement and the days on which it shows, both included."""

    text: str
    link: Link | None
    from_on: dt.date
    until_on: dt.date

    def shows(self, day: dt.date) -> bool:
        return self.from_on <= day <= self.until_on


class Line(NamedTuple):
    lead: str
    text: str


@dataclass(frozen=True)
class Furniture:
    """Everything that base.html shows besides the page itself."""

    top: tuple[Link, ...] = ()
    foot: tuple[tuple[str, tuple[Link, ...]], ...] = ()
    lines: tuple[Line, ...] = ()
    notices: tuple[Notice, ...] = ()
    help: Link | None = None
    has_portraits: bool = False

    def announcements(self, at: dt.datetime) -> list[Notice]:
        """Those that show at that moment, the newest first."""
        return [notice for notice in self.notices if notice.shows(timezone.localdate(at))]

    @property
    def moments(self) -> list[dt.datetime]:
        """When an announcement appears or goes."""
        return sorted(
            _midnight(day)
            for notice in self.notices
            for day in (notice.from_on, notice.until_on + dt.timedelta(days=1))
        )


@dataclass(frozen=True)
class Around:
    """The furniture of one request: what templates read."""

    furniture: Furniture
    at: dt.datetime = field(default_factory=timezone.now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.furniture, name)

    @property
    def announcements(self) -> list[Notice]:
        return self.furniture.announcements(self.at)


#: What this process read last, with the reading that tells whether it stands.
_last: tuple[Furniture, Reading] | None = None


def furniture_of(version: int) -> Furniture:
    """The furniture as of one content version: kept, or as it was, or read in one query."""
    key = f"furniture:{settings.RELEASE}:{version}"
    kept: Furniture | None = caches["content"].get(key)
    if kept is None:
        kept = _read(version, timezone.now())
        caches["content"].set(key, kept, KEPT_FOR)
    return kept


def _read(version: int, at: dt.datetime) -> Furniture:
    global _last
    if not settings.KEPT_PAGES_MB:
        return _built(_rows(at))
    if _last and _last[1].is_unchanged(at):
        return _last[0]
    with recorded(at) as recorder:
        found = _built(_rows(at))
    reading = recorder.reading()
    _last = (found, reading) if reading and ContentVersion.current() == version else None
    return found


def current_furniture() -> Furniture:
    cannot_be_told()
    return furniture_of(ContentVersion.current())


def standing() -> Furniture:
    """What stands where the tables are empty or cannot be asked: the ways on, and that this is no advice."""
    return Furniture(
        top=(
            Link(_("Therapies"), reverse("therapy-list")),
            Link(_("Trials"), reverse("trial-list")),
            Link(_("Pipeline"), reverse("pipeline")),
            Link(_("Words explained"), reverse("glossary")),
        ),
        foot=(
            (
                "",
                (
                    Link(_("Updates"), reverse("update-list")),
                    Link(_("Open data"), reverse("data-index")),
                    Link(_("All pages"), reverse("page-list")),
                ),
            ),
        ),
        lines=(
            Line(
                _("This is information, not medical advice."),
                _("Talk with your care team before any change of treatment."),
            ),
        ),
    )


# Reading: one union, every column a text but the place

_COLUMNS = ("kind", "heading", "label", "text", "slug", "url", "place", "starts", "ends")


def _rows(at: dt.datetime) -> list[dict[str, Any]]:
    live = PageVersion.objects.live(at)
    shown = Q(page=None) | Q(page__in=live.values("page"))
    title = live.filter(page=OuterRef("page")).values("title")[:1]
    menus = _named(
        MenuEntry.objects.filter(shown),
        kind=F("place"),
        heading=F("heading"),
        label=F("label"),
        slug=Coalesce("page__slug", Value("")),
        url=F("url"),
        place=F("position"),
    )
    announcements = _named(
        Announcement.objects.all(),
        kind=Value("announcement"),
        # Without its page an announcement still says what it says.
        label=F("link_label"),
        text=F("text"),
        slug=Coalesce(Subquery(live.filter(page=OuterRef("page")).values("page__slug")[:1]), Value("")),
        url=F("url"),
        starts=Cast("from_on", CharField()),
        ends=Cast("until_on", CharField()),
    )
    lines = _named(Disclaimer.objects.all(), kind=Value("line"), label=F("lead"), text=F("text"), place=F("position"))
    help_page = _named(
        live.filter(page__slug=HELP_SLUG), kind=Value("help"), label=Subquery(title), slug=F("page__slug")
    )
    portraits = _named(Portrait.objects.public(), kind=Value("portrait")).distinct()
    return [
        dict(zip((*_COLUMNS, "pk"), row, strict=True))
        for row in menus.union(announcements, lines, help_page, portraits, all=True)
    ]


def _named(records: QuerySet, **columns: Any) -> QuerySet:
    """The records as rows of `_COLUMNS` and their key, in no order."""
    named = {
        f"as_{name}": columns.get(
            name,
            Value(0, output_field=IntegerField()) if name == "place" else Value("", output_field=CharField()),
        )
        for name in _COLUMNS
    }
    key = Value(0) if records.model is Portrait else F("pk")
    return records.order_by().annotate(**named, as_key=key).values_list(*named, "as_key")


def _built(rows: list[dict[str, Any]]) -> Furniture:
    rows.sort(key=lambda row: (row["place"], row["pk"]))
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in {row["kind"] for row in rows}}
    plain = standing()
    headed = kinds.get(MenuPlace.FOOT, [])
    order = list(dict.fromkeys(row["heading"] for row in headed))
    headed.sort(key=lambda row: order.index(row["heading"]))
    foot = tuple(
        (heading, tuple(map(_link, group))) for heading, group in groupby(headed, key=lambda row: row["heading"])
    )
    helps = kinds.get("help")
    return Furniture(
        top=tuple(map(_link, kinds.get(MenuPlace.TOP, []))) or plain.top,
        foot=foot or plain.foot,
        lines=tuple(Line(row["label"], row["text"]) for row in kinds.get("line", [])) or plain.lines,
        notices=tuple(
            sorted(map(_notice, kinds.get("announcement", [])), key=lambda notice: notice.from_on, reverse=True)
        ),
        help=_link(helps[0]) if helps else None,
        has_portraits="portrait" in kinds,
    )


def _link(row: dict[str, Any]) -> Link:
    return Link(row["label"], reverse("page-detail", args=[row["slug"]]) if row["slug"] else row["url"])


def _notice(row: dict[str, Any]) -> Notice:
    leads = row["label"] and (row["slug"] or row["url"])
    return Notice(
        row["text"],
        _link(row) if leads else None,
        dt.date.fromisoformat(row["starts"]),
        dt.date.fromisoformat(row["ends"]),
    )


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
