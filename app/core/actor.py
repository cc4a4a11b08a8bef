"""Who acts: an organisation in a role, never a bare user."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Role(StrEnum):
    """What somebody is to the service."""

    OPERATOR = "operator"  # answers calls
    SUPERVISOR = "supervisor"  # watches calls, offers and gaps
    DESK = "desk"  # a meldpunt or care provider: accepts and follows up
    PLANNER = "planner"  # keeps the rosters
    PROFESSIONAL = "professional"  # reports a worry of their own work, and hears what became of it
    ADMINISTRATOR = "administrator"  # keeps directory, keys, endpoints
    PRIVACY_OFFICER = "privacy_officer"  # reads who looked at what, never what was looked at
    EXCHANGE = "exchange"  # a telephone exchange, known by its signature; never an API key
    PUBLIC = "public"  # a citizen at the form on the web; never an API key
    WORKER = "worker"  # the due-lists and the command line; never an API key
    GATE = "gate"  # reads API keys, nothing else; never an API key


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, and what for. `key` is the API key's id; the worker has none.

    `sender`: whose key it is, when the work is done for the organisation that takes in what it sends.
    """

    organisation: UUID | None
    role: Role
    key: UUID | None = None
    scopes: frozenset[str] = frozenset()
    sender: UUID | None = None

    @property
    def database_role(self) -> str:
        """The PostgreSQL role that this actor's transactions take."""
        return {Role.WORKER: "nodus_worker", Role.GATE: "nodus_gate"}.get(self.role, "nodus_app")


WORKER: Final = Actor(organisation=None, role=Role.WORKER)
GATE: Final = Actor(organisation=None, role=Role.GATE)
