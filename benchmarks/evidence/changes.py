"""The changes of a call's outside leg, as the engine tells them where nothing chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from securecall import _cues
from securecall.fraud.bench import Call
from securecall.fraud.bench.label import Label
from securecall.fraud.cues import CUES, LEGS, VALUES
from securecall.fraud.hearing import Hearing, hearing
from securecall.fraud.monitoring import USUAL, heard_plan
from securecall.fraud.recurrent import BLOCK, KINDS
from securecall.fraud.speech import packed_network

NAMES: Final = VALUES["change"]
#: Behind them stand the log odds of trees and of a network, and then the block itself.
BLOCK_AT: Final = len(NAMES) + 2 * len(KINDS)
OUTSIDE: Final = "called"
PIECE_MS: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What was told of a call: a row for every half second, and what happened in it.

    ``values`` compare what was before and behind; ``blocks`` are the half seconds themselves.
    """

    index: int
    seconds: float
    labels: tuple[Label, ...]
    at_s: np.ndarray
    values: np.ndarray
    blocks: np.ndarray

    def within(self, first_s: float, last_s: float) -> np.ndarray:
        """Return which rows lie between two instants, both included."""
        return (self.at_s >= first_s) & (self.at_s <= last_s)

    def happened(self) -> Sequence[Label]:
        """Return the labels of the leg that is judged."""
        return [label for label in self.labels if label.leg == OUTSIDE]


def listening(forest: bytes | None = None, recurrent: bytes | None = None) -> Hearing:
    """Return how a monitor in North America hears; with neither of both every change is told."""
    return hearing(
        8000, "s16le", dtmf="bellcore", mf="r1", plan=heard_plan(USUAL), dial_tone_filter=True,
        report_ends=True, speech=packed_network(), forest=forest,
        recurrent=recurrent,
    )  # fmt: skip


def rows_of(call: Call, heard: Hearing) -> tuple[np.ndarray, np.ndarray]:
    """Hear a call and return when the changes of its outside leg were told, and all of each."""
    numbers = {leg: number for number, leg in enumerate(LEGS)}
    watch = _cues.Watch(heard.setup, tuple(numbers.values()))
    items = []
    for leg, number in numbers.items():
        for piece, _ in call.pieces(leg, PIECE_MS):
            items += watch.feed(number, piece) if isinstance(piece, bytes) else watch.gap(
                number, piece * 8
            )  # fmt: skip
    for number in numbers.values():
        items += watch.finish(number)
    change = CUES.index("change")
    told = sorted(
        (at, what[1]) for at, leg, kind, what in items
        if kind == change and leg == numbers[OUTSIDE]
    )  # fmt: skip
    rows = np.array([row[: BLOCK_AT + BLOCK] for _, row in told], np.float32)
    at_s = np.array([at for at, _ in told], np.float64) / 8000
    return at_s, rows.reshape(len(told), BLOCK_AT + BLOCK)


def changes_of(call: Call) -> Changes:
    """Hear a call and return the changes of its outside leg."""
    at_s, rows = rows_of(call, listening())
    return Changes(
        call.index, call.seconds, call.labels, at_s, rows[:, : len(NAMES)].copy(),
        rows[:, BLOCK_AT:].copy(),
    )  # fmt: skip
