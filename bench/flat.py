"""Does a page cost the same with 25, 250 and 2,500 therapies of 100 trials each? CPU of one process, SQLite.

    python bench/flat.py [--sizes 25 250 2500] [--rounds 15]

The database grows from size to size; each size is kept in a file of its own, which a process of its own reads. These are asked in
turn, so that all meet the same machine. Each figure is the CPU of a whole answer through Django's handler, median of the rounds;
a ratio is the median of the rounds' ratios.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("/drugs/therapy-0/", "/drugs/")


def grow(first, last):
    """Therapies `first` to `last` with a published edition and 100 trials each."""
    from django.db import transaction

    from drugs.bulk import insert
    from drugs.models import TherapyTrial, Trial, TrialIdentifier
    from drugs.vocabulary import LinkDecision
    from tests.factories import live_edition

    with transaction.atomic():
        for number in range(first, last):
            edition = live_edition(f"therapy-{number}")
            names = [f"NCT{number * 100 + n:08}" for n in range(100)]
            trials = [
                (name, "CTGOV", f"Trial {name}", "RECRUITING" if n % 2 else "COMPLETED", "PHASE2", "INTERVENTIONAL")
                for n, name in enumerate(names)
            ]
            columns = ("home_number", "home_registry", "brief_title", "overall_status", "phases", "study_type")
            insert(Trial, columns, trials)
            keys = dict(Trial.objects.filter(home_number__in=names).values_list("home_number", "pk"))
            insert(
                TrialIdentifier,
                ("trial_id", "registry", "number", "address", "is_home"),
                [(keys[name], "CTGOV", name, name, True) for name in names],
            )
            insert(
                TherapyTrial,
                ("therapy_id", "trial_id", "decision"),
                [(edition.therapy_id, keys[name], LinkDecision.CONFIRMED) for name in names],
            )


def answers(database):
    """In a process of its own: the CPU in ms of each page whose address comes in."""
    set_up(database)
    from django.test import Client

    client = Client()
    for line in sys.stdin:
        began = time.process_time()
        answer = client.get(line.strip())
        spent = (time.process_time() - began) * 1000
        if answer.status_code != 200:
            raise SystemExit(f"{line.strip()}: {answer.status_code}")
        print(spent, flush=True)


def set_up(database):
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{database}", "MEDIA_ROOT": str(Path(database).parent), "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "alliance.settings", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


class Site:
    """The site with one database, in a process of its own."""

    def __init__(self, database):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--answers", str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, page):
        self.process.stdin.write(f"{page}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", type=int, default=[25, 250, 2500])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--answers", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answers:
        answers(options.answers)
        return
    with tempfile.TemporaryDirectory() as temporary:
        set_up(f"{temporary}/site.sqlite3")
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        sites, before = {}, 0
        for size in options.sizes:
            grow(before, size)
            before = size
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
                cursor.execute("VACUUM INTO %s", [f"{temporary}/{size}.sqlite3"])
            sites[size] = Site(f"{temporary}/{size}.sqlite3")
        report(sites, options.rounds)
        for site in sites.values():
            site.end()


def report(sites, rounds):
    for page in PAGES:
        for site in sites.values():
            site.ask(page)  # what is kept from the first time on is measured from the second
        asked = [{size: site.ask(page) for size, site in sites.items()} for _round in range(rounds)]
        smallest = min(sites)
        for size in sites:
            ratios = sorted(times[size] / times[smallest] for times in asked)
            print(
                f"{page:20}{size:>6} therapies {statistics.median(times[size] for times in asked):8.1f} ms "
                f"{statistics.median(ratios):6.2f} of the smallest ({ratios[0]:.2f} to {ratios[-1]:.2f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
