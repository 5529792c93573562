"""What the bytes of a file are, before anything reads them: kind, encoding, limits."""

import codecs
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

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_UNPACK, _ASK, _UPLOAD = _("Unpack it first."), _("Ask for the table as CSV."), _("Upload the registry's download.")
_SAVE = _("Open it in a spreadsheet, and save it as .xlsx or CSV.")
#: How other kinds of files begin, what they are, and what to do.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", _("a PDF"), _ASK),
    (b"\x89PNG", _("a picture (PNG)"), _UPLOAD),
    (b"\xff\xd8\xff", _("a picture (JPEG)"), _UPLOAD),
    (b"GIF8", _("a picture (GIF)"), _UPLOAD),
    (b"RIFF", _("a picture, sound or film"), _UPLOAD),
    (b"\x1f\x8b", _("a compressed file (gzip)"), _UNPACK),
    (b"BZh", _("a compressed file (bzip2)"), _UNPACK),
    (b"\xfd7zXZ", _("a compressed file (xz)"), _UNPACK),
    (b"7z\xbc\xaf", _("a compressed file (7z)"), _UNPACK),
    (b"Rar!", _("a compressed file (rar)"), _UNPACK),
    (b"\x7fELF", _("a program"), _UPLOAD),
    (b"MZ", _("a program"), _UPLOAD),
    (b"SQLite format 3", _("a database"), _ASK),
    (b"PAR1", _("a data file (Parquet)"), _ASK),
    (b"{\\rtf", _("a text document (RTF)"), _ASK),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
#: How web pages begin, whole ones and tables that a program saved as .xls.
_WEB = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|table|script|div|p|br|center|span)[\s>/]")


@dataclass(frozen=True)
class Inspection:
    """`kind` is table, json, xml or xlsx; `encoding` is Python's name of it, '' for xlsx and xml."""

    kind: str
    encoding: str
    size: int


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
    encoding = "" if head.startswith(_ZIP) else _marked_encoding(head)
    size, run, decoder = 0, 0, codecs.getincrementaldecoder(encoding or "utf-8")("strict")
    is_valid, has_nul = True, False
    file.seek(0)
    for chunk in chunks(file):
        size += len(chunk)
        if size > settings.IMPORT_MAX_BYTES:
            raise FileRefusedError(
                _("The file is larger than %(most)s. Split it, or ask for the limit to be raised.")
                % {"most": filesizeformat(settings.IMPORT_MAX_BYTES)}
            )
        if head.startswith(_ZIP):
            continue
        has_nul = has_nul or (not encoding.startswith("utf-16") and b"\x00" in chunk)
        if is_valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_valid = False
        run = run + len(chunk) if b"\n" not in chunk and b"\r" not in chunk else 0
    if is_valid and not head.startswith(_ZIP):
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_valid = False
    if head.startswith(_ZIP):
        return Inspection("xlsx", "", size)
    kind = _kind_of_text(head, encoding)
    if kind == "table" and run > _LONGEST_LINE:
        raise FileRefusedError(_("The file has a line of more than 4 million characters: that is no table of trials."))
    if kind == "xml":
        return Inspection("xml", "", size)
    if not is_valid:
        if encoding:
            raise FileRefusedError(
                _("The file says that it is %(encoding)s, and is not. Save it as CSV UTF-8.") % {"encoding": encoding}
            )
        encoding = _eight_bit_encoding(file)
    if has_nul and kind == "table" and _mostly_nul(head):
        raise FileRefusedError(_("This is no text: it is full of zero bytes. Save the table as CSV UTF-8."))
    return Inspection(kind, encoding or "utf-8", size)


def refuse_other_kinds(head: bytes) -> None:
    """Raise `FileRefusedError` for a file that its first bytes give away as no table."""
    for magic, what, advice in _MAGIC:
        if head.startswith(magic):
            raise refusal_of_kind(what, advice)
    if head.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in head:
            raise refusal_of_kind(_("a workbook locked by a password"), _("Take the password away, and save it again."))
        raise refusal_of_kind(_("an old Excel workbook (.xls)"), _SAVE)
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:2000].lower()
    if _WEB.match(re.sub(rb"^(?:<\?xml[^>]*>|<!--.*?-->|\s)+", b"", start, flags=re.DOTALL)):
        raise refusal_of_kind(_("a web page"), _("Use the registry's download as CSV."))
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise refusal_of_kind(_("a workbook of Excel 2003 (XML)"), _SAVE)


def refusal_of_kind(what: str, advice: str) -> FileRefusedError:
    """The sentence for a file of another kind."""
    return FileRefusedError(_("This is %(what)s, not a table of trials. %(advice)s") % {"what": what, "advice": advice})


def _marked_encoding(head: bytes) -> str:
    """The encoding that a byte order mark, or the pattern of zero bytes, gives away; '' where nothing does."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if len(head) >= 20 and zeros > 10 and others * 20 < zeros and _is_text(head, encoding):
            return encoding
    return ""


def _is_text(head: bytes, encoding: str) -> bool:
    """Whether the beginning of a file is text in this encoding: Chinese titles leave few of its bytes zero."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return "\n" in text or "\r" in text or text.isprintable()


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
