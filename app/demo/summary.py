"""What the play came to, asked of the API: a table, and the checks that must hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from app.demo.client import Api
from app.demo.party import Party

URGENCIES = ("acute", "crisis", "urgent", "normal", "advice")


@dataclass(slots=True)
class Summary:
    """Figures and checks."""

    calls: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    rungs: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    minutes: dict[str, list[float]] = field(default_factory=dict)
    events: int = 0
    duplicates: int = 0
    checks: list[tuple[str, bool, str]] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        """Whether every check holds."""
        return all(well for _, well, _ in self.checks)

    def to_json(self) -> dict[str, Any]:
        """For the start page."""
        return {
            "calls": dict(self.calls),
            "states": dict(self.states),
            "rungs": dict(self.rungs),
            "events": self.events,
            "checks": [{"name": name, "well": well, "told": told} for name, well, told in self.checks],
        }


async def summed_up(operator: Api, parties: Sequence[Party], answered: set[str]) -> Summary:
    """Ask the API for everything that the play led to."""
    summary = Summary()
    calls = await operator.all("/v1/calls", state="completed")
    cases = await operator.all("/v1/cases")
    for call in calls:
        summary.calls[call["urgency"]] += 1
    for case in cases:
        summary.states[case["state"]] += 1
        await _note_case(summary, operator, case["id"])
    _check_calls(summary, calls, cases, answered)
    await _check_events(summary, parties)
    faults = [fault for party in parties for fault in party.faults]
    summary.checks.append(("nothing unexpected", not faults, "; ".join(faults[:3]) or "every command was answered as it should"))
    return summary


async def _note_case(summary: Summary, operator: Api, case_id: str) -> None:
    """A case may move between two looks: only what is wrong three times over is wrong."""
    for _ in range(3):
        case = await operator.get(f"/v1/cases/{case_id}")
        routing = await operator.get(f"/v1/cases/{case_id}/routing")
        pending = [offer for offer in routing["offers"] if offer["state"] == "pending"]
        if (case["ownerOrganisationId"] is not None) != (len(pending) == 1):
            break
    else:
        summary.checks.append((f"case {case['reference']}", False, "has neither an owner nor a pending offer, or both"))
    _note_routing(summary, case, routing)


def _note_routing(summary: Summary, case: dict[str, Any], routing: dict[str, Any]) -> None:
    for decision in routing["decisions"]:
        taken = next(one for one in decision["candidates"] if one["taken"])
        summary.rungs[taken["rung"]] += 1
        summary.reasons[f"{taken['rung']}: {taken['code']}"] += 1
    if case["acceptedAt"]:
        took = datetime.fromisoformat(case["acceptedAt"]) - datetime.fromisoformat(case["openedAt"])
        summary.minutes.setdefault(case["urgency"], []).append(took.total_seconds() / 60)
    if case["state"] != "closed" and not case["deadlineAt"]:
        summary.checks.append((f"case {case['reference']}", False, "has no next deadline"))
    if not all(decision["replayed"] for decision in routing["decisions"]):
        summary.checks.append((f"case {case['reference']}", False, "its decision replays otherwise"))


def _check_calls(summary: Summary, calls: list[Any], cases: list[Any], answered: set[str]) -> None:
    found = {call["id"] for call in calls}
    lost = answered - found
    told = f"{len(answered)} calls were answered 201, {len(lost)} of them can't be found"
    summary.checks.append(("no call is lost", not lost, told))
    with_case = sum(call["caseId"] is not None for call in calls)
    summary.checks.append(
        (
            "every report has its case",
            with_case == len(cases),
            f"{with_case} calls opened a case, there are {len(cases)}",
        )
    )
    wrong = [name for name, well, _ in summary.checks if not well and name.startswith("case ")]
    owned = f"{len(cases)} cases, each with an owner or one pending offer, and a next deadline until it is closed"
    summary.checks.append(("nobody falls through", not wrong, owned))


async def _check_events(summary: Summary, parties: Sequence[Party]) -> None:
    missing = 0
    for party in parties:
        after, ids = 0, []
        while True:
            page = await party.api.get(f"/v1/organisations/{party.organisation}/events", after=after, limit=200)
            ids += [event["id"] for event in page["events"]]
            after = int(page["next"])
            if page["end"]:
                break
        received = [party.events[number] for number in sorted(party.events)]
        first = min(party.events, default=1)
        missing += sum(one not in set(received) for one in ids[first - 1 :]) if party.events else len(ids)
        summary.events += len(ids)
        summary.duplicates += party.duplicates
    told = f"{summary.events} events, {missing} not received, {summary.duplicates} came twice and were told apart"
    summary.checks.append(("every event arrives, in order", missing == 0, told))


def show(summary: Summary, console: Console) -> None:
    """Print it."""
    table = Table("urgency", "calls", "accepted", "median wait", "longest", title="A night and a day")
    for urgency in URGENCIES:
        waits = summary.minutes.get(urgency, [])
        told = (f"{median(waits):.0f} min", f"{max(waits):.0f} min") if waits else ("–", "–")
        table.add_row(urgency, str(summary.calls[urgency]), str(len(waits)), *told)
    console.print(table)
    went = Table("went to", "because", "times", title="Where they went")
    for reason, times in summary.reasons.most_common():
        rung, _, code = reason.partition(": ")
        went.add_row(rung, code, str(times))
    console.print(went)
    console.print("Cases: " + ", ".join(f"{times} {state}" for state, times in summary.states.most_common()))
    for name, well, sentence in summary.checks:
        console.print(f"[{'green' if well else 'red'}]{'✓' if well else '✗'}[/] {name}: {sentence}")
