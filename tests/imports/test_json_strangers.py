"""JSON of the API as people keep it: pages one a line, cut off, with something else among the studies."""

import json

import pytest

from drugs.models import Trial
from drugs.vocabulary import RunState
from tests.imports.conftest import counts
from tests.imports.test_formats import STUDY

pytestmark = pytest.mark.django_db

OTHER = json.loads(json.dumps(STUDY).replace("NCT01363401", "NCT04745299"))
PAIR = [STUDY, OTHER]
PAGES = [{"studies": [study], "nextPageToken": "x"} for study in PAIR]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, PAIR)),
        "\r\n".join(map(json.dumps, PAGES)) + "\r\n\r\n",
        json.dumps(PAGES),
        json.dumps({"studies": PAIR, "nextPageToken": "x", "totalCount": 9}, indent=2),
        json.dumps({"nextPageToken": "x", "other": 1, "studies": PAIR}),
        "\ufeff" + json.dumps(PAIR),
    ],
)
def test_every_study_of_every_page_is_read(imported, text):
    assert counts(imported(text)) == {"new": 2}


def test_a_lone_backslash_beside_one_that_is_written_right_is_text(imported):
    imported(json.dumps(PAIR).replace("HYNR-CS inj", r"a\d \\d \" \u00e9 b"))

    assert set(Trial.objects.values_list("brief_title", flat=True)) == {r'a\d \d " é b'}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(PAIR)[:-1],
        json.dumps(PAIR)[:-20],
        json.dumps({"studies": PAIR})[:-1],
        json.dumps({"studies": PAIR})[:-2],
        json.dumps({"studies": PAIR, "nextPageToken": "x"})[:-4],
        json.dumps(PAIR) + "garbage",
    ],
)
def test_a_file_that_was_cut_off_is_refused_whole(compared, text):
    run = compared(text)

    assert run.state == RunState.FAILED
    assert "Download it again" in run.error


def test_what_is_no_study_is_refused_by_itself(imported):
    run = imported(json.dumps([None, STUDY, {"a": 1}, 3]))

    assert counts(run) == {"new": 1, "refused": 3}
    assert Trial.objects.get().home_number == "NCT01363401"


def test_a_study_without_number_or_modules(imported):
    bare = {"protocolSection": {"identificationModule": {"nctId": "NCT04745299"}, "statusModule": "x"}}
    nameless = {"protocolSection": {"identificationModule": {"nctId": None, "briefTitle": "B"}}}
    run = imported(json.dumps([STUDY, bare, nameless]))

    assert counts(run) == {"new": 2, "refused": 1}
    assert "no registry number" in run.rows.get(decision="refused").problems[0]["reason"]
