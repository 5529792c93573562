"""Fields of rich text where they can only be read: as readers see them, not as tags."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.safestring import SafeString

from drugs.rendering import Renderer
from drugs.rich_text import RichTextField


def readable(
    model: type[Model], fieldsets: Sequence[tuple[Any, dict[str, Any]]]
) -> tuple[tuple[Any, dict[str, Any]], ...]:
    """The fieldsets of a page that only shows: rich text is rendered."""
    fields = {field.name: field for field in model._meta.concrete_fields if isinstance(field, RichTextField)}
    return tuple(
        (
            name,
            {
                **options,
                "fields": tuple(_shown(fields[each]) if each in fields else each for each in options["fields"]),
            },
        )
        for name, options in fieldsets
    )


def _shown(field: RichTextField) -> Callable[[Model], SafeString]:
    @admin.display(description=field.verbose_name)
    def show(shown: Model) -> SafeString:
        return Renderer().html(field.value_from_object(shown))

    show.__name__ = str(field.name)
    return show
