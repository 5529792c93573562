"""How hard the summary is to read.

Flesch-Kincaid grade: 0.39 x words per sentence + 11.8 x syllables per word - 15.59
(Kincaid et al., 1975, Navy Research Branch Report 8-75).
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from drugs.models import Alias
from drugs.publishing.checker.draft import Draft
from drugs.publishing.checker.finding import Finding
from drugs.publishing.checker.prose import blocks, sentences

HARDEST_GRADE = 9.0
#: What an unfamiliar name costs a reader, however long it is.
NAME_SYLLABLES = 2


def syllables(word: str) -> int:
    """Syllables of an English word by its groups of vowels, a silent e and the ending -ed left out."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if len(letters) <= 3:
        return 1
    letters = re.sub(r"(?<=[^laeiouy])es$|(?<=[^dtaeiouy])ed$|(?<=[^laeiouy])e$", "", letters)
    return max(1, len(re.findall(r"[aeiouy]+", letters)))


def reading_grade(text: str, names: set[str] = frozenset()) -> float:  # type: ignore[assignment]
    """The school year (USA) whose pupils read `text` with ease; words of `names` count two syllables."""
    lengths = [len(_words(sentence)) for sentence in sentences(text)]
    words = _words(text)
    if not words or not lengths:
        return 0.0
    spoken = sum(NAME_SYLLABLES if word.lower() in names else syllables(word) for word in words)
    return 0.39 * len(words) / len(lengths) + 11.8 * spoken / len(words) - 15.59


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z][A-Za-z'’-]*|\d[\d.,]*", text)


def names_of(draft: Draft) -> set[str]:
    """Every word of the therapy's names and of the glossary's terms, in small letters."""
    spellings = [draft.edition.name, draft.edition.display_name, *draft.glossary]
    spellings += Alias.objects.filter(edition=draft.edition).values_list("text", flat=True)
    return {word.lower() for spelling in spellings for word in _words(spelling) if len(word) > 3}


def hard_summary(draft: Draft) -> Iterator[Finding]:
    text = " ".join(block.text for block in blocks(draft.edition.summary))
    grade = reading_grade(text, names_of(draft))
    where = str(draft.edition._meta.get_field("summary").verbose_name)
    if grade > HARDEST_GRADE:
        longest = sorted(sentences(text), key=len, reverse=True)[:2]
        why = _("Reading grade %(grade).1f; at most %(most).0f. Shorten these first: %(longest)s") % {
            "grade": grade,
            "most": HARDEST_GRADE,
            "longest": " … ".join(longest),
        }
        yield Finding("hard_summary", where, text, why)
