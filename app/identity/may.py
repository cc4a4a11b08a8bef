"""Which role may do what, as scopes; a key may hold fewer than its role, never more."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

# What comes to a desk by other ways than the phone: reports of the police, and calls that it hands over itself.
IMPORTS: Final = frozenset({"police-reports:read", "police-reports:write", "transfers:write"})

SCOPES_OF: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "operator": frozenset({"calls:read", "calls:write", "cases:read", "directory:read"}) | IMPORTS,
        "supervisor": frozenset(
            {"calls:read", "calls:write", "cases:read", "cases:write", "offers:answer", "feed:read", "directory:read"}
            | {"telephony:manage", "protocols:compare", "watch:read"}
            | IMPORTS
        ),
        "desk": frozenset(
            {"offers:answer", "cases:read", "cases:write", "feed:read", "webhooks:manage", "directory:read", "directory:write"}
            | {"mailboxes:manage", "watch:read"}
        )
        | IMPORTS,
        "professional": frozenset({"reports:write", "police-reports:write"}),
        "planner": frozenset({"directory:read", "directory:write", "feed:read"}),
        "administrator": frozenset(
            {"directory:read", "directory:write", "directory:admin", "keys:manage", "webhooks:manage", "feed:read"}
            | {"telephony:manage", "protocols:compare", "mailboxes:manage"}
        ),
        "privacy_officer": frozenset({"access-log:read", "directory:read"}),
    }
)


def scopes_for(role: str, wanted: Iterable[str] | None = None) -> tuple[frozenset[str], frozenset[str]]:
    """The scopes that a key of this role gets, and those it asked for in vain; all of the role's when none are named."""
    allowed = SCOPES_OF[role]
    if wanted is None:
        return allowed, frozenset()
    asked = frozenset(wanted)
    return asked & allowed, asked - allowed


def missing(held: frozenset[str], needed: Iterable[str]) -> tuple[str, ...]:
    """The scopes that are needed and not held, in order."""
    return tuple(sorted(set(needed) - held))
