"""Who on the team of a case sees a row, besides the case's owner and the row's writer."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from app.core.errors import FieldError, Invalid

Audience = tuple[UUID, ...] | None
"""None: the whole team; empty: nobody else; else these organisations."""


class Visibility(StrEnum):
    """The same in one word, as people choose it."""

    TEAM = "team"
    OWNER = "owner"
    NAMED = "named"


def audience_of(visibility: Visibility, named: Iterable[UUID] = ()) -> Audience:
    """The audience that somebody chose.

    Raises:
        Invalid: organisations are named for another visibility than `named`, or none for it.
    """
    chosen = tuple(sorted(set(named)))
    if (visibility is Visibility.NAMED) != bool(chosen):
        fault = FieldError("/named", "named", "Name organisations with visibility `named`, and only then.")
        raise Invalid("Who may see it is not clear.", errors=[fault])
    return None if visibility is Visibility.TEAM else chosen


def visibility_of(audience: Iterable[UUID] | None) -> Visibility:
    """What was chosen."""
    if audience is None:
        return Visibility.TEAM
    return Visibility.NAMED if tuple(audience) else Visibility.OWNER


def sees(organisation: UUID, *, owner: UUID | None, writer: UUID, audience: Audience, on_team: bool) -> bool:
    """Whether an organisation sees a row. The row policies say the same; a test compares them."""
    if organisation == owner:
        return True
    return on_team and (audience is None or organisation == writer or organisation in audience)
