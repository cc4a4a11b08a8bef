"""Who on the team sees what is written, on the wire."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import Field

from app.core.http import Wire
from app.team.audience import Audience, Visibility, audience_of, visibility_of


class SharedIn(Wire):
    """Who on the team sees what is written, besides the owner of the case and whoever writes."""

    visibility: Visibility = Visibility.TEAM
    named: list[UUID] = Field(default_factory=list, max_length=20, description="Organisations, with visibility `named`")

    @property
    def audience(self) -> Audience:
        """The same as the rooms have it.

        Raises:
            Invalid: as `audience_of`.
        """
        return audience_of(self.visibility, self.named)


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with `visibility` and `named` in the place of its `audience`."""
    audience = row["audience"]
    others = {name: value for name, value in row.items() if name != "audience"}
    return {**others, "visibility": visibility_of(audience), "named": list(audience or ())}
