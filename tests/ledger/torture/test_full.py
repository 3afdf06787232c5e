"""A tenth of the full disks that a release must show, where the system lets a test have one."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ledger.torture.alone import part_alone, python_alone, tenth

MAY = """
import os, tempfile
from pathlib import Path
from securecall.ledger.torture.namespaces import NotAllowed, own_disk
with tempfile.TemporaryDirectory() as folder:
    try:
        own_disk(Path(folder), 100)
    except NotAllowed as error:
        print(error)
    os._exit(0)
"""


def test_what_does_not_fit_is_refused_and_what_was_answered_stays() -> None:
    refused = python_alone(MAY).strip()
    found = part_alone("full", tenth("full"))
    if refused:
        # Never taken for passed.
        assert (found["result"], found["done"]) == ("not run", 0)
        assert found["not_run"]
        return
    assert (found["result"], found["faults"], found["done"]) == ("held", [], tenth("full"))
    assert found["figures"]["requests that failed for want of room"] >= tenth("full")
    assert found["figures"]["operations acknowledged"] > 3


def test_where_no_small_disk_can_be_had_it_is_not_run_and_not_passed(tmp_path: Path) -> None:
    code = """
import json, sys
from pathlib import Path
from securecall.ledger.torture import full
from securecall.ledger.torture.namespaces import NotAllowed
from securecall.ledger.torture.part import Order
def refuse(place, size_kib):
    raise NotAllowed("mounting a tmpfs: Operation not permitted")
full.own_disk = refuse
found = full.torture(Order(1, Path(sys.argv[1]), times=3))
print(json.dumps([found.held, found.done, found.not_run]))
"""
    why = "mounting a tmpfs: Operation not permitted"
    assert json.loads(python_alone(code, str(tmp_path))) == [False, 0, why]
