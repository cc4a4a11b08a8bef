"""Save what is typed: some fields, merged with what others typed meanwhile, or the whole; each with its line of history."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.core.errors import FieldError, Invalid, KeyReused
from app.core.work import Work
from app.intake import queries
from app.intake.drafts import LEFT_ALONE, OPEN, Draft
from app.intake.merging import Outcome, Save, Typed, differences, merge, news
from app.intake.protocol import NEWEST
from app.intake.schemas.asked import CallIn
from app.intake.schemas.drafts import SaveIn
from app.intake.schemas.fields import MOST_ANSWERS, WHOLE, validated
from app.intake.service.draft import as_told
from app.intake.service.draft_row import Opened, line_json, locked, mark_now, must_be_open, open_and_locked, opened, sealed_marks
from app.intake.wire import saved_json
from app.vault import open as vault


class SequenceReused(KeyReused):
    """This screen has saved something else with the same sequence: two tabs with one id."""

    slug, title = "sequence-reused", "The sequence was used for another save"


async def save_fields(work: Work, call_id: UUID, asked: SaveIn) -> Mapping[str, Any]:
    """Save some fields of a draft. A save that came before changes nothing, and is answered as it was then.

    What others have changed since is not overwritten: it is told as a conflict, and what was sent is kept in the history.

    Raises:
        Invalid: a field or value that can't be, or a version that there was not yet; nothing is saved.
        NotFound: no such draft of this organisation.
        DraftEnded: it was completed or abandoned, and this save did not come before.
        SequenceReused: this screen has saved something else with this sequence.
    """
    work.plan_once()
    changes = validated(asked.changes)
    draft, row = await locked(work, call_id)
    if draft.state not in OPEN:
        if before := await _told_before(work, draft, row, asked, changes):
            return before
        must_be_open(draft)
    vault.take_key(work, draft.case_id, row["wrapped"])
    held = opened(work, draft, row)
    later: frozenset[str] = frozenset()
    if asked.screen not in held.screens or asked.sequence <= held.screens[asked.screen]["sequence"]:
        before, later = await _from_sequence(work, draft, asked, changes)
        if before:
            return before
    _must_have_been(asked.seen, draft.version)
    mark = mark_now(work, draft.version + 1, asked.screen)
    typed, lines = merge(held.typed, Save(mark, asked.seen, changes, later))
    _not_too_many(typed)
    last = max(asked.sequence, held.screens.get(asked.screen, {}).get("sequence", 0))
    screens = {**held.screens, asked.screen: {"sequence": last, "key": mark.key, "at": mark.at}}
    told = saved_json(draft, mark, lines, news(typed, asked.screen, asked.seen), typed.contents, screens)
    line = {"changes": line_json(lines), "told": told}
    await _keep(work, draft, Opened(typed, screens), line, asked)
    return told


async def save_whole(work: Work, call_id: UUID, version: int, call: CallIn) -> Draft:
    """Keep a draft as it is now, every field of it.

    Raises:
        NotFound: no such draft of this organisation.
        DraftEnded: it was completed or abandoned.
        Stale: somebody else saved it since it was read.
    """
    draft, row = await open_and_locked(work, call_id, version)
    held = opened(work, draft, row)
    told = as_told(call)
    if call.protocol == NEWEST:  # a draft keeps the version it was opened under
        told["protocol"] = held.typed.contents.get("protocol", NEWEST)
    changes = differences(held.typed.contents, told, WHOLE)
    typed, lines = merge(held.typed, Save(mark_now(work, version + 1), version, changes))
    return await _keep(work, draft, Opened(typed, held.screens), {"changes": line_json(lines)})


async def _keep(work: Work, draft: Draft, held: Opened, line: Mapping[str, Any], asked: SaveIn | None = None) -> Draft:
    """A save and its line of history, in one statement; without `asked` it was saved whole."""
    case_id = draft.case_id
    await work.change(
        queries.SAVE,
        call_id=draft.id,
        version=draft.version + 1,
        organisation=draft.organisation,
        kind="saved" if asked else "saved_whole",
        key=work.actor.key,
        screen=asked and asked.screen,
        sequence=asked and asked.sequence,
        at=work.at,
        line=vault.seal(work, case_id, line),
        sealed=vault.seal(work, case_id, held.typed.contents),
        marks=sealed_marks(work, case_id, held),
        left_alone_at=work.at + LEFT_ALONE,
    )
    return replace(draft, version=draft.version + 1, saved_at=work.at)


async def _told_before(
    work: Work,
    draft: Draft,
    row: Any,  # noqa: ANN401  a row
    asked: SaveIn,
    changes: Mapping[str, Any],
) -> Mapping[str, Any] | None:
    """The answer to a save that came before its draft ended; None when it did not, or what was typed is destroyed."""
    if row["wrapped"] is None:
        return None
    vault.take_key(work, draft.case_id, row["wrapped"])
    before, _ = await _from_sequence(work, draft, asked, changes)
    return before


async def _from_sequence(
    work: Work, draft: Draft, asked: SaveIn, changes: Mapping[str, Any]
) -> tuple[Mapping[str, Any] | None, frozenset[str]]:
    """What this very save was answered when it came before, and which fields its screen has saved later."""
    rows = await work.rows(queries.FROM_SEQUENCE, call_id=draft.id, screen=asked.screen, sequence=asked.sequence)
    lines = vault.unsealed_to_change(work, draft.case_id, [row["sealed"] for row in rows])
    later: set[str] = set()
    for row, line in zip(rows, lines, strict=True):
        if row["sequence"] > asked.sequence:
            later |= {one["field"] for one in line["changes"] if one["outcome"] != Outcome.SUPERSEDED}
        elif {one["field"]: one["new"] for one in line["changes"]} == changes:
            return line["told"], frozenset()
        else:
            raise SequenceReused(
                "This screen has saved something else with this sequence: another tab goes by the same id. Take a new `screen`,"
                " begin at sequence 1, and send it again."
            )
    return None, frozenset(later)


def _must_have_been(seen: int, version: int) -> None:
    if seen > version:
        fault = FieldError("/seen", "not_yet", "Send the version of the last answer.")
        raise Invalid(
            f"The draft is at version {version}; `seen` names one that it has not had. Nothing was saved.", errors=[fault]
        )


def _not_too_many(typed: Typed) -> None:
    if len(typed.contents.get("answers", ())) > MOST_ANSWERS:
        fault = FieldError("/changes", "too_many_answers", f"At most {MOST_ANSWERS} answers.")
        raise Invalid(f"A call has at most {MOST_ANSWERS} answers. Nothing was saved.", errors=[fault])
