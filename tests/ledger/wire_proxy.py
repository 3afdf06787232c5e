"""A proxy in front of a PostgreSQL server that does to a conversation what networks and servers do.

It understands as much of the protocol as it takes to know where a statement begins, what it says
and where its answer ends. Before each unit of statements goes out (a simple query, or all up to a
Sync), a plan is asked of every statement in it, and may name a fault:

=================  =================================================================================
``cut_before``     the connection is cut, and the server never hears of it
``cut_answer``     the server does all of it and answers; the connection is cut before the answer
``cut_middle``     the unit goes out and the connection is cut at once: nobody knows
``refuse``         the server never hears of the statement; the client is told SQLSTATE 40001, and
                   the transaction has failed until it is rolled back
``deny``           of a COMMIT: the server commits, and the client is told 40001 all the same
=================  =================================================================================

A refused COMMIT rolls back.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

__all__ = ["FAULTS", "Plan", "Proxy", "Statement"]

FAULTS: Final = ("cut_before", "cut_answer", "cut_middle", "refuse", "deny")
HOST: Final = "127.0.0.1"
_SSL, _GSS, _CANCEL = 80877103, 80877104, 80877102
_COMMITS: Final = ("COMMIT", "END")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement on its way to the server.

    Attributes
    ----------
    text : str
    number : int
        Among all that the proxy has seen.
    """

    text: str
    number: int

    @property
    def commits(self) -> bool:
        """Whether it ends a transaction for good."""
        return self.text.lstrip().upper().startswith(_COMMITS)


Plan = Callable[[Statement], "str | None"]


class _Cut(Exception):
    """The connection is over."""


@dataclass(slots=True)
class _Stream:
    """One side of a conversation, in messages."""

    socket: socket.socket
    rest: bytes = b""

    def take(self, size: int) -> bytes:
        while len(self.rest) < size:
            data = self.socket.recv(1 << 16)
            if not data:
                raise _Cut
            self.rest += data
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def message(self) -> tuple[bytes, bytes]:
        """Return a message's kind, and all of it."""
        head = self.take(5)
        (length,) = struct.unpack("!I", head[1:])
        return head[:1], head + self.take(length - 4)


@dataclass(slots=True)
class _Talk:
    """A connection through the proxy."""

    client: _Stream
    server: _Stream
    prepared: dict[bytes, str] = field(default_factory=dict)
    portals: dict[bytes, str] = field(default_factory=dict)
    status: bytes = b"I"
    failed: bool = False  # the client was told so, and the server knows nothing of it

    def close(self) -> None:
        for each in (self.client, self.server):
            with suppress(OSError):
                each.socket.shutdown(socket.SHUT_RDWR)
            each.socket.close()


class Proxy:
    """Listens on loopback, and passes what comes on to a server.

    Parameters
    ----------
    host : str
        The server's address, or the folder of its socket.
    port : int
    plan : callable, optional
        Takes a `Statement` and returns the fault that it meets, or None. It is asked by one thread
        at a time.

    Attributes
    ----------
    port : int
        Where it listens.
    done : Counter
        Faults by name.
    """

    def __init__(self, host: str, port: int, plan: Plan | None = None) -> None:
        self._host, self._port = host, port
        self.plan: Plan = plan or (lambda statement: None)
        self.done: Counter[str] = Counter()
        self.statements = 0
        self._lock = threading.Lock()
        self._talks: set[socket.socket] = set()
        self._door = socket.create_server((HOST, 0), backlog=64)
        self.port: int = self._door.getsockname()[1]
        self._closed = False
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Cut everything."""
        self._closed = True
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()

    def cut(self) -> None:
        """Cut every connection there is."""
        with self._lock:
            talks = list(self._talks)
        for each in talks:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Proxy:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _listen(self) -> None:
        while not self._closed:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _reach(self) -> socket.socket:
        if self._host.startswith("/"):
            one = socket.socket(socket.AF_UNIX)
            one.connect(f"{self._host}/.s.PGSQL.{self._port}")
            return one
        return socket.create_connection((self._host, self._port))

    def _talk(self, client: socket.socket) -> None:
        try:
            server = self._reach()
        except OSError:
            client.close()
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = _Talk(_Stream(client), _Stream(server))
        with self._lock:
            self._talks.add(client)
        try:
            if self._greet(talk):
                self._pass_on(talk)
        except (_Cut, OSError):
            pass
        finally:
            with self._lock:
                self._talks.discard(client)
            talk.close()

    # The conversation -----------------------------------------------------------------------------

    @staticmethod
    def _greet(talk: _Talk) -> bool:
        """Pass the first words on; say whether statements will follow."""
        while True:
            head = talk.client.take(8)
            length, code = struct.unpack("!II", head)
            body = head + talk.client.take(length - 8)
            if code in (_SSL, _GSS):
                talk.client.socket.sendall(b"N")
                continue
            talk.server.socket.sendall(body)
            if code == _CANCEL:
                return False
            break
        while True:
            kind, whole = talk.server.message()
            talk.client.socket.sendall(whole)
            if kind == b"Z":
                return True
            if kind == b"R" and whole[5:9] != b"\0\0\0\0":
                if struct.unpack("!I", whole[5:9])[0] in (3, 5, 10, 11):
                    talk.server.socket.sendall(talk.client.message()[1])

    def _pass_on(self, talk: _Talk) -> None:
        unit: list[tuple[bytes, bytes]] = []
        while True:
            if not talk.client.rest and not unit:
                self._wait(talk)
            kind, whole = talk.client.message()
            if kind == b"X":
                talk.server.socket.sendall(whole)
                raise _Cut
            unit.append((kind, whole))
            if kind == b"H":  # the client wants to see answers before it ends the unit
                self._statements(talk, unit)
                self._send(talk, unit)
                unit = []
            elif kind in (b"Q", b"S"):
                self._do(talk, unit)
                unit = []

    @staticmethod
    def _wait(talk: _Talk) -> None:
        """Pass on what the server says by itself, until the client speaks."""
        while True:
            if not talk.server.rest:
                ready, _, _ = select.select([talk.client.socket, talk.server.socket], [], [])
                if talk.server.socket not in ready:
                    return
            talk.client.socket.sendall(talk.server.message()[1])

    def _statements(self, talk: _Talk, unit: Sequence[tuple[bytes, bytes]]) -> list[str | None]:
        """Return, for each message, the statement that it runs."""
        found: list[str | None] = []
        for kind, whole in unit:
            body, text = whole[5:], None
            if kind == b"Q":
                text = body[:-1].decode(errors="replace")
            elif kind == b"P":
                name, query, _ = body.split(b"\0", 2)
                talk.prepared[name] = query.decode(errors="replace")
            elif kind == b"B":
                portal, name, _ = body.split(b"\0", 2)
                talk.portals[portal] = talk.prepared.get(name, "")
            elif kind == b"E":
                text = talk.portals.get(body.split(b"\0", 1)[0], "")
            found.append(text)
        return found

    def _do(self, talk: _Talk, unit: list[tuple[bytes, bytes]]) -> None:
        texts = self._statements(talk, unit)
        if talk.failed:
            self._do_failed(talk, unit, texts)
            return
        for place, text in enumerate(texts):
            if text is None:
                continue
            with self._lock:
                self.statements += 1
                statement = Statement(text, self.statements)
                fault = self.plan(statement)
                if fault == "deny" and not statement.commits:
                    fault = None
                if fault is not None:
                    self.done[fault] += 1
            if fault is not None:
                getattr(self, f"_{fault}")(talk, unit, place)
                return
        self._send(talk, unit)
        self._answer(talk)

    @staticmethod
    def _send(talk: _Talk, unit: Sequence[tuple[bytes, bytes]]) -> None:
        talk.server.socket.sendall(b"".join(whole for _, whole in unit))

    @staticmethod
    def _answer(talk: _Talk, *, told: bool = True, last: bool = True) -> None:
        """Pass the answer on up to where it ends; or keep it to ourselves, or its end."""
        while True:
            kind, whole = talk.server.message()
            if kind == b"Z":
                talk.status = whole[5:6]
            if told and (last or kind != b"Z"):
                talk.client.socket.sendall(whole)
            if kind == b"Z":
                return

    # Faults ---------------------------------------------------------------------------------------

    def _cut_before(self, talk: _Talk, unit: list[tuple[bytes, bytes]], place: int) -> None:
        raise _Cut

    def _cut_answer(self, talk: _Talk, unit: list[tuple[bytes, bytes]], place: int) -> None:
        self._send(talk, unit)
        self._answer(talk, told=False)
        raise _Cut

    def _cut_middle(self, talk: _Talk, unit: list[tuple[bytes, bytes]], place: int) -> None:
        self._send(talk, unit)
        raise _Cut

    def _refuse(self, talk: _Talk, unit: list[tuple[bytes, bytes]], place: int) -> None:
        """Do what comes before a statement, and have that fail."""
        # What names and binds the statement goes out too: the server knows it from then on.
        before = [each for each in unit[:place] if each[0] not in (b"Q", b"S")]
        texts = [each for each in self._statements(talk, unit)[:place] if each is not None]
        # Without BEGIN a unit is a transaction: what came before goes back with what is refused.
        alone = talk.status == b"I" and not (
            texts and texts[0].lstrip().upper().startswith("BEGIN")
        )
        if before:
            if alone:
                self._send(talk, [(b"Q", _query("BEGIN"))])
                self._answer(talk, told=False)
            self._send(talk, [*before, (b"S", b"S\0\0\0\4")])
            self._answer(talk, last=False)
            if alone:
                self._send(talk, [(b"Q", _query("ROLLBACK"))])
                self._answer(talk, told=False)
        text = self._statements(talk, unit)[place] or ""
        if text.lstrip().upper().startswith(_COMMITS):
            self._send(talk, [(b"Q", _query("ROLLBACK"))])
            self._answer(talk, told=False)
        talk.failed = talk.status != b"I"
        self._say_failed(talk)

    def _deny(self, talk: _Talk, unit: list[tuple[bytes, bytes]], place: int) -> None:
        self._send(talk, unit)
        self._answer(talk, told=False)
        self._say_failed(talk)

    @staticmethod
    def _say_failed(talk: _Talk) -> None:
        words = b"SERROR\0VERROR\0C40001\0Mcould not serialize access (by the proxy)\0\0"
        status = b"E" if talk.failed else talk.status
        talk.client.socket.sendall(
            b"E" + struct.pack("!I", len(words) + 4) + words + b"Z\0\0\0\5" + status
        )

    def _do_failed(
        self, talk: _Talk, unit: list[tuple[bytes, bytes]], texts: Sequence[str | None]
    ) -> None:
        """Of a transaction that the client was told has failed, take only the end."""
        first = next((text for text in texts if text is not None), "").lstrip().upper()
        if first.startswith("ROLLBACK") and " TO " not in first:
            talk.failed = False
            self._do(talk, unit)
        elif first.startswith(_COMMITS) and unit[0][0] == b"Q":
            talk.failed = False
            self._send(talk, [(b"Q", _query("ROLLBACK"))])
            self._answer(talk)
        else:
            self._say_failed(talk)


def _query(text: str) -> bytes:
    body = text.encode() + b"\0"
    return b"Q" + struct.pack("!I", len(body) + 4) + body
