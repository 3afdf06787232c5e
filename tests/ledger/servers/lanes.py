"""Processes that send scripts to one ledger in PostgreSQL until each step is answered.

What stands between them and the database cuts them off, refuses, or dies; they may be killed
themselves. The torture suite's judge then plays in memory what the ledger holds: nothing that was
answered is lost, and nothing counts twice.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from tests.ledger.postgres_server import Server
from tests.ledger.wire_proxy import FAULTS, Proxy, Statement

from securecall.errors import StoreError, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.workload import LOADERS, fingerprint, script

__all__ = ["Seen", "cut", "kill"]

STEPS = 4_000  # of a lane; more than any run gets to
AGAIN = 3  # steps that a new process sends again
PATIENCE_MS = 20_000


@dataclass
class Seen:
    """What a run did and found.

    Attributes
    ----------
    faults : list of str
        What the judge says is wrong.
    counts : Counter
    """

    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def _live(url: str, seed: int, lane: str, first: int, pipe: Connection) -> None:
    """Be a process: send a lane's steps from a place on, each until it is answered."""
    ledger = None
    for number, step in enumerate(script(seed, lane, STEPS, alone=False)[first:], first):
        while True:
            try:
                if ledger is None:
                    ledger = Ledger.open(url, curves=LOADERS, patience_ms=PATIENCE_MS)
                answer = step.send(ledger)
            except Unknown:
                pipe.send((number, "", ""))  # of something that was refused: nothing is kept
                break
            except StoreError:
                pipe.send((number, "again", ""))
                continue
            pipe.send((number, step.request_id, fingerprint(answer)))
            break
        if pipe.poll() and pipe.recv() == "enough":
            break
    if ledger is not None:
        ledger.close()
    pipe.send(None)


@dataclass
class _Lane:
    name: str
    process: Any = None
    pipe: Any = None
    reached: int = 0
    over: bool = False


class _Crowd:
    """Lanes and what they were answered."""

    def __init__(self, url: str, seed: int, count: int) -> None:
        self.url, self.seed = url, seed
        self.lanes = [_Lane(f"{seed}p{number}") for number in range(count)]
        self.acked: dict[str, str] = {}
        self.seen = Seen()
        self._context = get_context("spawn")
        for lane in self.lanes:
            self.start(lane)

    def start(self, lane: _Lane) -> None:
        lane.pipe, theirs = self._context.Pipe()
        first = max(lane.reached - AGAIN, 0)
        lane.process = self._context.Process(
            target=_live, args=(self.url, self.seed, lane.name, first, theirs), daemon=True
        )
        lane.process.start()
        theirs.close()

    def listen(self, seconds: float) -> None:
        """Hear what was answered, for a time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            live = {lane.pipe: lane for lane in self.lanes if not lane.over}
            if not live:
                return
            for pipe in connection.wait(list(live), left):
                self._hear(live[pipe])

    def _hear(self, lane: _Lane) -> bool:
        try:
            told = lane.pipe.recv()
        except EOFError:
            lane.over = True
            return False
        if told is None:
            lane.over = True
            return False
        number, name, answer = told
        if name == "again":
            self.seen.counts["said again"] += 1
            return True
        lane.reached = max(lane.reached, number + 1)
        if name and self.acked.setdefault(name, answer) != answer:
            self.seen.faults.append(f"request {name!r} was answered in two ways")
        return True

    def kill(self, lane: _Lane) -> None:
        """Kill a lane's process, hear its last words, and start another in its place."""
        os.kill(lane.process.pid, signal.SIGKILL)
        lane.process.join()
        while not lane.over and self._hear(lane):
            pass
        lane.over = False
        self.seen.counts["processes killed"] += 1
        self.start(lane)

    def finish(self) -> None:
        for lane in self.lanes:
            if not lane.over:
                lane.pipe.send("enough")
        while not all(lane.over for lane in self.lanes):
            self.listen(1)
        for lane in self.lanes:
            lane.process.join()

    def judge(self, url: str) -> Seen:
        steps = [
            step for lane in self.lanes for step in script(self.seed, lane.name, STEPS, alone=False)
        ]
        judge = Judge(steps)
        with Ledger.open(url, curves=LOADERS) as ledger:
            self.seen.faults += judge.check(ledger, self.acked)
        self.seen.counts["operations kept"] = judge.known
        self.seen.counts["operations answered"] = len(self.acked)
        return self.seen


def cut(server: Server, cuts: int, seed: int, *, lanes: int = 3, seconds_max: float = 280) -> Seen:
    """Cut and refuse until connections were cut so often; judge what is there."""
    url = server.new_url()
    random, until = Random(f"cuts {seed}"), time.monotonic() + seconds_max
    done: Counter[str] = Counter()

    def plan(statement: Statement) -> str | None:
        enough = sum(n for name, n in done.items() if name.startswith("cut")) >= cuts
        if enough or random.random() > (0.25 if statement.commits else 0.05):
            return None
        fault = random.choice(FAULTS)
        if fault != "deny" or statement.commits:
            done[fault + (" commit" if statement.commits else "")] += 1
        return fault

    schema = url.rpartition("schema=")[2]
    with Proxy(str(server.folder), server.port, plan) as proxy:
        Ledger.open(url, curves=LOADERS).close()
        crowd = _Crowd(server.url(schema, port=proxy.port), seed, lanes)
        while time.monotonic() < until:
            crowd.listen(0.2)
            if sum(n for name, n in proxy.done.items() if name.startswith("cut")) >= cuts:
                break
        crowd.listen(1)  # on a quiet line again
        crowd.finish()
    seen = crowd.judge(url)
    seen.counts.update({f"fault {name}": n for name, n in done.items()})
    seen.counts["statements"] = proxy.statements
    server.drop([schema])
    return seen


def kill(server: Server, kills: int, seed: int, *, lanes: int = 3) -> Seen:
    """Kill the database's server again and again, and between that the processes; judge."""
    url = server.new_url()
    random = Random(f"kills {seed}")
    schema = url.rpartition("schema=")[2]
    Ledger.open(url, curves=LOADERS).close()
    crowd = _Crowd(url, seed, lanes)
    while not all(lane.reached for lane in crowd.lanes):
        crowd.listen(0.1)
    for _ in range(kills):
        crowd.listen(random.uniform(0.05, 0.8))
        if random.random() < 0.5:
            crowd.kill(random.choice(crowd.lanes))
        server.kill()
        server.start()
        crowd.seen.counts["servers killed"] += 1
    crowd.listen(1)
    crowd.finish()
    seen = crowd.judge(url)
    server.drop([schema])
    return seen
