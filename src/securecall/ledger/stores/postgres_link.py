"""Connections to a PostgreSQL server that keeps a ledger: made, checked, and waited for.

What a server says of a failure decides what comes next. A failure that passes, such as a lost
connection, a deadlock, or a transaction that could not be serialised, is tried again under the same
request ids, because an id counts once whatever happens. A connection that says nothing for too
long is as good as lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from securecall.errors import InputError, StoreError
from securecall.ledger.chain import GENESIS
from securecall.ledger.stores.postgres_schema import FORMAT, SCHEMA, TABLES

__all__ = ["Address", "Link", "Patience", "connect", "hopeless", "make", "message", "passes"]

SCHEMA_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
DEFAULT_SCHEMA: Final = "securecall"
GRACE_MS: Final = 1_000  # so that a server that gives up waiting for a lock can say so
PAUSE_S: Final = 0.02
PAUSE_S_MAX: Final = 0.5

# Classes and codes of failures that pass: connections, resources of the moment, deadlock and
# serialisation, locks not to be had, a server that stops, recovers, or is a standby just now; and a
# prepared statement that psycopg believes in and the server has skipped, because one before it in
# the same message failed: a fresh connection knows none.
_PASSING: Final = (
    "08",
    "26000",
    "40",
    "53300",
    "55P03",
    "57014",
    "57P",
    "25006",
    "25P03",
    "25P04",
    "58",
)


def passes(error: psycopg.Error) -> bool:
    """Say whether what failed may succeed when it is tried again."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError)  # the connection, or no answer
    return state.startswith(_PASSING)


# What a server, or the way to it, says of a connection that it will not give to anybody who asks
# the same again. libpq hands on no SQLSTATE of such a refusal. A server that says it in another
# language is asked again until patience ends, and then quoted.
_HOPELESS: Final = re.compile(
    r"authentication failed|no password supplied|no pg_hba\.conf entry|could not translate host"
    r"|Name or service not known|certificate|(role|database|user) \".*\" does not exist"
    r"|is not permitted to log in|permission denied for database|invalid port number"
    r"|server does not support SSL"
)


def hopeless(error: psycopg.Error) -> bool:
    """Say whether who opens a ledger need not ask again: a name, a password or a right is wrong.

    Who has opened it already is more patient, since all of that was right before.
    """
    return not passes(error) or (error.sqlstate is None and bool(_HOPELESS.search(str(error))))


class Patience:
    """How long what fails for now is tried again.

    Parameters
    ----------
    patience_ms : int
        Counts from now.
    """

    def __init__(self, patience_ms: int) -> None:
        self._until = monotonic() + patience_ms / 1000
        self._pause_s = 0.0

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return monotonic() > self._until

    def wait(self) -> None:
        """Wait before the next attempt: not at all before the second, then longer and longer."""
        sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2 or PAUSE_S, PAUSE_S_MAX)


# Hosts with their ports, several with commas between.
_HOSTS: Final = re.compile(
    r"((\[[^\]]*\]|[^:,\[\]]*)(:[0-9]*)?)(,(\[[^\]]*\]|[^:,\[\]]*)(:[0-9]*)?)*"
)
_UNREADABLE: Final = (
    "url must be like 'postgresql://user:password@host:port/database?schema=name'; in a user or "
    "password write %25 for %, %40 for @, %3A for :, %2F for /, %3F for ? and %23 for #"
)


class Address:
    """Where a ledger is: a server, a database in it, and a schema in that.

    Parameters
    ----------
    url : str
        ``postgresql://user@host:port/database?schema=name``; what else stands after ``?`` is
        libpq's.

    Raises
    ------
    InputError
        The schema's name cannot be used, or it is no address; a password is not quoted.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
        except ValueError:
            raise InputError(_UNREADABLE) from None
        asked = parse_qsl(parts.query, keep_blank_values=True)
        schemas = [value for name, value in asked if name == "schema"]
        self.schema = schemas[-1] if schemas else DEFAULT_SCHEMA
        if not SCHEMA_NAME.fullmatch(self.schema) or self.schema.startswith("pg_"):
            raise InputError(
                f"schema must be a word of small letters, digits and _, not {self.schema!r}"
            )
        others = [(name, value) for name, value in asked if name != "schema"]
        query = urlencode(others, quote_via=quote)
        host = parts.netloc.rpartition("@")[2]
        strays = parts.fragment or "@" in parts.path or any("@" in name for name, _ in asked)
        if strays or not _HOSTS.fullmatch(host):
            raise InputError(_UNREADABLE)  # what stands there may be a password
        # By hand: urllib would write an address without a host with one slash.
        self.conninfo = f"postgresql://{parts.netloc}{parts.path}" + (query and f"?{query}")
        try:
            conninfo_to_dict(self.conninfo)
        except psycopg.ProgrammingError as error:
            person = parts.netloc.rpartition("@")[0]
            quoted = re.findall(r'"([^"]*)"', str(error))
            tells = any(word in person for word in quoted if word)
            raise InputError(_UNREADABLE if tells else f"{_UNREADABLE} ({error})") from None
        self.channel = f"securecall_{self.schema}"[:63]
        self.shown = f"postgresql://{host}{parts.path}?schema={self.schema}"  # without a password

    def __str__(self) -> str:
        """Return it without user and password."""
        return self.shown


class Link(psycopg.Connection[tuple[Any, ...]]):
    """A connection that does not wait for ever.

    Attributes
    ----------
    patience_ms : int
        After so long without an answer it is given up.
    level : str
        The session's ``synchronous_commit``: ``on``, or more where a standby has to have it.
    """

    patience_ms = 10_000
    level = "on"

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Drive one exchange with the server; see `psycopg.Connection.wait`.

        Raises
        ------
        psycopg.OperationalError
            No answer came; the connection is closed, since one may come later.
        """
        if timeout is not None:
            return super().wait(gen, interval, timeout=timeout)
        seconds = (self.patience_ms + GRACE_MS) / 1000
        until = monotonic() + seconds
        try:
            return super().wait(gen, interval, timeout=seconds)
        except Exception as error:
            if monotonic() < until:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(
                f"the server said nothing for {seconds:g} s ({type(error).__name__})"
            ) from None


@contextmanager
def message(link: psycopg.Connection[Any]) -> Iterator[None]:
    """Send the statements of a block as one message, and raise the first failure of any.

    Without BEGIN they are a transaction.
    """
    first = None
    try:
        with link.pipeline():
            try:
                yield
            except psycopg.Error as error:
                first = error
    except psycopg.Error:
        if first is None:
            raise
    if first is not None:
        raise first


def connect(address: Address, patience_ms: int) -> Link:
    """Open a connection to a server that is durable enough, and stand in the ledger's schema.

    Raises
    ------
    psycopg.Error
        It cannot be reached.
    StoreError
        It would lose what was acknowledged.
    """
    seconds = max(patience_ms // 1000, 2)
    link = Link.connect(
        address.conninfo, autocommit=True, connect_timeout=seconds, prepare_threshold=2,
        client_encoding="UTF8",
        keepalives_idle=seconds, keepalives_interval=2, keepalives_count=3,
    )  # fmt: skip
    try:
        link.patience_ms = patience_ms
        _prepare(link, address, patience_ms)
    except BaseException:
        link.close()
        raise
    return link


def _prepare(link: Link, address: Address, patience_ms: int) -> None:
    """Refuse a server that is weaker than a ledger needs, and set what the session needs."""
    with message(link):
        asked = link.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', "
            "'synchronous_commit', 'server_encoding')"
        )
        link.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(address.schema)))
        # Who waited for the head has to see what was done meanwhile.
        link.execute("SET default_transaction_isolation = 'read committed'")
        # Whatever a role is used to: waiting for the head may take as long as patience.
        link.execute(f"SET statement_timeout = {patience_ms + GRACE_MS // 2}")
        link.execute(f"SET lock_timeout = {patience_ms}")
        link.execute(f"SET idle_in_transaction_session_timeout = {patience_ms}")
    has = dict(asked.fetchall())
    for name in ("fsync", "full_page_writes"):
        if has[name] != "on":
            raise StoreError(f"{address} must have {name} on, it is {has[name]}: it loses money")
    if has["server_encoding"] != "UTF8":
        raise StoreError(f"{address} must have the encoding UTF8, not {has['server_encoding']}")
    if has["synchronous_commit"] in ("off", "local"):
        link.execute("SET synchronous_commit = on")
    else:
        link.level = has["synchronous_commit"]


def make(link: Link, address: Address) -> None:
    """Make the tables unless they are there, and refuse a schema of something else.

    Raises
    ------
    StoreError
        The schema holds something else, or a ledger of another format.
    """
    if not _tables(link, address):
        name = sql.Identifier(address.schema)
        with link.transaction():
            # Of several that come first one makes them, and the others wait for it.
            link.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                (f"securecall.ledger {address.schema}",),
            )
            if not _tables(link, address):
                link.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
                for statement in SCHEMA:
                    link.execute(statement.encode())
                link.execute(
                    "INSERT INTO head VALUES (true, %s, 0, 0, %s, 0, 0)", (FORMAT, GENESIS)
                )
    tables = _tables(link, address)
    if not tables.issuperset(TABLES):
        raise StoreError(_no_ledger(address, tables))
    _refuse_strangers(link, address)
    row = link.execute("SELECT format FROM head").fetchone()
    if row is None or row[0] != FORMAT:
        found = "none" if row is None else row[0]
        raise StoreError(f"{address} has format {found}; this library knows {FORMAT}")


def _no_ledger(address: Address, tables: set[str]) -> str:
    if tables.issuperset(("op", "entry", "head")):
        lacking = ", ".join(sorted(set(TABLES) - tables))
        return f"{address} is a ledger without its tables {lacking}: restore it from a backup"
    return f"{address} holds {', '.join(sorted(tables)[:4])}: it is no ledger"


def _refuse_strangers(link: Link, address: Address) -> None:
    """Refuse a role that may not even read; who may only read is told when it writes."""
    asked = link.execute(
        "SELECT current_user, has_schema_privilege(%s, 'USAGE')", (address.schema,)
    )
    for role, may in asked:
        if not may:
            raise StoreError(
                f"{address} cannot be read by {role}: "
                f"GRANT USAGE ON SCHEMA {address.schema} TO {role}, and rights on its tables"
            )


def _tables(link: Link, address: Address) -> set[str]:
    rows = link.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
        (address.schema,),
    )
    return {name for (name,) in rows}
