"""What platforms of this trade say they do, end to end: how calls end, and what is given back."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.calls.county import LANDLINE, NOON_MS, SOON_MS, County

from securecall.calls.actions import Disconnect, Timer, Warn
from securecall.calls.dropped import DroppedCall
from securecall.ledger.instant import instant, ms_of

ACCEPTED_MS = NOON_MS + SOON_MS
MINUTE_MS = 60_000


@pytest.mark.parametrize("late_ms", [0, 1, 40, 3_600_000])
def test_zero_balance_without_grace(tmp_path: Path, late_ms: int) -> None:
    county = County(tmp_path, money="0.12")  # two minutes of five cents, and two cents
    session = county.talk()
    cutoff_ms = ACCEPTED_MS + 2 * MINUTE_MS
    assert session.cutoff_ms == cutoff_ms
    told = county.gate.sessions.tick(cutoff_ms - 1)
    assert not any(isinstance(each, Disconnect) for _, found in told for each in found)
    assert session.running
    # However late the host comes, the call has ended at the instant at which the money did.
    ((_, found),) = county.gate.sessions.tick(cutoff_ms + late_ms)
    assert found[-1] == Disconnect("balance_exhausted", "announcement:balance_exhausted")
    record = session.record
    assert record is not None
    assert (record.ended_ms, record.duration_ms, record.total) == (
        cutoff_ms, 2 * MINUTE_MS, Decimal("0.10"),
    )  # fmt: skip
    assert county.ledger.balance("fam-1").available == Decimal("0.02")
    assert county.codes(county.attempt("c-2"), cutoff_ms + late_ms + 1) == ("insufficient_funds",)
    county.close()


def test_a_payment_at_the_very_instant_saves_the_call(tmp_path: Path) -> None:
    county = County(tmp_path, money="0.10")
    session = county.talk()
    cutoff_ms = ACCEPTED_MS + 2 * MINUTE_MS
    county.ledger.deposit("fam-1", "0.05", at=cutoff_ms, request_id="just-so")
    assert session.cutoff_ms == cutoff_ms + MINUTE_MS
    ((_, found),) = county.gate.sessions.tick(cutoff_ms)
    assert Timer(instant(cutoff_ms + MINUTE_MS)) in found
    session.hang_up(cutoff_ms + 1)
    assert session.record is not None
    assert session.record.total == Decimal("0.15")
    county.close()


def test_money_that_moves_in_another_process_moves_the_end(tmp_path: Path) -> None:
    county = County(tmp_path, money="0.10", kept=True)
    session = county.talk()
    book = f"sqlite:///{tmp_path / 'ledger.db'}"

    def elsewhere(method: str, amount: str, at_ms: int) -> None:
        # The web pages of the families, say.
        code = (
            f"import securecall; book = securecall.Ledger.open({book!r}); "
            f"assert book.{method}('fam-1', {amount!r}, at={at_ms}, request_id={method!r}).ok"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

    elsewhere("deposit", "0.15", ACCEPTED_MS + 30_000)
    cutoff_ms = ACCEPTED_MS + 2 * MINUTE_MS
    assert session.cutoff_ms == cutoff_ms  # nobody has told
    ((_, found),) = county.gate.sessions.tick(cutoff_ms)
    assert Timer(instant(cutoff_ms + 3 * MINUTE_MS)) in found
    assert session.running
    # What comes nearer has to be asked for, before the end that was known.
    elsewhere("withdraw", "0.10", cutoff_ms + 30_000)
    end_at = county.ledger.cutoffs("fam-1")["c-1"]
    session.moved(ms_of(end_at))
    assert session.cutoff_ms == cutoff_ms + MINUTE_MS
    county.gate.sessions.tick(cutoff_ms + 2 * MINUTE_MS)
    record = session.record
    assert record is not None
    assert (record.duration_ms, record.total) == (3 * MINUTE_MS, Decimal("0.15"))
    county.close()


@pytest.mark.parametrize("minutes", [15, 20, 25, 30])
def test_the_time_limit_of_fifteen_to_thirty_minutes(tmp_path: Path, minutes: int) -> None:
    county = County(tmp_path, limit_ms=minutes * MINUTE_MS)
    session = county.talk()
    end_ms = ACCEPTED_MS + minutes * MINUTE_MS
    found = [
        (at_ms - ACCEPTED_MS, each)
        for at_ms in range(end_ms - 70_000, end_ms + 1_000, 20)
        for _, actions in county.gate.sessions.tick(at_ms)
        for each in actions
        if isinstance(each, Warn | Disconnect)
    ]
    limit_ms = minutes * MINUTE_MS
    assert found == [
        (limit_ms - 60_000, Warn(60_000, "announcement:one_minute_left", 60_000)),
        (limit_ms - 10_000, Warn(10_000, "tone:ten_seconds_left", 10_000)),
        (limit_ms, Disconnect("time_limit", "announcement:time_limit")),
    ]
    record = session.record
    assert record is not None
    assert (record.duration_ms, record.total) == (limit_ms, minutes * Decimal("0.05"))
    assert record.warnings_ms == (60_000, 10_000)
    county.close()


def test_a_dropped_call_is_refunded_up_to_where_its_sound_stopped(tmp_path: Path) -> None:
    county = County(tmp_path)
    session = county.talk()
    for _ in range(65_000 // 20):
        for leg in ("called", "calling"):
            session.feed(bytes(320), leg)  # type: ignore[union-attr]
    session.hang_up(ACCEPTED_MS + 200_000, by="network", cause="MEDIA_TIMEOUT")
    record = session.record
    assert record is not None
    assert (record.reason, record.total) == ("media_timeout", Decimal("0.20"))
    case = DroppedCall.of(record)
    assert case is not None
    answer = case.file(county.ledger, at=ACCEPTED_MS + 201_000)
    assert (answer.state, answer.refunded) == ("approved", Decimal("0.10"))
    assert case.file(county.ledger, at=ACCEPTED_MS + 300_000) == answer  # once
    assert county.ledger.balance("fam-1").available == Decimal("19.90")
    county.close()


def test_a_dropped_call_that_nobody_heard_waits_for_a_review(tmp_path: Path) -> None:
    county = County(tmp_path)
    sent = county.families.set_up("ana", facility="tx-harris", number=LANDLINE, at=NOON_MS)
    ana = county.families.of("ana")
    ana.confirm(LANDLINE, sent.token, at=NOON_MS)
    county.ledger.deposit("ana", "1.00", at=NOON_MS, request_id="d-ana")
    session = county.talk(county.attempt(accounts=("ana",)))
    session.hang_up(ACCEPTED_MS + 61_000, by="network", cause=38)  # Q.850: network out of order
    assert session.record is not None
    assert session.record.reason == "network_failure"
    asked = ana.ask_refund("c-1", why="it broke", at=ACCEPTED_MS + 90_000, request_id="r-1")
    assert (asked.state, ana.balance().available) == ("pending", Decimal("0.90"))
    county.ledger.decide_refund("r-1", approve=True, at=ACCEPTED_MS + 100_000)
    assert [each.state for each in ana.refunds()] == ["approved"]
    assert ana.balance().available == Decimal("1.00")
    county.close()
