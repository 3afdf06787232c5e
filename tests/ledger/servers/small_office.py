"""An office in memory with two accounts, for tests: a tenth of a second is the longest delay."""

from __future__ import annotations

from typing import Any

from tests.ledger.pricing import Flat

from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.board import Board, MemoryBoard
from securecall.ledger.servers.item import Item
from securecall.ledger.servers.office import Office

__all__ = ["DELAY_MS", "LOADERS", "T0", "deposit", "end", "office", "start", "withdraw"]

T0 = 1_777_000_000_000
DELAY_MS = 100
LOADERS = {"flat/1": Flat.loads}


def office(*, span_ms: int = 60_000, board: Board | None = None, url: str = "memory:") -> Office:
    """Return one with $1.00 on ``a`` and nothing on ``b``."""
    ledger = Ledger.open(url, curves=LOADERS)
    ledger.open_account("a", "prepaid", at=T0, opening="1.00")
    ledger.open_account("b", "prepaid", at=T0)
    found = board or MemoryBoard()
    return Office(ledger, found, delay_ms=DELAY_MS, span_ms=span_ms, loaders=LOADERS)


def start(
    call: str, at_ms: int, server: str = "east", price: int = 100_000, length_ms: int = 60_000,
    **more: Any,
) -> Item:  # fmt: skip
    """Return the start of a call on ``a`` that costs ten cents a minute."""
    curve = Flat(price, length_ms).dumps().decode()
    arguments = {"call_id": call, "accounts": ["a"], "curve": curve, **more}
    return Item(f"start:{call}", server, "start_call", ("a",), at_ms, arguments)


def end(call: str, at_ms: int, server: str = "east") -> Item:
    """Return the end of a call."""
    arguments = {"call_id": call, "reason": "hangup"}
    return Item(f"end:{call}", server, "end_call", ("a",), at_ms, arguments)


def deposit(amount: str, at_ms: int) -> Item:
    """Return a deposit on ``a``."""
    arguments = {"account": "a", "amount": amount}
    return Item(f"deposit:{at_ms}", "west", "deposit", ("a",), at_ms, arguments)


def withdraw(amount: str, at_ms: int) -> Item:
    """Return a withdrawal from ``a``."""
    arguments = {"account": "a", "amount": amount}
    return Item(f"withdraw:{at_ms}", "west", "withdraw", ("a",), at_ms, arguments)
