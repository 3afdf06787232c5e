"""Rows at which a pattern holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Hits", "Named"]

# Subject, facility and call of a hit whose row is no longer at hand.
Named = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows at which a pattern holds, in the order of time; one dimension, of one length.

    Attributes
    ----------
    row : numpy.ndarray
        Of the block, counted from 0; -1 where ``names`` says all.
    at, first : numpy.ndarray
        Start of the row's call, and of the first call that counts; ms.
    calls : numpy.ndarray
        Calls that make the pattern hold: what a finding that opens here counts.
    more : numpy.ndarray
        What a finding that is open already counts.
    measure : numpy.ndarray
        A number of the pattern's own.
    score : numpy.ndarray
        0 to 1.
    names : list of (str, str, str or None), or None
        Subject, facility and call id of each.
    keys : numpy.ndarray or None
        Whom each is about; None: the pattern's subject of the row.

    Source
    ------
    own.
    """

    row: NDArray[np.int64]
    at: NDArray[np.int64]
    first: NDArray[np.int64]
    calls: NDArray[np.int64]
    more: NDArray[np.int64]
    measure: NDArray[np.int64]
    score: NDArray[np.float64]
    names: list[Named] | None = None
    keys: NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls, out: NDArray[np.int64], score: NDArray[np.float64], start: NDArray[np.int64]
    ) -> Hits:
        """Return the hits of a compiled loop; each counts one call more.

        Parameters
        ----------
        out : numpy.ndarray
            Shape (hits, 4): row, first, calls, measure.
        score : numpy.ndarray
        start : numpy.ndarray
            Of all rows of the block.

        Source
        ------
        own.
        """
        row, first, calls, measure = out.T
        return cls(row, start[row], first, calls, np.ones_like(row), measure, score)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.row)

    @classmethod
    def none(cls) -> Hits:
        """Return no hits.

        Source
        ------
        own.
        """
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty, empty, empty, empty, np.empty(0))

    @classmethod
    def each(cls, row: NDArray[np.int64], start: NDArray[np.int64]) -> Hits:
        """Return rows each of which is a hit for itself, beyond doubt.

        Parameters
        ----------
        row : numpy.ndarray
        start : numpy.ndarray
            Of all rows of the block.

        Source
        ------
        own.
        """
        at = start[row]
        one = np.ones_like(row)
        return cls(row, at, at, one, one, np.zeros_like(row), np.ones(len(row)))

    @classmethod
    def join(cls, several: list[Hits]) -> Hits:
        """Return hits one behind the other; all with names and keys, or none.

        Parameters
        ----------
        several : list of Hits

        Source
        ------
        own.
        """
        several = [hits for hits in several if len(hits)]
        if len(several) <= 1:
            return several[0] if several else cls.none()
        columns = ("row", "at", "first", "calls", "more", "measure", "score")
        parts: dict[str, Any] = {
            name: np.concatenate([getattr(one, name) for one in several]) for name in columns
        }
        joined = cls(**parts)
        if several[0].names is None or several[0].keys is None:
            return joined
        return replace(
            joined,
            names=[name for one in several for name in one.names or ()],
            keys=np.concatenate([one.keys for one in several if one.keys is not None]),
        )
