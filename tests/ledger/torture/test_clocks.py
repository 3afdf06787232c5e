"""No clock of the machine matters: runs under others, and a look at the source."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from tests.ledger.torture.alone import part_alone, python_alone

import securecall.ledger
from securecall.ledger.torture.clocks import JUMP_SECONDS

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter"}


def test_runs_under_clocks_that_jump_keep_what_memory_makes() -> None:
    found = part_alone("clock", 6)
    assert (found["result"], found["faults"], found["done"]) == ("held", [], 6)
    assert found["figures"]["with clocks that jump"] >= 3


def test_the_clocks_do_jump() -> None:
    code = """
import json, time
from random import Random
from securecall.ledger.torture.clocks import jumping
before = [time.time(), time.monotonic(), time.time_ns() / 1e9, time.monotonic_ns() / 1e9]
jumping(Random(1))
readings = [[time.time(), time.monotonic(), time.time_ns() / 1e9, time.monotonic_ns() / 1e9]
            for _ in range(20)]
print(json.dumps([[b - a for a, b in zip(before, reading)] for reading in readings]))
"""
    for jumps in zip(*json.loads(python_alone(code)), strict=True):
        assert min(jumps) < -JUMP_SECONDS / 10
        assert max(jumps) > JUMP_SECONDS / 10


def test_the_ledger_reads_no_clock() -> None:
    root = Path(securecall.ledger.__file__).parent
    found = []
    for path in sorted(root.rglob("*.py")):
        # A move says how long it kept others waiting; nothing else of it hangs on that.
        if "torture" in path.parts or path.name == "move.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in CLOCKS:
                    found.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
    assert found == []
