"""The next deadline of an owned case. Source: domain.md, Urgency, Case and Closing ⚙."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.cases.deadlines import DeadlineKind, first_contact_by
from app.cases.lifecycle import State
from app.core.errors import Refused
from app.followup.situation import Situation

HERE: Final = ZoneInfo("Europe/Amsterdam")
# ⚙ An open case on which nobody did anything for so long is lying around; also the time to close a case that is ready.
LEFT_LYING_AFTER: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """Something that must have happened by `at` (UTC): `what` names it, `kind` is its kind in the case."""

    at: datetime
    what: str
    kind: DeadlineKind


def deadlines_of(situation: Situation, at: datetime) -> tuple[Deadline, ...]:
    """Everything that has a moment in this case, soonest first, when the last human act was at `at`; none once it is closed.

    Until the person was contacted what is owed waits for the first contact; open items have their own moments.

    Raises:
        Refused: the case is still being offered, so its deadline is the offer's.
    """
    if situation.state is State.CLOSED:
        return ()
    if situation.state is State.OFFERED:
        raise Refused("Nobody has accepted this case yet: its deadline is that of the offer.")
    duties = [Deadline(duty.due_at, duty.kind, DeadlineKind.FOLLOW_UP) for duty in situation.duties if duty.due_at]
    if situation.state is State.ACCEPTED:
        by = first_contact_by(situation.urgency, situation.accepted_at)
        return tuple(sorted((Deadline(by, "first_contact", DeadlineKind.FIRST_CONTACT), *duties)))
    found = duties + [Deadline(owed.due_at, owed.kind, DeadlineKind.FOLLOW_UP) for owed in situation.owed]
    if situation.state is State.AFTERCARE:
        found += [Deadline(check.due_at, f"aftercare_week_{check.week}", DeadlineKind.AFTERCARE) for check in situation.planned]
        if not found:
            found.append(Deadline(at + LEFT_LYING_AFTER, "closing", DeadlineKind.AFTERCARE))
    else:
        found.append(Deadline(at + LEFT_LYING_AFTER, "left_lying", DeadlineKind.FOLLOW_UP))
    return tuple(sorted(found))


def next_deadline(situation: Situation, at: datetime) -> Deadline | None:
    """What must happen next, when the last human act was at `at`; None only for a closed case.

    Raises:
        Refused: the case is still being offered.
    """
    return next(iter(deadlines_of(situation, at)), None)


def overdue_in(situation: Situation, kind: DeadlineKind, at: datetime) -> tuple[str, ...]:
    """The names of what should have happened by `at`, for a case whose deadline of `kind` is past; never none."""
    return tuple(sorted({name for named in due_by(situation, kind, at).values() for name in named}))


def due_by(situation: Situation, kind: DeadlineKind, by: datetime) -> dict[UUID | None, tuple[str, ...]]:
    """The names of what must have happened by `by`, by the organisation that must do it; None: the owner of the case.

    For a case whose deadline of `kind` is at `by` or before it; never empty.
    """
    found: dict[UUID | None, set[str]] = {}
    for duty in situation.duties:
        if duty.due_at and duty.due_at <= by:
            found.setdefault(duty.assigned_to, set()).add(duty.kind)
    owners = _owners_by(situation, kind, by)
    if not owners and not found:
        owners = {"closing" if kind is DeadlineKind.AFTERCARE else "left_lying"}
    if owners:
        found[None] = found.get(None, set()) | owners
    return {who: tuple(sorted(names)) for who, names in found.items()}


def _owners_by(situation: Situation, kind: DeadlineKind, by: datetime) -> set[str]:
    taken = {str(kind)} if kind is DeadlineKind.TAKE_UP else set()
    if situation.state is State.ACCEPTED:
        late = kind is DeadlineKind.FIRST_CONTACT or first_contact_by(situation.urgency, situation.accepted_at) <= by
        return ({"first_contact"} if late else set()) | taken
    named = {str(owed.kind) for owed in situation.owed if owed.due_at <= by}
    if situation.state is State.AFTERCARE:
        named |= {f"aftercare_week_{check.week}" for check in situation.planned if check.due_at <= by}
    return named | taken


def weeks_after(at: datetime, weeks: int) -> datetime:
    """The same time of day in Amsterdam, so many weeks later, UTC."""
    return (at.astimezone(HERE) + timedelta(weeks=weeks)).astimezone(UTC)


def one_month_after(at: datetime) -> datetime:
    """The same day and time in the next month in Amsterdam, or that month's last day, UTC."""
    here = at.astimezone(HERE)
    year, month = (here.year + 1, 1) if here.month == 12 else (here.year, here.month + 1)  # noqa: PLR2004
    return here.replace(year=year, month=month, day=min(here.day, monthrange(year, month)[1])).astimezone(UTC)
