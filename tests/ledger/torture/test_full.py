"""A few full disks, where the system lets a test have one."""

from __future__ import annotations

from tests.ledger.torture.alone import part_alone, python_alone

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
    found = part_alone("full", 3)
    if refused:
        # Never taken for passed.
        assert (found["result"], found["done"]) == ("not run", 0)
        assert found["not_run"]
        return
    assert (found["result"], found["faults"], found["done"]) == ("held", [], 3)
    assert found["figures"]["requests that failed for want of room"] >= 3
    assert found["figures"]["operations acknowledged"] > 3
