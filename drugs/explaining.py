"""Where a page's text first uses a term of the glossary, so that its plain meaning can be opened there.

A term is found word by word: 'placebo-controlled' and 'non-randomised' are words of their own, and so is 'ALS/MND'.
Words with capitals inside (ALS, NfL, siRNA) are found as they are written, others in any case; the last word may be
a plural.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from django.db.models import QuerySet

from drugs.models import GlossaryTerm
from drugs.prepared import prepared

_WORD = re.compile(r"[\w%]+(?:[-‐‑.'’/&+][\w%]+)*")


class Term(NamedTuple):
    """A term as pages show it. `spellings`: every way to write it, its name first."""

    slug: str
    name: str
    meaning: str
    spellings: tuple[str, ...]


class Use(NamedTuple):
    """Where a text uses a term: `start` and `stop` count characters."""

    start: int
    stop: int
    term: Term


class _Spelling(NamedTuple):
    words: tuple[str, ...]
    term: Term


class Glossary:
    """The terms of one version of the glossary, ready to be found."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_first: dict[str, list[_Spelling]] = {}
        for term in terms:
            for spelling in term.spellings:
                if words := tuple(_WORD.findall(spelling)):
                    for first in _forms(words[0]) if len(words) == 1 else {words[0].casefold()}:
                        self._by_first.setdefault(first, []).append(_Spelling(words, term))
        for spellings in self._by_first.values():
            spellings.sort(key=lambda spelling: -len(spelling.words))  # the longest that fits wins

    def uses(self, text: str) -> Iterator[Use]:
        """Every use of a term in `text`, from left to right, none inside another."""
        found = list(_WORD.finditer(text))
        position = 0
        while position < len(found):
            spelling = self._at(found, position, text)
            if spelling:
                last = found[position + len(spelling.words) - 1]
                yield Use(found[position].start(), last.end(), spelling.term)
            position += len(spelling.words) if spelling else 1

    def _at(self, found: list[re.Match[str]], position: int, text: str) -> _Spelling | None:
        for spelling in self._by_first.get(found[position][0].casefold(), ()):
            matches = found[position : position + len(spelling.words)]
            if len(matches) < len(spelling.words):
                continue
            gaps = (text[one.end() : other.start()] for one, other in pairwise(matches))
            *before, last = zip(matches, spelling.words, strict=True)
            if (
                all(_same(match[0], word) for match, word in before)
                and (_same(last[0][0], last[1]) or _is_plural(last[0][0], last[1]))
                and all(gap.isspace() for gap in gaps)
            ):
                return spelling
        return None


def public_glossary() -> Glossary:
    """All terms of the glossary; one query."""
    return _glossary_of(tuple(_terms()))


@prepared
def _terms() -> QuerySet:
    return GlossaryTerm.objects.order_by("slug").values_list("slug", "term", "meaning", "variants")


@lru_cache(maxsize=4)
def _glossary_of(terms: tuple[tuple[str, str, str, str], ...]) -> Glossary:
    """The same terms are made ready once: a page costs the query for them and no more."""
    return Glossary(
        Term(slug, name, meaning, tuple(GlossaryTerm(term=name, variants=variants).spellings()))
        for slug, name, meaning, variants in terms
    )


def _is_written_as_it_is(word: str) -> bool:
    """Whether the word has a capital that is not its first letter: ALS, NfL, siRNA, IL-2."""
    return any(letter.isupper() for letter in word[1:])


def _same(word: str, spelling: str) -> bool:
    return word == spelling or (not _is_written_as_it_is(spelling) and word.casefold() == spelling.casefold())


def _is_plural(word: str, spelling: str) -> bool:
    if _is_written_as_it_is(spelling):
        return word == f"{spelling}s"
    return word.casefold() in _plurals(spelling.casefold())


def _plurals(word: str) -> set[str]:
    if not word[-1:].isalpha() or len(word) < 4 or word.endswith("s"):  # short words have others
        return set()
    return {f"{word[:-1]}ies"} if word.endswith("y") and word[-2] not in "aeiou" else {f"{word}s", f"{word}es"}


def _forms(word: str) -> set[str]:
    """The word and its plurals, without case: what the first word of a use may be."""
    folded = word.casefold()
    return {folded, f"{folded}s"} if _is_written_as_it_is(word) else {folded, *_plurals(folded)}
