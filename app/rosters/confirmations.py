"""Whether somebody can be reached before their shift: when they are asked, and who is asked after them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.directory.planned import KeptShift
from app.rosters.plan import Plan

ASK_BEFORE: Final = timedelta(minutes=60)  # ⚙ 2026-11
PASS_ON_BEFORE: Final = timedelta(minutes=20)  # ⚙ 2026-11
TIME_TO_ANSWER: Final = timedelta(minutes=10)  # ⚙ 2026-11: for whoever is asked late


def confirm_by(starts_at: datetime, asked_at: datetime) -> datetime:
    """Until when an answer is waited for: twenty minutes before the shift, and never less than ten after the question."""
    return max(starts_at - PASS_ON_BEFORE, asked_at + TIME_TO_ANSWER)


def next_to_ask(plan: Plan, shift: KeptShift, below: Iterable[KeptShift], asked: Iterable[UUID]) -> UUID | None:
    """Who is asked when nobody confirmed: the others of the rotation in their order, then whoever is on a lower layer.

    Passed over are those who were asked already, take no shifts any more, or can't be reached.
    """
    seen = set(asked)
    for one in (*_after(plan, shift), *_under(shift, below)):
        known = plan.participants.get(one)
        if one not in seen and known and known.is_reachable and not known.has_ended(shift.span.start):
            return one
    return None


def _after(plan: Plan, shift: KeptShift) -> Iterator[UUID]:
    for rotation in plan.rotations:
        if rotation.layer == shift.layer and rotation.participants:
            order = rotation.participants
            place = order.index(shift.participant_id) + 1 if shift.participant_id in order else 0
            yield from (*order[place:], *order[:place])


def _under(shift: KeptShift, below: Iterable[KeptShift]) -> Iterator[UUID]:
    for one in sorted(below, key=lambda other: -other.layer):
        if one.layer < shift.layer and one.participant_id and one.span.contains(shift.span.start):
            yield one.participant_id
