"""Break each part of the site under a light load: no acknowledged write is lost, nothing is half-done, pages go on.

    python -m tests.faults.site [--repeats 20] [--seconds 60] [--only NAME ...]

Needs root (small disks of their own), PostgreSQL's programs and nginx. `--seconds` is how long PostgreSQL stays stopped.
After each fault: every correction that was acknowledged is there exactly once, every foreign key holds, no import or
publication is half-done, and every published page was answered with 200 behind the proxy, from what it keeps.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.faults.kinds import KINDS, SKIPPED
from tests.faults.load import Load
from tests.faults.stack import Stack


def verify(stack: Stack, load: Load, after: int) -> list[str]:
    """What is not as it should be since receipt number `after`, in words."""
    wrong, load.wrong = load.wrong, []
    receipts = list(load.receipts)  # of before the question: the writer goes on meanwhile
    stored = dict(stack.sql("SELECT reference, count(*) FROM drugs_correction GROUP BY reference"))
    wrong += [f"lost: {receipt}" for receipt in receipts if stored.get(receipt) != 1]
    twice = stack.sql(
        "SELECT count(*) FROM (SELECT form_id FROM drugs_correction GROUP BY form_id HAVING count(*) > 1) AS twice"
    )
    if twice[0][0]:
        wrong.append(f"{twice[0][0]} forms are stored twice")
    half = stack.sql(
        "SELECT count(*) FROM drugs_importrun run WHERE state = 'applied'"
        " AND NOT EXISTS (SELECT 1 FROM drugs_registryrecord record WHERE record.run_id = run.id)"
    )
    if half[0][0]:
        wrong.append(f"{half[0][0]} imports say 'applied' and wrote nothing")
    return wrong


def run(
    stack: Stack, load: Load, name: str, fault: Callable[[Stack, float], str | None], seconds: float
) -> dict[str, object]:
    began, receipts = time.monotonic(), len(load.receipts)
    pages, errors = sum(load.pages.values()), len(stack.errors())
    try:
        said = fault(stack, seconds)
        back = stack.wait(45)
    except AssertionError as error:
        stack.more = {}  # the next fault starts from a site without this one
        for name in ("web", "worker"):
            stack.kill(name)
        with suppress(AssertionError):
            stack.wait(60)
        return {"wrong": [str(error)], "seconds": round(time.monotonic() - began, 1)}
    time.sleep(1)
    return {
        "wrong": [*verify(stack, load, receipts), *stack.errors()[errors:]],
        "said": said or "",
        "pages": sum(load.pages.values()) - pages,
        "acknowledged": len(load.receipts) - receipts,
        "ready again after": round(back, 1),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    chosen = {name: fault for name, fault in KINDS.items() if not options.only or name in options.only}
    failed = 0
    with tempfile.TemporaryDirectory(prefix="therapies-faults-", ignore_cleanup_errors=True) as temporary:
        stack = Stack(Path(temporary))
        load = Load(stack)
        try:
            stack.up()
            load.prepare()
            load.start()
            for repeat in range(1, options.repeats + 1):
                for name, fault in chosen.items():
                    told = run(stack, load, name, fault, options.seconds)
                    failed += bool(told["wrong"])
                    sys.stdout.write(f"{repeat} {name}: {'WRONG' if told['wrong'] else 'held'} {json.dumps(told)}\n")
                    sys.stdout.flush()
        finally:
            load.stop()
            stack.down()
    for name, why in SKIPPED.items():
        sys.stdout.write(f"!!! NOT DONE: {name}: {why}\n")
    sys.stdout.write(
        f"{len(chosen)} kinds, {options.repeats} times each: {failed} went wrong. Pages {dict(load.pages)}; "
        f"writes {dict(load.writes)}, {len(load.receipts)} acknowledged.\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
