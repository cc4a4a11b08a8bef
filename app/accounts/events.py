"""What accounts announce, to their own organisation: that somebody can sign in who could not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMade(Event):
    """Somebody signs in for an organisation from now on, in `role`. `by`: whose account made it; null: the command line did.

    It goes to the organisation itself, so that no administrator makes another one unseen.
    """

    type: ClassVar[str] = "nl.nodus.account.made.v1"
    example: ClassVar[Mapping[str, object]] = {"role": "administrator"}
    organisation_id: UUID
    account_id: UUID
    role: str
    by: UUID | None

    @property
    def subject(self) -> UUID:
        """The account."""
        return self.account_id

    @property
    def path(self) -> str:
        """The page of the organisation's accounts: there is no other way to them."""
        return "/accounts"


EVENTS: Final[tuple[type[Event], ...]] = (AccountMade,)
