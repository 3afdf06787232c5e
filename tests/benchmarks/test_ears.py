"""The bench of the ears where a peer or a compiler is missing, and what its audio is."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from benchmarks import ears, line_audio
from benchmarks.peers import c_code
from benchmarks.peers.c_code import CannotCompileError, compiled
from benchmarks.peers.spandsp_loop import WHAT, loop
from benchmarks.row import Row

AUDIO, ABOUT = line_audio.line_audio(12)


def test_the_audio_is_that_long_and_loud_and_has_digits() -> None:
    from securecall.fraud import ToneDetector

    assert len(AUDIO) == 12 * 8000
    assert AUDIO.dtype == np.int16
    assert ABOUT.endswith("and digits")
    assert np.abs(AUDIO).max() > 3000
    events = ToneDetector(8000).feed(AUDIO.tobytes())
    # Somebody speaks over them, so that not each is heard.
    assert 1 <= [one.kind for one in events].count("dtmf") <= 4


def test_syllables_stand_in_where_nothing_was_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(seconds: int) -> object:
        raise FileNotFoundError

    monkeypatch.setattr(line_audio, "_prompts", nothing)
    audio, about = line_audio.line_audio(12)
    assert about == "made-up syllables and digits"
    # Speech has pauses, and is louder than they are.
    powers = np.sort(np.mean(audio[: 12 * 8000].reshape(-1, 160).astype(float) ** 2, axis=1))
    assert powers[-100] > 100 * powers[20]


def names(rows: list[Row]) -> list[str]:
    return [row.name for row in rows]


def test_without_spandsp_its_row_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> object:
        raise CannotCompileError("cannot find -l:libspandsp.so.2")

    monkeypatch.setattr(ears, "loop", missing)
    rows, rates = ears._spandsp(AUDIO, 1)
    assert names(rows) == ["spandsp: not installed"]
    assert "libspandsp.so.2; apt-get install libspandsp2 gcc" in rows[0].note
    assert rates == {}


def test_with_spandsp_all_of_it_is_measured_and_hears() -> None:
    rows, rates = ears._spandsp(AUDIO, 1)
    assert set(rates) in (set(), set(WHAT))
    assert len(rows) == max(1, len(rates))
    if rates:
        assert 1 <= loop()("DTMF", AUDIO, 160) <= 4
        assert loop()("super_tone", AUDIO, 160) >= 0


def test_without_multimon_its_row_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    [row] = ears._multimon(AUDIO, 1)
    assert row.name == "multimon-ng: not installed"
    assert "apt-get install multimon-ng" in row.note


def test_without_a_compiler_the_limits_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_code, "which", lambda name: None)
    rows, bare, allowed = ears._limits(AUDIO, 1)
    assert names(rows) == ["limits of the core"]
    assert "apt-get install gcc" in rows[0].note
    assert bare == allowed == 0


def test_a_program_that_does_not_compile_says_why() -> None:
    wanted = "error" if shutil.which("gcc") else "no C compiler"
    with pytest.raises(CannotCompileError, match=wanted):
        compiled("int broken(")


def test_many_channels_hear_the_audio_from_places_of_their_own() -> None:
    audio = np.arange(20_000, dtype=np.int16)
    rows = ears._rows_of(audio, 5, 3)
    assert [row.shape for row in rows] == [(5, 160)] * 3
    assert np.array_equal(rows[1][0], audio[160:320])
    assert len({row.tobytes() for row in rows[0]}) == 5
