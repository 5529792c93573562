"""Where an approval or a stage holds: a country (ISO 3166-1 alpha-2), the EU, or everywhere else.

Membership of the European Union by date: https://european-union.europa.eu/principles-countries-history_en.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

EU = "EU"
WORLD = "WW"

_ACCESSIONS = {
    "1958-01-01": "BE DE FR IT LU NL",
    "1973-01-01": "DK IE GB",
    "1981-01-01": "GR",
    "1986-01-01": "ES PT",
    "1995-01-01": "AT FI SE",
    "2004-05-01": "CY CZ EE HU LT LV MT PL SI SK",
    "2007-01-01": "BG RO",
    "2013-07-01": "HR",
}
_JOINED = {code: dt.date.fromisoformat(day) for day, codes in _ACCESSIONS.items() for code in codes.split()}
_LEFT = {"GB": dt.date(2020, 2, 1)}


def is_in_eu(country: str, on: dt.date) -> bool:
    """Whether `country` was a member of the European Union, or of what came before it, on that day."""
    joined = _JOINED.get(country)
    return joined is not None and joined <= on and (country not in _LEFT or on < _LEFT[country])


def approved_regions(countries_asked: Iterable[str], today: dt.date) -> set[str]:
    """The regions whose approval counts for one of these countries on that day: the one rule of lists, cards and comparisons.

    An approval names a country or the Union, never 'everywhere else': the database refuses that.
    """
    wanted = set(countries_asked)
    return wanted | ({EU} if any(is_in_eu(country, today) for country in wanted) else set())


def region_choices() -> Iterator[tuple[str, Any]]:
    yield WORLD, _("everywhere else")
    yield EU, _("European Union")
    yield from countries


def country_choices() -> tuple[tuple[str, str], ...]:
    """Code and name of each country, by name: translated and put in order once for each language."""
    return _countries_in(get_language())


@lru_cache
def _countries_in(_language: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((code, str(name)) for code, name in countries)


def region_name(code: str) -> str:
    """The name that readers see: 'South Korea', 'European Union', 'everywhere else'."""
    if code == WORLD:
        return str(_("everywhere else"))
    if code == EU:
        return str(_("European Union"))
    return str(countries.name(code) or code)


class RegionField(models.CharField):
    """A region's code. The list of codes stays out of migrations: countries come and go."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2)
        kwargs["choices"] = region_choices
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, args, kwargs
