"""A tenth of the kills that a release must show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ledger.torture.alone import part_alone, python_alone, tenth

SEEDS = (20260501, 20260502, 20260503, 20260504)  # a test each, for cores that share them
KILLS = tenth("kill") // len(SEEDS)


def test_these_are_a_tenth() -> None:
    assert KILLS * len(SEEDS) == tenth("kill") >= 200


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_was_answered_is_lost_to_a_kill(seed: int) -> None:
    found = part_alone("kill", KILLS, seed)
    assert (found["result"], found["faults"], found["done"]) == ("held", [], KILLS)
    figures = found["figures"]
    # Kills hit writers at work: some operations were kept that nobody heard of.
    assert figures["operations kept"] >= figures["operations acknowledged"] > 10
    assert figures["with another process on the file"] > 0
    assert figures.get("before the first answer", 0) < KILLS


def test_a_store_that_answers_before_it_commits_is_caught(tmp_path: Path) -> None:
    code = """
import json, sqlite3, sys
from pathlib import Path
from securecall.ledger.torture import kills
from securecall.ledger.torture.part import Order
class Lazy(sqlite3.Connection):
    '''Commits two times of three, the first among them.'''
    commits = 0
    def execute(self, sql, *more):
        if sql == "COMMIT":
            self.commits += 1
            if self.commits % 3 == 2:
                sql = "SELECT 1"
        if sql == "BEGIN IMMEDIATE" and self.in_transaction:
            sql = "SELECT 1"
        return super().execute(sql, *more)
connect = sqlite3.connect
sqlite3.connect = lambda *args, **more: connect(*args, **more, factory=Lazy)
found = kills.torture(Order(8, Path(sys.argv[1]), times=20))
print(json.dumps([found.held, found.faults]))
"""
    held, faults = json.loads(python_alone(code, str(tmp_path)))
    assert not held
    assert any("was answered and is lost" in fault for fault in faults), faults
