"""Charts as SVG of our own: named and described, readable in light and dark, told apart by pattern as well as by colour."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import log10
from typing import Final

WIDTH: Final = 760
LEFT: Final = 265
RIGHT: Final = 80
BAR: Final = 16
TOP: Final = 34
CELL: Final = 24
STYLE: Final = (
    "<style>.nodus-chart{{background:#fff;color:#1b1b1b;font:13px system-ui,sans-serif}}"
    ".nodus-chart text{{fill:currentColor}}.nodus-chart .s0{{fill:#154273;stroke:#154273}}"
    ".nodus-chart .s1{{fill:url(#{name}-lines);stroke:#a34a00}}.nodus-chart .ink{{stroke:#a34a00}}"
    ".nodus-chart .grid{{stroke:#767676;stroke-opacity:.5}}"
    "@media(prefers-color-scheme:dark){{.nodus-chart{{background:#16181d;color:#f2f2f2}}"
    ".nodus-chart .s0{{fill:#8fc5ff;stroke:#8fc5ff}}.nodus-chart .s1{{stroke:#ffb366}}.nodus-chart .ink{{stroke:#ffb366}}}}"
    "</style><defs><pattern id='{name}-lines' width='5' height='5' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>"
    "<line class='ink' x1='0' y1='0' x2='0' y2='5' stroke-width='4'/></pattern></defs>"
)
TICKS: Final = ((1, "1 min"), (10, "10 min"), (60, "1 h"), (1440, "1 d"), (10080, "1 w"))
WEEK: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def bars(
    name: str, title: str, rows: Sequence[tuple[str, Sequence[float]]], series: Sequence[str], written: Callable[[float], str]
) -> str:
    """Horizontal bars, one a series under each label; every bar has its value written at its end."""
    most = max((value for _, values in rows for value in values), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    group = BAR * len(series) + 8
    parts, y = [_legend(series)], TOP
    for label, values in rows:
        parts.append(_label(label, y + group / 2 - 4))
        for place, value in enumerate(values):
            top = y + place * BAR
            parts.append(f"<rect class='s{place}' x='{LEFT}' y='{top}' width='{value * scale:.1f}' height='{BAR - 4}'/>")
            parts.append(_text(LEFT + value * scale + 5, top + BAR - 6, written(value)))
        y += group
    told = "; ".join(f"{label}: {', '.join(written(value) for value in values)}" for label, values in rows)
    return _svg(name, title, f"{' and '.join(series)}. {told}.", y + 4, parts)


def ranges(name: str, title: str, rows: Sequence[tuple[str, Sequence[tuple[float, float]]]], series: Sequence[str]) -> str:
    """From a median to a 95th percentile in minutes, on a scale that grows tenfold."""

    def x(minutes: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, log10(max(minutes, 0.1)) + 1) / (log10(TICKS[-1][0]) + 1)

    group = BAR * len(series) + 8
    height = TOP + group * len(rows) + 24
    parts = [_legend(series)]
    for minutes, told in TICKS:
        parts.append(f"<line class='grid' x1='{x(minutes):.1f}' x2='{x(minutes):.1f}' y1='{TOP}' y2='{height - 20}'/>")
        parts.append(_text(x(minutes), height - 6, told, "middle"))
    for number, (label, spans) in enumerate(rows):
        y = TOP + number * group
        parts.append(_label(label, y + group / 2 - 4))
        for place, (middle, high) in enumerate(spans):
            top, width = y + place * BAR, max(2.0, x(high) - x(middle))
            parts.append(f"<rect class='s{place}' x='{x(middle):.1f}' y='{top}' width='{width:.1f}' height='{BAR - 6}'/>")
            parts.append(_text(x(high) + 5, top + BAR - 6, f"{minutes_told(middle)} – {minutes_told(high)}"))
    told_all = "; ".join(
        f"{label}: {', '.join(f'{minutes_told(middle)} to {minutes_told(high)}' for middle, high in spans)}"
        for label, spans in rows
    )
    return _svg(name, title, f"{' and '.join(series)}, median to 95th percentile. {told_all}.", height, parts)


def week(name: str, title: str, hours: Sequence[Sequence[int]]) -> str:
    """A week as a field of hours: the darker, the more."""
    most = max((count for day in hours for count in day), default=0) or 1
    left, parts = 46, list[str]()
    for hour in range(0, 24, 3):
        parts.append(_text(left + hour * CELL + CELL / 2, TOP - 6, f"{hour:02}", "middle"))
    for day, counts in enumerate(hours):
        y = TOP + day * CELL
        parts.append(_text(left - 8, y + CELL / 2 + 4, WEEK[day], "end"))
        for hour, count in enumerate(counts):
            shade, x = count / most, left + hour * CELL
            place = f"x='{x}' y='{y}' width='{CELL - 2}' height='{CELL - 2}'"
            parts.append(f"<rect class='s0' {place} fill-opacity='{shade:.2f}' stroke-opacity='.3'/>")
    fullest = max(
        ((count, day, hour) for day, counts in enumerate(hours) for hour, count in enumerate(counts)), default=(0, 0, 0)
    )
    told = f"The most, {fullest[0]}, on {WEEK[fullest[1]]} from {fullest[2]:02}:00." if fullest[0] else "None at any hour."
    return _svg(name, title, told, TOP + 7 * CELL + 4, parts)


def minutes_told(minutes: float) -> str:
    """Minutes as people say them."""
    if minutes < 90:  # noqa: PLR2004  an hour and a half
        return f"{minutes:.1f} min" if minutes < 10 else f"{minutes:.0f} min"  # noqa: PLR2004
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} d"


def signed(minutes: float) -> str:
    """A difference of minutes, with its sign."""
    return f"{'−' if minutes < 0 else '+'}{minutes_told(abs(minutes))}" if abs(minutes) >= 0.05 else "0 min"  # noqa: PLR2004  0.0


def _svg(name: str, title: str, told: str, height: float, parts: Iterable[str]) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' class='nodus-chart' role='img' aria-labelledby='{name}-title {name}-desc'"
        f" viewBox='0 0 {WIDTH} {height:.0f}' width='{WIDTH}' height='{height:.0f}'>"
        f"<title id='{name}-title'>{escape(title)}</title><desc id='{name}-desc'>{escape(told)}</desc>"
        f"{STYLE.format(name=name)}{''.join(parts)}</svg>"
    )


def _legend(series: Sequence[str]) -> str:
    parts, x = [], LEFT
    for place, one in enumerate(series):
        parts.append(f"<rect class='s{place}' x='{x}' y='8' width='14' height='12'/>{_text(x + 20, 18, _short(one))}")
        x += 230
    return "".join(parts)


def _label(text: str, y: float) -> str:
    return _text(LEFT - 10, y + 4, _short(text), "end")


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(text)}</text>"


def _short(text: str) -> str:
    return text if len(text) <= 32 else f"{text[:31]}…"  # noqa: PLR2004  what fits beside the bars
