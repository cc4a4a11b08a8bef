"""Whoever asked for an inquiry: what they hear of it, and that a close relative who disagrees takes it to the prosecutor.

Sources: facts.md F33 (the outcome goes to a closed list), F34 (a close relative who disagrees has the prosecutor look at it).
"""

from datetime import datetime
from typing import Any, Final

from app.core.errors import Refused
from app.directory.holidays import add_working_days
from app.followup.feedback import insist, may_be_told
from app.procedures.inquiry import CLOSE, Inquiry, Outcome, Step, Verified

NOTICE_WORKING_DAYS: Final = 3  # ⚙ to tell whoever asked for it
HAND_OVER_WORKING_DAYS: Final = 2  # ⚙ to the prosecutor, when a close relative disagrees


class RelativeNotVerified(Refused):
    """The law gives this to a close relative, and it is not known that this is one."""

    slug, title = "relative-not-verified", "It is not known that this is a close relative"


class NothingToHandOver(Refused):
    """No close relative disagrees with an outcome that stays with the municipality."""

    slug, title = "nothing-to-hand-over", "Nothing goes to the prosecutor by this"


def verification_facts(inquiry: Inquiry, verified: Verified) -> dict[str, Any]:
    """That the reporter was found to be a close relative, in codes.

    Raises:
        RelativeNotVerified: their relation is none that the law means.
    """
    if inquiry.reporter not in CLOSE:
        raise RelativeNotVerified("By their relation to the person, who reported is none of those whom the law means.")
    return {"step": Step.RELATIVE_VERIFIED, "verified": verified}


def notice_due(inquiry: Inquiry, at: datetime) -> datetime | None:
    """By when whoever asked for it must hear, UTC; None when nobody knows who it was."""
    return add_working_days(at, NOTICE_WORKING_DAYS) if inquiry.reporter else None


def notice_facts(inquiry: Inquiry, *, outcome_told: bool) -> dict[str, Any]:
    """What the reporter was told, in codes.

    Raises:
        OutcomeNotForListener: the law's closed list leaves them out. RelativeNotVerified: they may be on it, which is not known.
    """
    listener = inquiry.reporter
    if listener is None:
        raise Refused("Nobody knows who asked for it, so nobody is told.")
    insist(listener, outcome_told=outcome_told)
    if outcome_told and listener in CLOSE and may_be_told(listener).outcome and inquiry.verified is None:
        raise RelativeNotVerified("Find out first that this is a close relative; until then tell only that it was taken up.")
    return {"listener": listener, "outcome_told": outcome_told}


def handover_due(inquiry: Inquiry, at: datetime) -> datetime:
    """By when the prosecutor must have it, UTC, now that a close relative disagrees.

    Raises:
        RelativeNotVerified: the law gives this to close relatives only.
        NothingToHandOver: it goes there already.
    """
    if inquiry.reporter not in CLOSE or inquiry.verified is None:
        raise RelativeNotVerified("Only a close relative's disagreement obliges to this. Write down how that is known.")
    if inquiry.handover or inquiry.outcome is Outcome.APPLICATION:
        raise NothingToHandOver("The prosecutor gets it already. Nothing was changed.")
    return add_working_days(at, HAND_OVER_WORKING_DAYS)
