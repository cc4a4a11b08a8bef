"""The closed lists of early signals."""

from enum import StrEnum


class SignalState(StrEnum):
    """Where a signal stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"  # somebody looks into it
    DISMISSED = "dismissed"  # it meant nothing, and why
    ENDED = "ended"  # what came of it is known


class Dismissal(StrEnum):
    """Why a signal meant nothing; the rule is silent about the subject for a time that depends on it."""

    KNOWN_AND_HELPED = "known_and_helped"
    ALREADY_FOLLOWED_UP = "already_followed_up"
    NOT_THE_SAME_PERSON = "not_the_same_person"
    SHARED_ADDRESS = "shared_address"  # a shelter, a hospital, a station
    NO_WORRY = "no_worry"
    OTHER = "other"


class LedToHelp(StrEnum):
    """Whether somebody was helped because of it."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Help(StrEnum):
    """What was done."""

    CONTACT_MADE = "contact_made"
    CARE_STARTED = "care_started"
    CARE_CHANGED = "care_changed"
    CASE_OPENED = "case_opened"
    DISCUSSED_TOGETHER = "discussed_together"
    HELP_REFUSED = "help_refused"
    NOTHING = "nothing"
