"""Items that go over from one case into another: words are sealed anew under the other case's key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core.ids import new_id
from app.core.work import Row, Work
from app.followup.items import ItemState
from app.followup.situation import Duty
from app.followup.tables import case_item
from app.vault import open as vault


@dataclass(frozen=True, slots=True)
class Carried:
    """An item and its copy; `duty` when the copy is open."""

    source: UUID
    copy: UUID
    duty: Duty | None

    @property
    def ids(self) -> dict[str, str]:
        """As a tie keeps it."""
        return {"from": str(self.source), "to": str(self.copy)}


async def resealed(work: Work, source: UUID, into: UUID, parts: Sequence[bytes | None]) -> list[bytes | None]:
    """The same words under the key of another case; both are this organisation's to read."""
    await vault.load_key(work, source)
    await vault.load_key(work, into)
    words = iter(vault.unsealed_to_change(work, source, [part for part in parts if part]))
    return [vault.seal(work, into, next(words)) if part else None for part in parts]


async def carry(work: Work, rows: Sequence[Row], source: UUID, into: Case, *, team: Sequence[UUID] = ()) -> list[Carried]:
    """Write copies into another case: what is `open` in a row, or was until just now (`joined_into`), is open there.

    Only the owner of the other case sees a copy, and whoever must do it: who was on the team of the one isn't on that of the
    other. What somebody must do who is not there falls to the owner.
    """
    sealed = await resealed(work, source, into.id, [row["sealed"] for row in rows])
    carried = []
    for row, words in zip(rows, sealed, strict=True):
        copy = new_id(work.at)
        assigned = row["assigned_to"] if row["assigned_to"] in {None, into.owner, *team} else into.owner
        is_open = row["state"] == ItemState.OPEN or "joined_into" in row["ended_facts"]
        columns: dict[str, Any] = {name: row[name] for name in ("kind", "at", "due_at", "facts")}
        work.write(
            case_item, id=copy, case_id=into.id, organisation_id=work.organisation, key_id=work.actor.key, written_at=work.at,
            audience=[assigned] if assigned and assigned != into.owner else [],
            state=ItemState.OPEN if is_open else ItemState.NOTED, assigned_to=assigned, sealed=words, ended_facts={}, version=1,
            **columns,
        )  # fmt: skip
        duty = Duty(copy, row["kind"], row["due_at"], assigned) if is_open else None
        carried.append(Carried(row["id"], copy, duty))
    return carried
