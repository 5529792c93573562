"""Two people save the same draft: the second is told, keeps their text, and can go on."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from drugs.models import Edition
from tests import factories
from tests.admin.forms import add_row, posted
from tests.admin.people import staff


def page(edition):
    return reverse("admin:drugs_edition_change", args=[edition.pk])


def opened(client, draft):
    """The page as it was opened, with what it carries of its cells."""
    response = client.get(page(draft))
    return posted(response) | {"base": response.context["base"]}


@pytest.fixture
def two():
    clients = []
    for name in ("kim", "rio"):
        client = Client()
        client.force_login(staff("Editor", username=name))
        clients.append(client)
    return clients


@pytest.mark.django_db
@pytest.mark.any_database
def test_the_second_is_told_who_saved_and_what_differs(two):
    first, second = two
    draft = factories.whole_edition()
    one, other = opened(first, draft), opened(second, draft)
    first.post(page(draft), one | {"background": "<p>Kim's text.</p>", "name": "kims name"})

    shown = second.post(page(draft), other | {"background": "<p>Rio's text.</p>", "summary": "<p>Rio's too.</p>"})

    text = shown.content.decode()
    draft.refresh_from_db()
    assert draft.background == "<p>Kim's text.</p>"
    assert "kim saved this draft" in text
    assert [(theirs, yours) for _what, theirs, yours in shown.context["conflict"].both] == [
        ("Kim's text.", "Rio's text.")
    ]
    form = shown.context["adminform"].form
    assert form["background"].value() == "<p>Rio's text.</p>"
    assert form["summary"].value() == "<p>Rio's too.</p>"
    assert form["name"].value() == "kims name"


@pytest.mark.django_db
@pytest.mark.any_database
@pytest.mark.parametrize(
    "base", ["[1]", "1", "null", '"x"', '{"": 1}', '{"": []}', '{"source_set:1": 3}', "{", "[" * 5000]
)
def test_a_base_that_cannot_be_read_is_none(two, base):
    """Then nothing counts as left alone: what differs was changed by both."""
    first, second = two
    draft = factories.whole_edition()
    one, other = opened(first, draft), opened(second, draft)
    first.post(page(draft), one | {"background": "<p>Kim's text.</p>"})

    shown = second.post(page(draft), other | {"background": "<p>Rio's text.</p>", "base": base})

    both = [(theirs, yours) for _what, theirs, yours in shown.context["conflict"].both]
    assert ("Kim's text.", "Rio's text.") in both
    assert not shown.context["conflict"].taken


@pytest.mark.django_db
@pytest.mark.any_database
def test_saving_again_without_merging_is_refused_and_merging_goes_on(two, undrawn):
    first, second = two
    draft = factories.whole_edition()
    other = opened(second, draft) | {"background": "<p>Rio's text.</p>"}
    first.post(page(draft), opened(first, draft) | {"background": "<p>Kim's text.</p>", "name": "kims name"})

    shown = second.post(page(draft), other)
    again = posted(shown) | {"base": other["base"]}
    refused = second.post(page(draft), again)
    saved = second.post(page(draft), again | {"merged_version": shown.context["conflict"].version})

    assert refused.status_code == 200
    assert saved.status_code == 302
    draft.refresh_from_db()
    assert (draft.background, draft.name) == ("<p>Rio's text.</p>", "kims name")
    assert draft.version == 3


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_third_save_makes_the_merged_version_old(two, undrawn):
    first, second = two
    draft = factories.EditionFactory()
    other = opened(second, draft) | {"background": "<p>Rio's text.</p>"}
    first.post(page(draft), opened(first, draft) | {"background": "<p>One.</p>"})
    version = second.post(page(draft), other).context["conflict"].version
    first.post(page(draft), opened(first, draft) | {"background": "<p>Two.</p>"})

    shown = second.post(page(draft), other | {"merged_version": version})

    assert shown.status_code == 200
    assert Edition.objects.get(pk=draft.pk).background == "<p>Two.</p>"
    assert shown.context["conflict"].both[0][1] == "Two."


@pytest.mark.django_db
@pytest.mark.any_database
def test_rows_of_both_come_together(two, undrawn):
    first, second = two
    draft = factories.EditionFactory()
    kept = factories.SourceFactory(edition=draft, label="A, 2018", position=1)
    gone = factories.SourceFactory(edition=draft, label="B, 2018", position=2)
    other = opened(second, draft) | {"source_set-0-title": "Rio's title"}
    other = add_row(other, "source_set", label="R, 2020", kind="regulator", title="A decision", position=3)
    one = opened(first, draft) | {"source_set-1-DELETE": "on", "source_set-0-year": "2018"}
    saved = first.post(
        page(draft), add_row(one, "source_set", label="K, 2020", kind="regulator", title="A decision", position=4)
    )
    assert saved.status_code == 302, saved.context["errors"]

    shown = second.post(page(draft), other)
    again = posted(shown) | {"base": other["base"]}
    formset = next(i.formset for i in shown.context["inline_admin_formsets"] if i.formset.prefix == "source_set")
    for row in formset.extra_forms:
        again |= {row[name].html_name: row[name].value() or "" for name in ("label", "kind", "title", "position")}
    response = second.post(page(draft), again | {"merged_version": shown.context["conflict"].version})

    assert response.status_code == 302
    assert set(draft.source_set.values_list("label", flat=True)) == {"A, 2018", "R, 2020", "K, 2020"}
    kept.refresh_from_db()
    assert (kept.title, kept.year) == ("Rio's title", 2018)
    assert not draft.source_set.filter(pk=gone.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one after the other")
@pytest.mark.parametrize("rounds", [4, pytest.param(50, marks=pytest.mark.slow_fault)])
def test_two_saves_at_once_lose_nothing(two, rounds, undrawn):
    draft = factories.EditionFactory()
    for number in range(rounds):
        before = Edition.objects.get(pk=draft.pk).version
        forms = [opened(client, draft) | {"background": f"<p>{number} by {i}.</p>"} for i, client in enumerate(two)]
        answers = at_once(lambda i, forms=forms: two[i].post(page(draft), forms[i]).status_code)

        now = Edition.objects.get(pk=draft.pk)
        assert sorted(answers) == [200, 302], number
        assert now.version == before + 1
        assert now.background == f"<p>{number} by {answers.index(302)}.</p>"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one after the other")
def test_publishing_twice_at_once_publishes_once():
    from drugs.publishing import workflow
    from tests.publishing.test_workflow import ready_draft

    reviewers = []
    for _ in range(2):
        client = Client()
        client.force_login(staff("Reviewer"))
        reviewers.append(client)
    editor = staff("Editor")
    for number in range(4):
        draft = ready_draft(f"drug-{number}")
        workflow.send_to_review(draft, by=editor)
        address = reverse("admin:drugs_edition_publish", args=[draft.pk])
        answers = at_once(lambda i, address=address: reviewers[i].post(address, {"publish-note": "Now."}).status_code)

        assert sorted(answers) == [200, 302]
        assert draft.steps.filter(kind="published").count() == 1


def at_once(do):
    """What two threads, started together, bring back."""
    barrier, results = threading.Barrier(2), [None, None]

    def run(i):
        barrier.wait()
        try:
            results[i] = do(i)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[i]) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
