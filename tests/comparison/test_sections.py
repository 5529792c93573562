"""What a comparison says in each row, and where it says that therapies differ."""

import datetime as dt
from types import SimpleNamespace

import pytest

from drugs.cards import Card
from drugs.comparison import columns_of, sections_of
from drugs.comparison.agreement import Agreement, agreement
from drugs.comparison.stages import standing_in
from drugs.models import Edition
from drugs.rendering import beginning
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def therapy(slug, *rows, **fields):
    """A live edition with rows: (factory, values)."""
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug=slug), **fields)
    for factory, values in rows:
        factory(edition=edition, **values)
    factories.publish(edition, at=NOW - dt.timedelta(days=1))
    return edition


def stage(region, stage="in_development", **values):
    reason = "futility" if stage.startswith("no_") else ""
    return factories.StatusEventFactory, {"region": region, "stage": stage, "reason": reason} | values


def approval(region, **values):
    return factories.ApprovalFactory, {"region": region} | values


def dosing(**values):
    return factories.DosingFactory, values


def effect(term, **values):
    return factories.SideEffectFactory, {"term": term} | values


def compared(*editions):
    found = Edition.objects.select_related("therapy", "publication").in_bulk([edition.pk for edition in editions])
    wanted = [found[edition.pk] for edition in editions]
    sections = sections_of(columns_of(wanted, NOW), TODAY)
    return {section.anchor: section for section in sections}


def rows(section):
    return {row.heading: row for row in section.rows}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", "a"], Agreement.SAME),
        (["a", "b"], Agreement.DIFFERS),
        (["a", ""], Agreement.GAP),
        (["a", "b", ""], Agreement.DIFFERS),
        ([frozenset(), frozenset("a"), frozenset("a")], Agreement.GAP),
        (["", ""], Agreement.GAP),
        ([frozenset("ab"), frozenset("ba")], Agreement.SAME),
    ],
)
def test_agreement_is_said_of_stated_values_only(values, expected):
    assert agreement(values) == expected


def test_stages_are_set_beside_each_other_place_by_place():
    section = compared(
        therapy("a", stage("KR", "approved"), stage("WW"), approval("KR", kind="conditional")),
        therapy("b", stage("EU", "approved"), approval("EU", kind="full", commercial_name="B")),
        therapy("c", stage("WW", "no_longer_in_development")),
    )["stage"]

    assert [row.heading for row in section.rows] == ["South Korea", "European Union", "Everywhere else"]
    korea = rows(section)["South Korea"]
    assert [cell.stage for cell in korea.cells] == ["approved", "", "no_longer_in_development"]
    assert [cell.stated_for for cell in korea.cells] == ["", "", "everywhere else"]
    assert [len(cell.approvals) for cell in korea.cells] == [1, 0, 0]
    assert korea.agreement == Agreement.DIFFERS


def test_a_member_of_the_union_has_what_the_union_has():
    section = compared(
        therapy("a", stage("EU", "approved"), approval("EU", kind="full"), stage("WW")),
        therapy("b", stage("DE", "approved"), approval("DE", kind="full")),
        therapy("c", stage("GB", "approved"), stage("WW")),
    )["stage"]

    germany, britain = rows(section)["Germany"], rows(section)["United Kingdom"]
    assert germany.cells[0].stated_for == "European Union"
    assert germany.cells[0].approvals
    assert britain.cells[0].stated_for == "everywhere else"
    assert not britain.cells[0].approvals


@pytest.mark.parametrize("place", ["DE", "GB", "KR", "EU"])
@pytest.mark.parametrize("own", [True, False], ids=["with its own stage", "without"])
def test_a_comparison_and_a_card_count_the_same_approvals_of_a_place(place, own):
    approvals = [approval(region, kind="full") for region in ("DE", "KR", "EU")]
    stages = [
        stage("EU", "approved"),
        stage("WW"),
        *([stage(place, "approved")] if own and place != "EU" else []),
    ]
    therapy("a", *stages, *approvals)
    [column] = columns_of(Edition.objects.select_related("therapy", "publication"), NOW)
    page = SimpleNamespace(at=NOW, approvals_in_force=column.rows.approvals)

    compared_ones = standing_in(place, column, NOW.date()).approvals

    assert list(compared_ones) == Card(page, place).approvals
    assert {one.region for one in compared_ones} == {"DE": {"DE", "EU"}, "GB": set()}.get(place, {place})


def test_the_same_stage_on_another_kind_of_approval_differs_and_an_unstated_kind_does_not():
    def jp(kind):
        return [stage("JP", "approved"), approval("JP", kind=kind)]

    a, b, c = therapy("a", *jp("full")), therapy("b", *jp("conditional")), therapy("c", *jp("not_stated"))

    assert rows(compared(a, b)["stage"])["Japan"].agreement == Agreement.DIFFERS
    assert rows(compared(a, c)["stage"])["Japan"].agreement == Agreement.SAME


def test_a_withdrawn_approval_is_shown_and_is_no_kind():
    gone = approval("JP", kind="full", approved_on="2020", withdrawn_on="2022")
    section = compared(therapy("a", stage("JP"), gone), therapy("b", stage("JP")))["stage"]

    row = rows(section)["Japan"]
    assert row.agreement == Agreement.SAME
    assert row.cells[0].approvals[0].withdrawn_on == "2022"


def test_one_place_alone_is_everywhere():
    section = compared(therapy("a", stage("WW")), therapy("b", stage("WW")))["stage"]

    assert [row.heading for row in section.rows] == ["Everywhere"]
    assert section.same_count == 1
    assert section.differing == []


@pytest.mark.parametrize(
    ("a_year", "a_month"), [(0, ""), (4, ""), (11, ""), (12, "1"), (13, "1"), (104, "9"), (365, "30")]
)
def test_burden_is_what_the_dosing_says_and_nothing_where_it_does_not(a_year, a_month):
    section = compared(
        therapy("a", dosing(setting="label", region="US", injections_per_year=a_year)), therapy("b", dosing())
    )["given"]

    row = rows(section)["Injections"]
    (burden,), nothing = row.cells
    assert (burden.count, burden.a_month, burden.where) == (a_year, a_month, "Approved label, United States of America")
    assert nothing == []
    assert row.agreement == Agreement.GAP
    assert "Visits to a clinic" not in rows(section)
    assert "Visits to a clinic" in section.missing


def test_routes_are_compared_whatever_their_order():
    one = [dosing(route="oral"), dosing(route="feeding_tube")]
    section = compared(therapy("a", *one), therapy("b", *reversed(one)))["given"]

    assert rows(section)["How it is given"].agreement == Agreement.SAME


def test_results_of_one_measure_stand_together_and_are_never_marked():
    survival = factories.OutcomeMeasureFactory(slug="survival", name="Survival", abbreviation="", domain="survival")
    only = factories.OutcomeMeasureFactory(slug="nfl", name="NfL", abbreviation="", domain="biomarker")
    result = factories.ReportedResultFactory
    found = compared(
        therapy("a", (result, {"finding": "x"}), (result, {"outcome": survival}), (result, {"outcome": only})),
        therapy("b", (result, {"finding": "y"}), (result, {"outcome": survival})),
    )

    (row,) = found["results"].rows
    assert row.heading == "ALSFRS-R"
    assert [[r.finding for r in cell] for cell in row.cells] == [["x"], ["y"]]
    assert row.agreement == Agreement.UNMARKED
    assert found["results"].alone == [("A", "/drugs/a/#results", ["NfL"])]
    assert [row.heading for row in found["survival"].rows] == ["Survival"]
    assert found["survival"].is_folded


def test_effects_that_several_list_have_a_row_of_their_own():
    section = compared(
        therapy("a", effect("Headache", frequency="10%"), effect("Rash", is_serious=True)),
        therapy("b", effect("headache "), effect("Fever")),
    )["side-effects"]

    found = rows(section)
    assert [e and e.frequency for e in found["Headache"].cells] == ["10%", ""]
    assert [[e.term for e in cell] for cell in found["Serious effects, beside those above"].cells] == [["Rash"], []]
    assert [[e.term for e in cell] for cell in found["Other effects"].cells] == [[], ["Fever"]]


def test_unverified_rows_and_links_that_nobody_confirmed_are_not_compared():
    a = therapy("a", effect("PLANTED", is_verified=False), stage("JP", is_verified=False), stage("WW"))
    b = therapy("b", stage("WW"))
    factories.TherapyTrialFactory(therapy=a.therapy, decision="suggested")
    factories.TherapyTrialFactory(therapy=a.therapy, trial=factories.TrialFactory(is_verified=False))

    found = compared(a, b)

    assert not found["side-effects"].rows
    assert [row.heading for row in found["stage"].rows] == ["Everywhere"]
    assert not found["trials"].rows


def test_trials_that_look_for_people_come_first():
    a, b = therapy("a"), therapy("b")
    factories.TherapyTrialFactory(
        therapy=a.therapy, trial=factories.TrialFactory(acronym="DONE", overall_status="COMPLETED", phases="PHASE3")
    )
    factories.TherapyTrialFactory(therapy=a.therapy, trial=factories.TrialFactory(acronym="OPEN"))

    found = rows(compared(a, b)["trials"])

    assert [trial.acronym for trial in found["Registered trials"].cells[0].shown] == ["OPEN", "DONE"]
    assert found["Looking for people now"].cells == [["1 trial"], []]
    assert found["Furthest trial"].cells == [["Phase 3"], []]


def test_a_long_mechanism_is_cut_at_a_block_and_its_sources_lead_to_its_page():
    words = "word " * 80
    a = therapy(
        "a",
        (factories.SourceFactory, {"label": "Oh et al., 2018"}),
        mechanism_of_action=f"<p>First (Oh et al., 2018).</p><p>{words}</p><p>Last.</p>",
    )

    text, _nothing = rows(compared(a, therapy("b"))["mechanism"])["Proposed mechanism"].cells

    assert 'href="/drugs/a/#source-1"' in text.html
    assert "Last." not in text.html
    assert text.is_cut
    assert text.page == "/drugs/a/#mechanism-of-action"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One two.</p><p>Three.</p>", "<p>One two.</p>"),
        ("<p>One.</p><ul><li>Two <strong>three</strong></li></ul><p>Four.</p>", "<p>One.</p><ul><li>Two <strong>three</strong></li></ul>"),
        ("<p>One</p>", "<p>One</p>"),
        ("", ""),
        ("no block at all", "no block at all"),
    ],
)  # fmt: skip
def test_beginning_never_cuts_inside_a_block(html, expected):
    assert beginning(html, 2) == expected
