"""Read calls: in codes, or with what was told, which is logged."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.core.errors import Forbidden, NotFound
from app.core.paging import Page, page_of
from app.core.work import Row, Work
from app.intake import queries
from app.intake.calls import Call, call_of
from app.vault import open as vault
from app.vault.purpose import Purpose


async def calls(work: Work, *, after: UUID | None, limit: int, state: str | None) -> Page[Call]:
    """The calls that this organisation took, oldest first."""
    found = [call_of(row) for row in await work.rows(queries.listed(after, limit, state, work.organisation))]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def call_in_codes(work: Work, call_id: UUID) -> Call:
    """One call, in codes.

    Raises:
        NotFound: no such call for this organisation.
    """
    work.plan_once()
    row = await work.one(queries.CALL, call_id=call_id)
    if row is None:
        raise NotFound("There is no such call, or it is not for your organisation.")
    return call_of(row)


async def contents(work: Work, call_id: UUID, purpose: Purpose) -> tuple[Call, dict[str, Any]]:
    """A call with all that was told.

    Raises:
        NotFound: no such call for this organisation.
        Gone: its contents were destroyed when its retention ended.
    """
    work.plan_once()
    row = await work.one(queries.CALL, call_id=call_id)
    if row is None:
        raise NotFound("There is no such call, or it is not for your organisation.")
    sealed = [row["sealed"]] if row["sealed"] else []
    opened = await vault.unseal(work, row["case_id"], sealed, what=f"call {call_id}", purpose=purpose)
    return call_of(row), opened[0] if opened else {}


async def contents_of_case(work: Work, case_id: UUID, purpose: Purpose) -> list[tuple[Call, dict[str, Any]]]:
    """The calls about a case, also those that joined it, with all that was told, for its owner and for who took them.

    Raises:
        NotFound: no such case for this organisation.
        Forbidden: it is only being asked: what was told is read after accepting.
    """
    work.plan_once()
    case = await cases.get(work, case_id)
    if work.organisation not in case.concerned:
        raise Forbidden("Your organisation is being asked to take this case. What was told can be read after accepting it.")
    rows = await work.rows(queries.OF_CASE, case_id=case_id)
    await vault.load_key(work, case_id)
    return await opened_of(work, rows, purpose)


async def opened_of(work: Work, rows: Sequence[Row], purpose: Purpose, *, why: str = "") -> list[tuple[Call, dict[str, Any]]]:
    """Calls with all that was told, each under its own key, each look logged; nothing of one whose retention has ended."""
    seals = [vault.Sealed(row["case_id"], row["sealed"], f"call {row['id']}{why}") for row in rows]
    opened = await vault.unseal_each(work, seals, purpose=purpose)
    return [(call_of(row), told) for row, told in zip(rows, opened, strict=True)]
