"""Recordings: whatever the file, the same samples at a rate that the ears take, or a clear word."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from securecall.errors import BuildError, InputError
from securecall.fraud.g711 import ALAW, MULAW
from securecall.fraud.recording import LEGS_MAX, open_recording

SECONDS = 2.5


def tone(rate_hz: int, hz: float = 1000.0, seconds: float = SECONDS) -> NDArray[np.float64]:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)


def heard(path: Path, **options: Any) -> NDArray[np.int16]:
    with open_recording(path, **options) as call:
        blocks = list(call.blocks())
    assert all(block.dtype == np.int16 and block.ndim == 2 for block in blocks)
    return np.concatenate(blocks)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_16_bits_at_8_and_16_khz_pass_as_they_are(rate_hz: int, tmp_path: Path) -> None:
    samples = np.round(tone(rate_hz) * 32767).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, rate_hz)
    with open_recording(tmp_path / "a.wav") as call:
        assert (call.rate_hz, call.heard_hz, call.legs) == (rate_hz, rate_hz, ("mono",))
        assert (call.samples, call.duration_ms) == (len(samples), 2500)
        found = np.concatenate(list(call.blocks()))
    assert np.array_equal(found[:, 0], samples)


@pytest.mark.parametrize(
    ("format_", "subtype", "off"),
    [
        ("WAV", "PCM_24", 1), ("WAV", "PCM_32", 1), ("WAV", "PCM_U8", 260), ("WAV", "FLOAT", 1),
        ("WAV", "DOUBLE", 1), ("WAV", "ULAW", 300), ("AU", "ALAW", 300), ("FLAC", "PCM_16", 1),
        ("OGG", "VORBIS", 1500), ("CAF", "PCM_16", 1),
    ],
)  # fmt: skip
def test_formats_differ_by_their_coding_noise_only(
    format_: str, subtype: str, off: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.sound"
    soundfile.write(path, tone(8000), 8000, subtype=subtype, format=format_)
    found = heard(path)[:, 0].astype(float)
    wanted = tone(8000) * 32768
    assert len(found) == len(wanted)
    assert np.abs(found - wanted)[800:-800].max() <= off


@pytest.mark.parametrize("rate_hz", [6000, 11025, 22050, 44100, 48000])
def test_other_rates_become_8_khz_and_nothing_moves(rate_hz: int, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(rate_hz), rate_hz, subtype="PCM_16")
    found = heard(tmp_path / "a.wav")[:, 0].astype(float)
    wanted = tone(8000) * 32768
    assert abs(len(found) - len(wanted)) <= 1
    middle = slice(800, 19_000)
    assert np.abs(found[middle] - wanted[middle]).max() < 8


def test_a_resampled_file_is_the_same_each_time(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(44100), 44100, subtype="PCM_16")
    assert np.array_equal(heard(tmp_path / "a.wav"), heard(tmp_path / "a.wav"))


@pytest.mark.parametrize(("encoding", "table"), [("mulaw", MULAW), ("alaw", ALAW)])
def test_headerless_bytes_are_what_g711_says(
    encoding: str, table: Sequence[int], tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(bytes(range(256)) * 40)
    found = heard(tmp_path / "a", encoding=encoding)
    assert found[:256, 0].tolist() == list(table)
    assert len(found) == 256 * 40
    # The same bytes behind a header of libsndfile's, decoded by it.
    subtype = "ULAW" if encoding == "mulaw" else "ALAW"
    with soundfile.SoundFile(tmp_path / "b.wav", "w", 8000, 1, subtype) as file:
        file.write(np.array(table, np.int16))
    assert heard(tmp_path / "b.wav")[:, 0].tolist() == list(table)


def test_headerless_legs_and_rate(tmp_path: Path) -> None:
    both = np.stack([np.arange(3000), -np.arange(3000)], axis=1).astype("<i2")
    (tmp_path / "a.raw").write_bytes(both.tobytes())
    options: dict[str, Any] = {
        "encoding": "s16le", "rate_hz": 16000, "legs": ["caller", "called"]
    }  # fmt: skip
    with open_recording(tmp_path / "a.raw", **options) as call:
        assert (call.legs, call.heard_hz, call.samples) == (("caller", "called"), 16000, 3000)
        assert np.array_equal(np.concatenate(list(call.blocks())), both)


def test_standard_input_without_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff" * 20_000)))
    with open_recording("-", encoding="mulaw") as call:
        assert (call.samples, call.duration_ms) == (None, None)
        assert [len(block) for block in call.blocks()] == [8000, 8000, 4000]
    with pytest.raises(InputError, match="standard input has no header: say --encoding"):
        open_recording("-").__enter__()


def test_no_more_than_a_second_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = io.BytesIO(bytes(10_000_000))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
    with open_recording("-", encoding="s16le", legs=["a", "b"]) as call:
        for n, block in enumerate(call.blocks(), 1):
            assert len(block) == 8000
            assert endless.tell() == n * 4 * 8000
            if n == 10:
                break


def test_two_channels_are_two_legs(tmp_path: Path) -> None:
    both = np.stack([tone(8000), np.zeros(20_000)], axis=1)
    soundfile.write(tmp_path / "a.wav", both, 8000)
    with open_recording(tmp_path / "a.wav") as call:
        assert call.legs == ("left", "right")
    found = heard(tmp_path / "a.wav", legs=["one", "two"])
    assert not found[:, 1].any()
    assert found[:, 0].any()
    with pytest.raises(InputError, match="has 2 channels, and 3 legs are named"):
        heard(tmp_path / "a.wav", legs=["one", "two", "three"])
    with pytest.raises(InputError, match="legs must be 1 to 16 different names"):
        heard(tmp_path / "a.wav", legs=["one", "one"])
    soundfile.write(tmp_path / "a.wav", np.zeros((10, LEGS_MAX + 1)), 8000)
    with pytest.raises(InputError, match="has 17 channels; 16 are the most"):
        heard(tmp_path / "a.wav")


@pytest.mark.parametrize("rate_hz", [8000, 44100])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_named_with_its_place(
    value: float, rate_hz: int, tmp_path: Path
) -> None:
    both = np.zeros((3 * rate_hz, 2), np.float32)
    both[2 * rate_hz + 7, 1] = value
    both[2 * rate_hz + 9, 0] = value
    soundfile.write(tmp_path / "a.wav", both, rate_hz, subtype="FLOAT")
    place = rf"a.wav: sample {2 * rate_hz + 7:,} \(2.00.s?\d* s\) of leg right is {value}, not a"
    with pytest.raises(InputError, match=place):
        heard(tmp_path / "a.wav")


def test_what_is_beyond_full_scale_is_cut_and_counted(tmp_path: Path) -> None:
    samples = np.array([0.5, 1.0, 1.5, -1.0, -1.5, 3e38], np.float32)
    soundfile.write(tmp_path / "a.wav", samples, 8000, subtype="FLOAT")
    with open_recording(tmp_path / "a.wav") as call:
        found = np.concatenate(list(call.blocks()))[:, 0].tolist()
        assert call.clipped == 3
    assert found == [16384, 32767, 32767, -32768, -32768, 32767]


def test_an_empty_file_has_no_blocks(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 8000)
    (tmp_path / "b").write_bytes(b"")
    soundfile.write(tmp_path / "c.wav", np.zeros(0), 44100)
    for name, options in (("a.wav", {}), ("b", {"encoding": "s16le"}), ("c.wav", {})):
        with open_recording(tmp_path / name, **options) as call:  # type: ignore[arg-type]
            assert sum(len(block) for block in call.blocks()) == 0
            assert call.duration_ms == 0


@pytest.mark.parametrize(
    ("name", "content", "options", "words"),
    [
        ("no.wav", None, {}, "cannot be opened: No such file or directory"),
        ("a.wav", b"", {}, "is no sound file that can be read"),
        ("a.wav", b"RIFF\x00\x00", {}, "is no sound file that can be read"),
        ("a.txt", b"hello, hello\n" * 9, {}, "one without a header needs --encoding"),
        ("a.raw", b"\x00" * 90, {}, "has no header: say --encoding mulaw, alaw or s16le"),
        ("a", b"\x00" * 9, {"encoding": "s16le"}, "1 bytes are left over after 4 samples"),
        ("a", b"\x00" * 9, {"encoding": "mulaw", "legs": ["a", "b"]}, "1 bytes are left over"),
        ("a", b"\x00" * 9, {"encoding": "mu-law"}, "did you mean 'mulaw'"),
        ("a", b"\x00" * 9, {"encoding": "mulaw", "rate_hz": 300}, "4,000 to 768,000 Hz, not 300"),
        ("a.wav", b"\x00" * 9, {"rate_hz": 8000}, "a rate goes with an encoding"),
        ("a", b"\x00" * 9, {"encoding": "mulaw", "legs": []}, "legs must be 1 to 16"),
    ],
)  # fmt: skip
def test_a_bad_file_or_option_is_said(
    name: str, content: bytes | None, options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as told:
        heard(tmp_path / name, **options)
    assert words in str(told.value)


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened: Is a directory"):
        heard(tmp_path)


def test_a_damaged_file_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 40_000).astype(np.int16)
    soundfile.write(tmp_path / "a.flac", noise, 8000)
    whole = (tmp_path / "a.flac").read_bytes()
    middle = len(whole) // 2
    (tmp_path / "a.flac").write_bytes(whole[:middle] + b"\xff" * 3000 + whole[middle + 3000 :])
    with open_recording(tmp_path / "a.flac") as call:
        blocks = call.blocks()
        assert np.array_equal(next(blocks)[:, 0], noise[:8000])
        with pytest.raises(InputError, match=r"a.flac: is damaged after \d+,000 samples \(\d"):
            list(blocks)


@pytest.mark.parametrize("package", ["numpy", "soundfile", "soxr"])
def test_a_missing_package_names_the_extra(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "a.wav", tone(44100), 44100)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(BuildError, match=rf"needs {package}.*pip install 'securecall\[audio\]'"):
        heard(tmp_path / "a.wav")
