"""The gate: what is public at a moment, and what never changes once published."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from drugs.gate import FrozenEditionError
from drugs.models import Edition, Publication, row_models
from drugs.publishing.copying import copy_edition, start_draft
from drugs.publishing.digest import edition_digest
from drugs.publishing.publish import publish, take_back, withdraw
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(microseconds=1)


def published(therapy, number, at):
    edition = factories.EditionFactory(therapy=therapy, number=number)
    factories.publish(edition, at=at)
    return edition


def test_live_nothing_for_a_draft():
    factories.EditionFactory()

    assert not Edition.objects.live(NOW).exists()
    assert not Edition.objects.published(NOW).exists()


def test_live_from_the_very_moment_of_the_schedule():
    edition = published(factories.TherapyFactory(), 1, NOW)

    assert list(Edition.objects.live(NOW - SECOND)) == []
    assert list(Edition.objects.live(NOW)) == [edition]


def test_live_is_the_newest_and_published_keeps_both():
    therapy = factories.TherapyFactory()
    first = published(therapy, 1, NOW - dt.timedelta(days=2))
    second = published(therapy, 2, NOW - dt.timedelta(days=1))

    assert list(Edition.objects.live(NOW)) == [second]
    assert set(Edition.objects.published(NOW)) == {first, second}


def test_withdrawing_the_newest_brings_the_one_before_back():
    therapy = factories.TherapyFactory()
    first = published(therapy, 1, NOW - dt.timedelta(days=2))
    second = published(therapy, 2, NOW - dt.timedelta(days=1))

    withdraw(second.publication, reason="A number was wrong.")

    assert list(Edition.objects.live(NOW)) == [first]
    withdraw(first.publication, reason="This one too.")
    assert not Edition.objects.live(NOW).exists()


def test_two_publications_of_a_therapy_never_share_a_moment():
    therapy = factories.TherapyFactory()
    first = published(therapy, 1, NOW)
    second = factories.EditionFactory(therapy=therapy, number=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.bulk_create(
            [
                Publication(
                    edition=second,
                    therapy=therapy,
                    goes_live_at=first.publication.goes_live_at,
                    note="x",
                    digest="0" * 64,
                )
            ]
        )


def test_a_later_number_cannot_go_live_earlier():
    therapy = factories.TherapyFactory()
    published(therapy, 1, NOW)
    second = factories.EditionFactory(therapy=therapy, number=2)

    with pytest.raises(Exception, match="later edition"):
        factories.publish(second, at=NOW - SECOND)


ROW_ATTACKS = {
    "save": lambda row: row.save(),
    "delete": lambda row: row.delete(),
    "queryset update": lambda row: type(row).objects.filter(pk=row.pk).update(position=9),
    "queryset delete": lambda row: type(row).objects.filter(pk=row.pk).delete(),
    "raw delete": lambda row: type(row).objects.filter(pk=row.pk)._raw_delete("default"),
    "bulk_update": lambda row: type(row).objects.bulk_update([row], ["position"]),
    "bulk_create": lambda row: type(row).objects.bulk_create([_new_row(row)]),
    "create": lambda row: _new_row(row).save(),
    "move out": lambda row: _move(row, factories.EditionFactory()),
    "move out in bulk": lambda row: type(row).objects.filter(pk=row.pk).update(edition=factories.EditionFactory()),
    "update_or_create": lambda row: type(row).objects.update_or_create(pk=row.pk, defaults={"position": 9}),
    "cascade from the edition": lambda row: row.edition.delete(),
    "editions in bulk": lambda row: Edition.objects.filter(pk=row.edition_id).update(name="other"),
    "the edition's save": lambda row: row.edition.save(),
    "editions deleted in bulk": lambda row: Edition.objects.filter(pk=row.edition_id).delete(),
    "the publication's digest": lambda row: Publication.objects.filter(edition=row.edition).update(digest="0" * 64),
    "the publication itself": lambda row: row.edition.publication.delete(),
}


def _new_row(row):
    import uuid

    new = type(row)(
        **{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    )
    new.uid = uuid.uuid4()
    return new


def _move(row, edition):
    row.edition = edition
    row.save()


def _is_refused(attack, row):
    try:
        with transaction.atomic():
            ROW_ATTACKS[attack](row)
    except FrozenEditionError:
        return True
    return False


@pytest.mark.parametrize("model", row_models(), ids=lambda model: model.__name__)
@pytest.mark.parametrize("scheduled", [False, True], ids=["live", "scheduled"])
def test_a_published_edition_and_its_rows_refuse_every_change(model, scheduled):
    edition = factories.whole_edition()
    at = timezone.now() + dt.timedelta(days=1 if scheduled else -1)
    publication = factories.publish(edition, at=at)

    done = [attack for attack in ROW_ATTACKS if not _is_refused(attack, model.objects.get(edition=edition))]

    assert not done
    assert edition_digest(Edition.objects.get(pk=edition.pk)) == publication.digest


def test_a_copy_keeps_uids_and_leads_references_to_the_copies():
    old = factories.whole_edition()

    new = copy_edition(old, number=2)

    for model in row_models():
        before, after = model.objects.get(edition=old), model.objects.get(edition=new)
        assert before.uid == after.uid
        assert before.pk != after.pk
        if hasattr(after, "source"):
            assert after.source.edition == new


def test_start_draft_gives_one_draft_at_a_time():
    edition = factories.whole_edition()
    factories.publish(edition)
    draft = start_draft(edition)

    assert draft.number == 2
    with pytest.raises(Exception, match="draft already"):
        start_draft(edition)


def test_publishing_twice_is_refused():
    edition = factories.whole_edition()
    publish(edition, note="First.")

    with pytest.raises(Exception, match="published already"):
        publish(edition, note="Again.")


def test_take_back_makes_a_scheduled_edition_a_draft_again():
    edition = factories.whole_edition()
    publication = factories.publish(edition, at=timezone.now() + dt.timedelta(days=1))

    take_back(publication)

    fresh = Edition.objects.get(pk=edition.pk)
    assert fresh.is_draft
    fresh.save()


def test_every_row_model_is_known_to_digest_and_copy():
    edition = factories.whole_edition()
    before = edition_digest(edition)

    for model in row_models():
        row = model.objects.get(edition=edition)
        row.position = 7
        row.save()
        after = edition_digest(edition)
        assert after != before, model
        before = after
