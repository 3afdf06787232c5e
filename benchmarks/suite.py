"""Which benchmarks there are, by name: at real sizes, and at ones that only show that they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmarks.ears import channels, ears
from benchmarks.everything import everything
from benchmarks.fraud import fraud
from benchmarks.judge import against_oracle
from benchmarks.ledger import durable, long_book, memory, solve
from benchmarks.patterns import patterns, patterns_stream
from benchmarks.plain import plain
from benchmarks.row import Row
from benchmarks.scale import scale
from benchmarks.single import imports, load, scalar

__all__ = ["BENCHES", "TINY"]

Bench = Callable[[], list[Row]]

BENCHES: Final[Mapping[str, Bench]] = {
    "plain-10k": lambda: plain(10_000, 1_000_000, rounds=5),
    "plain-100k": lambda: plain(100_000, 1_000_000, rounds=5),
    "everything": lambda: everything(1_000_000, rounds=15),
    "scale": lambda: scale(100_000_000, 1_000_000, 100_000, tries=7),
    "load": lambda: load(100_000, rounds=5),
    "scalar": lambda: scalar(rounds=15),
    "import": lambda: imports(rounds=7),
    "oracle": lambda: against_oracle(2_000, rounds=5),
    "ledger-solve": lambda: solve(rounds=15),
    "ledger-memory": lambda: memory(20_000, rounds=9),
    "ledger-durable": lambda: durable(150, rounds=5),
    "ledger-open": lambda: long_book(1_000, 10_000_000, rounds=9),
    "ears": lambda: ears(600, rounds=9, many=1_000),
    "ears-channels": lambda: channels((1, 10, 100, 1_000, 20_000), rounds=9, frames=100_000),
    "fraud": lambda: fraud(0.5, 300),
    "patterns": lambda: patterns(1_000_000, rounds=5),
    "patterns-stream": lambda: patterns_stream((10_000_000, 100_000_000)),
}

TINY: Final[Mapping[str, Bench]] = {
    "plain-10k": lambda: plain(300, 2_000, rounds=1),
    "plain-100k": lambda: plain(2_000, 2_000, rounds=1),
    "everything": lambda: everything(2_000, rounds=1),
    "scale": lambda: scale(500_000, 250_000, 500, tries=1),
    "load": lambda: load(500, rounds=1),
    "scalar": lambda: scalar(rounds=1, calls=5),
    "import": lambda: imports(rounds=1),
    "oracle": lambda: against_oracle(20, rounds=1),
    "ledger-solve": lambda: solve(rounds=1, times=3),
    "ledger-memory": lambda: memory(100, rounds=1),
    "ledger-durable": lambda: durable(2, rounds=1),
    "ledger-open": lambda: long_book(1_000, 3_000, rounds=1),
    "ears": lambda: ears(3, rounds=1, many=10),
    "ears-channels": lambda: channels((1, 10), rounds=1, frames=100),
    "fraud": lambda: fraud(0.02, 36),
    "patterns": lambda: patterns(60_000, rounds=1),
    "patterns-stream": lambda: patterns_stream((200_000,)),
}
