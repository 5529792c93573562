"""Parts of a page that are made once of the same values: `{% part %}`, an include that remembers."""

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.conf import settings
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

#: So many parts are kept in a process, of some kilobytes each.
MOST_PARTS = 1000


@register.simple_tag
def part(name: str, **values: Hashable) -> SafeString:
    """`name` with these values and nothing else, as `{% include … only %}`; the same values are rendered once.

    Whatever the template reads has to be in them, and they never change: text, numbers, dates, tuples and frozen
    dataclasses of such. No record of the database is: it equals another that has its key, whatever it says.
    """
    given = tuple(values.items())
    if any(
        isinstance(one, Model) for value in values.values() for one in (value if isinstance(value, tuple) else [value])
    ):
        raise TypeError(f"{name} is made once of the same values, and a record is the same after a change.")
    return _made(name, get_language(), given) if not settings.DEBUG else _made.__wrapped__(name, None, given)


@lru_cache(maxsize=MOST_PARTS)
def _made(name: str, _language: str | None, values: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(name, dict(values))
