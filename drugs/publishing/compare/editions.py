"""All that changed between two editions of a therapy's page, in the order of the page."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Field
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from drugs.models import (
    SECTIONS,
    Alias,
    Approval,
    Dosing,
    Edition,
    ReportedResult,
    Row,
    SeeAlso,
    SideEffect,
    Source,
    Sponsor,
    StatusEvent,
)
from drugs.publishing.compare.rows import (
    FieldChange,
    Kind,
    RowsDifference,
    compared_fields,
    field_changes,
    rows_differences,
)
from drugs.publishing.compare.text import TextDifference, text_difference
from drugs.publishing.compare.values import Reader
from drugs.rich_text import RichTextField

#: Rows that stand with a section's text.
_ROWS_OF: dict[str, tuple[type[Row], ...]] = {
    "background": (Approval,),
    "clinical_trials": (ReportedResult,),
    "dose_and_administration": (Dosing,),
    "side_effects_text": (SideEffect,),
    "current_status": (StatusEvent,),
}

#: The parts of a comparison in the order of the page: anchor, field with its text, heading, rows.
PARTS: tuple[tuple[str, str, str | Promise, tuple[type[Row], ...]], ...] = (
    ("names", "", _l("Names and sponsors"), (Alias, Sponsor)),
    ("summary", "summary", _l("Plain-language summary"), ()),
    ("plain-words", "plain_words", _l("In plain words"), ()),
    *((name.replace("_", "-"), name, heading, _ROWS_OF.get(name, ())) for name, heading in SECTIONS),
    ("sources", "", _l("Sources"), (Source,)),
    ("see-also", "", _l("See also"), (SeeAlso,)),
)

#: What an edition is stored under: not a part of what it says.
_NOT_SAID = {"therapy", "number"}


class PartDifference(NamedTuple):
    """One part of the page: its text with marks, its changed rows, its changed facts."""

    name: str
    anchor: str
    heading: str | Promise
    text: TextDifference | None
    facts: list[FieldChange]
    rows: list[RowsDifference]

    @property
    def is_changed(self) -> bool:
        return bool(self.facts or self.rows or (self.text and self.text.is_changed))


@dataclass(frozen=True)
class EditionDifference:
    """What the newer edition says otherwise than the older one."""

    old: Edition
    new: Edition
    parts: list[PartDifference]

    @property
    def changed_parts(self) -> list[PartDifference]:
        return [part for part in self.parts if part.is_changed]

    @property
    def unchanged_parts(self) -> list[PartDifference]:
        return [part for part in self.parts if not part.is_changed]

    @property
    def summary(self) -> list[str]:
        """In short: '3 sections changed', '1 reported result added'; nothing where nothing changed."""
        sections = sum(bool(part.text and (part.text.added or part.text.removed)) for part in self.parts)
        reformatted = sum(bool(part.text and part.text.is_reformatted) for part in self.parts)
        facts = [change.label for part in self.parts for change in part.facts]
        said = []
        if sections:
            said.append(ngettext("%(n)s section changed", "%(n)s sections changed", sections) % {"n": sections})
        if reformatted:
            said.append(
                ngettext("%(n)s section: formatting only", "%(n)s sections: formatting only", reformatted)
                % {"n": reformatted}
            )
        if facts:
            said.append(_("Changed in names and dates: %(what)s") % {"what": ", ".join(facts)})
        return said + [sentence for part in self.parts for rows in part.rows for sentence in _counted(rows)]


def _counted(rows: RowsDifference) -> list[str]:
    names = rows.model._meta
    said = []
    for kind in Kind:
        if n := rows.count(kind):
            what = names.verbose_name if n == 1 else names.verbose_name_plural
            said.append(_("%(n)s %(what)s %(kind)s") % {"n": n, "what": what, "kind": kind.label})
    return said


def edition_difference(
    old: Edition, new: Edition, *, at: dt.datetime | None = None, is_staff: bool = True
) -> EditionDifference:
    """Compare two editions of one therapy, the older one first.

    `at`: the moment whose live names other therapies have, by default now. `is_staff`: unverified rows are compared
    too; otherwise both editions must have come through the gate.
    """
    live = Edition.objects.live(at or timezone.now()).order_by().values_list("therapy", "display_name")
    reader = Reader(names=dict(live), is_staff=is_staff)
    rows = {difference.model: difference for difference in rows_differences(old, new, reader)}
    facts = field_changes(old, new, [one for one in edition_fields() if not isinstance(one, RichTextField)], reader)
    parts = [
        PartDifference(
            name,
            anchor,
            heading,
            text_difference(getattr(old, name), getattr(new, name)) if name else None,
            facts if anchor == "names" else [],
            [rows[model] for model in models if model in rows],
        )
        for anchor, name, heading, models in PARTS
    ]
    return EditionDifference(old, new, parts)


def edition_fields() -> list[Field]:
    """The fields of Edition that are compared: its names and its texts."""
    return [column for column in compared_fields(Edition) if column.name not in _NOT_SAID]
