"""What the bytes of a file are, before anything reads them: kind, encoding, limits."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from drugs.imports.problems import FileRefusedError

_CHUNK = 1 << 20
#: Text without any line break for longer than this is no table: cells of registries reach 75,000 characters.
_LONGEST_LINE = 4 << 20

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", _("an old Excel workbook (.xls): save it as .xlsx or CSV")),
    (b"%PDF", _("a PDF: ask for the table as CSV")),
    (b"\x89PNG", _("a picture (PNG)")),
    (b"\xff\xd8\xff", _("a picture (JPEG)")),
    (b"GIF8", _("a picture (GIF)")),
    (b"RIFF", _("a picture, sound or film")),
    (b"\x1f\x8b", _("a compressed file (gzip): unpack it first")),
    (b"BZh", _("a compressed file (bzip2): unpack it first")),
    (b"\xfd7zXZ", _("a compressed file (xz): unpack it first")),
    (b"7z\xbc\xaf", _("a compressed file (7z): unpack it first")),
    (b"Rar!", _("a compressed file (rar): unpack it first")),
    (b"\x7fELF", _("a program")),
    (b"MZ", _("a program")),
    (b"SQLite format 3", _("a database")),
    (b"{\\rtf", _("a text document (RTF): ask for the table as CSV")),
)


@dataclass(frozen=True)
class Inspection:
    """`kind` is table, json, xml or xlsx; `encoding` is Python's name of it, '' for xlsx and xml."""

    kind: str
    encoding: str
    size: int
    sha256: str


def chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def inspect(file: BinaryIO) -> Inspection:
    """Read the whole file once in pieces. Raises `FileRefusedError` for what is no text, workbook or too large."""
    file.seek(0)
    head = file.read(64 * 1024)
    if not head:
        raise FileRefusedError(_("The file is empty: it has 0 bytes. Download it from the registry again."))
    refuse_other_kinds(head)
    encoding = "" if head.startswith(b"PK") else _marked_encoding(head)
    digest, size, run, decoder = hashlib.sha256(), 0, 0, codecs.getincrementaldecoder(encoding or "utf-8")("strict")
    is_valid, has_nul = True, False
    file.seek(0)
    for chunk in chunks(file):
        digest.update(chunk)
        size += len(chunk)
        if size > settings.IMPORT_MAX_BYTES:
            raise FileRefusedError(
                _("The file is larger than %(most)s. Split it, or ask for the limit to be raised.")
                % {"most": filesizeformat(settings.IMPORT_MAX_BYTES)}
            )
        if head.startswith(b"PK"):
            continue
        has_nul = has_nul or (not encoding.startswith("utf-16") and b"\x00" in chunk)
        if is_valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_valid = False
        run = run + len(chunk) if b"\n" not in chunk and b"\r" not in chunk else 0
    if is_valid and not head.startswith(b"PK"):
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_valid = False
    if head.startswith(b"PK"):
        return Inspection("xlsx", "", size, digest.hexdigest())
    kind = _kind_of_text(head, encoding)
    if kind == "table" and run > _LONGEST_LINE:
        raise FileRefusedError(_("The file has a line of more than 4 million characters: that is no table of trials."))
    if kind == "xml":
        return Inspection("xml", "", size, digest.hexdigest())
    if not is_valid:
        if encoding:
            raise FileRefusedError(
                _("The file says that it is %(encoding)s, and is not. Save it as CSV UTF-8.") % {"encoding": encoding}
            )
        encoding = _eight_bit_encoding(file)
    if has_nul and kind == "table" and _mostly_nul(head):
        raise FileRefusedError(_("This is no text: it is full of zero bytes. Save the table as CSV UTF-8."))
    return Inspection(kind, encoding or "utf-8", size, digest.hexdigest())


def refuse_other_kinds(head: bytes) -> None:
    """Raise `FileRefusedError` for a file that its first bytes give away as no table."""
    for magic, what in _MAGIC:
        if head.startswith(magic) and what != "zip":
            raise FileRefusedError(_("This is %(what)s, not a table of trials.") % {"what": what})
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise FileRefusedError(_("This is a web page, not a table of trials. Use the registry's download as CSV."))


def _marked_encoding(head: bytes) -> str:
    """The encoding that a byte order mark, or the pattern of zero bytes, gives away; '' where nothing does."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(head) >= 20 and odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if len(head) >= 20 and even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return ""


def _mostly_nul(head: bytes) -> bool:
    return head.count(0) > len(head) // 100


def _kind_of_text(head: bytes, encoding: str) -> str:
    start = head.decode(encoding or "latin-1", errors="replace").lstrip("\ufeffï»¿ \t\r\n")
    if start.startswith("<"):
        return "xml"
    if start.startswith(("{", "[")):
        return "json"
    return "table"


def _eight_bit_encoding(file: BinaryIO) -> str:
    """Windows-1252 when every byte fits it and the text looks like it; else `FileRefusedError`.

    A file that is UTF-8 but for a few bytes is not taken for Windows-1252: that would spoil
    every other letter. Nor is Chinese or Japanese text, whose bytes come in runs.
    """
    file.seek(0)
    high, runs, utf8_parts, position = 0, 0, 0, 0
    undefined = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
    for chunk in chunks(file):
        found = [match[0] for match in re.finditer(rb"[\x80-\xff]+", chunk)]
        high += sum(map(len, found))
        runs += sum(len(part) for part in found if len(part) > 1)
        utf8_parts += sum(_is_utf8(part) for part in found if len(part) > 1)
        if match := undefined.search(chunk):
            raise FileRefusedError(
                _("The text is neither UTF-8 nor Windows-1252 (byte %(position)s). Save it as CSV UTF-8.")
                % {"position": position + match.start() + 1}
            )
        position += len(chunk)
    if utf8_parts * 4 > high or runs * 2 > high + 2:
        raise FileRefusedError(
            _("The text is UTF-8 in some places and not in others, or in an unknown encoding. Save it as CSV UTF-8.")
        )
    return "cp1252"


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True
