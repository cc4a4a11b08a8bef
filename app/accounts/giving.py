"""Which roles people may have at an organisation, by what it is."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from app.core.actor import Role

# Operators write down what callers tell, and supervisors see and hear of every organisation's news: that is the hotline's trade,
# and no administrator of another organisation makes himself one. A privacy officer is an organisation's own to name, and so is
# an administrator; that there is another is told to the whole organisation (`events.py`), so that nobody does it unseen.
EVERYWHERE: Final = (Role.DESK, Role.PLANNER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
ROLES_AT: Final[Mapping[str, tuple[Role, ...]]] = MappingProxyType({"hotline": (Role.OPERATOR, Role.SUPERVISOR, *EVERYWHERE)})
# The registers of the country, and everybody's entries: kept by whoever keeps the national number, and by a key of the API.
HOTLINES_ONLY: Final = frozenset({"directory:admin"})
POWERFUL: Final = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)


def roles_at(kind: str) -> tuple[Role, ...]:
    """The roles that an account of an organisation of a kind may have."""
    return ROLES_AT.get(kind, EVERYWHERE)


def scopes_at(kind: str, scopes: Iterable[str]) -> frozenset[str]:
    """What an account may do of what its role may, at an organisation of a kind."""
    return frozenset(scopes) - (frozenset() if kind == "hotline" else HOTLINES_ONLY)
