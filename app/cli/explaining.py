"""`nodus explain`: who would be asked about a case at any moment, line by line."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from app.cases.lifecycle import Urgency
from app.cli.terminal import err, fail, out, run, working
from app.directory.holidays import AMSTERDAM
from app.directory.places import PlaceOfStay
from app.routing.need import Kind, Need
from app.routing.schemas.offers import RoutingPreviewOut
from app.routing.service.preview import preview


def explain(  # noqa: PLR0913  each is an option
    *,
    urgency: Annotated[Urgency, typer.Option(help="How soon somebody must act")],
    postcode: Annotated[str | None, typer.Option(help="Where the person is")] = None,
    municipality: Annotated[str | None, typer.Option(help="Or the municipality's code, such as GM0363")] = None,
    kind: Annotated[Kind, typer.Option(help="What it is about")] = Kind.WORRY,
    age: Annotated[int | None, typer.Option(min=0, max=130, help="How old the person is at most")] = None,
    at: Annotated[str | None, typer.Option(help="When; Amsterdam time unless an offset is given. Default: now")] = None,
    known_at: Annotated[str | None, typer.Option(help="The directory as it was then. Default: as it was at --at")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what the API would answer")] = False,
) -> None:
    """Show who would be asked, and of everybody else why not. Nothing is stored."""
    place, need = PlaceOfStay(postcode, municipality), Need(urgency, kind, age)
    moment = moment_of(at, "--at") if at else None
    known = moment_of(known_at, "--known-at") if known_at else None

    async def ask() -> RoutingPreviewOut:
        async with working() as work:
            return RoutingPreviewOut.of(await preview(work, place, need, moment, known))

    told = run(ask())
    if json:
        sys.stdout.write(orjson.dumps(told.model_dump(mode="json", by_alias=True), option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    _show(told, need)


def moment_of(text: str, option: str) -> datetime:
    """A moment as people type it, UTC: without an offset it is the time in the Netherlands.

    An hour that comes twice is its first; one that the clock skips is refused, like whatever is no moment.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            local = moment.replace(tzinfo=AMSTERDAM)
            moment = local.astimezone(UTC)
            if moment.astimezone(AMSTERDAM).replace(tzinfo=None) != local.replace(tzinfo=None):
                fail(f"{option}: the clock skips that hour. Choose another, or give an offset.")
            if moment != local.replace(fold=1).astimezone(UTC):
                err.print(f"{option}: that hour comes twice; this is the first. Give an offset, such as +01:00, for the other.")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        fail(f"{option}: write a moment such as 2026-12-25T03:00, or 2026-12-25T03:00+01:00.")


def _show(told: RoutingPreviewOut, need: Need) -> None:
    whom = "" if need.age is None else f", {need.age} years old at most"
    what = f"{need.urgency}, {need.kind}{whom}"
    out.print(f"[bold]{escape(told.municipality_name)}[/] ({told.municipality_code}), {what}, {_local(told.at)}")
    table = Table("rung", "organisation", "", "reason", "accept by")
    for one in told.candidates:
        by = _local(told.accept_by) if one.taken else ""
        style = "bold" if one.taken else "dim"
        table.add_row(
            one.rung.replace("_", " "),
            escape(one.name),
            "[green]taken[/]" if one.taken else "–",
            escape(one.text),
            by,
            style=style,
        )
    out.print(table)
    if told.promised_at:
        out.print(f"It is closed, and rings back at {_local(told.promised_at)}.")
    version = f"version {told.directory_version}, " if told.directory_version else ""
    out.print(f"Rules {told.rules}; directory {version}as known at {_local(told.known_at)}.", highlight=False)
    for note in told.notes:
        out.print(f"[yellow]{note}[/]", highlight=False)


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%a %d %b %Y %H:%M %Z}"
