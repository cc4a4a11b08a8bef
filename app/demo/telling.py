"""The summary as a person reads it, and the file that the start page reads."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.demo.journal import Journal
from app.demo.stage import Member
from app.demo.summary import Summary
from app.rosters.seeding import PLANTED

URGENCIES: Final = ("acute", "crisis", "urgent", "normal", "advice")
ENDS: Final = {
    "closed": "closed", "aftercare": "aftercare", "in_follow_up": "follow-up", "accepted": "accepted", "offered": "offered",
    "no_case": "advice",
}  # fmt: skip
MOST: Final = 12
HOURS_FROM: Final = 120


def show(summary: Summary, console: Console, speed: float) -> None:
    """Print it."""
    for table in (_ends(summary), _waits(summary), _went("Where they went, and why", summary.went)):
        console.print(table)
    passed = Counter({key: times for key, times in summary.passed.items() if key[1] != "next"})
    console.print(_went("Who was passed over, and why", passed))
    for line in (*_lines(summary), _pace(speed)):
        console.print(line, soft_wrap=True)
    for check in summary.checks:
        word = "[green]PASS[/]" if check.holds else "[red]FAIL[/]"
        console.print(f"{word}  {check.name}: {escape(check.told)}", soft_wrap=True)


def chosen(members: Sequence[Member], journal: Journal) -> list[Member]:
    """Whose tokens are shown: the operator, the supervisor, and the meldpunt and the provider that received most."""

    def busiest(kind: str) -> Member:
        return max(
            (one for one in members if one.kind == kind and one.role == "desk"), key=lambda one: journal.of(one.organisation).last
        )

    roles = [next(one for one in members if one.role == role) for role in ("operator", "supervisor")]
    planner = next(one for one in members if one.role == "planner" and one.name.startswith(next(iter(PLANTED))))
    return [*roles, busiest("meldpunt"), busiest("care_provider"), planner]


def write_for_the_start_page(
    folder: Path,
    base_url: str,
    members: Sequence[Member],
    summary: Summary | None,
    people: Sequence[Mapping[str, str]] = (),
    *,
    ready: bool = False,
) -> None:
    """`demo.json`: where, who, whom a visitor can be, what the play came to once it has ended, `ready`: visitors can play.

    Only its owner may read it: it holds tokens.
    """
    tokens = [
        {"role": one.role, "kind": one.kind, "organisation": one.organisation, "name": one.name, "token": one.token}
        for one in members
    ]
    told: dict[str, Any] = {"base_url": base_url, "tokens": tokens, "summary": summary.to_json() if summary else None}
    told |= {"people": list(people), "ready": ready}
    fresh = folder / "demo.new"
    fresh.touch(mode=0o600)
    fresh.write_bytes(orjson.dumps(told))
    fresh.replace(folder / "demo.json")


def show_tokens(console: Console, base_url: str, members: Sequence[Member]) -> None:
    """The address, and a line to try for each of four tokens."""
    console.print(f"\n[bold]{base_url}[/] stays up: a start page, and the API at {base_url}/docs.")
    for one in members:
        if one.role != "supervisor":
            path = _path(one)
            console.print(f"\n[bold]{one.name}[/], {one.role}:")
            line = f"curl -H 'Authorization: Bearer {one.token}' '{base_url}{path}'"
            console.print(line, soft_wrap=True, highlight=False, markup=False)
    console.print("\nCtrl-C ends it; the next start takes up where it was.")


def _path(one: Member) -> str:
    if one.role == "operator":
        return "/v1/cases?limit=3"
    if one.role == "planner":
        return "/v1/gaps?limit=3"
    return "/v1/offers?limit=3" if one.kind == "meldpunt" else f"/v1/organisations/{one.organisation}/events?limit=3"


def _lines(summary: Summary) -> tuple[str, ...]:
    """What no table shows."""
    return (
        f"Calls: {_listed(summary.channels)}.",
        (
            f"Cases: {_listed(summary.states)}. {summary.owned} have an owner, {summary.pending} a pending offer;"
            f" {summary.overdue} climbed because something was overdue."
        ),
        f"Offers: {_listed(summary.answers)}.",
        (
            f"Events: {summary.webhooks} by webhook, each signature verified ({summary.refused} refused);"
            f" {summary.polled} by feed; {summary.again} came again and were told apart; {summary.out_of_order} out of order."
        ),
    )


def _pace(speed: float) -> str:
    """What makes waits look long."""
    told = f"At {speed:g} times life a tenth of a second of this machine's is {timedelta(seconds=speed / 10)} in the play."
    return f"[dim]{told}[/]" if speed > 1 else ""


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{times} {what}" for what, times in counted.most_common()) or "none"


def _ends(summary: Summary) -> Table:
    table = _numbers("A night and a day", "urgency", "calls", *ENDS.values())
    for urgency in URGENCIES:
        ended = (str(summary.ended[urgency, end] or "–") for end in ENDS)
        table.add_row(urgency, str(summary.calls[urgency]), *ended)
    table.add_section()
    totals = (str(sum(summary.ended[urgency, end] for urgency in URGENCIES)) for end in ENDS)
    table.add_row("together", str(summary.calls.total()), *totals)
    return table


def _waits(summary: Summary) -> Table:
    table = _numbers(
        "From the call until somebody accepted", "urgency", "accepted", "half within", "9 of 10 within", "all within"
    )
    for urgency in URGENCIES:
        minutes = summary.minutes.get(urgency)
        if minutes:
            ninth = quantiles(minutes, n=10, method="inclusive")[-1] if len(minutes) > 1 else minutes[0]
            table.add_row(urgency, str(len(minutes)), *(_spoken(one) for one in (median(minutes), ninth, max(minutes))))
    return table


def _numbers(title: str, *columns: str) -> Table:
    """A table of which all but the first column are figures."""
    table = Table(*columns, title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _spoken(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < HOURS_FROM else f"{minutes / 60:.1f} h"


def _went(title: str, counted: Counter[tuple[str, str]]) -> Table:
    table = Table("rung", "because", "times", title=title)
    table.columns[-1].justify = "right"
    for (rung, code), times in counted.most_common(MOST):
        table.add_row(rung, code, str(times))
    return table
