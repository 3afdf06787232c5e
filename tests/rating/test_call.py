"""A call and what came out of it, as values."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from tests.harris import START_MS, by_minute, call, tariff

from securecall.errors import InputError, InputTypeError
from securecall.rating.call import Call


def test_a_start_is_an_aware_datetime_or_epoch_milliseconds() -> None:
    at = datetime(2026, 5, 1, 18, tzinfo=UTC)
    assert call(start=at).start_ms == call(start=START_MS).start_ms == START_MS
    houston = at.astimezone(timezone(timedelta(hours=-5)))
    assert call(start=houston).start_ms == START_MS


def test_a_start_finer_than_a_millisecond_is_floored() -> None:
    at = datetime(2026, 5, 1, 18, 0, 0, 1999, tzinfo=UTC)
    assert call(start=at).start_ms == START_MS + 1
    assert call(start=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)).start_ms == -1


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="start must have a time zone"):
        call(start=datetime(2026, 5, 1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": 1.5}, "start must be an aware datetime or UTC epoch milliseconds, not float"),
        ({"start": True}, "not bool"),
        ({"start": "2026-05-01"}, "not str"),
        ({"duration_ms": 1.0}, "duration_ms must be whole milliseconds, not float"),
        ({"duration_ms": True}, "not bool"),
        ({"duration_ms": None}, "not NoneType"),
        ({"authorized_ms": 3.5}, "authorized_ms must be whole milliseconds, not float"),
        ({"authorized_ms": False}, "not bool"),
        ({"facility": None}, "facility must be text, not NoneType"),
        ({"number": 17135550123}, "number must be text, not int"),
        ({"medium": None}, "medium must be text"),
        ({"bill_type": b"prepaid"}, "bill_type must be text, not bytes"),
        ({"relay": 0}, "relay must be text"),
    ],
)
def test_another_type_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputTypeError) as caught:
        call(**changes)
    assert words in str(caught.value)


def test_what_is_of_the_right_type_but_no_good_is_said_by_rating() -> None:
    assert call(-1, medium="fax", bill_type="cash").duration_ms == -1


def test_the_defaults_are_audio_prepaid_and_no_relay() -> None:
    plain = Call("f", "+1", 0)
    assert (plain.medium, plain.bill_type, plain.relay) == ("audio", "prepaid", "none")
    assert (plain.duration_ms, plain.authorized_ms, plain.privileged) == (0, None, False)
    assert (plain.account, plain.call_id) == (None, None)


def test_calls_are_frozen_hashable_and_picklable() -> None:
    one = call()
    with pytest.raises(FrozenInstanceError):
        one.duration_ms = 5  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(one)) == one
    assert len({one, call(), call(1)}) == 2


def test_rated_calls_and_their_lines_are_frozen() -> None:
    rated = tariff(by_minute("0.07")).rate(call())
    for field in fields(rated):
        with pytest.raises(FrozenInstanceError):
            setattr(rated, field.name, 0)
    for name in ("total", "cap", "lines"):
        # Python 3.11 to 3.13 stumble over super() of a class with slots on the way to their answer.
        with pytest.raises((AttributeError, TypeError)):
            setattr(rated, name, 0)
    with pytest.raises(FrozenInstanceError):
        rated.lines[0].amount = Decimal(0)  # type: ignore[misc]


def test_rated_calls_pickle_with_their_tariff() -> None:
    rated = tariff(by_minute("0.07")).rate(call())
    again = pickle.loads(pickle.dumps(rated))
    assert again == rated
    assert again.lines == rated.lines
    assert again.explain() == rated.explain()


def test_amounts_are_dollars_with_six_decimals() -> None:
    rated = tariff(by_minute("0.07") + '\nconnect_fee = "0.50"').rate(call())
    assert rated.total == rated.net == Decimal("0.57")
    assert str(rated.total) == "0.570000"
    assert (rated.connect_fee, rated.tax, rated.state_paid) == (Decimal("0.5"), 0, 0)
    assert rated.total_micros == 570_000
