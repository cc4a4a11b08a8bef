"""A result as one page that needs nothing else: charts, and beside each the table with the same figures."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from app.directory.holidays import AMSTERDAM
from app.simulation.charts import charts
from app.simulation.drawing import signed
from app.simulation.results import Result

HEAD: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem
auto;padding:0 1rem}}svg{{max-width:100%;height:auto}}table{{border-collapse:collapse;margin:.5rem 0 2rem;font-size:.875rem}}
th,td{{text-align:left;padding:.15rem .6rem;border-bottom:1px solid #8888}}.wide{{overflow-x:auto}}</style></head><body><main>"""


def page(result: Result) -> str:
    """The page, HTML."""
    title = f"Simulation: {' and '.join(one.title for one in result.scenarios)}"
    start, end = (moment.astimezone(AMSTERDAM) for moment in (result.period.start, result.period.end))
    calls = f"{result.scenarios[0].figures.calls} {result.source} calls from {start:%d %B %Y %H:%M} to {end:%d %B %Y %H:%M}"
    parts = [
        HEAD.format(title=escape(title)),
        f"<h1>{escape(title)}</h1>",
        f"<p>{calls}, seed {result.seed}, directory version {result.directory_version}.</p>",
        "<h2>Before trusting this</h2><ul>",
        *(f"<li>{escape(note)}</li>" for note in result.notes),
        "</ul>",
        *_difference(result),
        *(f"<h2>{escape(one.title)}</h2>{one.svg}{_table(one.columns, one.rows)}" for one in charts(result)),
        *_gaps(result),
        "</main></body></html>",
    ]
    return "".join(parts)


def _difference(result: Result) -> Iterable[str]:
    if result.difference is None:
        return
    found = result.difference
    yield "<h2>The difference, call by call</h2>"
    rows = [(str(one.urgency), str(one.sooner), str(one.later), str(one.same), signed(one.mean_minutes)) for one in found.shifted]
    yield _table(("urgency", "sooner", "later", "as soon", "mean"), rows)
    yield f"<p>Gaps closed: {found.gaps_closed}; opened: {found.gaps_opened}.</p>"
    moved = [(one.before.replace("_", " "), one.after.replace("_", " "), str(one.calls)) for one in found.moved]
    yield _table(("ended on", "now ends on", "calls"), moved)


def _gaps(result: Result) -> Iterable[str]:
    for one in result.scenarios:
        yield f"<h2>Municipalities with gaps: {escape(one.title)}</h2>"
        rows = [(gap.municipality_name, gap.municipality_code, str(gap.calls)) for gap in one.figures.gaps]
        yield _table(("municipality", "code", "calls with only the national desk"), rows) if rows else "<p>None.</p>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in columns)
    body = "".join(
        f"<tr><th scope='row'>{escape(first)}</th>{''.join(f'<td>{escape(one)}</td>' for one in rest)}</tr>"
        for first, *rest in rows
    )
    whole = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div class='wide' tabindex='0' role='region' aria-label='Table'>{whole}</div>"
