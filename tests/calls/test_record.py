"""What is left of a call: values, text, and back."""

from __future__ import annotations

import json
from dataclasses import fields
from decimal import Decimal

import pytest
from tests.calls.house import NOON_MS, event, house, strict, talking

from securecall.calls.record import CallRecord
from securecall.errors import InputError
from securecall.ledger.instant import instant


def record() -> CallRecord:
    session = talking(house("1.00", policy=strict()))
    session.tick(NOON_MS + 40_000)
    session.staff("warn", "desk", NOON_MS + 41_000)
    session.take([event(grade="alert")])
    session.tick(NOON_MS + 500_000)
    found: CallRecord = session.record
    return found


def test_money_in_dollars_and_instants_as_datetimes() -> None:
    made = record()
    assert (made.net, made.tax, made.total, made.state_paid) == (Decimal(1), 0, Decimal(1), 0)
    assert made.started_at == made.accepted_at == made.answered_at == instant(NOON_MS)
    assert made.ended_at == made.cutoff_at == instant(NOON_MS + 100_000)
    assert made.total == made.net + made.tax - made.state_paid


def test_as_text_and_back_without_loss() -> None:
    made = record()
    told = json.loads(made.to_json())
    assert told["total"] == "1.000000"
    assert told["accepted_at"] == "2026-05-01T18:00:00+00:00"
    assert told["warnings_ms"] == [60_000]
    assert told["events"][0]["actions"] == "alert+warn"
    assert told["staff"] == [{"at_ms": NOON_MS + 41_000, "action": "warn", "by": "desk"}]
    assert CallRecord.from_json(made.to_json()) == made
    assert CallRecord.from_json(made.to_json()).to_json() == made.to_json()


def test_nothing_of_it_is_secret() -> None:
    assert {each.name for each in fields(CallRecord)} & {"pin", "voice", "audio"} == set()


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"call_id":"c"}', "null"])
def test_what_is_no_record_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="no call record"):
        CallRecord.from_json(line)


def test_another_type_in_a_field_is_refused() -> None:
    told = json.loads(record().to_json())
    for name, wrong in (("total", 1.5), ("ended_at", "noon"), ("events", [{"id": 1}])):
        with pytest.raises(InputError, match="no call record"):
            CallRecord.from_json(json.dumps({**told, name: wrong}))
