"""`make audit`: risky calls in our own code, each of which has a reason on its line; known holes in what is pinned.

`make lint` asks the same `--offline`: without the holes, which are looked up in an index.

bandit's findings and our own rules (text marked as safe, raw SQL, a request's parameters as keyword arguments) pass only
where the line says why: `# noqa: S608 (our own names)` in Python, `{# safe: ... #}` in a template.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_REASON = re.compile(r"# (?:noqa: S\d+|safe:).*\(.{8,}\)|\{# safe: .{8,} #\}")
RULES = {
    "text marked as safe": re.compile(
        r"\|\s*safe(?:seq)?\b|\bmark_safe\(|\bSafe(?:String|Text)\(|\{%\s*autoescape off"
    ),
    "raw SQL": re.compile(r"\bRawSQL\(|\.extra\(|\.raw\("),
    "a request's parameters as keyword arguments": re.compile(r"\*\*\s*(?:self\.)?request\b"),
}


def our_files() -> list[Path]:
    code = [path for folder in ("alliance", "drugs", "scripts") for path in (ROOT / folder).rglob("*.py")]
    own = [path for path in code if "migrations" not in path.parts and path != Path(__file__)]
    return sorted([*own, *(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")])


def without_reason(name: str, text: str) -> list[str]:
    """The lines of one file that break a rule of ours and do not say why."""
    return [
        f"{name}:{number}: {rule}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        for rule, pattern in RULES.items()
        if pattern.search(line) and not line.strip().startswith(("#", "from ", "import ")) and not _REASON.search(line)
    ]


def own_rules() -> list[str]:
    return [
        found for path in our_files() for found in without_reason(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    ]


def bandit() -> list[str]:
    """What bandit finds where no line of the statement gives a reason."""
    command = [
        sys.executable,
        "-m",
        "bandit",
        "-q",
        "-r",
        "-f",
        "json",
        "--exclude",
        "drugs/migrations",
        "alliance",
        "drugs",
    ]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode not in (0, 1):
        return [f"bandit did not run: {answer.stderr[-300:]}"]
    left = []
    for found in json.loads(answer.stdout)["results"]:
        lines = (ROOT / found["filename"]).read_text("utf-8").splitlines()
        numbers = found["line_range"]
        if not any(_REASON.search(lines[number - 1]) for number in range(min(numbers), max(numbers) + 1)):
            left.append(f"{found['filename']}:{found['line_number']}: {found['test_id']}: {found['issue_text']}")
    return left


def known_holes() -> tuple[list[str], str]:
    """Pinned packages with a known hole; and what was not looked at, in words."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "-r",
        "requirements.txt",
        "--disable-pip",
        "--require-hashes",
        "-f",
        "json",
    ]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
        packages = json.loads(answer.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return [], "NOT AUDITED: pip-audit could not reach its data"
    skipped = [package["name"] for package in packages if package.get("skip_reason")]
    holes = [
        f"{package['name']} {package.get('version')}: {hole['id']}"
        for package in packages
        for hole in package.get("vulns", [])
    ]
    words = f"NOT AUDITED: {len(skipped)} of {len(packages)} packages, the index has no data on them" if skipped else ""
    return holes, words


def main() -> int:
    findings, unseen = {"bandit": bandit(), "own rules": own_rules()}, ""
    if "--offline" not in sys.argv:
        findings["known holes of pinned packages"], unseen = known_holes()
    for name, found in findings.items():
        sys.stdout.write(f"== {name}: {len(found) or 'nothing'}\n" + "".join(f"{line}\n" for line in found))
    if unseen:
        sys.stdout.write(f"!!! {unseen}\n")
    return 1 if any(findings.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
