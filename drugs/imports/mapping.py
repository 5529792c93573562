"""Which column of a sheet kept by hand holds what: guessed by name, mended by staff, remembered for its header."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from drugs.imports.clean import key
from drugs.imports.formats.sheet import BY_FACT, GUESSES
from drugs.imports.formats.table import Column
from drugs.imports.problems import shown as printable
from drugs.models import ColumnMapping, Trial

#: What a column is when it holds the registry number, or nothing that is read.
NUMBER, NOTHING = "number", ""
_EXAMPLES = 3


#: What the download of rows to mend adds behind the columns of the file.
ADDED = (_l("Row"), _l("Decision"), _l("Why it was not imported"))


def header_digest(headers: list[str]) -> str:
    """The same for the same names in the same order, however they are spelt; also when they come back with mended rows."""
    names = [key(header) for header in headers]
    if names[-len(ADDED) :] == [key(str(name)) for name in ADDED]:
        names = names[: -len(ADDED)]
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def columns(headers: list[str], number_at: int) -> tuple[int, dict[int, Column]]:
    """Where the number stands and what becomes of each column: as staff said for this header, or as guessed."""
    known = ColumnMapping.objects.filter(header_digest=header_digest(headers)).first()
    if known:
        facts = {at: fact for at, fact in enumerate(known.facts) if fact in BY_FACT and at < len(headers)}
        number_at = known.facts.index(NUMBER) if NUMBER in known.facts else number_at
    else:
        facts = {}
        for at, header in enumerate(headers):
            fact = GUESSES.get(key(header), NOTHING)
            if fact and at != number_at and fact not in facts.values():
                facts[at] = fact
    return number_at, {at: BY_FACT[fact] for at, fact in facts.items() if at != number_at}


def shown(headers: list[str], number_at: int, chosen: dict[int, Column], rows: list[list[str]]) -> list[dict[str, Any]]:
    """The mapping as a page shows it: header, what it holds, and some of its cells."""
    facts = {id(column): fact for fact, column in BY_FACT.items()}
    return [
        {
            "header": header,
            "fact": NUMBER if at == number_at else facts.get(id(chosen.get(at)), NOTHING),
            "examples": [printable(row[at], 60) for row in rows if at < len(row) and row[at].strip()][:_EXAMPLES],
        }
        for at, header in enumerate(headers)
    ]


def choices() -> list[tuple[str, str]]:
    """What a column may hold, as a form offers it."""
    return [(fact, str(Trial._meta.get_field(fact).verbose_name).capitalize()) for fact in BY_FACT]


def problem(facts: list[str]) -> str:
    """Why these choices cannot be: one sentence, or nothing."""
    named = [fact for fact in facts if fact != NOTHING]
    if unknown := [fact for fact in named if fact != NUMBER and fact not in BY_FACT]:
        return _("'%(fact)s' is no field of a trial.") % {"fact": printable(unknown[0], 40)}
    if named.count(NUMBER) != 1:
        return _("Say of exactly one column that it holds the registry number.")
    if len(set(named)) != len(named):
        return _("Two columns cannot hold the same field.")
    return "" if len(named) > 1 else _("Choose at least one column beside the registry number.")


def remember(headers: list[str], facts: list[str], *, by: Any) -> None:
    """Keep what staff said of a header, for every later sheet that has it."""
    ColumnMapping.objects.update_or_create(
        header_digest=header_digest(headers), defaults={"headers": headers, "facts": facts, "saved_by": by}
    )
