"""The command line: `nodus …`. Only wires; each command says what it does with --help."""

import gc
from importlib import import_module
from typing import Final, cast

from typer import Typer
from typer._click import Command, Context  # what Typer's methods are declared with
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS: Final = {
    "serve": "app.cli.serving:serve",
    "worker": "app.cli.serving:worker",
    "demo": "app.cli.keeping:play",
    "migrate": "app.cli.keeping:migrate",
    "doctor": "app.cli.keeping:examine",
    "openapi": "app.cli.keeping:openapi",
    "import": "app.cli.importing:bring",
    "import-police-mail": "app.cli.police_mail:import_police_mail",
    "import-bounces": "app.cli.bounces:import_bounces",
    "explain": "app.cli.explaining:explain",
    "simulate": "app.cli.simulating:simulate",
    "key": "app.cli.keys:key_cli",
    "account": "app.cli.accounts:account_cli",
    "protocol": "app.cli.protocols:protocol_cli",
    "telephony": "app.cli.asterisk:telephony_cli",
    "webhook": "app.cli.webhook:webhook_cli",
}


class Lazily(TyperGroup):
    """Loads the program of a command when it is asked for, so that none waits for what another needs."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002  as it is declared
        """Every name, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002  as it is declared
        """The command of a name; for an unknown one all are loaded, so that the nearest can be told."""
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands[name] = _loaded(name)
        return self.commands.get(cmd_name)


def _loaded(name: str) -> Command:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(module), attribute)
    around = Typer(callback=nodus, add_completion=False)
    if isinstance(found, Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    return cast("TyperGroup", get_command(around)).commands[name]


def nodus() -> None:
    """Nothing, before a command."""


cli = Typer(cls=Lazily, callback=nodus, no_args_is_help=True, add_completion=False, help=__doc__)


def main() -> None:
    """The `nodus` command.

    What is loaded stays until the end: looking through it for garbage every 700 objects made a quarter of a start.
    """
    gc.set_threshold(50_000, 10, 10)
    cli()
