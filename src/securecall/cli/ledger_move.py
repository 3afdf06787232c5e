"""``securecall ledger move``: a ledger from a SQLite file into PostgreSQL, while calls go on."""

from __future__ import annotations

from typing import Final

import typer

from securecall.cli.console import as_json, complain, say
from securecall.cli.ledger_post import address
from securecall.errors import BuildError

__all__ = ["NAME", "run"]

NAME: Final = "move"


def run(
    source: str = typer.Argument(..., metavar="FROM", help="The ledger's file."),
    target: str = typer.Argument(..., metavar="TO", help="postgresql://user@host/db?schema=name."),
    json: bool = typer.Option(False, "--json", help="What went over as JSON."),
) -> None:
    """Move a ledger from a SQLite file into PostgreSQL, and compare both; goes on if stopped."""
    try:
        from securecall.ledger.move import move
    except ImportError as error:
        raise BuildError(
            f"a ledger in PostgreSQL needs psycopg: pip install securecall[postgres] ({error})"
        ) from None
    found = move(address(source), target, tell=complain)
    if json:
        as_json({name: getattr(found, name) for name in type(found).__slots__})
        return
    say(
        f"{found.ops} operations, {found.entries} entries, {found.accounts} accounts, "
        f"{found.calls} calls, {found.papers} papers"
    )
    say(f"chain {found.hash}")
    say(f"rows  {found.digest}")
    if found.pause_ms:
        say(f"nobody could write for {found.pause_ms / 1000:.3f} s; open {target} from now on")
    else:
        say("it had been moved before; nothing was done")
