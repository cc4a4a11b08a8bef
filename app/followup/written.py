"""What is written about a person: assessments, transport, agreements, the crisis card. No form of life domains (F42).

Sources: domain.md, Case; facts.md F26 (building blocks 5 and 7), F42 (recording every life domain as a routine is unlawful).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.core.errors import Conflict, FieldError, Invalid
from app.followup.items import ItemKind, NewItem


class RiskLevel(StrEnum):
    """How likely it is that it goes wrong soon, in the words of whoever judged ⚙."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"
    ACUTE = "acute"


class Method(StrEnum):
    """How the level was found."""

    CLINICAL = "clinical"  # a professional's own judgement
    STRUCTURED = "structured"  # a professional's judgement along a list of factors
    TRIAGE_SCALE = "triage_scale"  # of an acute mental-health service
    SUICIDE_RISK = "suicide_risk"  # an instrument for it
    VIOLENCE_RISK = "violence_risk"  # an instrument for it
    OTHER_INSTRUMENT = "other_instrument"  # named in the note


class TransportBy(StrEnum):
    """Who takes the person somewhere."""

    AMBULANCE = "ambulance"
    MENTAL_HEALTH_TRANSPORT = "mental_health_transport"  # ggz-vervoer, psycholance
    CARE_TAXI = "care_taxi"
    OUTREACH = "outreach"  # a professional who knows the person
    CIRCLE = "circle"  # family or friends
    ON_THEIR_OWN = "on_their_own"
    POLICE = "police"  # the exception, with its reason


class PoliceReason(StrEnum):
    """Why the police had to: somebody who is ill is no suspect, so fitting transport comes first (F26, block 7)."""

    DANGER = "danger"  # to the person or others, now
    NOTHING_ELSE_IN_TIME = "nothing_else_in_time"
    REFUSED_BY_OTHERS = "refused_by_others"  # other transport was asked, and did not take the person
    SUSPECT = "suspect"  # of a crime, so they were arrested


class AgreedWith(StrEnum):
    """With whom something is agreed."""

    PERSON = "person"
    PERSON_AND_CIRCLE = "person_and_circle"
    REPRESENTATIVE = "representative"


class CircleTie(StrEnum):
    """What somebody of the person's own circle is to them."""

    PARTNER = "partner"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    FAMILY = "family"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    CARER = "carer"  # mantelzorger
    VOLUNTEER = "volunteer"  # such as somebody with experience of their own (ervaringsdeskundige)
    LEGAL_REPRESENTATIVE = "legal_representative"  # mentor, bewindvoerder, curator


class CirclePart(StrEnum):
    """What that somebody does for the person."""

    CONTACT = "contact"  # is rung first
    HELPS = "helps"
    DECIDES = "decides"  # may decide for the person
    INFORMED = "informed"  # is told how it goes


class PersonAgrees(StrEnum):
    """What the person says of it that this somebody takes part."""

    YES = "yes"
    NOT_ASKED_YET = "not_asked_yet"
    NOT_NEEDED = "not_needed"  # a legal representative


NOT_NEEDED_FOR: Final = frozenset({CircleTie.LEGAL_REPRESENTATIVE})


def of_circle(tie: CircleTie, part: CirclePart, agreed: PersonAgrees) -> dict[str, Any]:
    """The codes of somebody of the person's own circle, who takes part by the person's wish, or by law.

    Raises:
        Invalid: somebody decides for the person without being their legal representative, or takes part against the law's order.
    """
    if part is CirclePart.DECIDES and tie not in NOT_NEEDED_FOR:
        fault = FieldError("/part", "decides", "Only a legal representative decides for a person.")
        raise Invalid("This somebody can't decide for the person. Nothing was changed.", errors=[fault])
    if agreed is PersonAgrees.NOT_NEEDED and tie not in NOT_NEEDED_FOR:
        fault = FieldError("/agreed", "asked", "Ask the person; `not_asked_yet` until then.")
        raise Invalid("Whether the person agrees matters here. Nothing was changed.", errors=[fault])
    return {"tie": tie, "part": part, "agreed": agreed}


class CardChanged(Conflict):
    """Another card has taken the place of the one that was read."""

    slug, title = "crisis-card-changed", "There is another crisis card by now"


# The order in which a card is read aloud and printed: first what one sees, then what to do.
CARD: Final = ("signals", "helps", "does_not_help", "whom_to_ring", "agreed")


def assessment(level: RiskLevel, method: Method, at: datetime, note: str | None, place: str = "") -> NewItem:
    """An assessment to write; `place` is where it was sent, a JSON pointer.

    Raises:
        Invalid: another instrument was used, and nothing says which.
    """
    if method is Method.OTHER_INSTRUMENT and not note:
        fault = FieldError(f"{place}/note", "missing", "Say which instrument, and what came of it.")
        raise Invalid("With another instrument the note names it. Nothing was changed.", errors=[fault])
    return NewItem(ItemKind.ASSESSMENT, at, facts={"level": level, "method": method}, words={"note": note})


def by_police(by: TransportBy, reason: PoliceReason | None, place: str = "") -> Mapping[str, Any]:
    """The codes of a transport; `place` is where it was sent, a JSON pointer.

    Raises:
        Invalid: the police, without saying why; or a reason for the police where it is somebody else.
    """
    if by is TransportBy.POLICE and reason is None:
        fault = FieldError(f"{place}/policeReason", "missing", "Say why nothing else would do.")
        raise Invalid("The police are the exception: their transport needs a reason. Nothing was changed.", errors=[fault])
    if by is not TransportBy.POLICE and reason is not None:
        fault = FieldError(f"{place}/policeReason", "not_police", "Leave it out: it is not the police.")
        raise Invalid("A reason for the police goes with transport by the police. Nothing was changed.", errors=[fault])
    return {"by": by, **({"police_reason": reason} if reason else {})}


def insist_on_current(current: UUID | None, replaces: UUID | None) -> None:
    """Refuse to replace another crisis card than was read: what the newer one says must not be lost.

    Raises:
        CardChanged: naming the card that is valid now.
    """
    if current != replaces:
        sentence = "There is none now. Leave `replaces` out."
        if current:
            sentence = f"It is {current} now. Read it, and say in `replaces` which one yours takes the place of."
        raise CardChanged(sentence, current=current and str(current))
