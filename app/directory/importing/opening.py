"""Open a file as it really is: zipped or not, UTF-8 or Windows-1252, read as a stream and never unpacked to a disk."""

import codecs
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from app.directory.importing.told import FileBroken

# What zipfile says of what it can't read; NotImplementedError: a version or a compression that it does not know.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError)
CHUNK: Final = 1 << 20
LARGEST: Final = 2 << 30  # ⚙ bytes unpacked; the CBS file has a seventh of it
MOST_MEMBERS: Final = 100  # ⚙
DENSEST: Final = 100  # ⚙ bytes unpacked for one packed; the CBS file has about 13
ZIP: Final = b"PK\x03\x04"
OTHERS: Final = {
    b"\xff\xfe": "This is UTF-16. Save it as CSV in UTF-8.",
    b"\xfe\xff": "This is UTF-16. Save it as CSV in UTF-8.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save its sheet as CSV in UTF-8.",
    b"\x1f\x8b": "This is a gzip file. Unpack it, or send a zip.",
    b"%PDF": "This is a PDF. Take the CSV file.",
}

Progress = Callable[[int, int], None]
"""Told (bytes read, bytes in all) now and then."""


class _Metered(io.RawIOBase):
    """Reads through, tells how far it is, and stops at more than it was promised."""

    def __init__(self, inner: BinaryIO, size: int, progress: Progress | None) -> None:
        self._inner, self._size, self._progress, self._read = inner, size, progress, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        data = self._inner.read(len(view))
        view[: len(data)] = data
        self._read += len(data)
        if self._read > LARGEST:
            raise FileBroken("The file unpacks to more than it says. Nothing was changed.")
        if self._progress:
            self._progress(self._read, self._size)
        return len(data)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file, or the one member of a zip, that can be read as often as wanted."""

    path: Path
    member: str | None
    size: int

    @contextmanager
    def bytes(self, progress: Progress | None = None) -> Iterator[BinaryIO]:
        """Its bytes, as a stream.

        Raises:
            FileBroken: the zip is damaged, or holds more than it says.
        """
        try:
            with self.path.open("rb") as file:
                if self.member is None:
                    yield io.BufferedReader(_Metered(file, self.size, progress), CHUNK)
                    return
                with zipfile.ZipFile(file) as archive, archive.open(self.member) as inner:
                    yield io.BufferedReader(_Metered(cast("BinaryIO", inner), self.size, progress), CHUNK)
        except DAMAGED as error:
            raise FileBroken("The zip is damaged. Fetch it again. Nothing was changed.") from error

    def encoding(self) -> Literal["utf-8-sig", "cp1252"]:
        """UTF-8 when every byte fits, else what older files of CBS are in: Windows-1252."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self.bytes() as stream:
            try:
                while chunk := stream.read(CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return "cp1252"
        return "utf-8-sig"

    @contextmanager
    def text(self, encoding: str, progress: Progress | None = None) -> Iterator[io.TextIOWrapper]:
        """Its lines, whatever ends them."""
        with self.bytes(progress) as stream, io.TextIOWrapper(stream, encoding=encoding, newline="") as lines:
            yield lines


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def members(path: Path) -> list[Opened]:
    """What a file holds: itself, or the members of the zip that it is. None is unpacked.

    Raises:
        FileBroken: it is empty, of a kind that is not read, or a zip that is not to be trusted.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise FileBroken("The file is empty.")
    for magic, sentence in OTHERS.items():
        if start.startswith(magic):
            raise FileBroken(sentence)
    if not start.startswith(ZIP):
        return [Opened(path, None, path.stat().st_size)]
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except DAMAGED as error:
        raise FileBroken("The zip is damaged. Fetch it again.") from error
    _trusted(found)
    return [Opened(path, one.filename, one.file_size) for one in found if not one.is_dir()]


def _trusted(found: list[zipfile.ZipInfo]) -> None:
    names = [one.filename for one in found]
    if "[Content_Types].xml" in names:
        raise FileBroken("This is an Excel workbook. Save its sheet as CSV in UTF-8.")
    if len(found) > MOST_MEMBERS:
        raise FileBroken(f"The zip holds more than {MOST_MEMBERS} files. Send the one that is meant.")
    if any(".." in name.split("/") or name.startswith("/") or "\\" in name or ":" in name for name in names):
        raise FileBroken("The zip holds a file whose name leads out of it. Fetch it again from its publisher.")
    if len(set(names)) < len(names):
        raise FileBroken("The zip holds two files of one name. Send the one that is meant.")
    for one in found:
        if one.flag_bits & 1:
            raise FileBroken("The zip is encrypted. Unpack it first.")
        if one.file_size > LARGEST or one.file_size > max(CHUNK, one.compress_size * DENSEST):
            raise FileBroken("The zip would unpack to far more than it is. Fetch it again from its publisher.")
