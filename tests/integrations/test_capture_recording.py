"""A capture beside recordings: each leg heard by itself, losses no evidence, pictures in step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.fraud.sounds import companded, digit, pcm, silence
from tests.integrations.sending import Sender, ethernet, saved

from securecall.errors import WireError
from securecall.fraud.listening import whole
from securecall.integrations.capture_recording import capture_recording, hear_capture

WIRES = Path(__file__).parents[1] / "data" / "wires"
DIGITS = WIRES / "rtpengine-7e3cbe7c.pcap"


def test_the_legs_of_a_real_call_are_heard() -> None:
    heard = [(each.leg, each.event.kind, each.event.detail) for each in whole(hear_capture(DIGITS))]
    assert heard == [
        ("calling", "tone", "ringback"),
        ("calling", "dtmf", "1"),
        ("calling", "dtmf", "5"),
        ("calling", "dtmf", "#"),
    ]
    named = whole(hear_capture(DIGITS, {"2466": "inside"}, plan=None))
    assert [(each.leg, each.event.detail) for each in named] == [
        ("inside", "1"), ("inside", "5"), ("inside", "#"),
    ]  # fmt: skip


def test_blocks_have_both_legs_in_step_and_all_their_time() -> None:
    recording = capture_recording(DIGITS)
    blocks = np.concatenate(list(recording.blocks()))
    assert recording.legs == ("called", "calling")
    assert recording.duration_ms == pytest.approx(4863, abs=1)
    assert blocks.shape == (pytest.approx(4883 * 8, abs=200), 2)
    assert blocks.dtype == np.int16
    # The ringback of the calling leg begins 43 ms in; the other leg has its own sound.
    assert np.abs(blocks[: 40 * 8, 1]).max() < 20
    assert np.abs(blocks[60 * 8 : 900 * 8, 1]).max() > 3000


def test_a_digit_that_was_lost_in_part_is_not_heard_as_two(tmp_path: Path) -> None:
    coded = companded(pcm(silence(100), digit("5", 300), silence(500)), "mulaw")
    sender = Sender()
    packets = [
        (at / 8, ethernet(sender.audio(0, coded[at : at + 160])))
        for at in range(0, len(coded), 160)
    ]
    lost = packets[:11] + packets[13:]  # 40 ms in its middle
    path = saved(tmp_path / "lossy.pcap", lost)
    heard = whole(hear_capture(path))
    assert [each.event.detail for each in heard] == ["5"]
    assert heard[0].event.end_ms == pytest.approx(400, abs=5)


def test_what_is_no_call_says_so(tmp_path: Path) -> None:
    path = saved(tmp_path / "none.pcap", [(0, ethernet(b"hello"))])
    with pytest.raises(WireError, match="has no packets"):
        list(hear_capture(path))
    with pytest.raises(WireError, match="has no packets"):
        capture_recording(path)
