"""Whichever imports are put back, in whatever order: what is left is what the others alone would have brought."""

from itertools import permutations

import pytest

from drugs.imports.undo import undo
from drugs.models import StaffOverride, TherapyTrial, Trial
from drugs.resolution import store_resolutions
from tests import factories
from tests.imports.conftest import state
from tests.savepoints import taken_back

pytestmark = pytest.mark.django_db

HEAD = "NCT Number,Study Title,Study Status,Enrollment,Last Update Posted,Acronym\n"
FIRST = HEAD + "NCT00000061,Title,RECRUITING,20,2024-01-01,FIRST\n"
SECOND = HEAD + "NCT00000061,Title,COMPLETED,30,2025-01-01,\nNCT00000062,Other,RECRUITING,,2025-01-01,\n"
#: It says again what the first says, and of the second's other trial something new.
THIRD = HEAD + "NCT00000061,Title,RECRUITING,20,2024-01-01,FIRST\nNCT00000062,Other,SUSPENDED,5,2025-02-01,THIRD\n"
FILES = [FIRST, SECOND, THIRD]
ORDERS = list(permutations(range(3)))


def by_hand():
    factories.TrialFactory(home_number="NCT00000061", brief_title="By hand", official_title="Whole")


def nothing():
    """No trial before the first import."""


@pytest.mark.parametrize("before", [nothing, by_hand])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_imports_undone_leave_what_was_before_them(imported, before, order):
    before()
    at_first = state()
    runs = [imported(FIRST), imported(SECOND)]

    undone = [undo(runs[at]) for at in order]

    assert state() == at_first
    assert not any(kept["trial"] for kept in undone[-1].detection["undo"]["kept"])


def test_undo_deletes_a_trial_that_a_run_put_back_before_had_created(imported, client):
    first, second = imported(FIRST), imported(SECOND)
    undo(first)

    undone = undo(second)

    assert undone.detection["undo"] == {"restored": 0, "deleted": 2, "kept": []}
    assert client.get("/trials/NCT00000061/").status_code == 404


@pytest.mark.parametrize("before", [nothing, by_hand])
@pytest.mark.parametrize("order", ORDERS)
def test_three_imports_undone_in_any_order(imported, before, order):
    before()
    at_first = state()
    alone = {}
    for left in [order[1:], order[2:]]:
        with taken_back():
            for at in sorted(left):
                imported(FILES[at])
            alone[left] = state()
    runs = [imported(file) for file in FILES]

    undo(runs[order[0]])
    assert state() == alone[order[1:]]
    undo(runs[order[1]])
    assert state() == alone[order[2:]]
    undo(runs[order[2]])
    assert state() == at_first


def test_a_value_that_staff_set_between_imports_stays_when_both_are_undone(imported):
    by_hand()
    first = imported(FIRST)
    trial = Trial.objects.get()
    StaffOverride.objects.create(trial=trial, field="acronym", value="STAFF", reason="Seen.")
    StaffOverride.objects.create(trial=trial, field="official_title", value="", reason="Seen.")
    store_resolutions([trial])
    second = imported(SECOND)

    undo(first)
    undo(second)

    trial = Trial.objects.get(home_number="NCT00000061")
    assert (trial.brief_title, trial.acronym, trial.official_title) == ("By hand", "STAFF", "")


def test_a_value_that_staff_lifted_is_not_one_of_an_import_that_is_undone(imported):
    by_hand()
    trial = Trial.objects.get()
    override = StaffOverride.objects.create(trial=trial, field="acronym", value="STAFF", reason="Seen.")
    store_resolutions([trial])
    run = imported(FIRST)
    override.delete()
    store_resolutions([trial])

    undo(run)

    assert Trial.objects.get().acronym == ""


# Numbers

BOTH = "ISRCTN,Title,Overall study status,Last edited,ClinicalTrials.gov number\n"
BOTH += "ISRCTN00000002,Joined,Ongoing,2024-01-01,NCT00000002\n"
ALONE = "Registry number,Title,Status\nNCT00000002,Alone,Completed\n"
AGAIN = HEAD.replace("Acronym", "Other IDs") + "NCT00000002,Again,RECRUITING,,2024-06-01,ISRCTN00000002\n"
JOINING = [BOTH, ALONE, AGAIN]


@pytest.mark.parametrize("order", ORDERS)
def test_joined_numbers_undone_in_any_order(imported, order):
    alone = {}
    for left in [order[1:], order[2:]]:
        with taken_back():
            for at in sorted(left):
                imported(JOINING[at])
            alone[left] = state()
    runs = [imported(file) for file in JOINING]

    undo(runs[order[0]])
    assert state() == alone[order[1:]]
    undo(runs[order[1]])
    assert state() == alone[order[2:]]
    undo(runs[order[2]])
    assert not Trial.objects.exists()


def test_a_home_number_that_no_record_names_any_more_goes(imported, client):
    run = imported(BOTH)
    imported(ALONE)

    undo(run)

    trial = Trial.objects.get()
    assert (trial.home_number, trial.home_registry) == ("NCT00000002", "CTGOV")
    assert [number.number for number in trial.identifiers.all()] == ["NCT00000002"]
    assert client.get("/trials/ISRCTN00000002/").status_code == 404


def test_numbers_that_staff_gave_stay(imported):
    run = imported(BOTH)
    imported(ALONE)
    trial = Trial.objects.get()
    trial.identifiers.create(registry="CHICTR", number="CHICTR2000000001")

    undo(run)

    assert set(trial.identifiers.values_list("number", "is_home")) == {
        ("NCT00000002", True),
        ("CHICTR2000000001", False),
    }


def test_the_home_of_a_trial_kept_by_hand_stays(imported):
    factories.TrialFactory(home_number="ISRCTN00000002", home_registry="ISRCTN")
    run = imported(BOTH)
    imported(ALONE)

    undo(run)

    trial = Trial.objects.get(home_number="ISRCTN00000002")
    assert trial.home_registry == "ISRCTN"


# Suggested therapies

NAMED = HEAD.replace("Acronym", "Interventions")
NAMING = [
    NAMED + "NCT00000061,Title,RECRUITING,20,2025-01-01,DRUG: Tofersen\n",
    NAMED + "NCT00000061,Title,RECRUITING,20,2024-01-01,DRUG: Riluzole\n",
    NAMED + "NCT00000061,Title,RECRUITING,20,2023-01-01,DRUG: Riluzole|DRUG: Edaravone\n",
]


def suggested() -> set[str]:
    return set(TherapyTrial.objects.values_list("therapy__slug", flat=True))


@pytest.mark.parametrize("order", ORDERS)
def test_suggestions_undone_in_any_order(imported, order):
    for slug in ("tofersen", "riluzole", "edaravone"):
        factories.live_edition(slug, name=slug.title())
    by_hand()
    runs = [imported(file) for file in NAMING]

    undo(runs[order[0]])
    undo(runs[order[1]])
    assert suggested() == [{"tofersen"}, {"riluzole"}, {"riluzole", "edaravone"}][order[2]]
    undo(runs[order[2]])
    assert not suggested()


def test_what_staff_decided_of_a_suggestion_stays(imported):
    factories.live_edition("tofersen", name="Tofersen")
    by_hand()
    run = imported(NAMING[0])
    TherapyTrial.objects.update(decision="dismissed")

    undo(run)

    assert suggested() == {"tofersen"}


def test_a_suggestion_that_a_person_wrote_stays(imported):
    by_hand()
    link = factories.TherapyTrialFactory(trial=Trial.objects.get(), decision="suggested", why="A colleague asked")

    for file in [NAMING[0], FIRST]:
        undo(imported(file))

    assert TherapyTrial.objects.get() == link
