"""Every rule that stands in the database: a test breaks it, past every form, and reads its message."""

import hashlib
import uuid

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from drugs.models import (
    Alert,
    AlertRound,
    Alias,
    Announcement,
    Approval,
    ContentVersion,
    Correction,
    Disclaimer,
    Dosing,
    Edition,
    EditionStep,
    FindingAnswer,
    GlossaryTerm,
    ImportRow,
    ImportRun,
    MenuEntry,
    OutcomeMeasure,
    Page,
    PageStep,
    PageVersion,
    Portrait,
    Publication,
    RegistryRecord,
    ReportedResult,
    ReviewFlag,
    SideEffect,
    Source,
    Sponsor,
    StaffOverride,
    StatusEvent,
    Therapy,
    TherapyTrial,
    Trial,
    TrialCountry,
    TrialCutoff,
    TrialIdentifier,
    UnfinishedPart,
    row_models,
)
from tests import factories

pytestmark = pytest.mark.django_db

DIGEST = hashlib.sha256(b"").hexdigest()


def edition_values(**changes):
    therapy = factories.TherapyFactory()
    return {
        "therapy": therapy,
        "number": 1,
        "name": "x",
        "display_name": "X",
        "modality": "vitamin",
        "as_of_on": "2026",
    } | changes


def publication_values(**changes):
    edition = factories.EditionFactory()
    return {
        "edition": edition,
        "therapy": edition.therapy,
        "goes_live_at": timezone.now(),
        "note": "n",
        "digest": DIGEST,
    } | changes


def row_values(**changes):
    return {"edition": factories.EditionFactory()} | changes


def same(model, **values):
    """Two records with the same values, the second of which must be refused."""
    model.objects.bulk_create([model(**values)])
    return values


def status(**changes):
    return row_values(stage="in_development", region="KR") | changes


def approval(**changes):
    return row_values(region="KR", regulator="MFDS", kind="full") | changes


def dosing(**changes):
    return row_values(setting="trial", route="oral", amount="1", schedule="daily") | changes


def result(**changes):
    return (
        row_values(
            trial=factories.TrialFactory(),
            outcome=factories.OutcomeMeasureFactory(),
            analysis="planned",
            evidence="topline",
            finding="none",
        )
        | changes
    )


def source(**changes):
    return row_values(label="A", kind="news", title="T") | changes


def record(**changes):
    return {"trial": factories.TrialFactory(), "registry": "CTGOV", "number": "NCT00000001"} | changes


def trial(**changes):
    return {"home_number": "NCT00000009", "home_registry": "CTGOV"} | changes


def step(**changes):
    edition = factories.EditionFactory()
    return {"therapy": edition.therapy, "edition": edition, "number": 1, "kind": "sent", "at": timezone.now()} | changes


def cutoff(**changes):
    return {
        "trial": factories.TrialFactory(),
        "kind": "onset_max",
        "number": 24,
        "source_text": "Onset within 24 months.",
        "as_of_on": "2026-11-03",
        "saved_at": timezone.now(),
    } | changes


def _confirmed_by_oneself():
    person = factories.UserFactory()
    return cutoff(saved_by=person, confirmed_by=person, confirmed_at=timezone.now())


def flag(**changes):
    edition = factories.EditionFactory()
    return {
        "edition": edition,
        "kind": "trial_changed",
        "trial": factories.TrialFactory(),
        "field": "overall_status",
        "opened_at": timezone.now(),
        "changed_on": "2026-05-03",
    } | changes


def version(**changes):
    return {"page": factories.PageFactory(), "number": 1, "title": "T"} | changes


def page_step(**changes):
    return {"page": factories.PageFactory(), "number": 1, "kind": "sent", "at": timezone.now()} | changes


def entry(**changes):
    return {"place": "foot", "label": "L", "url": "/drugs/"} | changes


def announcement(**changes):
    return {"text": "News.", "from_on": "2026-11-01", "until_on": "2026-11-30"} | changes


def portrait(**changes):
    return {
        "person": "P",
        "consent_on": "2026-05-03",
        "consent_kept_by": "office",
        "alt_text": "A.",
        "picture": b"x",
    } | changes


def alert(**changes):
    return {"email": "reader@example.org", "asked_at": timezone.now()} | changes


def _second_alert(**changes):
    factories.AlertFactory(email="Reader@Example.org", **changes)
    return alert(**changes)


def _ended_before():
    publication = factories.publish(factories.EditionFactory())
    return {"publication": publication, "begun_at": timezone.now(), "finished_at": timezone.now().replace(year=2020)}


def correction(**changes):
    return {"text": "Wrong.", "received_at": timezone.now()} | changes


#: constraint -> (model, values that break it)
BREAKERS = {
    "therapy_slug_not_reserved": lambda: (Therapy, {"slug": "approved"}),
    "therapy_kind_known": lambda: (Therapy, {"slug": "a", "kind": "x"}),
    "therapy_review_interval_positive": lambda: (Therapy, {"slug": "a", "review_every_months": 0}),
    "edition_number_unique": lambda: (Edition, same(Edition, **edition_values())),
    "edition_number_from_1": lambda: (Edition, edition_values(number=0)),
    "edition_modality_known": lambda: (Edition, edition_values(modality="x")),
    "edition_named": lambda: (Edition, edition_values(name="")),
    "one_publication_at_a_time": lambda: (Publication, _second_publication()),
    "withdrawn_with_a_reason": lambda: (Publication, publication_values(withdrawn_at=timezone.now())),
    "publication_has_a_note": lambda: (Publication, publication_values(note="")),
    "publication_has_a_digest": lambda: (Publication, publication_values(digest="x")),
    "source_label_unique": lambda: (Source, same(Source, **source()) | {"uid": uuid.uuid4()}),
    "source_has_a_label": lambda: (Source, source(label="")),
    "source_can_be_found": lambda: (Source, source(title="")),
    "source_kind_known": lambda: (Source, source(kind="x")),
    "alias_kind_known": lambda: (Alias, row_values(kind="x", text="a")),
    "sponsor_role_known": lambda: (Sponsor, row_values(organisation=factories.OrganisationFactory(), role="x")),
    "one_current_stage_per_region": lambda: (
        StatusEvent,
        same(StatusEvent, **status()) | {"uid": uuid.uuid4()},
    ),
    "status_stage_known": lambda: (StatusEvent, status(stage="x")),
    "status_reason_known": lambda: (StatusEvent, status(reason="x")),
    "ended_with_a_reason": lambda: (StatusEvent, status(stage="no_longer_in_development")),
    "approval_kind_known": lambda: (Approval, approval(kind="x")),
    "approval_in_a_place": lambda: (Approval, approval(region="WW")),
    "approval_withdrawn_after": lambda: (Approval, approval(approved_on="2024", withdrawn_on="2023")),
    "dosing_setting_known": lambda: (Dosing, dosing(setting="x")),
    "dosing_route_known": lambda: (Dosing, dosing(route="x")),
    "dosing_says_how_much_and_when": lambda: (Dosing, dosing(amount="")),
    "side_effect_named": lambda: (SideEffect, row_values(term="")),
    "result_of_one_study": lambda: (ReportedResult, result(study_name="also in words")),
    "result_finds_something": lambda: (ReportedResult, result(finding="")),
    "estimate_has_a_measure": lambda: (ReportedResult, result(estimate=1)),
    "interval_is_whole": lambda: (ReportedResult, result(estimate=1, effect_measure="mean_difference", interval_low=0)),
    "interval_holds_the_estimate": lambda: (
        ReportedResult,
        result(estimate=9, effect_measure="mean_difference", interval_low=0, interval_high=2, interval_level=95),
    ),
    "interval_level_is_per_cent": lambda: (
        ReportedResult,
        result(estimate=1, effect_measure="mean_difference", interval_low=0, interval_high=2, interval_level=100),
    ),
    "p_has_relation_and_number": lambda: (ReportedResult, result(p_value="0.5")),
    "result_analysis_known": lambda: (ReportedResult, result(analysis="x")),
    "result_evidence_known": lambda: (ReportedResult, result(evidence="x")),
    "result_effect_known": lambda: (ReportedResult, result(effect_measure="x")),
    "result_relation_known": lambda: (ReportedResult, result(p_relation="~", p_value="0.5")),
    "result_favours_known": lambda: (ReportedResult, result(favours="x")),
    "outcome_domain_known": lambda: (OutcomeMeasure, {"slug": "a", "name": "A", "domain": "x"}),
    "meaningful_difference_has_source": lambda: (
        OutcomeMeasure,
        {"slug": "a", "name": "A", "domain": "other", "meaningful_difference": 1},
    ),
    "trial_status_known": lambda: (Trial, trial(overall_status="x")),
    "trial_phase_known": lambda: (Trial, trial(phases="PHASE9")),
    "trial_study_type_known": lambda: (Trial, trial(study_type="x")),
    "trial_has_a_number": lambda: (Trial, trial(home_number="")),
    "trial_registry_known": lambda: (Trial, trial(home_registry="x")),
    "trial_country_unique": lambda: (TrialCountry, same(TrialCountry, trial=factories.TrialFactory(), country="KR")),
    "one_number_per_registry": lambda: (
        TrialIdentifier,
        {"trial": factories.TrialFactory(), "registry": "CTGOV", "number": "NCT00000002", "address": "NCT00000002"},
    ),
    "one_home_number": lambda: (
        TrialIdentifier,
        {
            "trial": factories.TrialFactory(),
            "registry": "ISRCTN",
            "number": "ISRCTN00000002",
            "address": "ISRCTN00000002",
            "is_home": True,
        },
    ),
    "identifier_registry_known": lambda: (
        TrialIdentifier,
        {"trial": factories.TrialFactory(), "registry": "x", "number": "1", "address": "1"},
    ),
    "record_source_known": lambda: (RegistryRecord, record(said_by="x")),
    "one_override_per_field": lambda: (
        StaffOverride,
        same(StaffOverride, trial=factories.TrialFactory(), field="phases", value="NA", reason="r"),
    ),
    "override_of_a_fact": lambda: (
        StaffOverride,
        {"trial": factories.TrialFactory(), "field": "home_number", "value": "x", "reason": "r"},
    ),
    "override_has_a_reason": lambda: (
        StaffOverride,
        {"trial": factories.TrialFactory(), "field": "phases", "value": "NA", "reason": ""},
    ),
    "trial_linked_once": lambda: (
        TherapyTrial,
        same(TherapyTrial, therapy=factories.TherapyFactory(), trial=factories.TrialFactory()),
    ),
    "link_decision_known": lambda: (
        TherapyTrial,
        {"therapy": factories.TherapyFactory(), "trial": factories.TrialFactory(), "decision": "x"},
    ),
    "run_state_known": lambda: (ImportRun, {"state": "x"}),
    "row_decision_known": lambda: (ImportRow, {"run": ImportRun.objects.create(), "row": 1, "decision": "x"}),
    "one_answer_per_finding": lambda: (
        FindingAnswer,
        same(FindingAnswer, therapy=factories.TherapyFactory(), key="k", reason="r"),
    ),
    "unfinished_key_unique": lambda: (
        UnfinishedPart,
        same(UnfinishedPart, edition=factories.EditionFactory(), key=uuid.uuid4(), cells={}, problems={}),
    ),
    "answer_has_a_reason": lambda: (FindingAnswer, {"therapy": factories.TherapyFactory(), "key": "k", "reason": ""}),
    "step_kind_known": lambda: (EditionStep, step(kind="x")),
    "step_says_why": lambda: (EditionStep, step(kind="returned")),
    "one_open_flag_per_fact": lambda: (ReviewFlag, same(ReviewFlag, **flag())),
    "one_open_flag_per_link": lambda: (
        ReviewFlag,
        same(ReviewFlag, **flag(kind="dead_link", trial=None, field="", detail="https://example.org/")),
    ),
    "flag_kind_known": lambda: (ReviewFlag, flag(kind="x")),
    "flag_is_about_something": lambda: (ReviewFlag, flag(trial=None)),
    "flag_answer_known": lambda: (ReviewFlag, flag(answer="x", answered_at=timezone.now())),
    "only_later_comes_back": lambda: (ReviewFlag, flag(later_until="2026-12-01")),
    "later_has_day_and_reason": lambda: (
        ReviewFlag,
        flag(answer="later", answered_at=timezone.now(), later_until="2026-12-01"),
    ),
    "cutoff_once": lambda: (TrialCutoff, same(TrialCutoff, **cutoff())),
    "cutoff_has_its_value": lambda: (TrialCutoff, cutoff(number=None)),
    "cutoff_number_is_likely": lambda: (TrialCutoff, cutoff(kind="age_max", number=240)),
    "cutoff_says_where_and_when": lambda: (TrialCutoff, cutoff(source_text="")),
    "cutoff_confirmed_by_another": lambda: (TrialCutoff, _confirmed_by_oneself()),
    "one_content_version": lambda: (ContentVersion, {"pk": 2}),
    "page_group_known": lambda: (Page, {"slug": "a", "group": "x"}),
    "page_version_number_unique": lambda: (
        PageVersion,
        same(PageVersion, **version(published_at=timezone.now(), note="n")) | {"published_at": timezone.now()},
    ),
    "one_draft_per_page": lambda: (PageVersion, same(PageVersion, **version()) | {"number": 2}),
    "page_version_from_1": lambda: (PageVersion, version(number=0)),
    "page_version_titled": lambda: (PageVersion, version(title="")),
    "page_published_with_a_note": lambda: (PageVersion, version(published_at=timezone.now())),
    "page_withdrawn_with_a_reason": lambda: (PageVersion, version(withdrawn_at=timezone.now())),
    "page_step_kind_known": lambda: (PageStep, page_step(kind="x")),
    "page_step_says_why": lambda: (PageStep, page_step(kind="withdrawn")),
    "menu_place_known": lambda: (MenuEntry, entry(place="x")),
    "only_the_foot_has_headings": lambda: (MenuEntry, entry(place="top", heading="H")),
    "menu_leads_to_one_place": lambda: (MenuEntry, entry(page=factories.PageFactory())),
    "menu_address_is_safe": lambda: (MenuEntry, entry(url="//elsewhere.example/")),
    "menu_entry_labelled": lambda: (MenuEntry, entry(label="")),
    "menu_label_unique": lambda: (MenuEntry, same(MenuEntry, **entry())),
    "announcement_ends_after_it_starts": lambda: (Announcement, announcement(until_on="2026-10-31")),
    "announcement_says_something": lambda: (Announcement, announcement(text="")),
    "announcement_link_is_whole": lambda: (Announcement, announcement(url="/drugs/")),
    "announcement_address_is_safe": lambda: (Announcement, announcement(link_label="L", url="javascript:alert(1)")),
    "disclaimer_says_something": lambda: (Disclaimer, {}),
    "portrait_shown_is_whole": lambda: (Portrait, portrait(picture=None)),
    "portrait_taken_down_is_gone": lambda: (Portrait, portrait(taken_down_at=timezone.now())),
    "portrait_consent_can_be_found": lambda: (Portrait, portrait(consent_kept_by="")),
    "alert_once_for_a_therapy": lambda: (Alert, _second_alert(therapy=factories.TherapyFactory())),
    "alert_once_for_all": lambda: (Alert, _second_alert()),
    "alert_key_is_long": lambda: (Alert, alert(key="short")),
    "alert_has_an_address": lambda: (Alert, alert(email="")),
    "alert_round_ends_after_it_begins": lambda: (AlertRound, _ended_before()),
    "correction_reference_can_be_read": lambda: (Correction, correction(reference="C-0O1I-LL")),
    "correction_says_something": lambda: (Correction, correction(text="")),
    "correction_outcome_known": lambda: (
        Correction,
        correction(outcome="x", outcome_text="t", answered_at=timezone.now()),
    ),
    "correction_answered_in_words": lambda: (Correction, correction(outcome="corrected", answered_at=timezone.now())),
}
for _model in row_models():
    _name = f"{_model._meta.model_name}_uid_unique"
    BREAKERS[_name] = lambda model=_model: (model, _same_uid(model))


def _same_uid(model):
    row = model.objects.get(edition=factories.whole_edition())
    values = {
        field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if not field.primary_key
    }
    free = {"label": "another"} if model is Source else {"is_current": False} if model is StatusEvent else {}
    return values | free


def _second_publication():
    first = factories.publish(factories.EditionFactory())
    edition = factories.EditionFactory(therapy=first.therapy, number=2)
    return {
        "edition": edition,
        "therapy": first.therapy,
        "goes_live_at": first.goes_live_at,
        "note": "n",
        "digest": DIGEST,
    }


#: constraint -> a stored record and the column into which no text but a date goes, by SQL past the field
DATES = {
    "edition_as_of_is_a_date": (factories.EditionFactory, "as_of_on"),
    "source_retracted_is_a_date": (factories.SourceFactory, "retracted_on"),
    "status_happened_is_a_date": (factories.StatusEventFactory, "happened_on"),
    "approval_dates_are_dates": (factories.ApprovalFactory, "withdrawn_on"),
    "trial_dates_are_dates": (factories.TrialFactory, "start_date"),
    "record_dates_are_dates": (lambda: RegistryRecord.objects.create(**record()), "last_update"),
    "flag_changed_is_a_date": (lambda: ReviewFlag.objects.create(**flag()), "changed_on"),
    "cutoff_as_of_is_a_date": (factories.TrialCutoffFactory, "as_of_on"),
    "run_exported_is_a_date": (ImportRun.objects.create, "exported_on"),
}


def constraints():
    return {c.name: c for model in apps.get_app_config("drugs").get_models() for c in model._meta.constraints}


def test_every_constraint_has_a_breaker():
    assert set(constraints()) == set(BREAKERS) | set(DATES)


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_what_breaks_a_rule(name):
    model, values = BREAKERS[name]()

    with pytest.raises(IntegrityError, match=f"(?i){name}|UNIQUE") as refused, transaction.atomic():
        models.QuerySet(model).bulk_create([model(**values)])
    assert refused


@pytest.mark.any_database
@pytest.mark.parametrize("name", BREAKERS)
def test_a_person_reads_why(name):
    constraint = constraints()[name]
    model, values = BREAKERS[name]()
    if name in ("one_content_version", "trial_country_unique"):
        return  # written by the site alone: nobody fills in a form

    with pytest.raises(ValidationError) as refused:
        constraint.validate(model, model(**values))

    message = refused.value.messages[0]
    assert constraint.violation_error_message == constraint.violation_error_message
    assert "constraint" not in message.lower().split("“")[0], message
    assert not message.startswith("Constraint"), message


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("value", ["soon", "2026-13", "2026-1", "03/05/2026"])
def test_the_database_refuses_what_is_no_date(name, value):
    make, column = DATES[name]
    obj = make()
    table = connection.ops.quote_name(obj._meta.db_table)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, obj.pk])


@pytest.mark.parametrize("name", DATES)
def test_a_field_says_how_a_date_is_written(name):
    make, column = DATES[name]
    obj = make()

    with pytest.raises(ValidationError, match="Write a date as 2020"):
        obj._meta.get_field(column).clean("soon", obj)


def test_glossary_spellings_hold_the_term_first():
    assert GlossaryTerm(term="placebo", variants="dummy | sham").spellings() == ["placebo", "dummy", "sham"]
