"""The visit sheet: what is chosen, what it says, and what it asks."""

import datetime as dt
import re

import pytest
import segno

from drugs.publishing.publish import withdraw
from drugs.qr import qr_svg
from drugs.visit import MOST_THERAPIES, MOST_TRIALS, choose_for_visit, sheet_of, visit_address, visit_offers
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def chosen(drugs=(), trials=()):
    return choose_for_visit(drugs, trials, NOW)


def test_trials_are_chosen_by_any_number_in_any_spelling_once():
    trial = factories.TrialFactory(home_number="NCT10000001")
    trial.identifiers.create(registry="ISRCTN", number="ISRCTN10000002")

    choice = chosen(trials=["nct 10000001", "isrctn10000002", "NCT19999999", "x\x00y", ""])

    assert choice.trials == [trial]
    assert choice.unknown_trials == ["NCT19999999", "xy"]


def test_a_trial_that_nobody_verified_cannot_be_chosen():
    factories.TrialFactory(home_number="NCT10000001", is_verified=False)

    assert chosen(trials=["NCT10000001"]).trials == []


def test_address_of_a_sheet_is_read_back():
    factories.live_edition("aaa")
    factories.TrialFactory(home_number="CTRI/2020/01/000001", home_registry="CTRI")

    address = visit_address(["aaa"], ["CTRI/2020/01/000001"], choose="1")

    assert address == "/visit/?drug=aaa&trial=CTRI-2020-01-000001&choose=1"
    assert chosen(["aaa"], ["CTRI-2020-01-000001"]).address(choose="1") == address


def test_nothing_and_too_much_make_no_sheet():
    drugs = [factories.live_edition(f"t{n}").therapy.slug for n in range(MOST_THERAPIES + 1)]
    trials = [factories.TrialFactory().home_number for _n in range(MOST_TRIALS + 1)]

    assert not chosen().is_sheet
    assert chosen(drugs[1:], trials[1:]).is_sheet
    assert not chosen(drugs).is_sheet
    assert not chosen([], trials).is_sheet


@pytest.mark.parametrize(
    ("stages", "asked"),
    [
        (["approved"], "paid for"),
        (["in_development"], "before approval"),
        (["no_longer_in_development"], "has ended"),
    ],
)
def test_questions_follow_the_stage(stages, asked):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="aaa"))
    for stage in stages:
        factories.StatusEventFactory(edition=edition, stage=stage, reason="safety" if stage.startswith("no_") else "")
    factories.publish(edition)

    (part,) = sheet_of(chosen(["aaa"]), NOW).therapies

    others = {"paid for", "before approval", "has ended"} - {asked}
    assert any(asked in question for question in part.questions)
    assert not any(other in question for other in others for question in part.questions)


def test_doses_are_those_of_labels_and_of_trials_only_where_there_is_no_label():
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="aaa"))
    factories.DosingFactory(edition=edition, setting="trial", visits_per_year=52)
    factories.DosingFactory(edition=edition, setting="label", region="US", visits_per_year=13)
    factories.publish(edition)
    other = factories.EditionFactory(therapy=factories.TherapyFactory(slug="bbb"))
    factories.DosingFactory(edition=other, setting="trial")
    factories.publish(other)

    first, second = sheet_of(chosen(["aaa", "bbb"]), NOW).therapies

    assert [burden.count for burden in first.visits] == [13]
    assert [dosing.setting for dosing in second.doses] == ["trial"]
    assert second.visits == []
    assert any("come" in question for question in first.questions)
    assert not any("come" in question for question in second.questions)


def test_a_trial_names_its_therapies_through_live_editions_only():
    trial = factories.TrialFactory()
    live = factories.live_edition("aaa")
    gone = factories.live_edition("gone")
    withdraw(gone.publication, reason="Wrong.")
    for edition in (live, gone, factories.EditionFactory()):
        factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)

    (part,) = sheet_of(chosen(trials=[trial.home_number]), NOW).trials

    assert part.therapies == [live]


def test_sites_are_cut_and_counted():
    trial = factories.TrialFactory(locations="|".join(f"Site {n}, Town, Country" for n in range(9)))

    (part,) = sheet_of(chosen(trials=[trial.home_number]), NOW).trials

    assert (len(part.sites), part.further_sites) == (6, 3)


@pytest.mark.parametrize(("status", "asked"), [("RECRUITING", "take part"), ("COMPLETED", "what did it find")])
def test_a_trial_is_asked_what_its_status_allows(status, asked):
    trial = factories.TrialFactory(overall_status=status)

    (part,) = sheet_of(chosen(trials=[trial.home_number]), NOW).trials

    assert any(asked in question for question in part.questions)


def test_a_trial_leads_to_its_registry_or_to_this_site():
    known = factories.TrialFactory(home_number="NCT10000001")
    other = factories.TrialFactory(home_number="CTRI/2020/01/000001", home_registry="CTRI")

    first, second = sheet_of(chosen(trials=[known.home_number, other.home_number]), NOW).trials

    assert first.address == "https://clinicaltrials.gov/study/NCT10000001"
    assert second.address == "http://127.0.0.1:8000/trials/CTRI-2020-01-000001/"


def test_offers_are_trials_that_look_for_people_then_those_of_the_ticked():
    a, b = factories.live_edition("aaa"), factories.live_edition("bbb")
    draft = factories.EditionFactory()
    trials = {}
    for name, edition, status in (
        ("open", a, "RECRUITING"), ("done", a, "COMPLETED"), ("other", b, "RECRUITING"), ("hidden", draft, "RECRUITING"),
    ):  # fmt: skip
        trials[name] = factories.TrialFactory(overall_status=status)
        factories.TherapyTrialFactory(therapy=edition.therapy, trial=trials[name])

    assert set(visit_offers("", chosen(), NOW).trials) == {trials["open"], trials["other"]}
    assert visit_offers("", chosen(["aaa"]), NOW).trials == [trials["open"], trials["done"]]
    assert visit_offers("", chosen(["aaa"], [trials["open"].home_number]), NOW).trials == [trials["done"]]


def test_a_search_within_finds_both_and_leaves_out_what_is_ticked():
    factories.live_edition("edaravone", display_name="Edaravone")
    trial = factories.TrialFactory(brief_title="Edaravone in ALS")

    found = visit_offers("edavarone", chosen(), NOW)

    assert [edition.therapy.slug for edition in found.therapies] == ["edaravone"]
    assert found.trials == [trial]
    assert found.text == "Edaravone"
    assert not visit_offers("edaravone", chosen(["edaravone"], [trial.home_number]), NOW).therapies


@pytest.mark.parametrize("address", ["https://therapies.example.org/drugs/aaa/editions/1/", "https://x.org/?a=1&b=2#c"])
def test_qr_draws_each_dark_module_of_the_address(address):
    """The path's strokes, walked, are the modules of the code."""
    svg = qr_svg(address)

    drawn = set()
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", svg.split('stroke="#000" d="')[1].split('"')[0]):
        values = [float(number) for number in numbers.split()]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            drawn |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
    matrix = segno.make(address, error="m", micro=False).matrix
    expected = {(4 + column, 4 + row) for row, line in enumerate(matrix) for column, dark in enumerate(line) if dark}
    assert drawn == expected
    assert 'aria-hidden="true"' in svg
    assert "style=" not in svg
    assert address not in svg
