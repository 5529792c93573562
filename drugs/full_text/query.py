"""What a person typed, as the words that an index is asked for. No character of it is an operator."""

import re
import unicodedata
from dataclasses import dataclass

#: Longer questions are cut: a name, a number or a title is shorter.
LONGEST = 100

_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|(\S+)')
#: Words that say nothing about what is looked for. They count when there is no other.
EMPTY_WORDS = frozenset(
    "a about an and any are at be by can could do does for from has have how i in is it me my of on or should that the there "
    "this to was were what when where which who why will with would you your trial trials study studies".split()
)
#: Words that say nothing in a question that begins with 'what': 'what does x mean', 'what does x stand for'.
ENDS_OF_QUESTIONS = frozenset("mean means stand stands".split())


def cleaned(text: str) -> str:
    """`text` on one line, in composed characters, without control characters, at most `LONGEST` long."""
    text = unicodedata.normalize("NFKC", text[: 4 * LONGEST])
    text = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join(text.split())[:LONGEST].strip()


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, in order; 'MT-1186' is two."""
    return tuple(_WORD.findall(text.lower()))


@dataclass(frozen=True)
class Query:
    """Phrases that must all be found: one for each word typed, or for each part in quotation marks.

    A word with punctuation inside is a phrase of its parts: 'MT-1186' finds 'MT 1186' and 'MT-1186'.
    """

    phrases: tuple[tuple[str, ...], ...]
    #: The last word may be the beginning of a word.
    is_beginning: bool = False
    #: One phrase is enough.
    any_will_do: bool = False

    @classmethod
    def parse(cls, text: str, *, is_beginning: bool = False, any_will_do: bool = False) -> "Query":
        parts = [words_of("".join(groups)) for groups in _QUOTED.findall(cleaned(text))]
        phrases = tuple(dict.fromkeys(part for part in parts if part))
        empty = EMPTY_WORDS | ENDS_OF_QUESTIONS if phrases and phrases[0] == ("what",) else EMPTY_WORDS
        telling = tuple(phrase for phrase in phrases if len(phrase) > 1 or phrase[0] not in empty)
        return cls(telling or phrases, is_beginning, any_will_do)

    def __bool__(self) -> bool:
        return bool(self.phrases)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for phrase in self.phrases for word in phrase))

    def for_sqlite(self) -> str:
        """As FTS5 reads it: every phrase in quotation marks."""
        phrases = [f'"{" ".join(phrase)}"' for phrase in self.phrases]
        if self._may_go_on:
            phrases[-1] += " *"
        return (" OR " if self.any_will_do else " AND ").join(phrases)

    def for_postgresql(self) -> str:
        """As `to_tsquery` reads it: every word in quotation marks."""
        phrases = [" <-> ".join(f"'{word}'" for word in phrase) for phrase in self.phrases]
        if self._may_go_on:
            phrases[-1] += ":*"
        return (" | " if self.any_will_do else " & ").join(f"({phrase})" for phrase in phrases)

    @property
    def _may_go_on(self) -> bool:
        """Whether the last word is long enough to be taken for a beginning."""
        return self.is_beginning and len(self.phrases[-1][-1]) >= 4
