"""The command line: `nodus …`. Only wires; each command says what it does with --help."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar
from uuid import UUID

import orjson
import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp

from app import doctor as checks
from app import main as main_module
from app import worker as due_lists
from app.core import log, metrics, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.errors import Problem
from app.core.settings import Settings, load
from app.core.work import begin
from app.identity import service as identity
from app.vault.keys import master_key

T = TypeVar("T")
cli = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
key_cli = typer.Typer(no_args_is_help=True, help="API keys: make, list, revoke.")
cli.add_typer(key_cli, name="key")
out = Console()
err = Console(stderr=True)


@cli.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Server processes")] = 1,
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Carry out the due-lists too (small installations)")] = False,
) -> None:
    """Answer HTTP."""
    settings = load()
    _check(settings)
    log.set_up(settings.log_level)
    if with_worker and workers > 1:
        _fail("--with-worker means one process; run `nodus worker` beside `serve --workers N`.")
    factory = "app.cli:served_with_worker" if with_worker else "app.main:served"
    (metrics.serve if workers == 1 else metrics.serve_for_all)(settings.metrics_port)
    uvicorn.run(
        factory,
        factory=True,
        host=host or settings.host,
        port=settings.port if port is None else port,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


@cli.command()
def worker() -> None:
    """Carry out what comes due, and send webhooks; any number may run side by side."""
    settings = load()
    _check(settings)
    log.set_up(settings.log_level)
    metrics.serve(settings.metrics_port)
    asyncio.run(due_lists.run_until_signal(settings))


@cli.command(name="demo")
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
        _fail(f"The demo needs {missing.name}, which comes with `nodus[demo]`; `deploy/dev demo` installs it.")
    options = Options(
        speed=speed, calls=calls, seed=seed, once=once, reset=reset, port=port, folder=folder, receiver_away=receiver_away
    )
    raise typer.Exit(demo(options))


@cli.command()
def migrate(
    *,
    login: Annotated[str | None, typer.Option(help="Make this login for the service, or give it its rights")] = None,
) -> None:
    """Bring the database to the structure that this program knows. The login's password: NODUS_LOGIN_PASSWORD."""
    settings = load()
    url = settings.migration_database_url or settings.database_url
    migrations.upgrade(url)
    if login:
        migrations.grant_login(url, login, settings.login_password.get_secret_value() or None)
    out.print(f"The database is at structure {migrations.head()}.")


@cli.command(name="doctor")
def examine() -> None:
    """Look whether everything is in order; fails when something is not."""
    table = Table("", "what", "finding", box=None)
    findings = asyncio.run(checks.examine(load()))
    for finding in findings:
        table.add_row("[green]✓[/]" if finding.well else "[red]✗[/]", finding.about, finding.sentence)
    out.print(table)
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


@cli.command()
def openapi() -> None:
    """Print the API's description, as it is committed in openapi/openapi.json."""
    placeholder = Settings(database_url="postgresql://nobody@localhost/none", master_key="A" * 43 + "=")
    text = orjson.dumps(
        main_module.openapi(main_module.create_app(placeholder)), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    )
    sys.stdout.write(text.decode() + "\n")


@key_cli.command("create")
def create_key(
    organisation: Annotated[UUID, typer.Argument(help="The organisation's id")],
    role: Annotated[str, typer.Argument(help="operator, supervisor, desk, planner or administrator")],
    *,
    label: Annotated[str, typer.Option(help="What it is for")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lives")] = 90,
    scope: Annotated[list[str] | None, typer.Option(help="Only these of the role's scopes")] = None,
) -> None:
    """Make a key and show its token, once."""

    async def make() -> str:
        database = Database(load().database_url, load())
        try:
            async with begin(database, WORKER) as work:
                return identity.create_key(
                    work, organisation=organisation, role=role, label=label, life=timedelta(days=days), scopes=scope
                )
        finally:
            await database.close()

    out.print(_run(make()), soft_wrap=True)
    err.print("Keep it now: it can't be shown again.")


@key_cli.command("list")
def list_keys() -> None:
    """Show every key; never a secret."""

    async def read() -> None:
        database = Database(load().database_url, load())
        try:
            async with begin(database, WORKER) as work:
                found = await identity.keys(work)
        finally:
            await database.close()
        table = Table("id", "organisation", "role", "label", "expires", "last used", "")
        for key in found:
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            ended = "revoked" if key.revoked_at else ""
            table.add_row(str(key.id), str(key.organisation), key.role, key.label, f"{key.expires_at:%Y-%m-%d}", used, ended)
        out.print(table)

    _run(read())


@key_cli.command("revoke")
def revoke_key(key: Annotated[UUID, typer.Argument(help="The key's id")]) -> None:
    """End a key at once."""

    async def end() -> None:
        database = Database(load().database_url, load())
        try:
            async with begin(database, WORKER) as work:
                await identity.revoke_key(work, key)
        finally:
            await database.close()

    _run(end())
    out.print("The key is revoked; every process forgets it within five seconds.")


def served_with_worker() -> ASGIApp:
    """What `serve --with-worker` serves: the application, with the due-lists in its life span."""
    settings = load()
    app = main_module.create_app(settings)
    alone = app.router.lifespan_context

    @asynccontextmanager
    async def together(running: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with alone(running):
            task = asyncio.create_task(due_lists.run(settings, stop))
            yield
            stop.set()
            await task

    app.router.lifespan_context = together
    return main_module.edged(app)


def _check(settings: Settings) -> None:
    """Refuse to start without what nothing works without, in words."""
    if not settings.database_url:
        _fail("NODUS_DATABASE_URL is not set. `deploy/dev demo` needs none; for real use see the README.")
    try:
        master_key(settings)
    except ValueError as error:
        _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(2)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except Problem as problem:
        _fail(problem.detail)


def main() -> None:
    """The `nodus` command."""
    cli()


if __name__ == "__main__":
    main()
