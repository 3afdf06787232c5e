"""Every live call of a host: what falls due when, and who is told of moved cutoffs."""

from __future__ import annotations

import random
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.calls.house import NOON_MS, attempt, decision, house, talking

from securecall.calls.live import LiveCall
from securecall.calls.sessions import STALE_MAX, Sessions
from securecall.errors import InputError, InputTypeError, StoreError, StoreUnsure
from securecall.ledger.heartbeat import Heartbeat, last_alive_ms
from securecall.ledger.instant import instant


def test_the_next_instant_is_known_without_looking_at_every_call() -> None:
    sessions = house("1.00")
    assert sessions.due_at is None
    session = talking(sessions)
    sessions.tick(NOON_MS)
    assert sessions.due_at == instant(NOON_MS + 40_000)
    sessions.tick(NOON_MS + 40_000)
    assert sessions.due_at == instant(NOON_MS + 90_000)
    session.hang_up(NOON_MS + 50_000)
    assert sessions.due_at is None
    assert list(sessions) == []


def test_a_tick_touches_only_calls_that_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = house("1000.00")
    for number in range(50):
        talking(sessions, f"c-{number}", wants={"accounts": ()}, max_ms=60_000 + number * 10_000)
    sessions.tick(NOON_MS)
    asked: list[str] = []
    real = LiveCall.tick

    def counted(self: LiveCall, at: int) -> object:
        asked.append(self.call_id)
        return real(self, at)

    monkeypatch.setattr("securecall.calls.progress.CallInProgress.tick", counted)
    monkeypatch.setattr(LiveCall, "tick", counted, raising=False)
    for at_ms in range(NOON_MS + 20, NOON_MS + 9_900, 20):
        sessions.tick(at_ms)
    assert asked == []
    sessions.tick(NOON_MS + 10_000)
    assert asked == ["c-1"]  # the one of 70 s is told that 60 s are left


def test_calls_end_in_the_order_of_their_cutoffs() -> None:
    sessions = house("1000.00")
    lengths = list(range(20))
    random.Random(1).shuffle(lengths)
    for number in lengths:
        talking(sessions, f"c-{number:02}", max_ms=5_000 + number * 100, wants={"accounts": ()})
    sessions.tick(NOON_MS)
    ended = [call.call_id for call, _ in sessions.tick(NOON_MS + 60_000)]
    assert ended == [f"c-{number:02}" for number in range(20)]
    assert len(sessions) == 0


def test_a_host_is_told_at_once_when_a_cutoff_moves() -> None:
    first = house("1.00")
    moved: list[tuple[str, int | None]] = []
    sessions = Sessions(
        first.terms, moved=lambda call: moved.append((call.call_id, call.cutoff_ms))
    )
    talking(sessions)
    first.terms.ledger.deposit("fam-1", "1.00", at=NOON_MS + 1_000, request_id="d-1")
    assert moved == [("c-1", NOON_MS + 200_000)]
    sessions.close()
    first.terms.ledger.deposit("fam-1", "1.00", at=NOON_MS + 2_000, request_id="d-2")
    assert len(moved) == 1


def test_a_cutoff_that_moved_unheard_is_asked_for_when_it_comes() -> None:
    sessions = house("1.00")
    session = talking(sessions)
    sessions.close()  # as if another process had done it
    sessions.terms.ledger.deposit("fam-1", "1.00", at=NOON_MS + 99_000, request_id="d-1")
    session.tick(NOON_MS + 100_000)
    assert (session.state, session.cutoff_ms) == ("talking", NOON_MS + 200_000)
    session.tick(NOON_MS + 201_000)
    assert session.record.total == Decimal("2.000000")


def test_what_another_operation_settled_ends_the_call_too() -> None:
    sessions = house("1.00")
    session = talking(sessions)
    ledger = sessions.terms.ledger
    ledger.deposit("fam-1", "1.00", at=NOON_MS + 100_001, request_id="d-1")  # too late by 1 ms
    sessions.tick(NOON_MS + 100_002)
    assert (session.record.reason, session.record.ended_ms) == (
        "balance_exhausted", NOON_MS + 100_000,
    )  # fmt: skip
    assert ledger.balance("fam-1").posted == Decimal("1.000000")


def test_a_released_persons_calls_end_at_the_instant() -> None:
    sessions = house("1.00")
    session = talking(sessions)
    sessions.terms.ledger.release("fam-1", at=NOON_MS + 30_000)
    sessions.tick(NOON_MS + 30_001)
    assert (session.record.reason, session.record.ended_ms) == ("account_closed", NOON_MS + 30_000)


def test_a_chargeback_cuts_at_the_next_increment() -> None:
    sessions = house("1.00")
    session = talking(sessions)
    sessions.terms.ledger.chargeback("d-0", at=NOON_MS + 10_500, request_id="cb-1")
    assert session.cutoff_ms == NOON_MS + 11_000
    sessions.tick(NOON_MS + 12_000)
    assert session.record.reason == "balance_exhausted"


def test_direct_bill_ends_with_its_credit() -> None:
    sessions = house()
    ledger = sessions.terms.ledger
    ledger.open_account("bill", kind="direct_bill", credit_limit="0.50", at=NOON_MS - 1)
    session = talking(sessions, wants={"accounts": ("bill",), "bill_type": "direct_bill"})
    sessions.tick(NOON_MS + 60_000)
    assert (session.record.reason, session.record.total) == (
        "credit_exhausted", Decimal("0.500000"),
    )  # fmt: skip
    again = talking(
        sessions, "c-2", at_ms=NOON_MS + 60_000,
        wants={"accounts": ("bill",), "bill_type": "direct_bill"},
    )  # fmt: skip
    assert again.record.reason == "credit_limit"


def test_a_spending_limit_refuses() -> None:
    sessions = house()
    sessions.terms.ledger.set_spending_limit("fam-1", "0.10", at=NOON_MS - 1)
    session = talking(sessions)
    sessions.tick(NOON_MS + 60_000)
    assert session.record.total == Decimal("0.100000")
    assert talking(sessions, "c-2", at_ms=NOON_MS + 60_000).record.reason == "spending_limit"


def test_who_begins_a_call_is_told_once_when_it_has_ended() -> None:
    sessions = house()
    ended: list[str] = []
    session = sessions.begin(
        attempt(), decision(), facility="f", at=NOON_MS, accepted=True, on_end=ended.append
    )
    assert sessions.get("c-1") is session
    session.hang_up(NOON_MS + 1_000)
    session.hang_up(NOON_MS + 2_000)
    assert ended == ["c-1"]
    assert sessions.get("c-1") is None
    session.when_ended(ended.append)  # too late to wait for
    assert ended == ["c-1", "c-1"]
    other = sessions.begin(
        attempt("c-2"), decision("c-2"), facility="f", at=NOON_MS + 3_000, on_end=ended.append
    )
    other.when_ended(lambda call_id: ended.append(f"{call_id} too"))
    other.hang_up(NOON_MS + 4_000)
    assert ended[2:] == ["c-2", "c-2 too"]


def test_what_cannot_begin() -> None:
    sessions = house()
    with pytest.raises(InputError, match="was refused: it has no session"):
        sessions.begin(attempt(), decision(allowed=False), facility="f", at=NOON_MS)
    talking(sessions)
    with pytest.raises(InputError, match="is live"):
        talking(sessions)


def test_moved_cutoffs_do_not_pile_up() -> None:
    sessions = house("1.00")
    talking(sessions)
    ledger = sessions.terms.ledger
    for number in range(200):
        ledger.deposit("fam-1", "0.01", at=NOON_MS + number, request_id=f"more-{number}")
    assert len(sessions._heap) <= STALE_MAX * 2 + 1


def test_a_payment_in_another_thread_is_taken_in_by_the_next_tick() -> None:
    first = house("1.00")
    moved: list[int] = []
    sessions = Sessions(first.terms, moved=lambda call: moved.append(threading.get_ident()))
    session = talking(sessions)
    payer = threading.Thread(
        target=lambda: first.terms.ledger.deposit(
            "fam-1", "1.00", at=NOON_MS + 1_000, request_id="d-1"
        )
    )
    payer.start()
    payer.join()
    assert (session.cutoff_ms, moved) == (NOON_MS + 100_000, [])
    sessions.tick(NOON_MS + 1_020)
    assert (session.cutoff_ms, moved) == (NOON_MS + 200_000, [threading.get_ident()])


def test_a_store_that_is_unsure_is_asked_again_and_its_first_answer_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions = house("1.00")
    ledger = sessions.terms.ledger
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.answer(NOON_MS + 1_000)
    real = type(ledger).start_call

    def unsure(self: object, *args: object, **options: object) -> None:
        real(self, *args, **options)  # type: ignore[arg-type]
        raise StoreUnsure("c-1:start", "the disk")

    monkeypatch.setattr(type(ledger), "start_call", unsure)
    with pytest.raises(StoreUnsure):
        session.accept(NOON_MS + 2_000)
    assert session.state == "prompting"
    monkeypatch.setattr(type(ledger), "start_call", real)
    session.accept(NOON_MS + 5_000)
    assert (session.accepted_ms, session.cutoff_ms) == (NOON_MS + 2_000, NOON_MS + 102_000)
    session.hang_up(NOON_MS + 12_000)
    assert session.record is not None
    assert (session.record.total, session.record.duration_ms) == (Decimal("0.100000"), 10_000)


def test_a_store_that_fails_leaves_every_call_due(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = house("1.00")
    sessions.terms.ledger.open_account("fam-2", at=NOON_MS - 1, opening="1.00")
    talking(sessions)
    talking(sessions, "c-2", wants={"accounts": ("fam-2",)})
    sessions.tick(NOON_MS + 95_000)
    real = type(sessions.terms.ledger).settle_due

    def broken(self: object, **_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(sessions.terms.ledger), "settle_due", broken)
    for at_ms in (NOON_MS + 100_000, NOON_MS + 100_020):
        with pytest.raises(StoreError, match="disk is full"):
            sessions.tick(at_ms)
    monkeypatch.setattr(type(sessions.terms.ledger), "settle_due", real)
    ended = [call.call_id for call, _ in sessions.tick(NOON_MS + 100_040)]
    assert ended == ["c-1", "c-2"]
    assert len(sessions) == 0


def test_a_digit_is_not_lost_when_a_store_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = house("1.00")
    session = sessions.begin(attempt(), decision(), facility="f", at=NOON_MS)
    session.answer(NOON_MS + 1_000)
    session.signal("dtmf", "1")
    real = type(sessions.terms.ledger).start_call

    def broken(self: object, *_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(sessions.terms.ledger), "start_call", broken)
    with pytest.raises(StoreError):
        sessions.tick(NOON_MS + 1_500)
    monkeypatch.setattr(type(sessions.terms.ledger), "start_call", real)
    sessions.tick(NOON_MS + 1_520)
    assert session.accepted_ms == NOON_MS + 1_520


def test_a_hang_up_can_be_told_again_when_a_store_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = house("1.00")
    session = talking(sessions)
    session.feed(bytes(320))
    real = type(sessions.terms.ledger).end_call

    def broken(self: object, *_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(sessions.terms.ledger), "end_call", broken)
    with pytest.raises(StoreError):
        session.hang_up(NOON_MS + 10_000)
    assert session.running
    monkeypatch.setattr(type(sessions.terms.ledger), "end_call", real)
    session.hang_up(NOON_MS + 10_000)
    assert session.record.total == Decimal("0.100000")


def test_ticks_are_the_proof_of_life(tmp_path: Path) -> None:
    with Heartbeat(tmp_path / "heart") as heart:
        sessions = Sessions(house().terms, heart=heart)
        sessions.tick(NOON_MS + 5_000)
        assert last_alive_ms(tmp_path / "heart") == NOON_MS + 5_000


@pytest.mark.parametrize("wrong", [None, 1, {"host": "h"}])
def test_terms_of_another_type_are_refused(wrong: Any) -> None:
    with pytest.raises(InputTypeError, match="terms must be Terms, not"):
        Sessions(wrong)
