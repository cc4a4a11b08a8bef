"""Ask the directory: which municipality is this, who is around it at this moment, who answers where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.core.errors import FieldError, NotFound
from app.core.paging import Page
from app.core.work import Work
from app.directory.holidays import AMSTERDAM
from app.directory.municipalities import Change, unknown
from app.directory.places import PlaceAmbiguous, PlaceOfStay, PlaceUnknown, Postcode, ResolvedPlace, municipality_code
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
    """The municipality of a place and everybody around it now, in one statement.

    Raises:
        PlaceUnknown: neither postcode nor municipality, or one that does not exist (any more: it names the successors).
        PlaceAmbiguous: the postcode lies in several municipalities; it names them.
    """
    code = municipality_code(place.municipality_code) if place.municipality_code else ""
    postcode = Postcode.parse(place.postcode) if place.postcode else None
    if not code and postcode is None:
        raise _nowhere()
    digits = postcode.digits if postcode else ""
    row = await work.one(queries.AROUND, pc4=digits, code=code, day=local_day(work.at), at=work.at)
    if row is None:
        raise PlaceUnknown(
            "This postcode is not that of an address: it may be a post-office box, or misheard. Ask for the postcode of"
            " the place itself, or name the municipality.",
            errors=[FieldError("/postcode", "postcode", "Not the postcode of an address.")],
        )
    if row["name"] is None:
        raise await _unknown(work, row["code"])
    if row["also"] and not code:
        raise await _ambiguous(work, [row["code"], *row["also"]])
    surroundings = _surroundings(row)
    return ResolvedPlace(surroundings.municipality_code, surroundings.municipality_name, row["how"]), surroundings


async def around(work: Work, code: str) -> Surroundings:
    """Everybody around a municipality at this moment.

    Raises:
        PlaceUnknown: there is no such municipality (any more).
    """
    return (await around_place(work, PlaceOfStay(municipality_code=code)))[1]


async def reach_in(work: Work, code: str) -> Sequence[Mapping[str, Any]]:
    """How every service of a municipality is reached today, also those that are facts for hand-offs only."""
    return await work.rows(REACH, code=code, day=local_day(work.at))


async def everywhere(work: Work) -> list[Surroundings]:
    """Everybody around every municipality at this moment, in one statement."""
    return [_surroundings(row) for row in await work.rows(queries.EVERYWHERE, day=local_day(work.at), at=work.at)]


async def national_desks(work: Work) -> list[UUID]:
    """The organisations that watch over the whole country, and are never closed."""
    return [row["organisation_id"] for row in await work.rows(queries.NATIONAL_DESKS)]


async def municipalities(work: Work, after: str, limit: int) -> Page[Mapping[str, Any]]:
    """Municipalities of today, by code."""
    rows = await work.rows(queries.MUNICIPALITIES.limit(limit + 1), day=local_day(work.at), after=after)
    return Page([dict(row) for row in rows[:limit]], rows[limit - 1]["code"] if len(rows) > limit else None)


async def organisation(work: Work, organisation_id: UUID) -> Organisation:
    """One organisation.

    Raises:
        NotFound: there is none with this id.
    """
    row = await work.one(queries.ORGANISATION, organisation_id=organisation_id)
    if row is None:
        raise NotFound("There is no organisation with this id. GET /v1/organisations lists them.")
    return _organisation(row)


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


async def _unknown(work: Work, code: str) -> PlaceUnknown:
    rows = await work.rows(queries.CHANGES, code=code)
    return unknown(code, [Change(**row) for row in rows], local_day(work.at))


async def _ambiguous(work: Work, codes: list[str]) -> PlaceAmbiguous:
    names = {row["code"]: row["name"] for row in await work.rows(queries.NAMES, codes=codes)}
    listed = ", ".join(f"{names.get(code, '?')} ({code})" for code in codes)
    return PlaceAmbiguous(
        f"This postcode lies in several municipalities: {listed}. Ask in which one, and send its municipalityCode.",
        municipalities=codes,
    )


def _nowhere() -> PlaceUnknown:
    sentence = "Send the postcode of where the person is, or the municipality's code."
    return PlaceUnknown(sentence, errors=[FieldError("/place", "missing", sentence)])
