"""How long each fact may be: the columns of Trial say so, and a longer value is refused, never cut."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from drugs.models import Trial

_MOST: dict[str, int] = {
    name: length for name in Trial.FACTS if (length := getattr(Trial._meta.get_field(name), "max_length", None))
}


def too_long(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each fact that its column cannot hold, and why."""
    return [
        (
            name,
            _("The text has %(length)s characters; at most %(most)s fit.")
            % {"length": len(value), "most": _MOST[name]},
        )
        for name, value in facts.items()
        if type(value) is str and name in _MOST and len(value) > _MOST[name]
    ]
