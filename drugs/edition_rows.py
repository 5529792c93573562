"""All public rows of one edition, or of a few, in one query.

A UNION ALL of the row tables, each row as one JSON object, built back into model instances: equal to what the ORM
reads table by table (tests/test_edition_rows.py), in one round trip instead of nine.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import Any, Self, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    BigAutoField,
    CharField,
    DecimalField,
    F,
    Field,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    QuerySet,
    TextField,
    URLField,
    Value,
)
from django.db.models.functions import Cast, JSONObject

from drugs.models import (
    Alias,
    Approval,
    Dosing,
    Edition,
    Organisation,
    OutcomeMeasure,
    ReportedResult,
    Row,
    SeeAlso,
    SideEffect,
    Source,
    Sponsor,
    StatusEvent,
    Trial,
    row_models,
)
from drugs.prepared import prepared
from drugs.regions import WORLD
from drugs.standings import ORDER, Standing, fullest_kind, standing_of
from drugs.vocabulary import Stage

AnyRow = TypeVar("AnyRow", bound=Row)
AnyRecord = TypeVar("AnyRecord", bound=Model)

#: Columns whose values are the same in JSON. SQLite has no booleans in its JSON.
_AS_IN_JSON = {BigAutoField, CharField, PositiveIntegerField, PositiveSmallIntegerField, TextField, URLField}


def _as_json(field: Field) -> Any:
    """A column as JSON can hold it without loss: decimals as text."""
    return Cast(field.attname, TextField()) if isinstance(field, DecimalField) else F(field.attname)


def _query(model: type[Row], editions: Sequence[int]) -> Any:
    columns = {field.attname: _as_json(field) for field in model._meta.concrete_fields}
    return (
        model.objects.public()
        .filter(edition__in=editions)
        .order_by()
        .annotate(row_model=Value(model._meta.model_name, CharField()), row=JSONObject(**columns))
        .values_list("row_model", "row")
    )


@cache
def _columns(model: type[Row]) -> dict[str, Callable[[Any], Any] | None]:
    """Each column with what makes its value of JSON's; None where JSON has it as it is."""
    targets = {field.attname: getattr(field, "target_field", field) for field in model._meta.concrete_fields}
    return {name: None if type(field) in _AS_IN_JSON else field.to_python for name, field in targets.items()}


def _build(model: type[Row], values: dict[str, Any]) -> Row:
    columns = _columns(model)
    made = [values[name] if convert is None else convert(values[name]) for name, convert in columns.items()]
    return model.from_db(DEFAULT_DB_ALIAS, list(columns), made)


def _read(editions: Iterable[Edition]) -> Iterator[Row]:
    models = {model._meta.model_name: model for model in row_models()}
    for name, values in _rows_of(*(edition.pk for edition in editions)):
        yield _build(models[name], values)


@prepared
def _rows_of(*editions: int) -> Any:
    first, *others = (_query(model, editions) for model in row_models())
    return first.union(*others, all=True)


@prepared
def _organisations(*keys: int) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=keys).order_by()


@prepared
def _measures(*keys: int) -> QuerySet[OutcomeMeasure]:
    return OutcomeMeasure.objects.filter(pk__in=keys).order_by()


def _by_key(records: Iterable[AnyRecord]) -> dict[int, AnyRecord]:
    return {record.pk: record for record in records}


class EditionRows:
    """The verified rows of an edition that came through the gate, in order, their sources attached.

    `found`: rows that were read already; without them they are read.
    """

    def __init__(self, edition: Edition, found: Iterable[Row] | None = None) -> None:
        self._rows: dict[type[Row], list[Row]] = {model: [] for model in row_models()}
        for row in _read([edition]) if found is None else found:
            self._rows[type(row)].append(row)
        for rows in self._rows.values():
            rows.sort(key=lambda row: (row.position, row.pk))
        self._attach_sources()

    @classmethod
    def of_editions(cls, editions: Sequence[Edition]) -> dict[int, Self]:
        """The rows of each edition by its key, all in one query."""
        found: dict[int, list[Row]] = {edition.pk: [] for edition in editions}
        if editions:
            for row in _read(editions):
                found[row.edition_id].append(row)
        return {edition.pk: cls(edition, found[edition.pk]) for edition in editions}

    def of(self, model: type[AnyRow]) -> list[AnyRow]:
        return self._rows[model]  # type: ignore[return-value]

    def _attach_sources(self) -> None:
        known = {source.pk: source for source in self.of(Source)}
        for rows in self._rows.values():
            for row in rows:
                if hasattr(row, "source_id"):
                    row.source = known.get(row.source_id)  # type: ignore[attr-defined]

    @property
    def sources(self) -> list[Source]:
        return self.of(Source)

    @property
    def aliases(self) -> list[Alias]:
        return self.of(Alias)

    @property
    def stages(self) -> list[StatusEvent]:
        """The stages that hold today, approvals first, everywhere else last."""
        current = [event for event in self.of(StatusEvent) if event.is_current]
        return sorted(current, key=lambda event: (ORDER.index(event.stage), event.region == WORLD, event.position))

    @property
    def standings(self) -> list[Standing]:
        """Those stages with the kind of approval that each rests on."""
        return [standing_of(event, self.approvals) for event in self.stages]

    @property
    def approved_in(self) -> list[Standing]:
        """Where an approval is in force, whether or not a stage says so, with the kind of the fullest one."""
        in_force = [approval for approval in self.approvals if not approval.withdrawn_on]
        regions = dict.fromkeys(approval.region for approval in in_force)
        return [Standing(Stage.APPROVED, region, fullest_kind(in_force, region)) for region in regions]

    @property
    def has_one_region(self) -> bool:
        """Whether all stages, earlier ones too, are of one region: then 'everywhere else' has no 'else'."""
        return len({event.region for event in self.of(StatusEvent)}) == 1

    @property
    def stage_history(self) -> list[tuple[StatusEvent, Standing]]:
        """Every stage, the latest first, with the kind of approval that it rests or rested on."""
        events = sorted(self.of(StatusEvent), key=lambda event: str(event.happened_on or ""), reverse=True)
        return [(event, standing_of(event, self.approvals)) for event in events]

    @property
    def approvals(self) -> list[Approval]:
        return self.of(Approval)

    @property
    def dosings(self) -> list[Dosing]:
        return self.of(Dosing)

    @property
    def side_effects(self) -> list[SideEffect]:
        return self.of(SideEffect)

    @property
    def see_also(self) -> list[SeeAlso]:
        return self.of(SeeAlso)

    @cached_property
    def sponsors(self) -> list[Sponsor]:
        rows = self.of(Sponsor)
        known = _by_key(_organisations(*{row.organisation_id for row in rows}))
        for row in rows:
            row.organisation = known[row.organisation_id]
        return rows

    def results(self, trials: Iterable[Trial]) -> list[ReportedResult]:
        """Results with their measure and trial; `trials` are those that the caller has read already."""
        rows = self.of(ReportedResult)
        measures = _by_key(_measures(*{row.outcome_id for row in rows}))
        known = {trial.pk: trial for trial in trials}
        missing = {row.trial_id for row in rows if row.trial_id} - known.keys()
        if missing:
            known |= Trial.objects.in_bulk(missing)
        for row in rows:
            row.outcome = measures[row.outcome_id]
            row.trial = known[row.trial_id] if row.trial_id else None
        return rows
