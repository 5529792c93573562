"""How fast an import is: this pipeline, the stock ModelResource, the best documented tuning of it, a bare load.

`python bench/import.py [ROWS ...] [--forms ours,bare] [--rounds 3] [--stock-rows N]`. 90 % of the rows are unchanged,
5 % changed, 5 % new; a second pass has nothing changed. Every form runs in a process of its own, in turn, round after
round; ratios are of the medians. Each counts the CPU time of its process and, on PostgreSQL, that of the server
(from /proc, where both run on one Linux machine); the wall time stands beside it. With DATABASE_URL it measures that
database (scripts/with-postgres python bench/import.py), else SQLite in a temporary folder. Ours writes all its
records: run, rows of the preview, registry records, numbers, countries, changes, flags.
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
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    "NCT Number,Study Title,Acronym,Study Status,Brief Summary,Study Results,Conditions,Interventions,Sponsor,"
    "Collaborators,Sex,Age,Phases,Enrollment,Funder Type,Study Type,Study Design,Other IDs,Start Date,"
    "Completion Date,Last Update Posted,Locations"
).split(",")
FORMS = ("ours", "stock", "tuned", "bare")
STOCK = ("stock", "tuned")


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


class Figures(NamedTuple):
    """CPU and wall seconds of the mixed file and of the same again, MB that the process grew by, part of rows skipped."""

    mixed: float
    again: float
    mixed_wall: float
    again_wall: float
    memory: float
    skipped: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--forms", default=",".join(FORMS))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--stock-rows", type=int, help="measure the stock forms at most at this many rows and scale, saying so"
    )
    parser.add_argument("--one", nargs=3, metavar=("FORM", "ROWS", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        form, rows, folder = options.one
        print(*measure(form, int(rows), Path(folder)))
        return
    forms = [form for form in FORMS if form in options.forms.split(",")]
    print("Database:", "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite")
    for rows in options.rows:
        size = {form: min(rows, options.stock_rows or rows) if form in STOCK else rows for form in forms}
        rounds = [{form: _run(form, size[form]) for form in forms} for _round in range(options.rounds)]
        _tell(
            rows,
            size,
            {form: Figures(*map(median, zip(*(a_round[form] for a_round in rounds), strict=True))) for form in forms},
        )


def _run(form: str, rows: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, MEDIA_ROOT=f"{folder}/media", LOG_LEVEL="ERROR", DEBUG="0", DATABASE_POOL="0")
        environment.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        command = [sys.executable, __file__, "--one", form, str(rows), folder]
        out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return Figures(*map(float, out.split()[-len(Figures._fields) :]))


def _tell(rows: int, size: dict[str, int], figures: dict[str, Figures]) -> None:
    print(f"{rows:,} rows, microseconds of CPU a row (wall), and how often ours fits into it")
    ours = figures.get("ours")
    for form, its in figures.items():
        per_row = [seconds / size[form] * 1e6 for seconds in its[:4]]
        told = (
            f"  {form:6} mixed {per_row[0]:8.1f} ({per_row[2]:.0f}), nothing changed {per_row[1]:8.1f} ({per_row[3]:.0f}),"
            f" +{its.memory:.0f} MB, {its.skipped:.0%} skipped"
        )
        if ours and form != "ours":
            own = [seconds / size["ours"] * 1e6 for seconds in ours[:2]]
            told += f"  x{per_row[0] / own[0]:.1f}, nothing changed x{per_row[1] / own[1]:.1f}"
        if size[form] != rows:
            told += f"  SCALED: measured at {size[form]:,} rows, not at {rows:,}"
        print(told, flush=True)


def measure(form: str, rows: int, folder: Path) -> Figures:
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
    call_command("flush", interactive=False, verbosity=0)
    (ours if form == "ours" else bare)(base)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clocks = [(_cpu(), time.perf_counter())]
    skipped = load(mixed)
    clocks.append((_cpu(), time.perf_counter()))
    load(mixed)
    clocks.append((_cpu(), time.perf_counter()))
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    (cpu_0, wall_0), (cpu_1, wall_1), (cpu_2, wall_2) = clocks
    # A form that writes what did not change is no fair comparison; the bare load skips nothing.
    assert form == "bare" or 0.88 <= skipped / rows <= 0.92, (form, skipped, rows)
    return Figures(cpu_1 - cpu_0, cpu_2 - cpu_1, wall_1 - wall_0, wall_2 - wall_1, memory, skipped / rows)


def _cpu() -> float:
    """CPU seconds of this process and its children, and of the PostgreSQL server process that serves it."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime + _server_cpu()


def _server_cpu() -> float:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def ours(path: Path) -> int:
    """As the command does: stored, compared, written with all its records. Returns the rows skipped, as all forms do."""
    from drugs.imports import runs
    from drugs.imports.apply import apply
    from drugs.imports.compare import compare

    with path.open("rb") as file:
        run = compare(runs.store(iter(lambda: file.read(1 << 20), b""), path.name))
    assert runs.confirm(run), run.error
    return apply(run, as_previewed=False).counts["unchanged"]


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


def stock(path: Path) -> int:
    return _skipped(_resource(skip_unchanged=True)().import_data(_dataset(path), dry_run=False))


def tuned(path: Path) -> int:
    """What its documentation advises: bulk, skip_unchanged, no HTML diff, a loader that reads once."""
    from import_export.instance_loaders import CachedInstanceLoader

    kind = _resource(
        skip_unchanged=True,
        use_bulk=True,
        batch_size=1000,
        skip_html_diff=True,
        instance_loader_class=CachedInstanceLoader,
    )
    return _skipped(kind().import_data(_dataset(path), dry_run=False))


def _skipped(result) -> int:
    assert not result.has_errors(), result.row_errors()
    return result.totals["skip"]


def bare(path: Path) -> int:
    """The least a load can do: csv.reader and one upsert, after a COPY on PostgreSQL; no record, no history, no check."""
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
    insert, conflict = (
        f"INSERT INTO drugs_trial ({', '.join(columns)})",
        f"ON CONFLICT (home_number) DO UPDATE SET {sets}",
    )
    with path.open(newline="", encoding="utf-8") as file, transaction.atomic(), connection.cursor() as cursor:
        reader = csv.reader(file)
        next(reader)
        typed = {"enrollment": int, "has_results": lambda text: text == "YES"}
        rows = ([typed.get(name, str)(line[at[name]]) for name in names] + list(fixed) for line in reader)
        if connection.vendor == "postgresql":
            listed = ", ".join(columns)
            cursor.execute(f"CREATE TEMPORARY TABLE loaded ON COMMIT DROP AS SELECT {listed} FROM drugs_trial LIMIT 0")
            with cursor.copy(f"COPY loaded ({listed}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(f"{insert} SELECT {listed} FROM loaded {conflict}")
        else:
            cursor.executemany(f"{insert} VALUES ({', '.join(['%s'] * len(columns))}) {conflict}", rows)
    return 0


def _trial():
    from drugs.models import Trial

    return Trial


if __name__ == "__main__":
    main()
