"""What values samples take; a line that no G.711 coded last is looked at as if one had."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fraud.detectors.test_three_way import line, talked
from tests.fraud.sounds import pcm

from securecall import _cues
from securecall.fraud import CallMonitor
from securecall.fraud.conform.companding import Law, round_trip
from securecall.fraud.cues import CUES, VALUES
from securecall.fraud.hearing import hearing
from securecall.fraud.speech import packed_network

NAMES = VALUES["change"]
STEPS = tuple(
    NAMES.index(f"steps_{law}{when}") for law in ("mu", "a", "8", "16") for when in ("_before", "")
)
LINE = pcm(talked(60, -50, 5))


def steps(samples: np.ndarray) -> np.ndarray:
    """Return which steps the engine finds before and behind, at the end of a leg."""
    setup = hearing(
        8000, "s16le", dtmf=None, mf=None, plan=None, dial_tone_filter=True, report_ends=True,
        speech=packed_network(),
    ).setup  # fmt: skip
    watch = _cues.Watch(setup, (0,))
    items = watch.feed(0, samples.tobytes())
    rows = [what[1] for _, _, kind, what in items if kind == CUES.index("change")]
    return np.array([rows[-1][number] for number in STEPS])


def by(law: Law, samples: np.ndarray) -> np.ndarray:
    return round_trip(law, samples)


def test_a_line_of_mu_law_has_its_steps_and_one_of_a_law_those() -> None:
    mu, a = steps(by("mulaw", LINE)), steps(by("alaw", LINE))
    assert mu[0] == pytest.approx(1, abs=1e-6)
    assert a[2] == pytest.approx(1, abs=1e-6)
    assert mu[2] < 0.9
    assert a[0] < 0.9


def resampled(samples: np.ndarray) -> np.ndarray:
    """Return what a mixer leaves: other values, and the same sound."""
    return np.rint(samples * 0.83).astype(np.int16)


@pytest.mark.parametrize("made", [LINE, resampled(by("mulaw", LINE)), resampled(by("alaw", LINE))])
def test_a_line_on_no_steps_is_looked_at_as_mu_law_would_leave_it(made: np.ndarray) -> None:
    assert steps(made) == pytest.approx(steps(by("mulaw", made)), abs=1e-6)


def test_frames_that_were_filled_in_do_not_make_another_line_of_it() -> None:
    coded = by("mulaw", LINE)
    for frame in range(100, len(coded) // 160, 10):
        piece = slice(160 * frame, 160 * (frame + 1))
        coded[piece] = resampled(coded[piece])
    found = steps(coded)
    assert 0.85 < found[0] < 0.97
    assert found[0] < steps(by("mulaw", coded))[0]


def test_what_is_told_does_not_hang_on_what_coded_the_line_last() -> None:
    """What learnt of trunks alone took a mixed line for nothing that it knew."""
    coded = by("mulaw", pcm(talked(40, -58, 1), line(10, -75, 5), talked(15, -47, 9)))
    told = []
    for samples in (coded, resampled(coded)):
        monitor = CallMonitor(legs=("called",))
        events = [*monitor.feed(samples.tobytes()), *monitor.finish()]
        told.append({event.kind for event in events})
    assert told[0] == told[1] == {"three_way", "line_switch", "call_forwarding"}
