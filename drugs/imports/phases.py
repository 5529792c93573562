"""Phases in the words that registries and people use, as one of ClinicalTrials.gov's.

Seen: 'Phase 2/Phase 3', '2-3', 'PHASE II TRIAL', 'Phase 1b/2a', 'Therapeutic exploratory (Phase II)',
'Phase II and Phase III (Integrated)', and the EU's matrix of yes and no.
"""

import re

from django.utils.translation import gettext as _

from drugs.imports.characters import key
from drugs.imports.problems import UnknownWordError
from drugs.vocabulary import Phase

_TAG = re.compile(r"<[^<>]{1,200}>")
#: 'Therapeutic exploratory (Phase II): yes', one after the other on a line each, or on one.
_MATRIX = re.compile(r"phase\s+(iv|iii|ii|i)\b\W*?:\s*(yes|no)\b")
_NUMERAL = r"(?<![a-z0-9])(iv|iii|ii|i|[1-4])[abc]?(?![a-z0-9])"
#: Words that may stand beside the numerals of a phase and say nothing else.
_BESIDE = re.compile(
    rf"{_NUMERAL}|trial|study|studies|clinical|and|of|human pharmacology|therapeutic exploratory|therapeutic confirmatory"
    r"|therapeutic use|integrated|first administration to humans|bioequivalence study|other|[^a-z0-9]"
)
_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_WHOLE = {
    "notapplicable": "NA",
    "na": "NA",
    "phase0": "EARLY_PHASE1",
    "earlyphase1": "EARLY_PHASE1",
    "earlyphasei": "EARLY_PHASE1",
}
#: Roman numerals of one character, as East Asian keyboards write them.
_ROMAN_SIGNS = str.maketrans({"\u2160": "I", "\u2161": "II", "\u2162": "III", "\u2163": "IV"})


def phase_in_words(value: str) -> str:
    """One of `Phase`; '' where an EU matrix says no to every phase. Raises `UnknownWordError` for anything that is not certain."""
    lower = _TAG.sub(" ", value.translate(_ROMAN_SIGNS)).lower()
    if matrix := _MATRIX.findall(lower):
        return _joined({_NUMBERS[numeral] for numeral, said in matrix if said == "yes"})
    if known := _WHOLE.get(key(lower)):
        return known
    apart = lower.replace("phase", " ")
    numerals = re.findall(_NUMERAL, apart)
    if not numerals or _BESIDE.sub("", apart):
        raise UnknownWordError(_("This phase is not known. Known are: %(known)s.") % {"known": ", ".join(Phase.values)})
    return _joined({_NUMBERS[numeral] for numeral in numerals})


def _joined(numbers: set[int]) -> str:
    joined = "|".join(f"PHASE{number}" for number in sorted(numbers))
    if joined and joined not in Phase.values:
        raise UnknownWordError(_("No trial has these phases together."))
    return joined
