"""Three times of what the site can answer, for minutes: as much is answered as ever, the rest is refused early.

    python -m tests.soak.overload [--seconds 300] [--times 3]

On the deployed site (tests/faults/stack.py: PostgreSQL, granian, nginx). First what it can do: readers who ask one after
the other for pages that nobody has kept. Then so many times that, asked evenly, with a published page among them, which the
proxy keeps. Then once more what it can do: a machine that others use too is not as quick at the end as at the beginning, so what
was served is held against the mean of both. Printed: answers a second, by the minute too, what became of the others and after
how long, how soon a single reader is served as quickly as before. Readers run on the same machine as the site, on its last core,
and the site on the others: three times as many readers would else take from it what they ask for.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.stack import Stack
from tests.soak.readers import Answer, a_second, ask, one_after_the_other, unasked

PUBLISHED = "/drugs/riluzole-tiglutik/"
#: Seconds within which the site has to be as it was, and how much slower a single answer may then be.
NORMAL_WITHIN, AS_QUICK = 5.0, 2.0


def capacity(port: int, seconds: float) -> float:
    """Answers a second: the best of a few numbers of readers."""
    return max(
        sum(answer.status == 200 for answer in asyncio.run(one_after_the_other(port, readers, seconds))) / seconds
        for readers in (4, 8, 16)
    )


async def storm(port: int, rate: float, seconds: float) -> tuple[list[Answer], list[Answer]]:
    """Answers to what nobody kept, and to a published page, asked five times a second."""
    asked, published = await asyncio.gather(
        a_second(port, rate, seconds, unasked),
        a_second(port, 5, seconds, lambda: PUBLISHED),
    )
    return asked, published


def back_after(port: int, usual: float) -> float:
    """Seconds until three single answers in a row are as quick as before."""
    began, row = time.monotonic(), 0
    while True:
        answer = asyncio.run(ask(port, unasked()))
        row = row + 1 if answer.status == 200 and answer.seconds <= usual * AS_QUICK else 0
        if row == 3 or time.monotonic() - began > 60:
            return time.monotonic() - began
        time.sleep(0.1)


def quantile(answers: list[Answer], part: float) -> float:
    return sorted(answer.seconds for answer in answers)[int(len(answers) * part)] if answers else 0.0


def by_minute(answers: list[Answer]) -> list[int]:
    """Answers a second to what was asked in each minute."""
    first = min((answer.at for answer in answers), default=0)
    minutes = Counter(int((answer.at - first) // 60) for answer in answers)
    return [round(minutes[minute] / 60) for minute in sorted(minutes)]


def measure(port: int, seconds: float, times: float) -> int:
    assert asyncio.run(ask(port, PUBLISHED)).status == 200, "the deployed site does not answer"
    single = [asyncio.run(ask(port, unasked())) for _turn in range(20)]
    usual = statistics.median(answer.seconds for answer in single)
    before = capacity(port, min(15.0, seconds))
    print(f"one reader: {usual * 1000:.0f} ms; the site can answer {before:.0f} a second", flush=True)
    own = time.process_time()
    asked, published = asyncio.run(storm(port, before * times, seconds))
    own = (time.process_time() - own) / seconds
    back = back_after(port, usual)
    after = capacity(port, min(15.0, seconds))
    can = (before + after) / 2
    by_status = Counter(answer.status for answer in asked)
    served = by_status[200] / seconds
    well = [answer for answer in asked if answer.status == 200]
    refused = [answer for answer in asked if answer.status == 503]
    kept = sum(answer.status == 200 for answer in published)
    print(
        f"{before * times:.0f} a second for {seconds:.0f} s: {dict(by_status)}\n"
        f"afterwards the site can answer {after:.0f} a second\n"
        f"served {served:.0f} a second, {served / can:.2f} of what it can (aim 0.9); by the minute {by_minute(well)}\n"
        f"answers after {quantile(well, 0.5):.2f} s (median), {quantile(well, 0.99):.2f} s (99 %); "
        f"refusals after {quantile(refused, 0.5):.2f} and {quantile(refused, 0.99):.2f} s\n"
        f"the readers themselves took {own:.2f} of their core\n"
        f"the published page: {kept} of {len(published)} answered with 200\n"
        f"as quick as before after {back:.1f} s (aim {NORMAL_WITHIN:.0f})",
        flush=True,
    )
    others = len(asked) - by_status[200] - by_status[503]
    held = served >= 0.9 * can and kept == len(published) and back <= NORMAL_WITHIN and not others
    print("held" if held else f"NOT held ({others} neither answered nor refused)")
    return 0 if held else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--times", type=float, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="therapies-load-", ignore_cleanup_errors=True) as temporary:
        stack = Stack(Path(temporary))
        *site, last = sorted(os.sched_getaffinity(0))
        try:
            stack.more = {"KEPT_PAGES_MB": "32"}
            os.sched_setaffinity(0, site or [last])  # what is started from here on stays there
            stack.up()
            os.sched_setaffinity(0, [last])
            print(f"the site on {len(site) or 1} of {os.cpu_count()} cores", flush=True)
            return measure(stack.ports["site"], options.seconds, options.times)
        finally:
            stack.down()


if __name__ == "__main__":
    sys.exit(main())
