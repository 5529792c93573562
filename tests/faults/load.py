"""A light load through nginx: published pages that have to be answered, corrections whose receipts have to hold."""

import http.client
import re
import threading
import time
import urllib.parse
from collections import Counter, deque
from contextlib import suppress

from drugs.reader_forms import SHORTEST
from tests.faults.stack import Stack

PAGES = (
    "/",
    "/drugs/",
    "/drugs/riluzole-tiglutik/",
    "/drugs/tofersen-qalsody/",
    "/trials/",
    "/pipeline/",
    "/glossary/",
    "/updates/feed/",
)
#: How many forms are held ready, for the corrections sent while none can be had.
FORMS = 200
#: Seconds after which a form is sent.
SOONEST = SHORTEST + 0.2
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Load:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.pages: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.writes: Counter[str] = Counter()
        self.receipts: list[str] = []
        self.forms: deque[tuple[float, str]] = deque()  # when each was asked for, the oldest first
        self._ends = threading.Event()
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._read, self._take_forms, self._write)
        ]

    def ask(self, method: str, address: str, body: str = "", timeout: float = 35) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.ports["site"], timeout=timeout)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"} if body else {}
        try:
            connection.request(method, address, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace")
        finally:
            connection.close()

    def prepare(self) -> None:
        """Keep every page in the proxy, and take the forms of the first corrections."""
        for page in PAGES:
            assert self.ask("GET", page)[0] == 200, page
        for _number in range(FORMS):
            self._take_form()
        assert len(self.forms) == FORMS, "a correction's form has no token"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(40)

    def _read(self) -> None:
        number = 0
        while not self._ends.wait(0.05):
            page = PAGES[number % len(PAGES)]
            number += 1
            try:
                status = str(self.ask("GET", page)[0])
            except OSError as error:
                status = type(error).__name__
            self.pages[status] += 1
            if status != "200":
                self.wrong.append(f"{page}: {status}")

    def _take_form(self) -> None:
        found = _TOKEN.search(self.ask("GET", "/corrections/new/")[2])
        if found:
            self.forms.append((time.monotonic(), found[1]))

    def _take_forms(self) -> None:
        while not self._ends.wait(0.2):
            if len(self.forms) < FORMS:
                with suppress(OSError):
                    self._take_form()

    def _write(self) -> None:
        while not self._ends.wait(0.25):
            if not self.forms or time.monotonic() - self.forms[0][0] < SOONEST:
                continue
            token = self.forms.popleft()[1]
            body = urllib.parse.urlencode({"token": token, "text": "A number is wrong.", "email": "", "reply_line": ""})
            try:
                status, location, _text = self.ask("POST", "/corrections/new/", body)
            except OSError as error:
                self.writes[type(error).__name__] += 1
                continue
            self.writes[str(status)] += 1
            if status in (302, 303):
                self.receipts.append(location.rstrip("/").rsplit("/", 1)[-1].split("?")[0])
