"""The words of FHIR R4 that we use, where a closed list is required, and the names of our own lists.

Source: hl7.org/fhir/R4: task-status, request-priority, issue-type, v3-ActCode; fhir.nl NamingSystems.
"""

from enum import StrEnum
from typing import Any, Final

BASE: Final = "/fhir/r4"
OURS: Final = "https://github.com/nodus-nl/nodus/fhir"
STANDING: Final = f"{OURS}/standing"
DECLINE_REASON: Final = f"{OURS}/decline-reason"
HANDOVER_REASON: Final = f"{OURS}/handover-reason"
FLAG: Final = f"{OURS}/flag"
CONTACT_WAY: Final = f"{OURS}/contact-way"
OUTPUT: Final = f"{OURS}/task-output"
INPUT: Final = f"{OURS}/task-input"
MISSING: Final = f"{OURS}/missing"
CASE_REFERENCE: Final = f"{OURS}/case-reference"
CALL_REFERENCE: Final = f"{OURS}/call-reference"
MUNICIPALITY: Final = f"{OURS}/municipality-code"
RELATION: Final = f"{OURS}/relation"
TASK_CODE: Final = "http://hl7.org/fhir/CodeSystem/task-code"
ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
URI: Final = "urn:ietf:rfc:3986"
NUMBERS: Final = {  # in the order in which an organisation is named by them
    "ura": "http://fhir.nl/fhir/NamingSystem/ura",
    "agb": "http://fhir.nl/fhir/NamingSystem/agb-z",
    "oin": "http://fhir.nl/fhir/NamingSystem/oin",
}

Resource = dict[str, Any]


class TaskStatus(StrEnum):
    """Where a task stands."""

    REQUESTED = "requested"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"
    # known to the standard, and never ours
    DRAFT = "draft"
    READY = "ready"
    ON_HOLD = "on-hold"
    FAILED = "failed"


class Priority(StrEnum):
    """How soon somebody must act."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


class Issue(StrEnum):
    """What kind of thing is wrong."""

    INVALID = "invalid"
    LOGIN = "login"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    NOT_SUPPORTED = "not-supported"
    CONFLICT = "conflict"
    DELETED = "deleted"
    TOO_LONG = "too-long"
    BUSINESS_RULE = "business-rule"
    REQUIRED = "required"
    VALUE = "value"
    THROTTLED = "throttled"
    TRANSIENT = "transient"
    EXCEPTION = "exception"


def coded(system: str, code: str) -> Resource:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def without_nothing(told: Resource) -> Resource:
    """Without what is not known: FHIR has no null, and no empty list."""
    return {name: value for name, value in told.items() if value not in (None, [], {})}
