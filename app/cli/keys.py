"""`nodus key`: API keys, made, listed and revoked."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from app.cli.terminal import err, out, run, working
from app.identity import service as identity

key_cli = typer.Typer(no_args_is_help=True, help="API keys: make, list, revoke.")


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
        async with working() as work:
            return identity.create_key(
                work, organisation=organisation, role=role, label=label, life=timedelta(days=days), scopes=scope
            )

    out.print(run(make()), soft_wrap=True)
    err.print("Keep it now: it can't be shown again.")


@key_cli.command("list")
def list_keys() -> None:
    """Show every key; never a secret."""

    async def read() -> None:
        async with working() as work:
            found = await identity.keys(work)
        table = Table("id", "organisation", "role", "label", "expires", "last used", "")
        for key in found:
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            ended = "revoked" if key.revoked_at else ""
            table.add_row(str(key.id), str(key.organisation), key.role, key.label, f"{key.expires_at:%Y-%m-%d}", used, ended)
        out.print(table)

    run(read())


@key_cli.command("revoke")
def revoke_key(key: Annotated[UUID, typer.Argument(help="The key's id")]) -> None:
    """End a key at once."""

    async def end() -> None:
        async with working() as work:
            await identity.revoke_key(work, key)

    run(end())
    out.print("The key is revoked; every process forgets it within five seconds.")
