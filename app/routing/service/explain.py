"""Why a case went where it went: every decision with its candidates, replayed from what was stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.core.work import Work
from app.routing import queries
from app.routing.decide import Decision
from app.routing.offers import Offer, offer_of
from app.routing.replay import reproduced


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision. `again`: the same by the rules of today, given the inputs of then; None when they say something else."""

    id: UUID
    at: datetime
    rules: str
    directory_version: int
    offered_to: UUID
    accept_by: datetime
    lines: list[dict[str, Any]]
    again: Decision | None

    @property
    def replayed(self) -> bool:
        """Whether the rules of today say the same."""
        return self.again is not None


async def explain(work: Work, case_id: UUID) -> tuple[list[Explained], list[Offer]]:
    """The decisions about a case, and the offers that this organisation may see, oldest first.

    Raises:
        NotFound: no such case for this organisation.
    """
    await cases.get(work, case_id)
    decisions = [
        Explained(
            id=row["id"],
            at=row["at"],
            rules=row["rules"],
            directory_version=row["directory_version"],
            offered_to=row["offered_to"],
            accept_by=row["accept_by"],
            lines=row["lines"],
            again=reproduced(row["inputs"], row["lines"], row["offered_to"], row["accept_by"]),
        )
        for row in await work.rows(queries.DECISIONS, case_id=case_id)
    ]
    return decisions, [offer_of(row) for row in await work.rows(queries.OFFERS_OF_CASE, case_id=case_id)]
