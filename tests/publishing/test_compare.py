"""Rows are compared by what they are: every row model is known, a copy is no change, a corrected label is one."""

import pytest

from drugs.models import SideEffect, Source, row_models
from drugs.publishing.compare import edition_difference
from drugs.publishing.compare.editions import PARTS
from drugs.publishing.compare.rows import compared_fields
from drugs.publishing.compare.values import Reader
from drugs.publishing.copying import copy_edition
from tests import factories

pytestmark = pytest.mark.django_db


def test_every_row_model_has_its_place_in_a_comparison():
    placed = [model for _anchor, _field, _heading, models in PARTS for model in models]

    assert sorted(placed, key=str) == sorted(row_models(), key=str)


@pytest.mark.parametrize("model", row_models(), ids=lambda model: model.__name__)
def test_every_field_of_a_row_can_be_put_into_words(model):
    row = model.objects.get(edition=factories.whole_edition())

    for column in compared_fields(model):
        assert isinstance(Reader(is_staff=True).value(row, column), str), column


def test_a_copy_changes_nothing_and_neither_does_moving_rows():
    old = factories.whole_edition()
    new = copy_edition(old, number=2)
    effect = SideEffect.objects.get(edition=new)
    effect.position = 9
    effect.save()

    assert edition_difference(old, new).changed_parts == []


def test_a_corrected_label_is_one_change():
    old = factories.whole_edition()
    new = copy_edition(old, number=2)
    source = Source.objects.get(edition=new)
    source.label = "Oh et al., 2018a"
    source.save()

    assert edition_difference(old, new).summary == ["1 source changed"]
