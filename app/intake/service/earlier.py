"""Open earlier calls about the same, after a stated need; only what this organisation may read, each look logged."""

from typing import Any, Final

from app.core.work import Work
from app.intake import queries
from app.intake.calls import Call
from app.intake.service.read import opened_of
from app.signals.marks import About
from app.signals.service import looking
from app.vault.purpose import Purpose

MOST: Final = 20  # ⚙ the newest; whoever needs more reads the case


async def open_earlier(work: Work, about: About, purpose: Purpose, need: str) -> list[tuple[Call, dict[str, Any]]]:
    """The newest calls about the same with all that was told, oldest first.

    Raises:
        TooMany: as `looking.earlier`.
    """
    found = await looking.readable(work, about, MOST)
    rows = await work.rows(queries.SOME, ids=found) if found else []
    return await opened_of(work, rows, purpose, why=f" for {need}")
