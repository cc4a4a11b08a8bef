"""What was measured, as lines of one table: each beside its reference of the same run, and what it was to reach."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One line. A figure is told, not asserted: `well` only marks it."""

    work: str
    measured: str
    reference: str
    reached: str
    goal: str
    well: bool


def show(lines: Sequence[Line], *, as_json: bool) -> None:
    """Print them."""
    if as_json:
        print(json.dumps([asdict(line) for line in lines], indent=1))  # noqa: T201
        return
    table = Table("work", "measured", "reference, same run", "ratio", "goal", "")
    for line in lines:
        table.add_row(line.work, line.measured, line.reference, line.reached, line.goal, "✓" if line.well else "✗")
    Console(width=150).print(table)
