"""A browser page that remembers what went wrong on it, and asks axe."""

import json
from pathlib import Path
from typing import Any

import axe_playwright_python

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = (390, 1366)


class Watched:
    """`page` with everything that its console, its scripts and its requests complained of."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._asking = False
        page.on("console", lambda message: self._note(message) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self._failed(request))

    def _note(self, message: Any) -> None:
        if not self._asking:  # axe looks for style sheets and tries styles of its own
            self.complaints.append(f"{self.page.url} {message.location.get('url')}: {message.text}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left while something loads
            self.complaints.append(f"request: {request.url} {request.failure}")

    def axe(self, *, is_public: bool = False, contrast: bool = True) -> list[str]:
        """What axe finds, one line a finding; on public pages contrast is held to AAA (7 to 1, 4.5 to 1 for large text).

        Contrast, most of the work, can be left out where the same colours are measured elsewhere. Injected through the debugger,
        since the policy blocks scripts of others.
        """
        rules = json.dumps({
            "color-contrast": {"enabled": contrast and not is_public},
            "color-contrast-enhanced": {"enabled": contrast and is_public},
        })  # fmt: skip
        self.page.wait_for_load_state("networkidle")
        self._asking = True
        session = self.page.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE})
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": f"axe.run({{preload: false, rules: {rules}, resultTypes: ['violations']}}).then(r => r.violations.flatMap("
                "v => v.nodes.map(n => v.id + ': ' + n.target + ' ' + n.html.slice(0, 160))))",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        session.detach()
        self.page.evaluate("1")  # what axe caused on the console has arrived
        self._asking = False
        return answer["result"]["value"]

    def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def follow(target: Any) -> None:
    """Click what leads to another page, and wait until that page has come.

    What is read right after a bare `click()` may still be the page before: on a busy machine it is.
    """
    with target.page.expect_navigation():
        target.click()


def sign_in(page: Any, server: str, person: Any, password: str = "a long password") -> None:  # noqa: S107
    """Through the form, as people do."""
    person.set_password(password)
    person.save()
    page.goto(f"{server}/admin/login/")
    page.fill("#id_login", person.username)
    page.fill("#id_password", password)
    page.press("#id_password", "Enter")
    page.wait_for_url(lambda address: "/account/login" not in address)
