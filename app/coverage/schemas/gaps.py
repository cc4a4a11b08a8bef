"""Coverage, gaps and duty on the wire."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from app.core.http import Line as ShortText
from app.core.http import Moment, Wire
from app.core.spans import Span
from app.coverage.duty import RosterDuty, Turn
from app.coverage.gaps import Gap
from app.coverage.lines import Line
from app.coverage.service.gaps import Acknowledgement
from app.directory.answers import Answer, Group
from app.routing.coverage import Covered


class SpanOut(Wire):
    """From `startsAt` to `endsAt`, which is not in it."""

    starts_at: Moment
    ends_at: Moment

    @classmethod
    def of(cls, span: Span) -> Self:
        """The span as the API shows it."""
        return cls(starts_at=span.start, ends_at=span.end)


class CoveredOut(Wire):
    """Who would get a case of a municipality; without `rung` there is nobody, not even a national desk."""

    municipality_code: str
    municipality_name: str
    rung: str | None
    organisation_id: UUID | None
    organisation_name: str
    reason: str
    why: str

    @classmethod
    def of(cls, one: Covered) -> Self:
        """The first answer as the API shows it."""
        return cls(
            municipality_code=one.code,
            municipality_name=one.name,
            rung=one.rung,
            organisation_id=one.organisation_id,
            organisation_name=one.organisation,
            reason=one.reason,
            why=one.why,
        )


class CoverageOut(Wire):
    """Who would get a case everywhere at one moment, as the directory knows it now."""

    at: Moment
    line: Line
    items: list[CoveredOut]


class AnswerOut(Wire):
    """Somebody who is asked first in some spans."""

    organisation_id: UUID
    organisation_name: str
    rung: str
    reason: str
    spans: list[SpanOut]

    @classmethod
    def of(cls, one: Answer) -> Self:
        """The answer as the API shows it."""
        spans = [SpanOut.of(span) for span in one.spans]
        named = {"organisation_id": one.organisation_id, "organisation_name": one.name}
        return cls(**named, rung=one.rung, reason=one.reason, spans=spans)


class GroupOut(Wire):
    """Municipalities that are served alike, and who is asked first there."""

    municipality_codes: list[str]
    answers: list[AnswerOut]

    @classmethod
    def of(cls, group: Group) -> Self:
        """The group as the API shows it."""
        return cls(municipality_codes=list(group.codes), answers=[AnswerOut.of(one) for one in group.answers])


class CoverageSpansOut(Wire):
    """Who would get a case everywhere over a period."""

    starts_at: Moment
    ends_at: Moment
    line: Line
    items: list[GroupOut]


class FoundGapOut(Wire):
    """Nobody who is near enough: `left` is the rung that is. `intended`: nobody is asked for then, so it is no alarm."""

    line: Line
    municipality_codes: list[str]
    organisation_ids: list[UUID] = Field(description="Whose roster or desk it is; the national desks when nobody's")
    starts_at: Moment
    ends_at: Moment
    left: str
    reason: str
    intended: bool
    closed_by_fallback: bool

    @classmethod
    def of(cls, gap: Gap) -> Self:
        """The gap as the API shows it."""
        return cls(
            line=gap.line,
            municipality_codes=list(gap.municipality_codes),
            organisation_ids=list(gap.organisation_ids),
            starts_at=gap.span.start,
            ends_at=gap.span.end,
            left=gap.left,
            reason=gap.reason,
            intended=gap.intended,
            closed_by_fallback=gap.by_fallback,
        )


class FoundGapsOut(Wire):
    """The gaps of a period, in order of time."""

    items: list[FoundGapOut]


class GapOut(Wire):
    """A gap that is followed until it is over."""

    id: UUID
    line: Line
    municipality_codes: list[str]
    organisation_ids: list[UUID]
    starts_at: Moment
    ends_at: Moment
    left: str
    reason: str
    level: str = Field(description="Who has heard of it: planner, supervisor or national_desk")
    found_at: Moment
    acknowledgement: Acknowledgement | None
    acknowledged_by: UUID | None
    acknowledged_at: Moment | None
    cleared_at: Moment | None
    closed_by: str | None
    version: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The gap as the API shows it."""
        left_out = ("runs_on", "told", "next_at", "left_rung", "level")
        told = {name: value for name, value in row.items() if name not in left_out}
        level = ("planner", "supervisor", "national_desk")[row["level"]]
        return cls.model_validate({**told, "left": row["left_rung"], "level": level}, by_name=True)


class AcknowledgementIn(Wire):
    """What is done about a gap."""

    code: Acknowledgement


class TurnOut(Wire):
    """Somebody's turn."""

    participant: ShortText
    layer: int
    starts_at: Moment
    ends_at: Moment

    @classmethod
    def of(cls, turn: Turn) -> Self:
        """The turn as the API shows it."""
        return cls(participant=turn.participant, layer=turn.layer, starts_at=turn.span.start, ends_at=turn.span.end)


class RosterDutyOut(Wire):
    """A roster: who is on now, who is next, whose turns begin this week, when nobody is there, how many shifts were changed."""

    roster_id: UUID
    roster_name: str
    line: str
    now: TurnOut | None
    next: TurnOut | None
    hand_overs: list[TurnOut]
    unfilled: list[SpanOut]
    changed: int = Field(description="Shifts ahead that were made or changed in the past seven days")

    @classmethod
    def of(cls, one: RosterDuty) -> Self:
        """The roster as the API shows it."""
        return cls(
            roster_id=one.roster_id,
            roster_name=one.roster_name,
            line=one.line,
            now=TurnOut.of(one.now) if one.now else None,
            next=TurnOut.of(one.next) if one.next else None,
            hand_overs=[TurnOut.of(turn) for turn in one.hand_overs],
            unfilled=[SpanOut.of(span) for span in one.unfilled],
            changed=one.changed,
        )


class DutySummaryOut(Wire):
    """The rosters of an organisation at a moment, and the week after it."""

    organisation_id: UUID
    at: Moment
    rosters: list[RosterDutyOut]
