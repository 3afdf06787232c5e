"""The picture of a call: what is on it can be read, however long the call."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from securecall.errors import BuildError, InputError
from securecall.fraud import Event
from securecall.fraud.listening import Heard
from securecall.fraud.spectrogram import Spectrogram
from securecall.fraud.timeline import LABEL_LETTERS, ROWS_MAX, _marks, clock, draw

LETTER_MS = 100.0


def event(
    detail: str, start_ms: float, end_ms: float | None = None, kind: str = "dtmf", **cues: float
) -> Event:
    detected = start_ms + 35
    return Event(1, kind, "note", start_ms, end_ms, detected, 1.0, detail, -7.0, cues)


def labels(events: list[Event]) -> list[tuple[int, float, str]]:
    marks, _ = _marks(events, LETTER_MS)
    return [(mark.row, mark.from_ms, mark.label) for mark in marks if mark.label]


@pytest.mark.parametrize(
    ("ms", "places", "text"),
    [
        (0, 0, "0:00"), (59_999, 0, "1:00"), (61_250, 3, "1:01.250"), (3_599_999, 1, "1:00:00.0"),
        (36_061_000, 0, "10:01:01"), (17_499.875, 3, "0:17.500"),
    ],
)  # fmt: skip
def test_times_are_written_as_on_a_clock(ms: float, places: int, text: str) -> None:
    assert clock(ms, places) == text


def test_near_digits_share_a_label_and_far_ones_do_not() -> None:
    near = [event(key, 1000 + 120 * n, 1080 + 120 * n) for n, key in enumerate("5550142")]
    far = [event("9", 9000, 9080)]
    assert labels([*near, *far]) == [(0, 1000, "5550142"), (0, 9000, "9")]
    marks, names = _marks([*near, *far], LETTER_MS)
    assert len(marks) == 8  # each keeps its bar
    assert names == [(0, "digits")]


def test_digits_with_room_have_letters_of_their_own() -> None:
    events = [event(key, 1000 + 150 * n, 1080 + 150 * n) for n, key in enumerate("123")]
    assert labels(events) == [(0, 1000, "1"), (0, 1150, "2"), (0, 1300, "3")]
    events[1] = event("2", 1120, 1170)
    assert labels(events) == [(0, 1000, "123")]


def test_a_long_number_is_cut_and_does_not_push_others_away() -> None:
    events = [event("1", 1000 + 20 * n, 1010 + 20 * n) for n in range(100)]
    ((_, at, label),) = labels(events)
    assert at == 1000
    assert len(label) == LABEL_LETTERS
    assert label.endswith("1…")


def test_signals_with_names_are_set_apart() -> None:
    events = [event(name, 100 * n, 100 * n + 70, "mf") for n, name in enumerate(["KP", "1", "ST"])]
    assert [label for _, _, label in labels(events)] == ["KP 1 ST"]


def test_tones_that_overlap_have_rows_of_their_own() -> None:
    events = [
        event("dial", 0, 5000, "tone"),
        event("call_waiting", 200, 500, "tone"),
        event("busy", 6000, 9000, "tone"),
    ]
    assert labels(events) == [(0, 0, "dial"), (1, 200, "call_waiting"), (0, 6000, "busy")]


def test_a_tone_that_comes_again_keeps_its_row_and_label() -> None:
    events = [event("busy", 200 * n, 200 * n + 100, "tone") for n in range(3)]
    marks, _ = _marks(events, LETTER_MS)
    assert [mark.label for mark in marks] == ["busy", "", ""]
    assert {mark.row for mark in marks} == {0}


def test_there_are_never_more_rows_than_can_be_read() -> None:
    events = [event(f"tone_{n}", n, 50_000, "tone") for n in range(9)]
    marks, _ = _marks(events, LETTER_MS)
    assert len(marks) == 9
    assert max(mark.row for mark in marks) == ROWS_MAX - 1
    assert sum(1 for mark in marks if mark.label) == ROWS_MAX


def test_every_kind_has_a_row_known_ones_first() -> None:
    events = [
        event("speech", 0, 900, "speech"), event("busy", 0, 900, "tone"), event("5", 0, 90),
        event("KP", 0, 90, "mf"),
    ]  # fmt: skip
    _, names = _marks(events, LETTER_MS)
    assert names == [(0, "digits"), (1, "MF"), (2, "tones"), (3, "speech")]
    assert _marks([], LETTER_MS) == ([], [])


def seen(legs: int = 1, to_ms: float = 2000.0) -> Spectrogram:
    found = Spectrogram(8000, legs, 0, to_ms)
    found.take(np.random.default_rng(1).normal(0, 500, (16_000, legs)).astype(np.int16))
    return found


HEARD = [
    Heard("a", event("5", 500, 590, low_hz=770.0, high_hz=1336.0)),
    Heard("b", event("busy", 1000, None, "tone", line_1_hz=480.0, line_2_hz=620.0)),
    Heard("b", event("7", 5000, 5080)),
]


def test_a_picture_has_a_row_a_leg_and_says_what_was_heard(tmp_path: Path) -> None:
    draw(tmp_path / "a.svg", seen(2), HEARD, ["a", "b"], title="call.wav", about="WAV ULAW")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    said = [line.split("-->")[0].strip() for line in text.split("<!--")[1:]]
    for words in ("call.wav", "WAV ULAW", "a", "b", "digits", "tones", "5", "busy", "0:01.0"):
        assert words in said, words
    assert "7" not in said  # lies beyond
    assert "nothing heard" not in said


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.pdf"])
def test_other_formats(name: str, tmp_path: Path) -> None:
    draw(tmp_path / name, seen(), [], ["mono"])
    content = (tmp_path / name).read_bytes()
    assert content.startswith(b"%PDF" if name.endswith("pdf") else b"\x89PNG")


def test_speech_has_a_row_of_its_own(tmp_path: Path) -> None:
    marks, names = _marks([event("5", 0, 90)], LETTER_MS, [(200.0, 900.0), (1100.0, 1200.0)])
    assert names == [(0, "digits"), (1, "speech")]
    assert [(mark.row, mark.from_ms, mark.to_ms) for mark in marks[1:]] == [
        (1, 200, 900), (1, 1100, 1200),
    ]  # fmt: skip
    assert _marks([], LETTER_MS, []) == ([], [(0, "speech")])
    draw(tmp_path / "a.svg", seen(), [], ["mono"], talk={"mono": []})
    assert "<!-- speech -->" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_dollars_in_names_are_dollars(tmp_path: Path) -> None:
    heard = [Heard("$\\frac$", event("$x_2$", 100, 900, "tone"))]
    draw(tmp_path / "a.svg", seen(), heard, ["$\\frac$"], title="$1$.wav", about="of $2$")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    for words in ("$1$.wav", "of $2$", "$x_2$"):
        assert f"<!-- {words} -->" in text
    draw(tmp_path / "a.svg", seen(2), heard, ["$\\frac$", "b"])
    assert "<!-- $\\frac$ -->" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_nothing_heard_is_said(tmp_path: Path) -> None:
    draw(tmp_path / "a.svg", seen(), [], ["mono"])
    assert "nothing heard" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_a_picture_that_cannot_be_made_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"must end in \.png, \.svg, \.pdf"):
        draw(tmp_path / "a.jpg", seen(), [], ["mono"])
    with pytest.raises(InputError, match="cannot be written: No such file"):
        draw(tmp_path / "no" / "a.png", seen(), [], ["mono"])
    absent: Any = None
    monkeypatch.setitem(sys.modules, "matplotlib.figure", absent)
    with pytest.raises(BuildError, match=r"pip install 'securecall\[report\]'"):
        draw(tmp_path / "a.png", seen(), [], ["mono"])
