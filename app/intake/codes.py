"""The closed lists of intake: words that programs switch on."""

from enum import StrEnum


class Channel(StrEnum):
    """How the call came in."""

    PHONE = "phone"
    WEB = "web"
    EMAIL = "email"
    POLICE = "police"
    PROFESSIONAL = "professional"
    TRANSFER = "transfer"


class CallKind(StrEnum):
    """How a call ended."""

    REPORT = "report"  # responsibility goes over: a case
    HANDED_OFF = "handed_off"  # put through to somebody else, and followed up by us: a case
    ADVICE = "advice"
    INFORMATION = "information"
    CALLBACK = "callback"
    WRONG_NUMBER = "wrong_number"
    SILENT = "silent"
    ABUSE = "abuse"


class Disposition(StrEnum):
    """What became of a call, once it has ended."""

    CASE_OPENED = "case_opened"
    JOINED_CASE = "joined_case"  # it is about a case that is open already
    ADVICE_ONLY = "advice_only"
    HANDED_OFF = "handed_off"  # put through, and taken over there; a case follows it up
    CALLBACK = "callback"  # somebody rings back
    INFORMATION = "information"
    SILENT = "silent"
    WRONG_NUMBER = "wrong_number"
    ABUSE = "abuse"


class ReportKind(StrEnum):
    """A worry, or a formal report under the Wvggz."""

    WORRY = "worry"
    WVGGZ = "wvggz"


class Anonymity(StrEnum):
    """Who may know who called."""

    ANONYMOUS = "anonymous"
    KNOWN_TO_DESK_ONLY = "known_to_desk_only"
    KNOWN = "known"


class Relation(StrEnum):
    """What the caller is to the person; the law ties feedback and objection to it (facts F33, F34)."""

    PARTNER = "partner"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    CARER = "carer"
    LEGAL_REPRESENTATIVE = "legal_representative"
    NEIGHBOUR = "neighbour"
    FRIEND = "friend"
    PROFESSIONAL = "professional"
    POLICE = "police"
    SELF = "self"
    OTHER = "other"


class AgeBand(StrEnum):
    """About how old the person is."""

    UNDER_16 = "under_16"
    FROM_16 = "16_17"
    FROM_18 = "18_29"
    FROM_30 = "30_64"
    FROM_65 = "65_plus"
    UNKNOWN = "unknown"


class HandOffResult(StrEnum):
    """What became of a hand-off; not reached: then it stays ours."""

    ACCEPTED = "accepted"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    NOT_MADE = "not_made"  # proposed, and left out for a reason


class NotMadeReason(StrEnum):
    """Why a hand-off that was proposed is not made."""

    CALLER_DECLINES = "caller_declines"
    DONE_ALREADY = "done_already"  # by the caller, or by somebody there
    NOT_SAFE = "not_safe"  # a second voice on the line would do harm
    NOT_NEEDED = "not_needed"
    OTHER = "other"
