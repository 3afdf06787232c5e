"""Books: what the day itself counts of every account, apart from the ledger.

Every deposit, charge, refund and payout is added up from what was asked for and answered, so that
the ledger's own sums have something to be compared with.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Final

__all__ = ["FLOWS", "Books"]

FLOWS: Final = (
    "opening", "deposits", "payments", "fees", "charges", "refunds", "withdrawals", "payouts",
    "chargebacks", "chargebacks_won", "chargeback_fees", "fees_returned",
)  # fmt: skip
"""Ways that money goes, as the books name them. Source: own; docs/simulate.md."""

#: What of them moves an account, and in which direction.
_SIGNS: Final = {
    "opening": 1, "deposits": 1, "payments": 1, "fees": -1, "charges": -1, "refunds": 1,
    "withdrawals": -1, "payouts": -1, "chargebacks": -1, "chargebacks_won": 1,
}  # fmt: skip


class Books:
    """What the day counts of every account: sixteen bytes each.

    Parameters
    ----------
    families, callers : int
        How many accounts ``fam-N`` and ``own-N`` there may be.

    Attributes
    ----------
    flows : Counter of str
        Micro-dollars of each of `FLOWS`.

    Source
    ------
    own.
    """

    __slots__ = ("_balances", "_marks", "flows")

    def __init__(self, families: int, callers: int) -> None:
        self._balances = {"fam": array("q", bytes(8 * families)),
                          "own": array("q", bytes(8 * callers))}  # fmt: skip
        #: 1: opened, 2: may be below zero: on credit, or after a chargeback, 4: closed.
        self._marks = {name: bytearray(len(each)) for name, each in self._balances.items()}
        self.flows: Counter[str] = Counter()

    def move(self, account: str, flow: str, amount_micros: int) -> None:
        """Count an amount that went one way."""
        kind, number = _key(account)
        self._balances[kind][number] += _SIGNS[flow] * amount_micros
        self.flows[flow] += amount_micros

    def note(self, flow: str, amount_micros: int) -> None:
        """Count an amount that is part of another flow of an account."""
        self.flows[flow] += amount_micros

    def open(self, account: str, opening_micros: int = 0, *, credit: bool = False) -> None:
        """Begin an account."""
        kind, number = _key(account)
        self._marks[kind][number] |= 1 | (2 if credit else 0)
        self.move(account, "opening", opening_micros)

    def is_open(self, account: str) -> bool:
        """Return whether an account was begun."""
        kind, number = _key(account)
        return bool(self._marks[kind][number] & 1)

    def is_closed(self, account: str) -> bool:
        """Return whether an account was closed."""
        kind, number = _key(account)
        return bool(self._marks[kind][number] & 4)

    def close(self, account: str) -> None:
        """Note that an account was closed."""
        kind, number = _key(account)
        self._marks[kind][number] |= 4

    def allow_debt(self, account: str) -> None:
        """Note that an account may be below zero from now on: a payer's bank took money back."""
        kind, number = _key(account)
        self._marks[kind][number] |= 2

    def overdrawn(self, account: str) -> bool:
        """Return whether an account is below zero that may not be."""
        kind, number = _key(account)
        return self._balances[kind][number] < 0 and not self._marks[kind][number] & 2

    def balance(self, account: str) -> int:
        """Return what is in an account, micro-dollars."""
        kind, number = _key(account)
        return self._balances[kind][number]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the accounts that were begun."""
        for kind, marks in self._marks.items():
            for number, mark in enumerate(marks):
                if mark & 1:
                    yield f"{kind}-{number}"

    @property
    def owed(self) -> int:
        """What accounts below zero owe: bills that are not paid yet, chargebacks; micro-dollars."""
        return -sum(amount for each in self._balances.values() for amount in each if amount < 0)

    @property
    def left(self) -> int:
        """What is in all accounts together, micro-dollars."""
        return sum(sum(each) for each in self._balances.values())


def _key(account: str) -> tuple[str, int]:
    kind, _, number = account.partition("-")
    return kind, int(number)
