"""What the pages are called, compared the way people type: case, accents, punctuation and script aside."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from anyascii import anyascii

from drugs.models import Alias, Approval, Edition, FormerSlug, GlossaryTerm, PageVersion

_WORD = re.compile(r"[a-z0-9]+")
_FILLING = re.compile(r"(?<=[a-z])0+(?=[1-9])")


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """`text` in small Latin letters: 'Édaravone' and 'эдаравон' become 'edaravone' and 'edaravon'."""
    return anyascii(text).lower()


def stem(word: str) -> str:
    """A word without the ending of a plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def without_zeros(code: str) -> str:
    """A code without the zeros that fill its number up: 'amx0035' becomes 'amx35'."""
    return _FILLING.sub("", code)


def folded_words(text: str) -> list[str]:
    return _WORD.findall(folded(text))


@dataclass(frozen=True)
class Name:
    """One name of a page. `is_main`: it stands in the page's heading."""

    text: str
    is_main: bool

    @cached_property
    def words(self) -> list[str]:
        return folded_words(self.text)

    @cached_property
    def compact(self) -> str:
        return "".join(self.words)

    @cached_property
    def unpadded(self) -> str:
        return without_zeros(self.compact)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(map(stem, self.words))


@dataclass
class Named:
    """A page that is found by its names: an edition or a term, with all it is called."""

    page: Any  # an Edition with its therapy, a GlossaryTerm, or a PageVersion with its page
    names: list[Name] = field(default_factory=list)


def therapies(at: dt.datetime) -> list[Named]:
    """The live edition of each therapy with its names, verified ones only, and the addresses it had."""
    live = Edition.objects.live(at)
    found = {
        edition.pk: Named(edition, [Name(text, True) for text in _parts(edition.display_name, edition.name)])
        for edition in live.select_related("therapy").only(
            "name", "display_name", "number", "therapy__slug", "therapy__kind"
        )
    }
    others: dict[int, dict[str, None]] = defaultdict(dict)
    ids = live.order_by().values("pk")
    for model, column in ((Alias, "text"), (Approval, "commercial_name")):
        rows = model.objects.public().filter(edition__in=ids).order_by("position", "pk")
        for pk, text in rows.values_list("edition", column):
            others[pk][text] = None
    by_therapy = {named.page.therapy_id: pk for pk, named in found.items()}
    for therapy, slug in FormerSlug.objects.filter(therapy__in=by_therapy).values_list("therapy", "slug"):
        others[by_therapy[therapy]][slug] = None
    for pk, named in found.items():
        named.names.append(Name(named.page.therapy.slug, True))
        named.names += [Name(text, False) for text in others[pk] if text]
    return list(found.values())


def called_exactly(texts: Iterable[str], at: dt.datetime) -> dict[str, Edition]:
    """The one live edition that each text is a whole name of, in a heading before elsewhere; left out where several share it."""
    wanted = {text: compact for text in texts if len(text) <= 100 and (compact := "".join(folded_words(text)))}
    found: dict[str, Edition] = {}
    every = therapies(at) if wanted else []
    for text, compact in wanted.items():
        for is_main in (True, False):
            having = {
                named.page.pk: named.page
                for named in every
                if any(name.compact == compact and name.is_main == is_main for name in named.names)
            }
            if len(having) == 1:
                found[text] = next(iter(having.values()))
            if having:
                break
    return found


def terms() -> list[Named]:
    """The words of the glossary with their spellings."""
    return [
        Named(term, [Name(text, is_main=text == term.term) for text in term.spellings()])
        for term in GlossaryTerm.objects.all()
    ]


def pages(at: dt.datetime) -> list[Named]:
    """The information pages that are live."""
    live = PageVersion.objects.live(at).select_related("page").defer("body")
    return [Named(version, [Name(version.title, True)]) for version in live]


def _parts(*names: str) -> Iterator[str]:
    """The names as they are, and each name that stands in them: 'A/B', 'Maker – A', 'A (b)'."""
    for text in names:
        yield text
        parts = [part for part in re.split(r"\s+[–—-]\s+|/|[()]", text) if len(part.strip()) > 1]
        if len(parts) > 1 or (parts and parts[0] != text):
            yield from parts


def vocabulary(pages: Iterable[Named]) -> dict[str, str]:
    """The words of the pages' names, folded, with their spelling: what a misspelt word may have been meant to be."""
    found: dict[str, str] = {}
    for named in pages:
        for name in named.names:
            for word in re.findall(r"[^\W_]+", name.text):
                found.setdefault(folded(word), word)
    return found
