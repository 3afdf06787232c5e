"""The proxy cuts where it says, and a refused statement leaves the transaction failed."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from tests.ledger.postgres_server import server
from tests.ledger.wire_proxy import Proxy, Statement


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy(str(server().folder), server().port) as one:
        yield one


@pytest.fixture
def table() -> Iterator[str]:
    name = server().new_schema()
    with psycopg.connect(server().conninfo(), autocommit=True) as direct:
        direct.execute(f"CREATE TABLE {name} (n int)")
        yield name
        direct.execute(f"DROP TABLE {name}")


def _through(proxy: Proxy) -> psycopg.Connection:
    return psycopg.connect(
        f"host=127.0.0.1 port={proxy.port} user=postgres dbname=postgres", autocommit=True
    )


def _rows(table: str) -> list[int]:
    with psycopg.connect(server().conninfo()) as direct:
        return [n for (n,) in direct.execute(f"SELECT n FROM {table} ORDER BY n")]


def _on(words: str, fault: str):
    def plan(statement: Statement) -> str | None:
        return fault if words in statement.text else None

    return plan


def test_without_a_plan_everything_passes(proxy: Proxy, table: str) -> None:
    with _through(proxy) as link:
        link.execute(f"INSERT INTO {table} VALUES (1)")
        with link.pipeline():
            for n in range(2, 50):
                link.execute(f"INSERT INTO {table} VALUES (%s)", (n,))
        assert link.execute(f"SELECT count(*) FROM {table}").fetchone() == (49,)
    assert proxy.statements >= 50
    assert not proxy.done


@pytest.mark.parametrize(("fault", "kept"), [("cut_before", []), ("cut_answer", [1])])
def test_a_cut_before_the_answer_is_after_the_work(
    proxy: Proxy, table: str, fault: str, kept: list[int]
) -> None:
    proxy.plan = _on("INSERT", fault)
    with pytest.raises(psycopg.OperationalError):
        _through(proxy).execute(f"INSERT INTO {table} VALUES (1)")
    assert _rows(table) == kept
    assert proxy.done == {fault: 1}


def test_a_cut_in_the_middle_is_a_cut(proxy: Proxy, table: str) -> None:
    proxy.plan = _on("INSERT", "cut_middle")
    with pytest.raises(psycopg.OperationalError):
        _through(proxy).execute(f"INSERT INTO {table} VALUES (1)")


def test_a_refused_statement_leaves_the_transaction_failed(proxy: Proxy, table: str) -> None:
    proxy.plan = _on("(2)", "refuse")
    with _through(proxy) as link:
        link.execute("BEGIN")
        link.execute(f"INSERT INTO {table} VALUES (1)")
        with pytest.raises(psycopg.errors.SerializationFailure):
            link.execute(f"INSERT INTO {table} VALUES (2)")
        assert link.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
        with pytest.raises(psycopg.errors.SerializationFailure):
            link.execute("SELECT 1")
        link.execute("ROLLBACK")
        link.execute(f"INSERT INTO {table} VALUES (3)")
    assert _rows(table) == [3]


@pytest.mark.parametrize("begins", [True, False])
def test_a_statement_in_a_pipeline_is_refused_with_those_before_it(
    proxy: Proxy, table: str, begins: bool
) -> None:
    proxy.plan = lambda statement: "refuse" if statement.text.endswith("/* 3 */") else None
    with _through(proxy) as link:

        def insert_all() -> None:
            with link.pipeline():
                if begins:
                    link.execute("BEGIN")
                for n in range(1, 6):
                    link.execute(f"INSERT INTO {table} VALUES (%s) /* {n} */", (n,))

        with pytest.raises(psycopg.errors.SerializationFailure):
            insert_all()
        link.execute("ROLLBACK")
        link.execute(f"INSERT INTO {table} VALUES (9)")
    assert _rows(table) == [9]


@pytest.mark.parametrize(("fault", "kept"), [("refuse", []), ("deny", [1])])
def test_a_commit_is_refused_or_denied(
    proxy: Proxy, table: str, fault: str, kept: list[int]
) -> None:
    proxy.plan = _on("COMMIT", fault)
    with _through(proxy) as link:
        link.execute("BEGIN")
        link.execute(f"INSERT INTO {table} VALUES (1)")
        with pytest.raises(psycopg.errors.SerializationFailure):
            link.execute("COMMIT")
        proxy.plan = lambda statement: None
        assert link.execute("SELECT 1").fetchone() == (1,)
    assert _rows(table) == kept


def test_all_connections_can_be_cut(proxy: Proxy) -> None:
    link = _through(proxy)
    proxy.cut()
    with pytest.raises(psycopg.OperationalError):
        link.execute("SELECT 1")
