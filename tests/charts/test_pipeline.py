"""The pipeline: every therapy by furthest phase and kind, those that ended kept with their reason."""

import pytest

from drugs.charts.pipeline import MOST_ROWS, SHAPES, Candidate, pipeline
from drugs.standings import Standing
from drugs.vocabulary import PHASE_RANKS, Modality, Phase, Stage
from tests import factories
from tests.charts.drawn import marks, name_of, page_of, percent, tracks, words

pytestmark = pytest.mark.any_database

#: The queries of the page, in order: those of the list of therapies, without counting and paging.
PIPELINE_QUERIES = [
    "content version, publications that are due and the next one",
    "(pk, therapy, modality) of live editions",
    "sponsors of live editions",
    "stages of live editions",
    "furthest phases of therapies",
    "routes of live editions",
    "approvals of live editions",
    "the therapies under the filters",
]


def candidate(name="A", phase="PHASE2", modality="small_molecule", *standings):
    return Candidate(name, "/", modality, phase, standings)


@pytest.mark.parametrize("phase", list(PHASE_RANKS))
def test_a_bar_is_as_long_as_the_furthest_phase_is_far(phase):
    found = pipeline([candidate(phase=phase)])

    assert found.scale.value(percent(found.rows[0].width)) == pytest.approx(PHASE_RANKS[phase], abs=0.001)
    assert found.rows[0].phase_label == Phase(phase).label


def test_the_named_phases_stand_where_their_bars_end():
    assert [(tick.label, tick.place) for tick in pipeline([]).ticks] == [
        ("1", "25%"),
        ("2", "50%"),
        ("3", "75%"),
        ("4", "100%"),
    ]


@pytest.mark.parametrize("phase", ["", "NA"])
def test_without_a_phase_there_is_no_bar(phase):
    row = pipeline([candidate(phase=phase)]).rows[0]

    assert (row.width, row.phase_label) == ("", "")


def test_kinds_stand_in_the_order_of_the_vocabulary_the_furthest_first():
    found = pipeline(
        [candidate("a", "PHASE1", "device"), candidate("b", "PHASE1"), candidate("c", "PHASE3"), candidate("d", "")]
    )

    assert [group.modality for group in found.groups] == [Modality.SMALL_MOLECULE, Modality.DEVICE]
    assert [row.candidate.name for row in found.rows] == ["c", "b", "d", "a"]


def test_a_therapy_approved_in_one_region_and_ended_in_another_shows_both():
    row = pipeline(
        [
            candidate(
                "a",
                "PHASE3",
                "antibody",
                Standing("no_longer_in_development", "CA", reason="safety"),
                Standing("approved", "JP"),
            )
        ]
    ).rows[0]

    assert (row.stage, row.shape, row.has_ended) == (Stage.APPROVED, "circle", False)
    assert [(stage.stage, stage.regions, stage.reasons) for stage in row.stages] == [
        (Stage.APPROVED, ["Japan"], []),
        (Stage.NO_LONGER_IN_DEVELOPMENT, ["Canada"], ["safety"]),
    ]


def test_each_stage_has_a_shape_of_its_own():
    assert set(SHAPES) == set(Stage)
    assert len(set(SHAPES.values())) == len(Stage)


def test_of_very_many_some_are_drawn_and_the_rest_counted():
    found = pipeline([candidate(str(number)) for number in range(MOST_ROWS + 5)])

    assert (found.shown, found.total, found.is_cut) == (MOST_ROWS, MOST_ROWS + 5, True)


# On the page


def therapy(slug, phase="PHASE2", modality="small_molecule", **event):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug=slug), modality=modality)
    factories.StatusEventFactory(edition=edition, **event)
    if phase:
        factories.TherapyTrialFactory(therapy=edition.therapy, trial=factories.TrialFactory(phases=phase))
    factories.publish(edition)


@pytest.mark.django_db
def test_the_page_draws_each_therapy_where_the_table_says(client):
    therapy("alpha", "PHASE3", stage="approved", region="KR")
    therapy("beta", "PHASE2", stage="no_longer_in_development", reason="futility")
    therapy("gamma", "", "cell_therapy", stage="in_development")
    page = page_of(client.get("/pipeline/"))
    drawn = {words(row.select_one(".chart-name")): row for row in page.select(".pipeline .chart-rows > li")}
    table = {words(row.th): [words(cell) for cell in row.select("td")] for row in page.select("details.plain tbody tr")}

    assert list(drawn) == list(table) == ["Alpha", "Beta", "Gamma"]
    assert {name: row.a["href"] for name, row in drawn.items()} == {name: f"/drugs/{name.lower()}/" for name in drawn}
    assert marks(drawn["Alpha"]) == [("circle", 75, False)]
    assert marks(drawn["Beta"]) == [("square", 50, False)]
    assert marks(drawn["Gamma"]) == [("triangle", 0, False)]
    assert percent(drawn["Alpha"].select_one("line.bar")["x2"]) == 75
    assert "unsure" in drawn["Beta"].select_one("line.bar")["class"]
    assert drawn["Gamma"].select_one("line.bar") is None
    for name, row in drawn.items():
        assert name_of(tracks(row)[0]) == table[name][1]
        assert words(row.select_one(".chart-words")) == f"{table[name][1]} {table[name][2]}"
    assert table["Alpha"] == ["Small molecule", "Phase 3", "Approved : South Korea."]
    assert table["Beta"] == ["Small molecule", "Phase 2", "No longer in development : it did not work in its trial."]
    assert table["Gamma"] == ["Cell therapy", "No registered trial with a phase", "In development ."]


@pytest.mark.django_db
def test_the_page_takes_the_filters_of_the_list(client):
    therapy("alpha", modality="small_molecule")
    therapy("beta", modality="cell_therapy")

    narrowed = page_of(client.get("/pipeline/?modality=cell_therapy"))
    wrong = client.get("/pipeline/?modality=nonsense").content.decode()

    assert [words(link) for link in narrowed.select(".pipeline .chart-name a")] == ["Beta"]
    assert "Cell therapy: 1 of 2 therapies" in words(narrowed)
    assert "cannot be used" in wrong
    assert "Alpha" not in wrong


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_takes_the_same_queries_for_1_and_many(client, django_assert_num_queries, rows):
    for number in range(rows):
        therapy(f"therapy-{number:03}")

    with django_assert_num_queries(len(PIPELINE_QUERIES)):
        client.get("/pipeline/")


@pytest.mark.django_db
def test_home_and_menu_lead_to_it(client):
    page = page_of(client.get("/"))

    assert len(page.select('a[href="/pipeline/"]')) >= 2
