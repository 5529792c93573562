"""A full copy of an edition with all its rows: how a draft starts."""

from typing import Any

from django.db import transaction
from django.db.models import Model

from drugs.models import Edition, Therapy, row_models


class DraftExistsError(Exception):
    """The therapy already has a draft: one at a time."""

    def __init__(self, draft: Edition) -> None:
        super().__init__(f"{draft} is a draft already.")
        self.draft = draft


@transaction.atomic
def start_draft(old: Edition) -> Edition:
    """A new draft of `old`'s therapy with the content of `old`, which may be any edition of it."""
    therapy = Therapy.objects.select_for_update().get(pk=old.therapy_id)
    if draft := therapy.editions.drafts().first():
        raise DraftExistsError(draft)
    return copy_edition(old, number=therapy.next_number(), version=1)


def copy_edition(old: Edition, **changes: Any) -> Edition:
    """Copy `old` and its rows; rows keep their `uid`, and references between them lead to the copies."""
    twins: dict[tuple[Any, Any], Model] = {}

    def twin(original: Model, **values: Any) -> Model:
        copied = {
            field.attname: getattr(original, field.attname)
            for field in original._meta.concrete_fields
            if not field.primary_key
        }
        for field in original._meta.concrete_fields:
            if field.many_to_one and (sibling := twins.get((field.related_model, copied[field.attname]))):
                copied[field.attname] = sibling.pk
        twins[type(original), original.pk] = new = type(original)(**copied | values)
        return new

    edition = twin(old, **changes)
    edition.save(force_insert=True)
    for model in row_models():
        model.objects.bulk_create([twin(row) for row in model.objects.filter(edition=old)])
    return edition  # type: ignore[return-value]
