"""Log records as JSON lines, with the request's number and without personal data."""

import datetime as dt
import json
import logging
import re
import threading
import time
from typing import Any

from django.core.mail import mail_admins

from drugs.watching.requests import current_id, route_of

_FIELDS = ("method", "route", "status", "ms")
_MASKS = [
    (re.compile(r"[^\s@'\"<>(),;:=]+@[^\s@'\"<>(),;:=]+\.[^\s@'\"<>(),;:=]+"), "[e-mail]"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "[address]"),
    # Shortened by '::', which no time has; what begins with it is nobody's address.
    (re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:)+(?:(?::[0-9A-Fa-f]{1,4})+|:)(?!\w)"), "[address]"),
    (re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}(?!:?\w)"), "[address]"),
    (re.compile(r"(?<=/preview/)[^/\s]+"), "[token]"),
    (re.compile(r"\?[^\s'\"]*="), "?[query]="),
    (re.compile(r"(?m)^(DETAIL|CONTEXT):.*$"), r"\1: [left out]"),  # PostgreSQL repeats the row here
]


def scrubbed(text: str) -> str:
    """The text without e-mail addresses, network addresses, tokens of previews, queries and rows that PostgreSQL repeats."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


class JsonFormatter(logging.Formatter):
    """One JSON object a line. What is not named here is not written: no record can bring a field of its own."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
        }
        if request_id := current_id.get():
            line["request_id"] = request_id
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def message_of(record: logging.LogRecord) -> str:
    """What happened. Django's messages on requests end in the address as typed: the route stands for it."""
    if record.name == "django.server":
        return "request"
    if request := getattr(record, "request", None):
        return f"{scrubbed(record.getMessage().partition(': /')[0])}: {route_of(request)}"
    return scrubbed(record.getMessage())


class ErrorMail(logging.Handler):
    """An error by mail to ADMINS: where and what, no request, no form, no cookie. One an error and ten minutes.

    No page waits for the mail server: threads of their own send, a few at once; what comes beyond them stands in the log only.
    """

    _EVERY = 600.0
    _AT_ONCE = 4
    _AT_THE_END = 10.0  # seconds for what is under way when the process ends

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._sent: dict[str, float] = {}
        self._under_way: list[threading.Thread] = []

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else record.levelname
        subject = f"{kind}: {message_of(record)}".splitlines()[0][:150]
        now = time.monotonic()
        if now - self._sent.get(subject, -self._EVERY) < self._EVERY:
            return
        self._under_way = [thread for thread in self._under_way if thread.is_alive()]
        if len(self._under_way) >= self._AT_ONCE:
            return
        self._sent = {known: when for known, when in self._sent.items() if now - when < self._EVERY} | {subject: now}
        trace = scrubbed(logging.Formatter().formatException(record.exc_info)) if record.exc_info else ""
        text = f"{message_of(record)}\nRequest {current_id.get() or '-'}\n\n{trace}"
        thread = threading.Thread(target=mail_admins, args=(subject, text), kwargs={"fail_silently": True}, daemon=True)
        thread.start()
        self._under_way.append(thread)

    def flush(self) -> None:
        """Called when the process ends: without this a command's last error would not go out."""
        end = time.monotonic() + self._AT_THE_END
        for thread in self._under_way:
            thread.join(max(0.0, end - time.monotonic()))
