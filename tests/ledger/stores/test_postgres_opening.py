"""Opening while something fails for now, and sessions that forgot what was prepared in them."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import psycopg
import pytest
from tests.ledger.postgres_server import Server, server
from tests.ledger.table import T0
from tests.ledger.wire_proxy import Proxy, Statement

from securecall.errors import StoreError
from securecall.ledger.ledger import Ledger
from securecall.ledger.stores.postgres import PostgresStore
from securecall.ledger.stores.postgres_link import Link, Patience, hopeless


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy(str(server().folder), server().port) as one:
        yield one


def nth(number: int, fault: str) -> Callable[[Statement], str | None]:
    """Return a plan in which one statement after now meets a fault."""
    left = [number]

    def plan(statement: Statement) -> str | None:
        left[0] -= 1
        return fault if left[0] == 0 else None

    return plan


@pytest.mark.parametrize("first", range(2))
@pytest.mark.parametrize("there", [False, True], ids=["new", "there already"])
def test_whatever_fails_while_it_opens_it_opens(there: bool, first: int, proxy: Proxy) -> None:
    """Statements of an opening meet a fault, one an opening; the tables are made once."""
    known = server().new_schema()
    if there:
        Ledger.open(server().url(known)).close()
    opened = 0
    for number in range(1 + first, 80, 2):
        fault = ("cut_before", "refuse", "cut_answer", "cut_middle")[number // 2 % 4]
        url = server().url(known if there else server().new_schema(), port=proxy.port)
        before = proxy.done.total()
        proxy.plan = nth(number, fault)
        with Ledger.open(url) as ledger:
            proxy.plan = nth(0, fault)
            if proxy.done.total() == before:
                break  # an opening has fewer statements than that
            opened += 1
            assert ledger.open_account(f"a{number}", at=T0).ok
            assert ledger.verify().ops == (opened if there else 1)
    assert opened == proxy.done.total() > 5


def test_tables_whose_making_was_kept_and_denied_are_there(proxy: Proxy) -> None:
    left = [1]

    def plan(statement: Statement) -> str | None:
        if statement.commits and left[0]:
            left[0] -= 1
            return "deny"
        return None

    proxy.plan = plan
    with Ledger.open(server().url(server().new_schema(), port=proxy.port)) as ledger:
        assert ledger.open_account("a", at=T0).ok
    assert proxy.done["deny"] == 1


def test_a_server_that_starts_again_is_waited_for() -> None:
    mortal = Server()
    try:
        url = mortal.new_url()
        for _ in range(2):
            mortal.kill()
            threading.Timer(0.3, mortal.start).start()
            Ledger.open(url, patience_ms=30_000).close()
    finally:
        mortal.close()


def test_what_asking_again_does_not_change_is_told_at_once() -> None:
    there = server().url("s", tcp=True)
    for url, why in (
        (there.replace("//postgres@", "//nobody-of-that-name@"), "role .* does not exist"),
        (there.replace("/postgres?", "/no_such_database?"), "database .* does not exist"),
    ):
        began = time.monotonic()
        with pytest.raises(StoreError, match=why):
            Ledger.open(url, patience_ms=20_000)
        assert time.monotonic() - began < 15


def test_a_wrong_password_is_told_at_once() -> None:
    strict = Server()
    try:
        with psycopg.connect(strict.conninfo(), autocommit=True) as link:
            link.execute("CREATE ROLE clerk LOGIN PASSWORD 'right'")
            link.execute("GRANT CREATE ON DATABASE postgres TO clerk")
        rules = strict.data / "pg_hba.conf"
        rules.write_text("local all postgres trust\nhost all clerk 127.0.0.1/32 scram-sha-256\n")
        with psycopg.connect(strict.conninfo(), autocommit=True) as link:
            link.execute("SELECT pg_reload_conf()")
        address = f"127.0.0.1:{strict.port}/postgres"
        Ledger.open(f"postgresql://clerk:right@{address}").close()
        for user, why in (
            ("clerk:wrong", "password authentication failed"),
            ("clerk", "no password supplied"),
            ("postgres", "no pg_hba.conf entry"),
        ):
            began = time.monotonic()
            with pytest.raises(StoreError, match=why) as caught:
                Ledger.open(f"postgresql://{user}@{address}", patience_ms=20_000)
            assert time.monotonic() - began < 15
            assert "wrong" not in str(caught.value)
    finally:
        strict.close()


def test_what_is_not_there_is_waited_for_only_so_long() -> None:
    began = time.monotonic()
    with pytest.raises(StoreError, match="cannot be opened as a ledger"):
        Ledger.open("postgresql://postgres@127.0.0.1:1/postgres", patience_ms=300)
    assert 0.3 <= time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('connection failed: FATAL:  password authentication failed for user "me"', True),
        ('connection failed: FATAL:  no pg_hba.conf entry for host "::1"', True),
        ('connection failed: FATAL:  database "books" does not exist', True),
        ("[Errno -2] Name or service not known", True),
        ("[Errno -3] Temporary failure in name resolution", False),
        ("connection failed: Connection refused", False),
        ("connection failed: FATAL:  the database system is starting up", False),
        ("connection failed: FATAL:  sorry, too many clients already", False),
        ("server closed the connection unexpectedly", False),
    ],
)
def test_what_is_hopeless(words: str, expected: bool) -> None:
    assert hopeless(psycopg.OperationalError(words)) is expected
    assert hopeless(psycopg.errors.InsufficientPrivilege("x"))
    assert not hopeless(psycopg.errors.SerializationFailure("x"))


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("securecall.ledger.stores.postgres_link.sleep", waits.append)
    patience = Patience(60_000)
    for _ in range(8):
        assert not patience.over
        patience.wait()
    assert waits == [0, 0.02, 0.04, 0.08, 0.16, 0.32, 0.5, 0.5]
    assert Patience(-1).over


# Prepared statements that are gone ----------------------------------------------------------------


def forget(link: Link | None) -> None:
    """Have a session forget what was prepared in it, as a pooler does, unseen by psycopg."""
    assert link is not None
    assert link.pgconn.exec_(b"DEALLOCATE ALL").status == psycopg.pq.ExecStatus.COMMAND_OK


def states(monkeypatch: pytest.MonkeyPatch) -> Counter[str | None]:
    """Return a count, which grows, of the failures that a connection is given up for."""
    found: Counter[str | None] = Counter()
    real = Link.close

    def counted(self: Link) -> None:
        error = sys.exc_info()[1]
        while error is not None and not isinstance(error, psycopg.Error):
            error = error.__context__  # of a commit whose end is unknown
        found[None if error is None else error.sqlstate] += 1
        real(self)

    monkeypatch.setattr(Link, "close", counted)
    return found


@pytest.mark.parametrize("others", [False, True], ids=["alone", "others write"])
def test_a_prepared_statement_that_is_gone_costs_a_connection_and_nothing_else(
    others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server itself says 26000, in the message that commits and in the one that begins."""
    url = server().new_url()
    with Ledger.open(url) as ledger, Ledger.open(url) as another:
        store = ledger._store
        assert isinstance(store, PostgresStore)
        ledger.open_account("a", at=T0)
        found = states(monkeypatch)
        done = 0
        for round in range(3):
            for _ in range(4):  # from the third time on a statement is prepared
                if others:
                    another.deposit("a", "1.00", at=T0)
                    done += 1
                ledger.deposit("a", "1.00", at=T0)
                done += 1
            if others:
                another.deposit("a", "1.00", at=T0)
                done += 1
            before = store._writer
            forget(before)
            assert ledger.deposit("a", "1.00", at=T0, request_id=f"r{round}").ok
            done += 1
            assert store._writer is not before
            assert found["26000"] == round + 1
            assert ledger.balance("a").posted == done
        assert ledger.verify().ops == done + 1


def test_a_reader_whose_statements_are_gone_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(server().new_url()) as ledger:
        store = ledger._store
        assert isinstance(store, PostgresStore)
        ledger.open_account("a", at=T0, opening="1")
        for _ in range(4):
            ledger.balance("a")
        found = states(monkeypatch)
        (idle,) = store._idle
        forget(idle)
        assert ledger.balance("a").posted == 1
        assert idle.closed
        assert found["26000"] == 1
