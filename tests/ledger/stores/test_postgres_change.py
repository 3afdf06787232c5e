"""How a group goes over the wire: how often, what is read before, and what is put aside."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.ledger.postgres_server import server
from tests.ledger.pricing import Flat
from tests.ledger.stores.test_pending import noting, run_together
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger
from securecall.ledger.stores import postgres_change
from securecall.ledger.stores.door import Paper
from securecall.ledger.stores.postgres_link import Link

FLAT = {"flat/1": Flat.loads}


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger.open(server().new_url(), curves=FLAT)
    made.open_account("a", at=T0, opening="5")
    return made


def journeys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by what is sent alone, and by what a message begins with."""
    sent: list[str] = []
    inside = [False]
    execute = Link.execute
    message = postgres_change.message

    def counted(self: Link, query: Any, *more: Any, **options: Any) -> Any:
        if not inside[0]:
            sent.append(str(query).split()[0])
        return execute(self, query, *more, **options)

    class Counted:
        def __init__(self, link: Link) -> None:
            self.real = message(link)  # type: ignore[arg-type]

        def __enter__(self) -> None:
            sent.append("message")
            inside[0] = True
            self.real.__enter__()

        def __exit__(self, *what: Any) -> Any:
            inside[0] = False
            return self.real.__exit__(*what)

    monkeypatch.setattr(Link, "execute", counted)
    monkeypatch.setattr(postgres_change, "message", Counted)
    return sent


def test_alone_a_deposit_is_one_statement(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.deposit("a", "1.00", at=T0)
    sent = journeys(monkeypatch)
    ledger.deposit("a", "1.00", at=T0, request_id="d")
    assert sent == ["WITH"]


def test_where_others_write_it_is_three_journeys_and_the_head_is_held_for_one(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = ledger._store._address.schema  # type: ignore[attr-defined]
    with Ledger.open(server().url(schema), curves=FLAT) as other:
        other.deposit("a", "1.00", at=T0)
        ledger.deposit("a", "1.00", at=T0)
        other.deposit("a", "1.00", at=T0)
        ledger.deposit("a", "1.00", at=T0)
        sent = journeys(monkeypatch)
        other.deposit("a", "1.00", at=T0, request_id="d")
    assert sent == ["message", "message", "SELECT"]


def test_a_call_ends_in_as_few(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for call in ("b", "c"):  # the first asks which instants were closed
        ledger.start_call(call, ["a"], Flat(), at=T0)
    sent = journeys(monkeypatch)
    ledger.end_call("c", at=T0 + 1_000)
    assert sent == ["message"]


def test_a_group_that_must_ask_the_database_takes_the_head(ledger: Ledger) -> None:
    """Without the head nothing may be laid down before the end."""
    paper = Paper("p", "1", "a", "new", {})
    ledger.deposit("a", "1.00", at=T0)
    items = run_together(
        ledger, [noting("x", [paper]), lambda tx: [each.id for each in tx.papers("p", "a")]]
    )
    assert [item.error for item in items] == [None, None]
    assert items[1].answer == ["1"]
    assert ledger.verify().ops == 3


def test_calls_and_papers_keep_the_order_in_which_they_came(ledger: Ledger) -> None:
    names = ["z", "b", "y", "a"]
    for name in names:
        ledger.start_call(name, ["a"], Flat(), at=T0)
    papers = [Paper("p", name, "a", "new", {}) for name in names]
    run_together(ledger, [noting("x", papers)])
    run_together(ledger, [noting("y", [papers[0]._replace(state="old")])])
    found = ledger._store.read(lambda view: [call.id for call in view.calls()])
    assert found == names
    kept = ledger._store.read(lambda view: view.papers("p", "a"))
    assert [(paper.id, paper.state) for paper in kept] == [
        ("z", "old"), ("b", "new"), ("y", "new"), ("a", "new"),
    ]  # fmt: skip


def test_revenue_and_tax_have_no_row_that_calls_would_wait_for(ledger: Ledger) -> None:
    """What they hold is what their entries add up to; no transaction updates a balance."""
    ledger.start_call("c", ["a"], Flat(), at=T0)
    ledger.end_call("c", at=T0 + 61_000)
    assert ledger.totals()["*revenue"] > 0
    schema = ledger._store._address.schema  # type: ignore[attr-defined]
    with psycopg.connect(server().conninfo()) as connection:
        rows = connection.execute(f'SELECT id FROM "{schema}".account'.encode()).fetchall()
        assert rows == [("a",)]


def test_nobody_is_answered_before_the_log_is_on_disk(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head is let go before that, as can be seen; the answer is not."""
    schema = ledger._store._address.schema  # type: ignore[attr-defined]
    execute = Link.execute
    written: list[tuple[int, int]] = []  # how far the log went, and how far on disk
    sql = "SELECT pg_current_wal_insert_lsn() - '0/0', pg_current_wal_flush_lsn() - '0/0'"
    with psycopg.connect(server().conninfo(), autocommit=True) as admin:

        def look() -> tuple[int, int]:
            row = admin.execute(sql).fetchone()
            assert row is not None
            return row

        def watched(self: Link, query: Any, *more: Any, **options: Any) -> Any:
            if query == postgres_change._SYNC:
                written.append(look())
            return execute(self, query, *more, **options)

        with Ledger.open(server().url(schema), curves=FLAT) as other:
            monkeypatch.setattr(Link, "execute", watched)
            for number in range(10):
                for each in (ledger, other):
                    before = len(written)
                    each.deposit("a", "1.00", at=T0, request_id=f"{number} {id(each)}")
                    if len(written) > before:
                        assert look()[1] >= written[-1][0]
    assert len(written) > 10
    assert any(disk < log for log, disk in written)


def test_a_stored_answer_of_another_process_is_on_disk_too(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = ledger._store._address.schema  # type: ignore[attr-defined]
    with Ledger.open(server().url(schema), curves=FLAT) as other:
        other.deposit("a", "1.00", at=T0, request_id="d")
        sent = journeys(monkeypatch)
        ledger.deposit("a", "1.00", at=T0, request_id="d")
    assert sent[-2:] == ["message", "SELECT"]
