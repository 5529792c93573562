"""How long staff wait for a page of an import's preview.

    python bench/preview.py [ROWS]                            # SQLite; 100,000 rows
    scripts/with-postgres python bench/preview.py [ROWS]      # PostgreSQL

19 rows in 20 of the file are known, one in twenty of those changed, the rest is new. Each page is asked as somebody who is
signed in asks it, through Django's handler and middleware, five times; printed are the first time and the median, in seconds.
"""

import argparse
import os
import runpy
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "first page": "",
    "last page": "?p=last",
    "new rows only": "?decision=new",
    "rows that change the status": "?field=overall_status",
    "part of a number": "?q=0099",
    "by number, the largest first": "?sort=-number",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "alliance.settings", "MEDIA_ROOT": f"{folder}/media", "LOG_LEVEL": "ERROR",
            "DEBUG": "false", "SECOND_STEP_REQUIRED": "false", "PROOF_MINUTES": "0", "ALLOWED_HOSTS": "testserver",
        }  # fmt: skip
        sys.path.insert(0, str(ROOT))
        measure(options.rows, Path(folder))


def measure(rows: int, folder: Path) -> None:
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from drugs.imports import runs
    from drugs.imports.compare import compare

    call_command("migrate", verbosity=0)
    imports = runpy.run_path(str(ROOT / "bench" / "import.py"))
    base, mixed = folder / "base.csv", folder / "mixed.csv"
    imports["write"](base, 1, rows - rows // 20)
    imports["write"](mixed, 1, rows, changed=rows // 20)
    imports["ours"](base)
    with mixed.open("rb") as file:
        run = compare(runs.store(iter(lambda: file.read(1 << 20), b""), mixed.name))
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("bench", password="bench"))
    print(f"{connection.vendor}, a preview of {rows:,} rows: {run.counts}")
    for name, query in PAGES.items():
        times = []
        for _time in range(5):
            before = time.perf_counter()
            response = client.get(reverse("admin:drugs_importrun_change", args=[run.pk]) + query)
            times.append(time.perf_counter() - before)
            if response.status_code != 200:
                raise SystemExit(f"{name}: {response.status_code}")
        print(f"  {name:30}{times[0]:>7.2f}{median(times):>7.2f}", flush=True)


if __name__ == "__main__":
    main()
