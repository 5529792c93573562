"""The registry number that a cell of a number column holds: plain, as a link, with signs around it."""

import re
from functools import lru_cache

from drugs.imports.characters import plain
from drugs.registry_numbers import RegistryNumber, numbers_in, parse_number

_LINK = re.compile(r"https?://|www\.|=\s*HYPERLINK\(|\]\(", re.IGNORECASE)
#: Characters of a cell that may mean one number: a link, or a formula with one.
_LONGEST = 2000
_NAMED = re.compile(r"([A-Za-z][A-Za-z. ]{1,40})[:=]\s*(.+)")
#: What a name before a number is made of. With any other word ('Extension of: NCT...') it may be another study's.
_NAMES = frozenset(
    "clinicaltrials clinicaltrial clinical trials trial study gov nct ct eu euct euctr eudract ctis isrctn actrn anzctr drks "
    "chictr ctri irct jprn jrct umin kct cris pactr rebec rbr slctr tctr ntr who ictrp registry register registration "
    "registered number num no nr id ids identifier identification code".split()
)
_AROUND = " \t\r\n\"'`*.,;:()[]<>{}\u2018\u2019\u201c\u201d\u00ab\u00bb\u2020\u2021"
#: As India's register shows its numbers, and they are copied.
_REGISTERED = re.compile(r"\s*\[Registered on:?[\s\d/.-]*\]?.*$", re.IGNORECASE | re.DOTALL)
_APART = re.compile(r"(NCT|ISRCTN|DRKS|KCT|ACTRN)[\s.:#_-]*(\d+)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def number_of(cell: str) -> RegistryNumber | None:
    """The one registry number that a cell means; None where it holds none, or several.

    A link to a registry, a HYPERLINK formula and a name before the number ('ClinicalTrials.gov: NCT...') are read;
    words around it are not: 'related to NCT...' is another study.
    """
    if number := parse_number(cell):
        return number
    if len(cell) > _LONGEST:
        return None
    text = plain(cell).strip(_AROUND)
    if _LINK.search(cell):
        found = set(numbers_within(text))
        return found.pop() if len(found) == 1 else None
    text = _REGISTERED.sub("", text)
    if apart := _APART.fullmatch(text):
        text = f"{apart[1]}{apart[2]}"
    elif (named := _NAMED.fullmatch(text)) and _NAMES.issuperset(re.split(r"[. ]+", named[1].lower().strip(". "))):
        text = named[2].strip(_AROUND)
    return parse_number(text) or _the_same_again(text)


def _the_same_again(text: str) -> RegistryNumber | None:
    """The number of a cell that holds it several times, and nothing else: cells that were joined."""
    found = numbers_in(text)
    rest = text
    for start, end, _number in reversed(found):
        rest = rest[:start] + rest[end:]
    numbers = {number for _start, _end, number in found}
    return numbers.pop() if len(numbers) == 1 and len(found) > 1 and not any(map(str.isalnum, rest)) else None


def numbers_within(cell: str) -> list[RegistryNumber]:
    """Every registry number that stands in a cell, in order and once."""
    return list(dict.fromkeys(number for _start, _end, number in numbers_in(plain(cell))))
