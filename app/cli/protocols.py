"""`nodus protocol`: look over protocols before they are used, and see what a new version would change."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table

from app.cli.terminal import err, fail, out, run, working
from app.core.errors import Problem
from app.core.settings import load
from app.intake.difference import Tally
from app.intake.linting import ERROR, Finding, lint
from app.intake.parsing import Faulty
from app.intake.protocol import Protocol
from app.intake.schemas.protocols import DifferenceOut, OutcomeOut
from app.intake.service import protocols
from app.intake.service.comparing import compare
from app.intake.wire import difference_json

protocol_cli = typer.Typer(no_args_is_help=True, help="Triage protocols: check a file, compare two versions.")


@protocol_cli.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(help="One YAML file a version")],
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON")] = False,
) -> None:
    """Say what is wrong or odd about protocols: `file:line: severity code sentence`. Ends with 1 when one can't be used."""
    found = [(file, one) for file in files for one in _findings(file)]
    if json:
        told = [
            {"file": str(file), "line": one.line, "severity": one.severity, "code": one.code, "sentence": one.sentence}
            for file, one in found
        ]
        sys.stdout.write(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        for file, one in found:
            line = f"{file}:{one.line}: {one.severity} {one.code} {one.sentence}"
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    errors = sum(one.severity == ERROR for _, one in found)
    err.print(f"{len(files)} read; {errors} errors, {len(found) - errors} warnings.", highlight=False)
    raise typer.Exit(1 if errors or (strict and found) else 0)


def _findings(file: Path) -> tuple[Finding, ...]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return (Finding(1, ERROR, "unreadable", "The file can't be read as UTF-8 text."),)
    return lint(text, file.stem)


@protocol_cli.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="A version, or a file")],
    after: Annotated[str, typer.Argument(help="Another")],
    *,
    days: Annotated[int | None, typer.Option(min=1, help="Only the calls of so many days. Default: all that are stored")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what the API would answer")] = False,
) -> None:
    """Show what a protocol would change: in the file, and for the calls that are stored, by their answers alone."""
    first, second = _protocol(before), _protocol(after)

    async def ask() -> Tally:
        if not load().database_url:
            err.print("NODUS_DATABASE_URL is not set: only the files are compared.")
            return Tally(first, second)
        async with working() as work:
            return await compare(work, first, second, days)

    told = DifferenceOut.model_validate(difference_json(run(ask())))
    if json:
        sys.stdout.write(orjson.dumps(told.model_dump(mode="json", by_alias=True), option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    _show(told)


def _protocol(named: str) -> Protocol:
    path = Path(named)
    if path.suffix != ".yaml":
        try:
            return protocols.protocol(named)
        except Problem as problem:
            fail(problem.detail)
    try:
        return protocols.read_file(path)
    except (OSError, UnicodeDecodeError):
        fail(f"{named} can't be read.")
    except Faulty:
        fail(f"{named} is no protocol that can be used; `nodus protocol check {named}` says why.")


def _show(told: DifferenceOut) -> None:
    for one in told.parts:
        respects = f": {', '.join(one.respects)}" if one.respects else ""
        out.print(f"{one.kind.replace('_', '-')} {one.name} {one.change}{respects}", markup=False, highlight=False)
    if not told.calls:
        return
    out.print(f"\n{told.calls:,} calls; {told.changed:,} come out otherwise, of {told.unread:,} not every answer was read.")
    table = Table("urgency", "", f"calls by {told.before} and {told.after}", box=None)
    for moved in told.urgencies:
        style = "dim" if moved.before is moved.after else "bold"
        table.add_row(moved.before, f"→ {moved.after}", f"{moved.calls:,}", style=style)
    out.print(table)
    for what, raised in (("flag", told.flags), ("hand-off", told.hand_offs)):
        for thing in raised:
            out.print(f"{what} {thing.name}: {thing.gained:,} calls more, {thing.lost:,} less", highlight=False)
    for example in told.examples:
        answers = ", ".join(f"{key} {answer}" for key, answer in example.answers.items()) or "nothing answered"
        out.print(
            f"{example.calls:,} × {answers}: {_told(example.before)} → {_told(example.after)}", highlight=False, soft_wrap=True
        )


def _told(outcome: OutcomeOut) -> str:
    return " ".join([outcome.urgency, *(f"+{flag}" for flag in outcome.flags), *(f"@{to}" for to in outcome.hand_offs)])
