"""Organisations on the team of a case: in which role, for what, and where their membership stands.

Sources: domain.md, Case (roles and purposes of members); GDPR art. 5(1)(b), purpose limitation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import Refused

ANSWER_WITHIN: Final = timedelta(days=3)  # ⚙ how long an invitation stands when none is said
LONGEST_INVITATION: Final = timedelta(days=14)  # ⚙


class TeamRole(StrEnum):
    """As what an organisation takes part."""

    POLICE = "police"
    MENTAL_HEALTH = "mental_health"  # ggz
    ADDICTION_CARE = "addiction_care"  # verslavingszorg
    SOCIAL_TEAM = "social_team"  # wijkteam, maatschappelijk werk
    HOUSING = "housing"  # woningcorporatie
    GENERAL_PRACTITIONER = "general_practitioner"  # huisarts
    PROBATION = "probation"  # reclassering
    SAFETY_HOUSE = "safety_house"  # Zorg- en Veiligheidshuis: a forum, never an owner (F43)
    MUNICIPALITY = "municipality"
    YOUTH = "youth"  # jeugdhulp, Veilig Thuis
    OTHER = "other"


class TeamPurpose(StrEnum):
    """What an organisation is on the team for; it decides what it needs to see."""

    TREATMENT = "treatment"
    GUIDANCE = "guidance"  # begeleiding
    SAFETY = "safety"
    HOUSING = "housing"
    DEBTS = "debts"
    DAY_STRUCTURE = "day_structure"
    COORDINATION = "coordination"
    CONSULTATION = "consultation"  # asked for its opinion


class MemberState(StrEnum):
    """Where a membership stands."""

    INVITED = "invited"
    MEMBER = "member"
    DECLINED = "declined"
    EXPIRED = "expired"  # nobody answered the invitation
    WITHDRAWN = "withdrawn"  # the invitation was taken back
    LEFT = "left"
    REMOVED = "removed"


class EndReason(StrEnum):
    """Why an invitation is declined, or a membership ends: a closed list, so that it can be learnt from."""

    TASK_DONE = "task_done"
    NO_BASIS = "no_basis"  # nothing in the law lets it take part
    NO_CAPACITY = "no_capacity"
    WRONG_ORGANISATION = "wrong_organisation"
    PERSON_OBJECTED = "person_objected"
    MOVED_AWAY = "moved_away"
    OWNS_NOW = "owns_now"  # it took the case over
    OTHER = "other"


STEPS: Final[Mapping[MemberState, frozenset[MemberState]]] = MappingProxyType(
    {
        MemberState.INVITED: frozenset({MemberState.MEMBER, MemberState.DECLINED, MemberState.EXPIRED, MemberState.WITHDRAWN}),
        MemberState.MEMBER: frozenset({MemberState.LEFT, MemberState.REMOVED}),
        MemberState.DECLINED: frozenset(),
        MemberState.EXPIRED: frozenset(),
        MemberState.WITHDRAWN: frozenset(),
        MemberState.LEFT: frozenset(),
        MemberState.REMOVED: frozenset(),
    }
)


class MembershipEnded(Refused):
    """The invitation was answered, or the membership is over."""

    slug, title = "membership-ended", "The membership is not what it was"


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation that is, was or is asked to be on the team of a case."""

    id: UUID
    case_id: UUID
    organisation: UUID
    role: TeamRole
    purpose: TeamPurpose
    state: MemberState
    invited_by: UUID
    invited_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    reason: EndReason | None
    version: int


def member_of(row: Mapping[str, Any]) -> Member:
    """The member in a row."""
    return Member(
        id=row["id"],
        case_id=row["case_id"],
        organisation=row["organisation_id"],
        role=TeamRole(row["role"]),
        purpose=TeamPurpose(row["purpose"]),
        state=MemberState(row["state"]),
        invited_by=row["invited_by"],
        invited_at=row["invited_at"],
        answer_by=row["answer_by"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        reason=EndReason(row["reason"]) if row["reason"] else None,
        version=row["version"],
    )


def step(state: MemberState, to: MemberState) -> MemberState:
    """The state after a step.

    Raises:
        MembershipEnded: there is no such step; the detail says which there are.
    """
    if to not in STEPS[state]:
        possible = ", ".join(sorted(STEPS[state])) or "none: invite again"
        raise MembershipEnded(f"It is {state}, and can't become {to}; possible: {possible}. Nothing was changed.", state=state)
    return to
