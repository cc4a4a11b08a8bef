"""Look at calls that have ended: whether they are, with earlier ones, an early signal; after the commit, in nobody's way."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import orjson

from app.cases import service as cases
from app.cases.case import Case
from app.cases.lifecycle import Urgency
from app.core import outbox
from app.core.ids import new_id
from app.core.work import Row, Work
from app.directory.places import PlaceUnknown
from app.directory.service import look_up as directory
from app.signals import queries
from app.signals.evaluate import Raised, Seen, evaluate
from app.signals.events import EarlySignalRaised
from app.signals.marks import Kind
from app.signals.service.rules import rules
from app.signals.tables import early_signal, early_signal_act

# A person's own telephone is a mark of the person.
SUBJECTS: Final = {Kind.PERSON: Kind.PERSON, Kind.PHONE: Kind.PERSON, Kind.ADDRESS: Kind.ADDRESS}


@dataclass(frozen=True, slots=True)
class Thread:
    """All calls of the time the rules look at that are about one person or address, and what became of their cases."""

    id: UUID
    kind: Kind
    rows: Sequence[Row]
    cases: dict[UUID, Case]

    def seen(self) -> list[Seen]:
        """The calls as the rules see them."""
        return [self._seen(row) for row in self.rows]

    @property
    def case_ids(self) -> list[UUID]:
        """The cases that they are about."""
        return sorted(self.cases)

    @property
    def involved(self) -> list[UUID]:
        """Who knows of them: the owner of each case, and who took a call that has none."""
        owners = {id_: case.owner for id_, case in self.cases.items()}
        return sorted({owners.get(row["about_case_id"]) or row["organisation_id"] for row in self.rows})

    def _seen(self, row: Row) -> Seen:
        case = self.cases.get(row["about_case_id"])
        closed_at = case.closed_at if case else None
        return Seen(row["call_id"], row["at"], Urgency(row["urgency"]), row["municipality_code"], row["about_case_id"], closed_at)


async def due(work: Work) -> list[UUID]:
    """The calls that were not yet looked at, longest waiting first."""
    return [row["call_id"] for row in await work.rows(queries.DUE)]


async def look_at(work: Work, call_id: UUID) -> None:
    """Raise, or bring up to date, the early signals that a call makes with earlier ones; for the worker."""
    if await work.one(queries.TAKE, call_id=call_id) is None:
        return  # another worker was faster
    traces = sorted(await work.rows(queries.TRACES, call_id=call_id), key=lambda row: SUBJECTS[Kind(row["kind"])], reverse=True)
    told: set[UUID] = set()  # a person first; an address that tells the same calls once more tells nothing
    for kind, of_kind in groupby(traces, key=lambda row: SUBJECTS[Kind(row["kind"])]):
        thread = await _thread(work, kind, [row["hash"] for row in of_kind])
        calls = {row["call_id"] for row in thread.rows}
        if not calls <= told:
            await _raise(work, thread, call_id)
        told |= calls


async def _thread(work: Work, kind: Kind, hashes: list[bytes]) -> Thread:
    await work.change(queries.NEW_IN_THREAD, hashes=hashes, thread_id=new_id(work.at))
    [first, *_] = await work.rows(queries.THREAD, hashes=hashes)
    since = work.at - rules().longest
    rows = await work.rows(queries.OF_THREAD, thread_id=first["thread_id"], since=since)
    found = await cases.some(work, [row["about_case_id"] for row in rows if row["about_case_id"]])
    return Thread(first["thread_id"], kind, rows, {one.id: one for one in found})


async def _raise(work: Work, thread: Thread, call_id: UUID) -> None:
    seen = thread.seen()
    newest = next((one for one in seen if one.call_id == call_id), None)
    if newest is None:
        return  # longer ago than the rules look
    found = evaluate(rules().rules, thread.kind, newest, [one for one in seen if one.at <= newest.at])
    if not found:
        return
    before = {row["rule"]: row for row in await work.rows(queries.SIGNALS_OF_THREAD, thread_id=thread.id, at=work.at)}
    # What was told of an earlier call must do where the newest tells no place.
    places = [one.municipality_code for one in sorted(seen, key=lambda one: one.at) if one.municipality_code]
    code = newest.municipality_code or (places[-1] if places else None)
    coordinators = await _coordinators(work, code)
    for one in found:
        known = before.get(one.rule.code)
        if known is None:
            _store(work, thread, one, code, coordinators)
        elif known["state"] in {"raised", "acknowledged"}:
            await _again(work, thread, one, known["id"])


def _store(work: Work, thread: Thread, raised: Raised, code: str | None, coordinators: tuple[UUID, ...]) -> None:
    signal_id = new_id(work.at)
    work.write(
        early_signal,
        id=signal_id,
        rule=raised.rule.code,
        thread_id=thread.id,
        kind=thread.kind,
        state="raised",
        organisation_ids=[str(one) for one in coordinators],
        municipality_code=code,
        involved=[str(one) for one in thread.involved],
        case_ids=[str(one) for one in thread.case_ids],
        raised_at=work.at,
        last_at=work.at,
        times=1,
        facts=raised.facts,
        version=1,
    )
    act(work, signal_id, "raised")
    event = EarlySignalRaised(
        early_signal_id=signal_id,
        rule=raised.rule.code,
        municipality_code=code,
        organisation_ids=coordinators,
    )
    outbox.record(work, event, coordinators)


async def _again(work: Work, thread: Thread, raised: Raised, signal_id: UUID) -> None:
    binds: dict[str, Any] = {
        "facts": orjson.dumps(raised.facts).decode(),
        "involved": thread.involved,
        "case_ids": thread.case_ids,
    }
    await work.change(queries.AGAIN, signal_id=signal_id, at=work.at, **binds)
    act(work, signal_id, "again")


def act(work: Work, signal_id: UUID, what: str, code: str | None = None) -> None:
    """What happened to a signal, for its history."""
    work.write(
        early_signal_act,
        id=new_id(work.at),
        signal_id=signal_id,
        at=work.at,
        organisation_id=work.actor.organisation,
        key_id=work.actor.key,
        act=what,
        code=code,
    )


async def _coordinators(work: Work, municipality_code: str | None) -> tuple[UUID, ...]:
    """Whose desk serves the municipality; the national desks where there is none, or no municipality was told."""
    if municipality_code:
        try:
            around = await directory.around(work, municipality_code)
        except PlaceUnknown:  # merged since: that must not keep the signal from being told
            around = None
        if around and around.desks:
            return tuple(dict.fromkeys(desk.organisation_id for desk in sorted(around.desks, key=lambda desk: desk.rank)))
    return tuple(await directory.national_desks(work))
