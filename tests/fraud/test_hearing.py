"""What detectors share: names that are known, refusals in our words, and sealed states."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.errors import InputError, InputTypeError
from securecall.fraud.dsp import DTMF_KEYS, MF_SYSTEMS
from securecall.fraud.hearing import (
    ENCODINGS,
    GAP_MS_MAX,
    SAMPLES_PER_MS,
    Hearing,
    gap_samples,
    one_of,
    refuse_frame,
)


def hearing(**other: Any) -> Hearing:
    parameters: dict[str, Any] = {
        "dtmf": "bellcore", "mf": "r1", "plan": "north_america", "dial_tone_filter": True,
        "report_ends": False,
    }  # fmt: skip
    return Hearing(8000, "s16le", **(parameters | other))


def raw(kind: int, code: int, *, ended: bool = False) -> tuple[Any, ...]:
    return (kind, code, 3, ended, 800, 1200 if ended else -1, 1240, -7.0, 0.9, tuple(range(6)))


def test_names_stand_for_values() -> None:
    assert [one_of(name, ENCODINGS, "encoding") for name in ENCODINGS] == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "told"), [("mu-law", "mulaw"), ("S16LE", "s16le"), ("a-law", "alaw")]
)
def test_a_name_that_is_nearly_right_is_told_the_right_one(value: str, told: str) -> None:
    with pytest.raises(InputError, match=f"encoding must be one of .*did you mean '{told}'"):
        one_of(value, ENCODINGS, "encoding")


@pytest.mark.parametrize("value", [None, 1, [], {}, "opus", b"mulaw"])
def test_what_is_no_name_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="encoding must be one of s16le, mulaw, alaw"):
        one_of(value, ENCODINGS, "encoding")


def test_what_the_engine_refuses_is_an_error_of_ours() -> None:
    with pytest.raises(InputError, match="frame: odd") as caught:
        refuse_frame(ValueError("odd"))
    assert not isinstance(caught.value, InputTypeError)
    for error in (TypeError("kind"), BufferError("kind")):
        with pytest.raises(InputTypeError, match="scale audio in floats by 32768"):
            refuse_frame(error)


def test_a_gap_is_samples_at_8_khz() -> None:
    assert [gap_samples(ms) for ms in (0, 1, 20, GAP_MS_MAX)] == [0, 8, 160, 86_400_000 * 8]
    assert SAMPLES_PER_MS == 8
    for wrong in (-1, GAP_MS_MAX + 1, 1.0, "1", None, True):
        with pytest.raises(InputError, match="0 to a day"):
            gap_samples(wrong)


def test_every_key_signal_and_tone_has_its_name() -> None:
    one = hearing()
    assert "".join(one.event(raw(1, code)).detail for code in range(16)) == DTMF_KEYS
    signals = MF_SYSTEMS["r1"].signals.split()
    assert [one.event(raw(2, code)).detail for code in range(15)] == signals
    assert one.event(raw(0, 0)).kind == "tone"
    assert {one.event(raw(kind, 0)).kind for kind in range(3)} == {"tone", "dtmf", "mf"}


def test_times_become_milliseconds_and_ends_have_no_cues() -> None:
    begun, ended = hearing().event(raw(1, 5)), hearing().event(raw(1, 5, ended=True))
    assert (begun.start_ms, begun.end_ms, begun.detected_ms) == (100, None, 155)
    assert (ended.start_ms, ended.end_ms, ended.ended, ended.id) == (100, 150, True, 3)
    assert begun.cues == {
        "low_hz": 0, "high_hz": 1, "low_dbm0": 2, "high_dbm0": 3, "twist_db": 4, "snr_db": 5,
    }  # fmt: skip
    assert ended.cues == {}


def test_ends_are_told_to_those_who_asked() -> None:
    found = [raw(1, 5), raw(1, 5, ended=True)]
    assert [event.ended for event in hearing().events(found)] == [False]
    assert [event.ended for event in hearing(report_ends=True).events(found)] == [False, True]


def test_a_seal_holds_for_one_setup_and_one_state() -> None:
    one = hearing()
    sealed = one.seal(b"state")
    assert hearing().unseal(sealed) == b"state"
    with pytest.raises(InputError, match="other parameters"):
        hearing(plan=None).unseal(sealed)
    for at in range(8, len(sealed)):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        with pytest.raises(InputError, match="damaged"):
            one.unseal(bytes(damaged))
    for wrong in (bytearray(sealed), None, "text"):
        with pytest.raises(InputTypeError):
            one.unseal(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        {"dtmf": None}, {"dtmf": "etsi"}, {"mf": None}, {"mf": "r2_forward"}, {"plan": None},
        {"plan": "uk"}, {"dial_tone_filter": False}, {"report_ends": True},
    ],
)  # fmt: skip
def test_every_parameter_is_part_of_the_digest(other: dict[str, Any]) -> None:
    assert hearing(**other).digest != hearing().digest
    assert hearing(**other).digest == hearing(**other).digest
