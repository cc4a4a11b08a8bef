"""A result as charts, each with the table that says the same in figures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.cases.lifecycle import Urgency
from app.simulation.drawing import WEEK, bars, minutes_told, ranges, week
from app.simulation.figures import Figures
from app.simulation.results import Result

SHOWN: Final = 15


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its table."""

    title: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def charts(result: Result) -> list[Chart]:
    """Every chart of a result."""
    titles = [one.title for one in result.scenarios]
    figures = [one.figures for one in result.scenarios]
    return [
        _waited(titles, figures),
        _barred("rungs", "Share of calls by the rung that took them", titles, _rungs(figures), lambda share: f"{share:.1%}"),
        *_gaps(titles, figures),
        _barred("organisations", "Offers to the organisations asked most", titles, _most_asked(figures), _whole),
        _barred("people", "Offers to those on duty asked most", titles, _people(figures), _whole),
        _barred("shifts", "Most offers in one shift", titles, _fullest(figures), _whole),
    ]


def _barred(
    name: str, title: str, titles: Sequence[str], rows: Sequence[tuple[str, list[float]]], written: Callable[[float], str]
) -> Chart:
    table = tuple((label, *(written(value) for value in values)) for label, values in rows)
    return Chart(title, bars(name, title, rows, titles, written), ("", *titles), table)


def _waited(titles: Sequence[str], figures: Sequence[Figures]) -> Chart:
    title = "Time until somebody has accepted, median to 95th percentile"
    known = [{one.urgency: one for one in each.waited} for each in figures]
    rows, table = [], []
    for urgency in Urgency:
        found = [one.get(urgency) for one in known]
        spans = [(one.p50, one.p95) if one and one.p50 is not None and one.p95 is not None else (0.0, 0.0) for one in found]
        if any(found):
            rows.append((str(urgency), spans))
            cells = [f"{minutes_told(middle)}, {minutes_told(high)}" for middle, high in spans]
            table.append((str(urgency), str(max(one.calls for one in found if one)), *cells))
    return Chart(title, ranges("waited", title, rows, titles), ("urgency", "calls", *titles), tuple(table))


def _rungs(figures: Sequence[Figures]) -> list[tuple[str, list[float]]]:
    rungs = [one.rung for one in figures[0].taken]
    shares = [{one.rung: one.share for one in each.taken} for each in figures]
    return [(rung.replace("_", " "), [share[rung] for share in shares]) for rung in rungs]


def _gaps(titles: Sequence[str], figures: Sequence[Figures]) -> Iterator[Chart]:
    for place, (of, each) in enumerate(zip(titles, figures, strict=True)):
        title = f"Calls with only the national desk, by weekday and hour: {of}"
        rows = tuple((WEEK[day], *(str(count) for count in counts)) for day, counts in enumerate(each.gap_hours))
        columns = ("", *(f"{hour:02}" for hour in range(24)))
        yield Chart(title, week(f"gaps{place}", title, each.gap_hours), columns, rows)


def _most_asked(figures: Sequence[Figures]) -> list[tuple[str, list[float]]]:
    return _top([{one.name: float(one.offered) for one in each.organisations} for each in figures])


def _people(figures: Sequence[Figures]) -> list[tuple[str, list[float]]]:
    return _top([{f"{one.participant}, {one.organisation}": float(one.offered) for one in each.people} for each in figures])


def _fullest(figures: Sequence[Figures]) -> list[tuple[str, list[float]]]:
    return _top(
        [{f"{one.participant}, {one.organisation}": float(one.most_in_a_shift) for one in each.people} for each in figures]
    )


def _top(found: Sequence[dict[str, float]]) -> list[tuple[str, list[float]]]:
    names = dict.fromkeys(name for each in found for name in each)
    ordered = sorted(names, key=lambda name: (-max(each.get(name, 0) for each in found), name))
    return [(name, [each.get(name, 0.0) for each in found]) for name in ordered[:SHOWN]]


def _whole(value: float) -> str:
    return f"{value:.0f}"
