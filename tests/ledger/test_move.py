"""A ledger is moved from SQLite into PostgreSQL while it is written to, and goes on there."""

from __future__ import annotations

import threading
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.postgres_server import server
from tests.ledger.pricing import Flat
from tests.ledger.small_book import fill
from tests.ledger.table import T0
from tests.ledger.wire_proxy import Proxy, Statement

from securecall.errors import InputError, StoreError
from securecall.ledger import move as moving
from securecall.ledger.ledger import Ledger
from securecall.ledger.move import move
from securecall.ledger.stores.postgres_target import PostgresTarget

LOADERS = {"flat/1": Flat.loads}
LATER = T0 + 100_000_000


class Cut(BaseException):
    """What stops a move at an instant of our choice."""


@pytest.fixture
def source(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/old.db"
    with Ledger.open(url, curves=LOADERS) as ledger:
        fill(ledger)
        ledger.open_account("on", at=LATER, opening="50")
        ledger.start_call("running", ["on"], Flat(), at=LATER)
    return url


def read(url: str) -> Any:
    with Ledger.open(url, curves=LOADERS) as ledger:
        found = ledger.verify()
        assert found.ok, found.faults
        state = {name: ledger.balance(name) for name in ("bill", "on")}
        return found, state, ledger.totals(), ledger.call("running"), list(ledger.iter_entries())


def test_all_of_it_is_there_and_goes_on(source: str) -> None:
    before = read(source)
    url = server().new_url()
    found = move(source, url)
    assert read(url) == before
    assert found.hash == before[0].hash
    assert (found.ops, found.entries, found.calls) == (
        before[0].ops,
        before[0].entries,
        before[0].calls,
    )
    assert found.pause_ms > 0
    with Ledger.open(url, curves=LOADERS) as ledger:
        assert ledger.end_call("running", at=LATER + 1_000).ok
        assert ledger.verify().ops == before[0].ops + 1


def test_the_file_takes_no_more_and_says_where_it_went(source: str) -> None:
    url = server().new_url()
    with Ledger.open(source, curves=LOADERS) as ledger:  # opened before, as by a host
        ledger.deposit("on", "1.00", at=LATER, request_id="before")
        move(source, url)
        with pytest.raises(StoreError, match="was moved to postgresql://"):
            ledger.deposit("on", "1.00", at=LATER, request_id="after")
        assert ledger.balance("on").posted == 51  # it can still be read
    with Ledger.open(url, curves=LOADERS) as ledger:
        assert ledger.deposit("on", "1.00", at=LATER, request_id="before").ok
        assert ledger.deposit("on", "1.00", at=LATER, request_id="after").ok
        assert ledger.balance("on").posted == 52


def test_hosts_write_meanwhile_and_each_request_counts_once(source: str) -> None:
    url = server().new_url()
    begun, stop = threading.Event(), threading.Event()
    sent: list[str] = []
    refused: list[str] = []

    def host() -> None:
        with Ledger.open(source, curves=LOADERS) as ledger:
            while not stop.is_set():
                name = f"live-{len(sent)}"
                try:
                    ledger.deposit("on", "0.01", at=LATER + len(sent), request_id=name)
                except StoreError as error:
                    refused.append(str(error))
                    break
                sent.append(name)
                begun.set()

    thread = threading.Thread(target=host)
    thread.start()
    begun.wait()
    found = move(source, url)
    stop.set()
    thread.join()
    with Ledger.open(url, curves=LOADERS) as ledger:
        assert found.ops == ledger.verify().ops
        deposits = [e.ref for e in ledger.iter_entries("on") if e.kind == "deposit"]
        assert deposits == sent
    assert len(sent) > 1
    assert all("was moved to" in text for text in refused)


@pytest.mark.parametrize("calls", range(1, 8))
def test_a_move_that_was_stopped_goes_on(
    source: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped at every step that writes, it can be gone on with; half of it cannot be opened."""
    before = read(source)
    url = server().new_url()
    left = calls

    def cutting(name: str) -> None:
        real = getattr(PostgresTarget, name)

        def cut(*args: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Cut
            return real(*args)

        monkeypatch.setattr(PostgresTarget, name, cut)

    for name in ("add", "put", "finish"):
        cutting(name)
    try:
        move(source, url)
    except Cut:
        with pytest.raises(StoreError, match=r"has half of what is in .*old\.db: go on"):
            Ledger.open(url)
        with Ledger.open(source, curves=LOADERS) as ledger:
            assert ledger.deposit("on", "1.00", at=LATER, request_id="meanwhile").ok
    else:
        pytest.fail("every one of these steps is taken")
    monkeypatch.undo()
    assert move(source, url).ops == before[0].ops + 1
    assert read(url)[1]["on"].posted == before[1]["on"].posted + 1


def test_a_move_that_loses_its_connections_says_so_and_goes_on(source: str) -> None:
    """Cut at statements from the first to the last; whoever is told asks again."""
    before = read(source)
    schema = server().new_schema()
    with Proxy(str(server().folder), server().port) as proxy:
        url = server().url(schema, port=proxy.port)
        told: list[str] = []
        left, faults = [0], cycle(("cut_before", "cut_answer"))

        def plan(statement: Statement) -> str | None:
            left[0] -= 1
            return next(faults) if left[0] == 0 else None

        proxy.plan = plan
        for number in range(1, 200, 5):
            left[0] = number
            try:
                found = move(source, url)
                break
            except StoreError as error:
                told.append(str(error))
        assert len(told) > 4
        ways = ("lost on the way, ask again", "cannot take a ledger")
        assert all(any(way in text for way in ways) for text in told)
        assert found.ops == before[0].ops
        assert read(server().url(schema))[0] == before[0]


def test_a_finished_move_is_not_done_again(source: str) -> None:
    url = server().new_url()
    first = move(source, url)
    again = move(source, url)
    assert (again.hash, again.digest, again.pause_ms) == (first.hash, first.digest, 0)


def test_what_differs_is_refused_and_the_file_goes_on(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = PostgresTarget.put

    def forging(self: PostgresTarget, table: str, rows: Any) -> None:
        if table == "account":
            rows = [(*row[:2], row[2] + 1, *row[3:]) for row in rows]
        real(self, table, rows)

    monkeypatch.setattr(PostgresTarget, "put", forging)
    with pytest.raises(StoreError, match="is not what is in"):
        move(source, server().new_url())
    with Ledger.open(source, curves=LOADERS) as ledger:
        assert ledger.deposit("on", "1.00", at=LATER).ok


def test_balances_are_added_up_from_the_entries_that_came(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_digest", lambda rows: ("", dict.fromkeys(moving.ROWS, 0)))
    real = PostgresTarget.put

    def forging(self: PostgresTarget, table: str, rows: Any) -> None:
        if table == "account":
            rows = [(*row[:2], row[2] + 1, *row[3:]) for row in rows]
        real(self, table, rows)

    monkeypatch.setattr(PostgresTarget, "put", forging)
    with pytest.raises(StoreError, match="do not add up"):
        move(source, server().new_url())


def test_other_ledgers_and_addresses_are_refused(source: str, tmp_path: Path) -> None:
    url = server().new_url()
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=0)
    with pytest.raises(StoreError, match="holds a ledger already"):
        move(source, url)
    other = f"sqlite:///{tmp_path}/other.db"
    with Ledger.open(other) as ledger:
        ledger.open_account("a", at=0)
    half = server().new_url()
    PostgresTarget(half, "x").close()
    move(other, half)
    with pytest.raises(StoreError, match="was moved to"):
        move(other, server().new_url())
    with pytest.raises(StoreError, match="is not there"):
        move(f"sqlite:///{tmp_path}/none.db", url)
    with pytest.raises(InputError, match="FROM must be"):
        move("memory:", url)
    with pytest.raises(InputError, match="TO must be"):
        move(source, source)
