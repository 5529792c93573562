"""The digest of an edition: proves that what was published never changed."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db.models import Field, ForeignKey, Model

from drugs.models import Edition, Row, row_models

#: Columns that say where a record is stored, not what the edition says.
_LEFT_OUT = {"id", "edition", "version"}


def content_fields(model: type[Model]) -> list[Field]:
    """The columns of Edition or a row model that make up what it says."""
    return [field for field in model._meta.concrete_fields if field.name not in _LEFT_OUT]


def canonical(obj: Model, field: Field) -> Any:
    """One value as JSON, free of primary keys: a reference is written as the natural key or `uid` of what it points to."""
    if isinstance(field, ForeignKey):
        target = getattr(obj, field.name)
        if target is None:
            return None
        return str(target.uid) if isinstance(target, Row) else list(target.natural_key())
    value = getattr(obj, field.attname)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value if value is None or isinstance(value, bool | int) else str(value)


def edition_content(edition: Edition) -> dict[str, Any]:
    """All that an edition says, rows in order of model and `uid`: what is hashed, compared and copied."""
    content: dict[str, Any] = {"edition": {field.name: canonical(edition, field) for field in content_fields(Edition)}}
    for model in row_models():
        fields = content_fields(model)
        references = [field.name for field in fields if isinstance(field, ForeignKey)]
        rows = (
            model.objects.filter(edition=edition).select_related(*references)
            if references
            else model.objects.filter(edition=edition)
        )
        content[model._meta.model_name or ""] = sorted(
            ({field.name: canonical(row, field) for field in fields} for row in rows), key=lambda row: row["uid"]
        )
    return content


def edition_digest(edition: Edition) -> str:
    """SHA-256, in hexadecimal, of the edition's content as canonical JSON."""
    text = json.dumps(edition_content(edition), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
