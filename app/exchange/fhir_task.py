"""A case that is offered, as a FHIR Task: our states and those of the standard, one table each. Nothing personal.

Source: hl7.org/fhir/R4/task.html; nl-generic-functions-ig workflow.md, for what the owner of a task may change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.exchange.codes import (
    CASE_REFERENCE,
    DECLINE_REASON,
    FLAG,
    HANDOVER_REASON,
    INPUT,
    MUNICIPALITY,
    NUMBERS,
    STANDING,
    TASK_CODE,
    URI,
    Priority,
    Resource,
    TaskStatus,
    coded,
    without_nothing,
)


class Standing(StrEnum):
    """Where an offer stands, and after accepting it its case: our own word, which `businessStatus` tells."""

    PENDING = "pending"
    SEEN = "seen"
    ACCEPTED = "accepted"
    IN_FOLLOW_UP = "in_follow_up"
    AFTERCARE = "aftercare"
    CLOSED = "closed"
    IN_ERROR = "in_error"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed_over"


STATUS: Final[Mapping[Standing, TaskStatus]] = MappingProxyType(
    {
        Standing.PENDING: TaskStatus.REQUESTED,
        Standing.SEEN: TaskStatus.RECEIVED,
        Standing.ACCEPTED: TaskStatus.ACCEPTED,
        Standing.IN_FOLLOW_UP: TaskStatus.IN_PROGRESS,  # the person was reached
        Standing.AFTERCARE: TaskStatus.IN_PROGRESS,
        Standing.CLOSED: TaskStatus.COMPLETED,
        Standing.IN_ERROR: TaskStatus.ENTERED_IN_ERROR,  # its call was, and its owner agreed
        Standing.DECLINED: TaskStatus.REJECTED,
        Standing.EXPIRED: TaskStatus.CANCELLED,  # by us: somebody else was asked
        Standing.WITHDRAWN: TaskStatus.CANCELLED,
        Standing.HANDED_OVER: TaskStatus.CANCELLED,  # another organisation has a task of its own about the case now
    }
)
OWN: Final = frozenset({Standing.ACCEPTED, Standing.IN_FOLLOW_UP, Standing.AFTERCARE, Standing.CLOSED, Standing.IN_ERROR})
ASKED: Final = frozenset({Standing.PENDING, Standing.SEEN})
REASONED: Final = frozenset({Standing.DECLINED, Standing.EXPIRED, Standing.WITHDRAWN, Standing.HANDED_OVER})
PRIORITY: Final[Mapping[Urgency, Priority]] = MappingProxyType(
    {
        Urgency.ACUTE: Priority.STAT,
        Urgency.CRISIS: Priority.ASAP,
        Urgency.URGENT: Priority.URGENT,
        Urgency.NORMAL: Priority.ROUTINE,
        Urgency.ADVICE: Priority.ROUTINE,
    }
)


class Act(StrEnum):
    """What moves a task, in our own words; each is a command that the normal API has too."""

    SEE = "see"
    ACCEPT = "accept"
    DECLINE = "decline"
    REACH = "reach"  # the first contact with the person
    CLOSE = "close"


MOVES: Final[Mapping[tuple[TaskStatus, TaskStatus], Act]] = MappingProxyType(
    {
        (TaskStatus.REQUESTED, TaskStatus.RECEIVED): Act.SEE,
        (TaskStatus.REQUESTED, TaskStatus.ACCEPTED): Act.ACCEPT,
        (TaskStatus.REQUESTED, TaskStatus.REJECTED): Act.DECLINE,
        (TaskStatus.RECEIVED, TaskStatus.ACCEPTED): Act.ACCEPT,
        (TaskStatus.RECEIVED, TaskStatus.REJECTED): Act.DECLINE,
        (TaskStatus.ACCEPTED, TaskStatus.IN_PROGRESS): Act.REACH,
        (TaskStatus.ACCEPTED, TaskStatus.COMPLETED): Act.CLOSE,  # refused by the rules of closing, which say what is missing
        (TaskStatus.IN_PROGRESS, TaskStatus.COMPLETED): Act.CLOSE,
    }
)


def standings_of(statuses: frozenset[TaskStatus]) -> frozenset[Standing]:
    """Our standings that these statuses stand for."""
    return frozenset(standing for standing, status in STATUS.items() if status in statuses)


def possible_from(status: TaskStatus) -> tuple[TaskStatus, ...]:
    """What the owner may make of a task."""
    return tuple(to for (of, to) in MOVES if of is status)


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the view `task`, as a value."""

    id: UUID
    case_id: UUID
    organisation: UUID
    standing: Standing
    version: int
    offer_version: int
    case_version: int | None
    updated_at: datetime
    row: Mapping[str, Any]

    @property
    def status(self) -> TaskStatus:
        """Where it stands, in the standard's word."""
        return STATUS[self.standing]

    @property
    def is_own(self) -> bool:
        """Whether this organisation has accepted, so that it may read who and what it is about."""
        return self.standing in OWN


def told(row: Mapping[str, Any]) -> Told:
    """The value of a row. Its version grows with everything that happens to the offer or its accepted case."""
    version = row["offer_version"] + (row["seen_at"] is not None) + (row["case_version"] or 0)
    return Told(
        id=row["id"],
        case_id=row["case_id"],
        organisation=row["organisation_id"],
        standing=Standing(row["standing"]),
        version=version,
        offer_version=row["offer_version"],
        case_version=row["case_version"],
        updated_at=row["updated_at"],
        row=row,
    )


def instant(at: datetime) -> str:
    """A FHIR instant in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def meta(task: Told) -> Resource:
    """Version and moment of what is told of a task."""
    return {"versionId": str(task.version), "lastUpdated": instant(task.updated_at)}


def organisation(identifier: UUID, name: str, numbers: Mapping[str, str | None] = MappingProxyType({})) -> Resource:
    """A logical reference to an organisation: by the number that care providers know it by, else by our own id."""
    known = [{"system": system, "value": numbers.get(kind)} for kind, system in NUMBERS.items()]
    own = {"system": URI, "value": f"urn:uuid:{identifier}"}
    return {"type": "Organization", "identifier": next((one for one in known if one["value"]), own), "display": name}


def task_of(task: Told) -> Resource:
    """The Task: codes, moments and organisations. Whom it is about is told after accepting, and only as a reference."""
    row = task.row
    return without_nothing(
        {
            "resourceType": "Task",
            "id": str(task.id),
            "meta": meta(task),
            "identifier": [{"system": CASE_REFERENCE, "value": row["reference"]}],
            "status": task.status,
            "statusReason": _reason(task),
            "businessStatus": coded(STANDING, task.standing),
            "intent": "order",
            "priority": PRIORITY[Urgency(row["urgency"])],
            "code": coded(TASK_CODE, "fulfill"),
            "reasonCode": coded(HANDOVER_REASON, row["handover_reason"]) if row["handover_reason"] else None,
            "focus": {"reference": f"ServiceRequest/{task.case_id}", "type": "ServiceRequest"},
            "for": {"reference": f"Patient/{task.case_id}", "type": "Patient"} if task.is_own else None,
            "authoredOn": instant(row["offered_at"]),
            "lastModified": instant(task.updated_at),
            "requester": organisation(row["intake_organisation_id"], row["intake_name"]),
            "owner": organisation(task.organisation, row["owner_name"], row),
            "location": {"type": "Location", "identifier": {"system": MUNICIPALITY, "value": row["municipality_code"]}},
            "restriction": {"period": {"end": instant(row["accept_by"])}} if task.standing in ASKED else None,
            "input": [{"type": coded(INPUT, "flag"), "valueCodeableConcept": coded(FLAG, flag)} for flag in row["flags"]]
            + ([{"type": coded(INPUT, "what"), "valueCode": row["what"]}] if row["handover_reason"] else []),
        }
    )


def _reason(task: Told) -> Resource | None:
    if task.standing not in REASONED:
        return None
    return coded(DECLINE_REASON, task.row["reason"]) if task.row["reason"] else coded(STANDING, task.standing)


def service_request_of(task: Told) -> Resource:
    """What is asked, in codes, of a task that was accepted: the words are in the Communications, where each look is logged."""
    row = task.row
    ended = {Standing.CLOSED: "completed", Standing.IN_ERROR: "entered-in-error"}
    return without_nothing(
        {
            "resourceType": "ServiceRequest",
            "id": str(task.case_id),
            "meta": meta(task),
            "identifier": [{"system": CASE_REFERENCE, "value": row["reference"]}],
            "status": ended.get(task.standing, "active"),
            "intent": "order",
            "priority": PRIORITY[Urgency(row["urgency"])],
            "code": {"text": "Opvolging van een zorgmelding"},
            "subject": {"reference": f"Patient/{task.case_id}", "type": "Patient"},
            "authoredOn": instant(row["opened_at"]),
            "requester": organisation(row["intake_organisation_id"], row["intake_name"]),
            "performer": [organisation(task.organisation, row["owner_name"], row)],
            "reasonCode": [coded(FLAG, flag) for flag in row["flags"]],
        }
    )
