"""What keeps an installation in order: `nodus migrate`, `doctor`, `openapi`; and `demo`, to try one.

What only one of them needs is imported there: it takes a second.
"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table

from app.cli.terminal import fail, out
from app.core.settings import Settings, load

PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def play(  # noqa: PLR0913  each is an option
    *,
    speed: Annotated[float, typer.Option(min=1, help="How many times faster than life")] = 600,
    calls: Annotated[int, typer.Option(min=1, help="How many calls come in")] = 250,
    seed: Annotated[int, typer.Option(help="The same seed plays the same calls")] = 1,
    once: Annotated[bool, typer.Option("--once", help="End after the summary; fails when it does not add up")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Throw the demo's data away first")] = False,
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8000,
    receiver_away: Annotated[float, typer.Option(min=0, help="Seconds for which the receivers are away, mid-play")] = 0,
    folder: Annotated[Path | None, typer.Option(help="Where the demo keeps its data")] = None,
) -> None:
    """Play a night and a day of calls against the real thing, on an embedded PostgreSQL."""
    try:  # an installation for real use has neither its packages nor a need for them
        from app.demo.run import Options, demo
    except ModuleNotFoundError as missing:
        fail(f"The demo needs {missing.name}, which comes with `nodus[demo]`; `deploy/dev demo` installs it.")
    options = Options(
        speed=speed, calls=calls, seed=seed, once=once, reset=reset, port=port, folder=folder, receiver_away=receiver_away
    )
    raise typer.Exit(demo(options))


def migrate(
    *,
    login: Annotated[str | None, typer.Option(help="Make this login for the service, or give it its rights")] = None,
) -> None:
    """Bring the database to the structure that this program knows. The login's password: NODUS_LOGIN_PASSWORD."""
    from app.core import migrations

    settings = load()
    url = settings.migration_database_url or settings.database_url
    migrations.upgrade(url)
    if login:
        migrations.grant_login(url, login, settings.login_password.get_secret_value() or None)
    out.print(f"The database is at structure {migrations.head()}.")


def examine() -> None:
    """Look whether everything is in order; fails when something is not."""
    from app import doctor as checks

    table = Table("", "what", "finding", box=None)
    findings = asyncio.run(checks.examine(load()))
    for finding in findings:
        table.add_row("[green]✓[/]" if finding.well else "[red]✗[/]", finding.about, finding.sentence)
    out.print(table)
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


def openapi(
    *, events: Annotated[Path | None, typer.Option(help="Write the events' schemas into this folder (openapi/events)")] = None
) -> None:
    """Print the API's description, as it is committed in openapi/openapi.json."""
    from app import main as main_module

    if events:
        events.mkdir(parents=True, exist_ok=True)
        for name, schema in main_module.event_schemas().items():
            (events / f"{name}.json").write_bytes(orjson.dumps(schema, option=PRETTY))
        return
    placeholder = Settings(database_url="postgresql://nobody@localhost/none", master_key="A" * 43 + "=")
    text = orjson.dumps(main_module.openapi(main_module.create_app(placeholder)), option=PRETTY)
    sys.stdout.write(text.decode())
