"""What is typed becomes words, whatever it is."""

import pytest

from drugs.full_text import Query, words_of
from drugs.full_text.query import LONGEST, cleaned


@pytest.mark.parametrize(
    ("typed", "phrases"),
    [
        ("oral edaravone", (("oral",), ("edaravone",))),
        ("MT-1186", (("mt", "1186"),)),
        ('"open label" ALS', (("open", "label"), ("als",))),
        ("“open label”", (("open", "label"),)),
        ("edaravone edaravone", (("edaravone",),)),
        ("the trial of tofersen", (("tofersen",),)),
        ("What does double-blind mean?", (("double", "blind"),)),
        ("mean difference", (("mean",), ("difference",))),
        ("what is it", (("what",), ("is",), ("it",))),
        ("", ()),
        ("  \x00\x07\u200b ", ()),
        ("*()\"'&|!:^~", ()),
        ("🙂", ()),
        ("ribo\x00flavin", (("ribo",), ("flavin",))),
        ("ﬁlm", (("film",),)),
    ],
)
def test_query_phrases(typed, phrases):
    assert Query.parse(typed).phrases == phrases


def test_cleaned_cuts_what_is_too_long():
    assert len(cleaned("a b" * 30_000)) <= LONGEST


def test_words_of_a_code():
    assert words_of("NEURONATA-R_ALS301") == ("neuronata", "r", "als301")


def test_query_quotes_every_term():
    query = Query.parse('NOT near(a b) "x" col:y', is_beginning=True)

    assert query.for_sqlite() == '"not" AND "near a" AND "b" AND "x" AND "col y"'
    assert query.for_postgresql() == "('not') & ('near' <-> 'a') & ('b') & ('x') & ('col' <-> 'y')"


def test_query_goes_on_from_a_beginning():
    query = Query.parse("oral edarav", is_beginning=True)

    assert query.for_sqlite() == '"oral" AND "edarav" *'
    assert query.for_postgresql() == "('oral') & ('edarav':*)"
