"""Shifts that look covered and may not be: nobody to reach, somebody who is away, somebody who is elsewhere too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal
from uuid import UUID

from app.core.spans import Span
from app.directory.planned import KeptShift
from app.rosters.participants import Participant
from app.rosters.schedule import shared, without

Reason = Literal["no_contact_way", "absent", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """In `span`, a part of a shift, nobody should rely on it."""

    service_id: UUID
    shift_id: UUID
    span: Span
    reason: Reason


def doubts_in(
    shifts: Iterable[KeptShift], people: Mapping[UUID, Participant], busy: Mapping[UUID, Sequence[Span]], span: Span
) -> list[Doubt]:
    """Every doubt about these shifts within a span, by participant and time.

    Only about whoever counts: not while another of the service is on duty on a higher layer.
    """
    by_participant: dict[UUID, list[KeptShift]] = {}
    of_service: dict[UUID, list[KeptShift]] = {}
    for shift in shifts:
        of_service.setdefault(shift.service_id, []).append(shift)
        if shift.participant_id:
            by_participant.setdefault(shift.participant_id, []).append(shift)
    found: list[tuple[KeptShift, Span | None, Reason]] = []
    for participant, held in by_participant.items():
        if participant in people and not people[participant].is_reachable:
            found += [(one, one.span, "no_contact_way") for one in held]
        found += [(one, shared(one.span, away), "absent") for one in held for away in busy.get(participant, ())]
        for one, other in combinations(held, 2):
            if one.roster_id != other.roster_id:
                both = shared(one.span, other.span)
                found += [(one, both, "elsewhere"), (other, both, "elsewhere")]
    return [
        Doubt(shift.service_id, shift.id, counting, reason)
        for shift, part, reason in found
        if part and (within := shared(part, span))
        for counting in without(within, _above(shift, of_service[shift.service_id]))
    ]


def _above(shift: KeptShift, of_service: Iterable[KeptShift]) -> list[Span]:
    """When others go before a shift."""
    return [one.span for one in of_service if one.layer > shift.layer and one.span.overlaps(shift.span)]
