"""Addresses, servers that are refused, and servers that say nothing."""

from __future__ import annotations

import socket
import threading
import time

import psycopg
import pytest
from tests.ledger.postgres_server import Server, server

from securecall.errors import BuildError, InputError, StoreError
from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.postgres_board import PostgresBoard
from securecall.ledger.stores.postgres_link import Address, connect, message, passes


def test_an_address_says_server_database_and_schema_and_no_password() -> None:
    found = Address("postgres://me:secret@db.example:5433/books?schema=county&sslmode=require")
    assert found.schema == "county"
    assert found.conninfo == "postgresql://me:secret@db.example:5433/books?sslmode=require"
    assert str(found) == "postgresql://db.example:5433/books?schema=county"
    assert Address("postgresql:///books").schema == "securecall"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:sec%ret@db/books",
        "postgresql://me:sec#ret@db/books",
        "postgresql://me:sec?ret@db/books",
        "postgresql://me:sec/ret@db/books",
        "postgresql://me:7531?ret@db/books",
        "postgresql://me:sec ret@db/books",
        "postgresql://me:sec[ret@db/books",
    ],
)
def test_a_password_that_is_not_written_as_it_must_be_is_not_told(url: str) -> None:
    with pytest.raises(InputError, match=r"in a user or password write %25 for %") as caught:
        Address(url)
    assert not any(word in str(caught.value) for word in ("sec", "ret", "7531"))


def test_a_server_on_this_machine_needs_no_host() -> None:
    here = server()
    url = f"postgresql:///postgres?host={here.folder}&port={here.port}&user=postgres"
    with Ledger.open(f"{url}&schema={here.new_schema()}") as ledger:
        assert ledger.open_account("a", at=0).ok
    assert Address("postgresql:///books").conninfo == "postgresql:///books"


def test_addresses_are_read_as_libpq_reads_them() -> None:
    for url in (
        "postgresql://me:p%40s%2Fs@db/books",
        "postgresql://me@one:5432,two:5433/books?target_session_attrs=read-write",
        "postgresql://me@[::1]:5432/books",
        "postgresql:///books?host=/run/postgresql&password=p@s",
        "postgresql://me@:5432/books",
    ):
        assert "me" not in str(Address(url)).partition("?")[0].replace("books", "")
    with pytest.raises(InputError, match='invalid URI query parameter: "colour"'):
        Address("postgresql://me:secret@db/books?colour=red")


@pytest.mark.parametrize("name", ["", "A", "1a", 'a"b', "a b", "pg_toast", "x" * 64])
def test_a_schema_must_be_a_plain_word(name: str) -> None:
    with pytest.raises(InputError, match="schema must be a word"):
        Address(f"postgresql:///books?schema={name}")


def test_bad_addresses_and_options_are_told() -> None:
    with pytest.raises(InputError, match="url must be 'memory:', 'sqlite:///path' or 'postgresql"):
        Ledger.open("mysql://x/y")
    for patience_ms in (0, "9"):
        with pytest.raises(InputError, match="patience_ms must be an int"):
            Ledger.open(server().new_url(), patience_ms=patience_ms)
    with pytest.raises(InputError, match="key must be bytes"):
        Ledger.open(server().new_url(), key="k")  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="cannot be opened as a ledger"):
        Ledger.open("postgresql://postgres@127.0.0.1:1/postgres", patience_ms=200)


def test_without_psycopg_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "securecall.ledger.stores.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BuildError, match=r"pip install securecall\[postgres\]"):
        Ledger.open("postgresql:///books")


def test_a_schema_of_something_else_is_refused() -> None:
    schema = server().new_schema()
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
        connection.execute(f'CREATE TABLE "{schema}".invoice (id bigint)')
    with pytest.raises(StoreError, match="holds invoice: it is no ledger"):
        Ledger.open(server().url(schema))


def test_a_ledger_that_lacks_a_table_is_no_other_programs() -> None:
    schema = server().new_schema()
    Ledger.open(server().url(schema)).close()
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(f'DROP TABLE "{schema}".paper, "{schema}".note')
    with pytest.raises(StoreError, match="is a ledger without its tables note, paper: restore it"):
        Ledger.open(server().url(schema))


def test_roles_are_told_what_they_may_not() -> None:
    schema = server().new_schema()
    reader, stranger = f"reader_{schema}", f"stranger_{schema}"
    with Ledger.open(server().url(schema)) as ledger:
        ledger.open_account("a", at=0, opening="5")
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        for role in (reader, stranger):
            connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {reader}")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {reader}")

    def url(role: str, of: str = schema) -> str:
        return server().url(of, tcp=True).replace("//postgres@", f"//{role}@")

    with pytest.raises(StoreError, match=f"GRANT USAGE ON SCHEMA {schema} TO {stranger}"):
        Ledger.open(url(stranger))
    with pytest.raises(StoreError, match="permission denied for database"):
        Ledger.open(url(stranger, server().new_schema()))
    with Ledger.open(url(reader)) as books:  # an auditor's
        assert books.balance("a").posted == 5
        assert books.verify().ok
        with pytest.raises(StoreError, match="nothing was kept: permission denied for table head"):
            books.deposit("a", "1", at=0)
    with pytest.raises(StoreError, match="cannot have a board: permission denied"):
        PostgresBoard(url(reader))


def test_what_a_role_is_used_to_does_not_matter() -> None:
    """A time limit that is meant for web pages, an encoding that has not every letter."""
    schema = server().new_schema()
    role = f"hasty_{schema}"
    Ledger.open(server().url(schema)).close()
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN SUPERUSER")
        connection.execute(f"ALTER ROLE {role} SET statement_timeout = '100ms'")
        connection.execute(f"ALTER ROLE {role} SET client_encoding = 'latin1'")
    url = server().url(schema, tcp=True).replace("//postgres@", f"//{role}@")
    with Ledger.open(url) as ledger, psycopg.connect(server().conninfo()) as other:
        ledger.open_account("漢", at=0)
        other.execute(f"SELECT 1 FROM {schema}.head FOR UPDATE")
        timer = threading.Timer(0.5, other.rollback)
        timer.start()
        assert ledger.deposit("漢", "1", at=0, request_id="ω").ok
        timer.join()


def test_a_database_of_another_encoding_is_refused() -> None:
    name = f"ascii_{server().new_schema()}"
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII'")
    try:
        with pytest.raises(StoreError, match="must have the encoding UTF8, not SQL_ASCII"):
            Ledger.open(server().url("s", tcp=True).replace("/postgres?", f"/{name}?"))
    finally:
        with psycopg.connect(server().conninfo(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_another_format_is_refused() -> None:
    schema = server().new_schema()
    Ledger.open(server().url(schema)).close()
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(f'UPDATE "{schema}".head SET format = 99')
    with pytest.raises(StoreError, match="has format 99; this library knows 1"):
        Ledger.open(server().url(schema))


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_loses_money_is_refused(setting: str) -> None:
    weak = Server({setting: "off"})
    try:
        with pytest.raises(StoreError, match=f"must have {setting} on, it is off"):
            Ledger.open(weak.new_url())
    finally:
        weak.close()


def test_a_session_waits_for_the_disk_whatever_the_server_is_used_to() -> None:
    lazy = Server({"synchronous_commit": "off", "default_transaction_isolation": "serializable"})
    try:
        link = connect(Address(lazy.new_url()), 5_000)
        assert link.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert link.execute("SHOW transaction_isolation").fetchone() == ("read committed",)
        link.close()
    finally:
        lazy.close()


def test_many_that_come_first_make_the_tables_once() -> None:
    url = server().new_url()
    opened: list[Ledger] = []
    threads = [threading.Thread(target=lambda: opened.append(Ledger.open(url))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 6


def test_the_first_failure_of_a_message_is_raised_and_nothing_of_it_is_kept() -> None:
    link = connect(Address(server().new_url()), 5_000)
    link.execute("CREATE TEMP TABLE t (id int PRIMARY KEY)")

    def send() -> None:
        with message(link):
            for number in (1, 2, 1, 3):
                link.execute("INSERT INTO t VALUES (%s)", (number,))
            link.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.UniqueViolation):
        send()
    assert link.execute("SELECT count(*) FROM t").fetchone() == (0,)
    link.close()


def test_a_server_that_says_nothing_is_given_up() -> None:
    """What accepts a connection and then is silent must not hold a call for ever."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(StoreError, match="cannot be opened"):
            Ledger.open(f"postgresql://postgres@127.0.0.1:{port}/postgres", patience_ms=500)
        assert time.monotonic() - began < 30


def test_an_answer_that_does_not_come_ends_the_connection() -> None:
    link = connect(Address(server().new_url()), 200)
    with pytest.raises(psycopg.errors.QueryCanceled):  # the server itself stops what takes too long
        link.execute("SELECT pg_sleep(20)")
    link.execute("SET statement_timeout = 0")
    with pytest.raises(psycopg.OperationalError, match=r"said nothing for 1\.2 s"):
        link.execute("SELECT pg_sleep(20)")
    assert link.closed


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.errors.SerializationFailure, True),
        (psycopg.errors.DeadlockDetected, True),
        (psycopg.errors.StatementCompletionUnknown, True),
        (psycopg.errors.AdminShutdown, True),
        (psycopg.errors.CannotConnectNow, True),
        (psycopg.errors.LockNotAvailable, True),
        (psycopg.errors.ReadOnlySqlTransaction, True),
        (psycopg.OperationalError, True),
        (psycopg.errors.CheckViolation, False),
        (psycopg.errors.UndefinedTable, False),
        (psycopg.errors.DiskFull, False),
        (psycopg.InterfaceError, False),
    ],
)
def test_what_may_pass(error: type[psycopg.Error], expected: bool) -> None:
    assert passes(error("x")) is expected
