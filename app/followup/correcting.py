"""Corrections instead of deletions: what was wrong stays readable, and says what corrects it.

A correction says something else; it never ends, moves or hands over what must be done, so no duty is lost by one. An end or a
change has a command of its own, with its own reason. Sources: domain.md, Case; GDPR art. 5(1)(d) and 16.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Forbidden, Invalid, Refused
from app.followup.items import Item, ItemKind, ItemState


class CorrectionReason(StrEnum):
    """What was wrong."""

    MISTAKE = "mistake"  # in what was written
    WRONG_MOMENT = "wrong_moment"
    NEW_FACTS = "new_facts"  # it was thought so, and is known to be otherwise
    PERSON_OBJECTS = "person_objects"  # the person says that it is not so (GDPR art. 16)
    ENTERED_IN_ERROR = "entered_in_error"  # it belongs to nobody, or to another case


class Corrected(Refused):
    """There is a correction of it."""

    slug, title = "corrected-already", "It was corrected already"


class DutyWouldBeLost(Refused):
    """Something must still be done by it."""

    slug, title = "duty-would-be-lost", "Something still has to be done"


# What is written by a command with rules of its own is corrected by that command: a new card, another level, an answer.
CORRECTABLE: Final = frozenset({ItemKind.NOTE, ItemKind.ACTION, ItemKind.ASSESSMENT, ItemKind.TRANSPORT, ItemKind.AGREEMENT})
TAKEN_BACK: Final = CORRECTABLE | {ItemKind.CRISIS_CARD}
OTHER_WAYS: Final[Mapping[ItemKind, str]] = MappingProxyType(
    {
        ItemKind.CRISIS_CARD: "Write a new crisis card, which takes its place.",
        ItemKind.ESCALATION: "Ask for the level that it should be.",
    }
)


def insist_on_correctable(item: Item, by: UUID, owner: UUID | None, *, taken_back: bool) -> None:
    """Refuse a correction by others than the writer and the case's owner, of what was corrected, or that would lose a duty.

    Raises:
        Forbidden: another organisation wrote it. Corrected: naming the correction to correct.
        Refused: it has its own way of being put right. DutyWouldBeLost: it is open, and nothing would take its place.
    """
    if by not in {item.organisation, owner}:
        raise Forbidden("Only who wrote it, or the owner of the case, corrects it.")
    if item.corrected_by:
        raise Corrected("It was corrected already. Correct the correction.", correctedBy=str(item.corrected_by))
    if item.withdrawn:
        raise Corrected("It says only that what it corrects was entered in error. Write it anew.")
    if item.kind not in (TAKEN_BACK if taken_back else CORRECTABLE):
        raise Refused(f"This can't be corrected so. {OTHER_WAYS.get(item.kind, 'Its procedure has commands of its own.')}")
    if taken_back and item.state is ItemState.OPEN:
        raise DutyWouldBeLost("It is still to be done. End it first, done or cancelled; then say that it was entered in error.")


def corrected_facts(item: Item, kind: ItemKind, facts: Mapping[str, Any], reason: CorrectionReason) -> dict[str, Any]:
    """The codes of the correction.

    Raises:
        Invalid: it is something else than what it corrects.
    """
    if kind is not item.kind:
        fault = FieldError(f"/{kind}", "other_kind", f"Send `{item.kind}`: that is what is corrected.")
        raise Invalid("A correction is of the same kind as what it corrects. Nothing was changed.", errors=[fault])
    return {**facts, "reason": reason}


def correction_audience(item: Item) -> tuple[UUID, ...] | None:
    """Who sees the correction: everybody who sees what it corrects, so that nobody goes on with what was wrong."""
    if item.audience is None:
        return None
    return tuple(sorted({*item.audience, item.organisation}))
