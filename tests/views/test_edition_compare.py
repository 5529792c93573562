"""What changed between two editions, for readers: marks inside the text, rows by what they are, nothing unpublished."""

import datetime as dt

import pytest
from django.utils import timezone

from drugs.models import SideEffect, Source
from drugs.publishing.copying import copy_edition
from drugs.publishing.publish import withdraw
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editions():
    first = factories.EditionFactory(
        therapy=factories.TherapyFactory(slug="abc"),
        background="<p>It was tried in 115 people.</p><p>Nothing else changed.</p>",
        current_status="<p>Active.</p>",
    )
    factories.SourceFactory(edition=first, label="Oh et al., 2018")
    factories.SideEffectFactory(edition=first, term="headache")
    second = copy_edition(first, number=2, background="<p>It was tried in 123 people.</p><p>Nothing else changed.</p>")
    source = Source.objects.get(edition=second)
    source.label = "Oh et al., 2018a"
    source.save()
    effect = SideEffect.objects.get(edition=second)
    effect.delete()
    factories.ApprovalFactory(edition=second, region="KR", commercial_name="NeuroNata-R")
    factories.SideEffectFactory(edition=second, term="PLANTED", is_verified=False)
    factories.publish(first, at=timezone.now() - dt.timedelta(days=2))
    factories.publish(second, at=timezone.now() - dt.timedelta(days=1))
    return first, second


def test_words_are_marked_and_unchanged_text_is_not(client, editions):
    html = client.get("/drugs/abc/editions/1/2/").content.decode()

    assert "115" in html
    assert "123" in html
    assert "<del" in html
    assert "<ins" in html
    for marked in ("<ins>Nothing", "<del>Nothing", "<ins>Active", "<del>Active"):
        assert marked not in html


def test_rows_are_added_removed_and_changed_by_their_uid(client, editions):
    html = client.get("/drugs/abc/editions/1/2/").content.decode()

    assert "NeuroNata-R" in html
    assert "headache" in html
    assert "Oh et al., 2018a" in html
    assert "PLANTED" not in html


def test_the_older_comes_first_and_one_alone_is_no_comparison(client, editions):
    assert client.get("/drugs/abc/editions/2/1/")["Location"] == "/drugs/abc/editions/1/2/"
    assert client.get("/drugs/abc/editions/2/2/").status_code in (301, 302)


def test_an_unpublished_edition_is_not_compared(client, editions):
    draft = copy_edition(editions[1], number=3, background="<p>SECRET</p>")

    assert client.get("/drugs/abc/editions/2/3/").status_code == 404
    factories.publish(draft, at=timezone.now() + dt.timedelta(days=1))
    assert client.get("/drugs/abc/editions/2/3/").status_code == 404


def test_a_withdrawn_edition_answers_410_without_its_text(client, editions):
    withdraw(editions[1].publication, reason="A number was wrong.")

    response = client.get("/drugs/abc/editions/1/2/")

    assert response.status_code == 410
    assert "A number was wrong." in response.content.decode()
    assert "123" not in response.content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_comparison_takes_the_same_queries_for_1_and_30_rows(client, django_assert_max_num_queries, rows):
    first = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    for number in range(rows):
        factories.SideEffectFactory(edition=first, term=f"effect {number}")
    second = copy_edition(first, number=2)
    factories.publish(first, at=timezone.now() - dt.timedelta(days=2))
    factories.publish(second, at=timezone.now() - dt.timedelta(days=1))

    with django_assert_max_num_queries(30):
        assert client.get("/drugs/abc/editions/1/2/").status_code == 200


def test_nothing_changed_is_said(client):
    first = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    second = copy_edition(first, number=2)
    factories.publish(first, at=timezone.now() - dt.timedelta(days=2))
    factories.publish(second, at=timezone.now() - dt.timedelta(days=1))

    html = client.get("/drugs/abc/editions/1/2/").content.decode()

    assert "<ins" not in html
    assert "othing changed" in html or "same" in html
