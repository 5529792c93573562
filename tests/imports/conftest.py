"""Importing in tests: a file's text or path in, an applied run out."""

from pathlib import Path

import pytest

from drugs.imports import runs
from drugs.imports.apply import apply
from drugs.imports.compare import compare
from drugs.models import ImportRun, RegistryRecord, Trial
from drugs.vocabulary import RunState

HEADER = (
    "NCT Number,Study Title,Study URL,Acronym,Study Status,Brief Summary,Study Results,Conditions,Interventions,"
    "Primary Outcome Measures,Secondary Outcome Measures,Other Outcome Measures,Sponsor,Collaborators,Sex,Age,Phases,"
    "Enrollment,Funder Type,Study Type,Study Design,Other IDs,Start Date,Primary Completion Date,Completion Date,"
    "First Posted,Results First Posted,Last Update Posted,Locations,Study Documents"
)


def csv_row(**cells: str) -> str:
    """A row of today's full CSV: keyword arguments are headers with _ for spaces."""
    names = HEADER.split(",")
    unknown = {name.replace("_", " ") for name in cells} - set(names)
    assert not unknown, unknown
    return ",".join('"' + cells.get(name.replace(" ", "_"), "").replace('"', '""') + '"' for name in names)


def csv_file(*rows: dict[str, str]) -> bytes:
    return "\r\n".join([HEADER, *(csv_row(**row) for row in rows), ""]).encode()


@pytest.fixture
def stored(db):
    """A file as a run that waits to be compared."""

    def store(content: bytes | str | Path, name: str = "file.csv", **kwargs) -> ImportRun:
        if isinstance(content, Path):
            content, name = content.read_bytes(), content.name
        content = content.encode() if isinstance(content, str) else content
        return runs.store([content], name, **kwargs)

    return store


@pytest.fixture
def compared(stored):
    def run(content, *args, **kwargs) -> ImportRun:
        return compare(stored(content, *args, **kwargs))

    return run


@pytest.fixture
def imported(compared):
    """A file compared and applied; one that is refused fails the test."""

    def run(content, *args, **kwargs) -> ImportRun:
        compared_run = compared(content, *args, **kwargs)
        assert compared_run.state == RunState.COMPARED, compared_run.error
        assert runs.confirm(compared_run)
        return apply(compared_run, as_previewed=False)

    return run


def counts(run: ImportRun) -> dict[str, int]:
    """The counts of records that are not 0, without their number."""
    return {name: count for name, count in run.counts.items() if count and name not in ("rows", "fields")}


def state() -> dict:
    """All that imports decide: facts, numbers and countries of every trial."""
    return {
        trial.home_number: (
            trial.facts(),
            sorted((number.number, number.is_home) for number in trial.identifiers.all()),
            sorted(country.country for country in trial.country_set.all()),
            counted_registries(trial),
        )
        for trial in Trial.objects.prefetch_related("identifiers", "country_set")
    }


def counted_registries(trial: Trial) -> str:
    """The column that lists count, which always agrees with the trial's numbers."""
    others = {number.registry for number in trial.identifiers.all() if not number.is_home}
    assert trial.other_registries == "|".join(sorted(others)), trial
    return trial.other_registries


def records_of(number: str):
    return RegistryRecord.objects.filter(trial__identifiers__number=number).order_by("pk")
