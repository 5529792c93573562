"""`make lighthouse`: the median of five Lighthouse runs on each main page, held to the goals, as a table.

Needs SITE (scripts/with-site), node_modules in this folder (`npm ci --ignore-scripts`) and Chromium.
Pages may be named: `scripts/with-site .venv/bin/python tools/lighthouse.py trial compare`.
Exit status 1 when a median misses its goal; what each audit found is then named.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
sys.path.insert(0, str(TOOLS.parent))

from tests.e2e.browser import chromium  # noqa: E402 (the project's folder has to be found first)

PAGES = {
    "home": "/",
    "list": "/drugs/",
    "therapy": "/drugs/lenzumestrocel/",
    "trial": "/trials/NCT04745299/",
    "compare": "/compare/?drug=lenzumestrocel&drug=tofersen-qalsody",
}
GOALS = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
RUNS = int(os.environ.get("RUNS", "5"))
#: A browser that looks for updates of its own, and finds no internet, ends too late or not at all.
BROWSER = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
TRIES = 3  # of a run whose browser did not start or end


def measure(address: str) -> dict:
    """One run, as a phone of the middle class on a slow network: Lighthouse's own default."""
    command = [
        TOOLS / "node_modules/.bin/lighthouse",
        address,
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(GOALS)}",
        f"--chrome-flags={BROWSER}",
    ]
    for _try in range(TRIES):
        done = subprocess.run(
            command, env=os.environ | {"CHROME_PATH": str(chromium())}, capture_output=True, check=False, timeout=300
        )
        if done.returncode == 0:
            return json.loads(done.stdout)
    raise SystemExit(done.stderr.decode()[-2000:])


def missed(report: dict, category: str) -> list[str]:
    """The audits of a category that did not reach their full score."""
    weighed = [entry["id"] for entry in report["categories"][category]["auditRefs"] if entry["weight"]]
    audits = [report["audits"][name] for name in weighed]
    return [
        f"{audit['id']} {audit['score']:.2f} {audit.get('displayValue', '')}".strip()
        for audit in audits
        if audit["score"] is not None and audit["score"] < 1
    ]


def main() -> int:
    print("| page |", " | ".join(GOALS), "|\n| --- |" + " --- |" * len(GOALS))
    found = []
    for name in sys.argv[1:] or PAGES:
        path = PAGES[name]
        reports = [measure(os.environ["SITE"] + path) for _run in range(RUNS)]
        medians = {
            category: round(100 * statistics.median(report["categories"][category]["score"] for report in reports))
            for category in GOALS
        }
        print(f"| {name} |", " | ".join(str(score) for score in medians.values()), "|", flush=True)
        found += [
            f"{name}: {category} {score}, goal {GOALS[category]}: {'; '.join(missed(reports[0], category))}"
            for category, score in medians.items()
            if score < GOALS[category]
        ]
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
