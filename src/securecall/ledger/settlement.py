"""How a call ended, and who paid for it, as its row says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from securecall.ledger.rows import CallRow
from securecall.ledger.values.calls import Settlement

__all__ = ["by_account", "settlement_of"]


def settlement_of(call: CallRow) -> Settlement:
    """Return how a call ended."""
    assert call.ended_ms is not None
    return Settlement(
        "ok", call.id, call.charged, call.bought_ms, call.reason, call.ended_ms, call.corrected,
        by_account(call.takings),
    )  # fmt: skip


def by_account(takings: Sequence[Sequence[Any]]) -> tuple[tuple[str, int], ...]:
    """Return who paid what in all."""
    sums: dict[str, int] = {}
    for name, amount in takings:
        sums[name] = sums.get(name, 0) + amount
    return tuple(sums.items())
