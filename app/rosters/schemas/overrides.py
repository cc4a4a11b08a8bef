"""Overrides on the wire."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Discriminator, Field, Tag

from app.core.http import Moment, Wire
from app.rosters.service.overrides import KeptOverride

ReasonCode = Literal["illness", "holiday", "leave", "training", "workload", "unreachable", "agreement", "other"]
Layer = Annotated[int, Field(ge=1, le=100)]


class SwapIn(Wire):
    """Two participants exchange two shifts of this roster."""

    kind: Literal["swap"]
    shift_id: UUID
    other_shift_id: UUID
    reason: ReasonCode
    planner_sets: bool = Field(False, description="Without asking; otherwise who has the other shift accepts or declines")


class AbsenceIn(Wire):
    """Somebody is not there: nobody has their shifts, or whoever covers has."""

    kind: Literal["absence"]
    participant_id: UUID
    starts_at: Moment
    ends_at: Moment
    cover_participant_id: UUID | None = None
    reason: ReasonCode


class OnLayerIn(Wire):
    """Somebody more where nobody is (extra), or instead of whoever is there (cover)."""

    kind: Literal["extra", "cover"]
    participant_id: UUID
    layer: Layer
    starts_at: Moment
    ends_at: Moment
    reason: ReasonCode


def _form(body: object) -> str | None:
    kind = body.get("kind") if isinstance(body, dict) else getattr(body, "kind", None)
    return FORMS.get(kind) if isinstance(kind, str) else None


FORMS: Final = {"swap": "form:swap", "absence": "form:absence", "extra": "form:layer", "cover": "form:layer"}
# Pydantic's own sentence would repeat what was sent.
OverrideIn = Annotated[
    Annotated[SwapIn, Tag("form:swap")] | Annotated[AbsenceIn, Tag("form:absence")] | Annotated[OnLayerIn, Tag("form:layer")],
    Discriminator(_form, custom_error_type="kind", custom_error_message="`kind` is swap, absence, extra or cover."),
]


class AnswerIn(Wire):
    """What becomes of an override."""

    state: Literal["accepted", "declined", "withdrawn"]
    participant_id: UUID | None = Field(None, description="Whose answer it is; none: the planner's")


class OverrideOut(Wire):
    """An override: what it does, where it stands, who said so and when."""

    id: UUID
    roster_id: UUID
    kind: str
    state: str
    participant_id: UUID
    layer: int | None
    starts_at: Moment
    ends_at: Moment
    other_participant_id: UUID | None
    other_layer: int | None
    other_starts_at: Moment | None
    other_ends_at: Moment | None
    reason: str
    made_at: Moment
    made_by_key: UUID | None
    decided_at: Moment | None
    version: int

    @classmethod
    def of(cls, one: KeptOverride) -> "OverrideOut":
        """As it is shown."""
        said = one.override
        return cls(
            id=said.id,
            roster_id=one.roster_id,
            kind=said.kind,
            state=one.state,
            participant_id=said.participant,
            layer=said.layer,
            starts_at=said.span.start,
            ends_at=said.span.end,
            other_participant_id=said.other,
            other_layer=said.other_layer,
            other_starts_at=said.other_span.start if said.other_span else None,
            other_ends_at=said.other_span.end if said.other_span else None,
            reason=one.reason,
            made_at=one.made_at,
            made_by_key=one.made_by,
            decided_at=one.decided_at,
            version=one.version,
        )
