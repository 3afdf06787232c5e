"""What is known of a call while it lasts."""

from __future__ import annotations

from decimal import Decimal

from tests.calls.house import NOON_MS, attempt, decision, house, talking

from securecall.calls.reasons import reason


def test_neither_pin_nor_voice_is_kept() -> None:
    session = talking(house(), wants={"pin": "4711", "voice": b"hello"})
    for kind in type(session).__mro__:
        for name in getattr(kind, "__slots__", ()):
            value = getattr(session, name)
            assert value != "4711"
            assert value != b"hello"
            assert getattr(value, "pin", None) is None


def test_a_call_is_small() -> None:
    session = talking(house(), monitor=False)
    assert not hasattr(session, "__dict__")


def test_a_courtesy_call_is_free_and_told() -> None:
    sessions = house()
    session = talking(
        sessions, courtesy=True, billable=False, max_ms=60_000,
        reasons=(reason("courtesy_call"),),
    )  # fmt: skip
    assert session.free
    sessions.tick(NOON_MS + 60_000)
    record = session.record
    assert (record.status, record.total, record.reason) == ("free", 0, "time_limit")
    assert record.reasons == ("courtesy_call",)
    assert sessions.terms.ledger.running_calls() == ()


def test_a_call_whose_price_went_away_is_not_connected() -> None:
    sessions = house()
    session = sessions.begin(
        attempt(number="+15551234567890123"), decision(), facility="f", at=NOON_MS
    )
    session.answer(NOON_MS + 1_000)
    session.accept(NOON_MS + 2_000)
    assert session.record.reason == "unbillable"
    assert session.record.status != "ok"


def test_a_call_without_an_account_is_rated_and_nobody_is_charged() -> None:
    sessions = house()
    session = talking(sessions, wants={"accounts": (), "bill_type": "collect"})
    session.hang_up(NOON_MS + 60_000)
    assert (session.record.total, session.record.request_ids) == (Decimal("0.600000"), ())
    assert sessions.terms.ledger.balance("fam-1").posted == Decimal("10.000000")
