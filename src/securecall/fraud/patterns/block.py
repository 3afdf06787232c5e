"""Call records as the patterns read them: numbers in columns, and the texts kept apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ANSWERED", "INVALID_PIN", "NOT_PUT_THROUGH", "OUTCOMES", "RELEASED", "SUSPENDED",
           "Block", "Texts"]  # fmt: skip

# What became of a call; 0 is no word at all, and another word than these is 1.
OTHER: Final = 1
ANSWERED: Final = 2
INVALID_PIN: Final = 3
SUSPENDED: Final = 4
RELEASED: Final = 5
NOT_PUT_THROUGH: Final = 6
OUTCOMES: Final = {
    "answered": ANSWERED,
    "completed": ANSWERED,
    "ok": ANSWERED,
    "invalid_pin": INVALID_PIN,
    "suspended": SUSPENDED,
    "released": RELEASED,
    "refused": NOT_PUT_THROUGH,
    "blocked": NOT_PUT_THROUGH,
    "unanswered": NOT_PUT_THROUGH,
    "busy": NOT_PUT_THROUGH,
    "no_answer": NOT_PUT_THROUGH,
    "failed": NOT_PUT_THROUGH,
}

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of call records, a number a cell; a key of 0 is a cell with nothing in it.

    Attributes
    ----------
    row : numpy.ndarray
        Of the whole stream, counted from 0.
    start_ms, duration_ms : numpy.ndarray
    who : numpy.ndarray
        Key of the person, or of the account where no person is known.
    person, account, number, facility, station : numpy.ndarray
        Keys of texts.
    digits : numpy.ndarray
        The number as a whole number; -1 if it has other characters than digits.
    outcome : numpy.ndarray
        One of the numbers of ``OUTCOMES``.

    Source
    ------
    own.
    """

    row: Whole
    start_ms: Whole
    duration_ms: Whole
    who: Whole
    person: Whole
    account: Whole
    number: Whole
    facility: Whole
    station: Whole
    digits: Whole
    outcome: Whole

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.row)

    def talked(self) -> NDArray[np.bool_]:
        """Return which calls were conversations: they lasted, and no word says otherwise.

        Source
        ------
        own.
        """
        return (self.duration_ms > 0) & (self.outcome <= ANSWERED)

    def take(self, which: NDArray[np.int64] | slice) -> Block:
        """Return some rows.

        Parameters
        ----------
        which : numpy.ndarray or slice

        Source
        ------
        own.
        """
        return Block(*(getattr(self, item.name)[which] for item in fields(self)))


def join(blocks: Sequence[Block]) -> Block:
    """Return blocks one behind the other.

    Source
    ------
    own.
    """
    if len(blocks) == 1:
        return blocks[0]
    return Block(
        *(np.concatenate([getattr(block, item.name) for block in blocks]) for item in fields(Block))
    )


class Texts:
    """The texts of the rows that are still at hand."""

    def __init__(self) -> None:
        self._held: deque[tuple[int, pa.RecordBatch]] = deque()

    def __len__(self) -> int:
        """Return how many batches are held."""
        return len(self._held)

    def hold(self, first: int, batch: pa.RecordBatch) -> None:
        """Hold a batch whose first row has a number."""
        self._held.append((first, batch))

    def release(self, before: int) -> None:
        """Let go of batches all of whose rows lie before one."""
        while self._held and self._held[0][0] + self._held[0][1].num_rows <= before:
            self._held.popleft()

    def read(self, row: int, *columns: str) -> str | None:
        """Return the first of some columns' texts that a row has."""
        for first, batch in self._held:
            if first <= row < first + batch.num_rows:
                for name in columns:
                    if name in batch.schema.names:
                        value = batch.column(name)[row - first].as_py()
                        if value is not None:
                            return str(value)
                return None
        raise AssertionError("the batch of a row is held as long as the row")
