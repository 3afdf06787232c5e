"""A simulated call: two legs of audio, what was lost of them, and what happens where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.bench.label import Label, Played
from securecall.fraud.bench.sound import FRAME, SAMPLE_RATE_HZ
from securecall.fraud.conform.levels import Pcm

__all__ = ["Call"]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call.

    Attributes
    ----------
    seed, index : int
        What it comes from, with the corpora.
    split : {"development", "sealed"}
    legs : mapping of str to int16 array
        Samples at 8 kHz of ``calling`` and ``called``, equally many.
    lost : mapping of str to bool array
        Which frames of 20 ms never arrived, as a receiver of packets knows it. What was lost
        before the last network is concealed and not told.
    labels : tuple of Label
        In order of time.
    about : mapping of str to object
        The lines of the legs, who talks, and what was lost.
    played : tuple of Played
        Which recordings are heard when; made voices and sounds are none.

    Source
    ------
    own; docs/bench.md.
    """

    seed: int
    index: int
    split: str
    legs: dict[str, Pcm]
    lost: dict[str, NDArray[np.bool_]]
    labels: tuple[Label, ...]
    about: dict[str, Any]
    played: tuple[Played, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(next(iter(self.legs.values()))) / SAMPLE_RATE_HZ

    def pieces(self, leg: str, piece_ms: int = 20) -> list[tuple[bytes | int, int]]:
        """Return a leg as it would come in: bytes of audio, or milliseconds that were lost.

        Parameters
        ----------
        leg : str
        piece_ms : int
            Length of a piece at most; losses end one sooner. A whole number of frames of 20 ms is
            exact, other lengths make every loss a piece of its own.

        Returns
        -------
        list of (bytes or int, int)
            With each the sample of the leg behind its end.
        """
        samples, lost = self.legs[leg], self.lost[leg]
        most = max(1, piece_ms * SAMPLE_RATE_HZ // 1000)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], lost.astype(np.int8), [0]])))
        holes = (edges * FRAME).reshape(-1, 2).tolist()
        made: list[tuple[bytes | int, int]] = []
        at = 0
        for first, end in [*holes, [len(samples), len(samples)]]:
            while at < first:
                until = min(first, at - at % most + most)
                made.append((samples[at:until].tobytes(), until))
                at = until
            if end > first:
                made.append(((end - first) * 1000 // SAMPLE_RATE_HZ, end))
                at = end
        return made
