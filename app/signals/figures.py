"""What came of early signals, per rule and municipality; small numbers of others are not told, since they tell of somebody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

SMALLEST: Final = 5  # ⚙ told of a municipality that is not one's own


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a rule in a municipality; None where they are too small to be told."""

    rule: str
    municipality_code: str | None
    ours: bool
    raised: int | None
    acknowledged: int | None
    dismissed: Mapping[str, int | None]
    led_to_help: Mapping[str, int | None]


def figures(rows: Iterable[Mapping[str, Any]]) -> list[Figures]:
    """The figures in rows of rule, municipality, ours, state, reason, led_to_help and count."""
    grouped: dict[tuple[str, str, bool], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["rule"], row["municipality_code"] or "", row["ours"]].append(row)
    return [_figures(key, grouped[key]) for key in sorted(grouped)]


def _figures(key: tuple[str, str, bool], rows: list[Mapping[str, Any]]) -> Figures:
    rule, code, ours = key
    raised = acknowledged = 0
    dismissed: dict[str, int] = defaultdict(int)
    helped: dict[str, int] = defaultdict(int)
    for row in rows:
        raised += row["count"]
        acknowledged += row["count"] if row["state"] in {"acknowledged", "ended"} else 0
        if row["reason"]:
            dismissed[row["reason"]] += row["count"]
        if row["led_to_help"]:
            helped[row["led_to_help"]] += row["count"]

    def told(number: int) -> int | None:
        return number if ours or number >= SMALLEST else None

    return Figures(
        rule=rule,
        municipality_code=code or None,
        ours=ours,
        raised=told(raised),
        acknowledged=told(acknowledged),
        dismissed={reason: told(number) for reason, number in sorted(dismissed.items())},
        led_to_help={answer: told(number) for answer, number in sorted(helped.items())},
    )
