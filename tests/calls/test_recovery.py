"""After a crash: each call is charged once, up to the last heartbeat, from the ledger alone."""

from __future__ import annotations

import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.calls.gates import asked, gate
from tests.calls.house import (
    NOON_MS,
    attempt,
    by_minute,
    by_second,
    decision,
    house,
    talking,
)
from tests.harris import tariff

from securecall.calls.about import known_of
from securecall.calls.actions import Disconnect, Timer
from securecall.calls.gate import Gate
from securecall.calls.privileged import PrivilegedSession
from securecall.calls.recovery import calls_of, recorded, recover_calls, resume_call
from securecall.calls.session import Session
from securecall.calls.sessions import Sessions
from securecall.calls.terms import Terms
from securecall.errors import InputError, Unknown
from securecall.ledger.heartbeat import last_alive_ms
from securecall.ledger.instant import instant
from securecall.ledger.ledger import Ledger

ROOT = Path(__file__).parents[2]
CALLS = 8


def accounts(path: Path) -> Ledger:
    ledger = Ledger.open(f"sqlite:///{path}")
    for number in range(CALLS):
        ledger.open_account(f"fam-{number}", kind="prepaid", at=NOON_MS - 2_000)
        # One of them runs out of money while the host is still alive or away.
        paid = "0.05" if number == 3 else "10.00"
        ledger.deposit(f"fam-{number}", paid, at=NOON_MS - 1_000, request_id=f"d-{number}")
    return ledger


def killed(tmp_path: Path, beats: int) -> int:
    """Run a host until it has told of some beats, and kill it in mid-call."""
    host = subprocess.Popen(
        [sys.executable, "-m", "tests.calls.host", str(tmp_path / "ledger.db"),
         str(tmp_path / "heart"), str(CALLS)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert host.stdout is not None
    told = 0
    for line, _ in zip(host.stdout, range(beats), strict=False):
        told = int(line)
    host.kill()
    host.wait()
    host.stdout.close()
    assert host.returncode == -9
    return told


@pytest.mark.parametrize("beats", [1, 3, random.Random(6).randint(4, 12)])
def test_a_killed_hosts_calls_are_each_charged_once_up_to_the_last_heartbeat(
    tmp_path: Path, beats: int
) -> None:
    accounts(tmp_path / "ledger.db").close()
    told_ms = killed(tmp_path, beats)
    alive_ms = last_alive_ms(tmp_path / "heart")
    assert alive_ms >= told_ms
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        priced = tariff(by_second("0.60"))
        ids = [f"c-{number}" for number in range(CALLS)]
        assert set(calls_of(ledger, "host-1")) | {"c-3"} == set(ids)
        assert calls_of(ledger, "host-2") == ()
        later_ms = alive_ms + 3_600_000
        done = {
            record.call_id: record
            for record in recover_calls(
                ledger, priced, host="host-1", last_alive_ms=alive_ms, at=later_ms
            )
        }
        for number, call_id in enumerate(ids):
            record = done.get(call_id) or recorded(ledger, priced, call_id)
            started_ms = NOON_MS + 10 * number
            seconds = -(-(alive_ms - started_ms) // 1_000)
            charged = min(Decimal("0.01") * seconds, Decimal("10.00"))
            reason = "host_failure"
            if number == 3 and seconds > 5:
                charged, reason = Decimal("0.05"), "balance_exhausted"
            assert (record.total, record.reason) == (charged, reason)
            assert record.ended_ms == min(alive_ms, record.ended_ms)
            assert record.privileged == (number % 5 == 0)
            assert (record.facility, record.person, record.host) == ("f", "p-1", "host-1")
            charges = [
                -each.amount_micros for each in ledger.iter_entries(f"fam-{number}")
                if each.kind == "charge"
            ]  # fmt: skip
            assert charges == [record.total_micros]
        # Doing it again, with another instant too, moves nothing.
        entries = [*ledger.iter_entries()]
        again = {"host": "host-1", "last_alive_ms": alive_ms + 60_000, "at": later_ms + 1}
        assert recover_calls(ledger, priced, **again) == []  # type: ignore[arg-type]
        for call_id in ids:
            ledger.recover(call_id, last_alive_ms=alive_ms, at=later_ms + 2)
        assert [*ledger.iter_entries()] == entries
        assert ledger.running_calls() == ()
        assert ledger.verify().ok


def restarted(sessions: Sessions) -> Sessions:
    """Return a new host over the same ledger: what the old one held is gone."""
    terms = sessions.terms
    sessions.close()
    return Sessions(Terms(terms.ledger, terms.tariff, host=terms.host, prompts=terms.prompts))


@pytest.mark.parametrize("privileged", [False, True])
def test_a_call_that_the_switch_has_kept_goes_on(privileged: bool) -> None:
    before = house("2.00", host="host-1")
    talking(before, privileged=privileged)
    after = restarted(before)
    assert after.terms.tape is False
    session: Any = resume_call(after, "c-1", at=NOON_MS + 50_000)
    assert type(session) is (PrivilegedSession if privileged else Session)
    assert (session.state, session.accepted_ms, session.cutoff_ms) == (
        "talking", NOON_MS, NOON_MS + 200_000,
    )  # fmt: skip
    assert after.tick(NOON_MS + 50_000) == [(session, (Timer(session.cutoff_at),))]
    after.terms.ledger.deposit("fam-1", "1.00", at=NOON_MS + 60_000, request_id="d-1")
    assert session.cutoff_ms == NOON_MS + 300_000
    if not privileged:
        assert session.feed(bytes(320)) == ()
    session.hang_up(NOON_MS + 100_000, by="called")
    record = session.record
    assert (record.total, record.duration_ms) == (Decimal("1.000000"), 100_000)
    assert (record.terminal, record.answered_ms, record.request_ids) == (
        "A-01", NOON_MS, ("c-1:start", "c-1"),
    )  # fmt: skip


def test_a_call_that_goes_on_still_ends_with_its_money() -> None:
    before = house("2.00")
    talking(before)
    after = restarted(before)
    session = resume_call(after, "c-1", at=NOON_MS + 50_000)
    (told,) = after.tick(NOON_MS + 200_500)
    assert told[0] is session
    assert told[1][-1] == Disconnect("balance_exhausted", "announcement:balance_exhausted")
    assert session.record is not None
    assert session.record.total == Decimal("2.000000")


def test_what_the_switch_has_kept_is_not_settled() -> None:
    before = house("5.00", by_minute("0.10"), host="h")
    talking(before, "c-1")
    talking(before, "c-2", at_ms=NOON_MS + 1)
    after = restarted(before)
    terms = after.terms
    found = recover_calls(
        terms.ledger, terms.tariff, host="h", last_alive_ms=NOON_MS + 61_000,
        at=NOON_MS + 100_000, kept=["c-2"],
    )  # fmt: skip
    assert [(each.call_id, each.total, each.ended_ms) for each in found] == [
        ("c-1", Decimal("0.200000"), NOON_MS + 61_000)
    ]
    assert resume_call(after, "c-2", at=NOON_MS + 100_000).running


def test_a_heart_that_stopped_before_the_call_began_charges_nothing() -> None:
    before = house("5.00")
    talking(before)
    after = restarted(before)
    (record,) = recover_calls(
        after.terms.ledger, after.terms.tariff, host="", last_alive_ms=NOON_MS - 5_000,
        at=NOON_MS + 9_000,
    )  # fmt: skip
    assert (record.total, record.duration_ms, record.reason) == (0, 0, "host_failure")


def test_what_cannot_be_taken_up_or_recorded() -> None:
    sessions = house()
    session = talking(sessions)
    ledger, priced = sessions.terms.ledger, sessions.terms.tariff
    with pytest.raises(InputError, match="still runs"):
        recorded(ledger, priced, "c-1")
    with pytest.raises(InputError, match="is live"):
        resume_call(sessions, "c-1", at=NOON_MS + 1_000)
    session.hang_up(NOON_MS + 10_000)
    with pytest.raises(InputError, match="nothing to take up"):
        resume_call(sessions, "c-1", at=NOON_MS + 11_000)
    with pytest.raises(Unknown):
        resume_call(sessions, "c-9", at=NOON_MS + 11_000)
    curve = session._till.curve
    ledger.start_call("alien", ["fam-1"], priced.curve(session._call(NOON_MS + 20_000)),
                      at=NOON_MS + 20_000)  # fmt: skip
    assert curve is not None
    with pytest.raises(InputError, match="was not told of call 'alien'"):
        resume_call(sessions, "alien", at=NOON_MS + 21_000)


def test_the_ledgers_record_is_the_sessions() -> None:
    sessions = house("1.00", host="h")
    session = talking(sessions)
    session.tick(NOON_MS + 500_000)
    known = recorded(sessions.terms.ledger, sessions.terms.tariff, "c-1")
    record = session.record
    same = (
        "call_id", "facility", "person", "number", "accounts", "accepted_ms", "ended_ms",
        "duration_ms", "billed_ms", "net_micros", "total_micros", "jurisdiction", "rate_id",
        "reason", "by", "host",
    )  # fmt: skip
    for name in same:
        assert getattr(known, name) == getattr(record, name), name


def test_what_the_ledger_is_told_has_no_pin() -> None:
    sessions = house()
    talking(sessions, wants={"pin": "4711"})
    about = sessions.terms.ledger.about_call("c-1")
    assert "4711" not in str(about)
    assert known_of("c-1", ("fam-1",), about).attempt.pin is None


def test_a_gate_counts_a_call_that_goes_on_until_it_ends() -> None:
    before = gate(calls_max=1)
    before.connect(asked(pin=None), at=NOON_MS, accepted=True)
    before.sessions.close()
    after = Gate(before.facility, before.directory, before.ledger, before.tariff)
    session = resume_call(after.sessions, "c-1", at=NOON_MS + 30_000)
    after.adopt(session)
    late = asked("c-2", person="p-2", number="+17135550124", terminal="A-02", pin=None)
    assert after.check(late, at=NOON_MS + 31_000).codes == ("facility_congested",)
    session.hang_up(NOON_MS + 32_000)
    assert after.check(late, at=NOON_MS + 33_000).allowed


def test_an_hour_that_ends_a_call_is_known_after_a_crash() -> None:
    before = house()
    says = decision()
    limits = type(says.limits)(900_000, None, Decimal(0), instant(NOON_MS + 100_000), "facility")
    before.begin(attempt(), decision(limits=limits), facility="f", at=NOON_MS, accepted=True)
    after = restarted(before)
    session: Any = resume_call(after, "c-1", at=NOON_MS + 50_000)
    session.tick(NOON_MS + 200_000)
    known = recorded(after.terms.ledger, after.terms.tariff, "c-1")
    assert session.record.reason == known.reason == "schedule_end"
    assert known.duration_ms == 100_000
