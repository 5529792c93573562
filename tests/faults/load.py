"""A light load through nginx: published pages that have to be answered, corrections whose receipts have to hold."""

import http.client
import re
import threading
import time
import urllib.parse
from collections import Counter

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
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Load:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.pages: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.writes: Counter[str] = Counter()
        self.receipts: list[str] = []
        self.tokens: list[str] = []
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._read, self._write)]

    def ask(self, method: str, address: str, body: str = "", timeout: float = 35) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.ports["site"], timeout=timeout)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"} if body else {}
        try:
            connection.request(method, address, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace")
        finally:
            connection.close()

    def prepare(self, count: int) -> None:
        """Keep every page in the proxy, and take forms: one may be sent three seconds after it was asked for."""
        for page in PAGES:
            assert self.ask("GET", page)[0] == 200, page
        for _number in range(count):
            found = _TOKEN.search(self.ask("GET", "/corrections/new/")[2])
            assert found, "a correction's form has no token"
            self.tokens.append(found[1])
        time.sleep(3.2)

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

    def _write(self) -> None:
        while self.tokens and not self._ends.wait(0.25):
            body = urllib.parse.urlencode(
                {"token": self.tokens.pop(), "text": "A number is wrong.", "email": "", "reply_line": ""}
            )
            try:
                status, location, _text = self.ask("POST", "/corrections/new/", body)
            except OSError as error:
                self.writes[type(error).__name__] += 1
                continue
            self.writes[str(status)] += 1
            if status in (302, 303):
                self.receipts.append(location.rstrip("/").rsplit("/", 1)[-1].split("?")[0])
