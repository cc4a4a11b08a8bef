"""What would be decided about a case nobody has: for any place, need and moment, from what the directory said or says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.cases.lifecycle import Urgency
from app.core.errors import FieldError, Invalid
from app.core.http import utc_text
from app.core.work import Work
from app.directory.places import PlaceOfStay
from app.directory.service import look_up as directory
from app.directory.service.look_up import Known
from app.routing.decide import Decision, decide
from app.routing.need import Need

FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Preview:
    """A decision that was never made. `known`: what the directory said, and when it said so."""

    at: datetime
    known: Known
    asked_known_at: datetime
    decision: Decision

    @property
    def directory_version(self) -> int | None:
        """The number of the version that was used; None for one before the present one, whose number was not kept."""
        return self.known.around.version or None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know before trusting it."""
        if self.asked_known_at < self.known.known_at and self.known.recorded_since:
            since = utc_text(self.known.recorded_since)
            return (f"The directory remembers nothing before {since}: this is from the first that it remembers.",)
        return ()


async def preview(work: Work, place: PlaceOfStay, need: Need, at: datetime | None, known_at: datetime | None) -> Preview:
    """Decide, and store nothing.

    Args:
        work: whoever may read the directory.
        place: where the person would be.
        need: what would be needed.
        at: the moment of the call; None: now.
        known_at: the directory as it was then; None: as it was at `at`, or now when that is yet to come.

    Raises:
        Invalid: a moment out of range, or nothing to offer.
        PlaceUnknown, PlaceAmbiguous: no single municipality can be told from the place.
        NobodyLeft: there would be nobody at all.
    """
    at = at or work.at
    known_at = known_at or min(at, work.at)
    _possible(work, need, at, known_at)
    known = await directory.around_place_as_known(work, place, at, known_at)
    return Preview(at, known, known_at, decide(need, known.around, frozenset(), at))


def _possible(work: Work, need: Need, at: datetime, known_at: datetime) -> None:
    faults = []
    if not FIRST <= at < LAST:
        faults.append(FieldError("/query/at", "moment", "A moment of this century."))
    if not FIRST <= known_at <= work.at:
        faults.append(FieldError("/query/knownAt", "moment", "A moment of this century that is not yet to come."))
    if need.urgency is Urgency.ADVICE:
        faults.append(FieldError("/query/urgency", "urgency", "A call that needs advice only is offered to nobody."))
    if faults:
        raise Invalid(f"This can't be decided. {' '.join(fault.message for fault in faults)}", errors=faults)
