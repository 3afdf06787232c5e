"""A board in PostgreSQL: in one hand at a time, and kept whole or not at all."""

from __future__ import annotations

import doctest
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.postgres_server import server
from tests.ledger.servers.small_office import LOADERS, T0, office, start
from tests.ledger.wire_proxy import Proxy, Statement

from securecall.errors import StoreError, StoreUnsure
from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.office import Office
from securecall.ledger.servers.postgres_board import PostgresBoard


@pytest.fixture
def url() -> Iterator[str]:
    found = server().new_url()
    yield found
    server().drop([found.rpartition("schema=")[2]])


def test_an_error_in_the_middle_leaves_nothing(url: str) -> None:
    Ledger.open(url).close()
    board = PostgresBoard(url)

    def take() -> None:
        with board.taken() as table:
            table.add(start("c", T0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take()
    with board.taken() as table:
        assert table.pending() == []
    board.close()


def test_one_has_it_at_a_time(url: str) -> None:
    Ledger.open(url).close()
    mine, theirs = PostgresBoard(url), PostgresBoard(url)
    order: list[str] = []

    def take() -> None:
        with theirs.taken():
            order.append("theirs")

    with mine.taken():
        other = threading.Thread(target=take)
        other.start()
        other.join(0.2)
        order.append("mine")
    other.join()
    assert order == ["mine", "theirs"]
    mine.close()
    theirs.close()


def test_a_hint_too_long_for_the_server_is_not_called_out(url: str) -> None:
    Ledger.open(url).close()
    board = PostgresBoard(url)
    board.listen()
    with board.taken() as table:
        table.hint("east", "x" * 9_000)
        table.hint("east", "short")
    assert board.heard("east") == ["short"]
    board.close()


@pytest.mark.parametrize("fault", ["cut_before", "cut_answer", "cut_middle", "refuse", "deny"])
def test_an_exchange_is_said_again_until_it_is_answered_and_counts_once(
    url: str, fault: str
) -> None:
    """Each statement of the board's connection fails once, in every way."""
    calm = office(url=url, board=None)
    schema = url.rpartition("schema=")[2]
    seen, failed = [0], [0]

    def plan(statement: Statement) -> str | None:
        if fault == "deny" and not statement.commits:
            return None
        seen[0] += 1
        if seen[0] <= failed[0]:
            return None
        failed[0] = seen[0]
        seen[0] = 0
        return fault

    PostgresBoard(url).close()
    with Proxy(str(server().folder), server().port) as proxy:
        board = PostgresBoard(server().url(schema, port=proxy.port))
        shaky = Office(calm.ledger, board, delay_ms=100, span_ms=60_000, loaders=LOADERS)
        items = [start("c", T0 + 1_000), start("d", T0 + 2_000, price=600_000)]
        shaky.exchange("east", T0, items[:1])
        proxy.plan = plan
        unsure = 0
        while True:
            try:
                reply = shaky.exchange("east", T0 + 1_500, items, [], ["c"])
            except StoreUnsure:
                unsure += 1
                continue
            break
        proxy.plan = lambda statement: None
        assert unsure >= 1
        assert reply.states["start:c"] == ("done", "ok")
        with board.taken() as table:
            assert [item.request_id for item in table.pending()] == ["start:d"]
        board.close()
    assert calm.ledger.verify().ok
    assert calm.ledger.running_calls() == ("c",)
    calm.ledger.close()


def test_a_board_stands_beside_a_ledger_and_nowhere_else(url: str) -> None:
    for _ in range(2):
        with pytest.raises(StoreError, match="keeps no ledger: open that first, then its board"):
            PostgresBoard(url)
    with pytest.raises(StoreError, match="cannot have a board: connection failed"):
        PostgresBoard("postgresql://postgres@127.0.0.1:1/postgres", patience_ms=200)


@pytest.mark.parametrize("fault", ["cut_before", "cut_answer", "refuse"])
def test_whatever_fails_while_a_board_is_made_it_is_made(fault: str) -> None:
    schema = server().new_schema()
    Ledger.open(server().url(schema)).close()
    with Proxy(str(server().folder), server().port) as proxy:
        left = [0]

        def plan(statement: Statement) -> str | None:
            left[0] -= 1
            return fault if left[0] == 0 else None

        proxy.plan = plan
        url = server().url(schema, port=proxy.port)
        for number in range(1, 20, 3):  # the first of them make it, the rest find it
            left[0] = number
            board = PostgresBoard(url)
            left[0] = 0
            with board.taken() as table:
                assert table.pending() == []
            board.close()
        assert proxy.done[fault] >= 2
    server().drop([schema])


def test_who_has_calls_hears_of_them_from_the_beginning(url: str) -> None:
    """Also who never asked what was said before the first word came."""
    mine = office(board=_late(url), url=url)
    theirs = Office(
        Ledger.open(url, curves=LOADERS), PostgresBoard(url), delay_ms=100, loaders=LOADERS
    )
    mine.exchange("east", T0, [start("c", T0 + 500)])
    theirs.exchange("west", T0 + 1_000, [start("d", T0 + 1_300, "west")])
    (hint,) = mine.board.heard("east")
    assert json.loads(hint)[0] == "c"
    for desk in (mine, theirs):
        desk.board.close()
        desk.ledger.close()


def _late(url: str) -> PostgresBoard:
    Ledger.open(url).close()
    return PostgresBoard(url)


def test_the_page_of_several_servers_runs_on_postgresql(url: str) -> None:
    """Its first address and board are those in memory; in earnest they are these."""
    memory = (
        'sc.Ledger.open("memory:")',
        "import MemoryBoard",
        "servers.board ",
        "MemoryBoard()",
    )
    real = (
        f'sc.Ledger.open("{url}")',
        "import PostgresBoard",
        "servers.postgres_board ",
        f'PostgresBoard("{url}")',
    )
    text = (Path(__file__).parents[3] / "docs" / "servers.md").read_text()
    for before, after in zip(memory, real, strict=True):
        assert before in text
        text = text.replace(before, after)
    page = doctest.DocTestParser().get_doctest(text, {}, "servers.md", "servers.md", 0)
    told: list[str] = []
    found = doctest.DocTestRunner(verbose=False).run(page, out=told.append, clear_globs=False)
    page.globs["office"].board.close()
    page.globs["ledger"].close()
    assert (found.failed, found.attempted > 20) == (0, True), "".join(told)
