"""`nodus protocol`: look over protocols before they are used, and see what a new version would change."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from app.cli.terminal import err, out
from app.intake.linting import ERROR, Finding, lint

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
