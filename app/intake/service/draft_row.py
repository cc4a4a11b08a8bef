"""The row of a draft: found, locked, opened with its key; and its lines of history."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.core.errors import Conflict, NotFound
from app.core.http import match, utc_text
from app.core.work import Work
from app.intake import queries
from app.intake.drafts import OPEN, SCREENS, Draft, draft_of
from app.intake.merging import Line, Mark, Typed
from app.intake.tables import draft_save
from app.vault import open as vault


class DraftEnded(Conflict):
    """The draft was completed or abandoned."""

    slug, title = "draft-ended", "The draft has ended"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a draft holds: what was typed, and of each screen how far it came (`sequence`, `key`, `at`)."""

    typed: Typed
    screens: Mapping[str, Mapping[str, Any]]


async def locked(work: Work, call_id: UUID) -> tuple[Draft, Any]:
    """A draft and its row, locked until the work ends; the worker's for any organisation.

    Raises:
        NotFound: no such draft of this organisation.
    """
    return visible(work, await work.one(queries.DRAFT_LOCKED, call_id=call_id))


def visible(work: Work, row: Any) -> tuple[Draft, Any]:  # noqa: ANN401  a row or None
    """The draft in a row.

    Raises:
        NotFound: there is none for this organisation.
    """
    if row is None or work.actor.organisation not in {None, row["organisation_id"]}:
        raise NotFound("There is no such draft, or it is not your organisation's.")
    return draft_of(row), row


async def open_and_locked(work: Work, call_id: UUID, version: int | None) -> tuple[Draft, Any]:
    """As `locked`, for a change of a draft that is open; its key is ready.

    Raises:
        NotFound: as `locked`.
        DraftEnded: it was completed or abandoned.
        Stale: it is not at `version` any more; None asks for none.
    """
    draft, row = await locked(work, call_id)
    must_be_open(draft)
    if version is not None:
        match(version, draft.version)
    vault.take_key(work, draft.case_id, row["wrapped"])
    return draft, row


def must_be_open(draft: Draft) -> None:
    """Refuse what is no draft any more.

    Raises:
        DraftEnded: it was completed or abandoned.
    """
    if draft.state not in OPEN:
        hint = " It can be taken up again: POST …/resumption." if draft.destroy_at and draft.state == "abandoned" else ""
        raise DraftEnded(
            f"This draft is {draft.state}. Nothing was changed.{hint}", state=draft.state, currentVersion=draft.version
        )


def opened(work: Work, draft: Draft, row: Any) -> Opened:  # noqa: ANN401  a row
    """What a draft holds, for a change that its history records."""
    sealed = [row["sealed"], row["marks"]] if row["marks"] else [row["sealed"]]
    contents, *kept = vault.unsealed_to_change(work, draft.case_id, sealed)
    marks: Any = kept[0] if kept else {"fields": {}, "screens": {}}
    return Opened(Typed(contents, {field: Mark(**mark) for field, mark in marks["fields"].items()}), marks["screens"])


def sealed_marks(work: Work, case_id: UUID, held: Opened, organisation: UUID | None = None) -> bytes:
    """Marks and screens as they are stored; of the screens the latest."""
    latest = dict(sorted(held.screens.items(), key=lambda one: str(one[1]["at"]))[-SCREENS:])
    return vault.seal(work, case_id, {"fields": held.typed.marks, "screens": latest}, organisation)


def mark_now(work: Work, version: int, screen: str | None = None) -> Mark:
    """The mark that this work leaves."""
    return Mark(version, str(work.actor.key) if work.actor.key else None, screen, utc_text(work.at))


def line_json(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """The fields of a save, as its history keeps them."""
    return [{"field": one.field, "outcome": one.outcome, "old": one.old, "new": one.new} for one in lines]


def note(work: Work, draft: Draft, version: int, kind: str, told: Mapping[str, Any] | None = None) -> None:
    """A line of history: what was done to a draft, by whom; `told` is sealed."""
    sealed = vault.seal(work, draft.case_id, told, draft.organisation) if told else None
    work.write(
        draft_save,
        call_id=draft.id,
        version=version,
        organisation_id=draft.organisation,
        kind=kind,
        key_id=work.actor.key,
        at=work.at,
        sealed=sealed,
    )


async def change(work: Work, draft: Draft, act: str, told: Mapping[str, Any] | None = None, /, **columns: Any) -> Draft:  # noqa: ANN401  columns
    """Change the row of a draft that is locked, with a line of its history; `told` is sealed. The draft as it is then."""
    version = draft.version + 1
    await work.change(queries.CHANGE.values(version=version, **columns), call_id=draft.id)
    note(work, draft, version, act, told)
    kept = {name: value for name, value in columns.items() if name in {"state", "held_since", "destroy_at", "saved_at"}}
    return replace(draft, version=version, key=columns.get("key_id", draft.key), **kept)
