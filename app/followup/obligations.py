"""What is owed in every case: when it is due, who may waive it, how long it may be put off.

Sources: domain.md, Case and Closing ⚙; facts.md F41 (GDPR art. 14: within a month, at the latest at the first contact) and F26
(the nine building blocks of a sound approach).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.core.errors import Conflict, FieldError, Invalid, Refused
from app.directory.holidays import add_working_days
from app.followup.caller import ask_again_at
from app.followup.clocks import one_month_after
from app.followup.feedback import Listener, feedback_due, insist
from app.followup.situation import Check, Obligation, ObligationKind

LONGEST_DEFERRAL: Final = timedelta(days=92)  # ⚙
RECORDED_WITHIN_WORKING_DAYS: Final = 1  # ⚙ to write down that the person was informed
EVALUATION_AFTER: Final = timedelta(days=14)  # ⚙ after the last aftercare check


class BuildingBlock(StrEnum):
    """The nine parts that a chain of care needs (F26), in their order."""

    PERSON_AND_CIRCLE = "person_and_circle"
    PREVENTION = "prevention"
    EARLY_SIGNALLING = "early_signalling"
    REPORTING = "reporting"
    ASSESSMENT = "assessment"
    REFERRAL = "referral"
    TRANSPORT = "transport"
    CARE_AND_SANCTION = "care_and_sanction"
    INFORMATION = "information"


class StillWorried(StrEnum):
    """Whether the caller still worries, four weeks later."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class WaiverReason(StrEnum):
    """Why something owed is not done."""

    UNREACHABLE = "unreachable"
    NOT_WANTED = "not_wanted"  # by the one it is owed to
    NOT_IN_THEIR_INTEREST = "not_in_their_interest"  # it would defeat the purpose, or do harm (art. 14(5) for informing)
    DONE_BY_OTHERS = "done_by_others"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"
    ANONYMOUS = "anonymous"  # a caller who can't be rung, and may ring with the code
    OTHER = "other"  # said in the note


class DecidedBy(StrEnum):
    """In which role somebody may decide that something owed is not done."""

    COORDINATOR = "coordinator"
    MANAGER = "manager"


class DeferralReason(StrEnum):
    """Why the person does not hear yet."""

    DEFEATS_PURPOSE = "defeats_purpose"  # GDPR art. 14(5)(b)
    DANGER = "danger"  # to the person, the caller or others
    CRISIS = "crisis"  # the person could not take it in now
    INVESTIGATION = "investigation"


@dataclass(frozen=True, slots=True)
class Waiver:
    """Not done, why, and who decided so."""

    reason: WaiverReason
    by: DecidedBy


@dataclass(frozen=True, slots=True)
class Done:
    """What is told when something owed was done; which of it counts depends on what it was."""

    listener: Listener | None = None
    outcome_told: bool = False
    worked: tuple[BuildingBlock, ...] = ()
    failed: tuple[BuildingBlock, ...] = ()
    still_worried: StillWorried | None = None


class DutyEnded(Conflict):
    """It was done or waived already."""

    slug, title = "duty-ended", "It was done or waived already"


class NotOwedYet(Refused):
    """Its moment has not come."""

    slug, title = "not-owed-yet", "Its moment has not come yet"


class NotDeferrable(Refused):
    """Only informing the person can be put off."""

    slug, title = "not-deferrable", "This can't be put off"


def owed_from_the_start(
    opened_at: datetime,
    promise: Mapping[str, Any] | None,
    promised_at: datetime | None,
    accepted_at: datetime | None = None,
) -> tuple[Obligation, ...]:
    """What is owed once a case has an owner: informing the person, and feedback when intake promised it.

    Only who was promised feedback is asked again four weeks later: nobody rings a caller who wanted nothing back.
    """
    owed = [Obligation(ObligationKind.INFORM_PERSON, one_month_after(opened_at))]
    if promise is not None:
        owed.append(Obligation(ObligationKind.FEEDBACK, feedback_due(promise, promised_at or opened_at)))
        owed.append(Obligation(ObligationKind.STILL_WORRIED, ask_again_at(accepted_at or opened_at)))
    return tuple(owed)


def after_speaking_with_the_person(inform: Obligation, contact_at: datetime) -> Obligation:
    """Informing is due with the first conversation (art. 14(3)(b)), and a working day to write it down; unless put off."""
    if inform.deferred:
        return inform
    return replace(inform, due_at=min(inform.due_at, add_working_days(contact_at, RECORDED_WITHIN_WORKING_DAYS)))


def evaluation_after(checks: tuple[Check, ...]) -> Obligation:
    """The evaluation, owed from the beginning of aftercare and due after its last check."""
    return Obligation(ObligationKind.EVALUATION, max(check.due_at for check in checks) + EVALUATION_AFTER)


def deferred(owed: Obligation, review_by: datetime, at: datetime) -> Obligation:
    """The same obligation, to be looked at again at `review_by`.

    Raises:
        NotDeferrable: it is something else than informing the person.
        Invalid: the review is in the past, or further away than `LONGEST_DEFERRAL`.
    """
    if owed.kind is not ObligationKind.INFORM_PERSON:
        raise NotDeferrable("Only informing the person can be put off. Do this, or waive it with a reason.")
    if not at < review_by <= at + LONGEST_DEFERRAL:
        raise Invalid(
            f"The review must come within {LONGEST_DEFERRAL.days} days from now; then it can be put off again.",
            errors=[FieldError("/deferral/reviewBy", "review_by", "Choose a moment in the coming three months.")],
        )
    return replace(owed, due_at=review_by, deferred=True)


def codes_of(kind: ObligationKind, done: Done, note: str | None) -> dict[str, object]:
    """What is kept, in codes, of something that was done.

    Raises:
        Invalid: feedback without saying who heard it, or an evaluation that says nothing.
        OutcomeNotForListener: the law forbids telling this listener the outcome.
    """
    if kind is ObligationKind.FEEDBACK:
        if done.listener is None:
            fault = FieldError("/listener", "missing", "Who heard it, by their relation to the person.")
            raise Invalid("Say who heard the feedback.", errors=[fault])
        insist(done.listener, outcome_told=done.outcome_told)
        return {"listener": done.listener, "outcome_told": done.outcome_told}
    if kind is ObligationKind.STILL_WORRIED:
        raise Invalid("Say what the caller answered with POST /v1/cases/{id}/still-worried; here it can only be waived.")
    if kind is ObligationKind.EVALUATION:
        if not (done.worked or done.failed or note):
            fault = FieldError("/worked", "missing", "What worked, or `failed`: what was missing, or a note.")
            raise Invalid("An evaluation says what worked or what was missing.", errors=[fault])
        return {"worked": list(done.worked), "failed": list(done.failed), "still_worried": done.still_worried}
    return {}


def insist_on_words(waiver: Waiver, note: str | None) -> None:
    """Refuse "other" without saying what it is.

    Raises:
        Invalid: the reason is `other` and there is no note.
    """
    if waiver.reason is WaiverReason.OTHER and not note:
        fault = FieldError("/note", "missing", "With the reason `other`, say in a note what it is.")
        raise Invalid("The reason is missing.", errors=[fault])
