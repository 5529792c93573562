"""The rows of an edition in one query: the same as the ORM reads them table by table."""

import pytest

from drugs.edition_rows import EditionRows
from drugs.models import Source, row_models
from tests import factories

pytestmark = pytest.mark.django_db


def test_rows_equal_what_the_orm_reads(django_assert_num_queries):
    edition = factories.whole_edition()
    factories.ReportedResultFactory(
        edition=edition,
        effect_measure="mean_difference",
        estimate="2.98",
        interval_low="1.48",
        interval_high="4.47",
        interval_level="95",
        p_relation="<",
        p_value="0.001",
        finding="",
    )

    with django_assert_num_queries(1):
        rows = EditionRows(edition)

    for model in row_models():
        expected = list(model.objects.filter(edition=edition))
        assert rows.of(model) == expected
        for read, stored in zip(rows.of(model), expected, strict=True):
            for field in model._meta.concrete_fields:
                assert getattr(read, field.attname) == getattr(stored, field.attname), (model, field.name)


def test_rows_are_the_verified_ones_of_this_edition_in_order():
    edition = factories.EditionFactory()
    second = factories.SourceFactory(edition=edition, position=2)
    first = factories.SourceFactory(edition=edition, position=1)
    factories.SourceFactory(edition=edition, is_verified=False)
    factories.SourceFactory()

    assert EditionRows(edition).of(Source) == [first, second]


def test_a_row_whose_source_is_not_verified_shows_no_source():
    edition = factories.EditionFactory()
    hidden = factories.SourceFactory(edition=edition, is_verified=False)
    factories.SideEffectFactory(edition=edition, source=hidden)

    assert EditionRows(edition).side_effects[0].source is None
