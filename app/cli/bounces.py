"""`nodus import-bounces`: what mail servers sent back, from a folder."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import check, out, run
from app.core.db import Database
from app.core.settings import load
from app.notices.service.returned import take_in


def import_bounces(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A Maildir, or a folder of .eml files")],
) -> None:
    """Tell people of notices that came back, and move each mail to `done/`. Safe to repeat."""
    check(load())
    counted = run(_taken_in(folder))
    for what, number in sorted(counted.items()):
        out.print(f"{what}: {number}", markup=False, highlight=False)
    if not counted:
        out.print("No mail.")


async def _taken_in(folder: Path) -> Counter[str]:
    database = Database(load().database_url, load())
    try:
        return Counter([str(what) async for _, what in take_in(database, folder)])
    finally:
        await database.close()
