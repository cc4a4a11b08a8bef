"""`nodus simulate`: calls played through today's directory and a proposed one, before it is real."""

import csv
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer
import yaml
from pydantic import ValidationError
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from app.cli.explaining import moment_of
from app.cli.terminal import err, fail, out, run, working
from app.simulation.charts import charts
from app.simulation.drawing import minutes_told, signed
from app.simulation.report import page
from app.simulation.results import Plan, Result, carried_out
from app.simulation.schemas.asked import SimulationIn
from app.simulation.schemas.told import SimulationOut
from app.simulation.service import planned, read

MOST_CALLS: Final = 5_000_000
LONGEST: Final = timedelta(days=3660)
SHOWN: Final = 8


def simulate(  # noqa: PLR0913  each is an option
    *,
    starts_at: Annotated[str, typer.Option("--from", help="The first moment; Amsterdam time unless an offset is given")],
    ends_at: Annotated[str, typer.Option("--until", help="The end, not included")],
    proposal: Annotated[
        list[Path] | None, typer.Option(help="A proposed directory, YAML or JSON; twice: compare the two")
    ] = None,
    past: Annotated[bool, typer.Option("--past", help="The calls of that period instead of generated ones")] = False,
    settings: Annotated[
        Path | None, typer.Option(help="YAML or JSON with `calls` and `behaviour`, as the API takes them")
    ] = None,
    per_year: Annotated[float | None, typer.Option(help="Calls that open a case, a year, at the start")] = None,
    police_share: Annotated[float | None, typer.Option(help="From 0 to 1; facts say 0.3 to 0.8")] = None,
    weights: Annotated[Path | None, typer.Option(help="CSV: municipality code, weight such as inhabitants")] = None,
    repeat_shifts: Annotated[bool, typer.Option("--repeat-shifts", help="Rosters go on as in their last four weeks")] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same result")] = 1,
    json: Annotated[Path | None, typer.Option(help="Write the figures here")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page with charts and tables here")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the charts into this folder")] = None,
) -> None:
    """Show what would have become of calls in today's directory, in a proposed one, or in two; nothing is stored."""
    told: dict[str, Any] = _file(settings) if settings else {}
    calls: dict[str, Any] = {"source": "past"} if past else {"source": "generated"} | told.get("calls", {})
    given = {"perYear": per_year, "policeShare": police_share, "weights": _weights(weights) if weights else None}
    asked = told | {
        "startsAt": moment_of(starts_at, "--from"),
        "endsAt": moment_of(ends_at, "--until"),
        "seed": seed,
        "repeatShifts": repeat_shifts or told.get("repeatShifts", False),
        "calls": calls | {name: value for name, value in given.items() if value is not None},
        "proposals": [_file(one) for one in proposal or ()],
    }
    plan = run(_plan(_checked(asked)))
    before = time.perf_counter()
    result = carried_out(plan, _watched(plan))
    _show(result, time.perf_counter() - before)
    if json:
        body = SimulationOut.of(result, with_charts=False).model_dump(mode="json", by_alias=True)
        json.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    if report:
        report.write_text(page(result), encoding="utf-8")
    if svg:
        svg.mkdir(parents=True, exist_ok=True)
        for number, chart in enumerate(charts(result), 1):
            (svg / f"{number}.svg").write_text(chart.svg, encoding="utf-8")


async def _plan(asked: SimulationIn) -> Plan:
    async with working() as work:
        material = await read(work, asked, most=MOST_CALLS, longest=LONGEST)
    return planned(asked, material, most=MOST_CALLS)


def _watched(plan: Plan) -> Iterator[Any]:
    return iter(track(plan.calls, total=plan.expected, description="calls", console=err, transient=True))


def _file(path: Path) -> dict[str, Any]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        fail(f"{path} can't be read.")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        fail(f"{path} is no YAML or JSON{f': line {mark.line + 1}' if mark else ''}.")
    if not isinstance(told, dict):
        fail(f"{path} holds no names with values. app/simulation/README.md shows how a proposal is written.")
    return told


def _weights(path: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.reader(lines), 1):
                try:
                    code, weight = row[0].strip(), float(row[1])
                except (IndexError, ValueError):
                    if number > 1:  # the first line may be a head
                        fail(f"{path}, line {number}: a municipality's code and a number, such as GM0363,931298.")
                    continue
                if code in found:
                    fail(f"{path}, line {number}: this municipality stands in an earlier line too.")
                found[code] = weight
    except (OSError, UnicodeDecodeError):
        fail(f"{path} can't be read.")
    return found


def _checked(asked: dict[str, Any]) -> SimulationIn:
    try:
        return SimulationIn.model_validate(asked)
    except ValidationError as error:
        faults = [f"{'/'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        fail("This can't be simulated.\n" + "\n".join(faults))


def _show(result: Result, took: float) -> None:
    figures = [one.figures for one in result.scenarios]
    titles = [escape(one.title) for one in result.scenarios]
    table = Table("", *titles, box=None)
    table.add_row("calls", *(str(one.calls) for one in figures))
    for place, waited in enumerate(figures[0].waited):
        cells = [f"{minutes_told(one.waited[place].p50 or 0)}, {minutes_told(one.waited[place].p95 or 0)}" for one in figures]
        table.add_row(f"{waited.urgency}: accepted within, p50 and p95", *cells)
    for place, taken in enumerate(figures[0].taken):
        table.add_row(f"taken by {taken.rung.replace('_', ' ')}", *(f"{one.taken[place].share:.1%}" for one in figures))
    table.add_row("gaps: only the national desk", *(str(one.gap_calls) for one in figures))
    table.add_row(
        "gaps in", *(", ".join(f"{escape(gap.municipality_name)} {gap.calls}" for gap in one.gaps[:SHOWN]) for one in figures)
    )
    asked = [[f"{load.name} {load.offered}" for load in one.organisations[:SHOWN]] for one in figures]
    table.add_row("asked most", *(escape("\n".join(names)) for names in asked))
    people = [
        [
            f"{load.participant}, {load.organisation} {load.offered} (≤ {load.most_in_a_shift} a shift)"
            for load in one.people[:SHOWN]
        ]
        for one in figures
    ]
    table.add_row("on duty, asked most", *(escape("\n".join(names)) for names in people))
    out.print(table)
    _show_difference(result)
    for note in result.notes:
        out.print(f"[yellow]·[/] {escape(note)}", highlight=False)
    decisions = sum(one.decisions for one in figures)
    played = sum(one.calls for one in figures)
    speed = f"{played / took:.0f} calls/s, {took / max(decisions, 1) * 1e6:.0f} µs a decision"
    err.print(f"{played} calls, {decisions} decisions in {took:.1f} s: {speed}.", highlight=False)


def _show_difference(result: Result) -> None:
    if result.difference is None:
        return
    table = Table("the same calls", "sooner", "later", "as soon", "mean", box=None)
    for one in result.difference.shifted:
        table.add_row(one.urgency, str(one.sooner), str(one.later), str(one.same), signed(one.mean_minutes))
    out.print(table)
    out.print(f"Gaps closed: {result.difference.gaps_closed}; opened: {result.difference.gaps_opened}.", highlight=False)
