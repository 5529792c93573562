"""One question, asked of names first, then of the full text, then with the spelling put right."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q

from drugs.full_text import Query
from drugs.full_text.query import cleaned, words_of
from drugs.models import Edition, EditionText, GlossaryTerm, Trial, TrialIdentifier
from drugs.registry_numbers import numbers_in, parse_number
from drugs.search import names as called
from drugs.search.names import Name, Named, folded, folded_words, stem
from drugs.search.spelling import nearest

#: How a page was found, best first.
IS_NAMED, HAS_NAME, BEGINS, IN_TEXT = range(4)
#: How many trials are shown; the list of trials has them all.
MOST_TRIALS = 10
#: Trials are counted up to here.
MOST_COUNTED = 1_000

KINDS = ("therapy", "term", "trial")


@dataclass
class Hit:
    """One page that was found."""

    kind: str
    page: Any  # an Edition with its therapy, a GlossaryTerm or a Trial
    how: int
    order: float = 0
    #: The name that matched, where the heading does not show it.
    also_called: str = ""
    text: EditionText | None = None

    @property
    def key(self) -> str:
        if self.kind == "therapy":
            return self.page.therapy.slug
        return self.page.home_number if self.kind == "trial" else self.page.slug

    @property
    def rank(self) -> tuple[int, float]:
        return (self.how, self.order)


@dataclass
class Results:
    """What was found for one question, by kind of page."""

    text: str
    query: Query
    #: The question as it was answered, where its spelling was put right.
    corrected: str = ""
    #: No page has all the words: these have some of them.
    is_partial: bool = False
    trial_count: int = 0
    by_kind: dict[str, list[Hit]] = field(default_factory=dict)

    def sections(self) -> list[tuple[str, list[Hit]]]:
        """(kind, hits) for each kind that has any, the kind with the best hit first."""
        found = [(kind, self.by_kind[kind]) for kind in KINDS if self.by_kind.get(kind)]
        return sorted(found, key=lambda section: section[1][0].how)

    def hits(self) -> list[Hit]:
        """All hits in the order of the page."""
        return [hit for _kind, hits in self.sections() for hit in hits]

    @property
    def has_more_trials(self) -> bool:
        return self.trial_count > len(self.by_kind.get("trial", ()))

    @property
    def words(self) -> tuple[str, ...]:
        """The words to mark."""
        return self.query.words

    def __bool__(self) -> bool:
        return any(self.by_kind.values())


def search(text: str, *, at: dt.datetime) -> Results:
    """Find `text`, whatever it is: never raises for what was typed. `at` decides which editions are live."""
    return _Search(cleaned(text), at).results()


class _Search:
    """One question to one state of the site."""

    def __init__(self, text: str, at: dt.datetime) -> None:
        self.text, self.at = text, at

    def results(self) -> Results:
        results = self._ask(self.text)
        if results or not results.query:
            return results
        results = self._ask(self.text, is_beginning=True)
        if results:
            return results
        corrected = self._corrected(results.query)
        if corrected:
            answer = self._ask(corrected) or self._ask(corrected, is_beginning=True)
            if answer:
                answer.text, answer.corrected = self.text, corrected
                return answer
        if len(results.query.phrases) > 1:
            answer = self._ask(corrected or self.text, any_will_do=True)
            answer.text, answer.corrected, answer.is_partial = self.text, corrected, True
            return answer
        return results

    @cached_property
    def pages(self) -> dict[str, list[Named]]:
        return {"therapy": called.therapies(self.at), "term": called.terms()}

    def _ask(self, text: str, **options: bool) -> Results:
        query = Query.parse(text, **options)
        results = Results(self.text, query)
        if not query:
            return results
        for kind, pages in self.pages.items():
            hits = {named.page.pk: hit for named in pages if (hit := _named(kind, named, text, query))}
            self._add_texts(kind, hits, query)
            results.by_kind[kind] = sorted(hits.values(), key=lambda hit: (*hit.rank, hit.key))
        results.by_kind["trial"], results.trial_count = self._trials(text, query)
        return results

    def _add_texts(self, kind: str, hits: dict[int, Hit], query: Query) -> None:
        """Add the pages whose text has the words."""
        if kind == "term":
            for term in GlossaryTerm.objects.best_matches(query, 100):
                hits.setdefault(term.pk, Hit(kind, term, IN_TEXT, -term.likeness))
            return
        editions = {named.page.pk: named.page for named in self.pages["therapy"]}
        texts = EditionText.objects.filter(edition__in=Edition.objects.live(self.at).order_by().values("pk"))
        for text in texts.best_matches(query, 100):
            if text.edition_id not in editions:  # went live since the names were read
                continue
            hit = hits.setdefault(text.edition_id, Hit(kind, editions[text.edition_id], IN_TEXT, -text.likeness))
            hit.text = text

    def _trials(self, text: str, query: Query) -> tuple[list[Hit], int]:
        """The likeliest trials, and how many there are, counted up to `MOST_COUNTED` + 1."""
        public = Trial.objects.public()
        wanted = _trial_ids_of_numbers(text)
        hits = [Hit("trial", trial, IS_NAMED) for trial in public.filter(pk__in=wanted)] if wanted else []
        asked = words_of(text), query.words
        hits += [
            Hit("trial", trial, _how_named(trial, asked), -trial.likeness)
            for trial in public.best_matches(query, 5 * MOST_TRIALS)
            if trial.pk not in wanted
        ]
        hits.sort(key=lambda hit: hit.rank)
        count = public.filter(Q(pk__in=wanted) | Q(public.match(query)))[: MOST_COUNTED + 1].count()
        return hits[:MOST_TRIALS], count

    def _corrected(self, query: Query) -> str:
        """The question with each unknown word replaced by the one it is most like; '' when there is none."""
        words = called.vocabulary(named for pages in self.pages.values() for named in pages)
        for acronym in (
            Trial.objects.public().exclude(acronym="").order_by().values_list("acronym", flat=True).distinct()
        ):
            for word in words_of(acronym):
                words.setdefault(folded(word), word)
        replaced = {}
        for word in query.words:
            if folded(word) in words and word.isascii():
                continue
            if (meant := nearest(word, words)) and not self._is_known(word):
                replaced[word] = words[meant]
        if not replaced:
            return ""
        return " ".join(" ".join(replaced.get(word, word) for word in phrase) for phrase in query.phrases)

    def _is_known(self, word: str) -> bool:
        """Whether any public page has the word."""
        query = Query(((word,),))
        texts = EditionText.objects.filter(edition__in=Edition.objects.live(self.at).order_by().values("pk"))
        return any(
            some.matching(query).exists() for some in (texts, Trial.objects.public(), GlossaryTerm.objects.all())
        )


def _named(kind: str, named: Named, text: str, query: Query) -> Hit | None:
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
        elif stems and stems <= name.stems:
            found = (HAS_NAME, order, name)
        elif query.is_beginning and all(any(word.startswith(asked) for word in name.words) for asked in stems):
            found = (BEGINS, order, name)
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


def _how_named(trial: Trial, asked: Iterable[tuple[str, ...]]) -> int:
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


def _trial_ids_of_numbers(text: str) -> list[int]:
    """The trials whose registry numbers stand in `text`, in any spelling; digits alone count where 8 or more are given."""
    parsed = {number.number for _start, _end, number in numbers_in(text)}
    if whole := parse_number(text):
        parsed.add(whole.number)
    digits = "".join(text.split())
    if digits.isdigit() and 7 <= len(digits) <= 14:
        parsed |= {f"{prefix}{digits}" for prefix in ("NCT", "ISRCTN", "DRKS", "KCT", "UMIN", "ACTRN", "JRCT", "JRCTS")}
    if not parsed:
        return []
    return list(TrialIdentifier.objects.filter(number__in=parsed).values_list("trial", flat=True)[:50])
