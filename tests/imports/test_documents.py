"""JSON and XML read one record at a time: what stands beside the trials costs little."""

import gc
import io
from xml.etree.ElementTree import Element

import pytest

from drugs.imports.documents import elements
from drugs.vocabulary import RunState

STUDY = "<clinical_study><id><nct_id>NCT0000000{}</nct_id></id></clinical_study>"


def test_what_stands_beside_the_trials_does_not_stay_in_memory():
    beside = "<a><b>text</b></a>" * 20_000
    text = f"<list>{STUDY.format(1)}{beside}{STUDY.format(2)}<part>{beside}{STUDY.format(3)}</part></list>".encode()

    found, others = [], _elements()
    for study in elements(lambda: io.BytesIO(text), frozenset(["clinical_study"])):
        found.append(study.findtext("id/nct_id"))
        assert _elements() - others < 15_000  # those of one block that was read

    assert found == ["NCT00000001", "NCT00000002", "NCT00000003"]


def _elements():
    """How many are in memory; what other tests left there is cleared away first."""
    gc.collect()
    return sum(type(each) is Element for each in gc.get_objects())


@pytest.mark.django_db
@pytest.mark.parametrize(("strangers", "state"), [(1_000, RunState.COMPARED), (1_001, RunState.FAILED)])
def test_a_list_of_a_thousand_other_things_is_no_list_of_studies(compared, strangers, state):
    study = '{"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "A"}}}'

    run = compared(f"[{study}{',1' * strangers}]")

    assert run.state == state
    assert ("More than 1000 records are no study" in run.error) == (state == RunState.FAILED)
