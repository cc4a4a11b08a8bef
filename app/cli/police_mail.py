"""`nodus import-police-mail`: the police's mail of a desk, from a folder into the intake."""

from collections import Counter
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.channels.police import Purpose
from app.channels.service.mailbox import bring
from app.cli.terminal import check, err, out, run
from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.settings import load


def import_police_mail(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A Maildir, or a folder of .eml files")],
    organisation: Annotated[UUID, typer.Option(help="The desk that takes them in")],
    purpose: Annotated[Purpose, typer.Option(help="Of the decree: a to report, b to answer the desk, c for support")],
    sender: Annotated[UUID | None, typer.Option("--from", help="The organisation that may ask how far they are")] = None,
    parser: Annotated[str | None, typer.Option(help="Who reads the form; default: by media type")] = None,
) -> None:
    """Take in each mail once, and move it to `done/`; what can't be read waits for a person, in Nodus. Safe to repeat."""
    check(load())
    actor = Actor(organisation, Role.DESK, sender=sender)
    counted = run(_brought(actor, folder, purpose, parser))
    for state, number in sorted(counted.items()):
        out.print(f"{state}: {number}", markup=False, highlight=False)
    if not counted:
        out.print("No mail.")
    if counted["stays"]:
        raise typer.Exit(1)


async def _brought(actor: Actor, folder: Path, purpose: Purpose, parser: str | None) -> Counter[str]:
    counted: Counter[str] = Counter()
    database = Database(load().database_url, load())
    try:
        async for one in bring(database, actor, folder, purpose, parser):
            counted["known already" if one.again else one.state or "stays"] += 1
            if one.stays_because:
                err.print(f"{one.file} stays: {one.stays_because}", markup=False, highlight=False, soft_wrap=True)
    finally:
        await database.close()
    return counted
