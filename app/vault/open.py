"""The only way to contents: seal what comes in, open it with a purpose, and log the look in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, select, update

from app.core.errors import Gone, NotFound
from app.core.work import Work
from app.vault import sealing
from app.vault.access_log import log
from app.vault.keys import master_key
from app.vault.purpose import Purpose
from app.vault.tables import vault_key

__all__ = [
    "Purpose", "Sealed", "destroy_key", "load_key", "seal", "take_key", "unseal", "unseal_each", "unsealed_to_change", "with_key",
]  # fmt: skip

WRAPPED: Final = select(vault_key.c.wrapped).where(vault_key.c.case_id == bindparam("case_id"))
DESTROY: Final = (
    update(vault_key)
    .where(vault_key.c.case_id == bindparam("of_case"), vault_key.c.destroyed_at.is_(None))
    .values(wrapped=None, destroyed_at=bindparam("at"))
)

WRAPPED_EACH: Final = select(vault_key.c.case_id, vault_key.c.wrapped).where(
    vault_key.c.case_id.in_(bindparam("ids", expanding=True)), vault_key.c.wrapped.is_not(None)
)

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal with the name of its key, and what it is called in the access log."""

    case_id: UUID
    content: bytes | None
    what: str


def seal(work: Work, case_id: UUID, content: Content, organisation: UUID | None = None) -> bytes:
    """`content` sealed with the key of the case; a case that has none yet gets one, stored with this work.

    For a case that has a key already, `load_key` must come first. `organisation` is whose key it will be; default: whose work
    this is.
    """
    key = work.memo.get((vault_key, case_id))
    if key is None:
        key = sealing.new_key()
        work.memo[(vault_key, case_id)] = key
        master = master_key(work.database.settings)
        work.write(
            vault_key,
            case_id=case_id,
            intake_organisation_id=organisation or work.organisation,
            wrapped=master.wrap(key, case_id),
            master=master.name,
            created_at=work.at,
        )
    return sealing.seal(key, orjson.dumps(content), case_id)


async def load_key(work: Work, case_id: UUID) -> None:
    """Make the key of an existing case ready for `seal`.

    Raises:
        NotFound: there is no such case for this organisation.
        Gone: its retention has ended; the key is destroyed and the contents with it.
    """
    if (vault_key, case_id) in work.memo:
        return
    row = await work.one(WRAPPED, case_id=case_id)
    if row is None:
        raise NotFound("There is no such case, or its contents are not for your organisation.")
    take_key(work, case_id, row["wrapped"])


def with_key(query: Select[Any], case_id: ColumnElement[UUID]) -> Select[Any]:
    """`query` with one column more, `wrapped`, for `take_key`: contents and their key in one round trip."""
    return query.join(vault_key, vault_key.c.case_id == case_id).add_columns(vault_key.c.wrapped)


def take_key(work: Work, case_id: UUID, wrapped: bytes | None) -> None:
    """Make a key ready that was read with `with_key`.

    Raises:
        Gone: as `load_key`.
    """
    if wrapped is None:
        raise Gone("The retention of this case has ended: its contents were destroyed. Figures remain.")
    master = master_key(work.database.settings)
    work.memo[(vault_key, case_id)] = master.unwrap(bytes(wrapped), case_id)


async def destroy_key(work: Work, case_id: UUID) -> None:
    """Destroy the key of a case, and with it all that was sealed under it, for ever. Only the worker may."""
    await work.change(DESTROY, of_case=case_id, at=work.at)


async def unseal(work: Work, case_id: UUID, sealed: Sequence[bytes], *, what: str, purpose: Purpose) -> list[dict[str, Any]]:
    """The contents of several seals of one case, in order; the look is logged once, as `what`, in this transaction.

    Raises:
        NotFound, Gone: as `load_key`.
        sealing.Broken: a seal was altered, or belongs to another case.
    """
    await load_key(work, case_id)
    log(work, case_id, action="read", what=what, purpose=purpose)
    return unsealed_to_change(work, case_id, sealed)


def unsealed_to_change(work: Work, case_id: UUID, sealed: Sequence[bytes]) -> list[dict[str, Any]]:
    """As `unseal`, without a line in the log, for a change that is itself recorded with who made it. The key must be ready.

    Raises:
        sealing.Broken: as `unseal`.
    """
    key = work.memo[(vault_key, case_id)]
    return [orjson.loads(sealing.unseal(key, bytes(part), case_id)) for part in sealed]


async def unseal_each(work: Work, seals: Sequence[Sealed], *, purpose: Purpose) -> list[dict[str, Any]]:
    """The contents of seals under several keys, in order, their keys read in one statement; every look is logged.

    Of one whose key is destroyed, or not for this organisation, nothing is told, and nothing logged.

    Raises:
        sealing.Broken: a seal was altered, or belongs to another case.
    """
    missing = sorted({one.case_id for one in seals if (vault_key, one.case_id) not in work.memo})
    master = master_key(work.database.settings)
    for row in await work.rows(WRAPPED_EACH, ids=missing) if missing else ():
        work.memo[(vault_key, row["case_id"])] = master.unwrap(bytes(row["wrapped"]), row["case_id"])
    opened: list[dict[str, Any]] = []
    for one in seals:
        key = work.memo.get((vault_key, one.case_id))
        if key is None or one.content is None:
            opened.append({})
            continue
        log(work, one.case_id, action="read", what=one.what, purpose=purpose)
        opened.append(orjson.loads(sealing.unseal(key, bytes(one.content), one.case_id)))
    return opened
