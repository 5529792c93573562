"""`make validate`: the Nu HTML checker over every kind of public page. Exit status 1 when it finds an error.

Needs SITE (scripts/with-site), node_modules in this folder (`npm ci --ignore-scripts`) and Java 17.
"""

import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
sys.path.insert(0, str(TOOLS.parent))

from tests.e2e.public_pages import PAGES  # noqa: E402 (the project's folder has to be found first)


def fetch(path: str) -> bytes:
    """The page, also when it says that there is none."""
    try:
        with urllib.request.urlopen(os.environ["SITE"] + path, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code not in (404, 410):
            raise
        return error.read()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for name, path in PAGES.items():
            Path(folder, f"{name.replace(' ', '-')}.html").write_bytes(fetch(path))
        done = subprocess.run(
            ["java", "-jar", TOOLS / "node_modules/vnu-jar/build/dist/vnu.jar", "--errors-only", folder],
            check=False,
            capture_output=True,
            text=True,
        )
    print(done.stderr.replace(f"file:{folder}/", "").replace(folder, ""), end="", file=sys.stderr)
    print(f"{len(PAGES)} pages, {len(done.stderr.splitlines())} errors")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
