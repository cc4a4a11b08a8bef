"""A calamity: an unintended event that led, or may lead, to death or serious harm. Reported, told, frozen, decided.

Sources: facts.md F37 (Wmo 2015 art. 3.4: at once to the supervisor); three working days to report it are practice ⚙.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from app.core.errors import FieldError, Invalid, Refused
from app.directory.holidays import add_working_days
from app.followup.items import Item, ItemEnded, ItemKind, ItemState
from app.followup.obligations import DecidedBy

REPORT_WORKING_DAYS: Final = 3  # ⚙
DECIDED_WITHIN: Final = timedelta(weeks=13)  # ⚙ an inspectorate's inquiry takes weeks; nothing is open without a moment
ENDS_IT: Final = DecidedBy.MANAGER  # ⚙


class CalamityKind(StrEnum):
    """What happened."""

    DEATH = "death"
    SUICIDE = "suicide"
    SUICIDE_ATTEMPT = "suicide_attempt"
    VIOLENCE = "violence"
    SERIOUS_HARM = "serious_harm"


class Inspectorate(StrEnum):
    """To whom it is reported."""

    IGJ = "igj"  # health and youth care
    WMO_SUPERVISOR = "wmo_supervisor"  # of the municipality
    JUSTICE = "justice"  # Inspectie JenV


class CalamityOutcome(StrEnum):
    """What was decided in the end."""

    MEASURES_TAKEN = "measures_taken"
    NO_MEASURES_NEEDED = "no_measures_needed"
    NO_CALAMITY = "no_calamity"


class CalamityState(StrEnum):
    """Where a calamity stands: the case is frozen until it has ended."""

    REPORTED = "reported"  # the inspectorate must still hear
    TOLD = "told"  # it has heard, or need not
    ENDED = "ended"


STEPS: Final[Mapping[CalamityState, frozenset[CalamityState]]] = MappingProxyType(
    {
        CalamityState.REPORTED: frozenset({CalamityState.TOLD}),
        CalamityState.TOLD: frozenset({CalamityState.ENDED}),
        CalamityState.ENDED: frozenset(),
    }
)


class InspectorateNotTold(Refused):
    """A calamity ends after the inspectorate was told, or it was decided that it need not be."""

    slug, title = "inspectorate-not-told", "The inspectorate was not told"


class NeedsManager(Refused):
    """This is decided in another role."""

    slug, title = "needs-manager", "A manager decides this"


@dataclass(frozen=True, slots=True)
class Calamity:
    """A calamity and the duty to report it."""

    item: Item
    report: Item | None

    @property
    def state(self) -> CalamityState:
        """Where it stands."""
        if self.item.state is not ItemState.OPEN:
            return CalamityState.ENDED
        told = self.report is not None and self.report.state is not ItemState.OPEN
        return CalamityState.TOLD if told else CalamityState.REPORTED


def calamity_of(item: Item, items: Iterable[Item]) -> Calamity:
    """The calamity of an item, with its report among the case's items."""
    return Calamity(item, next((one for one in items if one.parent == item.id and one.kind is ItemKind.CALAMITY_REPORT), None))


def report_due(at: datetime) -> datetime:
    """By when the inspectorate must have heard of something reported here at `at`, UTC."""
    return add_working_days(at, REPORT_WORKING_DAYS)


def report_facts(inspectorate: Inspectorate | None, by: DecidedBy, note: str | None) -> dict[str, Any]:
    """To whom it was reported; or, with None, that it need not be, in codes.

    Raises:
        NeedsManager: that it need not be is not the coordinator's to decide. Invalid: nobody says why.
    """
    if inspectorate:
        return {"reported_to": inspectorate, "by": by}
    if by is not ENDS_IT:
        raise NeedsManager(f"That nothing is reported is decided by a {ENDS_IT}. Nothing was changed.")
    if not note:
        raise Invalid("Say why nothing is reported.", errors=[FieldError("/note", "missing", "Why it need not be reported.")])
    return {"reported_to": None, "by": by}


def insist_on_step(calamity: Calamity, to: CalamityState) -> None:
    """Refuse a step out of order.

    Raises:
        InspectorateNotTold: it is to end before that. ItemEnded: the step was taken.
    """
    if to in STEPS[calamity.state]:
        return
    if calamity.state is CalamityState.REPORTED:
        raise InspectorateNotTold("Report it to the inspectorate first, or have a manager decide that it need not be.")
    raise ItemEnded(f"The calamity was {calamity.state} already. Nothing was changed.", state=calamity.state)


def end_facts(outcome: CalamityOutcome, by: DecidedBy) -> dict[str, Any]:
    """The decision that ends it, in codes; retention goes on from then.

    Raises:
        NeedsManager: another role decided.
    """
    if by is not ENDS_IT:
        raise NeedsManager(f"A calamity is ended by a {ENDS_IT}. Nothing was changed.")
    return {"outcome": outcome, "by": by}
