"""What follows from a call while it is being typed: urgency, who would get it and why, whom to ring, what to advise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from app.cases.lifecycle import Urgency
from app.console.call.fields import as_far_as_right
from app.core.errors import Problem
from app.core.work import Work
from app.directory.places import PlaceAmbiguous, PlaceUnknown
from app.directory.service import look_up as directory
from app.directory.service.look_up import local_day
from app.intake import triage
from app.intake.hand_offs import To, number_of
from app.intake.merging import Contents
from app.intake.outcome import NeedsSomebody
from app.intake.protocol import NEWEST, SEVEREST_FIRST, Protocol
from app.intake.schemas.asked import CallIn, PlaceIn
from app.intake.service import judging
from app.intake.service.draft import as_told
from app.intake.service.protocols import valid_protocol
from app.intake.triage import UrgencyTooLow, Verdict
from app.routing.decide import Decision, Line

BIG: Final = (To.EMERGENCY, To.SUICIDE_PREVENTION, To.VEILIG_THUIS, To.CRISIS_SERVICE)
PLACE: Final = "place.stay"


@dataclass(frozen=True, slots=True)
class Button:
    """Somebody to put the caller through to; `asked`: the protocol asks for it now."""

    to: str
    number: str
    way: str
    asked: bool
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Live:
    """What a call comes to as far as it is known. `decision` is None without a place, and where nobody needs to take it.

    `register`: the version of the directory that it is from; `faults`: of each field that can't be, why; `chooses`: the
    municipalities between which somebody must choose.
    """

    contents: Contents
    protocol: Protocol
    verdict: Verdict
    decision: Decision | None
    municipality: str
    register: int
    buttons: tuple[Button, ...]
    faults: Mapping[str, str]
    chooses: Mapping[str, str]
    at: datetime

    @property
    def receiver(self) -> Line | None:
        """Who would be asked."""
        return next((line for line in self.decision.lines if line.taken), None) if self.decision else None

    @property
    def others(self) -> Sequence[Line]:
        """Everybody else, in the order of the ladder."""
        return [line for line in self.decision.lines if not line.taken] if self.decision else []

    @property
    def raised(self) -> str:
        """The next urgency above this one; empty when there is none."""
        place = SEVEREST_FIRST.index(self.verdict.urgency)
        return SEVEREST_FIRST[place - 1] if place else ""

    @property
    def is_acute(self) -> bool:
        """Whether somebody must be rung before anything else is typed."""
        return self.verdict.urgency is Urgency.ACUTE

    @property
    def ends_as_advice(self) -> bool:
        """Whether a report of it would open no case."""
        return self.verdict.urgency is Urgency.ADVICE

    @property
    def given(self) -> Sequence[str]:
        """The advice that was given."""
        given: Sequence[str] = self.contents.get("advice", {}).get("given", [])
        return given


async def live(work: Work, contents: Contents) -> Live:
    """Judge contents by the functions that will judge the call, and store nothing.

    Raises:
        ProtocolUnknown, ProtocolNotValid, NobodyLeft: faults of the installation, not of what was typed.
    """
    call, faults = as_far_as_right(contents)
    told: dict[str, str] = dict(faults)
    chooses: Mapping[str, str] = {}
    decision: Decision | None = None
    code, verdict, register = "", None, 0
    try:
        judged, decision = await judging.preview(work, call)
        code, verdict = judged.municipality_code or "", judged.verdict
        register = judged.around.version if judged.around else 0
    except (PlaceUnknown, PlaceAmbiguous) as problem:
        told |= _told_of_place(problem, call.place)
        chooses = await directory.municipality_names(work, _between(problem))
    except UrgencyTooLow as problem:
        told["urgency"] = problem.errors[0].code
        return replace(await live(work, {**contents, "urgency": None}), faults=told)
    except NeedsSomebody:
        told["kind"] = "needs_somebody"
    protocol = valid_protocol(call.protocol or NEWEST, local_day(call.received_at or work.at))
    verdict = verdict or _by_answers(protocol, call)
    reach = await directory.reach_in(work, code) if code else ()
    name = (await directory.municipality_names(work, [code])).get(code, "") if code else ""
    buttons = _buttons(protocol, verdict, reach)
    return Live(as_told(call), protocol, verdict, decision, name, register, buttons, told, chooses, work.at)


def _by_answers(protocol: Protocol, call: CallIn) -> Verdict:
    chosen = triage.ChosenUrgency(call.urgency.chosen, call.urgency.reason) if call.urgency else None
    return triage.judge(protocol, call.answers, chosen)


def _between(problem: Problem) -> list[str]:
    """The municipalities that a postcode lies in, or that one which ended went over into."""
    found = problem.extra.get("municipalities") or problem.extra.get("successors") or ()
    return [str(one) for one in found] if isinstance(found, Sequence) else []


def _told_of_place(problem: Problem, place: PlaceIn) -> dict[str, str]:
    """The field that a place lacks or has wrong; nothing while none was told."""
    if place.stay is None or not (place.stay.postcode or place.stay.municipality_code):
        return {}
    if problem.errors:
        return {f"{PLACE}.{problem.errors[0].pointer.removeprefix('/')}": problem.errors[0].code}
    return {f"{PLACE}.municipalityCode": "ambiguous" if isinstance(problem, PlaceAmbiguous) else "municipality_code"}


def _buttons(protocol: Protocol, verdict: Verdict, reach: Sequence[Mapping[str, Any]]) -> tuple[Button, ...]:
    """The big ones always, in one order, then whoever else the protocol asks for now."""
    asked = {one.to: one for one in verdict.hand_offs}
    known = {rule.to: rule for rule in protocol.hand_offs}
    found = []
    for to in (*BIG, *(to for to in asked if to not in BIG)):
        one, rule = asked.get(to), known.get(to)
        number = (one.number if one else "") or (rule.number if rule else "") or number_of(to, reach) or ""
        text = one.text if one else rule.text if rule else {}
        found.append(Button(to, number, one.way if one else "warm", one is not None, text))
    return tuple(found)
