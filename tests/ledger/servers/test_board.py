"""Every board keeps the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.ledger.postgres_server import server
from tests.ledger.servers.small_office import T0, deposit, end, start

from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.board import Board, MemoryBoard
from securecall.ledger.servers.lease import Lease
from securecall.ledger.servers.postgres_board import PostgresBoard


@pytest.fixture(params=["memory", "postgres"])
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    if request.param == "memory":
        yield MemoryBoard()
        return
    url = server().new_url()
    Ledger.open(url).close()
    one = PostgresBoard(url)
    yield one
    one.close()
    server().drop([url.rpartition("schema=")[2]])


def test_what_is_pending_comes_by_instant_and_arrival(board: Board) -> None:
    with board.taken() as table:
        late = table.add(replace(end("c", T0 + 2), state="filed"))
        first = table.add(start("c", T0 + 1))
        same = table.add(deposit("1", T0 + 1))
        assert (late.order, first.order, same.order) == (1, 2, 3)
    with board.taken() as table:
        assert table.pending() == [first, same, late]
        table.put(replace(first, state="done", code="ok"))
        assert table.pending() == [same, late]
        assert table.find("start:c") == replace(first, state="done", code="ok")
        assert table.start_of("c") == replace(first, state="done", code="ok")
        assert table.find("nobody") is None
        assert table.start_of("nobody") is None


def test_promises_are_found_by_call_and_by_their_end(board: Board) -> None:
    one = Lease("c", "east", 1, T0 + 10, None, T0 + 20, ("a", "b"))
    two = Lease("d", "west", 3, T0 + 20, T0 + 15, None, ("a",))
    with board.taken() as table:
        table.put_lease(one)
        table.put_lease(two)
    with board.taken() as table:
        assert table.lease("c") == one
        assert sorted(table.leases_of(["c", "d", "e"])) == [one, two]
        assert table.ran_out(T0 + 10) == [one]
        table.put_lease(one._replace(until_ms=T0 + 30, epoch=2))
        assert table.ran_out(T0 + 20) == [two]
        table.drop_lease("d")
        assert table.lease("d") is None


def test_turns_are_counted_and_the_closed_instant_is_kept(board: Board) -> None:
    with board.taken() as table:
        assert table.closed_ms() == -1
        table.put_closed(T0)
        turn = table.turn()
    with board.taken() as table:
        assert (table.turn(), table.closed_ms()) == (turn + 1, T0)


def test_a_hint_is_heard_by_whom_it_is_for(board: Board) -> None:
    assert board.heard("east") == []
    with board.taken() as table:
        table.hint("east", "hear")
    assert board.heard("east") == ["hear"]
    assert board.heard("east") == []
