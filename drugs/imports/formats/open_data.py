"""The trials table of our own open data: ClinicalTrials.gov's columns, and those that its CSV has no room for.

`drugs/open_data/tables.py` writes it; tests/test_trials_again.py reads it into an empty site and compares every fact.
"""

import dataclasses

from django.utils.translation import gettext_lazy as _

from drugs.imports import clean
from drugs.imports.countries import country_codes
from drugs.imports.formats import ctgov_csv
from drugs.imports.formats.table import Column, numbers_in_ids
from drugs.imports.records import Cleaned

#: Handed on by `_numbers` below; no fact of a trial.
_NUMBERS = "other_registry_numbers"


def _numbers(cleaned: Cleaned) -> None:
    cleaned.others = numbers_in_ids(cleaned.facts.pop(_NUMBERS, ""))


FORMAT = dataclasses.replace(
    ctgov_csv.NEW,
    name="open_data",
    label=_("Our open data"),
    columns={
        **ctgov_csv.NEW.columns,
        "officialtitle": Column("official_title", clean.line),
        "whystopped": Column("why_stopped", clean.line),
        "startdatetype": Column("start_date_type", clean.date_type),
        "primarycompletiondatetype": Column("primary_completion_date_type", clean.date_type),
        "completiondatetype": Column("completion_date_type", clean.date_type),
        "enrollmenttype": Column("enrollment_type", clean.date_type),
        "outcomemeasures": Column("outcome_measures", clean.text),
        "minimumage": Column("minimum_age", clean.age_limit),
        "maximumage": Column("maximum_age", clean.age_limit),
        "eligibilitycriteria": Column("eligibility_criteria", clean.text),
        "locations": Column("locations", clean.line),
        "countries": Column("countries", country_codes, has_na=True),
        "otherregistrynumbers": Column("", lambda value: {_NUMBERS: clean.line(value)}),
    },
    marks=frozenset(("otherregistrynumbers",)),
    finish=_numbers,
)
