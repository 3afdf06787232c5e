"""``securecall ledger``: accounts in a ledger file, seen and changed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typer

from securecall.cli import ledger_move, ledger_post, ledger_torture
from securecall.cli.console import EXIT_FAILURE, EXIT_REJECTED, as_json, instant_of, say
from securecall.ledger.ledger import Ledger
from securecall.money import dollars, shown

__all__ = ["app"]

NAME: Final = "ledger"
KEY_HELP: Final = "File with the key that signs checkpoints."

app = typer.Typer(
    name=NAME,
    help="Accounts, their money and their calls, in a SQLite file or in PostgreSQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(ledger_torture.NAME)(ledger_torture.run)
app.command(ledger_post.NAME)(ledger_post.run)
app.command(ledger_move.NAME)(ledger_move.run)

FILE: Final = typer.Argument(..., metavar="FILE", help="The ledger's file, or its address.")
AT: Final = typer.Option(None, help="When, with an offset; default now.")
REQUEST: Final = typer.Option(None, "--request-id", help="Sent again, it counts once.")
KEY: Final = typer.Option(None, help=KEY_HELP)
JSON: Final = typer.Option(False, "--json", help="The answer as JSON.")


@contextmanager
def _opened(file: str, key: Path | None, *, make: bool = False) -> Iterator[Ledger]:
    url = f"sqlite:///{file}" if make and "://" not in file else ledger_post.address(file)
    secret = b"" if key is None else key.read_bytes()
    with Ledger.open(url, key=secret) as ledger:
        yield ledger


def _at(text: str | None) -> datetime:
    return datetime.now(UTC) if text is None else instant_of(text, "--at")


def _tell(answer: Any, line: str, json: bool) -> None:
    """Say an answer; a refusal ends with exit code 3."""
    if json:
        as_json(dict(_plain(answer, name) for name in type(answer).__slots__))
    elif answer.ok:
        say(line)
    else:
        say(f"refused: {answer.code}")
    if answer.refused:
        raise typer.Exit(EXIT_REJECTED)


def _plain(answer: Any, name: str) -> tuple[str, Any]:
    """Return a field in dollars or as an instant where it has such a face, under its name."""
    value = getattr(answer, name)
    face = name.removesuffix("_micros")
    if face != name:
        if type(value) is tuple:
            return face, {key: dollars(amount) for key, amount in value}
        return face, dollars(value)
    base = name.removesuffix("_ms")
    for face in (base, f"{base}_at"):
        if face != name and hasattr(answer, face):
            return face, getattr(answer, face)
    return name, value


@app.command("open")
def open_(
    *,
    file: str = FILE,
    account: str = typer.Argument(...),
    kind: str = typer.Option("prepaid", help="prepaid, inmate_debit or direct_bill."),
    credit_limit: str | None = typer.Option(None, help="Dollars; of direct_bill."),
    at: str | None = AT,
    request_id: str | None = REQUEST,
    key: Path | None = KEY,
    json: bool = JSON,
) -> None:
    """Open an account, and make the file if it is not there."""
    with _opened(file, key, make=True) as ledger:
        answer = ledger.open_account(
            account, kind, at=_at(at), credit_limit=credit_limit, request_id=request_id
        )
    _tell(answer, f"opened {account} ({kind})", json)


@app.command()
def deposit(
    *,
    file: str = FILE,
    account: str = typer.Argument(...),
    amount: str = typer.Argument(..., help="Dollars, such as 25.00."),
    at: str | None = AT,
    request_id: str | None = REQUEST,
    key: Path | None = KEY,
    json: bool = JSON,
) -> None:
    """Credit a payment: a deposit, or for a direct-bill account a payment."""
    with _opened(file, key) as ledger:
        answer: Any = ledger.deposit(account, amount, at=_at(at), request_id=request_id)
        if answer.code == "wrong_kind":
            answer = ledger.pay(account, amount, at=_at(at))
        balance = ledger.balance(account)
    _tell(answer, f"credited {shown(answer.credited)}, balance {shown(balance.posted)}", json)


@app.command()
def show(
    *,
    file: str = FILE,
    account: str = typer.Argument(...),
    at: str | None = typer.Option(None, help="When, with an offset; default the last operation."),
    picture: Path | None = typer.Option(None, help="Draw the burn-down to this PNG or SVG."),
    key: Path | None = KEY,
    json: bool = JSON,
) -> None:
    """Show a balance, what running calls hold, and when they will be cut."""
    when = None if at is None else instant_of(at, "--at")
    with _opened(file, key) as ledger:
        balance = ledger.balance(account, when)
        ends = ledger.cutoffs(account, when)
        if picture is not None:
            ledger.draw(account, picture)
    if json:
        as_json(
            {
                "account": account,
                "posted": balance.posted,
                "held": balance.held,
                "available": balance.available,
                "owed": balance.owed,
                "cutoffs": ends,
            }
        )
        return
    say(f"account    {account}")
    for name in ("posted", "held", "available", "owed"):
        say(f"{name:<10} {shown(getattr(balance, name))}")
    for call_id, end in ends.items():
        say(f"call       {call_id} ends {'never' if end is None else end.isoformat()}")


@app.command()
def statement(
    file: str = FILE,
    account: str = typer.Argument(...),
    through: str | None = typer.Option(
        None, help="Close the period that ends then; without it, show those that are closed."
    ),
    key: Path | None = KEY,
    json: bool = JSON,
) -> None:
    """Close a period of an account, or show its statements; amounts are what is owed."""
    with _opened(file, key) as ledger:
        if through is None:
            ledger.balance(account)
            found = ledger.statements(account)
        else:
            found = [ledger.statement(account, through=instant_of(through, "--through"))]
    for one in found:
        lines = [f"{account}  {one.from_at:%Y-%m-%d} to {one.through_at:%Y-%m-%d}"]
        for name in ("opening", "charges", "adjustments", "payments", "closing", "held"):
            lines.append(f"  {name:<12} {shown(getattr(one, name)):>16}")
        _tell(one, "\n".join(lines), json)


@app.command()
def explain(file: str = FILE, call_id: str = typer.Argument(...), key: Path | None = KEY) -> None:
    """Show a settled call as a receipt: every increment, with the balance before and after."""
    with _opened(file, key) as ledger:
        say(ledger.explain(call_id).rstrip("\n"))


@app.command()
def verify(file: str = FILE, key: Path | None = KEY, json: bool = JSON) -> None:
    """Check the whole chain and every invariant, from the entries alone."""
    with _opened(file, key) as ledger:
        found = ledger.verify()
    if json:
        names = ("ok", "faults", "ops", "entries", "accounts", "calls", "hash")
        as_json({name: getattr(found, name) for name in names})
    else:
        for fault in found.faults:
            say(fault)
        say(
            f"{found.ops} operations, {found.entries} entries, {found.accounts} accounts, "
            f"{found.calls} calls: {'all is well' if found.ok else 'NOT well'}"
        )
    if not found.ok:
        raise typer.Exit(EXIT_FAILURE)


@app.command()
def export(
    file: str = FILE,
    out: Path = typer.Argument(..., help="Its ending says the form unless --form does."),
    form: str | None = typer.Option(None, help="parquet, csv, arrow, hledger or beancount."),
    account: str | None = typer.Option(None, help="Only of this account."),
    key: Path | None = KEY,
) -> None:
    """Write the entries to a file."""
    chosen = out.suffix.removeprefix(".") if form is None else form
    with _opened(file, key) as ledger:
        count = ledger.export(out, chosen, account)
    say(f"{count} entries to {out}")
