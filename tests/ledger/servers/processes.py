"""Servers that are processes, each with connections of its own to a ledger in PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import psycopg
from tests.ledger.servers.world import Message

from securecall.errors import StoreError
from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.office import Office, Reply
from securecall.ledger.servers.postgres_board import PostgresBoard

__all__ = ["Crew"]

PATIENCE_MS = 20_000


def _serve(name: str, url: str, delay_ms: int, span_ms: int, pipe: Connection) -> None:
    """Be a server's process: do what the world says has arrived, and what was called out."""
    while True:
        try:
            ledger = Ledger.open(url, patience_ms=PATIENCE_MS)
            board = PostgresBoard(url, patience_ms=PATIENCE_MS)
            break
        except (StoreError, psycopg.Error):
            continue  # cut off while it opened
    office = Office(ledger, board, delay_ms=delay_ms, span_ms=span_ms)
    pipe.send("ready")
    while True:
        message = pipe.recv()
        if message is None:
            break
        if message == "hear":
            pipe.send(board.heard(name))
            continue
        try:
            reply = office.exchange(
                message.server, message.now_ms, message.items, message.acks, message.asks
            )
            pipe.send(reply)
        except StoreError as error:
            pipe.send(str(error))
    board.close()
    ledger.close()
    pipe.send("gone")


class Crew:
    """Processes, seen from the world: `post` is what it needs.

    Parameters
    ----------
    names : sequence of str
    urls : sequence of str
        How each reaches the ledger.
    between : callable, optional
        Called before each batch with its number; may kill the database's server, say.
    """

    def __init__(
        self,
        names: Sequence[str],
        urls: Sequence[str],
        *,
        delay_ms: int,
        span_ms: int,
        between: Callable[[int], None] | None = None,
    ) -> None:
        context = get_context("spawn")
        self.names, self._between = list(names), between
        self._pipes: dict[str, Connection] = {}
        self._processes = []
        self.counts: Counter[str] = Counter()
        self.errors: list[str] = []
        self._batches = 0
        for name, url in zip(names, urls, strict=True):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_serve, args=(name, url, delay_ms, span_ms, theirs), daemon=True
            )
            process.start()
            theirs.close()
            self._pipes[name] = ours
            self._processes.append(process)
        for pipe in self._pipes.values():
            assert pipe.recv() == "ready"

    @property
    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid or 0 for process in self._processes]

    def post(self, batch: Sequence[Message]) -> tuple[list[Reply | None], dict[str, list[str]]]:
        """Have each message taken by its server's process, all at once, until it is answered."""
        self._batches += 1
        if self._between is not None:
            self._between(self._batches)
        replies: list[Any] = [None] * len(batch)
        left = list(range(len(batch)))
        while left:
            for place in left:
                self._pipes[batch[place].server].send(batch[place])
            for place in left:
                replies[place] = self._pipes[batch[place].server].recv()
            left = [place for place in left if isinstance(replies[place], str)]
            for place in left:
                self.counts["said again"] += 1
                self.errors.append(str(replies[place]))
        hints = {}
        for name, pipe in self._pipes.items():
            pipe.send("hear")
            hints[name] = pipe.recv()
        return replies, hints

    def close(self) -> None:
        """Send them home."""
        for pipe in self._pipes.values():
            pipe.send(None)
        for pipe, process in zip(self._pipes.values(), self._processes, strict=True):
            pipe.recv()
            process.join()
