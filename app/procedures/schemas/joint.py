"""Joint tables on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Text, Wire
from app.followup.items import Item
from app.followup.obligations import DecidedBy
from app.procedures.bases import Basis, Consent
from app.procedures.joint_table import TableState, Verdict, invited_to, judge_by, state_of
from app.procedures.schemas.inquiries import Said
from app.procedures.service.joint import Invitation, Judging, Table
from app.team.audience import Visibility, audience_of


class JointTableIn(Wire):
    """Which organisations are asked what, and until when each may say what it finds."""

    invited: list[UUID] = Field(max_length=20, description="The owner of the case, or members of its team")
    judge_by: Moment
    question: Text
    signal_id: UUID | None = Field(None, description="The early signal it is about")

    @property
    def invitation(self) -> Invitation:
        """The same for the service."""
        return Invitation(tuple(self.invited), self.judge_by, self.question, self.signal_id)


class JudgementIn(Wire):
    """What your organisation finds, on which basis it takes part, and why. It is given once."""

    verdict: Verdict
    basis: Basis | None = None
    consent: Consent = Consent.NOT_ASKED
    note: Text
    visibility: Visibility | None = Field(None, description="Who sees it once all have judged; default: everybody at the table")
    named: list[UUID] = Field(default_factory=list, max_length=20)

    @property
    def judging(self) -> Judging:
        """The same for the service.

        Raises:
            Invalid: as `audience_of`.
        """
        if self.visibility is None:
            return Judging(self.verdict, self.basis, self.note, self.consent)
        audience = audience_of(self.visibility, self.named)
        return Judging(self.verdict, self.basis, self.note, self.consent, audience, for_table=False)


class TableDecisionIn(Wire):
    """What is decided, in which role, and why."""

    decision: Verdict
    by: DecidedBy
    note: Text


class JudgementOut(Wire):
    """A judgement; what was found only when a purpose was given."""

    id: UUID
    organisation_id: UUID
    at: Moment
    basis: Basis
    verdict: Verdict | None
    note: str | None

    @classmethod
    def of(cls, item: Item, said: Said) -> Self:
        """The judgement as the API shows it."""
        words = said.get(item.id, {})
        return cls(
            id=item.id,
            organisation_id=item.organisation,
            at=item.at,
            basis=item.facts["basis"],
            verdict=words.get("verdict"),
            note=words.get("note"),
        )


class JointTableOut(Wire):
    """A joint table, with the judgements that your organisation may see."""

    id: UUID
    invited: list[UUID]
    judge_by: Moment
    due_at: Moment | None = Field(description="By when the owner decides")
    signal_id: UUID | None
    state: TableState
    told: bool = Field(description="Whether those at the table may see each other's judgements")
    judgements: list[JudgementOut]
    decision: Verdict | None
    by: DecidedBy | None
    dissent: list[UUID] = Field(description="Who found otherwise than was decided")
    absent: list[UUID] = Field(description="Who was invited and gave no judgement")
    ended_at: Moment | None
    question: str | None
    reasons: str | None = Field(description="Of the decision")
    version: int

    @classmethod
    def of(cls, table: Table, said: Said) -> Self:
        """The table as the API shows it."""
        item, ended, words = table.item, table.item.ended_facts, said.get(table.item.id, {})
        return cls(
            id=item.id,
            invited=list(invited_to(item)),
            judge_by=judge_by(item),
            due_at=item.due_at,
            signal_id=item.facts.get("signal"),
            state=state_of(item),
            told=table.told,
            judgements=[JudgementOut.of(one, said) for one in table.judgements],
            decision=ended.get("decision"),
            by=ended.get("by"),
            dissent=ended.get("dissent", []),
            absent=ended.get("absent", []),
            ended_at=item.ended_at,
            question=words.get("note"),
            reasons=words.get("ended"),
            version=item.version,
        )


class JointTablesOut(Wire):
    """Joint tables, oldest first."""

    items: list[JointTableOut]
