"""An event: something that happened, as ids and codes. Its class lives in the room where it happens."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(ABC):
    """Base of all events. Fields are ids, codes, numbers and moments; contents stay behind the API, where reading is logged."""

    type: ClassVar[str]
    example: ClassVar[Mapping[str, object]] = MappingProxyType({})  # values of its texts, for who builds a receiver
    in_feed: ClassVar[bool] = True  # else it is sent to one endpoint only, and has no number

    @property
    @abstractmethod
    def subject(self) -> UUID:
        """What it is about."""

    @property
    @abstractmethod
    def path(self) -> str:
        """Where the API tells more about it, after the base address."""

    @property
    def case(self) -> UUID | None:
        """The case it is about, if it is about one."""
        return None

    @property
    def pressing(self) -> bool:
        """Whether somebody must act within minutes, so that people are told when it can't be delivered."""
        return False

    @property
    def municipalities(self) -> tuple[str, ...] | None:
        """The codes of the municipalities that it names; None: it names none."""
        one = getattr(self, "municipality_code", None)
        return getattr(self, "municipality_codes", (one,) if one else None)

    def data(self) -> dict[str, object]:
        """The event's own part of the CloudEvent, camelCase, moments in UTC."""
        return {camel(field.name): _wire(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent(Event):
    """Base of what happens to a case."""

    case_id: UUID

    @property
    def subject(self) -> UUID:
        """The case."""
        return self.case_id

    @property
    def path(self) -> str:
        """The case's own address."""
        return f"/v1/cases/{self.case_id}"

    @property
    def case(self) -> UUID | None:
        """The case."""
        return self.case_id


def camel(name: str) -> str:
    """`accept_by` → `acceptBy`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _wire(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple | frozenset):
        return [_wire(item) for item in value]
    return value
