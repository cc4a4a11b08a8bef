"""Early signals on the wire."""

from typing import Any
from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Wire
from app.signals.codes import Dismissal, Help, LedToHelp, SignalState
from app.signals.figures import Figures
from app.signals.service.acting import Signal


class KnowsOut(Wire):
    """Another organisation has relevant information; ask there."""

    organisation_id: UUID
    name: str
    phone: str | None


class ActOut(Wire):
    """What happened to a signal, by whom."""

    at: Moment
    act: str
    code: str | None
    organisation_id: UUID | None


class EarlySignalOut(Wire):
    """An early signal: which rule, and why in counts and days; cases only where you may see them."""

    id: UUID
    rule: str
    about: str
    state: SignalState
    municipality_code: str | None
    explanation: dict[str, str]
    facts: dict[str, Any]
    raised_at: Moment
    last_at: Moment
    times: int
    case_ids: list[UUID]
    ask_here: list[KnowsOut]
    acknowledged_at: Moment | None
    ended_at: Moment | None
    reason: Dismissal | None
    led_to_help: LedToHelp | None
    what: Help | None
    acts: list[ActOut] | None = Field(description="What happened to it, when it is read by itself")
    version: int

    @classmethod
    def of(cls, signal: Signal) -> "EarlySignalOut":
        """The signal as the API shows it."""
        row = signal.row
        return cls(
            id=row["id"],
            rule=row["rule"],
            about=row["kind"],
            state=row["state"],
            municipality_code=row["municipality_code"],
            explanation=signal.explanation,
            facts=row["facts"],
            raised_at=row["raised_at"],
            last_at=row["last_at"],
            times=row["times"],
            case_ids=list(signal.case_ids),
            ask_here=[KnowsOut(organisation_id=one.id, name=one.name, phone=one.phone) for one in signal.others],
            acknowledged_at=row["acknowledged_at"],
            ended_at=row["ended_at"],
            reason=row["reason"],
            led_to_help=row["led_to_help"],
            what=row["what"],
            acts=None
            if signal.acts is None
            else [
                ActOut(at=one["at"], act=one["act"], code=one["code"], organisation_id=one["organisation_id"])
                for one in signal.acts
            ],
            version=row["version"],
        )


class DismissalIn(Wire):
    """Why a signal meant nothing."""

    reason: Dismissal


class OutcomeIn(Wire):
    """What came of it."""

    led_to_help: LedToHelp
    what: Help


class FiguresOut(Wire):
    """What came of the signals of a rule in a municipality; null: too few to tell of somewhere that is not yours."""

    rule: str
    municipality_code: str | None
    ours: bool
    raised: int | None
    acknowledged: int | None
    dismissed: dict[str, int | None]
    led_to_help: dict[str, int | None]

    @classmethod
    def of(cls, told: Figures) -> "FiguresOut":
        """The figures as the API shows them."""
        return cls(
            rule=told.rule,
            municipality_code=told.municipality_code,
            ours=told.ours,
            raised=told.raised,
            acknowledged=told.acknowledged,
            dismissed=dict(told.dismissed),
            led_to_help=dict(told.led_to_help),
        )


class EvaluationOut(Wire):
    """What came of early signals."""

    items: list[FiguresOut]
