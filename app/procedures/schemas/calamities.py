"""Calamities on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Text, Wire
from app.followup.obligations import DecidedBy
from app.followup.schemas.sharing import SharedIn
from app.procedures.calamity import Calamity, CalamityKind, CalamityOutcome, CalamityState, Inspectorate
from app.procedures.schemas.inquiries import ProcedureDutyOut, Said
from app.team.audience import Visibility


class CalamityIn(SharedIn):
    """Something that led, or may lead, to death or serious harm. By default the owner sees it, and whoever reports it."""

    visibility: Visibility = Visibility.OWNER
    what: CalamityKind
    happened_at: Moment
    note: Text


class CalamityReportIn(Wire):
    """To whom it was reported; or, without, that a manager decided that it need not be, and why."""

    reported_to: Inspectorate | None = None
    by: DecidedBy
    note: Text | None = None


class CalamityEndIn(Wire):
    """What was decided, in which role, and why."""

    outcome: CalamityOutcome
    by: DecidedBy
    note: Text


class CalamityOut(Wire):
    """A calamity; its words only when a purpose was given."""

    id: UUID
    what: CalamityKind
    happened_at: Moment
    reported_by: UUID
    reported_at: Moment
    state: CalamityState
    report: ProcedureDutyOut | None = Field(description="To the inspectorate")
    outcome: CalamityOutcome | None
    by: DecidedBy | None
    ended_at: Moment | None
    note: str | None
    reasons: str | None = Field(description="Of the decision")
    version: int

    @classmethod
    def of(cls, calamity: Calamity, said: Said) -> Self:
        """The calamity as the API shows it."""
        item, words = calamity.item, said.get(calamity.item.id, {})
        return cls(
            id=item.id,
            what=item.facts["what"],
            happened_at=item.at,
            reported_by=item.organisation,
            reported_at=item.written_at,
            state=calamity.state,
            report=ProcedureDutyOut.of(calamity.report, said),
            outcome=item.ended_facts.get("outcome"),
            by=item.ended_facts.get("by"),
            ended_at=item.ended_at,
            note=words.get("note"),
            reasons=words.get("ended"),
            version=item.version,
        )


class CalamitiesOut(Wire):
    """Calamities, oldest first; and whether the case is frozen, so that nothing of it is destroyed."""

    frozen: bool
    items: list[CalamityOut]
