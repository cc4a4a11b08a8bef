"""`nodus import`: a file of others, looked at whole, and carried over into the directory when asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.cli.terminal import check, err, fail, out, run, working
from app.core import clock
from app.core.errors import Problem
from app.core.settings import load
from app.directory.importing.difference import Report
from app.directory.importing.reading import read
from app.directory.importing.told import Kind, Told
from app.directory.service.importing import Wish, import_file
from app.directory.service.look_up import local_day


def bring(
    kind: Annotated[Kind, typer.Argument(help="What the file is about")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, zip or GeoJSON as published")],
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Carry the difference out; without it nothing is changed")] = False,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is about; default: today")] = None,
    ending: Annotated[list[str] | None, typer.Option(help="A municipality that ends though nobody announced it")] = None,
    smaller: Annotated[bool, typer.Option("--smaller", help="The file is whole though many postcodes are gone")] = False,
) -> None:
    """Read and check a whole file, show what it changes in the directory, and do it with --apply."""
    check(load())  # before minutes of reading, not after
    day = on.date() if on else local_day(clock.now())
    wish = Wish(day, apply=apply, ending=frozenset(code.strip().upper() for code in ending or ()), smaller=smaller)
    try:
        with _bar(file.name) as progress:
            told = read(kind, file, progress=progress)
    except Problem as problem:
        fail(problem.detail)
    show(run(_imported(told, wish)))


async def _imported(told: Told, wish: Wish) -> Report:
    with err.status("Carrying it out …" if wish.apply else "Comparing …"):
        async with working() as work:
            return await import_file(work, told, wish)


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(f"Reading {name}")
        yield lambda done, size: progress.update(task, completed=done, total=size)


def show(report: Report) -> None:
    """Print a report: the file, the difference, what is left to somebody, and what came of it."""
    source = report.source
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for what, value in (
        ("file", source.file_name),
        ("format", f"{source.format}, {source.encoding}, delimiter: {source.delimiter}"),
        ("rows", f"{source.rows:,}"),
        ("year", str(source.year or "not told")),
        ("about", str(report.on)),
        ("sha256", source.sha256),
    ):
        facts.add_row(what, value)
    out.print(facts, markup=False)
    for one in report.differences:
        out.print(f"\n{one.about} {one.what}: {one.number:,}", style="bold", markup=False, highlight=False)
        for line in (*one.first, *(["…"] if one.number > len(one.first) else [])):
            out.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if report.contracts:
        out.print("\nContracts over an ended municipality; none was moved, choose for each:", style="bold")
        for contract in report.contracts:
            into = " or ".join(f"{code} {name}" for code, name in contract.successors) or "no successor is announced"
            ended, whose = f"{contract.municipality_code} {contract.municipality_name}", f" ({contract.organisation})"
            named = contract.service + (whose if contract.organisation != contract.service else "")
            out.print(f"  {ended}: {named} → {into}", markup=False, highlight=False, soft_wrap=True)
    for note in report.notes:
        out.print(f"\n{note}", markup=False, highlight=False, soft_wrap=True)
    ask = " Carry it out with --apply." if report.differences and not report.applied else ""
    out.print(f"\n{report.outcome}{ask}", markup=False, highlight=False, soft_wrap=True)
