"""Records in the order of time, although they come a little late.

Switches write a record when its call ends, so that starts are out of order by as much as calls
last. Rows are held until none may come before them. A row that comes later than was stated is not
put into a past that was already judged: it is counted.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.patterns.block import Block, join

__all__ = ["Ordering"]

_BEFORE_ALL: Final = -(1 << 62)


class Ordering:
    """Puts rows in order.

    Parameters
    ----------
    lateness_ms : int
        How far a row's start may lie before the latest start that came before it.
    """

    def __init__(self, lateness_ms: int) -> None:
        self._lateness = lateness_ms
        self._latest = _BEFORE_ALL
        self._held: list[Block] = []

    def late(self, start_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows come too late, whatever pieces the stream is cut into.

        Parameters
        ----------
        start_ms : numpy.ndarray
            Of rows in the order in which they came, all of them good.

        Source
        ------
        own.
        """
        latest = np.maximum.accumulate(np.concatenate(([self._latest], start_ms)))
        self._latest = int(latest[-1])
        return start_ms < latest[:-1] - self._lateness

    def push(self, block: Block) -> Block | None:
        """Take rows that are not late; return those that nothing can come before any more.

        Parameters
        ----------
        block : Block

        Source
        ------
        own.
        """
        if len(block):
            self._held.append(block)
        return self._give(self._latest - self._lateness)

    def flush(self) -> Block | None:
        """Return all rows that are held.

        Source
        ------
        own.
        """
        return self._give(None)

    def first_held(self) -> int | None:
        """Return the least row number that is held, or None.

        Source
        ------
        own.
        """
        return min((int(block.row.min()) for block in self._held), default=None)

    def _give(self, until_ms: int | None) -> Block | None:
        if not self._held:
            return None
        rows = join(self._held)
        if np.any(rows.start_ms[1:] < rows.start_ms[:-1]):
            # Rows came in the order of their numbers, and a stable sort keeps that among equals.
            rows = rows.take(np.argsort(rows.start_ms, kind="stable"))
        count = len(rows)
        if until_ms is not None:
            count = int(np.searchsorted(rows.start_ms, until_ms, side="right"))
        self._held = [] if count == len(rows) else [rows.take(slice(count, None))]
        return rows.take(slice(0, count)) if count else None
