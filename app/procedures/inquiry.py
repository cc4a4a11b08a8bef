"""The exploratory inquiry of the Wvggz (verkennend onderzoek): registered, heard, asked, decided.

Sources: Wvggz art. 5:2; facts.md F32 (registered is not received); domain.md, Case ⚙. Who hears of it: `relatives.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid, Refused
from app.followup.feedback import Listener
from app.followup.items import Item, ItemKind, ItemState
from app.procedures.bases import Basis, Consent, OutsideParty, insist_on_basis
from app.procedures.terms import term_end

TERM_DAYS: Final = 14  # by the act: from registration, not from when it came in (F32)
REGISTERED_BEFORE: Final = timedelta(days=60)  # ⚙ how long ago a registration may be when it is written down here
MUNICIPAL: Final = "meldpunt"  # the kind of an organisation that acts for a municipality


class Verified(StrEnum):
    """How it is known that somebody is a close relative."""

    POPULATION_REGISTER = "population_register"  # BRP
    IDENTITY_DOCUMENT = "identity_document"
    COURT_DOCUMENT = "court_document"  # of a legal representative
    KNOWN_TO_CARE = "known_to_care"  # whoever gives the care says so
    BY_THE_PERSON = "by_the_person"


class NotHeard(StrEnum):
    """Why the person was not heard."""

    REFUSED = "refused"
    NOT_FOUND = "not_found"
    TOO_ILL = "too_ill"
    DANGER = "danger"
    LANGUAGE = "language"  # no interpreter in time


class Outcome(StrEnum):
    """What the inquiry led to."""

    APPLICATION = "application"  # at the prosecutor, for a care authorisation
    VOLUNTARY_HELP = "voluntary_help"
    NONE = "none"


class Decider(StrEnum):
    """In which function the outcome was decided."""

    COLLEGE = "college"  # mayor and aldermen
    MANDATED_OFFICIAL = "mandated_official"
    GGD_PHYSICIAN = "ggd_physician"
    PSYCHIATRIC_NURSE = "psychiatric_nurse"
    DESK_MANAGER = "desk_manager"


class Step(StrEnum):
    """What is written down on the way."""

    HEARING = "hearing"
    PARTY_ASKED = "party_asked"
    RELATIVE_VERIFIED = "relative_verified"


class InquiryState(StrEnum):
    """Where an inquiry stands."""

    RUNNING = "running"
    ENDED = "ended"


STEPS: Final[Mapping[InquiryState, frozenset[InquiryState]]] = MappingProxyType(
    {InquiryState.RUNNING: frozenset({InquiryState.ENDED}), InquiryState.ENDED: frozenset()}
)

CLOSE: Final = frozenset(
    {
        Listener.PARTNER,
        Listener.PARENT,
        Listener.CHILD,
        Listener.SIBLING,
        Listener.CARER,
        Listener.LEGAL_REPRESENTATIVE,
    }
)


class NotMunicipal(Refused):
    """The law gives this to the municipality."""

    slug, title = "not-municipal", "This is for the municipality's desk"


class InquiryRunning(Refused):
    """One inquiry at a time."""

    slug, title = "inquiry-running", "An inquiry is running already"


class InquiryEnded(Refused):
    """It has its outcome."""

    slug, title = "inquiry-ended", "The inquiry has ended"


class NotHeardYet(Refused):
    """The person is heard, or it is said why not."""

    slug, title = "not-heard-yet", "The person was not heard"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An inquiry with what was done in it, in codes."""

    item: Item
    steps: tuple[Item, ...]
    notice: Item | None
    handover: Item | None

    @property
    def state(self) -> InquiryState:
        """Where it stands."""
        return InquiryState.RUNNING if self.item.state is ItemState.OPEN else InquiryState.ENDED

    @property
    def reporter(self) -> Listener | None:
        """Who asked for it, by their relation to the person; None: not known."""
        told = self.item.facts.get("reporter")
        return Listener(told) if told else None

    @property
    def verified(self) -> Verified | None:
        """How it is known that the reporter is a close relative; None: it is not."""
        told = [step.facts["verified"] for step in self.steps if step.facts["step"] == Step.RELATIVE_VERIFIED]
        found = (told or [self.item.facts.get("verified")])[-1]
        return Verified(found) if found else None

    @property
    def outcome(self) -> Outcome | None:
        """What it led to."""
        told = self.item.ended_facts.get("outcome")
        return Outcome(told) if told else None


@dataclass(frozen=True, slots=True)
class Hearing:
    """The person was heard at a moment, or why not: one of the two."""

    heard_at: datetime | None = None
    not_heard: NotHeard | None = None


def inquiry_of(item: Item, items: Iterable[Item]) -> Inquiry:
    """The inquiry of an item, with those of the case's items that belong to it."""
    of = [one for one in items if one.parent == item.id]
    return Inquiry(
        item,
        tuple(one for one in of if one.kind is ItemKind.INQUIRY_STEP),
        next((one for one in reversed(of) if one.kind is ItemKind.INQUIRY_NOTICE), None),
        next((one for one in reversed(of) if one.kind is ItemKind.PROSECUTOR_HANDOVER), None),
    )


def due(registered_at: datetime) -> datetime:
    """By when it must have its outcome, UTC: 14 days, by the statutory calendar."""
    return term_end(registered_at, TERM_DAYS)


def registration(registered_at: datetime, reporter: Listener | None, verified: Verified | None, now: datetime) -> dict[str, Any]:
    """A registration in codes.

    Raises:
        Invalid: it was registered in the future or too long ago; somebody is verified who can't be a close relative.
    """
    faults = []
    if not now - REGISTERED_BEFORE <= registered_at <= now:
        faults.append(FieldError("/registeredAt", "moment", f"A moment of the last {REGISTERED_BEFORE.days} days."))
    if verified and reporter not in CLOSE:
        faults.append(FieldError("/verified", "not_close", "Only for a close relative, carer or legal representative."))
    if faults:
        raise Invalid("The registration can't be meant so. Nothing was changed.", errors=faults)
    return {"registered_at": registered_at.isoformat(), "reporter": reporter, "verified": verified}


def hearing_facts(hearing: Hearing, now: datetime) -> dict[str, Any]:
    """A hearing in codes.

    Raises:
        Invalid: neither a moment nor a reason, or both; or a moment to come.
    """
    if (hearing.heard_at is None) == (hearing.not_heard is None):
        fault = FieldError("/heardAt", "one", "Either when the person was heard, or `notHeard`: why not.")
        raise Invalid("Say when, or why not. Nothing was changed.", errors=[fault])
    if hearing.heard_at is None:
        return {"step": Step.HEARING, "not_heard": hearing.not_heard}
    if hearing.heard_at > now:
        raise Invalid(
            "Nobody was heard yet. Nothing was changed.", errors=[FieldError("/heardAt", "future", "Not later than now.")]
        )
    return {"step": Step.HEARING, "heard_at": hearing.heard_at.isoformat()}


def asked_facts(party: OutsideParty, basis: Basis | None, consent: Consent, *, answered: bool) -> dict[str, Any]:
    """A party that was asked, in codes.

    Raises:
        BasisMissing: without the person's consent there must be another basis.
    """
    told = insist_on_basis(basis or Basis.CONSENT, consent)
    return {"step": Step.PARTY_ASKED, "party": party, "basis": told, "consent": consent, "answered": answered}


def insist_on_running(inquiry: Inquiry, to: InquiryState = InquiryState.ENDED) -> None:
    """Refuse what is for a running inquiry.

    Raises:
        InquiryEnded: it has its outcome.
    """
    if to not in STEPS[inquiry.state]:
        raise InquiryEnded("The inquiry has its outcome. If there is a new report, register a new one.", outcome=inquiry.outcome)


def insist_on_heard(inquiry: Inquiry) -> None:
    """Refuse an outcome about somebody of whom it is not said whether they were heard.

    Raises:
        NotHeardYet: naming what to write down.
    """
    if not any(step.facts["step"] == Step.HEARING for step in inquiry.steps):
        raise NotHeardYet("Write down first when the person was heard, or why not. Nothing was changed.")


def insist_on_municipality(kind: str) -> None:
    """Refuse an organisation that does not act for a municipality.

    Raises:
        NotMunicipal: naming who does it.
    """
    if kind != MUNICIPAL:
        raise NotMunicipal("An exploratory inquiry is the municipality's own: its desk must own the case. Hand it over first.")


def running_in(items: Iterable[Item]) -> UUID | None:
    """The inquiry that is running among these items."""
    return next((one.id for one in items if one.kind is ItemKind.INQUIRY and one.state is ItemState.OPEN), None)
