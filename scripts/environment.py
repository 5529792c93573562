"""Make .venv and install what a requirements file pins; do nothing when that is done already.

Usage: python3 scripts/environment.py requirements.txt|requirements-dev.txt
Needs Python 3.11 or newer and nothing else: where venv comes without pip (a Debian without
python3-venv), pip's wheel is fetched from PyPI and checked against the digest below.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(
            f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Install it and set PYTHON=python3.11."
        )
    requirements = ROOT / sys.argv[1]
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = VENV / f"installed-{requirements.stem}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        make_venv()
    install(requirements)
    stamp.write_text(wanted)


def make_venv() -> None:
    say("Making the environment in .venv")
    try:
        import ensurepip  # noqa: F401  (a Debian without python3-venv has none)

        run(sys.executable, "-m", "venv", str(VENV))
    except ImportError:
        run(sys.executable, "-m", "venv", "--without-pip", str(VENV))
        with tempfile.TemporaryDirectory() as folder:
            wheel = fetch_pip(Path(folder))
            run(str(PYTHON), f"{wheel}/pip", "install", "--quiet", "--no-deps", str(wheel))


def fetch_pip(folder: Path) -> Path:
    """pip's wheel from the package index, its digest checked."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    request = urllib.request.Request(f"{index}/pip/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    address = next(file["url"] for file in files if file["filename"] == PIP_WHEEL)
    with urllib.request.urlopen(address, timeout=60) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        sys.exit(f"{PIP_WHEEL} from {index} is not the file that was expected. Nothing was installed.")
    wheel = folder / PIP_WHEEL
    wheel.write_bytes(content)
    return wheel


def install(requirements: Path) -> None:
    """With uv, which is quick, else with pip; both check every file's digest."""
    say(f"Installing what {requirements.name} pins (a minute or two the first time)")
    uv, pinned = VENV / "bin" / "uv", ROOT / "scripts" / "uv.txt"
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if uv.exists() or subprocess.run([*pip, "-r", str(pinned)], check=False).returncode == 0:
        run(
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--python",
            str(PYTHON),
            "--require-hashes",
            "-r",
            str(requirements),
        )
    else:
        run(*pip, "-r", str(requirements))


def run(*command: str) -> None:
    if (code := subprocess.run(command, check=False).returncode) != 0:
        sys.exit(f"This command failed with status {code}: {' '.join(command)}")


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
