"""Choosing a record by typing: Django's own widget, which fails where an address or a form names what can be no key."""

from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey
from django.http import HttpRequest


class ChoiceByTyping(AutocompleteSelect):
    def optgroups(self, name: str, value: list[str], attr: dict[str, Any] | None = None) -> Any:
        """What can be no key chooses nothing."""
        return super().optgroups(
            name, [one for one in value if one == "" or _may_be(self.field.target_field, one)], attr
        )


class ChoosesByTyping(BaseModelAdmin):
    """For the fields of `autocomplete_fields`."""

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", ChoiceByTyping(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _may_be(field: Field, value: str) -> bool:
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return True
