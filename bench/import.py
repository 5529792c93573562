"""How fast an import is: this pipeline, the stock ModelResource, the best documented tuning of it, a bare load.

One run, one process each, ratios: `python bench/import.py [ROWS ...] [--forms a,b]`. 90 % of the rows are
unchanged, 5 % changed, 5 % new; a last pass has nothing changed. With DATABASE_URL it measures that
database (scripts/with-postgres python bench/import.py), else SQLite in a temporary folder.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    "NCT Number,Study Title,Acronym,Study Status,Brief Summary,Study Results,Conditions,Interventions,Sponsor,"
    "Collaborators,Sex,Age,Phases,Enrollment,Funder Type,Study Type,Study Design,Other IDs,Start Date,"
    "Completion Date,Last Update Posted,Locations"
).split(",")
FORMS = ("ours", "stock", "tuned", "bare")
_MOST_STOCK = 10_000  # the stock form keeps the whole file, and one query a row, in memory and time


def row(number: int, *, is_changed: bool = False) -> list[str]:
    """One study of 22 columns, about 900 characters, made of the same words for everybody."""
    return [
        f"NCT{number:08}",
        f"Study {number} of a compound in amyotrophic lateral sclerosis",
        f"ALS-{number}",
        "COMPLETED" if is_changed else "RECRUITING",
        f"Study {number}. " + "This study asks whether the compound slows the loss of function. " * 6,
        "NO",
        "Amyotrophic Lateral Sclerosis|Motor Neuron Disease",
        f"DRUG: Compound {number % 97}|DRUG: Placebo",
        f"Sponsor {number % 211}",
        "",
        "ALL",
        "ADULT, OLDER_ADULT",
        ("PHASE1", "PHASE2", "PHASE3")[number % 3],
        str(number % 900),
        "INDUSTRY",
        "INTERVENTIONAL",
        "Allocation: RANDOMIZED|Intervention Model: PARALLEL|Masking: QUADRUPLE (PARTICIPANT)|Primary Purpose: TREATMENT",
        f"CODE-{number}",
        f"{2000 + number % 25}-{number % 12 + 1:02}",
        f"{2005 + number % 20}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "2025-02-01" if is_changed else "2025-01-01",
        "Hospital, Seoul, South Korea|Hospital, Boston, Massachusetts, 02114, United States",
    ]


def write(path: Path, first: int, rows: int, changed: int = 0) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(row(first + at, is_changed=at < changed) for at in range(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--forms", default=",".join(FORMS))
    parser.add_argument("--one", nargs=3, metavar=("FORM", "ROWS", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        form, rows, folder = options.one
        measure(form, int(rows), Path(folder))
        return
    for rows in options.rows:
        figures = {form: _run(form, rows) for form in options.forms.split(",") if form in FORMS}
        _tell(rows, figures)


def _run(form: str, rows: int) -> tuple[float, float, float]:
    """Seconds of the mixed file and of the same again, and MB of memory that it grew by."""
    measured = min(rows, _MOST_STOCK) if form in ("stock", "tuned") else rows
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, MEDIA_ROOT=f"{folder}/media", LOG_LEVEL="ERROR", DEBUG="0")
        environment.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        command = [sys.executable, __file__, "--one", form, str(measured), folder]
        out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    mixed, again, memory = (float(word) for word in out.split()[-3:])
    return mixed / measured * rows, again / measured * rows, memory


def _tell(rows: int, figures: dict[str, tuple[float, float, float]]) -> None:
    print(f"{rows:,} rows")
    ours = figures.get("ours")
    for form, (mixed, again, memory) in figures.items():
        ratio = (
            f"  ours takes 1/{mixed / ours[0]:.1f} of it; nothing changed 1/{again / ours[1]:.1f}"
            if ours and form != "ours"
            else ""
        )
        scaled = f"  (measured at {_MOST_STOCK:,}, scaled)" if form in ("stock", "tuned") and rows > _MOST_STOCK else ""
        print(
            f"  {form:6} {mixed / rows * 1e6:8.1f} us a row, nothing changed {again / rows * 1e6:8.1f}, +{memory:.0f} MB{ratio}{scaled}"
        )


def measure(form: str, rows: int, folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    base, mixed = folder / "base.csv", folder / "mixed.csv"
    write(base, 1, rows - rows // 20)
    write(mixed, 1, rows, changed=rows // 20)
    load = {"ours": ours, "stock": stock, "tuned": tuned, "bare": bare}[form]
    from drugs.models import Trial

    Trial.objects.all().delete()
    (ours if form == "ours" else bare)(base)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    load(mixed)
    middle = time.perf_counter()
    load(mixed)
    end = time.perf_counter()
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(middle - start, end - middle, memory)


def ours(path: Path) -> None:
    """As the command does: stored, compared, written with all its records."""
    from drugs.imports import runs
    from drugs.imports.apply import apply
    from drugs.imports.compare import compare

    with path.open("rb") as file:
        run = compare(runs.store(iter(lambda: file.read(1 << 20), b""), path.name))
    assert runs.confirm(run), run.error
    apply(run, as_previewed=False)


def _resource(**options: object):
    from import_export.fields import Field
    from import_export.resources import ModelResource
    from import_export.widgets import BooleanWidget, IntegerWidget, Widget

    from drugs.models import Trial

    columns = dict(zip(_FIELDS, HEADER, strict=True))
    meta = type("Meta", (), {"model": Trial, "import_id_fields": ("home_number",), "fields": tuple(_FIELDS), **options})
    typed = {"enrollment": IntegerWidget(), "has_results": BooleanWidget()}  # else "12" is not 12 and no row is skipped
    body = {
        name: Field(attribute=name, column_name=column, widget=typed.get(name, Widget()))
        for name, column in columns.items()
    }
    body["init_instance"] = lambda self, row=None: Trial(home_registry="CTGOV")
    return type("Stock", (ModelResource,), body | {"Meta": meta})


_FIELDS = (
    "home_number brief_title acronym overall_status brief_summary has_results conditions interventions lead_sponsor "
    "collaborators sex age phases enrollment funder_type study_type why_stopped secondary_ids start_date completion_date "
    "last_update_posted locations"
).split()


def _dataset(path: Path):
    import tablib

    dataset = tablib.Dataset().load(path.read_text(encoding="utf-8"), format="csv")
    at = HEADER.index("Study Results")
    rows = [(*line[:at], "0", *line[at + 1 :]) for line in dataset]
    return tablib.Dataset(*rows, headers=dataset.headers)


def stock(path: Path) -> None:
    _hold_to_account(_resource(skip_unchanged=True)().import_data(_dataset(path), dry_run=False))


def tuned(path: Path) -> None:
    """What its documentation advises: bulk, skip_unchanged, no HTML diff, a loader that reads once."""
    from import_export.instance_loaders import CachedInstanceLoader

    kind = _resource(
        skip_unchanged=True,
        use_bulk=True,
        batch_size=1000,
        skip_html_diff=True,
        instance_loader_class=CachedInstanceLoader,
    )
    _hold_to_account(kind().import_data(_dataset(path), dry_run=False))


def _hold_to_account(result) -> None:
    """A form that writes what did not change is no fair comparison: nine rows in ten must be skipped."""
    assert not result.has_errors(), result.row_errors()
    assert result.totals["skip"] >= 0.85 * result.total_rows, dict(result.totals)


def bare(path: Path) -> None:
    """The least a load can do: csv.reader and one upsert, no record, no history, nothing checked."""
    from django.db import connection, transaction

    names = list(_FIELDS)
    own = {*names, "id", "phase_rank", "home_registry", "is_verified", "created_at", "changed_at"}
    others = [field for field in _trial()._meta.concrete_fields if field.column not in own and not field.null]
    rest = [field.column for field in others]
    at = {name: _FIELDS.index(name) for name in names}
    at["why_stopped"] = HEADER.index("Study Design")
    columns = [
        *names,
        "home_registry",
        "is_verified",
        "created_at",
        "changed_at",
        *(column for column in rest if column not in names),
    ]
    fixed = ("CTGOV", True, "2025-01-01", "2025-01-01", *("" for _column in rest))
    sets = ", ".join(f"{name} = excluded.{name}" for name in names if name != "home_number")
    places = ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO drugs_trial ({', '.join(columns)}) VALUES ({places}) ON CONFLICT (home_number) DO UPDATE SET {sets}"
    with path.open(newline="", encoding="utf-8") as file, transaction.atomic(), connection.cursor() as cursor:
        reader = csv.reader(file)
        next(reader)
        typed = {"enrollment": int, "has_results": lambda text: text == "YES"}
        rows = ([typed.get(name, str)(line[at[name]]) for name in names] + list(fixed) for line in reader)
        cursor.executemany(sql, rows)


def _trial():
    from drugs.models import Trial

    return Trial


if __name__ == "__main__":
    main()
