"""Suspended accounts that call: refused here, and yet in conversation afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from securecall.errors import InputError
from securecall.fraud.patterns.block import RELEASED, SUSPENDED, Block
from securecall.fraud.patterns.compiled import compiled
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hashing import key_of
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least, many
from securecall.fraud.patterns.slots import USED, Subjects, enter, find, mark

__all__ = ["Suspended", "SuspendedPattern"]

Whole = NDArray[np.int64]
_FOR_EVER: Final = 1 << 62
_SUSPENDED: Final = SUSPENDED
_RELEASED: Final = RELEASED


@compiled
def walk_suspended(
    begin: int, start: Whole, account: Whole, outcome: Whole, talked: Any, remember: int,
    keys: Whole, until: Whole, state: Whole, counts: Whole, limit: int, out: Whole, score: Any,
) -> int:  # fmt: skip
    """Mark conversations of accounts that are suspended.

    A room: since when.
    """
    for row in range(begin, start.size):
        key = account[row]
        if key == 0:
            continue
        now = start[row]
        if outcome[row] == _SUSPENDED:
            if counts[USED] >= limit:
                return row
            known = find(keys, until, key, now) >= 0
            at = enter(keys, until, state, counts, key, now)
            if not known or state[at, 0] > now:
                state[at, 0] = now
            until[at] = max(until[at], now + remember) if known else now + remember
        elif outcome[row] == _RELEASED:
            at = find(keys, until, key, now)
            if at >= 0 and state[at, 0] <= now:
                until[at] = now - 1
        elif talked[row]:
            at = find(keys, until, key, now)
            if at >= 0 and state[at, 0] <= now:
                mark(out, score, counts, row, now, 1, state[at, 0], 1.0)
    return int(start.size)


@dataclass(frozen=True, slots=True)
class Suspended:
    """Which accounts are suspended, besides those that the records show to be.

    Attributes
    ----------
    accounts : mapping of str to int, or tuple of str
        Accounts, and since when (UTC epoch ms; from the beginning if only named). A record with
        outcome ``released`` ends it.
    remember_ms : int
        30 days: how long an account counts as suspended behind the last record that says so.

    Source
    ------
    own.
    """

    accounts: Mapping[str, int] | Sequence[str] = ()
    remember_ms: int = 30 * 86_400_000

    def __post_init__(self) -> None:
        """Check.

        Raises
        ------
        InputError
            An instant is no whole number of milliseconds.
        """
        at_least(self, remember_ms=0)
        if isinstance(self.accounts, Mapping):
            for account, since in self.accounts.items():
                if not isinstance(since, int):
                    raise InputError(
                        f"Suspended: accounts[{account!r}] must be UTC epoch ms, not {since!r}"
                    )
        else:
            object.__setattr__(self, "accounts", tuple(self.accounts))


class SuspendedPattern(Pattern):
    """Finds their conversations."""

    name: ClassVar[str] = "suspended"
    subject: ClassVar[tuple[str, ...]] = ("account", "person")
    key: ClassVar[str] = "account"
    parameters: Suspended

    def __init__(self, parameters: Suspended) -> None:
        super().__init__(parameters)
        self.subjects = table = Subjects(1)
        given = parameters.accounts
        for account in given:
            if table.counts[USED] >= table.limit:
                table.make_room(0)
            at = enter(table.keys, table.until, table.state, table.counts, key_of(account), 0)
            table.until[at] = _FOR_EVER
            table.state[at, 0] = given[account] if isinstance(given, Mapping) else 0

    @property
    def quiet_ms(self) -> int:
        """A day: calls no further apart are one finding."""
        return 86_400_000

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        return self.subjects.walk(
            walk_suspended, block.start_ms, block.account, block.outcome, block.talked(),
            self.parameters.remember_ms,
        )  # fmt: skip

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        since = np.datetime64(episode.measure, "ms").astype("datetime64[s]")
        told = f"since {since}Z" if episode.measure else "as given"
        return f"suspended {told}, and {many(episode.calls, 'conversation')}"
