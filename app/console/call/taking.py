"""One call on the screen: read with all that follows from it; saved, sent and handed off by plain forms too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.console.call import fields, screen
from app.console.call.ended import ended
from app.console.call.keys import KEYS
from app.console.call.listing import CallId
from app.console.call.live import Live, live
from app.console.call.visits import READS, Taking, names, told
from app.console.inbox.typed import number
from app.console.visiting import PageRoute, Sent, Visit, told_of
from app.console.why import why
from app.core.errors import Invalid, Problem, Stale
from app.core.work import Work
from app.directory.service import look_up as directory
from app.intake.codes import AgeBand, Anonymity, CallKind, NotMadeReason, Relation, ReportKind
from app.intake.drafts import Draft
from app.intake.hand_offs import UNDER_WAY, HandOffState, To
from app.intake.merging import Contents, differences, value_at, with_value
from app.intake.protocol import SAFETY, SEVEREST_FIRST, Protocol
from app.intake.schemas.fields import WHOLE, whole_call
from app.intake.service import draft as drafts
from app.intake.service import hand_offs, saving
from app.intake.service.draft_row import DraftEnded
from app.intake.service.hand_offs import Started
from app.intake.service.protocols import protocol
from app.vault.purpose import Purpose

router = APIRouter(include_in_schema=False, route_class=PageRoute)

ANSWERS: Final = {"yes": "J", "no": "N", "unknown": "W"}
SPOKEN: Final = ("nl", "en", "de", "fr", "es", "pl", "tr", "ar", "uk", "ti", "other")
ALL: Final = 1000
MOST_TOWNS, MOST_TYPED = 12, 80
ENDS: Final = frozenset(CallKind)
CHOICES: Final[Mapping[str, Any]] = {
    "relations": [(one, f"call_relation_{one}") for one in Relation],
    "anonymities": list(Anonymity),
    "ages": [(one, f"call_age_{one}") for one in AgeBand if one is not AgeBand.UNKNOWN],
    "spoken": [(one, f"call_spoken_{one}") for one in SPOKEN],
    "report_kinds": [(one, f"call_report_{one}") for one in ReportKind],
    "urgencies": SEVEREST_FIRST,
    "keys": ANSWERS,
    "all_keys": KEYS,
    "not_made": list(NotMadeReason),
    "under_way": UNDER_WAY,
    "why": why,
    "otherwise": [
        CallKind.HANDED_OFF,
        CallKind.INFORMATION,
        CallKind.CALLBACK,
        CallKind.WRONG_NUMBER,
        CallKind.SILENT,
        CallKind.ABUSE,
    ],
}


@router.post("/call/live")
async def live_part(visit: Taking, request: Request) -> Response:
    """What follows from a call as it stands on the screen; nothing is stored."""
    follows = await live(visit.work, await told(request))
    return visit.page("call/parts/live.html", live=follows, **CHOICES)


@router.post("/call/towns")
async def towns_part(visit: Taking, request: Request) -> Response:
    """Towns that begin as somebody types, each with its municipality: callers know the village, and not whose it is."""
    named = str((await told(request)).get("named", ""))[:MOST_TYPED]
    return visit.page("call/parts/towns.html", towns=await directory.towns(visit.work, named, MOST_TOWNS))


@router.api_route("/call/{call_id}", methods=READS)
async def call_page(call_id: CallId, visit: Taking) -> Response:
    """A call that goes on, with all that was typed; of one that has ended, what it came to."""
    try:
        draft, held = await drafts.read(visit.work, call_id)
    except DraftEnded:
        return await ended(visit, call_id)
    return await _shown(visit, draft, held.typed.contents)


@router.api_route("/call/{call_id}/hand-offs", methods=READS)
async def hand_offs_part(call_id: CallId, visit: Taking) -> Response:
    """To whom the caller was put through, and where each stands."""
    items, _ = await hand_offs.listed(visit.work, call_id, Purpose.TRIAGE)
    return visit.page("call/parts/hand_offs.html", made=items, call_id=call_id, **CHOICES)


@router.post("/call/{call_id}")
async def save_and_go_on(call_id: CallId, visit: Taking) -> Response:
    """What the plain form does: save, and send, hand off or leave as the button says; all of it or nothing."""
    draft, held = await drafts.read(visit.work, call_id)
    before = held.typed.contents
    typed = fields.contents_of(visit.sent, before, protocol(before["protocol"]))
    what, _, which = visit.sent["do"].partition(":")
    if what == "end" and which in ENDS:
        typed = {**typed, "kind": which}

    async def do(work: Work) -> None:
        saved = await saving.save_whole(work, call_id, number(visit.sent["version"]), whole_call(typed))
        await _and(work, saved, what, which, visit.sent)

    fault = await visit.attempt(do)
    if fault:
        return await _shown(visit, draft, typed, fault, before if isinstance(fault, Stale) else None)
    there = {"end": f"/call/{call_id}/ended", "park": "/call?done=call_parked", "throw": "/call?done=call_thrown_away"}
    return RedirectResponse(there.get(what, f"/call/{call_id}?done=call_saved"), 303)


async def _and(work: Work, draft: Draft, what: str, which: str, sent: Sent) -> None:
    """What a button does after saving."""
    if what == "end":
        await drafts.complete(work, draft.id, draft.version)
    elif what == "throw":
        await drafts.abandon(work, draft.id, draft.version)
    elif what == "hand" and which in set(To):
        await hand_offs.start(work, draft.id, Started(To(which), "warm", HandOffState.CALLING))
    elif what == "step":
        with _from_a_page_of_ours():
            which, version, told = which.split(":")
            made, state = UUID(which), HandOffState(told)
        by = sent["accepted_by"] if state == HandOffState.ACCEPTED else ""
        await hand_offs.result(work, made, number(version), state, by or None)
    elif what == "skip":
        with _from_a_page_of_ours():
            to, reason = To(sent["skip_to"]), NotMadeReason(sent["skip_reason"])
        left_out = Started(to, "warm", HandOffState.NOT_MADE, reason=reason)
        await hand_offs.start(work, draft.id, left_out)


@contextmanager
def _from_a_page_of_ours() -> Iterator[None]:
    """What is read in it is told by our own buttons.

    Raises:
        Invalid: it can't be read.
    """
    try:
        yield
    except ValueError:
        raise Invalid("This was not sent by a page of ours. Reload the page, and send it again.") from None


async def _shown(
    visit: Visit, draft: Draft, contents: Contents, fault: Problem | None = None, theirs: Contents | None = None
) -> Response:
    if draft.state == "ringing":
        return visit.page("call/ringing.html", draft=draft)
    items, _ = await hand_offs.listed(visit.work, draft.id, Purpose.TRIAGE)
    # What stood in the way of a promise to ring back is told by its fault; what follows is told as if the call went on.
    going_on = with_value(contents, "kind", None) if contents.get("kind") == CallKind.CALLBACK else contents
    return await shown(visit, draft, contents, await live(visit.work, going_on), made=items, fault=fault, theirs=theirs)


async def shown(visit: Visit, draft: Draft, contents: Contents, follows: Live, **more: Any) -> Response:
    """The page of a call that goes on. `more`: hand-offs that were `made`, a `fault`, and what others saved meanwhile (`theirs`).

    `shell`: it is the empty one for without a network, that opens for so many seconds after its last use.
    """
    fault: Problem | None = more.get("fault")
    return visit.page(
        "call/call.html",
        status=fault.status if fault else 200,
        draft=draft,
        held_by="" if draft.key in {None, visit.account.id} else (await names(visit)).get(str(draft.key), "?"),
        contents=contents,
        at=lambda field: value_at(contents, field),
        day_of=fields.day_of,
        time_of=fields.time_of,
        live=follows,
        questions=_asked(follows.protocol),
        municipalities=(await directory.municipalities(visit.work, "", ALL)).items,
        made=more.get("made", ()),
        call_id=draft.id,
        fault=fault,
        faulty=_names(fault),
        theirs=_theirs(contents, more.get("theirs")),
        told=told_of,
        shell=more.get("shell", 0),
        screen=screen.version(),
        **CHOICES,
    )


def _asked(asked: Protocol) -> list[tuple[str, list[tuple[int, Any]]]]:
    """The questions by what they are about, safety first, each with its number."""
    ordered = sorted(asked.questions.values(), key=lambda one: one.about != SAFETY)
    groups: dict[str, list[tuple[int, Any]]] = {}
    for place, one in enumerate(ordered, 1):
        groups.setdefault(one.about, []).append((place, one))
    return list(groups.items())


def _names(fault: Problem | None) -> dict[str, str]:
    """Of every field that stood in the way, the id of its control."""
    pointers = [error.pointer.strip("/") for error in fault.errors] if fault else []
    return {one: control_of(one) for one in pointers}


def control_of(pointer: str) -> str:
    """The control of the field that a fault points at."""
    field = pointer.replace("/", "-")
    own = {"kind": "end", "callbackBy": "callbackBy", "feedbackBy": "feedbackBy"}
    return own.get(field, f"place-stay-{field}" if "-" not in field else field)


def _theirs(mine: Contents, theirs: Contents | None) -> list[tuple[str, Any, Any]]:
    """Field by field what others have saved meanwhile, and what is on this screen."""
    found = differences(mine, theirs, WHOLE) if theirs is not None else {}
    return [(field, value_at(mine, field), value) for field, value in found.items()]
