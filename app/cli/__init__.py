"""The command line: `nodus …`. Only wires; each command says what it does with --help."""

import typer

from app.cli.asterisk import telephony_cli
from app.cli.explaining import explain
from app.cli.importing import bring
from app.cli.keeping import examine, migrate, openapi, play
from app.cli.keys import key_cli
from app.cli.police_mail import import_police_mail
from app.cli.protocols import protocol_cli
from app.cli.serving import serve, worker
from app.cli.simulating import simulate
from app.cli.webhook import webhook_cli

cli = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
for command, name in (
    (serve, "serve"),
    (worker, "worker"),
    (play, "demo"),
    (migrate, "migrate"),
    (examine, "doctor"),
    (openapi, "openapi"),
    (bring, "import"),
    (import_police_mail, "import-police-mail"),
    (explain, "explain"),
    (simulate, "simulate"),
):
    cli.command(name)(command)
cli.add_typer(key_cli, name="key")
cli.add_typer(protocol_cli, name="protocol")
cli.add_typer(telephony_cli, name="telephony")
cli.add_typer(webhook_cli, name="webhook")


def main() -> None:
    """The `nodus` command."""
    cli()
