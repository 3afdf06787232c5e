"""Two tones out of six, as the tables of Q.320 and Q.441 have them."""

from __future__ import annotations

import pytest

from securecall.errors import InputError
from securecall.fraud.conform.digits import Pulse, send
from securecall.fraud.conform.limits import drawn
from securecall.fraud.conform.multi_frequency import SYSTEMS


@pytest.mark.parametrize(
    ("system", "signal", "pair"),
    [
        ("r1", "1", (700, 900)),
        ("r1", "5", (900, 1300)),
        ("r1", "0", (1300, 1500)),
        ("r1", "KP", (1100, 1700)),
        ("r1", "ST", (1500, 1700)),
        ("r2_forward", "1", (1380, 1500)),
        ("r2_forward", "6", (1620, 1740)),
        ("r2_forward", "15", (1860, 1980)),
        ("r2_backward", "1", (1020, 1140)),
        ("r2_backward", "6", (780, 900)),
        ("r2_backward", "15", (540, 660)),
    ],
)
def test_signals_have_their_tones(system: str, signal: str, pair: tuple[int, int]) -> None:
    assert SYSTEMS[system].frequencies_hz(signal) == pair


def test_each_system_has_every_pair_once() -> None:
    for system in SYSTEMS.values():
        assert len(system.pairs_hz) == len(set(system.pairs_hz.values())) == 15
        assert all(low < high for low, high in system.pairs_hz.values())


def test_another_signal_is_refused() -> None:
    with pytest.raises(InputError, match=r"a signal is one of 1 2 3 .* ST, not 'A'"):
        SYSTEMS["r1"].frequencies_hz("A")


def test_a_tone_that_begins_later_does() -> None:
    system = SYSTEMS["r1"]
    plain = Pulse(on_ms=68, low_dbm0=-200)
    late = Pulse(on_ms=68, low_dbm0=-200, skew_ms=4)
    for pulse, silent in ((plain, 0), (late, 32)):
        sent = send(["KP"], pulse, drawn(1), system.frequencies_hz)
        start = round(sent.placed[0].start_ms * 8)
        heard = abs(sent.samples[start : start + 544]) > 1e-6
        assert not heard[:silent].any()
        assert heard[silent : silent + 4].any()
