"""What personal data may be opened for (GDPR art. 5(1)(b)): a closed list, named with every look."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why somebody looks."""

    TRIAGE = "triage"  # the call is going on, or is being completed
    FIRST_CONTACT = "first_contact"  # to reach the person
    FOLLOW_UP = "follow_up"  # to stay with the person
    HANDOVER = "handover"  # to hand the case over, or take it over
    FEEDBACK = "feedback"  # to tell the caller what may be told
    QUALITY = "quality"  # to learn from a case
    SUBJECT_REQUEST = "subject_request"  # a person asks for their own data
