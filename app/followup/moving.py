"""Give something to do to somebody else, or a later moment: with a reason, and not for ever. Source: domain.md, Closing ⚙."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.core.errors import FieldError, Forbidden, Invalid
from app.followup.items import Item

LONGEST_MOVE: Final = timedelta(days=31)  # ⚙ from now; then it is looked at again


class MoveReason(StrEnum):
    """Why it is done by another, or at another moment: a closed list, so that it can be learnt from."""

    PERSON_NOT_AVAILABLE = "person_not_available"
    PERSON_ASKED = "person_asked"
    WAITS_FOR_OTHERS = "waits_for_others"
    OTHERS_CLOSER = "others_closer"  # somebody else knows the person better, or is nearer
    NO_CAPACITY = "no_capacity"
    ABSENCE = "absence"  # holiday, illness
    MORE_PRESSING = "more_pressing"  # sooner, or something else first


def insist_on_mover(item: Item, by: UUID, owner: UUID | None, to: UUID | None) -> None:
    """Refuse a move by who has no say in it: whoever must do it may move the moment, not hand it on.

    Raises:
        Forbidden: naming who may.
    """
    if by not in {owner, item.organisation, item.assigned_to}:
        raise Forbidden("Only the owner of the case, who wrote it, or who must do it moves it.")
    if to and to != item.assigned_to and by not in {owner, item.organisation}:
        raise Forbidden("Only the owner of the case, or who wrote it, gives it to somebody else. Ask them.")


def insist_on_move(item: Item, to: UUID | None, due_at: datetime | None, now: datetime) -> None:
    """Refuse a move to where it is, into the past, or too far ahead.

    Raises:
        Invalid: each with its pointer.
    """
    if to in {None, item.assigned_to} and due_at in {None, item.due_at}:
        fault = FieldError("/dueAt", "nothing", "Another moment, or in `assignedTo` another organisation.")
        raise Invalid("Nothing would change.", errors=[fault])
    if due_at and due_at <= now:
        fault = FieldError("/dueAt", "past", "A moment to come.")
        raise Invalid("What is moved is still to be done. Nothing was changed.", errors=[fault])
    if due_at and due_at > now + LONGEST_MOVE and (item.due_at is None or due_at > item.due_at):
        fault = FieldError("/dueAt", "too_far", f"Within {LONGEST_MOVE.days} days from now; then it can be moved again.")
        raise Invalid("Nothing is put off for ever. Nothing was changed.", errors=[fault])
