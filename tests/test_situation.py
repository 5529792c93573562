"""Cut-offs: public after a second person, gone when the trial or the registry's text moves on; what the page gets."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from drugs.audit import history_of
from drugs.models import Trial, TrialChange, TrialCutoff
from drugs.publishing.publish import withdraw
from drugs.situation import open_trials
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def linked(**fields):
    """A recruiting trial on a live page."""
    trial = factories.TrialFactory(**fields)
    factories.TherapyTrialFactory(therapy=factories.live_edition().therapy, trial=trial)
    return trial


def is_public(cutoff):
    return TrialCutoff.objects.public().filter(pk=cutoff.pk).exists()


def test_a_cutoff_is_public_once_somebody_else_confirmed_it():
    cutoff = factories.TrialCutoffFactory()
    assert not is_public(cutoff)

    cutoff.confirm(factories.UserFactory(), cutoff.saved_at, timezone.now())

    assert is_public(cutoff)


def test_whoever_saved_it_last_cannot_confirm_it():
    cutoff = factories.TrialCutoffFactory()

    with pytest.raises(ValidationError, match="somebody else"):
        cutoff.confirm(cutoff.saved_by, cutoff.saved_at, timezone.now())

    assert not is_public(cutoff)


def test_what_was_changed_while_it_was_read_is_not_confirmed():
    cutoff = factories.TrialCutoffFactory()
    seen = cutoff.saved_at
    cutoff.number = 36
    cutoff.save()

    with pytest.raises(ValidationError, match="changed while you read"):
        cutoff.confirm(factories.UserFactory(), seen, timezone.now())


@pytest.mark.parametrize(
    ("name", "value"),
    [("number", 36), ("source_text", "Other."), ("as_of_on", "2026-12"), ("source_url", "https://x.org/")],
)
def test_any_change_needs_a_new_confirmation(name, value):
    cutoff = factories.TrialCutoffFactory(confirmed=True)

    setattr(cutoff, name, value)
    cutoff.save()

    cutoff.refresh_from_db()
    assert cutoff.confirmed_at is None
    assert not is_public(cutoff)


def test_a_change_in_bulk_takes_the_confirmation_back():
    cutoff = factories.TrialCutoffFactory(confirmed=True)

    TrialCutoff.objects.filter(pk=cutoff.pk).update(number=36)

    assert not is_public(cutoff)


def test_saving_without_a_change_keeps_the_confirmation():
    cutoff = factories.TrialCutoffFactory(confirmed=True)

    TrialCutoff.objects.get(pk=cutoff.pk).save()

    assert is_public(cutoff)


@pytest.mark.parametrize(
    "status", ["ACTIVE_NOT_RECRUITING", "COMPLETED", "SUSPENDED", "NOT_YET_RECRUITING", "UNKNOWN", ""]
)
def test_a_trial_that_does_not_recruit_has_no_public_cutoff(status):
    cutoff = factories.TrialCutoffFactory(confirmed=True)

    Trial.objects.filter(pk=cutoff.trial_id).update(overall_status=status)

    assert not is_public(cutoff)


def test_a_trial_that_nobody_verified_has_no_public_cutoff():
    assert not is_public(factories.TrialCutoffFactory(confirmed=True, trial=factories.TrialFactory(is_verified=False)))


@pytest.mark.parametrize(
    ("field", "minutes", "expected"),
    [
        ("eligibility_criteria", 1, False),
        ("maximum_age", 1, False),
        ("minimum_age", -1, True),
        ("eligibility_criteria", -1, True),
        ("enrollment", 1, True),
        ("last_update_posted", 1, True),
    ],
)
def test_a_later_change_of_who_can_take_part_takes_it_off(field, minutes, expected):
    cutoff = factories.TrialCutoffFactory(confirmed=True)
    TrialChange.objects.create(
        trial=cutoff.trial, field=field, old="a", new="b", changed_at=timezone.now() + dt.timedelta(minutes=minutes)
    )

    assert is_public(cutoff) is expected


def test_who_recorded_and_who_confirmed_is_in_the_log():
    cutoff = factories.TrialCutoffFactory.build(trial=factories.TrialFactory(), saved_by=factories.UserFactory())
    cutoff.save()
    cutoff.confirm(factories.UserFactory(), cutoff.saved_at, timezone.now())

    told = [change.field for act in history_of(cutoff.trial) for change in act.changes]

    assert "saved last by" in told
    assert "confirmed by" in told


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "onset_max", "number": 18}, "at most 18 months since the first symptom"),
        ({"kind": "vital_capacity_min", "number": 60}, "vital capacity of at least 60 % of what is expected"),
        ({"kind": "age_min", "number": 18}, "at least 18 years old"),
        ({"kind": "age_max", "number": 80}, "at most 80 years old"),
        ({"kind": "gene", "genes": "SOD1|FUS"}, "a change in the gene SOD1 or FUS"),
        ({"kind": "gene_excluded", "genes": "SOD1"}, "no change in the gene SOD1"),
        ({"kind": "ventilation", "ventilation": "none"}, "no breathing support of any kind"),
    ],
)
def test_a_cutoff_in_words(values, words):
    assert factories.TrialCutoffFactory(**values).in_words() == words


def test_genes_are_symbols_in_capitals():
    cutoff = TrialCutoff(kind="gene", genes=" sod1 | FUS|Sod1")
    cutoff.clean()

    assert cutoff.genes == "SOD1|FUS"
    with pytest.raises(ValidationError):
        TrialCutoff(kind="gene", genes="SOD1, FUS").clean()


def test_open_trials_have_only_public_limits_and_stand_on_a_live_page():
    trial = linked()
    factories.TrialCutoffFactory(trial=trial, confirmed=True, number=24)
    factories.TrialCutoffFactory(trial=trial, kind="age_max", number=80)
    linked(overall_status="COMPLETED")
    factories.TrialCutoffFactory(trial=factories.TrialFactory(), confirmed=True)  # on no page
    gone = factories.live_edition()
    factories.TherapyTrialFactory(therapy=gone.therapy)
    withdraw(gone.publication, reason="Wrong.")

    (one,) = open_trials(timezone.now())

    assert one.trial == trial
    assert (one.months, one.oldest, one.gene, one.ventilation) == (24, "", "", "")
    assert [cutoff.kind for cutoff in one.limits] == ["onset_max"]


def test_an_overtaken_limit_is_named_and_not_shown():
    cutoff = factories.TrialCutoffFactory(trial=linked(), confirmed=True)
    later = timezone.now() + dt.timedelta(minutes=1)
    TrialChange.objects.create(trial=cutoff.trial, field="eligibility_criteria", old="a", new="b", changed_at=later)

    (one,) = open_trials(timezone.now())

    assert one.is_being_read_again
    assert not one.limits


def test_trials_with_limits_come_first():
    linked(last_update_posted="2026-11-01")
    with_limit = factories.TrialCutoffFactory(trial=linked(last_update_posted="2020-01-01"), confirmed=True).trial

    assert open_trials(timezone.now())[0].trial == with_limit


#: The queries of the page, in order.
QUERIES = ["content version, due publications", "live editions", "open trials of their therapies", "confirmed limits"]


@pytest.mark.parametrize("trials", [1, 30])
def test_the_page_takes_the_same_queries_and_is_cached_like_any(client, django_assert_num_queries, trials):
    for _number in range(trials):
        factories.TrialCutoffFactory(trial=linked(), confirmed=True)

    with django_assert_num_queries(len(QUERIES)):
        response = client.get("/situation/")

    assert response["Cache-Control"].startswith("public")
    assert not response.cookies
    assert "connect-src 'none'" in response["Content-Security-Policy"]


def test_the_table_says_all_without_javascript(client):
    trial = linked(home_number="NCT10000001")
    for values in (
        {"kind": "onset_max", "number": 18}, {"kind": "vital_capacity_min", "number": 60}, {"kind": "age_min", "number": 18},
        {"kind": "age_max", "number": 80}, {"kind": "gene", "genes": "SOD1|FUS"}, {"kind": "ventilation", "ventilation": "none"},
    ):  # fmt: skip
        factories.TrialCutoffFactory(trial=trial, confirmed=True, source_text="<b>As written.</b>", **values)

    html = client.get("/situation/").content.decode()

    for words in ("at most 18", "at least 60 %", "18 to 80", "only with a change in SOD1 or FUS", "none of any kind"):
        assert words in html, words
    assert "&lt;b&gt;As written.&lt;/b&gt;" in html
    assert "as of 3 Nov 2026" in html
    assert "eligible" not in html.lower()


def test_the_questions_have_no_name_and_no_form(client):
    factories.TrialCutoffFactory(trial=linked(), confirmed=True)

    part = client.get("/situation/").content.decode().split('id="situation"')[1].split("</section>")[0]

    assert "name=" not in part
    assert "<form" not in part
    assert part.count("<input") + part.count("<select") == 6


def test_without_any_limit_the_page_says_so_and_asks_nothing(client):
    linked()

    html = client.get("/situation/").content.decode()

    assert "not recorded on this site yet" in html
    assert 'id="situation"' not in html
    assert "situation.js" not in html


def test_an_unsafe_address_of_a_source_is_no_link(client):
    factories.TrialCutoffFactory(trial=linked(), confirmed=True, source_url="javascript:alert(1)")

    assert "javascript:" not in client.get("/situation/").content.decode()
