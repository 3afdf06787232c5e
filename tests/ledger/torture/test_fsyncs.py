"""A tenth of the failed syncs that a release must show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ledger.torture.alone import part_alone, python_alone


def test_nothing_that_was_answered_is_lost_when_the_disk_fails() -> None:
    found = part_alone("fsync", 20)
    assert (found["result"], found["faults"]) == ("held", [])
    assert found["done"] >= 20
    figures = found["figures"]
    assert figures["power cuts after a failure"] > 20
    assert figures["answers of the store that it is unsure"] > 0


SABOTAGE = """
import json, sys
from pathlib import Path
from securecall.ledger.stores.sqlite import SqliteStore
from securecall.ledger.torture import fsyncs
from securecall.ledger.torture.part import Order
%s
found = fsyncs.torture(Order(8, Path(sys.argv[1]), times=25))
print(json.dumps([found.held, found.faults]))
"""
DEAF = """
def believe(self, items, why):
    self._discard()
SqliteStore._resolve = believe
"""
HASTY = """
import sqlite3
class Hasty(sqlite3.Connection):
    '''Believes what it reads, though the disk may not have it.'''
    def execute(self, sql, *more):
        if sql.startswith("PRAGMA wal_checkpoint"):
            sql = "SELECT 0, 0, 0"
        return super().execute(sql, *more)
connect = sqlite3.connect
sqlite3.connect = lambda *args, **more: connect(*args, **{"factory": Hasty, **more})
"""


@pytest.mark.parametrize("sabotage", [DEAF, HASTY], ids=["deaf", "hasty"])
def test_a_store_that_takes_a_failed_sync_for_a_good_one_is_caught(
    sabotage: str, tmp_path: Path
) -> None:
    held, faults = json.loads(python_alone(SABOTAGE % sabotage, str(tmp_path)))
    assert not held
    assert any("was answered and is lost" in fault for fault in faults), faults
