"""`nodus account`: who signs in to the console."""

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from app.accounts.service import people
from app.accounts.service.signing_in import Sessions
from app.cli.terminal import err, out, run, working

account_cli = typer.Typer(no_args_is_help=True, help="Accounts of the console: make, list, end.")


@account_cli.command("create")
def create_account(
    organisation: Annotated[UUID, typer.Argument(help="The organisation's id")],
    role: Annotated[str, typer.Argument(help="operator, supervisor, desk, planner, administrator or privacy_officer")],
    login: Annotated[str, typer.Argument(help="What is typed to sign in: letters, figures, . _ @ + -")],
    name: Annotated[str, typer.Argument(help="As colleagues see it")],
) -> None:
    """Make an account and show its password, once."""

    async def make() -> str:
        async with working() as work:
            return (await people.add(work, organisation=organisation, role=role, login=login, name=name))[1]

    out.print(run(make()), soft_wrap=True)
    err.print("Pass it on now: it can't be shown again. It is changed, and a code added, on the page of the account.")


@account_cli.command("list")
def list_accounts() -> None:
    """Show every account; never a password."""

    async def read() -> None:
        async with working() as work:
            found = await people.people(work)
        table = Table("id", "login", "name", "organisation", "role", "code", "last used", "")
        for one in found:
            used = f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never"
            code, ended = "yes" if one.has_code else "no", "ended" if one.ended_at else ""
            table.add_row(str(one.id), one.login, one.name, one.organisation_name, one.role, code, used, ended)
        out.print(table)

    run(read())


@account_cli.command("password")
def give_password(account: Annotated[UUID, typer.Argument(help="The account's id")]) -> None:
    """Give an account a new password, shown once, and take its code off."""

    async def give() -> str:
        async with working() as work:
            chosen = await people.give_password(work, account)
        await Sessions(work.database).sign_out_elsewhere("", account)
        return chosen

    out.print(run(give()), soft_wrap=True)


@account_cli.command("end")
def end_account(account: Annotated[UUID, typer.Argument(help="The account's id")]) -> None:
    """End an account and its sessions at once."""

    async def end() -> None:
        async with working() as work:
            await people.end(work, account)

    run(end())
