"""One page that was found, and how it is found by what it is called."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drugs.full_text import Query, words_of
from drugs.models import EditionText, Trial
from drugs.search.names import Name, Named, folded, folded_words, stem, without_zeros

#: How a page was found, best first.
IS_NAMED, HAS_NAME, BEGINS, IN_TEXT = range(4)


#: A name of fewer letters may be part of a question by chance.
SHORTEST_NAME = 4


@dataclass
class Hit:
    """One page that was found."""

    kind: str
    page: Any  # an Edition with its therapy, a GlossaryTerm, a PageVersion with its page, or a Trial
    how: int
    order: float = 0
    #: The name that matched, where the heading does not show it.
    also_called: str = ""
    text: EditionText | None = None

    @property
    def key(self) -> str:
        if self.kind == "therapy":
            return self.page.therapy.slug
        if self.kind == "page":
            return self.page.page.slug
        return self.page.home_number if self.kind == "trial" else self.page.slug

    @property
    def rank(self) -> tuple[int, float]:
        return (self.how, self.order)


def hit_by_name(kind: str, named: Named, text: str, query: Query) -> Hit | None:
    """How the page is found by its names, if it is."""
    whole, telling = "".join(folded_words(text)), "".join(map(folded, query.words))
    stems = {stem(word) for word in folded_words(" ".join(query.words))}
    best: tuple[int, float, Name] | None = None
    for name in named.names:
        if not name.compact:
            continue
        order = (0 if name.is_main else 100) + len(name.words) / 100
        if whole == name.compact or telling == name.compact:
            found = (IS_NAMED, order, name)
        elif (stems and stems <= name.stems) or _is_code(telling, name):
            found = (HAS_NAME, order, name)
        elif (
            stems and query.is_beginning and all(any(word.startswith(asked) for word in name.words) for asked in stems)
        ):
            found = (BEGINS, order, name)
        elif kind == "therapy" and len(name.compact) >= SHORTEST_NAME and name.stems < stems:
            # 'riluzole side effects': a name, and what is asked about it; of two names the longer.
            found = (BEGINS, 300 + order - 20 * len(name.stems), name)
        else:
            continue
        if best is None or found[:2] < best[:2]:
            best = found
    if best is None and not query.any_will_do:
        every = frozenset().union(*(name.stems for name in named.names))
        if stems and stems <= every:
            return Hit(kind, named.page, HAS_NAME, 200)
    if best is None:
        return None
    return Hit(kind, named.page, best[0], best[1], "" if best[2].is_main else best[2].text)


def _is_code(typed: str, name: Name) -> bool:
    """Whether `typed` is the code that `name` is, the zeros before its number aside: 'AMX35' is 'AMX0035'."""
    return typed[-1:].isdigit() and not typed.isdigit() and without_zeros(typed) == name.unpadded


def how_trial_is_named(trial: Trial, asked: Iterable[tuple[str, ...]]) -> int:
    """How a trial that matched is called: by its acronym, in its title, or elsewhere."""
    acronym = words_of(trial.acronym)
    wholes = ["".join(words) for words in asked]
    if acronym and "".join(acronym) in wholes:
        return IS_NAMED
    codes = {"".join(words_of(code)) for code in trial.secondary_ids.split("|")} - {""}
    if codes & set(wholes):
        return IS_NAMED
    title = {stem(folded(word)) for word in (*acronym, *words_of(trial.brief_title))}
    *_whole, telling = asked
    return HAS_NAME if {stem(folded(word)) for word in telling} <= title else IN_TEXT
