"""Carry a file over into the directory: the difference first, then, when asked, exactly that, in the transaction of the work."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import TextClause

from app.core.errors import Conflict
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.directory.importing.difference import SHOWN, Contract, Difference, ImportRefused, Report, believable, first_few, moves
from app.directory.importing.told import Boundaries, Changes, Municipalities, Municipality, Postcodes, Told, too_old
from app.directory.municipalities import Change
from app.directory.queries import importing as queries
from app.directory.service.look_up import local_day
from app.directory.tables import directory_import

LAST_ID: Final = UUID(int=(1 << 128) - 1)
ARROW: Final = " → "


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked about a file: its day, whether to carry it out, and what is meant though it looks wrong."""

    on: date
    apply: bool = False
    ending: frozenset[str] = frozenset()
    smaller: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    differences: tuple[Difference, ...]
    contracts: tuple[Contract, ...] = ()
    notes: tuple[str, ...] = ()


async def import_file(work: Work, told: Told, wish: Wish) -> Report:
    """The difference between a file and the directory; with `apply` it is carried out and recorded.

    Raises:
        ImportRefused: the file is of another year, or is not to be believed; what to do is in the sentence.
        Conflict: another import is running.
    """
    if reason := too_old(told.kind, told.source.year, wish.on):
        raise ImportRefused(reason)
    if wish.apply and not (await _first(work, queries.ALONE))["free"]:
        raise Conflict("Another import is running. Wait until it is done.", retry_after=10)
    seen = (await _first(work, queries.SEEN, sha256=told.source.sha256, kind=told.kind))["seen"]
    content = told.content
    if isinstance(content, Municipalities):
        found = await _municipalities(work, content, wish)
    elif isinstance(content, Changes):
        found = await _changes(work, content, wish)
    elif isinstance(content, Postcodes):
        found = await _postcodes(work, content, wish)
    else:
        found = await _boundaries(work, content, wish)
    if wish.apply and (found.differences or not seen):
        _record(work, told, wish, found.differences)
    return Report(told.kind, told.source, wish.on, found.differences, found.contracts, found.notes, seen, wish.apply)


async def imports(work: Work, after: UUID | None, limit: int) -> Page[Mapping[str, Any]]:
    """What was imported, newest first."""
    rows = [dict(row) for row in await work.rows(queries.IMPORTS.limit(limit + 1), before=after or LAST_ID)]
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)


async def _municipalities(work: Work, content: Municipalities, wish: Wish) -> _Found:
    known = {row["code"]: Municipality(**row) for row in await work.rows(queries.KNOWN, day=wish.on)}
    announced = [Change(**row) for row in await work.rows(queries.ANNOUNCED, day=wish.on)]
    found = moves(content.listed, known, announced, wish.on, wish.ending)
    ended = [one.code for one in found.ended]
    notes = list(found.notes)
    if (found.renamed or found.moved) and wish.on > local_day(work.at):
        notes.append("Names and regions have no dates: those that differ change at once, not on the day.")
    contracts = await _contracts(work, ended, announced, wish.on)  # also those left from an earlier import
    if wish.apply:
        if rows := found.rows():
            begins = wish.on if known else None
            await work.change(queries.PUT, rows=_json([asdict(one) for one in rows]), begins=begins, day=wish.on)
        if ended:
            await work.change(queries.END, codes=ended, day=wish.on)
    return _Found(found.differences(announced), contracts, tuple(notes))


async def _contracts(work: Work, ended: Sequence[str], announced: Iterable[Change], on: date) -> tuple[Contract, ...]:
    into: dict[str, list[tuple[str, str]]] = {}
    for change in announced:
        into.setdefault(change.old_code, []).append((change.new_code, change.new_name))
    rows = await work.rows(queries.CONTRACTS, codes=ended, day=on)
    return tuple(Contract(**row, successors=tuple(into.get(row["municipality_code"], ()))) for row in rows)


async def _changes(work: Work, content: Changes, wish: Wish) -> _Found:
    rows = _json([dict(one) for one in content.listed])
    told: dict[str, list[str]] = {}
    for row in await work.rows(queries.CHANGED, rows=rows):
        told.setdefault(row["what"], []).append(row["told"])
    if wish.apply and told:
        await work.change(queries.PUT_CHANGES, rows=rows)
    differences = [
        Difference("changes", what, len(lines), tuple(lines[:SHOWN])) for what, lines in sorted(told.items(), reverse=True)
    ]
    return _Found(tuple(differences))


async def _postcodes(work: Work, content: Postcodes, wish: Wish) -> _Found:
    if strange := [row["code"] for row in await work.rows(queries.STRANGE, codes=content.codes())]:
        raise ImportRefused(
            f"The file names municipalities that the directory does not have: {first_few(strange)}. Import the municipalities of"
            " its year first."
        )
    four = _json({pc4: " ".join(codes) for pc4, codes in content.pc4.items()})
    six, numbers = (_json(content.pc6), _by_number(content)) if content.pc6 is not None else ("", "")
    found: list[Difference] = []
    if six:
        await work.change(queries.LONGER)
        found += await _compared(work, queries.COMPARED_PC6, "postcodes", six, wish)
        found += await _compared(work, queries.COMPARED_NUMBERS, "house numbers", numbers, None)
    found += await _compared(work, queries.COMPARED_PC4, "four-digit postcodes", four, wish)
    if content.places:
        found += await _renamed(work, content)
    if wish.apply:  # the largest first: the directory's version, for which others wait, is locked by the first that has changed
        if six and content.pc6:
            await work.change(queries.PUT_PC6, told=six)
            await work.change(queries.PUT_NUMBERS, told=_json(content.numbers))
        await work.change(queries.PUT_PC4, told=four, places=_json(content.places))
    over = content.passed_over
    return _Found(tuple(found), notes=(f"{over} rows name no municipality and were passed over.",) if over else ())


def _by_number(content: Postcodes) -> str:
    told: dict[str, str] = {}
    for pc6, number, code in content.numbers:
        key = f"{pc6} {number}"
        told[key] = f"{told[key]} {code}" if key in told else code
    return _json(told)


async def _compared(work: Work, statement: TextClause, about: str, told: str, wish: Wish | None) -> list[Difference]:
    """What differs, as the database tells it; with a wish, refused when too many would end."""
    lines: dict[str, list[str]] = {}
    numbers: dict[str, int] = {}
    for row in await work.rows(statement, told=told):
        if row["what"] == "ended" and wish:
            believable(about, row["number"], row["known"], smaller=wish.smaller)
        numbers[row["what"]] = row["number"]
        both = [side for side in (row["was"], row["now"]) if side]
        lines.setdefault(row["what"], []).append(f"{row['key']} {ARROW.join(both)}")
    return [Difference(about, what, numbers[what], tuple(told)) for what, told in lines.items()]


async def _renamed(work: Work, content: Postcodes) -> list[Difference]:
    found = await _compared(work, queries.COMPARED_PLACES, "places", _json(content.places), None)
    return [Difference(one.about, "renamed", one.number, one.first) for one in found if one.what == "moved"]


async def _boundaries(work: Work, content: Boundaries, wish: Wish) -> _Found:
    told = _json(content.shapes)
    codes: dict[str, list[str]] = {}
    for row in await work.rows(queries.BOUNDARIES, told=told, day=wish.on):
        codes.setdefault(row["what"], []).append(f"{row['code']} {row['name'] or ''}".strip())
    strange, missing = codes.pop("strange", []), codes.pop("missing", [])
    if len(strange) == len(content.shapes):
        raise ImportRefused("No municipality of the file is in the directory. Import the municipalities of its year first.")
    notes = [f"Of no municipality of {wish.on}, so passed over: {first_few(strange)}."] if strange else []
    notes += [f"Not in the file, so left as they are: {first_few(missing)}."] if missing else []
    if wish.apply and codes:
        await work.change(queries.PUT_BOUNDARIES, told=told, day=wish.on)
    differences = [Difference("boundaries", what, len(of), tuple(of[:SHOWN])) for what, of in sorted(codes.items(), reverse=True)]
    return _Found(tuple(differences), notes=tuple(notes))


def _record(work: Work, told: Told, wish: Wish, differences: Sequence[Difference]) -> None:
    work.write(
        directory_import,
        id=new_id(work.at),
        kind=told.kind,
        format=told.source.format,
        file_name=told.source.file_name,
        sha256=told.source.sha256,
        rows=told.source.rows,
        counts=[{"about": one.about, "what": one.what, "number": one.number} for one in differences],
        effective_on=wish.on,
        at=work.at,
        key_id=work.actor.key,
    )


async def _first(work: Work, statement: TextClause, **binds: object) -> Mapping[str, Any]:
    row = await work.one(statement, **binds)
    return row or {}


def _json(told: object) -> str:
    return orjson.dumps(told).decode()
