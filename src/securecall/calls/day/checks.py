"""Checks: the invariants of the day, each with how often it was looked at and what broke it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

__all__ = ["INVARIANTS", "Check", "Checks"]

INVARIANTS: Final = {
    "reason": "every call ended, once, for a stated reason of the closed list",
    "charge": "every charge is what the increments cost that the call began, read off its curve",
    "rated_again": "all calls rated again as a table cost the same",
    "cutoff": "no call went on beyond its cutoff, its longest time or the closing hour",
    "overrun": "no account was below zero after a call, but for a chargeback",
    "privileged": "no frame of a privileged call was heard, and none was recorded",
    "free": "calls that were refused, not accepted or free cost nothing",
    "accounts": "each account holds what the day counted of it",
    "conserved": "money is conserved: what came in went out or is still there",
    "verified": "the ledger's chain and entries verify, and no call is running in it",
}
"""What must hold, in words. Source: own; charging law, rule 9; docs/simulate.md."""

FAULTS_MAX: Final = 20


@dataclass(slots=True)
class Check:
    """One invariant: how often it was looked at, how often it was broken, and the first cases."""

    looked: int = 0
    broken: int = 0
    faults: list[str] = field(default_factory=list)


class Checks:
    """All invariants of a day.

    Source
    ------
    own.
    """

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found = {name: Check() for name in INVARIANTS}

    def that(self, name: str, holds: bool, fault: str) -> None:
        """Look at an invariant once; ``fault`` says what is wrong if it does not hold."""
        check = self.found[name]
        check.looked += 1
        if not holds:
            check.broken += 1
            if len(check.faults) < FAULTS_MAX:
                check.faults.append(fault)

    @property
    def ok(self) -> bool:
        """Whether none was broken."""
        return not self.broken

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of those that were broken."""
        return tuple(name for name, each in self.found.items() if each.broken)

    @property
    def unseen(self) -> tuple[str, ...]:
        """Names of those that nothing in the day could have broken: it was too short."""
        return tuple(name for name, each in self.found.items() if not each.looked)
