"""From the text of a cell to a value of `Trial`, or a sentence that says why not.

Every function takes the stripped text of a cell that is not empty. It raises `UnknownWordError` for a
word outside ClinicalTrials.gov's lists and `BadValueError` for text that cannot be what its column says.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from drugs import vocabulary as words
from drugs.imports.characters import key as key
from drugs.imports.characters import plain
from drugs.imports.phases import phase_in_words
from drugs.imports.problems import BadValueError, UnknownWordError

#: How exports write a value that they do not have. NA is not among them: it is a phase, see `NOT_AVAILABLE`.
MISSING = frozenset(
    (
        "",
        "null",
        "NULL",
        "N/A",
        "n/a",
        "NaT",
        "NaN",
        "nan",
        "None",
        "none",
        "#N/A",
        "<NA>",
        "-",
        "--",
        "\u2013",
        "\u2014",
    )
)

#: Missing in columns where they are no word: R and people write them so.
NOT_AVAILABLE = frozenset(("NA", "na", "n.a.", "N.A.", "n. a.", "N. A."))

_UNUSUAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\xa0\u200b\u2028\u2029\ufeff\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def text(value: str) -> str:
    """Text with its line breaks, no-break spaces as spaces, invisible characters taken out."""
    if _UNUSUAL.search(value):
        if found := _CONTROL.search(value):
            raise BadValueError(
                _("The cell holds the control character %(code)s, which no text needs: take it out.")
                % {"code": f"U+{ord(found[0]):04X}"}
            )
        value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
        value = value.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "")
    return value.strip()


def line(value: str) -> str:
    """Text of one line: every run of white space is one space."""
    value = text(value)
    return _SPACES.sub(" ", value) if "\n" in value or "  " in value or "\t" in value else value


# Words of closed lists


def chooser(choices: Any, more: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """A cleaner that finds a word of `choices` in any spelling, or one of `more`, by key."""
    known = {key(value): value for value in choices.values} | dict(more or {})

    @lru_cache(maxsize=4096)
    def choose(value: str) -> str:
        try:
            return known[key(value)]
        except KeyError:
            raise UnknownWordError(
                _("Not a word of the list. Known are: %(known)s.") % {"known": ", ".join(choices.values)}
            ) from None

    return choose


status = chooser(words.OverallStatus, {"unknownstatus": "UNKNOWN"})
_one_phase = chooser(
    words.Phase,
    {"notapplicable": "NA", "phase0": "EARLY_PHASE1"},
)


@lru_cache(maxsize=1024)
def phases(value: str) -> str:
    """'Phase 1|Phase 2' or 'PHASE1|PHASE2' as one of `Phase`; a sheet mended by hand may say 'Phase II/III'."""
    try:
        found = sorted({part for word in value.split("|") if word.strip() for part in _one_phase(word).split("|")})
    except UnknownWordError:
        return phase_in_words(value)
    joined = "|".join(found)
    if joined not in words.Phase.values:
        raise UnknownWordError(_("No trial has these phases together."))
    return joined


_study_type = chooser(words.StudyType)


@lru_cache(maxsize=1024)
def study_type(value: str) -> str:
    """'Expanded Access:Individual Patients' and 'Observational [Patient Registry]' by their first word."""
    return _study_type(re.split(r"[:\[\"]", value)[0])


sex = chooser(words.Sex, {"both": "ALL", "bothmalesandfemales": "ALL"})
funder = chooser(
    type(
        "Funder",
        (),
        {"values": ["INDUSTRY", "NIH", "FED", "OTHER_GOV", "NETWORK", "INDIV", "OTHER", "UNKNOWN", "AMBIG"]},
    ),
    {"usfed": "FED", "othergovernment": "OTHER_GOV", "individual": "INDIV", "otherusfederalagency": "FED"},
)
yes_no = {
    "yes": True,
    "no": False,
    "true": True,
    "false": False,
    "hasresults": True,
    "noresultsavailable": False,
    "1": True,
    "0": False,
}


def has_results(value: str) -> bool:
    try:
        return yes_no[key(value)]
    except KeyError:
        raise UnknownWordError(_("Write YES or NO.")) from None


def funders(value: str) -> str:
    return "|".join(dict.fromkeys(funder(part) for part in value.split("|") if part.strip()))


# Design: 'Allocation: Randomized|Intervention Model: Parallel Assignment|...'

allocation = chooser(
    words.Allocation, {"nonrandomizedtrial": "NON_RANDOMIZED", "randomizedcontrolledtrial": "RANDOMIZED"}
)
intervention_model = chooser(
    words.InterventionModel,
    {f"{key(value)}assignment": value for value in words.InterventionModel.values},
)
primary_purpose = chooser(
    words.PrimaryPurpose,
    {"educationalcounselingtraining": "ECT", "educationcounselingtraining": "ECT"},
)
_masking = chooser(words.Masking, {"open": "NONE", "openlabel": "NONE", "noneopenlabel": "NONE"})


def masking(value: str) -> str:
    """'Double (Participant, Investigator)', 'Double-Blind', 'None (Open Label)'."""
    word = re.sub(r"[ -]{0,3}blind(ed)?$", "", line(value.split("(")[0]), flags=re.IGNORECASE)
    return _masking(word)


date_type = chooser(words.DateType, {"anticipated": "ESTIMATED", "estimate": "ESTIMATED"})


def word(value: str) -> str:
    """A word in the spelling of ClinicalTrials.gov's lists, for lists that grow: 'Case-Control' as CASE_CONTROL."""
    return re.sub(r"[\s-]+", "_", value.strip()).upper()


_DESIGN: dict[str, tuple[str, Callable[[str], str]]] = {
    "allocation": ("allocation", lambda value: "NA" if value == "N/A" else allocation(value)),
    "interventionmodel": ("intervention_model", intervention_model),
    "masking": ("masking", masking),
    "endpointclassification": ("", str),
    "primarypurpose": ("primary_purpose", primary_purpose),
    "observationalmodel": ("observational_model", word),
    "observationalstudymodel": ("observational_model", word),
    "timeperspective": ("time_perspective", word),
}


@lru_cache(maxsize=4096)
def _design(value: str) -> tuple[tuple[str, str], ...]:
    facts = []
    for part in value.split("|"):
        name, colon, said = part.partition(":")
        said = said.strip()
        if not colon or len(said) < 2:  # the new site cuts 'Time Perspective' of some studies to one letter
            continue
        if key(name) not in _DESIGN:
            raise UnknownWordError(_("'%(part)s' is no part of a design.") % {"part": part.strip()})
        field, cleaner = _DESIGN[key(name)]
        if field:
            facts.append((field, cleaner(said)))
    return tuple(facts)


def design(value: str) -> dict[str, str]:
    """The parts of a design as facts; their order is free and each may be missing."""
    return dict(_design(value))


# People


_AGES = {"child": "CHILD", "adult": "ADULT", "olderadult": "OLDER_ADULT", "senior": "OLDER_ADULT"}
_SPAN = re.compile(
    r"(?:(?P<low>\d+ \w+) to (?P<high>\d+ \w+)|(?P<from>\d+ \w+) and (?:older|over)|up to (?P<upto>\d+ \w+))",
    re.IGNORECASE,
)
_LONGEST_AGES = 500
_UNITS = {"year": "Years", "month": "Months", "week": "Weeks", "day": "Days", "hour": "Hours", "minute": "Minutes"}


@lru_cache(maxsize=4096)
def age_limit(value: str) -> str:
    """'18 Years', '6 Months': a number and a unit, or `words.NO_AGE_LIMIT`."""
    if key(value) == "nolimit":
        return words.NO_AGE_LIMIT
    found = re.fullmatch(r"(\d{1,4})\s*([a-z]+?)s?(?:\s*\(s\))?", value.strip().lower())
    if not found or found[2] not in _UNITS:
        raise UnknownWordError(_("Write an age as '18 Years'."))
    number, unit = int(found[1]), _UNITS[found[2]]
    return f"{number} {unit[:-1] if number == 1 else unit}"


@lru_cache(maxsize=4096)
def _ages(value: str) -> tuple[tuple[str, str], ...]:
    groups, span = value, ""
    if found := re.fullmatch(r"(.*?)\((.*)\)", value):
        span, groups = found[1].strip(), found[2]
    elif _SPAN.fullmatch(value):
        span, groups = value, ""
    facts = []
    names = [part for part in groups.split(",") if part.strip()]
    if unknown := [name.strip() for name in names if key(name) not in _AGES]:
        raise UnknownWordError(_("'%(word)s' is no age group.") % {"word": unknown[0]})
    if names:
        facts.append(("age", ", ".join(_AGES[key(name)] for name in names)))
    if span:
        limits = _SPAN.fullmatch(span)
        if not limits:
            raise UnknownWordError(_("Write ages as '18 Years to 80 Years', '18 Years and older' or 'up to 80 Years'."))
        low, high = (
            limits["low"] or limits["from"] or words.NO_AGE_LIMIT,
            limits["high"] or limits["upto"] or words.NO_AGE_LIMIT,
        )
        facts += [("minimum_age", age_limit(low)), ("maximum_age", age_limit(high))]
    return tuple(facts)


def ages(value: str) -> dict[str, str]:
    """Age groups and limits: 'ADULT, OLDER_ADULT' or '18 Years to 65 Years (Adult, Older Adult)'."""
    if len(value) > _LONGEST_AGES:  # what follows takes long over a long text of brackets
        raise UnknownWordError(_("Write ages as '18 Years to 80 Years', '18 Years and older' or 'up to 80 Years'."))
    return dict(_ages(line(value)))


_LARGEST = 2_147_483_647
_THOUSANDS = re.compile(r"\d{1,3}([ ,'\u2019])\d{3}(?:\1\d{3})*(?:\.0{1,2})?", re.ASCII)


def whole_number(value: str) -> int:
    """'450', '1,234', '1 234' and '450.0'; '12.7' is no number of people, and '1.000' may be one or a thousand."""
    digits = plain(value)
    if _THOUSANDS.fullmatch(digits):  # no number of people has decimals, so a comma parts thousands
        digits = re.sub(r"[ ,'\u2019](?=\d{3})", "", digits)
    if not (found := re.fullmatch(r"(\d{1,40})(\.0{1,2})?", digits, re.ASCII)):
        if re.fullmatch(r"\d{1,3}(\.\d{3})+", digits, re.ASCII):
            raise BadValueError(_("The dot may part thousands or decimals: write the number without it."))
        raise BadValueError(_("Write a whole number, such as 450."))
    number = int(found[1])
    if number > _LARGEST:
        raise BadValueError(_("No study has so many people."))
    return number


# Lists


_TYPES = frozenset(
    "DRUG DEVICE BIOLOGICAL PROCEDURE RADIATION BEHAVIORAL GENETIC DIETARY_SUPPLEMENT COMBINATION_PRODUCT DIAGNOSTIC_TEST OTHER".split()
)


def interventions(value: str) -> str:
    """'Drug: x|Device: y' with the types in today's spelling: 'DRUG: x|DEVICE: y'."""
    parts = []
    for part in line(value).split("|"):
        kind, colon, name = part.partition(": ")
        if colon and kind.upper() == kind and kind in _TYPES:
            parts.append(part)
        elif colon and (known := word(kind)) in _TYPES:
            parts.append(f"{known}: {name}")
        else:
            parts.append(part)
    return "|".join(parts)


def sponsors(value: str) -> dict[str, str]:
    """The old site's 'Sponsor/Collaborators': the first is the sponsor."""
    lead, _bar, others = line(value).partition("|")
    return {"lead_sponsor": lead.strip()} | ({"collaborators": others.strip()} if others.strip() else {})
