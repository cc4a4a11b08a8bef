"""Silence is an event: what somebody was asked and left without any sign. Source: domain.md, Case (nothing stays quiet)."""

from enum import StrEnum


class Silence(StrEnum):
    """What was not heard."""

    OFFER_UNSEEN = "offer_unseen"  # nobody had a look at an offer before its time ran out
    INVITATION_UNANSWERED = "invitation_unanswered"  # onto a team
    NO_FIRST_CONTACT = "no_first_contact"  # with the person, by the deadline
