"""Studies straight from ClinicalTrials.gov's API v2: page by page, politely, into a file for the same pipeline.

https://clinicaltrials.gov/data-api/api. The API asks for about 50 requests a minute at most.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

ADDRESS = "https://clinicaltrials.gov/api/v2/studies"
PAGE_SIZE = 100
_MOST_BYTES = 64 << 20
_MOST_PAGES = 5_000
#: Seconds that are waited when the registry asks for them; for longer the command ends.
_LONGEST_WAIT = 600
#: Statuses after which asking again may help.
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))


class FetchError(Exception):
    """The registry did not answer as it should, again and again: what it did, and what to do."""


class Client:
    """Asks for one page at a time; waits between requests and, after a failure, longer each time."""

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        timeout: float = 30,
        tries: int = 5,
        pause: float = 1.3,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        if not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise FetchError(_("The registry is asked over https only."))
        self.address, self.timeout, self.tries, self.pause, self._wait = address, timeout, tries, pause, wait
        self._asked = False

    def pages(self, parameters: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        """The studies of each page, until there is no next one. A page that comes twice ends in an error."""
        token, seen, total, found = "", set(), 0, 0
        for _page in range(_MOST_PAGES):
            answer = self._page(parameters | ({"pageToken": token} if token else {}))
            yield answer["studies"]
            total, found = total or _whole(answer.get("totalCount")), found + len(answer["studies"])
            token = answer.get("nextPageToken") or ""
            if not token:
                if found < total:
                    raise FetchError(
                        _(
                            "The registry has %(total)s studies and gave %(found)s. Nothing was imported: try again later."
                        )
                        % {"total": total, "found": found}
                    )
                return
            if token in seen:
                raise FetchError(_("The registry gives the same page again and again."))
            seen.add(token)
        raise FetchError(_("The registry gives more pages than are read."))

    def _page(self, parameters: dict[str, str]) -> dict[str, Any]:
        url = f"{self.address}?{urllib.parse.urlencode(parameters)}"
        for attempt in range(1, self.tries + 1):
            if self._asked:
                self._wait(self.pause)
            self._asked = True
            try:
                return self._answer(url)
            except urllib.error.HTTPError as error:
                reason, after = f"HTTP {error.code}", seconds_asked(error.headers.get("Retry-After", ""))
                if error.code not in _PASSING:
                    raise FetchError(
                        _("The registry refuses the question: %(reason)s.") % {"reason": reason}
                    ) from error
                if after > _LONGEST_WAIT:
                    raise FetchError(
                        _("The registry asks to come back in %(minutes)s minutes (%(reason)s). Nothing was imported.")
                        % {"minutes": round(after / 60), "reason": reason}
                    ) from error
            except (OSError, HTTPException, ValueError, RecursionError) as error:
                reason, after = str(error) or type(error).__name__, 0.0
            if attempt < self.tries:
                self._wait(after or min(2.0**attempt, 60))
        raise FetchError(
            _("The registry did not answer in %(tries)s tries (%(reason)s). Nothing was imported: try again later.")
            % {"tries": self.tries, "reason": reason[:200]}
        )

    def _answer(self, url: str) -> dict[str, Any]:
        """One answer, whole. Raises ValueError for what is no page of studies."""
        request = urllib.request.Request(url, headers={"Accept": "application/json", "User-Agent": "als-therapies/1"})  # noqa: S310 (https, checked above)
        deadline = time.monotonic() + self.timeout * 4
        body = bytearray()
        with urllib.request.urlopen(request, timeout=self.timeout) as response:  # noqa: S310 (as above)
            while chunk := response.read1(1 << 16):
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise ValueError(_("the answer is too large"))
                if time.monotonic() > deadline:
                    raise TimeoutError(_("the answer drips"))
            expected = response.headers.get("Content-Length", "")
        if expected.isdigit() and int(expected) != len(body):
            raise ValueError(_("the answer was cut off"))
        answer = json.loads(body)
        if not isinstance(answer, dict) or not isinstance(answer.get("studies"), list):
            raise ValueError(_("the answer is no page of studies"))
        return answer


def seconds_asked(after: str) -> float:
    """What a `Retry-After` asks for, in seconds or as a time of day; 0 where it says nothing that can be read."""
    if after.strip().isdigit():
        return float(after)
    try:
        return max(0.0, (parsedate_to_datetime(after) - timezone.now()).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def query(condition: str = "", ids: list[str] | None = None) -> dict[str, str]:
    """The API's parameters for a condition, or for registry numbers."""
    asked = {"pageSize": str(PAGE_SIZE), "format": "json", "countTotal": "true"}
    if condition:
        asked["query.cond"] = condition
    if ids:
        asked["filter.ids"] = "|".join(ids)
    return asked


def as_json(pages: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    """The studies of all pages as one JSON list, in pieces."""
    first = True
    yield b"["
    for studies in pages:
        for study in studies:
            yield (b"" if first else b",\n") + json.dumps(study, ensure_ascii=False).encode(errors="surrogatepass")
            first = False
    yield b"]"
