"""Keep organisations: make, read, change, and let them end. Nothing is deleted: old cases and decisions name them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from app.core.errors import Conflict, FieldError, Refused
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.directory.identifiers import DIGITS
from app.directory.queries import organisations as queries
from app.directory.service.entries import changed_of, found, locked, refuse_reserved

NO_ID: Final = UUID(int=0)
ITS_OWN: Final = frozenset({"phone", "contact_ways", "languages"})


class IdentifierTaken(Conflict):
    """Another organisation has this number; perhaps it is the same one."""

    slug, title = "identifier-taken", "Another organisation has this identifier"


async def organisation(work: Work, organisation_id: UUID, *, known: datetime | None = None) -> Mapping[str, Any]:
    """One organisation, as it is, or as the directory knew it at a moment.

    Raises:
        NotFound: there is none with this id, or there was none then.
    """
    if known:
        row = await work.one(queries.ORGANISATION_AS_KNOWN, organisation_id=organisation_id, known=known)
    else:
        row = await work.one(queries.ORGANISATION, organisation_id=organisation_id)
    return found(row, "organisation")


async def organisations(work: Work, after: UUID | None, limit: int, *, kind: str = "") -> Page[Mapping[str, Any]]:
    """Organisations, by id, ended ones too; of one kind, or of all."""
    rows: Sequence[Mapping[str, Any]] = await work.rows(queries.ORGANISATIONS.limit(limit + 1), after=after or NO_ID, kind=kind)
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)


async def add_organisation(work: Work, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A new organisation.

    Raises:
        IdentifierTaken: another one has an identifier of it.
    """
    made = {"id": new_id(work.at), "version": 1, **told}
    await _refuse_taken(work, made["id"], told)
    return found(await work.one(queries.ADD_ORGANISATION, **made), "organisation")


async def change_organisation(work: Work, organisation_id: UUID, version: int, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Change what is named; what stays the same makes no new version.

    Raises:
        NotFound: there is none with this id.
        Forbidden: it is another organisation's, or only an administrator may.
        Stale: it was changed since it was read.
        IdentifierTaken: another one has this identifier.
        Refused: it can't end while others rely on it.
    """
    before = await locked(work, queries.ORGANISATION_LOCKED, queries.ORGANISATION, version, organisation_id=organisation_id)
    changed = changed_of(before, wanted)
    if not changed:
        return before
    refuse_reserved(work, changed, ITS_OWN)
    await _refuse_taken(work, organisation_id, changed)
    if ends_on := changed.get("ends_on"):
        await _refuse_needed(work, organisation_id, ends_on)
    statement = queries.CHANGE_ORGANISATION.values(version=version + 1, **changed)
    return found(await work.one(statement, key=organisation_id), "organisation")


async def refuse_last(work: Work, services: Sequence[UUID], ends_on: date) -> None:
    """Refuse that the last national desk ends: without it a case could have nobody.

    Raises:
        Refused: no other would be left on that day.
    """
    if not await work.rows(queries.OTHER_NATIONAL_DESKS, services=services, ends_on=ends_on):
        raise Refused("This is the last national desk, and calls must always have somebody. Make another one first.")


async def _refuse_taken(work: Work, organisation_id: UUID, told: Mapping[str, Any]) -> None:
    numbers = {kind: told.get(kind) for kind in DIGITS}
    if not any(numbers.values()):
        return
    rows = await work.rows(queries.TAKEN, organisation_id=organisation_id, **numbers)
    taken = sorted({kind for row in rows for kind in DIGITS if row[kind]})
    if taken:
        errors = [FieldError(f"/{kind}", "taken", "Another organisation has this number.") for kind in taken]
        raise IdentifierTaken(
            f"Another organisation has the same {', '.join(taken)}. Look whether it is this one already.", errors=errors
        )


async def _refuse_needed(work: Work, organisation_id: UUID, ends_on: date) -> None:
    rows = await work.rows(queries.STANDS_IN_FOR, organisation_id=organisation_id, ends_on=ends_on)
    if rows:
        raise Refused(
            f"It answers for {len(rows)} closed desks after that day. Let them name another stand-in first; `services` are they.",
            services=[str(row["id"]) for row in rows],
        )
    services = await work.rows(queries.SERVICES, organisation_id=organisation_id)
    desks = [row["id"] for row in services if row["kind"] == "national_desk"]
    if desks:
        await refuse_last(work, desks, ends_on)
