"""A tenth of the failed syncs that a release must show."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ledger.torture.alone import part_alone, python_alone, tenth


def test_nothing_that_was_answered_is_lost_when_the_disk_fails() -> None:
    found = part_alone("fsync", tenth("fsync"))
    assert (found["result"], found["faults"]) == ("held", [])
    assert found["done"] >= tenth("fsync")
    figures = found["figures"]
    assert figures["power cuts after a failure"] > 20
    assert figures["answers of the store that it is unsure"] > 0


def test_a_store_that_takes_a_failed_commit_for_a_good_one_is_caught(tmp_path: Path) -> None:
    code = """
import json, sys
from pathlib import Path
from securecall.ledger.stores.sqlite import SqliteStore
from securecall.ledger.torture import fsyncs
from securecall.ledger.torture.part import Order
SqliteStore._resolve = lambda self, items, why: self._discard()
found = fsyncs.torture(Order(8, Path(sys.argv[1]), times=25))
print(json.dumps([found.held, found.faults]))
"""
    held, faults = json.loads(python_alone(code, str(tmp_path)))
    assert not held
    assert any("was answered and is lost" in fault for fault in faults), faults


def test_a_store_that_denies_what_a_power_cut_can_bring_back_is_caught(tmp_path: Path) -> None:
    code = """
import json, sqlite3, sys
from pathlib import Path
from securecall.ledger.torture import fsyncs
from securecall.ledger.torture.part import Order
class Rash(sqlite3.Connection):
    '''Denies without having written a new beginning of the log.'''
    def execute(self, sql, *more):
        if sql.startswith("INSERT OR REPLACE INTO note VALUES ('resolved'"):
            sql = "SELECT 1"
        return super().execute(sql, *more)
connect = sqlite3.connect
sqlite3.connect = lambda *args, **more: connect(*args, **{"factory": Rash, **more})
fsyncs.CHECKPOINT_PAGES = (None,)
found = fsyncs.torture(Order(11, Path(sys.argv[1]), times=25))
print(json.dumps([found.held, found.faults]))
"""
    held, faults = json.loads(python_alone(code, str(tmp_path)))
    assert not held
    assert any("was denied, and is there after all" in fault for fault in faults), faults
