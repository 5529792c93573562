"""What a result shows: its heading and a line or two, with the words that were found marked."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from drugs.models import Edition, EditionText, Trial
from drugs.search.find import Results
from drugs.search.hits import IN_TEXT, Hit
from drugs.search.marking import Piece, marked, snippet
from drugs.standings import Standing, standings

#: How much of a text is shown.
LENGTH = 220


@dataclass
class Card:
    """One result as a page shows it. All texts are plain: the template escapes them."""

    hit: Hit
    address: str
    heading: list[Piece]
    text: list[Piece]
    also_called: list[Piece] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    #: Where the word stands that a trial's heading does not have.
    where: str = ""


def cards(hits: list[Hit], results: Results, at: dt.datetime) -> list[Card]:
    """The results of one kind, in their order."""
    if not hits:
        return []
    if hits[0].kind == "term":
        return [_term(hit, results) for hit in hits]
    if hits[0].kind == "page":
        return [_page(hit, results) for hit in hits]
    if hits[0].kind == "trial":
        return [_trial(hit, results) for hit in hits]
    texts = EditionText.objects.filter(edition__in=Edition.objects.live(at).order_by().values("pk"))
    missing = [hit.page.pk for hit in hits if hit.text is None]
    found = {text.edition_id: text for text in texts.filter(edition__in=missing)} if missing else {}
    standing = standings([hit.page.pk for hit in hits])
    return [_therapy(hit, hit.text or found.get(hit.page.pk), standing.get(hit.page.pk, []), results) for hit in hits]


def _therapy(hit: Hit, text: EditionText | None, standing: list[Standing], results: Results) -> Card:
    edition = hit.page
    shown: list[Piece] = []
    if text is not None:
        if hit.how == IN_TEXT:
            shown = snippet(f"{text.summary}\n{text.body}", results.words, length=LENGTH)
        shown = shown or _beginning(text.summary, results.words)
    return Card(
        hit,
        edition.therapy.get_absolute_url(),
        marked(edition.display_name, results.words),
        shown,
        marked(hit.also_called, results.words),
        standing,
    )


def _term(hit: Hit, results: Results) -> Card:
    return Card(
        hit,
        f"{reverse('glossary')}#{hit.page.slug}",
        marked(hit.page.term, results.words),
        marked(hit.page.meaning, results.words),
        marked(hit.also_called, results.words),
    )


def _page(hit: Hit, results: Results) -> Card:
    version = hit.page
    shown = snippet(version.words, results.words, length=LENGTH) if hit.how == IN_TEXT else []
    heading = marked(version.title, results.words)
    return Card(hit, version.get_absolute_url(), heading, shown or _beginning(version.summary, results.words))


#: Where else a trial may have the words, in the order in which it is said.
_ELSEWHERE = ("secondary_ids", "interventions", "conditions", "official_title", "lead_sponsor", "collaborators")


def _trial(hit: Hit, results: Results) -> Card:
    trial: Trial = hit.page
    title = trial.brief_title or trial.official_title or trial.home_number
    heading = marked(f"{trial.acronym}: {title}" if trial.acronym else title, results.words)
    if not any(piece.is_match for piece in heading):
        for name in _ELSEWHERE:
            line = snippet(getattr(trial, name).replace("|", ", "), results.words, length=LENGTH)
            if line:
                label = str(Trial._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
                return Card(hit, trial.get_absolute_url(), heading, line, where=label[:1].upper() + label[1:])
    return Card(hit, trial.get_absolute_url(), heading, [])


def _beginning(text: str, words: Iterable[str]) -> list[Piece]:
    """The first paragraph, as far as it is shown."""
    line = text.split("\n", 1)[0]
    if len(line) <= LENGTH:
        return marked(line, words)
    return [*marked(line[: line.rfind(" ", 0, LENGTH)], words), Piece(" …", False)]
