"""What an event of its organisation, or an offer as it stands, means for a mailbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.routing.events import (
    CaseAccepted,
    CaseHandedOver,
    CaseOffered,
    OfferDeclined,
    OfferExpired,
    OfferHastened,
    OfferReminded,
    OfferWithdrawn,
)
from app.routing.offers import Offer, OfferState


class Kind(StrEnum):
    """What a mail is for."""

    CODE = "code"  # confirm the mailbox
    TEST = "test"
    OFFER = "offer"  # the first about an offer
    REMINDER = "reminder"
    HASTENED = "hastened"  # the answer is needed sooner
    END = "end"  # nothing is asked any more


class NoticeState(StrEnum):
    """How far a notice is. It counts as delivered when somebody opened it, and as accepted only when they accepted."""

    WAITING = "waiting"  # no mail server has taken it yet
    SENT = "sent"
    OPENED = "opened"
    BOUNCED = "bounced"  # it came back, and nobody opened it
    ENDED = "ended"  # the offer was answered, or asks nothing any more


@dataclass(frozen=True, slots=True)
class Known:
    """What a mailbox was told of an offer. `mail_waits`: a mail about it is still to be sent, and will tell what holds then."""

    id: UUID
    state: NoticeState
    was_sent: bool
    mail_waits: bool


ABOUT: Final = frozenset(
    one.type
    for one in (
        CaseOffered,
        CaseAccepted,
        CaseHandedOver,
        OfferDeclined,
        OfferExpired,
        OfferHastened,
        OfferReminded,
        OfferWithdrawn,
    )
)
URGING: Final = {OfferHastened.type: Kind.HASTENED, OfferReminded.type: Kind.REMINDER}


def offers_in(events: Iterable[Mapping[str, Any]], organisation: UUID) -> dict[UUID, Kind | None]:
    """The offers to `organisation` that these CloudEvents are about, in order; with what urges an answer last, if something does.

    An organisation also hears of offers to others, when it took the call in.
    """
    found: dict[UUID, Kind | None] = {}
    for event in events:
        if event["type"] in ABOUT and UUID(event["data"]["organisationId"]) == organisation:
            offer = UUID(event["data"]["offerId"])
            found[offer] = URGING.get(event["type"]) or found.get(offer)
    return found


def next_mail(offer: Offer, known: Known | None, urged: Kind | None) -> Kind | None:
    """What to mail about an offer as it stands; None: nothing.

    What ended before anybody was told is not told; whoever has a mail coming hears from it what holds then.
    """
    if offer.state is not OfferState.PENDING:
        return Kind.END if known and known.was_sent and known.state is not NoticeState.ENDED else None
    if known is None:
        return Kind.OFFER
    return None if known.mail_waits else urged
