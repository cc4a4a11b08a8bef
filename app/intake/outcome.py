"""How a call may end: whether it opens a case, and what of it is kept. Source: facts F15 (advice is not a report), domain.md.

A report transfers responsibility; advice keeps the least data. What is urgent can't end without somebody responsible.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.cases.lifecycle import Flag, Urgency
from app.core.errors import FieldError, Invalid
from app.intake.codes import CallKind, Disposition
from app.intake.triage import Verdict

OPENS_A_CASE: Final = frozenset({"report", "handed_off"})
CAN_END_WITHOUT: Final = frozenset({Urgency.NORMAL, Urgency.ADVICE})
OLDEST_CALL: Final = timedelta(days=366)  # ⚙ what was found in a drawer
LATEST_FEEDBACK: Final = timedelta(days=92)  # ⚙
OLDEST_PERSON: Final = timedelta(days=130 * 365.25)
CLOCKS_DIFFER_BY: Final = timedelta(minutes=1)
FEWEST_DIGITS: Final = 3  # ⚙ 112 is a number too
# What identifies somebody is not kept of a call that opens no case.
NOT_KEPT: Final[Mapping[str, frozenset[str]]] = {
    "caller": frozenset({"name", "phone", "email", "verifiedHow", "bestTime"}),
    "person": frozenset({"name", "birthDate", "phone"}),
    "place": frozenset({"stay", "residence"}),
}
# The most that somebody in an age band can be; only what is sure keeps a desk from being asked.
OLDEST: Final[Mapping[str, int]] = {"under_16": 15, "16_17": 17}


class CallInFuture(Invalid):
    """A call that has not come yet."""

    slug, title = "call-in-future", "The call lies in the future"


class NeedsSomebody(Invalid):
    """What is urgent can't end as advice."""

    slug, title = "needs-somebody", "This call needs somebody responsible"


def must_be_past(received_at: datetime, at: datetime) -> None:
    """Refuse a call that has not come yet, or came more than a year ago; clocks may differ by a minute.

    Raises:
        CallInFuture: it lies later than that.
        Invalid: it lies before that.
    """
    if received_at < at - OLDEST_CALL:
        raise Invalid(
            "receivedAt lies more than a year back. Send when the phone rang, with its time zone, or leave it out for now.",
            errors=[FieldError("/receivedAt", "too_old", "At most a year ago.")],
        )
    if received_at > at + CLOCKS_DIFFER_BY:
        raise CallInFuture(
            "receivedAt lies in the future. Send when the phone rang, with its time zone, or leave it out for now.",
            errors=[FieldError("/receivedAt", "future", "Not later than now.")],
        )


def feedback_in_time(by: datetime | None, at: datetime) -> None:
    """Refuse a promise that is broken already, or that nobody will remember.

    Raises:
        Invalid: `by` is not between now and three months on.
    """
    if by and not at < by <= at + LATEST_FEEDBACK:
        fault = FieldError("/feedbackBy", "feedback_by", "Later than now, at most three months.")
        raise Invalid("The moment by which feedback was promised can't be right.", errors=[fault])


def opens_a_case(kind: str, verdict: Verdict) -> bool:
    """Whether somebody becomes responsible.

    Raises:
        NeedsSomebody: it is urgent, and was to end without.
    """
    if kind in OPENS_A_CASE:
        return verdict.urgency is not Urgency.ADVICE
    if verdict.urgency not in CAN_END_WITHOUT:
        raise NeedsSomebody(
            f"A call that is {verdict.urgency} can't end as {kind}: send it as a report, so that somebody is responsible.",
            errors=[FieldError("/kind", "needs_somebody", "report or handed_off.")],
        )
    return False


def must_be_reachable(phone: str | None) -> None:
    """Refuse a promise to ring back somebody whose number is not known.

    Raises:
        Invalid: no number with digits in it.
    """
    if sum(one.isdigit() for one in phone or "") < FEWEST_DIGITS:
        raise Invalid(
            "Nobody can be rung back without a number. Ask for it and send caller.phone with caller.anonymity"
            " known_to_desk_only or known, or end the call as another kind.",
            errors=[FieldError("/caller/phone", "missing", "The number to ring.")],
        )


def disposition(kind: CallKind, *, case: bool) -> Disposition:
    """What became of a call of this kind."""
    if case and kind is not CallKind.HANDED_OFF:
        return Disposition.CASE_OPENED
    return Disposition.ADVICE_ONLY if kind is CallKind.ADVICE else Disposition(kind)


def oldest(age_band: str, birth_date: date | None, verdict: Verdict, today: date) -> int | None:
    """How old the person is at most, in years, when that is sure to matter.

    Raises:
        Invalid: nobody was born then.
    """
    if birth_date and not today - OLDEST_PERSON < birth_date <= today:
        raise Invalid(
            "The date of birth is one that nobody alive has. Ask again, or leave it out.",
            errors=[FieldError("/person/birthDate", "birth_date", "Not in the future, at most 130 years ago.")],
        )
    if Flag.MINOR in verdict.flags:
        return OLDEST["under_16"]
    if birth_date:
        return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
    return OLDEST.get(age_band)


def kept(contents: Mapping[str, Any], *, case: bool) -> dict[str, Any]:
    """What is kept of the contents of a call."""
    if case:
        return dict(contents)
    return {
        part: {key: value for key, value in told.items() if key not in NOT_KEPT[part]} if part in NOT_KEPT else told
        for part, told in contents.items()
    }
