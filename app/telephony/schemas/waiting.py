"""Waiting, in figures."""

from typing import Self

from pydantic import Field

from app.core.http import Moment, Wire
from app.telephony.service.waiting import Waited, Waiting


class PhoneWaitedOut(Wire):
    """Calls that rang in a period. Waits in seconds, by the clock of the exchange; null: there was none."""

    hour: Moment | None = Field(description="Null for the whole period")
    offered: int
    answered: int
    unanswered: int = Field(description="Rang off before anybody answered")
    median_wait: float | None = Field(description="Of those that were answered")
    p90_wait: float | None
    longest_wait: float | None = Field(description="Of all, the unanswered too")
    within_20s: float | None = Field(alias="within20s", description="Share of those that are over, from 0 to 1")
    within_60s: float | None = Field(alias="within60s")

    @classmethod
    def of(cls, found: Waited) -> Self:
        """As it was counted."""
        return cls(
            hour=found.hour,
            offered=found.offered,
            answered=found.answered,
            unanswered=found.unanswered,
            median_wait=found.median,
            p90_wait=found.p90,
            longest_wait=found.longest,
            within_20s=found.soon,
            within_60s=found.later,
        )


class WaitingOut(Wire):
    """Hour by hour, all together, and who waits now."""

    hours: list[PhoneWaitedOut]
    total: PhoneWaitedOut
    waiting_now: int
    longest_since: Moment | None = Field(description="Since when the first of those who wait now waits")

    @classmethod
    def of(cls, found: Waiting) -> Self:
        """As it was counted."""
        hours = [PhoneWaitedOut.of(one) for one in found.hours]
        return cls(hours=hours, total=PhoneWaitedOut.of(found.total), waiting_now=found.now, longest_since=found.since)
