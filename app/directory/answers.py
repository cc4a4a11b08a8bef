"""Who is asked first, over a period: the values in which the directory tells it of a group of municipalities."""

from dataclasses import dataclass
from uuid import UUID

from app.core.spans import Span


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the ladder: the providers of which line, whether desks come first, and whether it can wait for them."""

    line: str
    kind: str
    desks: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Who is asked first on a line, and when; `rung` and `reason` are those of the routing decision."""

    line: str
    organisation_id: UUID
    name: str
    rung: str
    reason: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A service that serves a group of municipalities in some spans of the period; it may have a roster or none."""

    service_id: UUID
    organisation_id: UUID
    kind: str
    rostered: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Municipalities that are served alike: by whom, and who is asked first when. `span`: when they exist."""

    codes: tuple[str, ...]
    span: Span
    answers: tuple[Answer, ...]
    members: tuple[Member, ...]
