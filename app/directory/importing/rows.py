"""The rows of a table of text, one by one, each with its line; and the checks that every reader makes."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final, Literal

from app.directory.importing.formats import Recognised
from app.directory.importing.opening import Opened, Progress
from app.directory.importing.told import FileBroken, broken_line

CODE: Final = re.compile(r"(?:GM)?0*([1-9][0-9]{0,3})", re.ASCII)
PC6: Final = re.compile(r"[1-9][0-9]{3}[A-Z]{2}", re.ASCII)
PC4: Final = re.compile(r"[1-9][0-9]{3}", re.ASCII)
FIRST_LINE: Final = 1 << 16
UNREADABLE: Final = "a character is neither UTF-8 nor Windows-1252."
QUOTES: Final = "quotation marks that don't close, or a field that never ends."

Rows = Iterator[tuple[int, list[str]]]


def first_line(opened: Opened) -> str:
    """The first line, for recognising the format; only its letters matter."""
    with opened.bytes() as stream:
        start = stream.read(FIRST_LINE).removeprefix(b"\xef\xbb\xbf")
    lines = start.decode("cp1252", "replace").splitlines()
    return lines[0] if lines else ""


def rows_of(opened: Opened, found: Recognised, encoding: str, progress: Progress | None = None) -> Rows:
    """Every row below the header that isn't blank, with the number of the line where it begins.

    Raises:
        FileBroken: a line can't be read, or has not as many columns as the header; it says which.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if found.has_header else csv.QUOTE_NONE
    width, line = found.width, 1
    try:
        with opened.text(encoding, progress) as lines:
            reader = csv.reader(lines, delimiter=found.delimiter, strict=True, quoting=quoting)
            if found.has_header:
                next(reader, None)
                line = reader.line_num + 1
            for row in reader:
                if len(row) == width and row[0]:
                    yield line, row
                elif any(cell.strip() for cell in row):
                    yield line, _even(row, width, line)
                line = reader.line_num + 1
    except csv.Error as error:
        raise broken_line(line, QUOTES) from error
    except UnicodeDecodeError as error:
        raise broken_line(_undecodable(opened, encoding), UNREADABLE) from error


def _even(row: list[str], width: int, line: int) -> list[str]:
    """A row that only has empty cells too many, as spreadsheets write them."""
    if len(row) >= width and not any(cell.strip() for cell in row[width:]):
        return row[:width]
    raise broken_line(line, f"it has {len(row)} columns, and the header has {width}.")


def _undecodable(opened: Opened, encoding: str) -> int:
    with opened.bytes() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        return next((number for number, line in enumerate(text, 1) if "\ufffd" in line), 1)


def code_of(text: str, line: int) -> str:
    """A municipality's code, from `GM0363`, `0363` or a bare `363`."""
    found = CODE.fullmatch(text.strip().upper())
    if found is None:
        raise broken_line(line, "the municipality is no code such as GM0363, nor a number of 1 to 4 digits.")
    return f"GM{found[1]:0>4}"


def text_of(text: str, line: int, what: str) -> str:
    """A name, which may not be missing."""
    told = " ".join(text.split())
    if not told or len(told) > 200 or not told.isprintable():  # noqa: PLR2004  as long as any line may be
        raise broken_line(line, f"the {what} is missing, or no name.")
    return told


def must_tell(count: int) -> None:
    """Refuse a file that has a header and nothing below it."""
    if not count:
        raise FileBroken("The file has no rows. Nothing was changed.")
