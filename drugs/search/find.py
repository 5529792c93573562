"""One question, asked of names first, then of the full text, then with the spelling put right."""

import datetime as dt
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from drugs.full_text import Query
from drugs.full_text.query import cleaned, words_of
from drugs.models import Edition, EditionText, GlossaryTerm, PageVersion, Trial
from drugs.search import names as called
from drugs.search.hits import IN_TEXT, IS_NAMED, Hit, hit_by_name, how_trial_is_named
from drugs.search.names import Named, folded, stem
from drugs.search.spelling import nearest

#: How many trials are shown; the list of trials has them all.
MOST_TRIALS = 10
#: Trials are counted up to here.
MOST_COUNTED = 1_000

KINDS = ("therapy", "term", "page", "trial")


@dataclass
class Results:
    """What was found for one question, by kind of page."""

    text: str
    query: Query
    #: The question as it was answered, where its spelling was put right.
    corrected: str = ""
    #: No page has all the words: these have some of them.
    is_partial: bool = False
    #: What may have been meant, where only trials have the word as it was typed.
    suggestion: str = ""
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
    def has_own_pages(self) -> bool:
        """Whether a therapy, a term or an information page was found, not trials alone."""
        return any(self.by_kind.get(kind) for kind in ("therapy", "term", "page"))

    @property
    def has_more_trials(self) -> bool:
        return self.trial_count > len(self.by_kind.get("trial", ()))

    @property
    def has_countless_trials(self) -> bool:
        return self.trial_count > MOST_COUNTED

    @property
    def most_counted(self) -> int:
        return MOST_COUNTED

    @property
    def shown_text(self) -> str:
        """The question that was answered."""
        return self.corrected or self.text

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
        if results.query and not results.has_own_pages:
            results = self._ask(self.text, is_beginning=True)
        if results:
            if not results.has_own_pages and results.hits()[0].how == IN_TEXT:
                results.suggestion = self._corrected(results.query, self._own_words())
            return results
        return self._put_right(results) if results.query else results

    def _put_right(self, nothing: Results) -> Results:
        """What is found with a code divided, with the spelling put right, or with some of the words."""
        if (divided := _divided(self.text)) and (answer := self._ask(self.text, divided)):
            return answer
        known = {word for word in nothing.query.words if self._is_known(word)}
        corrected = self._corrected(nothing.query, self._all_words(), known)
        answer = nothing
        if corrected:
            answer = self._ask(corrected) or self._ask(corrected, is_beginning=True)
        if not answer and len(nothing.query.phrases) > 1:
            answer = self._ask(corrected or self.text, any_will_do=True)
            answer.is_partial = bool(answer)
        answer.text, answer.corrected = self.text, corrected if answer else ""
        return answer

    @cached_property
    def pages(self) -> dict[str, list[Named]]:
        return {"therapy": called.therapies(self.at), "term": called.terms(), "page": called.pages(self.at)}

    def _ask(self, text: str, divided: Query | None = None, **options: bool) -> Results:
        query = divided or Query.parse(text, **options)
        results = Results(self.text, query)
        if not query:
            return results
        for kind, pages in self.pages.items():
            hits = {named.page.pk: hit for named in pages if (hit := hit_by_name(kind, named, text, query))}
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
        if kind == "page":
            for version in PageVersion.objects.live(self.at).select_related("page").best_matches(query, 100):
                hits.setdefault(version.pk, Hit(kind, version, IN_TEXT, -version.likeness))
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
        wanted = public.numbered(text)
        beginning = replace(query, is_beginning=True)
        hits = [Hit("trial", trial, IS_NAMED) for trial in public.filter(pk__in=wanted)] if wanted else []
        asked = words_of(text), query.words
        hits += [
            Hit("trial", trial, how_trial_is_named(trial, asked), -trial.likeness)
            for trial in public.best_matches(beginning, 5 * MOST_TRIALS)
            if trial.pk not in wanted
        ]
        hits.sort(key=lambda hit: hit.rank)
        found = public.matching(query) if query.any_will_do else public.found_by(text)
        count = found[: MOST_COUNTED + 1].count()
        return hits[:MOST_TRIALS], count

    def _own_words(self) -> dict[str, str]:
        """The words of the names of therapies and terms."""
        return called.vocabulary(named for pages in self.pages.values() for named in pages)

    def _all_words(self) -> dict[str, str]:
        """Those, and the words of the trials' acronyms."""
        words = self._own_words()
        acronyms = Trial.objects.public().exclude(acronym="").order_by().values_list("acronym", flat=True)
        for acronym in acronyms.distinct():
            for word in words_of(acronym):
                words.setdefault(folded(word), word)
        return words

    def _corrected(self, query: Query, words: dict[str, str], known: Iterable[str] = ()) -> str:
        """The question with each word that nobody knows replaced by the one of `words` that is most like it.

        Empty when there is none.
        """
        meant = {
            word: words[near]
            for word in query.words
            if word not in known and (folded(word) not in words or not word.isascii())
            if (near := nearest(word, words)) and stem(near) != stem(folded(word))
        }
        if not meant:
            return ""
        return " ".join(" ".join(meant.get(word, word) for word in phrase) for phrase in query.phrases)

    def _is_known(self, word: str) -> bool:
        """Whether any public page has the word."""
        query = Query(((word,),))
        texts = EditionText.objects.filter(edition__in=Edition.objects.live(self.at).order_by().values("pk"))
        return any(
            some.matching(query).exists()
            for some in (texts, Trial.objects.public(), GlossaryTerm.objects.all(), PageVersion.objects.live(self.at))
        )


#: Where letters and digits of a code meet: 'MT1186' is written 'MT-1186' elsewhere.
_MEETING = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
#: A question in which they meet more often is not tried in every way.
MOST_MEETINGS = 4


def _divided(text: str) -> Query | None:
    """The whole question as one phrase, its codes divided in each way where letters and digits meet."""
    whole = " ".join(words_of(text))
    places = [match.start() for match in _MEETING.finditer(whole)]
    if not 0 < len(places) <= MOST_MEETINGS:
        return None
    phrases = []
    for chosen in range(1, 2 ** len(places)):
        cuts = [0, *(place for bit, place in enumerate(places) if chosen >> bit & 1), len(whole)]
        phrases.append(tuple(" ".join(whole[a:b] for a, b in itertools.pairwise(cuts)).split()))
    return Query(tuple(phrases), any_will_do=True)
