"""Does a page cost the same with 25, 250 and 2,500 therapies of 100 trials each? CPU of one process, SQLite.

    python bench/flat.py [--sizes 25 250 2500] [--requests 15]

The database grows from size to size in one run. Each figure is the CPU of a whole answer through Django's handler, median of
the requests, beside the CPU of a fixed piece of work at that moment, which says how much the machine itself moved.
"""

import argparse
import os
import statistics
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


def fixed_work():
    began = time.process_time()
    sum(number * number for number in range(400_000))
    return (time.process_time() - began) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", type=int, default=[25, 250, 2500])
    parser.add_argument("--requests", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{temporary}/site.sqlite3", "MEDIA_ROOT": temporary, "DEBUG": "false",
            "DJANGO_SETTINGS_MODULE": "alliance.settings", "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from django.test import Client

        call_command("migrate", verbosity=0)
        client, figures, before = Client(), {}, 0
        for size in options.sizes:
            grow(before, size)
            before = size
            for page in PAGES:
                times = []
                for number in range(options.requests + 1):
                    began = time.process_time()
                    answer = client.get(page)
                    spent = (time.process_time() - began) * 1000
                    if answer.status_code != 200:
                        raise SystemExit(f"{page}: {answer.status_code}")
                    if number:
                        times.append(spent)
                figures[size, page] = statistics.median(times)
            figures[size, "fixed work"] = statistics.median(fixed_work() for _number in range(15))
            print(size, *(f"{name} {figures[size, name]:.1f} ms" for name in (*PAGES, "fixed work")), flush=True)
        smallest = options.sizes[0]
        for page in PAGES:
            ratios = [figures[size, page] / figures[smallest, page] for size in options.sizes]
            print(f"{page}: {' '.join(f'{ratio:.2f}' for ratio in ratios)} of the smallest")


if __name__ == "__main__":
    main()
