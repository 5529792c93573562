"""The archive as a file: written once, in full or not at all; verified in full before anything of it is used."""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any

from django.utils.translation import gettext as _

FORMAT = "therapies-backup"
#: Raised when an archive of before cannot be read as one of now.
VERSION = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


class BackupError(Exception):
    """Nothing was done, and why: one sentence for the person at the keyboard."""


class Writer:
    """An archive that is being written beside its name; it takes the name when it is whole and on the disk."""

    def __init__(self, path: Path) -> None:
        self.path, self._part = path, path.with_suffix(".part")
        self.members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> "Writer":
        descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)  # personal data: for its owner
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        return self

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as member:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                member.write(chunk)
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, read all of it back, and give the archive its name."""
        text = json.dumps(
            {"format": FORMAT, "version": VERSION, **manifest, "members": self.members}, ensure_ascii=False, indent=1
        ).encode()
        self._zip.writestr(MANIFEST, text)
        self._zip.comment = hashlib.sha256(text).hexdigest().encode()
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        with Reader(self._part) as written:
            written.verify()
        self._part.rename(self.path)
        _sync_folder(self.path.parent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:  # a full disk leaves no part of an archive behind; nothing is written any more
            self._zip.fp = None
        self._zip.close()
        self._file.close()
        self._part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Reader:
    """An archive that exists. Raises `BackupError` with one sentence for one that is not whole or not ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest: dict[str, Any] = {}

    def __enter__(self) -> "Reader":
        try:
            self._zip = zipfile.ZipFile(self.path)
        except FileNotFoundError:
            raise BackupError(_("%(file)s: there is no such file.") % {"file": self.path}) from None
        except PermissionError:
            raise BackupError(
                _("%(file)s may not be read by the user of this command: give it to that user, or let it be read.")
                % {"file": self.path}
            ) from None
        except (OSError, zipfile.BadZipFile) as error:
            raise BackupError(
                _("%(file)s is no backup, or its end is missing: copy it again from where it was kept.")
                % {"file": self.path}
            ) from error
        self.manifest = self._read_manifest()
        return self

    def __exit__(self, *args: object) -> None:
        self._zip.close()

    def _read_manifest(self) -> dict[str, Any]:
        try:
            text = self._zip.read(MANIFEST)
            manifest = json.loads(text)
            is_ours = manifest["format"] == FORMAT
        except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile, zlib.error) as error:
            raise BackupError(_("%(file)s is not a backup of this site.") % {"file": self.path}) from error
        if not is_ours:
            raise BackupError(_("%(file)s is not a backup of this site.") % {"file": self.path})
        if manifest["version"] != VERSION:
            raise BackupError(
                _("%(file)s is a backup of form %(found)s; this version of the site reads form %(known)s.")
                % {"file": self.path, "found": manifest["version"], "known": VERSION}
            )
        if self._zip.comment.decode(errors="replace") != hashlib.sha256(text).hexdigest():
            raise self._damaged(MANIFEST)
        return manifest  # type: ignore[no-any-return]

    def _damaged(self, member: str) -> BackupError:
        return BackupError(
            _("%(file)s is damaged at %(member)s: nothing was restored. Take another backup.")
            % {"file": self.path, "member": member}
        )

    def verify(self) -> None:
        """Hold every member against its size and SHA-256. Raises `BackupError` at the first that differs."""
        listed = dict(self.manifest["members"])
        for info in self._zip.infolist():
            if info.filename == MANIFEST:
                continue
            expected = listed.pop(info.filename, None)
            if expected is None or not is_safe_name(info.filename):
                raise self._damaged(info.filename)
            digest, size = hashlib.sha256(), 0
            with self.open(info.filename) as member:
                for chunk in self._chunks(member, info.filename):
                    digest.update(chunk)
                    size += len(chunk)
            if {"size": size, "sha256": digest.hexdigest()} != expected:
                raise self._damaged(info.filename)
        if listed:
            raise self._damaged(next(iter(listed)))

    def _chunks(self, member: IO[bytes], name: str) -> Iterator[bytes]:
        try:
            while chunk := member.read(_CHUNK):
                yield chunk
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, ValueError) as error:
            raise self._damaged(name) from error

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            member = self._zip.open(name)
        except (KeyError, OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise self._damaged(name) from error
        with member:
            yield member

    def names(self, folder: str) -> list[str]:
        """The members below a folder, without it, in order."""
        prefix = f"{folder}/"
        return sorted(name.removeprefix(prefix) for name in self.manifest["members"] if name.startswith(prefix))


def is_safe_name(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name
