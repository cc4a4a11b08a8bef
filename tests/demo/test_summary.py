"""What the play must add up to, also after somebody has tried things by hand."""

from typing import Any

import pytest

from app.demo.summary import _wrong


def a_case(owner: str | None, state: str) -> dict[str, Any]:
    """A case as the API tells it."""
    return {"reference": "K7M4-2QXD-H", "ownerOrganisationId": owner, "state": state, "deadlineAt": "2026-11-29T12:00:00Z"}


@pytest.mark.parametrize(
    ("owner", "state", "asked", "well"),
    [
        (None, "offered", ["assignment"], True),
        ("desk", "accepted", [], True),
        ("desk", "accepted", ["handover"], True),
        ("desk", "in_follow_up", ["transfer"], True),
        ("desk", "accepted", ["assignment"], False),
        (None, "offered", [], False),
        (None, "offered", ["handover"], False),
        ("desk", "accepted", ["handover", "transfer"], False),
    ],
)
def test_a_case_has_an_owner_or_one_who_is_asked(owner: str | None, state: str, asked: list[str], well: bool) -> None:  # noqa: FBT001
    """A case that is being handed over has both, and nobody has fallen through."""
    routing = {"offers": [{"state": "pending", "what": what} for what in asked], "decisions": []}
    assert (_wrong(a_case(owner, state), routing) is None) == well
