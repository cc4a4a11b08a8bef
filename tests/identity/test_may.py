"""Roles and scopes."""

from app.core.actor import Role
from app.identity.may import SCOPES_OF, missing, scopes_for


def test_every_role_that_a_key_can_have_has_scopes() -> None:
    """A role without an entry would be refused everywhere, or worse."""
    assert set(SCOPES_OF) == set(Role) - {Role.PUBLIC, Role.EXCHANGE, Role.WORKER, Role.GATE}


def test_a_key_holds_fewer_scopes_than_its_role_never_more() -> None:
    """A leaked key for polling must not accept cases."""
    assert scopes_for("desk", ["feed:read"]) == (frozenset({"feed:read"}), frozenset())
    assert scopes_for("desk", ["feed:read", "calls:write"]) == (frozenset({"feed:read"}), frozenset({"calls:write"}))


def test_what_is_lacking_is_named() -> None:
    """Whoever is refused must know what to ask for."""
    assert missing(frozenset({"cases:read"}), ["offers:answer", "cases:read"]) == ("offers:answer",)
