"""A draft is saved whatever is half done; what cannot be stored comes back with the page, and holds up the review."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from drugs import models
from drugs.publishing import workflow
from tests import factories
from tests.admin.forms import add_row, posted
from tests.admin.people import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    person = staff("Editor", username="kim")
    client.force_login(person)
    return person


def page(edition):
    return reverse("admin:drugs_edition_change", args=[edition.pk])


def save(client, draft, data):
    response = client.post(page(draft), data)
    assert response.status_code == 302, response.context["errors"]
    return client.get(page(draft))


#: what somebody may leave half filled: rows of each kind, and a word of the sentence that says what is missing
HALF = {
    "stage without a reason": (
        "statusevent_set",
        {"stage": "no_longer_in_development", "region": "JP", "is_current": "on"},
        "Say why it ended",
    ),
    "source with a label only": ("source_set", {"label": "Doe, 2020", "kind": "journal_article"}, "Give an address"),
    "source with a strange year": (
        "source_set",
        {"label": "D", "kind": "journal_article", "title": "T", "year": "soon"},
        "Year",
    ),
    "result with a time point only": ("reportedresult_set", {"time_point": "24 weeks"}, "required"),
    "alias without a name": ("alias_set", {"kind": "brand"}, "required"),
    "sponsor without an organisation": ("sponsor_set", {"role": "developer", "is_verified": "on"}, "required"),
    "approval without a place": ("approval_set", {"regulator": "MFDS"}, "required"),
    "approval with half a date": (
        "approval_set",
        {"region": "JP", "regulator": "M", "kind": "full", "approved_on": "20"},
        "",
    ),
    "dosing without a schedule": ("dosing_set", {"setting": "trial", "route": "oral", "amount": "5"}, "required"),
    "side effect as often as nobody says": ("sideeffect_set", {"frequency": "common"}, "required"),
    "see also nothing": ("seealso_set", {"why": "The same substance."}, "required"),
    "nul": ("source_set", {"label": "a\x00b", "kind": "journal_article", "title": "T"}, "Null characters"),
    "a choice that is none": ("sponsor_set", {"organisation": "x", "role": "king"}, "valid choice"),
}


def _holds(cells, value_of):
    """Whether these are the cells of a case; a mark is shown as a tick, and a record that is none is left out."""
    return all(value_of(name) == value.replace("\x00", "") for name, value in cells.items() if value not in ("on", "x"))


def test_half_filled_rows_are_kept_and_all_else_is_saved(client, editor):
    draft = factories.whole_edition()
    before = draft.source_set.count(), draft.statusevent_set.count()
    data = posted(client.get(page(draft)), background="<p>New text.</p>", alias_set__0__text="Changed too")
    for prefix, cells, _said in HALF.values():
        data = add_row(data, prefix, **cells)

    shown = save(client, draft, data)

    draft.refresh_from_db()
    assert draft.background == "<p>New text.</p>"
    assert draft.alias_set.get().text == "Changed too"
    assert (draft.source_set.count(), draft.statusevent_set.count()) == before
    assert "Kept with the draft, but not finished" in shown.content.decode()
    parts = list(draft.unfinished_parts.all())
    assert len(parts) == len(HALF)
    formsets = {inline.formset.prefix: inline.formset for inline in shown.context["inline_admin_formsets"]}
    for case, (prefix, cells, said) in HALF.items():
        (part,) = (part for part in parts if _holds(cells, part.cells.get))
        assert said in " ".join(part.sentences), case
        shown_again = [row for row in formsets[prefix].forms if _holds(cells, lambda name, row=row: row[name].value())]
        assert any(row.errors for row in shown_again), case


@pytest.mark.any_database
def test_a_kept_row_is_finished_and_stored(client, editor):
    draft = factories.EditionFactory()
    data = add_row(posted(client.get(page(draft))), "source_set", label="Doe, 2020", kind="journal_article")
    shown = save(client, draft, data)

    shown = save(client, draft, posted(shown, source_set__0__title="A title"))

    assert draft.source_set.get().label == "Doe, 2020"
    assert not draft.unfinished_parts.exists()
    assert "not finished" not in shown.content.decode()


@pytest.mark.any_database
def test_saving_again_keeps_it_once_and_under_its_key(client, editor, undrawn):
    draft = factories.EditionFactory()
    data = add_row(posted(client.get(page(draft))), "source_set", label="Doe, 2020", kind="journal_article")
    shown = save(client, draft, data)
    key = draft.unfinished_parts.get().key

    save(client, draft, posted(shown, source_set__0__label="Doe et al., 2020"))

    part = draft.unfinished_parts.get()
    assert (part.key, part.cells["label"]) == (key, "Doe et al., 2020")


@pytest.mark.any_database
def test_a_kept_row_is_taken_off(client, editor, undrawn):
    draft = factories.EditionFactory()
    data = add_row(posted(client.get(page(draft))), "source_set", label="Doe, 2020", kind="journal_article")
    shown = save(client, draft, data)
    data = posted(shown)
    without = {name: value for name, value in data.items() if not name.startswith("source_set-0-")}

    save(client, draft, without | {"source_set-TOTAL_FORMS": 0})

    assert not draft.unfinished_parts.exists()


@pytest.mark.any_database
def test_a_stored_row_stays_as_it_was_until_its_change_is_finished(client, editor, undrawn):
    draft = factories.whole_edition()
    stage = draft.statusevent_set.get()
    data = posted(client.get(page(draft)), statusevent_set__0__stage="no_longer_in_development")

    shown = save(client, draft, data)

    was = stage.stage
    stage.refresh_from_db()
    assert stage.stage == was
    row = shown.context["inline_admin_formsets"][2].formset.forms[0]
    assert row["stage"].value() == "no_longer_in_development"
    save(client, draft, posted(shown, statusevent_set__0__reason="futility"))
    stage.refresh_from_db()
    assert (stage.stage, stage.reason) == ("no_longer_in_development", "futility")
    assert not draft.unfinished_parts.exists()


@pytest.mark.any_database
def test_a_row_that_would_take_anothers_place_is_kept(client, editor, undrawn):
    draft = factories.EditionFactory()
    factories.SourceFactory(edition=draft, label="A, 2018", position=1)
    factories.SourceFactory(edition=draft, label="B, 2018", position=2)
    factories.SourceFactory(edition=draft, label="C, 2018", position=3)
    # A is left half done, so B cannot have its label, so C cannot have B's.
    data = posted(
        client.get(page(draft)),
        source_set__0__label="",
        source_set__1__label="A, 2018",
        source_set__2__label="B, 2018",
    )

    save(client, draft, add_row(data, "source_set", label="D, 2018", kind="journal_article", title="T"))

    assert set(draft.source_set.values_list("label", flat=True)) == {"A, 2018", "B, 2018", "C, 2018", "D, 2018"}
    assert draft.unfinished_parts.count() == 3
    assert "has this label" in " ".join(draft.unfinished_parts.last().sentences)


@pytest.mark.any_database
def test_a_second_current_stage_of_a_region_is_kept(client, editor, undrawn):
    draft = factories.EditionFactory()
    factories.StatusEventFactory(edition=draft, region="JP", stage="in_development")
    data = posted(client.get(page(draft)))

    save(client, draft, add_row(data, "statusevent_set", region="JP", stage="approved", is_current="on"))

    assert draft.statusevent_set.get().stage == "in_development"
    assert "Only one stage per region" in " ".join(draft.unfinished_parts.get().sentences)


@pytest.mark.any_database
def test_a_source_that_rows_rest_on_stays(client, editor):
    draft = factories.whole_edition()
    source = draft.dosing_set.get().source
    at = list(draft.source_set.order_by("position", "pk")).index(source)

    shown = save(client, draft, posted(client.get(page(draft)), **{f"source_set__{at}__DELETE": "on"}))

    assert draft.source_set.filter(pk=source.pk).exists()
    assert source.label in shown.content.decode()
    assert "rests on it" in shown.content.decode()


@pytest.mark.any_database
def test_faulty_cells_of_the_page_keep_what_was_stored(client, editor, undrawn):
    draft = factories.EditionFactory(as_of_on="2026-05")
    data = posted(client.get(page(draft)), name="", as_of_on="some day", summary="<p>New.</p>")

    shown = save(client, draft, data)

    name = draft.name
    draft.refresh_from_db()
    assert (draft.name, draft.as_of_on, draft.summary) == (name, "2026-05", "<p>New.</p>")
    form = shown.context["adminform"].form
    assert (form["name"].value(), form["as_of_on"].value()) == ("", "some day")
    assert set(form.errors) == {"name", "as_of_on"}
    save(client, draft, posted(shown, name="Lenzumestrocel", as_of_on="2026-06"))
    draft.refresh_from_db()
    assert (draft.name, draft.as_of_on) == ("Lenzumestrocel", "2026-06")
    assert not draft.unfinished_parts.exists()


@pytest.mark.any_database
def test_nothing_unfinished_goes_to_review_or_to_readers(client, editor):
    draft = factories.whole_edition()
    data = add_row(posted(client.get(page(draft))), "source_set", label="Plantedword, 2020", kind="journal_article")
    save(client, draft, data)

    with pytest.raises(ValidationError) as refused:
        workflow.send_to_review(draft, by=editor)

    assert any("source 'Plantedword, 2020'" in sentence for sentence in refused.value.messages)
    assert "Plantedword" in client.get(reverse("admin:drugs_edition_review", args=[draft.pk])).content.decode()
    assert "Plantedword" not in client.get(reverse("admin:drugs_edition_preview", args=[draft.pk])).content.decode()


@pytest.mark.any_database
@pytest.mark.parametrize("key", ["x", "\x00", "1" * 400])
def test_a_key_that_is_none_harms_nothing(client, editor, key, undrawn):
    draft = factories.EditionFactory()
    data = posted(client.get(page(draft)))

    save(client, draft, add_row(data, "source_set", label="Doe, 2020", kind="journal_article", unfinished=key))

    assert draft.unfinished_parts.get().sentences
    assert client.get(reverse("admin:drugs_edition_review", args=[draft.pk])).status_code == 200


@pytest.mark.any_database
def test_two_rows_with_one_key_are_both_kept(client, editor, undrawn):
    draft = factories.EditionFactory()
    key = "0" * 32
    data = add_row(posted(client.get(page(draft))), "source_set", label="A", kind="journal_article", unfinished=key)

    save(client, draft, add_row(data, "source_set", label="B", kind="journal_article", unfinished=key))

    assert {part.cells["label"] for part in draft.unfinished_parts.all()} == {"A", "B"}


@pytest.mark.any_database
def test_a_reference_to_no_record_comes_back_empty(client, editor, undrawn):
    draft = factories.EditionFactory()
    data = posted(client.get(page(draft)))

    save(client, draft, add_row(data, "sponsor_set", organisation="9" * 40, role="developer"))

    assert draft.unfinished_parts.get().cells["organisation"] == ""


@pytest.mark.any_database
def test_a_discarded_draft_takes_its_unfinished_rows_along(client, editor, undrawn):
    draft = factories.EditionFactory()
    data = add_row(posted(client.get(page(draft))), "source_set", label="Doe, 2020", kind="journal_article")
    save(client, draft, data)

    workflow.discard(draft, by=editor)

    assert not models.UnfinishedPart.objects.exists()


@pytest.fixture
def two():
    clients = []
    for name in ("kim", "rio"):
        client = Client()
        client.force_login(staff("Editor", username=name))
        clients.append(client)
    return clients


def opened(client, draft):
    response = client.get(page(draft))
    return posted(response) | {"base": response.context["base"]}


@pytest.mark.any_database
def test_the_second_of_two_keeps_what_the_first_left_unfinished(two, undrawn):
    first, second = two
    draft = factories.EditionFactory()
    one, other = opened(first, draft), opened(second, draft)
    save(first, draft, add_row(one, "source_set", label="Kim, 2020", kind="journal_article"))

    told = second.post(page(draft), add_row(other, "source_set", label="Rio, 2021", kind="journal_article"))

    assert told.status_code == 200
    assert told.context["conflict"].added == ["unfinished: source"]
    merged = posted(told) | {"base": told.context["base"], "merged_version": told.context["conflict"].version}
    save(second, draft, merged)
    assert {part.cells["label"] for part in draft.unfinished_parts.all()} == {"Kim, 2020", "Rio, 2021"}


@pytest.mark.any_database
def test_two_change_the_same_unfinished_row_and_the_second_is_told(two, undrawn):
    first, second = two
    draft = factories.EditionFactory()
    save(first, draft, add_row(opened(first, draft), "source_set", label="Doe, 2020", kind="journal_article"))
    one, other = opened(first, draft), opened(second, draft)
    save(first, draft, one | {"source_set-0-label": "Kim, 2020"})

    told = second.post(page(draft), other | {"source_set-0-label": "Rio, 2020"})

    assert [(theirs, yours) for _what, theirs, yours in told.context["conflict"].both] == [("Kim, 2020", "Rio, 2020")]
    assert draft.unfinished_parts.get().cells["label"] == "Kim, 2020"


@pytest.mark.any_database
def test_one_finishes_what_the_other_leaves_alone(two, undrawn):
    first, second = two
    draft = factories.EditionFactory()
    save(first, draft, add_row(opened(first, draft), "source_set", label="Doe, 2020", kind="journal_article"))
    one, other = opened(first, draft), opened(second, draft)
    save(first, draft, one | {"source_set-0-title": "A title"})

    told = second.post(page(draft), other | {"summary": "<p>Rio's.</p>"})
    merged = posted(told) | {"base": told.context["base"], "merged_version": told.context["conflict"].version}
    save(second, draft, merged)

    assert draft.source_set.get().title == "A title"
    assert not draft.unfinished_parts.exists()
