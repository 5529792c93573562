"""Words of registries and of people: what they become, and that none is guessed."""

import itertools

import pytest

from drugs.imports import clean, dates
from drugs.imports.countries import country_list, locations
from drugs.imports.formats import ictrp, sheet
from drugs.imports.problems import BadValueError, NotedWordError, PartlyKnownError, UnknownWordError
from drugs.vocabulary import Phase

#: The EU's four lines, as its register and ICTRP write them.
MATRIX = (
    "Human pharmacology (Phase I): {}\nTherapeutic exploratory (Phase II): {}\n"
    "Therapeutic confirmatory - (Phase III): {}\nTherapeutic use (Phase IV): {}"
)


@pytest.mark.parametrize("separator", ["\n", "<br>", " ", "\n                "])
@pytest.mark.parametrize("said", list(itertools.product(("yes", "no"), repeat=4)))
@pytest.mark.parametrize("cleaner", [ictrp.phase, clean.phases])
def test_every_matrix_of_eu_phases(cleaner, said, separator):
    value = MATRIX.format(*said).replace("\n", separator)
    expected = "|".join(f"PHASE{number}" for number, word in enumerate(said, 1) if word == "yes")

    if not expected or expected in Phase.values:
        assert cleaner(value) == expected
    else:
        with pytest.raises(BadValueError, match="No trial has these phases together"):
            cleaner(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Phase II/III", "PHASE2|PHASE3"),
        ("Phase II-III", "PHASE2|PHASE3"),
        ("Phase 2a", "PHASE2"),
        ("Phase IIb", "PHASE2"),
        ("Ib/IIa", "PHASE1|PHASE2"),
        ("Phase I & II", "PHASE1|PHASE2"),
        ("Phase II, III", "PHASE2|PHASE3"),
        ("Phase I / II", "PHASE1|PHASE2"),
        ("Ⅱ期", "PHASE2"),
        ("Phase II and Phase III (Integrated)", "PHASE2|PHASE3"),
        ("Human pharmacology (Phase I)- First administration to humans", "PHASE1"),
        ("Human pharmacology (Phase I): yes", "PHASE1"),
        ("Early Phase 1", "EARLY_PHASE1"),
        ("Not applicable", "NA"),
        ("NA", "NA"),
    ],
)
@pytest.mark.parametrize("cleaner", [ictrp.phase, clean.phases])
def test_a_phase_in_words_is_one_of_the_list(cleaner, text, expected):
    assert cleaner(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Phase 3/Phase 4",
        "EARLY_PHASE1|PHASE1",
        "early phase 2",
        "Phase 23",
        "Phase 12",
        "Phase 5",
        "PHASE1|PHASE9",
        "NA|1",
    ],
)
@pytest.mark.parametrize(("cleaner", "error"), [(ictrp.phase, NotedWordError), (clean.phases, UnknownWordError)])
def test_a_phase_that_is_not_certain_is_none(cleaner, error, text):
    with pytest.raises(error):
        cleaner(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Interventional clinical trial of medicinal product", "INTERVENTIONAL"),
        ("Non-interventional", "OBSERVATIONAL"),
        ("Not interventional study", "OBSERVATIONAL"),
        ("Observational non invasive", "OBSERVATIONAL"),
        ("Diagnostic test", None),
    ],
)
def test_a_type_of_study_is_the_word_that_it_starts_with(text, expected):
    assert ictrp.study_type(text) == expected


@pytest.mark.parametrize(
    ("cleaner", "text"),
    [
        (ictrp.study_type, "Something new"),
        (ictrp.sex, "whoever comes"),
        (ictrp.status, "Perhaps"),
        (sheet.age, "18"),
        (sheet.age, "adult"),
    ],
)
def test_an_unknown_word_of_an_open_list_is_reported(cleaner, text):
    with pytest.raises(NotedWordError):
        cleaner(text)


@pytest.mark.parametrize("text", ["Both sexes", "Male and female", "men and women", "Any"])
def test_both_sexes_in_words(text):
    assert ictrp.sex(text) == "ALL"


@pytest.mark.parametrize(
    ("cleaner", "text", "known", "strange"),
    [
        (country_list, "France, Atlantis", "FR", "Atlantis"),
        (country_list, "Narnia", "", "Narnia"),
        (country_list, "China;Wuhan", "CN", "Wuhan"),
        (
            locations,
            "Site, Paris, France|Site, City, Atlantis",
            {"locations": "Site, Paris, France|Site, City, Atlantis", "countries": "FR"},
            "Site, City, Atlantis",
        ),
    ],
)
def test_a_country_that_is_not_known_is_named_and_the_others_are_taken(cleaner, text, known, strange):
    with pytest.raises(PartlyKnownError) as raised:
        cleaner(text)

    assert raised.value.known == known
    assert strange in str(raised.value)


@pytest.mark.parametrize("text", ["1000000000000", "2147483648", "9" * 40])
def test_more_people_than_there_are_is_said_so(text):
    with pytest.raises(BadValueError, match="so many people"):
        clean.whole_number(text)


@pytest.mark.parametrize(("text", "expected"), [("1,234", 1234), ("12.0", 12), ("about 30", None), ("٣", None)])
def test_a_target_size_is_a_number_or_prose(text, expected):
    assert ictrp.target_size(text) == expected


@pytest.mark.parametrize("text", ["00/05/2024", "1/0/1900", "31/02/2024", "2024-00-10", "2024-13", "2023-02-29"])
def test_a_day_that_the_calendar_does_not_have_is_refused(text):
    with pytest.raises(BadValueError, match="no such day"):
        dates.date_of(None)(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13-May-24", "2024-05-13"),
        ("May 2024", "2024-05"),
        ("May, 2024", "2024-05"),
        ("May 3, 2024 12:00 AM", "2024-05-03"),
        ("13/5/2024 12:00:00 p.m.", "2024-05-13"),
        ("12/25/2024 00:00", "2024-12-25"),
    ],
)
def test_a_date_as_programs_and_people_write_it(text, expected):
    assert dates.date_of(None)(text) == expected


@pytest.mark.parametrize("text", ["2024-W05", "Q2 2024", "mid 2024", "5/3/24", "2024-05-XX", "202405", "TBD"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadValueError):
        dates.date_of(None)(text)
