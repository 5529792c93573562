"""`python -m tests.fuzz --requests 200000 [--seed N] [--first N]`: the deployed site on loopback has to answer each without a 5xx.

SITE names the running site, DATABASE_URL its database (scripts/with-site sets both); it is asked as a stranger, as an editor and as
a superuser. What fails is printed at once, as it was sent.
"""

import argparse
import os
import random
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.test import Client  # noqa: E402

from drugs import models  # noqa: E402
from tests.addresses import addresses  # noqa: E402
from tests.fuzz.requests import made  # noqa: E402

#: These end the session that the rest asks with, or are refused by the proxy.
LEFT_OUT = {"admin:logout", "account_logout"}


def cookie_of(name: str, *, chief: bool) -> str:
    user, _new = User.objects.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": chief})
    if not chief:
        user.groups.set(Group.objects.filter(name__in=["Editor", "Reviewer", "Importer"]))
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def answer(host: str, port: int, request: bytes) -> int:
    """The status; 0 where the server closed without a word."""
    with socket.create_connection((host, port), timeout=60) as line:
        line.sendall(request)
        head = b""
        while b"\r\n" not in head and (part := line.recv(4096)):
            head += part
        while line.recv(65536):
            pass
    words = head.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def is_wrong(status: int, request: bytes) -> bool:
    """No error of ours; and a public address is read: what would write is refused, whatever else is odd about it."""
    method, _space, rest = request.partition(b" ")
    writes = method in (b"PUT", b"PATCH", b"DELETE") and not rest.startswith(b"/admin/")
    return status >= 500 or (writes and 0 < status < 400)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number to go on from after a run that was stopped")
    wanted = parser.parse_args()
    site = urlsplit(os.environ["SITE"])
    if site.hostname not in ("127.0.0.1", "localhost"):
        raise SystemExit("Only on this machine.")
    known = [address for address in addresses() if address.name not in LEFT_OUT]
    cookies = [cookie_of("fuzz-editor", chief=False), cookie_of("fuzz-chief", chief=True)]
    good = [
        *models.Therapy.objects.values_list("slug", flat=True)[:10],
        "1",
        "2",
        "3",
        "therapies",
        "csv",
        "json",
        "ris",
    ]
    counts: Counter[int] = Counter()
    wrong = 0

    def one(number: int) -> tuple[int, bytes]:
        dice = random.Random(wanted.seed * 1_000_000_007 + number)
        request = made(dice, known, good, site.netloc, cookies)
        try:
            return answer(site.hostname or "", site.port or 80, request), request
        except OSError:
            return 599, request

    began = time.monotonic()

    def told() -> str:
        return f"{sum(counts.values())} requests in {time.monotonic() - began:.0f} s: {dict(sorted(counts.items()))}"

    with ThreadPoolExecutor(4) as pool:
        for status, request in pool.map(one, range(wanted.first, wanted.first + wanted.requests), chunksize=1):
            counts[status] += 1
            if is_wrong(status, request):
                wrong += 1
                print(status, request[:600], flush=True)  # noqa: T201
            if sum(counts.values()) % 5_000 == 0:
                print(told(), flush=True)  # noqa: T201
    print(told())  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
