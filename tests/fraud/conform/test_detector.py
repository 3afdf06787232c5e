"""Our own detector behind the face of a receiver."""

from __future__ import annotations

from tests.fraud.conform.hearing import DIAL, DIGITS, KEYS_SENT, SIGNALS, SIGNALS_SENT

from securecall.fraud.conform.detector import Securecall


def test_it_hears_digits_in_their_order() -> None:
    heard = Securecall().digits(DIGITS)
    assert "".join(one.name for one in heard) == KEYS_SENT
    times = [one.detected_ms or 0.0 for one in heard]
    assert times == sorted(times)


def test_it_hears_multi_frequency_signals() -> None:
    heard = Securecall().signals(SIGNALS, "r1")
    assert tuple(one.name for one in heard) == SIGNALS_SENT


def test_it_hears_tones_of_a_plan() -> None:
    receiver = Securecall()
    assert [one.name for one in receiver.tones(DIAL)] == ["dial"]
    assert receiver.tones(DIGITS) == []
    assert receiver.knows("uk", "busy")


def test_each_stream_is_heard_afresh() -> None:
    receiver = Securecall()
    assert receiver.digits(DIGITS) == receiver.digits(DIGITS)
    assert receiver.digits(DIGITS * 0) == []


def test_the_standard_is_set() -> None:
    from securecall.fraud.conform.limits import limits
    from securecall.fraud.conform.runner import run_limit

    row = next(one for one in limits() if one.id == "australia-twist")
    result = run_limit(row, [Securecall()], trials=1, seed=1, step=lambda: None)
    assert result.met("securecall") is True
