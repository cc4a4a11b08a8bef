"""What the play came to, asked of the API: figures, and the checks that must hold."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.demo.client import Api
from app.demo.journal import Journal, Received
from app.demo.party import Party
from app.demo.troupe import Troupe

AT_ONCE: Final = 8
LOOKS: Final = 5
ARRIVES_WITHIN: Final = 60.0
OWNED: Final = frozenset({"accepted", "in_follow_up", "aftercare", "closed"})


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold, and what was found."""

    name: str
    holds: bool
    told: str


@dataclass(slots=True)
class Summary:
    """Figures and checks. `ended`: calls by urgency and by what became of them; `minutes`: from opening to acceptance."""

    calls: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    owned: int = 0
    pending: int = 0
    overdue: int = 0
    went: Counter[tuple[str, str]] = field(default_factory=Counter)
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    minutes: dict[str, list[float]] = field(default_factory=dict)
    webhooks: int = 0
    polled: int = 0
    again: int = 0
    out_of_order: int = 0
    refused: int = 0
    checks: list[Check] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """For the start page."""
        return {
            "addsUp": self.adds_up,
            "calls": dict(self.calls),
            "channels": dict(self.channels),
            "states": dict(self.states),
            "wentTo": [{"rung": rung, "code": code, "times": times} for (rung, code), times in self.went.most_common()],
            "webhooks": self.webhooks,
            "polled": self.polled,
            "checks": [{"name": one.name, "holds": one.holds, "told": one.told} for one in self.checks],
        }


@dataclass(frozen=True, slots=True)
class _Looked:
    """A case, its decisions and offers, seen until they agreed; `wrong` says what never did."""

    case: dict[str, Any]
    routing: dict[str, Any]
    wrong: str | None


async def summed_up(operator: Api, troupe: Troupe, journal: Journal, planned: int) -> Summary:
    """Ask the API for everything that the play led to, and wait for what is still on its way."""
    summary = Summary()
    answered = set(journal.calls.values())
    calls = [call for call in await operator.all("/v1/calls", state="completed") if call["id"] in answered]
    looked = {one.case["id"]: one for one in await _look(operator, [call["caseId"] for call in calls if call["caseId"]])}
    for call in calls:
        summary.calls[call["urgency"]] += 1
        summary.channels[call["channel"]] += 1
        found = looked.get(call["caseId"])
        summary.ended[call["urgency"], found.case["state"] if found else "no_case"] += 1
    for one in looked.values():
        _note_case(summary, one)
    _check_calls(summary, calls, answered, planned)
    _check_cases(summary, calls, looked)
    await _check_events(summary, troupe, journal)
    faults = [*troupe.faults, *operator.faults]
    summary.checks.append(Check("every command was answered as it should be", not faults, "; ".join(faults[:5]) or "no surprise"))
    return summary


async def _look(operator: Api, cases: Sequence[str]) -> list[_Looked]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(case_id: str) -> _Looked:
        async with room:
            return await _look_at(operator, case_id)

    return list(await asyncio.gather(*(one(case_id) for case_id in cases)))


async def _look_at(operator: Api, case_id: str) -> _Looked:
    """The play goes on meanwhile, so a case may move between two looks: only what is wrong each time is wrong."""
    for _ in range(LOOKS):
        case = await operator.get(f"/v1/cases/{case_id}")
        routing = await operator.get(f"/v1/cases/{case_id}/routing")
        wrong = _wrong(case, routing)
        if wrong is None:
            break
    return _Looked(case, routing, wrong)


def _wrong(case: dict[str, Any], routing: dict[str, Any]) -> str | None:
    asked = [offer["what"] for offer in routing["offers"] if offer["state"] == "pending"]
    pending = len(asked)
    owner = case["ownerOrganisationId"] is not None  # who has it, and may be handing it over
    if owner == ("assignment" in asked) or pending > 1:
        return f"{case['reference']} has {'an' if owner else 'no'} owner and {pending} pending offers"
    if (case["state"] in OWNED) != owner:
        return f"{case['reference']} is {case['state']} and has {'an' if owner else 'no'} owner"
    if case["state"] != "closed" and not case["deadlineAt"]:
        return f"{case['reference']} has no next deadline"
    if not all(decision["replayed"] for decision in routing["decisions"]):
        return f"{case['reference']} was decided otherwise than its explanation says"
    return None


def _note_case(summary: Summary, one: _Looked) -> None:
    case = one.case
    summary.states[case["state"]] += 1
    summary.owned += case["ownerOrganisationId"] is not None
    summary.pending += case["ownerOrganisationId"] is None
    summary.overdue += case["climbed"] > 0
    for decision in one.routing["decisions"]:
        for candidate in decision["candidates"]:
            counted = summary.went if candidate["taken"] else summary.passed
            counted[candidate["rung"], candidate["code"]] += 1
    for offer in one.routing["offers"]:
        summary.answers[offer["state"]] += 1
    if case["acceptedAt"]:
        took = datetime.fromisoformat(case["acceptedAt"]) - datetime.fromisoformat(case["openedAt"])
        summary.minutes.setdefault(case["urgency"], []).append(took.total_seconds() / 60)


def _check_calls(summary: Summary, calls: Sequence[dict[str, Any]], answered: set[str], planned: int) -> None:
    lost = len(answered - {call["id"] for call in calls})
    told = f"{planned} planned, {len(answered)} answered 201, {lost} of those can't be found"
    summary.checks.append(Check("no call is lost", not lost and len(answered) == planned, told))


def _check_cases(summary: Summary, calls: Sequence[dict[str, Any]], looked: dict[str, _Looked]) -> None:
    with_case = sum(call["caseId"] is not None for call in calls)
    without = sum(call["caseId"] is None and call["urgency"] != "advice" for call in calls)
    told = f"{with_case} calls, {len(looked)} cases; {len(calls) - with_case} calls ended as advice"
    summary.checks.append(Check("every report has its case", with_case == len(looked) and not without, told))
    wrong = [one.wrong for one in looked.values() if one.wrong]
    told = f"{summary.owned} have an owner, {summary.pending} one pending offer; each a next deadline until it is closed"
    summary.checks.append(Check("nobody falls through", not wrong, "; ".join(wrong[:5]) or told))


async def _check_events(summary: Summary, troupe: Troupe, journal: Journal) -> None:
    """What each feed shows now must have been received: once, and in this order."""
    missing = expected = 0
    told: list[str] = []
    feeds = [(party, await _feed_of(party)) for party in troupe.parties]
    await _wait_for([(journal.of(party.organisation), len(ids)) for party, ids in feeds])
    for party, ids in feeds:
        received = journal.of(party.organisation)
        got = [received.ids.get(number) for number in range(1, len(ids) + 1)]
        expected += len(ids)
        missing += sum(one != other for one, other in zip(ids, got, strict=True))
        told += [f"{party.name}: {one}" for one in received.out_of_order]
        summary.webhooks += received.by_webhook
        summary.polled += received.by_feed
        summary.again += received.again
    summary.out_of_order = len(told)
    summary.refused = troupe.receiver.refused
    sentence = f"{expected} events, {missing} not received, {summary.again} came again and were told apart"
    summary.checks.append(Check("every event was received exactly once", not missing and not summary.refused, sentence))
    sentence = "; ".join(told[:5]) or "every number followed on the one before, for every organisation"
    summary.checks.append(Check("in order", not told, sentence))


async def _feed_of(party: Party) -> list[str]:
    ids: list[str] = []
    while True:
        page = await party.api.get(f"/v1/organisations/{party.organisation}/events", after=len(ids), limit=200)
        ids += [event["id"] for event in page["events"]]
        if page["end"]:
            return ids


async def _wait_for(expected: Sequence[tuple[Received, int]]) -> None:
    """What is still on its way may arrive; what does not within a minute is counted as missing."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ARRIVES_WITHIN):
            while any(received.last < count for received, count in expected):
                await asyncio.sleep(0.1)
