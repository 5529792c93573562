"""Which trial each number of one file belongs to: a study may stand in it under several registries' numbers."""

from collections.abc import Iterable

from drugs.imports.number_set import NumberSet
from drugs.registry_numbers import RegistryNumber, parse_number


class Claims:
    """What the records of one file say of numbers, in order. Trials are named by their home number."""

    def __init__(self) -> None:
        #: Trials that this file makes, under their own number.
        self._made = NumberSet()
        #: Every other number that a record of this file gives to a trial, and the same by trial and registry.
        self._home: dict[str, str] = {}
        self._given: dict[str, dict[str, str]] = {}

    def make(self, home: str) -> None:
        self._made.add(home)

    def give(self, home: str, numbers: Iterable[RegistryNumber]) -> None:
        """Say that these numbers are the trial's; one of a registry in which it has another already stays free."""
        for number in numbers:
            if number.number == home:
                continue
            if self._given.setdefault(home, {}).setdefault(number.registry, number.number) == number.number:
                self._home.setdefault(number.number, home)

    def home(self, number: str) -> str:
        """The trial that an earlier record makes of a number, or gives it to; '' where none does."""
        return self._home.get(number) or (number if number in self._made else "")

    def same_study(self, own: RegistryNumber, others: Iterable[RegistryNumber]) -> str:
        """The one trial of earlier records that has any of these numbers and none other in `own`'s registry, or ''."""
        homes = {home for number in (own, *others) if (home := self.home(number.number))}
        home = homes.pop() if len(homes) == 1 else ""
        if home in ("", own.number):
            return ""
        known = parse_number(home)
        given = self._given.get(home, {}) | ({known.registry: known.number} if known else {})
        return home if given.get(own.registry, own.number) == own.number else ""
