"""Requests that nobody means well with: any address, any method, any query, header, cookie and body; raw, as bytes."""

import random
from urllib.parse import quote

from tests.addresses import Address

METHODS = ["GET"] * 10 + ["POST"] * 4 + ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
NASTY = [
    "", "0", "-1", "1e309", "9" * 26, "\x00", "%00", "%", "%zz", "'", "\"", "' OR 1=1--", "<script>alert(1)</script>", "{{7*7}}",
    "../../etc/passwd", "..\\..", "\u202e", "\ud7ff", "\U0001f4a9", "é" * 200, "a" * 5000, "(" * 300, "%ff%fe", "null", "[]", "{}",
    "2026-02-30", "0000-00-00", "99999-12-31", "NaN", "true", "*", "?", "#", ";", "&a[]=1", "\r\nX-Evil: 1", "\t", " ", "__class__",
]  # fmt: skip
NAMES = [
    "q", "stage", "phase", "modality", "route", "sponsor", "country", "sort", "page", "status", "study_type", "therapy", "registry",
    "year", "drug", "trial", "kind", "next", "section", "o", "e", "p", "all", "id__regex", "password__startswith", "format", "_popup",
    "_to_field", "login", "password", "email", "code", "credential", "token", "text", "csrfmiddlewaretoken", "action",
]  # fmt: skip
HEADERS = [
    "Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range", "X-Forwarded-For",
    "X-Forwarded-Proto", "Origin", "Referer", "Sec-Fetch-Site", "Content-Type", "X-Request-ID", "Authorization", "User-Agent",
]  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "",
]


def value(dice: random.Random, good: list[str]) -> str:
    kind = dice.random()
    if kind < 0.45 and good:
        return dice.choice(good)
    if kind < 0.9:
        return dice.choice(NASTY)
    return "".join(
        chr(dice.choice([dice.randrange(1, 128), dice.randrange(160, 0xD7FF)])) for _ in range(dice.randrange(40))
    )


def made(dice: random.Random, known: list[Address], good: list[str], host: str, cookies: list[str]) -> bytes:
    address = dice.choice(known)
    path = address.path({place: quote(value(dice, good), safe="%") for place in address.places})
    if dice.random() < 0.05:
        path += dice.choice(["//", "%2f", "/..", ".json", "%0a", ";x", "\u00e9"])
    if dice.random() < 0.6:
        names = dice.choices(NAMES, k=dice.randrange(1, 6))
        query = "&".join(f"{name}={quote(value(dice, good), safe='%')}" for name in names)
        path += "?" + (query if dice.random() < 0.9 else query.replace("=", ""))
    method, body = dice.choice(METHODS), b""
    lines = [f"Host: {host}" if dice.random() < 0.98 else f"Host: {dice.choice(NASTY)}"]
    if method in ("POST", "PUT", "PATCH"):
        pairs = [f"{dice.choice(NAMES)}={quote(value(dice, good), safe='%')}" for _ in range(dice.randrange(6))]
        body = dice.choice([
            "&".join(pairs).encode(), dice.randbytes(dice.randrange(300)), b"{" * 500, b'{"a": 1e999}',
            b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\r\n--x--\r\n",
        ])  # fmt: skip
        lines.append(f"Content-Type: {dice.choice(TYPES)}")
    lines += [f"{name}: {value(dice, good)}" for name in dice.sample(HEADERS, dice.randrange(4))]
    cookie = dice.random()
    if cookie < 0.45 and cookies:
        lines.append(f"Cookie: {dice.choice(cookies)}")
    elif cookie < 0.6:
        lines.append(
            f"Cookie: sessionid={value(dice, good)}; csrftoken={value(dice, good)}; saved-draft={value(dice, good)}"
        )
    lines += [f"Content-Length: {len(body)}", "Connection: close"]
    clean = [line.replace("\r", "").replace("\n", "") for line in lines]
    target = path.replace(" ", "%20").replace("\r", "").replace("\n", "")
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *clean])
    return head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body
