"""How each registry writes its numbers, and how the same number turns up in files, texts and addresses.

Forms as published by the WHO ICTRP for its primary registries and partner registries
(https://www.who.int/tools/clinical-trials-registry-platform/network), and seen in exports.
"""

import re
from typing import NamedTuple

from drugs.vocabulary import Registry


class RegistryNumber(NamedTuple):
    registry: Registry
    number: str

    @property
    def address(self) -> str:
        """The number as it stands in an address: upper case, `/` as `-`."""
        return self.number.replace("/", "-")


#: The form of each registry's number in upper case, without prefix, country suffix or spaces.
#: EUCTR and CTIS differ by the first digit after the year: 5 is CTIS.
_FORMS: tuple[tuple[Registry, str], ...] = (
    (Registry.CTGOV, r"NCT\d{8}"),
    (Registry.EUCTR, r"20(?:0[4-9]|1\d|2[0-4])-[0-4]\d{5}-\d{2}"),
    (Registry.CTIS, r"20[2-9]\d-5\d{5}-\d{2}"),
    (Registry.ISRCTN, r"ISRCTN\d{8}"),
    (Registry.ANZCTR, r"ACTRN126\d{11}|ACTRN\d{14}"),
    (Registry.CHICTR, r"CHICTR-?[A-Z]{0,5}-?\d{8,10}"),
    (Registry.CRIS, r"KCT\d{7}"),
    (Registry.CTRI, r"CTRI[/-]\d{4}[/-]\d{2,3}[/-]\d{6}"),
    (Registry.DRKS, r"DRKS\d{8}"),
    (Registry.IRCT, r"IRCT\d{8,20}N\d{1,3}"),
    (Registry.JRCT, r"JRCTS?\d{9,10}"),
    (Registry.UMIN, r"UMIN\d{9}"),
    (Registry.JAPICCTI, r"JAPICCTI-?\d{6}"),
    (Registry.NTR, r"NTR\d{1,5}|NL\d{1,5}|NL-OMON\d{1,6}"),
    (Registry.PACTR, r"PACTR\d{15,16}"),
    (Registry.REBEC, r"RBR-?[0-9A-Z]{6,8}"),
    (Registry.RPCEC, r"RPCEC\d{8}"),
    (Registry.REPEC, r"PER-\d{3}-\d{2}"),
    (Registry.SLCTR, r"SLCTR[/-]\d{4}[/-]\d{3}"),
    (Registry.TCTR, r"TCTR\d{11}"),
    (Registry.LBCTR, r"LBCTR\d{10}"),
    (Registry.ITMCTR, r"ITMCTR\d{10}"),
)
_WHOLE = re.compile("|".join(f"(?P<{registry.name}>{form})" for registry, form in _FORMS), re.ASCII)
_PREFIX = re.compile(r"^(?:JPRN-|CTIS:?\s?|EUCTR:?\s?|EUDRACT:?\s?|EU[ -]?CT:?\s?)", re.ASCII)
_COUNTRY_SUFFIX = re.compile(r"^(20\d\d-\d{6}-\d{2})-(?:[A-Z]{2}|\d{2}|3RD|OUTSIDE-EU/EEA)$", re.ASCII)


_PLAIN_NCT = re.compile(r"NCT[0-9]{8}")


def parse_number(text: str) -> RegistryNumber | None:
    """The registry number that `text` is, in whatever spelling; None when it is not one, whole.

    >>> parse_number(" nct 01363401")
    RegistryNumber(registry=Registry.CTGOV, number='NCT01363401')
    """
    if _PLAIN_NCT.fullmatch(text):  # nearly every number of nearly every file
        return RegistryNumber(Registry.CTGOV, text)
    compact = re.sub(r"[\s\u200b\ufeff]+", "", text.replace("\xa0", " ")).upper()
    if not compact or len(compact) > 40 or not compact.isascii():
        return None
    compact = _PREFIX.sub("", compact)
    if match := _COUNTRY_SUFFIX.match(compact):
        compact = match[1]
    match = _WHOLE.fullmatch(compact)
    if match is None:
        return None
    registry = Registry[str(match.lastgroup)]
    return RegistryNumber(registry, _as_written(registry, compact))


def number_in_full(text: str) -> str:
    """The registry number that `text` is, as its registry writes it; '' when it is not one, whole."""
    if _PLAIN_NCT.fullmatch(text):
        return text
    number = parse_number(text)
    return number.number if number else ""


def _as_written(registry: Registry, number: str) -> str:
    """The registry's own punctuation: CTRI and SLCTR separate by /, RBR and JapicCTI by -."""
    if registry in (Registry.CTRI, Registry.SLCTR):
        return number.replace("-", "/")
    if registry == Registry.REBEC and not number.startswith("RBR-"):
        return number.replace("RBR", "RBR-", 1)
    if registry == Registry.JAPICCTI and "-" not in number:
        return number.replace("JAPICCTI", "JAPICCTI-", 1)
    return number


_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])(?:NCT\s?\d{8}|ISRCTN\s?\d{8}|ACTRN\d{14}|KCT\d{7}|DRKS\d{8}|UMIN\d{9}|(?:JPRN-)?JRCTS?\d{9,10}|JAPICCTI-?\d{6}"
    r"|CHICTR-?[A-Z]{0,5}-?\d{8,10}|CTRI/\d{4}/\d{2,3}/\d{6}|IRCT\d{8,20}N\d{1,3}|(?:EUCTR)?20\d\d-\d{6}-\d{2}|TCTR\d{11}|PACTR\d{15,16}|RBR-[0-9A-Z]{6,8})(?![0-9A-Za-z])",
    re.ASCII | re.IGNORECASE,
)


def numbers_in(text: str) -> list[tuple[int, int, RegistryNumber]]:
    """Every registry number that stands in a text, as (start, end, number), in order."""
    found = ((match.start(), match.end(), parse_number(match[0])) for match in _IN_TEXT.finditer(text))
    return [(start, end, number) for start, end, number in found if number]


_BEFORE_DIGITS = ("NCT", "ISRCTN", "DRKS", "KCT", "UMIN", "ACTRN", "JRCT", "JRCTS")


_EU_DIVIDED = re.compile(r"(?<!\d)(20\d\d)[\s./_-]{0,3}(\d{6})[\s./_-]{0,3}(\d{2})(?!\d)", re.ASCII)


def numbers_meant(text: str) -> list[str]:
    """The registry numbers that somebody who typed `text` may mean: any that stand in it; digits alone, of each registry."""
    found = {number.number for _start, _end, number in numbers_in(text)}
    # As people read it out or copy it: 'NCT-0123 4567', '2018 000137 13'.
    undivided = re.sub(r"[^0-9A-Za-z]", "", text)
    eu_numbers = ("-".join(match.groups()) for match in _EU_DIVIDED.finditer(text))
    for spelling in (text, undivided, *eu_numbers):
        if whole := parse_number(spelling):
            found.add(whole.number)
    digits = "".join(text.split())
    if digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 14:
        found |= {f"{letters}{digits}" for letters in _BEFORE_DIGITS}
    if match := re.fullmatch(r"(?:NCT)?0*(\d{6,8})", digits.upper(), re.ASCII):  # leading zeros forgotten
        found.add(f"NCT{match[1]:0>8}")
    return sorted(found)


def beginning_of_number(text: str) -> str:
    """`text` as the beginning of a registry number, with at least six digits; '' when it cannot be one, or is a whole one."""
    compact = _PREFIX.sub("", "".join(text.split()).upper())
    if len(compact) > 30 or parse_number(compact) or not re.fullmatch(r"[A-Z]{0,9}[-/\d]+", compact, re.ASCII):
        return ""
    return compact if sum(map(str.isdigit, compact)) >= 6 else ""


def public_address(registry: str, number: str) -> str:
    """Where a person reads the record at the registry; empty where its addresses are not by number."""
    forms = {
        Registry.CTGOV: "https://clinicaltrials.gov/study/{}",
        Registry.EUCTR: "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}",
        Registry.CTIS: "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={}",
        Registry.ISRCTN: "https://www.isrctn.com/{}",
        Registry.ANZCTR: "https://anzctr.org.au/{}.aspx",
        Registry.DRKS: "https://drks.de/search/en/trial/{}",
        Registry.JRCT: "https://jrct.mhlw.go.jp/en-latest-detail/{}",
    }
    form = forms.get(Registry(registry))
    shown = "jRCT" + number.removeprefix("JRCT").replace("S", "s") if registry == Registry.JRCT else number
    return form.format(shown) if form else ""
