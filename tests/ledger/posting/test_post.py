"""One operation of a posting: each record charged to its account, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.postgres_server import server
from tests.ledger.posting.rated import MAY, NOW, record, table
from tests.ledger.pricing import Flat

from securecall.errors import InputError
from securecall.ledger.ledger import Ledger
from securecall.ledger.move import move
from securecall.ledger.posting.post import same_charge
from securecall.ledger.posting.records import Record
from securecall.ledger.posting.whole import Whole
from securecall.ledger.rows import CallRow


def post(ledger: Ledger, *rows: Any, at: int = NOW, name: str = "may", **options: Any) -> Any:
    return ledger.post_records(table(*rows), at=at, request_id=name, **options)


def codes(ledger: Ledger, *rows: Any, **options: Any) -> list[str]:
    """Return what became of each record that was refused, in order."""
    said: list[str] = []
    post(ledger, *rows, refusals=lambda batch: said.extend(batch["code"].to_pylist()), **options)
    return said


def test_a_record_is_charged_to_its_account(ledger: Ledger) -> None:
    ledger.open_account("fam-1", at=MAY, opening="1.00")
    made = post(ledger, record("c-1", "fam-1", "0.20", tax="0.01"))
    assert (made.posted, made.refused, made.posted_total) == (1, {}, Decimal("0.21"))
    assert ledger.balance("fam-1").posted == Decimal("0.79")
    assert ledger.totals() == {
        "*opening": Decimal("-1"), "*revenue": Decimal("0.2"), "*tax:all": Decimal("0.01"),
        "fam-1": Decimal("0.79"),
    }  # fmt: skip
    call = ledger.call("c-1")
    assert (call.charged, call.billed_ms, call.reason) == (Decimal("0.21"), 60_000, "posted")
    assert [entry.at_ms for entry in ledger.iter_entries("fam-1")][1:] == [MAY + 58_500] * 2


def test_whatever_comes_again_counts_once(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="10")
    rows = [record(f"c-{number}", "a") for number in range(10)]
    assert post(ledger, rows, rows[3:5], rows=4).posted == 10
    for name, again, cut in (("may", rows, 4), ("may", rows[::-1], 3), ("june", rows, 100)):
        made = post(ledger, again, name=name, rows=cut)
        assert (made.posted, made.already, made.already_total) == (0, 10, Decimal("2.10"))
    assert ledger.balance("a").posted == Decimal("7.90")


def test_another_charge_under_a_key_is_refused(ledger: Ledger) -> None:
    for name in ("a", "b"):
        ledger.open_account(name, at=MAY, opening="10")
    first = record("c", "a", "0.20", tax="0.01")
    post(ledger, first)
    others = [
        first | {"account": "b"},
        first | {"start": MAY + 1},
        first | {"duration_ms": 1},
        first | {"billed_ms": 120_000},
        record("c", "a", "0.21"),
        record("c", "a", "0.30"),
    ]
    assert codes(ledger, others, name="again") == ["call_exists"] * 6
    assert codes(ledger, first, record("c", "a", "0.22"), name="within") == ["call_exists"]


def test_a_call_that_the_ledger_metered_is_not_charged_again(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="1")
    for name in ("live", "other", "dear"):
        ledger.start_call(name, ["a"], Flat(), at=MAY)
    assert codes(ledger, record("live", "a"), at=MAY + 10, name="early") == ["call_running"]
    for name in ("live", "other", "dear"):
        ledger.end_call(name, at=MAY + 30_000)
    ledger.open_account("b", at=MAY, opening="1")
    rows = [record("live", "a"), record("other", "b"), record("dear", "a", "0.22")]
    assert codes(ledger, rows) == ["call_exists"] * 2
    assert ledger.balance("a").posted == Decimal("0.37")


def test_each_refusal_has_its_reason_and_moves_nothing(ledger: Ledger) -> None:
    ledger.open_account("poor", at=MAY, opening="0.20")
    ledger.open_account("gone", at=MAY, opening="5")
    ledger.release("gone", at=MAY + 1)
    ledger.open_account("new", at=NOW + 1, opening="5")
    ledger.open_account("owes", "direct_bill", credit_limit="0.30", at=MAY)
    rows = [
        record("c-1", "poor"),
        record("c-2", "gone"),
        record("c-3", "new"),
        record("c-4", "nobody"),
        record("c-5", None),
        record("c-6", "poor", status="no_rate", net=None),
        record("c-7", "poor", "0.05", total="0.06"),
        record("c-8", "owes"),
        record("c-9", "owes"),
        record("c-0", "poor", "0.05", start=NOW),
        record("free", "poor", "0"),
        record("free", "nobody", "0"),
        record("free", None, "0", status="unanswered"),
    ]
    said: list[Any] = []
    made = post(ledger, rows, refusals=said.append)
    assert pa.Table.from_batches(said).select(["row", "txn_key", "code"]).to_pylist() == [
        {"row": 0, "txn_key": "c-1", "code": "insufficient_funds"},
        {"row": 1, "txn_key": "c-2", "code": "account_closed"},
        {"row": 2, "txn_key": "c-3", "code": "late"},
        {"row": 3, "txn_key": "c-4", "code": "unknown_account"},
        {"row": 4, "txn_key": "c-5", "code": "no_account"},
        {"row": 5, "txn_key": "c-6", "code": "not_rated"},
        {"row": 6, "txn_key": "c-7", "code": "bad_record"},
        {"row": 8, "txn_key": "c-9", "code": "insufficient_funds"},
        {"row": 9, "txn_key": "c-0", "code": "late"},
    ]
    assert (made.posted, made.free, made.rows) == (1, 3, 13)
    assert made.refused_total == Decimal("1.37")
    assert ledger.balance("owes").owed == Decimal("0.21")


def test_a_refused_record_is_looked_at_anew_by_a_posting_of_another_name(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY)
    assert post(ledger, record("c", "a")).refused == {"insufficient_funds": 1}
    ledger.deposit("a", "1", at=NOW)
    assert post(ledger, record("c", "a")).refused == {"insufficient_funds": 1}  # the first answer
    assert post(ledger, record("c", "a"), name="again").posted == 1


def test_a_posting_cuts_a_running_call_and_tells(ledger: Ledger) -> None:
    ledger.open_account("a", at=NOW - 1, opening="1.05")
    ledger.start_call("live", ["a"], Flat(), at=NOW)
    told: list[Any] = []
    ledger.subscribe(lambda *each: told.append(each))
    ledger.set_auto_reload("a", below="0.10", amount="5.00", at=NOW)
    assert codes(ledger, record("c-1", "a", "0.63"), record("c-2", "a", "0.22")) == [
        "insufficient_funds"
    ]
    assert [each[0] for each in told] == ["live"]
    assert ledger.cutoffs("a")["live"] == told[0][2]
    assert (told[0][2] - told[0][1]).total_seconds() == -180
    assert ledger.balance("a").available == Decimal("0.21")


def test_an_account_tied_to_another_by_a_running_call_is_posted_to(ledger: Ledger) -> None:
    for name in ("a", "b"):
        ledger.open_account(name, at=MAY, opening="1")
    ledger.start_call("live", ["a", "b"], Flat(), at=NOW - 60_000)
    rows = [record("c-1", "b", "0.90"), record("c-2", "a", "0.10"), record("c-3", "b", "0.11")]
    assert codes(ledger, rows) == ["insufficient_funds"]
    balances = [ledger.balance(name, at=NOW - 1).available for name in ("a", "b")]
    assert balances == [Decimal("0.69"), Decimal("0.10")]


def test_statements_refunds_and_receipts_know_a_posted_call(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="10")
    rows = [record(f"c-{number}", "a", "0.20", tax="0.01") for number in range(3)]
    post(ledger, rows)
    assert "0:00:00 - 0:01:00          $0.21        a  $10.00  $9.79" in ledger.explain("c-0")
    assert ledger.balance("a", at=MAY - 1 + 1).held == Decimal("0.63")  # owed as each began
    back = ledger.refund("c-0", at=NOW + 1, policy="amount", amount="0.105")
    assert dict(back.parts) == {"revenue": Decimal("0.100000"), "tax:all": Decimal("0.005")}
    assert ledger.refund("c-1", at=NOW + 2).refunded == Decimal("0.21")
    with pytest.raises(InputError, match="'c-2' was posted from a rated record"):
        ledger.refund("c-2", at=NOW + 3, policy="rerate", until_ms=1_000)
    assert ledger.end_call("c-2", at=NOW + 4).charged == Decimal("0.21")
    assert ledger.start_call("c-2", ["a"], Flat(), at=NOW + 5).code == "call_exists"
    said = ledger.statement("a", through=NOW + 10)
    assert (said.charges, said.calls, said.billed_ms) == (Decimal("0.63"), 3, 180_000)


def test_a_record_of_a_closed_period_is_an_adjustment(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY - 1000, opening="10")
    ledger.statement("a", through=MAY + 100_000)
    post(ledger, record("late", "a"))
    said = ledger.statement("a", through=NOW + 1)
    assert (said.charges, said.adjustments) == (Decimal("0"), Decimal("0.21"))


def test_activity_is_that_of_the_call(ledger: Ledger) -> None:
    ledger.open_account("a", at=0, opening="10")
    ledger.open_account("b", at=0, opening="10")
    post(ledger, record("c", "a"), record("f", "b", "0"))
    for name in ("a", "b"):
        paid = ledger.inactivity(name, at=MAY + 180 * 86_400_000, timezone="UTC")
        assert paid is None, name
        assert ledger.inactivity(name, at=MAY + 182 * 86_400_000, timezone="UTC") is not None


KEYS = [f"k-{number}" for number in range(12)]


@given(
    st.lists(st.sampled_from(range(12)), max_size=40),
    st.lists(st.integers(1, 13), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_any_order_cutting_and_repetition_gives_the_same_books(
    places: list[int], cuts: list[int], random: Random
) -> None:
    rows = [
        record(key, f"a-{number % 3}", f"0.{number + 10}", tax=f"0.0{number % 4}")
        for number, key in enumerate(KEYS)
    ]
    ledgers = Ledger.open("memory:"), Ledger.open("memory:")
    for one in ledgers:
        for number in range(3):
            one.open_account(f"a-{number}", at=MAY, opening="100")
    plain, wild = ledgers
    post(plain, rows)
    stream = [rows[place] for place in places] + rows
    random.shuffle(stream)
    for number, cut in enumerate(cuts):
        made = post(wild, stream, rows=cut, name=f"run-{number % 2}")
        assert made.complete
        assert made.stream_micros == made.posted_micros + made.already_micros
    assert plain.totals() == wild.totals()
    for key in KEYS:
        assert plain.call(key) == wild.call(key)
    assert wild.verify().ok


def test_same_charge_asks_less_of_a_call_that_was_metered() -> None:
    seen = Record("c", "a", 0, 60_000, 60_000, 210_000, (("tax:all", 10_000),), "")
    call = CallRow(
        "c", ["b", "a"], 5, 1, state="ended", charged=210_000, ended_ms=70_000, ended_by="host",
        parts={"revenue": 200_000, "tax:ny": 10_000}, curve=Whole(60_000, 210_000),
    )  # fmt: skip
    assert same_charge(call, seen)
    call.ended_by = "record"
    assert not same_charge(call, seen)


WRITER = """
import sys
from tests.ledger.posting.rated import MAY, NOW, record, table
from securecall.ledger.ledger import Ledger
from securecall.ledger.move import move
ledger = Ledger.open(sys.argv[1])
rows = table(record(f"c-{number}", f"a-{number % 7}") for number in range(int(sys.argv[2])))
def tell(done):
    print(done, flush=True)
made = ledger.post_records(rows, at=NOW, request_id=sys.argv[3], rows=25, progress=tell)
print("done", made.posted, made.already, flush=True)
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of books that several processes may open."""
    if request.param == "postgres":
        return server().new_url()
    return f"sqlite:///{tmp_path}/ledger.db"


def test_a_posting_that_was_killed_goes_on_where_it_was(url: str) -> None:
    count = 500
    with Ledger.open(url) as ledger:
        for number in range(7):
            ledger.open_account(f"a-{number}", at=MAY, opening="100")

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITER, url, str(count), "may"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    told = []
    for upto in (1, 4, 9):
        with start() as process:
            assert process.stdout is not None
            for _ in range(upto):
                told.append(int(process.stdout.readline()))
            os.kill(process.pid, signal.SIGKILL)
    with start() as process:
        out, _ = process.communicate(timeout=120)
    word, posted, already = out.splitlines()[-1].split()
    assert word == "done"
    assert int(posted) + int(already) == count
    assert int(already) >= max(told)  # what was told to be done was kept
    with Ledger.open(url) as ledger:
        assert ledger.totals()["*revenue"] == count * Decimal("0.21")
        assert ledger.posting("may").posted == count
        assert ledger.verify().ok


@pytest.mark.parametrize("names", [("may", "may"), ("may", "also may")])
def test_processes_that_post_the_same_records_at_once_charge_them_once(
    url: str, names: tuple[str, str]
) -> None:
    with Ledger.open(url) as ledger:
        for number in range(7):
            ledger.open_account(f"a-{number}", at=MAY, opening="100")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, "300", name], stdout=subprocess.PIPE, text=True
        )
        for name in names
    ]
    lines = [one.communicate(timeout=120)[0].splitlines()[-1].split() for one in running]
    assert [int(posted) + int(already) for _, posted, already in lines] == [300, 300]
    # One request of two processes has one answer, and each may be told that it was posted; two
    # requests have two, and only one of them was.
    counted = sum(int(posted) for _, posted, _ in lines)
    assert counted == 300 if names[0] != names[1] else counted >= 300
    with Ledger.open(url) as ledger:
        assert ledger.totals()["*revenue"] == 300 * Decimal("0.21")
        assert ledger.verify().ok
        if names[0] == names[1]:
            assert ledger.posting("may").posted == 300


def test_posted_calls_move_to_another_store_with_the_rest(tmp_path: Path) -> None:
    url, rows = f"sqlite:///{tmp_path}/ledger.db", [record(f"c-{n}", "a") for n in range(30)]
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=MAY, opening="10")
        post(ledger, rows, rows=7)
        before = ledger.verify(), ledger.totals(), ledger.explain("c-3"), ledger.posting("may")
    target = server().new_url()
    move(url, target)
    with Ledger.open(target) as ledger:
        found = ledger.verify(), ledger.totals(), ledger.explain("c-3"), ledger.posting("may")
        assert found == before
        assert post(ledger, rows[::-1], name="again").already == 30


def test_nothing_of_an_operation_that_fails_is_kept(
    make: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = make()
    ledger.open_account("a", at=MAY, opening="10")

    def fail(*_: Any) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr("securecall.ledger.posting.post._note", fail)
        with pytest.raises(RuntimeError):
            post(ledger, record("c", "a"))
    assert ledger.balance("a").posted == Decimal("10")
    assert post(ledger, record("c", "a")).posted == 1
