"""The routing decision: who is offered a case first, and of everybody else why not. Pure: same inputs, same decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid, Unavailable
from app.directory.surroundings import Surroundings
from app.routing.candidates import Candidate, Reason, candidates
from app.routing.ladder import Rung, accept_by
from app.routing.need import Need

RULES: Final = "nl-2026.1"


class NobodyLeft(Unavailable):
    """The directory has no national desk: a fault of the installation, told at once, never a case without anybody."""

    slug, title = "nobody-left", "There is nobody left to ask"


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate, and what became of it."""

    organisation_id: UUID
    name: str
    rung: Rung
    taken: bool
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        """As it is stored and shown."""
        return {
            "organisation_id": str(self.organisation_id),
            "name": self.name,
            "rung": str(self.rung),
            "taken": self.taken,
            "code": self.reason.code,
            "text": self.reason.text,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is asked, until when, and every candidate with its reason. `promised_at`: when a desk that is closed rings back."""

    offered_to: UUID
    offered_name: str
    rung: Rung
    accept_by: datetime
    promised_at: datetime | None
    lines: tuple[Line, ...]
    rules: str = RULES


def decide(need: Need, around: Surroundings, refusals: frozenset[UUID], at: datetime) -> Decision:
    """Who is asked now.

    Args:
        need: what is needed.
        around: who is around the place, as the directory knew it at `at`.
        refusals: organisations that were asked before; nobody is asked twice.
        at: the moment, UTC.

    Raises:
        Invalid: the operator chose somebody who does not serve the place, or was asked before.
        NobodyLeft: there is no national desk (any more).
    """
    found = candidates(need, around, at)
    taken = _chosen(need, found, refusals) or next(
        (one for one in found if one.suitable and one.organisation_id not in refusals), None
    )
    if taken is None:
        raise NobodyLeft("The directory has no national desk that was not asked yet. Call by telephone, and run `nodus doctor`.")
    rung = Rung.CHOSEN if need.chosen and need.chosen.organisation_id == taken.organisation_id else taken.rung
    return Decision(
        offered_to=taken.organisation_id,
        offered_name=taken.name,
        rung=Rung.NATIONAL_DESK if taken.rung is Rung.NATIONAL_DESK else rung,
        accept_by=accept_by(need.urgency, taken.counted_from),
        promised_at=taken.counted_from if taken.counted_from > at else None,
        lines=tuple(_line(one, taken, found, need, refusals) for one in found),
    )


def inputs(need: Need, around: Surroundings, refusals: frozenset[UUID], at: datetime) -> dict[str, Any]:
    """All that a decision was made from, as it is stored with it."""
    return {
        "need": need.to_json(),
        "around": around.to_json(),
        "refusals": sorted(str(one) for one in refusals),
        "at": at.isoformat(),
    }


def replayed(stored: Mapping[str, Any]) -> Decision:
    """The decision that these inputs lead to, today as then."""
    return decide(
        Need.from_json(stored["need"]),
        Surroundings.from_json(stored["around"]),
        frozenset(UUID(one) for one in stored["refusals"]),
        datetime.fromisoformat(stored["at"]),
    )


def _chosen(need: Need, found: tuple[Candidate, ...], refusals: frozenset[UUID]) -> Candidate | None:
    if need.chosen is None or refusals:  # the choice is for the first offer; after it the ladder goes on
        return None
    for one in found:
        if one.organisation_id == need.chosen.organisation_id:
            return one
    names = ", ".join(f"{one.name} ({one.organisation_id})" for one in found)
    fault = FieldError("/routing/organisationId", "not_around", "Choose one of those around the place.")
    raise Invalid(f"The organisation that was chosen does not serve this place. Those around it: {names}.", errors=[fault])


def _line(one: Candidate, taken: Candidate, found: tuple[Candidate, ...], need: Need, refusals: frozenset[UUID]) -> Line:
    reason = one.reason
    if one is taken:
        if need.chosen and not refusals:
            reason = Reason("chosen", f"Chosen by the operator. {one.reason.text}")
    elif one.organisation_id in refusals:
        reason = Reason("asked_before", "Was asked before, and declined or did not answer.")
    elif one.suitable:
        before = found.index(one) < found.index(taken)
        reason = (
            Reason("not_chosen", f"The operator chose otherwise. {reason.text}")
            if before
            else Reason("next", f"Would be asked when those before don't accept. {reason.text}")
        )
    return Line(one.organisation_id, one.name, one.rung, one is taken, reason)
