"""The command ``securecall``; one file a subcommand.

Exit codes: 0 fine, 1 failure (the message says what is wrong), 2 usage, 3 some rows were rejected,
some finding is an error, some files could not be heard or some records not be looked at. Data goes
to standard output, everything said to people to standard error.
"""

from __future__ import annotations

import os
import sys

import typer

from securecall import __version__
from securecall.cli import (
    bench,
    caps,
    compare,
    compile,
    conform,
    explain,
    ledger,
    lint,
    listen,
    patterns,
    quote,
    rate,
    simulate,
    verify,
)
from securecall.cli.console import EXIT_FAILURE, complain
from securecall.errors import SecurecallError

__all__ = ["app", "main"]

app = typer.Typer(
    name="securecall",
    help="Exact rating of calls from prisons and jails, and ears for their lines.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (rate, compile, explain, lint, quote, compare, caps, listen, conform, bench, patterns,
               simulate, verify):  # fmt: skip
    app.command(module.NAME)(module.run)
app.add_typer(ledger.app, name=ledger.NAME)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"securecall {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say the version and end."
    ),
) -> None:
    """Rate calls, explain charges, check tariffs, look up ceilings, keep ledgers, hear tones."""


def _let_go() -> None:
    """Send what Python will still flush at its end to nowhere: standard output takes no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command; turn our errors into a message and exit code 1."""
    try:
        app(prog_name="securecall")
    except SecurecallError as error:
        complain(str(error))
        raise SystemExit(EXIT_FAILURE) from None
    except BrokenPipeError:  # whoever read our output has seen enough
        _let_go()
        raise SystemExit(EXIT_FAILURE) from None
    except OSError as error:  # such as a full disk behind standard output
        complain(error.strerror or str(error))
        _let_go()
        raise SystemExit(EXIT_FAILURE) from None
    except KeyboardInterrupt:
        complain("stopped")
        raise SystemExit(EXIT_FAILURE) from None
