"""Tasks of an organisation: found in the order of its feed, read, and moved by the same commands as everywhere."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from app.core.errors import FieldError, NotFound, Stale
from app.core.http import match
from app.core.work import Work, begin
from app.directory.service import organisations
from app.exchange import changes, queries
from app.exchange.changes import Asked
from app.exchange.codes import NUMBERS, OUTPUT, URI, Resource
from app.exchange.fhir_task import Act, Told, task_of, told
from app.exchange.outcome import BusinessRule
from app.exchange.search import Place, Search, is_named
from app.followup.contacts import Contact, Party, Result
from app.followup.service import close as closing
from app.followup.service import contact as contacting
from app.followup.service.close import ClosingOutcome
from app.routing.service import answer

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of tasks. `latest`: everything up to this moment is told, so that a poller may go on after it."""

    tasks: tuple[Told, ...]
    latest: datetime
    next: Place | None = None
    total: int | None = None


async def find(work: Work, search: Search) -> Found:
    """The tasks of this organisation that a search asks for; of another organisation there are none."""
    latest = await _caught_up(work)
    if not await _is_ours(work, search.owners):
        return Found((), latest, total=0 if search.count == 0 else None)
    statement, binds = queries.found(search)
    rows = await work.rows(statement, **binds)
    if search.count == 0:
        return Found((), latest, total=rows[0]["total"])
    tasks = tuple(told(row) for row in rows[: search.count])
    more = Place(tasks[-1].updated_at, tasks[-1].id) if len(rows) > search.count else None
    return Found(tasks, latest, more)


async def read(work: Work, task_id: UUID) -> Told:
    """One task.

    Raises:
        NotFound: there is none with this id for this organisation.
    """
    await _caught_up(work)
    row = await work.one(queries.TASK, task_id=task_id)
    if row is None:
        raise _unknown()
    return told(row)


async def of_case(work: Work, case_id: UUID) -> Told:
    """The last task about a case.

    Raises:
        NotFound: this organisation was never asked to take it.
    """
    await _caught_up(work)
    row = await work.one(queries.TASK_OF_CASE, case_id=case_id)
    if row is None:
        raise NotFound("There is nothing with this id, or it is not for your organisation.")
    return told(row)


async def change(work: Work, task_id: UUID, change_of: Callable[[Resource], Resource], version: int | None) -> Told:
    """Do what a changed task asks for. `version`: the one that was read; None: the state machine alone guards.

    Raises:
        NotFound: as `read`. Stale: it is no longer what was read.
        Invalid, BusinessRule: as `changes.asked`. And what the commands raise.
    """
    # Caught up beforehand, in work of its own: who holds its reader's mark must not wait for the counter of the feed
    # while another command holds that counter and waits for the mark.
    async with begin(work.database, work.actor) as before:
        await _caught_up(before)
    row = await work.one(queries.TASK, task_id=task_id)
    if row is None:
        raise _unknown()
    task = told(row)
    if version is not None:
        match(version, task.version)
    current = task_of(task)
    asked = changes.asked(current, change_of(current))
    if asked.act is None:
        return task
    try:
        await CARRY_OUT[asked.act](work, task, asked)
    except Stale:  # it names the version of an offer or a case, which are no versions of a task
        raise Stale((await read(work, task_id)).version) from None
    await work.flush()  # only an event that has its number gives the answer its moment
    return await read(work, task_id)


def _unknown() -> NotFound:
    return NotFound("There is no such Task, or its owner is another organisation.")


async def _see(work: Work, task: Told, _asked: Asked) -> None:
    await answer.see(work, task.id)


async def _accept(work: Work, task: Told, _asked: Asked) -> None:
    await answer.accept(work, task.id, task.offer_version, None)


async def _decline(work: Work, task: Told, asked: Asked) -> None:
    await answer.decline(work, task.id, task.offer_version, asked.reason)


async def _reach(work: Work, task: Told, asked: Asked) -> None:
    contact = Contact(asked.reached_at or work.at, asked.way, Party.PERSON, Result.REACHED)
    await contacting.log(work, task.case_id, contact, asked.note)


async def _close(work: Work, task: Told, asked: Asked) -> None:
    """Everything that is missing is named at once, the outcome too."""
    known = list(ClosingOutcome)
    if asked.outcome not in known:
        _, found = await closing.checklist(work, task.case_id)
        where = f"Task.output: type with system {OUTPUT}, code closing-outcome; valueCode one of {', '.join(known)}."
        faults = [FieldError("Task.output", "required", where)]
        missing = [{"code": one.code, "detail": one.sentence} for one in found.missing]
        raise BusinessRule("To complete a task, say how it is with the person now.", errors=faults, missing=missing)
    await closing.close(work, task.case_id, task.case_version or 0, ClosingOutcome(asked.outcome))


CARRY_OUT: Final[Mapping[Act, Callable[[Work, Told, Asked], Awaitable[None]]]] = {
    Act.SEE: _see,
    Act.ACCEPT: _accept,
    Act.DECLINE: _decline,
    Act.REACH: _reach,
    Act.CLOSE: _close,
}


async def _is_ours(work: Work, owners: tuple[str, ...]) -> bool:
    if not owners:
        return True
    row = await organisations.organisation(work, work.organisation)
    names = [(system, row[kind]) for kind, system in NUMBERS.items() if row[kind]]
    names.append((URI, f"urn:uuid:{work.organisation}"))
    return all(is_named(one, names, work.organisation) for one in owners)


async def _caught_up(work: Work) -> datetime:
    """Give every event about a task its moment, in the order of the feed; the moment of the last one.

    An event gets its number when nothing before it can come any more, so no task ever appears behind a moment that was told.
    """
    me = work.organisation
    row = await work.one(queries.BEHIND, me=me)
    if row is None:
        raise LookupError("How far tasks are always has an answer.")
    through: int = row["through"]
    latest: datetime = row["latest"] or BEGINNING
    while through < row["last"]:
        upto = min(row["last"], through + queries.BATCH)
        marked = await work.one(queries.CATCH_UP, me=me, through=through, upto=upto, latest=latest)
        if marked is None:  # somebody else was faster
            return await _caught_up(work)
        through, latest = upto, marked["latest"]
    return latest
