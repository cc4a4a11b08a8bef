"""Correct what a call says: it reads as corrected, what it said before stays readable, and whoever has its case hears it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.cases import service as cases
from app.cases.lifecycle import Urgency
from app.core import outbox
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Row, Work
from app.directory.places import PlaceOfStay
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.intake import queries, triage
from app.intake.amending import REVERSIBLE, Change, Made, amended, may_undo, must_be_fields, value_of
from app.intake.calls import Call, call_of
from app.intake.codes import CallKind
from app.intake.events import CallAmended
from app.intake.outcome import disposition, kept, must_be_past
from app.intake.schemas.asked import CallIn
from app.intake.service import case_follows
from app.intake.service.protocols import protocol as known_protocol
from app.intake.tables import call_amendment
from app.intake.triage import ChosenUrgency, UrgencyTooLow, Verdict
from app.vault import open as vault
from app.vault.purpose import Purpose


class NotToBeCorrected(Conflict):
    """The call is still open, was abandoned, or entered in error."""

    slug, title = "not-to-be-corrected", "This call can't be corrected"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction did, and what it did not do by itself."""

    amendment_id: UUID
    version: int
    reversible_until: datetime
    urgency: str | None
    would_be: str
    raised: bool
    needs_somebody: bool
    case_id: UUID | None  # opened by it, for a call that had joined a less urgent one
    place_was: str | None
    place_is: str | None
    place: str | None  # `rerouted`, `can_be_rerouted`, `owner_decides`, `unknown`; None: the same municipality


@dataclass(frozen=True, slots=True)
class _Correction:
    id: UUID
    fields: tuple[str, ...]
    reroute: bool = False
    undone: bool = False


async def amend(
    work: Work, call_id: UUID, version: int, changes: Sequence[Change], reason: str, *, reroute: bool = False
) -> Corrected:
    """Correct fields of a call that has ended.

    Raises:
        NotFound: no such call of this organisation. Stale: it was changed since it was read.
        NotToBeCorrected: it has not ended, or was entered in error.
        Invalid: no such field, or the call would not be a valid one.
    """
    must_be_fields(changes)
    call, row = await locked(work, call_id, version)
    before = await _contents(work, call, row)
    amendment_id = new_id(work.at)
    after = kept(amended(before, changes), case=_about_a_case(call))  # what is not kept of advice is not kept here either
    fields = tuple(one.field for one in changes)
    said = [{"field": field, "before": value_of(before, field), "after": value_of(after, field)} for field in fields]
    how = _Correction(amendment_id, fields, reroute=reroute)
    corrected = await _become(work, call, row, after, how)
    work.write(
        call_amendment,
        id=amendment_id,
        call_id=call_id,
        case_id=call.case_id,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        at=work.at,
        fields=list(fields),
        sealed=vault.seal(work, call.case_id, {"reason": reason, "changes": said}),
        version=corrected.version,
        reversible_until=work.at + REVERSIBLE,
    )
    return corrected


async def undo(work: Work, call_id: UUID, version: int, amendment_id: UUID) -> Corrected:
    """Take a correction back: its fields say again what they said. The urgency is not lowered by it.

    Raises:
        NotFound, Stale, NotToBeCorrected: as `amend`. NotReversible: as `amending.may_undo`.
    """
    call, row = await locked(work, call_id, version)
    rows = await work.rows(queries.AMENDMENTS, call_id=call_id)
    made = [Made(one["id"], frozenset(one["fields"]), one["reversible_until"], one["undone_at"] is not None) for one in rows]
    mine = next((one for one in rows if one["id"] == amendment_id), None)
    if mine is None:
        raise NotFound("There is no such correction of this call.")
    may_undo(amendment_id, made, work.at)
    seals = [row["sealed"], mine["sealed"]]
    before, told = await vault.unseal(work, call.case_id, seals, what=f"call {call_id}", purpose=Purpose.QUALITY)
    back = [Change(one["field"], one["before"]) for one in told["changes"]]
    undone = queries.UNDO_AMENDMENT.values(undone_at=work.at, undone_by=work.actor.key)
    await work.change(undone, amendment_id=amendment_id)
    how = _Correction(amendment_id, tuple(one.field for one in back), undone=True)
    return await _become(work, call, row, amended(before, back), how)


async def amendments(work: Work, call_id: UUID, purpose: Purpose) -> list[dict[str, Any]]:
    """The corrections of a call with what it said before, oldest first, undone ones too; logged.

    Raises:
        NotFound: no such call for this organisation.
    """
    row = await work.one(queries.CALL, call_id=call_id)
    if row is None:
        raise NotFound("There is no such call, or it is not for your organisation.")
    rows = await work.rows(queries.AMENDMENTS, call_id=call_id)
    seals = [one["sealed"] for one in rows]
    told = await vault.unseal(work, row["case_id"], seals, what=f"corrections of call {call_id}", purpose=purpose)
    return [{**one, **words} for one, words in zip(rows, told, strict=True)]


async def locked(work: Work, call_id: UUID, version: int) -> tuple[Call, Row]:
    """A call of this organisation that has ended, locked, for a correction.

    Raises:
        NotFound, Stale, NotToBeCorrected: as `amend`.
    """
    row = await work.one(queries.LOCKED, call_id=call_id)
    if row is None or row["organisation_id"] != work.organisation:
        raise NotFound("There is no such call, or it is not your organisation's.")
    match(version, row["version"])
    if row["state"] != "completed" or row["in_error_at"]:
        why = "was entered in error; take that back first" if row["in_error_at"] else "has not ended; save its draft"
        raise NotToBeCorrected(f"This call {why}.")
    return call_of(row), row


def _about_a_case(call: Call) -> bool:
    return call.case_of_its_own is not None or call.joined_case_id is not None


async def _contents(work: Work, call: Call, row: Row) -> dict[str, Any]:
    [told] = await vault.unseal(work, call.case_id, [row["sealed"]], what=f"call {call.id}", purpose=Purpose.QUALITY)
    return told


async def _become(work: Work, call: Call, row: Row, after: dict[str, Any], how: _Correction) -> Corrected:
    told = _as_it_counts(call, _valid(after))
    must_be_past(told.received_at or row["received_at"], work.at)
    verdict = _verdict(call, told)
    higher = triage.is_lower(Urgency(call.urgency or Urgency.ADVICE), verdict.urgency)
    raised = verdict if higher else None
    code, place, hears = await _own_follows(work, call, told, raised, how)
    others = await case_follows.others(work, call, told, raised, how.fields)
    sealed = vault.seal(work, call.case_id, kept(after, case=_about_a_case(call)))
    columns = _columns(call, row, told, verdict, higher=higher)
    columns |= {"municipality_code": others.opened_in or code, "sealed": sealed, "version": call.version + 1}
    if others.opened_in:
        columns["disposition"] = disposition(CallKind(call.kind or CallKind.REPORT), case=True)
    await work.change(queries.CHANGE_ENDED.values(**columns), call_id=call.id, seen=call.version)
    case_id = call.case_id if others.opened_in else call.case_of_its_own or call.joined_case_id
    event = CallAmended(call_id=call.id, case_id=case_id, amendment_id=how.id, fields=how.fields, undone=how.undone)
    outbox.record(work, event, (*hears, *others.hears, work.organisation))
    return Corrected(
        amendment_id=how.id,
        version=call.version + 1,
        reversible_until=work.at + REVERSIBLE,
        urgency=verdict.urgency if higher else call.urgency,
        would_be=verdict.urgency,
        raised=higher,
        needs_somebody=others.needs_somebody,
        case_id=call.case_id if others.opened_in else None,
        place_was=call.municipality_code,
        place_is=columns["municipality_code"],
        place=place,
    )


async def _own_follows(
    work: Work, call: Call, told: CallIn, raised: Verdict | None, how: _Correction
) -> tuple[str | None, str | None, tuple[UUID, ...]]:
    """Where the call is now, what its place means for the case that it opened, and who must hear it."""
    if call.case_of_its_own is None:
        return call.municipality_code, None, ()
    elsewhere = any(one.startswith("place.") for one in how.fields)
    around = await _around(work, told) if elsewhere else None
    await case_follows.own(work, call, raised, how.fields)
    place = await case_follows.place(work, call, around, reroute=how.reroute) if elsewhere else None
    code = around.municipality_code if around else call.municipality_code
    return code, place, (await cases.get(work, call.case_id)).concerned


def _columns(call: Call, row: Row, told: CallIn, verdict: Verdict, *, higher: bool) -> dict[str, Any]:
    return {
        "received_at": told.received_at or row["received_at"],
        "answers": told.answers,
        "proposed_urgency": verdict.proposed if higher else call.proposed_urgency,
        "urgency": verdict.urgency if higher else call.urgency,
        "flags": sorted({*call.flags, *verdict.flags}),
        "observations": told.observations,
        "advice": told.advice.given,
        "caller_anonymity": told.caller.anonymity,
        "caller_relation": told.caller.relation,
        "person_may_know_caller": told.caller.person_may_know,
        "age_band": told.person.age_band,
    }


def _valid(after: dict[str, Any]) -> CallIn:
    try:
        return CallIn.model_validate(after)
    except ValidationError as wrong:
        faults = [FieldError("/changes", str(one["type"]), "A value does not fit its field.") for one in wrong.errors()]
        raise Invalid("With these changes the call would not be a valid one. Nothing was changed.", errors=faults) from None


def _verdict(call: Call, told: CallIn) -> Verdict:
    chosen = ChosenUrgency(told.urgency.chosen, told.urgency.reason) if told.urgency else None
    return triage.judge(known_protocol(call.protocol), told.answers, chosen)


def _as_it_counts(call: Call, told: CallIn) -> CallIn:
    """The call without the operator's choice, where that is too low for what is known now."""
    try:
        _verdict(call, told)
    except UrgencyTooLow:
        return told.model_copy(update={"urgency": None})
    return told


async def _around(work: Work, told: CallIn) -> Surroundings | None:
    for where in filter(None, (told.place.stay, told.place.residence)):
        if where.postcode or where.municipality_code:
            stay = PlaceOfStay(where.postcode, where.municipality_code, where.house_number)
            return (await directory.around_place(work, stay))[1]
    return None
