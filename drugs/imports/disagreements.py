"""What sources disagree on about a trial: value, source, date, which is shown and why."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from drugs.models import RegistryRecord, StaffOverride, Trial
from drugs.resolution import as_text, precedence
from drugs.vocabulary import RecordSource, Registry


class Claim(NamedTuple):
    """What one source says of one field; `date` is when it says it was so, a PartialDate or ''."""

    source: str
    value: str
    date: Any
    is_shown: bool


class Disagreement(NamedTuple):
    field: str
    label: str
    claims: list[Claim]
    why: str


#: Fields that each source dates or words in its own way: a difference there says nothing.
_OWN_WORDS = frozenset(
    (
        *("secondary_ids", "first_posted", "last_update_posted", "has_results", "locations", "study_documents"),
        *("age", "outcome_measures", "funder_type", "official_title", "brief_title", "acronym"),
    )
)


def disagreements(trial: Trial) -> list[Disagreement]:
    """Fields of which two sources say different things today, the shown claim first. Two queries."""
    records = sorted(
        RegistryRecord.objects.filter(trial=trial).defer("raw"),
        key=lambda record: precedence(record, trial.home_registry),
        reverse=True,
    )
    overrides = {override.field: override for override in StaffOverride.objects.filter(trial=trial)}
    found = []
    for name in Trial.FACTS:
        said: dict[tuple[str, str], RegistryRecord] = {}
        for record in records:
            if record.facts.get(name) not in (None, ""):
                said.setdefault((record.said_by, record.registry), record)
        values = {as_text(record.facts[name]) for record in said.values()}
        override = overrides.get(name)
        if override is not None:
            values.add(as_text(override.value))
        if len(values) > 1 and name not in _OWN_WORDS:
            found.append(_disagreement(trial, name, list(said.values()), override))
    return found


def _disagreement(
    trial: Trial, name: str, records: list[RegistryRecord], override: StaffOverride | None
) -> Disagreement:
    field = Trial._meta.get_field(name)
    words = dict(field.flatchoices)
    claims = [
        Claim(
            _source(record), str(words.get(record.facts[name], as_text(record.facts[name]))), record.effective_on, False
        )
        for record in records
    ]
    if override is not None:
        why = _("Set by staff: %(reason)s") % {"reason": override.reason}
        shown = Claim(_("staff"), str(words.get(override.value, as_text(override.value))), "", True)
        claims.insert(0, shown)
    else:
        claims[0] = claims[0]._replace(is_shown=True)
        why = _why(trial, records[0])
    return Disagreement(name, str(field.verbose_name), claims, why)


def _source(record: RegistryRecord) -> str:
    registry = str(Registry(record.registry).label)
    if record.said_by == RecordSource.REGISTRY:
        return registry
    return _("%(source)s, of %(registry)s") % {"source": record.get_said_by_display(), "registry": registry}


def _why(trial: Trial, shown: RegistryRecord) -> str:
    if shown.said_by == RecordSource.REGISTRY and shown.registry == trial.home_registry:
        return _("The trial's own registry stands above copies and other registries.")
    if shown.said_by == RecordSource.REGISTRY:
        return _("A registry's own record stands above copies of it.")
    return _("It is the nearest to a registry's own record, and the newest.")
