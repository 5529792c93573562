"""A cleaned record on its way to becoming a RegistryRecord."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drugs.imports.problems import Problem, Weight
from drugs.imports.records import Source, Unread
from drugs.registry_numbers import RegistryNumber, parse_number

#: TrialChange and report name a number that a trial gains so.
NUMBERS = "identifiers"


@dataclass(slots=True)
class Candidate:
    """A cleaned record on its way to becoming a RegistryRecord."""

    row: int
    number: RegistryNumber
    digest: str
    facts: dict[str, Any]
    #: By column, or the JSON of it as it stands in the database.
    raw: dict[str, str] | str
    last_update: str
    others: list[RegistryNumber]
    problems: list[Problem]
    #: Home number of the trial that an earlier record of the same file makes, where this one adds to it.
    joins: str = ""

    def as_json(self) -> dict[str, Any]:
        """All of it but `raw` and `problems`."""
        return {
            "number": list(self.number),
            "digest": self.digest,
            "facts": self.facts,
            "last_update": self.last_update,
            "others": [list(other) for other in self.others],
        } | ({"joins": self.joins} if self.joins else {})

    @classmethod
    def from_json(cls, row: int, stored: dict[str, Any], raw: str, left_out: Sequence[str] = ()) -> "Candidate":
        facts = stored["facts"]
        if left_out:
            facts = {name: value for name, value in facts.items() if name not in left_out}
        return cls(
            row,
            RegistryNumber(*stored["number"]),
            stored["digest"],
            facts,
            raw,
            stored["last_update"],
            [RegistryNumber(*other) for other in stored["others"]] if NUMBERS not in left_out else [],
            [],
            stored.get("joins", ""),
        )


def digest_of(base: Any, number: str, record: Unread) -> str:
    """The first half of the SHA-256 of what a record says, from a hash that already holds its source's signature."""
    digest = base.copy()
    digest.update(f"{number}\x1f{record.text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]  # type: ignore[no-any-return]


def candidate_of(record: Unread, number: str, digest: str, source: Source) -> Candidate:
    """A record, cleaned; `number` in full, as `number_in_full` gives it."""
    cleaned = source.clean(record)
    own = parse_number(number)
    assert own  # noqa: S101 (it was one before)
    others = _others(cleaned.others, own) if cleaned.others else []
    return Candidate(record.row, own, digest, cleaned.facts, cleaned.raw, cleaned.last_update, others, cleaned.problems)


def _others(found: Sequence[RegistryNumber], own: RegistryNumber) -> list[RegistryNumber]:
    """Numbers of other registries; a registry that is named twice identifies nothing."""
    others = {number for number in found if number.registry != own.registry}
    registries = [number.registry for number in others]
    return sorted(number for number in others if registries.count(number.registry) == 1)


def is_refused(candidate: Candidate) -> bool:
    return any(problem.weight == Weight.REFUSED for problem in candidate.problems)


def is_held(candidate: Candidate) -> bool:
    return any(problem.weight == Weight.HELD for problem in candidate.problems)
