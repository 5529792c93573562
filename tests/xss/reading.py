"""A browser that reads pages and remembers whatever a hostile text brought about on them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error

from tests.xss.payloads import CANARY

_TRAP, _PROBE = (Path(__file__).with_name(name).read_text() for name in ("trap.js", "probe.js"))
#: What a browser says of a status that is no 200; the test asks for such pages.
_OF_STATUS = (
    "Failed to load resource: the server responded with a status of",
    "Failed to load resource: net::ERR_BLOCKED",
)
#: How the site's own pages look makes no difference here.
_LEFT_OUT = ["*/static/*.css", "*/static/*.woff2", "*/static/*.svg", "*/static/*.png"]
#: A file, or an answer without a body: the browser draws nothing of it.
_NOT_DRAWN = ("Download is starting", "net::ERR_ABORTED", "net::ERR_HTTP_RESPONSE_CODE_FAILURE")


class Reader:
    """`found` says what was found where. Without the policy a page has to stand on its own: whatever it lets in runs."""

    def __init__(self, browser: Any, server: str, *, policy: bool) -> None:
        self.server, self.read_pages = server, 0
        self.found: list[str] = []
        self._said: list[str] = []
        self.context = browser.new_context(bypass_csp=not policy)
        self.context.add_init_script(_TRAP)
        self.page = self.context.new_page()
        network = self.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.send("Network.setBlockedURLs", {"urls": _LEFT_OUT})
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._note(f"a script failed: {error}"))
        self.context.on("request", self._request)

    def _note(self, what: str) -> None:
        self.found.append(f"{self.page.url[:160]} {what}")

    def _dialog(self, dialog: Any) -> None:
        if dialog.type != "beforeunload":
            self._note(f"a dialog: {dialog.message}")
        dialog.accept()

    def _console(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(_OF_STATUS):
            self._said.append(f"{self.page.url[:160]} console: {message.text[:300]}")

    def _request(self, request: Any) -> None:
        if CANARY in (urlsplit(request.url).hostname or ""):
            self._note(f"asked {request.url}")

    def read(self, paths: Iterable[str]) -> None:
        for path in paths:
            try:
                answer = self.page.goto(self.server + path)
            except Error as error:
                if not any(sign in str(error) for sign in _NOT_DRAWN):
                    raise
                self.page.wait_for_timeout(100)  # the browser's own page for it comes after the error
                continue
            if answer and answer.status >= 500:
                self.found.append(f"{path} answered {answer.status}")
            self.look()

    def remember(self, texts: list[str]) -> None:
        """What a page would find in the browser's own memory, as if somebody had written there."""
        kept = {f"reading-{name}": text for name, text in zip(("text", "contrast", "memory"), texts, strict=False)}
        kept["reading-visits"] = json.dumps({"planted": [1, texts[3]]})
        script = f"Object.entries({json.dumps(kept)}).forEach(([name, text]) => localStorage.setItem(name, text))"
        self.context.add_init_script(f"try {{ {script} }} catch {{ }}")

    def look(self) -> None:
        """At the page as it stands."""
        self.read_pages += 1
        if self.page.evaluate("document.contentType") == "text/html":  # a picture or a feed has the browser's own page
            self.found += self._said
        self._said.clear()
        self.found += [f"{self.page.url[:160]} {what}" for what in self.page.evaluate(_PROBE, CANARY)]

    def show(self, html: str) -> None:
        """Something that another program draws: a mail, an entry of a feed, a card in a foreign page."""
        self.page.goto("about:blank")
        self.page.set_content(html)
        self.look()

    def close(self) -> None:
        self.context.close()
