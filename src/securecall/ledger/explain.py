"""A settled call as a receipt to check: every increment, and the balance around it."""

from __future__ import annotations

from securecall.errors import InputError, Unknown
from securecall.ledger.instant import instant
from securecall.ledger.stores.door import Reading
from securecall.ledger.timeline import bought_by, timeline
from securecall.money import dollars, shown

__all__ = ["explain"]


def _money(micros: int) -> str:
    return shown(dollars(micros))


def _clock(elapsed_ms: int) -> str:
    seconds, ms = divmod(elapsed_ms, 1000)
    text = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{ms:03d}" if ms else text


def explain(view: Reading, call_id: str) -> str:
    """Return the receipt of a call that has ended; see `Ledger.explain`.

    Raises
    ------
    Unknown
        There is no such call.
    InputError
        It still runs.
    """
    call = view.call(call_id)
    if call is None:
        raise Unknown("call", call_id)
    if call.state == "running" or call.ended_ms is None:
        raise InputError(f"call_id must be of a call that has ended; {call_id!r} still runs")
    lines = [
        f"call {call_id}",
        f"  began   {instant(call.start_ms).isoformat()}",
        f"  ended   {instant(call.ended_ms).isoformat()}  after "
        f"{_clock(call.ended_ms - call.start_ms)}: {call.reason}",
        f"  paid by {', '.join(call.accounts)}"
        + (" (an increment may be split)" if call.split else ""),
    ]
    if call.state == "refused":
        return "\n".join([*lines, "  never connected: nothing paid the first increment"]) + "\n"
    around = _balances(view, call.accounts, call_id)
    lines.append("  increment                  price        account  before       after")
    sold = 0
    for piece in bought_by(call):
        span = f"{_clock(piece.begins_ms)} - {_clock(piece.ends_ms)}"
        sold += piece.price_micros
        if not piece.paid:
            lines.append(f"  {span:<26} {_money(0):<12} nobody: it costs nothing")
        for name, part in piece.paid:
            after = around[name, call.start_ms + piece.begins_ms]
            lines.append(
                f"  {span:<26} {_money(part):<12} {name}  {_money(after + part)}  {_money(after)}"
            )
            span = ""
    for name, amount in call.parts.items():
        lines.append(f"  {name:<26} {_money(amount)}")
    lines.append(f"  charged for {_clock(call.bought_ms)} bought: {_money(call.charged)}")
    if call.corrected:
        lines.append(f"  corrected after a late report by {_money(call.corrected)}")
    if call.refunded:
        lines.append(f"  refunded since: {_money(call.refunded)}")
    return "\n".join(lines) + "\n"


def _balances(view: Reading, accounts: list[str], call_id: str) -> dict[tuple[str, int], int]:
    """Return what was available on each account after each increment of a call."""
    found = {}
    for name in accounts:
        row = view.account(name)
        credit = 0 if row is None else row.credit_micros
        for moment in timeline(view, name):
            if moment.ref == call_id and moment.what == "increment":
                found[name, moment.at_ms] = moment.after_micros + credit
    return found
