"""Information requests, out and in: asked, answered on a basis, refused with a reason, or withdrawn. Sources: F40, F43."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid
from app.followup.items import Item, ItemEnded, ItemState
from app.procedures.bases import Basis, Consent, Disclosed, OutsideParty, insist_on_basis, insist_on_disclosed


class Direction(StrEnum):
    """Who asks."""

    OUT = "out"  # somebody of this case asks another
    IN = "in"  # another asks somebody of this case


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RefusalReason(StrEnum):
    """Why no answer is given: a closed list, so that it can be learnt from."""

    NO_BASIS = "no_basis"
    NO_CONSENT = "no_consent"
    PROFESSIONAL_SECRECY = "professional_secrecy"
    NOT_NECESSARY = "not_necessary"
    PERSON_NOT_KNOWN = "person_not_known"
    NOT_REACHED = "not_reached"  # whoever was asked never answered
    OTHER = "other"


STEPS: Final[Mapping[RequestState, frozenset[RequestState]]] = MappingProxyType(
    {
        RequestState.OPEN: frozenset({RequestState.ANSWERED, RequestState.REFUSED, RequestState.WITHDRAWN}),
        RequestState.ANSWERED: frozenset(),
        RequestState.REFUSED: frozenset(),
        RequestState.WITHDRAWN: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request: with an organisation of the directory, or with an outside party by its kind."""

    direction: Direction
    organisation: UUID | None = None
    party: OutsideParty | None = None
    basis: Basis | None = None
    consent: Consent = Consent.NOT_ASKED
    discloses: tuple[Disclosed, ...] = ()


@dataclass(frozen=True, slots=True)
class Answering:
    """On which basis an answer is given, and what it discloses."""

    basis: Basis | None
    consent: Consent = Consent.NOT_ASKED
    disclosed: tuple[Disclosed, ...] = ()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Somebody learnt something about the person: when, who, what, on which basis."""

    at: datetime
    organisation: UUID | None
    party: OutsideParty | None
    basis: Basis
    disclosed: tuple[Disclosed, ...]
    request: UUID


def facts_of(new: NewRequest) -> dict[str, Any]:
    """A request in codes.

    Raises:
        Invalid: it names nobody or two; or it asks, without saying what that discloses.
        BasisMissing: it asks without a basis.
    """
    if (new.organisation is None) == (new.party is None):
        fault = FieldError("/organisationId", "one", "Either an organisation of the directory, or the kind of an outside party.")
        raise Invalid("Say with whom. Nothing was changed.", errors=[fault])
    facts: dict[str, Any] = {"direction": new.direction}
    facts |= {"organisation": str(new.organisation)} if new.organisation else {"party": new.party}
    if new.direction is Direction.IN:
        return facts
    basis = insist_on_basis(new.basis, new.consent)
    return facts | {"basis": basis, "consent": new.consent, "discloses": insist_on_disclosed(new.discloses, "/discloses")}


def answer_facts(item: Item, answer: Answering) -> dict[str, Any]:
    """An answer in codes.

    Raises:
        BasisMissing: nothing is told about a person without a basis.
        Invalid: an answer to another tells something, and it isn't said what.
    """
    facts: dict[str, Any] = {"result": RequestState.ANSWERED, "basis": insist_on_basis(answer.basis, answer.consent)}
    facts |= {"consent": answer.consent}
    if item.facts["direction"] == Direction.IN or answer.disclosed:
        facts["disclosed"] = insist_on_disclosed(answer.disclosed, "/disclosed")
    return facts


def state_of(item: Item) -> RequestState:
    """Where the request of an item stands."""
    if item.state is ItemState.OPEN:
        return RequestState.OPEN
    return RequestState(item.ended_facts["result"])


def step(item: Item, to: RequestState) -> RequestState:
    """The state after a step.

    Raises:
        ItemEnded: the request has ended.
    """
    state = state_of(item)
    if to not in STEPS[state]:
        raise ItemEnded(f"The request was {state} already. Ask again if you still need to know.", state=state)
    return to


def disclosures_of(items: list[Item]) -> list[Disclosure]:
    """What others learnt about the person by requests, oldest first: by our asking, and by our answers."""
    found = []
    for item in items:
        who = (UUID(item.facts["organisation"]) if "organisation" in item.facts else None, _party(item))
        if item.facts["direction"] == Direction.OUT:
            found.append(_disclosure(item, item.written_at, who, item.facts, "discloses"))
        elif state_of(item) is RequestState.ANSWERED and item.ended_at:
            found.append(_disclosure(item, item.ended_at, who, item.ended_facts, "disclosed"))
    return sorted(found, key=lambda one: (one.at, one.request))


def _party(item: Item) -> OutsideParty | None:
    return OutsideParty(item.facts["party"]) if "party" in item.facts else None


def _disclosure(
    item: Item, at: datetime, who: tuple[UUID | None, OutsideParty | None], facts: Mapping[str, Any], name: str
) -> Disclosure:
    return Disclosure(at, who[0], who[1], Basis(facts["basis"]), tuple(Disclosed(one) for one in facts[name]), item.id)
