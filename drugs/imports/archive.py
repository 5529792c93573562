"""Files inside a zip archive: one of any kind, or many of JSON or XML that are read as one."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from drugs.imports.inspect import Inspection, inspect, refusal_of_kind
from drugs.imports.problems import FileRefusedError, shown
from drugs.imports.tables import Opener

_MOST_FILES = 20_000
_DOCUMENTS = (".xml", ".json")


class Part(NamedTuple):
    """A file to read: what was uploaded, or one file of an archive under its name there."""

    opener: Opener
    inspection: Inspection
    name: str = ""


class PartRefusedError(FileRefusedError):
    """One file of an archive that cannot be read, or not with the others: the message names it."""


class _Member(io.RawIOBase):
    """A file of an archive, whose damage is told in a sentence. Two files may have one name: each is found by its place."""

    def __init__(self, file: BinaryIO, member: zipfile.ZipInfo) -> None:
        self._file, self._info, self._name = file, member, member.filename
        self._archive = zipfile.ZipFile(file)
        self._member = self._opened()

    def _opened(self) -> "zipfile.ZipExtFile":
        try:
            return self._archive.open(self._info)  # type: ignore[return-value]
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
            self._archive.close()
            self._file.close()
            raise _unreadable(self._name) from error

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._member.seek(offset, whence)

    def tell(self) -> int:
        return self._member.tell()

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        try:
            piece = self._member.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise _unreadable(self._name) from error
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._member.close()
            self._archive.close()
            self._file.close()
        super().close()


def members(opener: Opener) -> list[zipfile.ZipInfo]:
    """What an archive holds, folders aside. Raises `FileRefusedError` for one that is damaged or unpacks to too much."""
    with opener() as file:
        try:
            parts = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise FileRefusedError(
                _("The file starts like a workbook or an archive and is damaged. Save it again, or as CSV.")
            ) from None
    if len(parts) > _MOST_FILES or sum(part.file_size for part in parts) > 2 * settings.IMPORT_MAX_BYTES:
        raise FileRefusedError(
            _(
                "The file unpacks to more than is read. Of an archive upload the files one by one, of a workbook save the sheet as CSV."
            )
        )
    return [part for part in parts if not part.is_dir()]


#: A part that gives a document away, what it is, and what to do. Each is an archive by its form.
_OTHER_DOCUMENTS = (
    ("xl/workbook.bin", _("a binary workbook (.xlsb)"), _("Open it in Excel, and save it as .xlsx or CSV.")),
    ("word/document.xml", _("a Word document"), _("Ask for the table as CSV.")),
    ("ppt/presentation.xml", _("a presentation"), _("Ask for the table as CSV.")),
    ("Index/Document.iwa", _("a document of Apple's Numbers or Pages"), _("Export it as .xlsx or CSV.")),
    ("content.xml", _("an OpenDocument file (.ods)"), _("Save its sheet as .xlsx or CSV.")),
)


def refuse_other_documents(parts: list[zipfile.ZipInfo]) -> None:
    """Raise `FileRefusedError` for a document of an office program that is no workbook."""
    names = {part.filename for part in parts}
    for name, what, advice in _OTHER_DOCUMENTS:
        if name in names and len(names) > 1:
            raise refusal_of_kind(what, advice)


def files(parts: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The files to read: one, or documents that are read as one. Raises `FileRefusedError` for any others."""
    found = [part for part in parts if part.file_size and not _is_litter(part.filename)]
    names = [part.filename for part in found]
    if not names:
        raise FileRefusedError(_("The archive (zip) holds no file with anything in it."))
    if len(names) == 1 or any(all(name.lower().endswith(kind) for name in names) for kind in _DOCUMENTS):
        return sorted(found, key=lambda part: part.filename)
    told = ", ".join(shown(name, 40) for name in names[:5]) + (" …" if len(names) > 5 else "")
    raise FileRefusedError(
        _("The archive (zip) holds several files: %(names)s. Unpack it and upload the one that you mean.")
        % {"names": told}
    )


def parts_of(opener: Opener, found: list[zipfile.ZipInfo]) -> list[Part]:
    """The files to read, each looked at by itself. Raises `FileRefusedError`, which names it, for one that cannot be read."""
    parts = [_part(opener, member) for member in files(found)]
    for part in parts if len(parts) > 1 else ():
        if not part.name.lower().endswith(part.inspection.kind):
            raise stranger(part, _("it is not what the end of its name says"))
    return parts


def _part(opener: Opener, member: zipfile.ZipInfo) -> Part:
    def opens() -> BinaryIO:
        return io.BufferedReader(_Member(opener(), member), 1 << 16)  # type: ignore[return-value]

    with naming(member.filename), opens() as file:
        return Part(opens, inspect(file), member.filename)


def stranger(part: Part, reason: str) -> PartRefusedError:
    """The sentence for a file that cannot be read as one with the others."""
    return PartRefusedError(
        _("'%(name)s' in the archive cannot be read with the others: %(reason)s. Take it out, or upload it by itself.")
        % {"name": shown(part.name, 60), "reason": reason}
    )


@contextmanager
def naming(name: str) -> Iterator[None]:
    """What refuses a file of an archive says which; a file without a name is in none."""
    try:
        yield
    except PartRefusedError:
        raise
    except FileRefusedError as error:
        if not name:
            raise
        raise PartRefusedError(
            _("'%(name)s' in the archive: %(reason)s") % {"name": shown(name, 60), "reason": error}
        ) from error


def _is_litter(name: str) -> bool:
    """What a Mac or Windows puts beside the files."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1].lower() in ("thumbs.db", "desktop.ini")


def _unreadable(name: str) -> PartRefusedError:
    return PartRefusedError(
        _("'%(name)s' in the archive is damaged, or locked by a password. Unpack it and upload the file inside.")
        % {"name": shown(name, 60)}
    )
