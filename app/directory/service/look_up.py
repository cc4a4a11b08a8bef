"""Ask the directory: which municipality is this, who is around it at this moment, who answers where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause

from app.core.errors import FieldError, Invalid, NotFound
from app.core.paging import Page
from app.core.work import Work
from app.directory.holidays import AMSTERDAM
from app.directory.municipalities import Change, Town, beginning_with, towns_named, unknown
from app.directory.places import (
    PlaceOfStay,
    PlaceUnknown,
    Postcode,
    ResolvedPlace,
    ambiguous,
    house_number,
    municipality_code,
)
from app.directory.queries import look_up as queries
from app.directory.queries.organisations import REACH
from app.directory.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of the directory."""

    id: UUID
    kind: str
    name: str
    invented: bool
    phone: str | None
    source: str | None


def local_day(at: datetime) -> date:
    """The day it is in the Netherlands at `at`."""
    return at.astimezone(AMSTERDAM).date()


async def around_place(work: Work, place: PlaceOfStay) -> tuple[ResolvedPlace, Surroundings]:
    """The municipality of a place and everybody around it now: one statement, save where a municipality has ended since.

    A postcode of a municipality that ended leads to the one it went over into, until postcodes are imported again.

    Raises:
        PlaceUnknown: neither postcode nor municipality, or one that does not exist (any more: it names the successors).
        PlaceAmbiguous: the postcode lies in several municipalities; it names them, and says what decides.
    """
    return await _around_place(work, place, queries.AROUND, work.at)


@dataclass(frozen=True, slots=True)
class Known:
    """What the directory said at `known_at` about a place at another moment.

    `recorded_since`: the first thing it remembers; None when it was asked about what it says now. Asked about earlier, it tells
    the first that it remembers.
    """

    place: ResolvedPlace
    around: Surroundings
    known_at: datetime
    recorded_since: datetime | None


async def around_place_as_known(work: Work, place: PlaceOfStay, at: datetime, known_at: datetime) -> Known:
    """The municipality of a place and everybody around it at `at`, as the directory knew it at `known_at`.

    The version of the surroundings is 0 when it is not the present one: numbers of earlier versions were not kept.

    Raises:
        PlaceUnknown, PlaceAmbiguous: as `around_place`, at that moment.
    """
    if known_at >= work.at:
        return Known(*await _around_place(work, place, queries.AROUND, at), work.at, None)
    row = await work.one(queries.RECORDED_SINCE)
    since = row["since"] if row and row["since"] else known_at
    known = max(known_at, since)
    return Known(*await _around_place(work, place, queries.AROUND_AS_KNOWN, at, known=known), known, since)


async def _around_place(
    work: Work, place: PlaceOfStay, statement: TextClause, at: datetime, **known: datetime
) -> tuple[ResolvedPlace, Surroundings]:
    code = municipality_code(place.municipality_code) if place.municipality_code else ""
    postcode = Postcode.parse(place.postcode) if place.postcode else None
    if not code and postcode is None:
        raise _nowhere()
    digits, letters = (postcode.digits, postcode.letters) if postcode else ("", "")
    number = house_number(place.house_number) if place.house_number else None
    asked = {"pc4": digits, "pc6": digits + letters, "house_number": number or 0, "code": code}
    row = await work.one(statement, **asked, day=local_day(at), at=at, **known)
    if row is None:
        raise PlaceUnknown(
            "This postcode is not that of an address: it may be a post-office box, or misheard. Ask for the postcode of"
            " the place itself, or name the municipality.",
            errors=[FieldError("/postcode", "postcode", "Not the postcode of an address.")],
        )
    if code and row["name"] is None:
        raise await _unknown(work, row["code"], at)
    if row["name"] is None or len(row["codes"]) > 1:
        only, how = await _followed(work, row, number, at)
        found, surroundings = await _around_place(work, replace(place, municipality_code=only), statement, at, **known)
        return replace(found, how=how), surroundings
    surroundings = _surroundings(row)
    code, name = surroundings.municipality_code, surroundings.municipality_name
    return ResolvedPlace(code, name, row["how"], row["reach"] or ()), surroundings


async def _followed(work: Work, row: Mapping[str, Any], number: int | None, at: datetime) -> tuple[str, str]:
    """The one municipality that a postcode leads to after all, when all but one of its municipalities went over into it."""
    found = await work.rows(queries.FOLLOWED, codes=row["codes"], day=local_day(at))
    if not found:
        raise await _unknown(work, row["code"], at)
    if len(found) > 1:
        raise ambiguous([(one["code"], one["name"]) for one in found], by_number=row["how"] == "several", number=number)
    return found[0]["code"], "postcode" if row["how"] == "several" else row["how"]


async def around(work: Work, code: str) -> Surroundings:
    """Everybody around a municipality at this moment.

    Raises:
        PlaceUnknown: there is no such municipality (any more).
    """
    return (await around_place(work, PlaceOfStay(municipality_code=code)))[1]


async def place_of(work: Work, place: PlaceOfStay) -> ResolvedPlace | None:
    """The municipality of a place, and what is reached there; None where no single one can be told."""
    try:
        return (await around_place(work, place))[0]
    except Invalid:
        return None


async def municipality_of(work: Work, place: PlaceOfStay) -> str | None:
    """The municipality of a place; None where no single one can be told."""
    found = await place_of(work, place)
    return found.municipality_code if found else None


async def reach_in(work: Work, code: str) -> Sequence[Mapping[str, Any]]:
    """How every service of a municipality is reached today, also those that are facts for hand-offs only."""
    return await work.rows(REACH, code=code, day=local_day(work.at))


async def everywhere(work: Work, at: datetime | None = None) -> list[Surroundings]:
    """Everybody around every municipality at this moment, or as the directory now knows it for another; in one statement."""
    moment = at or work.at
    return [_surroundings(row) for row in await work.rows(queries.EVERYWHERE, day=local_day(moment), at=moment)]


async def national_desks(work: Work) -> list[UUID]:
    """The organisations that watch over the whole country, and are never closed."""
    return [row["organisation_id"] for row in await work.rows(queries.NATIONAL_DESKS)]


async def municipalities(work: Work, after: str, limit: int) -> Page[Mapping[str, Any]]:
    """Municipalities of today, by code."""
    rows = await work.rows(queries.MUNICIPALITIES.limit(limit + 1), day=local_day(work.at), after=after)
    return Page([dict(row) for row in rows[:limit]], rows[limit - 1]["code"] if len(rows) > limit else None)


async def municipality(work: Work, code: str) -> Mapping[str, Any]:
    """One municipality of today, with the regions it lies in.

    Raises:
        PlaceUnknown: there is no such municipality (any more).
    """
    row = await work.one(queries.MUNICIPALITY, day=local_day(work.at), code=municipality_code(code))
    if row is None:
        raise await _unknown(work, code, work.at)
    return dict(row)


async def changes_of(work: Work, code: str) -> Sequence[Change]:
    """What a municipality goes over into, and when; also what has been."""
    return [Change(**row) for row in await work.rows(queries.CHANGES, code=code)]


async def municipality_names(work: Work, codes: Sequence[str]) -> dict[str, str]:
    """What municipalities are called, also those that have ended; none asked, no statement."""
    rows = await work.rows(queries.MUNICIPALITIES_NAMED, codes=list(codes)) if codes else ()
    return {row["code"]: row["name"] for row in rows}


async def municipalities_beginning_with(work: Work, told: str) -> tuple[str, ...]:
    """The codes of municipalities, also those that have ended, whose code or name begins so; accents and capitals are all one."""
    rows = await work.rows(queries.MUNICIPALITIES_EVER)
    return beginning_with(told, {row["code"]: row["name"] for row in rows})


async def towns(work: Work, told: str, limit: int) -> tuple[Town, ...]:
    """Towns and villages whose name begins so, with their municipality of today: a caller knows the one and not the other."""
    return towns_named(told, [Town(**row) for row in await work.rows(queries.TOWNS, day=local_day(work.at))], limit)


async def organisation(work: Work, organisation_id: UUID) -> Organisation:
    """One organisation.

    Raises:
        NotFound: there is none with this id.
    """
    row = await work.one(queries.ORGANISATION, organisation_id=organisation_id)
    if row is None:
        raise NotFound("There is no organisation with this id. GET /v1/organisations lists them.")
    return _organisation(row)


async def named(work: Work, ids: Sequence[UUID]) -> list[Organisation]:
    """Organisations by id, those that exist, by name; none asked, no statement."""
    return [_organisation(row) for row in await work.rows(queries.ORGANISATIONS_NAMED, ids=list(ids))] if ids else []


async def shifts(work: Work, organisation_id: UUID, starts_at: datetime, ends_at: datetime) -> Sequence[Mapping[str, Any]]:
    """The shifts of an organisation's rosters that touch a period."""
    await organisation(work, organisation_id)
    rows = await work.rows(queries.SHIFTS, organisation_id=organisation_id, starts_at=starts_at, ends_at=ends_at)
    return [dict(row) for row in rows]


def _surroundings(row: Mapping[str, Any]) -> Surroundings:
    return Surroundings.from_json(
        {
            "municipality_code": row["code"],
            "municipality_name": row["name"],
            "version": row["version"],
            "desks": row["desks"] or [],
            "providers": row["providers"] or [],
            "national_desks": row["national_desks"] or [],
            "in_part": row["in_part"] or [],
        }
    )


def _organisation(row: Mapping[str, Any]) -> Organisation:
    return Organisation(row["id"], row["kind"], row["name"], row["invented"], row["phone"], row["source"])


async def _unknown(work: Work, code: str, at: datetime) -> PlaceUnknown:
    rows = await work.rows(queries.CHANGES, code=code)
    return unknown(code, [Change(**row) for row in rows], local_day(at))


def _nowhere() -> PlaceUnknown:
    sentence = "Send the postcode of where the person is, or the municipality's code."
    return PlaceUnknown(sentence, errors=[FieldError("/place", "missing", sentence)])
