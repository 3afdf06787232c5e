"""Calls in pieces: nothing is missing, and losses are gaps."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.fraud.bench.call import Call


def call(lost: list[int], frames: int = 50) -> Call:
    samples = np.arange(frames * 160).astype(np.int16)
    holes = np.zeros(frames, np.bool_)
    holes[lost] = True
    legs = {"calling": samples, "called": samples[::-1].copy()}
    return Call(1, 0, "development", legs, dict.fromkeys(legs, holes), (), {})


@pytest.mark.parametrize("piece_ms", [10, 20, 30, 33, 1000])
@pytest.mark.parametrize("lost", [[], [0], [49], [3, 4, 10], list(range(50))])
def test_pieces_are_the_leg(piece_ms: int, lost: list[int]) -> None:
    whole = call(lost)
    got, at = [], 0
    for piece, end in whole.pieces("called", piece_ms):
        count = end - at
        if isinstance(piece, int):
            assert piece * 8 == count
            got.append(np.full(count, -1))
        else:
            assert len(piece) == 2 * count <= 16 * piece_ms
            got.append(np.frombuffer(piece, np.int16))
        at = end
    heard = np.concatenate(got)
    kept = ~np.repeat(whole.lost["called"], 160)
    assert np.array_equal(heard[kept], whole.legs["called"][kept])
    assert (heard[~kept] == -1).all()


def test_a_call_knows_how_long_it_is() -> None:
    assert call([]).seconds == 1.0
