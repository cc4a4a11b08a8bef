"""Which pages there are, and for whom: a page that a role does not have is not in its bar, and is refused."""

from dataclasses import dataclass
from typing import Final

from app.accounts.service.signing_in import Account
from app.core.actor import Role

OPERATORS: Final = (Role.OPERATOR, Role.SUPERVISOR)
DESKS: Final = (Role.DESK, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the bar: its word is `place_<name>`."""

    name: str
    path: str
    roles: tuple[Role, ...]


PLACES: Final = (
    Place("call", "/call", OPERATORS),
    Place("inbox", "/inbox", DESKS),
    Place("wall", "/wall", (Role.SUPERVISOR,)),
    Place("rosters", "/rosters", (Role.PLANNER, Role.SUPERVISOR, Role.DESK)),
    Place("figures", "/figures", (Role.SUPERVISOR, Role.PLANNER, Role.ADMINISTRATOR)),
    Place("directory", "/directory", (Role.ADMINISTRATOR, Role.PLANNER, Role.DESK, Role.SUPERVISOR, Role.OPERATOR)),
    Place("endpoints", "/endpoints", (Role.ADMINISTRATOR, Role.DESK, Role.SUPERVISOR)),
    Place("accounts", "/accounts", (Role.ADMINISTRATOR,)),
    Place("access_log", "/access-log", (Role.PRIVACY_OFFICER,)),
)


def places_of(account: Account) -> list[Place]:
    """The pages of an account's role, in the order of the bar."""
    return [place for place in PLACES if account.role in place.roles]


def home_of(account: Account) -> str:
    """Where a role begins."""
    return next((place.path for place in places_of(account)), "/account")
