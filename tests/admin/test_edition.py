"""A draft with all its rows on one page; a published edition to read."""

import pytest
from django.contrib import admin
from django.urls import reverse

from drugs import models
from drugs.admin.rows import INLINES
from tests import factories
from tests.admin.forms import add_row, posted
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor(client):
    person = staff("Editor", username="kim")
    client.force_login(person)
    return person


def page(edition):
    return reverse("admin:drugs_edition_change", args=[edition.pk])


def test_every_row_model_and_every_field_of_the_draft_is_on_the_page():
    assert {inline.model for inline in INLINES} == set(models.row_models())
    shown = {name for _title, options in admin.site._registry[models.Edition].fieldsets for name in _flat(options)}
    assert {f.name for f in models.Edition._meta.fields if f.editable} - shown == {"id", "therapy", "number"}
    for inline in INLINES:
        fields = {f.name for f in inline.model._meta.fields if f.editable and f.name not in ("id", "edition")}
        assert fields == set(_flat({"fields": inline.fields})), inline


def _flat(options):
    for item in options["fields"]:
        yield from item if isinstance(item, tuple) else (item,)


def test_a_draft_is_saved_as_it_is_and_keeps_who_saved(client, editor, undrawn):
    draft = factories.whole_edition()

    response = client.post(
        page(draft), posted(client.get(page(draft)), background="<p>New text (Oh et al., 2018).</p>")
    )

    assert response.status_code == 302, _errors(response)
    draft.refresh_from_db()
    assert draft.background == "<p>New text (Oh et al., 2018).</p>"
    assert draft.version == 2
    step = draft.steps.get()
    assert (step.kind, step.by) == ("saved", editor)


def _errors(response):
    context = response.context
    return context and (context["errors"], [i.formset.errors for i in context["inline_admin_formsets"]])


def test_a_half_finished_draft_is_saved(client, editor, undrawn):
    draft = factories.EditionFactory()
    texts = {name: "" for name, _heading in models.SECTIONS}

    response = client.post(page(draft), posted(client.get(page(draft)), as_of_on="", summary="", **texts))

    assert response.status_code == 302, _errors(response)
    assert models.Edition.objects.get(pk=draft.pk).as_of_on == ""


def test_rows_are_added_changed_and_deleted_on_the_page(client, editor, undrawn):
    draft = factories.whole_edition()
    data = posted(client.get(page(draft)), alias_set__0__text="Neuronata", sideeffect_set__0__DELETE="on")
    data = add_row(data, "source_set", label="New, 2026", kind="regulator", title="A decision", uid="")

    response = client.post(page(draft), data)

    assert response.status_code == 302, _errors(response)
    assert draft.alias_set.get().text == "Neuronata"
    assert not draft.sideeffect_set.exists()
    new = draft.source_set.get(label="New, 2026")
    assert new.position > draft.source_set.get(label="Oh et al., 2018").position


def test_two_sources_swap_their_labels(client, editor, undrawn):
    draft = factories.EditionFactory()
    first = factories.SourceFactory(edition=draft, label="A, 2018", position=1)
    factories.SourceFactory(edition=draft, label="B, 2018", position=2)

    data = posted(client.get(page(draft)), source_set__0__label="B, 2018", source_set__1__label="A, 2018")
    response = client.post(page(draft), data)

    assert response.status_code == 302, _errors(response)
    first.refresh_from_db()
    assert first.label == "B, 2018"


def test_two_regions_swap_their_current_stage(client, editor, undrawn):
    draft = factories.EditionFactory()
    old = factories.StatusEventFactory(edition=draft, position=1, stage="in_development")
    factories.StatusEventFactory(edition=draft, position=2, stage="approved", is_current=False)

    data = posted(client.get(page(draft)), statusevent_set__0__is_current=None, statusevent_set__1__is_current="on")
    response = client.post(page(draft), data)

    assert response.status_code == 302, _errors(response)
    old.refresh_from_db()
    assert not old.is_current


def test_a_source_of_another_edition_is_no_choice(client, editor, undrawn):
    draft, other = factories.whole_edition(), factories.SourceFactory()

    client.post(page(draft), posted(client.get(page(draft)), dosing_set__0__source=str(other.pk)))

    assert draft.dosing_set.get().source != other
    assert draft.unfinished_parts.get().problems == {"source": ["Choose a source of this edition."]}


def test_a_published_edition_is_read_only(client, editor):
    edition = factories.whole_edition("riluzole")
    data = posted(client.get(page(edition)), background="<p>Other.</p>")
    factories.publish(edition)

    shown = client.get(page(edition))

    assert shown.status_code == 200
    assert 'name="_save"' not in shown.content.decode()
    assert client.post(page(edition), data).status_code == 403
    assert client.post(reverse("admin:drugs_edition_delete", args=[edition.pk]), {"post": "yes"}).status_code == 403


def test_the_text_of_a_published_edition_is_read_not_its_tags(client, editor):
    edition = factories.EditionFactory(background="<p>First words.</p><h3>Then &lt;more&gt;</h3>")
    type(edition).objects.filter(pk=edition.pk).update(
        side_effects_text='<p onclick="x()">Tired<script>x()</script>.</p>'
    )
    factories.publish(edition)

    shown = client.get(page(edition)).content.decode()

    assert "<p>First words.</p><h3>Then &lt;more&gt;</h3>" in shown
    assert "<p>Tired.</p>" in shown
    assert "&lt;p&gt;" not in shown


def test_script_in_a_text_is_cleaned_at_saving(client, editor, undrawn):
    draft = factories.EditionFactory()
    text = '<p onclick="x()">Safe<script>alert(1)</script> <a href="javascript:alert(1)">link</a></p>'

    client.post(page(draft), posted(client.get(page(draft)), background=text))

    assert models.Edition.objects.get(pk=draft.pk).background == "<p>Safe <a>link</a></p>"


def test_the_first_edition_of_a_therapy_is_numbered(client, editor, undrawn):
    therapy = factories.TherapyFactory(slug="new-drug")
    add = reverse("admin:drugs_edition_add")

    response = client.post(add, {"therapy": therapy.pk, "name": "new", "display_name": "New", "modality": "vitamin"})

    edition = therapy.editions.get()
    assert edition.number == 1
    assert response.url == page(edition)
    assert [step.kind for step in edition.steps.order_by("pk")] == ["started", "saved"]


def test_no_second_draft_beside_an_edition(client, editor, undrawn):
    therapy = factories.live_edition("riluzole").therapy
    add = reverse("admin:drugs_edition_add")

    response = client.post(add, {"therapy": therapy.pk, "name": "x", "display_name": "X", "modality": "vitamin"})

    assert response.status_code == 200
    assert therapy.editions.count() == 1


def _many_rows(count):
    draft = factories.EditionFactory()
    sources = [factories.SourceFactory(edition=draft) for _ in range(count)]
    for source in sources:
        factories.ReportedResultFactory(edition=draft, source=source)
        factories.DosingFactory(edition=draft, source=source)
    return draft


def test_the_page_of_a_large_draft_asks_few_queries(client, editor, django_assert_max_num_queries):
    """Session, person, permissions; the edition; one read a kind of row; two an autocompleted cell (its choice);
    the fact checker's dozen."""
    draft = _many_rows(10)
    client.get(page(draft))

    with django_assert_max_num_queries(70):
        response = client.get(page(draft))

    assert response.content.decode().count("<option") < 12_000


def test_every_cell_of_a_table_has_a_name(client, editor):
    draft = factories.whole_edition()

    shown = client.get(page(draft)).content.decode()

    assert 'aria-label="Effect, row 1"' in shown
    assert 'aria-label="Organisation, row 1"' in shown
