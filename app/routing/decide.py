"""The routing decision: who is offered a case first, and of everybody else why not. Same inputs, same decision."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid, Unavailable
from app.directory.surroundings import Surroundings
from app.routing.candidates import Candidate, Reason, candidates
from app.routing.ladder import Rung, accept_by
from app.routing.need import Chosen, Need

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


def decide(need: Need, around: Surroundings, refusals: frozenset[UUID], at: datetime, leaving: UUID | None = None) -> Decision:
    """Who is asked now.

    Args:
        need: what is needed.
        around: who is around the place, as the directory knew it at `at`.
        refusals: organisations that were asked before; nobody is asked twice.
        at: the moment, UTC.
        leaving: the owner that transfers its case; then the national desk is not asked: the owner is who is left.

    Raises:
        Invalid: the operator chose somebody who does not serve the place.
        NobodyLeft: there is no national desk (any more); of a transfer: nobody around is left.
    """
    found = candidates(need, around, at)
    if leaving:
        found = tuple(_in_a_transfer(one, leaving) for one in found)
    chosen = None if refusals else need.chosen  # the choice is for the first offer; after it the ladder goes on
    taken = _chosen(chosen, found) if chosen else _first(found, refusals)
    if taken is None:
        raise NobodyLeft(
            "Nobody around the place is left to ask, and the directory has no national desk. Find somebody by telephone, and"
            " run `nodus doctor`."
        )
    first = next(place for place, one in enumerate(found) if one is taken)
    lines = tuple(_line(one, taken, refusals, chosen, passed_by=place < first) for place, one in enumerate(found))
    return Decision(
        offered_to=taken.organisation_id,
        offered_name=taken.name,
        rung=Rung.CHOSEN if chosen and taken.rung is not Rung.NATIONAL_DESK else taken.rung,
        accept_by=accept_by(need.urgency, taken.counted_from),
        promised_at=taken.counted_from if taken.counted_from > at else None,
        lines=lines,
    )


def _in_a_transfer(one: Candidate, leaving: UUID) -> Candidate:
    if one.organisation_id == leaving:
        return replace(one, suitable=False, reason=Reason("owner_now", "Has the case, and transfers it."))
    if one.rung is Rung.NATIONAL_DESK:
        reason = Reason(
            "not_in_a_transfer", "The national desk is for a case that nobody has; name it to hand a case over to it."
        )
        return replace(one, suitable=False, reason=reason)
    return one


def _first(found: tuple[Candidate, ...], refusals: frozenset[UUID]) -> Candidate | None:
    return next((one for one in found if one.suitable and one.organisation_id not in refusals), None)


def _chosen(chosen: Chosen, found: tuple[Candidate, ...]) -> Candidate:
    """The service of the chosen organisation that fits best; that none fits is for the operator to judge."""
    theirs = [one for one in found if one.organisation_id == chosen.organisation_id]
    if not theirs:
        names = ", ".join(dict.fromkeys(f"{one.name} ({one.organisation_id})" for one in found))
        fault = FieldError("/routing/organisationId", "not_around", "Choose one of those around the place.")
        raise Invalid(f"The organisation that was chosen does not serve this place. Those around it: {names}.", errors=[fault])
    return next((one for one in theirs if one.suitable), theirs[0])


def _line(one: Candidate, taken: Candidate, refusals: frozenset[UUID], chosen: Chosen | None, *, passed_by: bool) -> Line:
    reason = one.reason
    if one is taken:
        reason = _around(reason, "chosen", f"Chosen by the operator. {reason.text}") if chosen else reason
    elif one.organisation_id in refusals:
        reason = Reason("asked_before", "Was asked before, and declined or did not answer.")
    elif one.suitable and one.organisation_id == taken.organisation_id:
        reason = _around(reason, "same_organisation", f"Is being asked already, as {taken.rung}. {reason.text}")
    elif one.suitable and passed_by:
        reason = _around(reason, "not_chosen", f"The operator chose otherwise. {reason.text}")
    elif one.suitable:
        reason = _around(reason, "next", f"Would be asked when those before don't accept. {reason.text}")
    return Line(one.organisation_id, one.name, one.rung, one is taken, reason)


def _around(reason: Reason, code: str, text: str) -> Reason:
    """Another reason that says the first one too: its values name that as `also`."""
    return Reason(code, text, {**reason.values, "also": reason.code})
