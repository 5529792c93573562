"""Every address that the resolver knows, with something in its places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

_PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:\[[^\]]*\]|[^()\[\]])*\)")


@dataclass(frozen=True)
class Address:
    name: str  # with its namespace; the route where it has none
    route: str

    @property
    def is_staff(self) -> bool:
        return self.route.startswith("admin/")

    @property
    def places(self) -> list[str]:
        return [first or second for first, second in _PLACE.findall(self.route)]

    def path(self, values: dict[str, object]) -> str:
        filled = _PLACE.sub(lambda found: str(values[found[1] or found[2]]), self.route)
        return "/" + re.sub(r"[\^$\\]", "", filled).removesuffix("Z")


def addresses(patterns=None, prefix: str = "", space: str = "") -> Iterator[Address]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from addresses(one.url_patterns, route, inner)
        elif isinstance(one, URLPattern):
            yield Address(f"{space}{one.name}" if one.name else route, route)
