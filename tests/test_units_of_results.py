"""An estimate is counted in one unit wherever it is shown: nothing for a ratio, % for a difference in per cent."""

import csv
import io
import json
import re

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def results(client):
    """Two live therapies with one result each of the same measure, counted in points."""

    def make(effect):
        outcome = factories.OutcomeMeasureFactory(unit="points")
        for slug in ("edaravone", "riluzole"):
            edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug=slug))
            factories.ReportedResultFactory(edition=edition, outcome=outcome, effect_measure=effect, estimate="12.5")
            factories.publish(edition)

    return make


def shown(client, address):
    """What stands with each estimate of a page."""
    html = client.get(address).content.decode()
    return {" ".join(found.split()) for found in re.findall(r'<b class="estimate">([^<]*)</b>', html)}


@pytest.mark.parametrize(
    ("effect", "unit"), [("mean_difference", "points"), ("percent_difference", "%"), ("hazard_ratio", "")]
)
def test_every_page_and_file_gives_the_same_unit(client, results, effect, unit):
    results(effect)
    estimate = f"12.5 {unit}".strip()

    assert shown(client, "/drugs/edaravone/") == {estimate}
    assert shown(client, "/compare/?drug=edaravone&drug=riluzole") == {estimate}
    assert {row["unit"] for row in client.get("/api/v1/therapies/edaravone/").json()["results"]} == {unit}
    table = b"".join(client.get("/data/results.csv").streaming_content).decode()
    assert {row["unit"] for row in csv.DictReader(io.StringIO(table))} == {unit}
    rows = json.loads(b"".join(client.get("/data/results.json").streaming_content))
    assert {row["unit"] for row in rows} == {unit or None}
