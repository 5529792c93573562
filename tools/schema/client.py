"""A client that openapi-python-client made from the schema reads the running API: all therapies, and all trials page by page.

Usage: client.py, with SITE in the environment and in an environment of requirements.txt. Exit status 1 when the client
cannot be made, warns, or reads something else than the API counts.
"""

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SITE = os.environ["SITE"]
PAGE_SIZE = 20


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "generated")
        made = subprocess.run(
            [
                Path(sys.executable).with_name("openapi-python-client"),
                *("generate", "--url", f"{SITE}/api/v1/schema/", "--output-path", package, "--meta", "none"),
                "--fail-on-warning",
            ],
            check=False,
        )
        if made.returncode:
            return 1
        sys.path.insert(0, folder)
        return read(importlib.import_module("generated").Client(base_url=SITE, raise_on_unexpected_status=True))


def read(client) -> int:
    listing = importlib.import_module("generated.api.therapies.therapies_list")
    paging = importlib.import_module("generated.api.trials.trials_list")
    one = importlib.import_module("generated.api.trials.trials_retrieve")

    therapies = listing.sync(client=client, page_size=100)
    slugs = {therapy.therapy for therapy in therapies.results}
    assert len(slugs) == therapies.count > 0, (slugs, therapies.count)

    numbers, page, pages = [], 1, 0
    while page:
        answer = paging.sync(client=client, page=page, page_size=PAGE_SIZE)
        numbers += [trial.number for trial in answer.results]
        pages, page = pages + 1, page + 1 if answer.next_ else None
    assert len(set(numbers)) == len(numbers) == answer.count > 0, (len(numbers), answer.count)

    trial = one.sync(numbers[0], client=client)
    assert trial.number == numbers[0]
    assert trial.identifiers[0].number == numbers[0]
    print(f"Client: {len(slugs)} therapies, {len(numbers)} trials in {pages} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
