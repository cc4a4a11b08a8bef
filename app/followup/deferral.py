"""Informing the person is put off: at each review it is done, or put off again, by another role and not for ever.

Sources: GDPR art. 14(5)(b); facts.md F41 ("extra care, because the person doesn't know he is being reported").
"""

from datetime import datetime, timedelta
from typing import Final

from app.core.errors import Refused
from app.followup.obligations import DecidedBy

MOST: Final = 3  # ⚙ how often it may be put off
ALONE: Final = 1  # ⚙ how often by the coordinator alone
REVIEW_FROM: Final = timedelta(days=7)  # ⚙ before the review's moment
SECOND_ROLE: Final = DecidedBy.MANAGER  # ⚙


class DeferralsSpent(Refused):
    """It was put off as often as may be."""

    slug, title = "deferrals-spent", "It can't be put off again"


class NeedsSecondRole(Refused):
    """Putting it off again is not for who did so before."""

    slug, title = "needs-second-role", "Another role decides this"


class ReviewNotDue(Refused):
    """The review has not come."""

    slug, title = "review-not-due", "The review has not come"


def insist_on_deferral(before: int, review_at: datetime, by: DecidedBy, at: datetime) -> None:
    """Refuse to put informing off once more, after `before` times; `review_at`: until when it is put off now.

    Raises:
        DeferralsSpent: the person is informed, or it is waived with the exception of the law that holds.
        ReviewNotDue: it is put off for some time yet. NeedsSecondRole: naming the role.
    """
    if before >= MOST:
        raise DeferralsSpent(f"It was put off {MOST} times. Inform the person, or waive it with the reason that the law knows.")
    if before and at < review_at - REVIEW_FROM:
        raise ReviewNotDue(
            f"Look at it again from {review_at - REVIEW_FROM:%Y-%m-%d} on. Nothing was changed.",
            reviewAt=review_at.isoformat().replace("+00:00", "Z"),
        )
    if before >= ALONE and by is not SECOND_ROLE:
        raise NeedsSecondRole(f"To put it off again is decided by a {SECOND_ROLE}. Nothing was changed.")
