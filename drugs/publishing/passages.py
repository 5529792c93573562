"""The sentences of an edition that name a trial or cite a source, as an editor looks for them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from drugs.models import SECTIONS, Edition
from drugs.publishing.checker.draft import Draft, brackets
from drugs.publishing.checker.prose import blocks, sentences

#: Every text of an edition in the order of the page, by the name of its field.
TEXTS = ("summary", "plain_words", *(name for name, _heading in SECTIONS))

#: {section: name of the field, text: the sentence}
Passage = dict[str, str]


def all_sentences(edition: Edition) -> Iterator[tuple[str, str]]:
    """(name of the field, sentence); a heading or a cell of a table counts as one sentence."""
    for name in TEXTS:
        for block in blocks(getattr(edition, name)):
            for text in sentences(block.text) if block.is_prose else [block.text]:
                yield name, text


def naming_trials(edition: Edition, facts: Mapping[int, Mapping[str, Any]]) -> dict[int, list[Passage]]:
    """For each trial the sentences that name it: by number, acronym, or 'phase N' where the page has just one.

    `facts`, by trial, are those that the text was written on: a trial that went from phase 2 to 3 since is still the
    one that the text calls 'phase 2'. Trials that are not in it came later and take no part.
    """
    draft = Draft.of(edition)
    draft.trials = [trial for trial in draft.trials if trial.pk in facts]
    for trial in draft.trials:
        for name in ("acronym", "phases"):
            setattr(trial, name, facts[trial.pk].get(name) or getattr(trial, name))
    found: dict[int, list[Passage]] = defaultdict(list)
    for section, text in all_sentences(edition):
        for trial in draft.trials_named_in(text):
            found[trial.pk].append({"section": section, "text": text})
    return found


def citing(edition: Edition, labels: set[str]) -> list[Passage]:
    """The sentences that cite one of these sources."""
    return [
        {"section": section, "text": text}
        for section, text in all_sentences(edition)
        if any(label in bracket for bracket in brackets(text) for label in labels)
    ]
