"""Which therapies an address names: those with a live page, and, told apart, those that are gone or never were."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from drugs.models import Edition, FormerSlug, Publication
from drugs.search import called_exactly, search

#: So many therapies are compared side by side.
MOST = 4
#: An address may name more; so many of its names are looked up.
MOST_ASKED = 20
#: So many therapies are offered without a search.
MOST_OFFERED = 60

_SLUG = re.compile(r"[-a-z0-9_]{1,100}")


@dataclass(frozen=True)
class Choice:
    """What an address chose, in its order, each therapy once."""

    #: Live editions.
    editions: list[Edition] = field(default_factory=list)
    #: Texts that name no therapy of this site.
    unknown: list[str] = field(default_factory=list)
    #: The newest withdrawn publication of each therapy whose page was taken away.
    withdrawn: list[Publication] = field(default_factory=list)

    @property
    def slugs(self) -> list[str]:
        return [edition.therapy.slug for edition in self.editions]

    @property
    def is_too_many(self) -> bool:
        return len(self.editions) > MOST

    @property
    def is_whole(self) -> bool:
        """Whether there is something to compare."""
        return 2 <= len(self.editions) <= MOST


def choose(asked: Iterable[str], at: dt.datetime) -> Choice:
    """The therapies that `asked` names: by their addresses of today or of before, else by a name that is one therapy's alone.

    One query; three more for an address that is not live, and those of the names for what is no address.
    """
    wanted = list(dict.fromkeys(text.strip() for text in asked if text.strip()))[:MOST_ASKED]
    slugs = {text: text.casefold() for text in wanted if _SLUG.fullmatch(text.casefold())}
    live = _live(slugs.values(), at)
    missing = [slug for slug in slugs.values() if slug not in live]
    if missing:
        live |= _moved(missing, at)
    gone = _withdrawn([slug for slug in missing if slug not in live], at)
    found = {text: live[slug] for text, slug in slugs.items() if slug in live}
    named = called_exactly((text for text in wanted if text not in found and slugs.get(text) not in gone), at)
    if named:
        by_slug = _live((edition.therapy.slug for edition in named.values()), at)
        found |= {text: by_slug[edition.therapy.slug] for text, edition in named.items()}
    return Choice(
        list({found[text].pk: found[text] for text in wanted if text in found}.values()),
        [_shown(text) for text in wanted if text not in found and slugs.get(text) not in gone],
        [gone[slug] for slug in dict.fromkeys(slugs.values()) if slug in gone],
    )


def _live(slugs: Iterable[str], at: dt.datetime) -> dict[str, Edition]:
    wanted = set(slugs)
    if not wanted:
        return {}
    found = Edition.objects.live(at).filter(therapy__slug__in=wanted).select_related("therapy", "publication")
    return {edition.therapy.slug: edition for edition in found}


def _moved(slugs: Sequence[str], at: dt.datetime) -> dict[str, Edition]:
    """Live editions by an address that their therapy had before."""
    former = dict(FormerSlug.objects.filter(slug__in=slugs).values_list("slug", "therapy__slug"))
    live = _live(former.values(), at)
    return {old: live[new] for old, new in former.items() if new in live}


def _withdrawn(slugs: Sequence[str], at: dt.datetime) -> dict[str, Publication]:
    if not slugs:
        return {}
    found = Publication.objects.withdrawn(at).filter(therapy__slug__in=slugs).select_related("edition__therapy")
    return {publication.edition.therapy.slug: publication for publication in found.order_by("goes_live_at")}


def _shown(text: str) -> str:
    """What somebody typed, short and printable."""
    kept = "".join(character for character in text if character.isprintable())
    return kept if len(kept) <= 60 else f"{kept[:60]} …"


@dataclass(frozen=True)
class Offers:
    """Therapies that may be added, and whether the site has more of them than these."""

    editions: list[Edition]
    has_more: bool
    #: The words that were looked for, as they were answered.
    text: str = ""


def offers(text: str, chosen: Choice, at: dt.datetime) -> Offers:
    """Those that a search finds, misspelt names too; without one the first by name."""
    taken = {edition.pk for edition in chosen.editions}
    if text.strip():
        results = search(text, at=at)
        found = [hit.page for hit in results.by_kind.get("therapy", ())]
        return Offers([edition for edition in found if edition.pk not in taken], False, results.shown_text)
    live = Edition.objects.live(at).exclude(pk__in=taken).select_related("therapy").order_by("display_name", "pk")
    rows = list(live.only("display_name", "therapy__slug")[: MOST_OFFERED + 1])
    return Offers(rows[:MOST_OFFERED], len(rows) > MOST_OFFERED)


def compare_address(slugs: Iterable[str], **more: str) -> str:
    """The address of a comparison: the therapies in their order, then what else is asked."""
    query = urlencode([*(("drug", slug) for slug in slugs), *more.items()])
    return f"{reverse('compare')}?{query}" if query else reverse("compare")
