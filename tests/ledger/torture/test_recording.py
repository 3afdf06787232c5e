"""A recording has every answer and all that the disk was told before it."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.torture.alone import python_alone

SETUP = """
import json, sys
from collections import Counter
from pathlib import Path
from securecall.ledger.torture.disk import Mark, Sync
from securecall.ledger.torture.recording import acks, record
from securecall.ledger.torture.workload import script
path = Path(sys.argv[1])
"""


def test_one_thread_is_recorded_in_order_with_a_sync_before_each_answer(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
steps = script(1, "a", 20)
found = record(path, [steps])
events = [event for event in found.log if isinstance(event, (Mark, Sync))]
before = [events[n - 1] for n, event in enumerate(events) if isinstance(event, Mark)]
print([name for name, _ in acks(found.log)] == [step.request_id for step in steps])
print(all(isinstance(event, Sync) and event.ok for event in before), found.failed_syncs)
print(sorted(p.name for p in path.parent.iterdir()))
""",
        str(tmp_path / "ledger.db"),
    )
    # The log's file is gone again; the database is as the process left it, unclosed.
    assert said.splitlines() == [
        "True",
        "True 0",
        "['ledger.db', 'ledger.db-shm', 'ledger.db-wal']",
    ]


def test_all_threads_are_in_it(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
lanes = [script(1, f"t{n}", 5, alone=False) for n in range(4)]
found = record(path, lanes)
print(sorted(Counter(name.partition("-")[0] for name in found.acked).items()))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.strip() == "[('t0', 5), ('t1', 5), ('t2', 5), ('t3', 5)]"


def test_a_failing_sync_is_counted_and_every_request_still_goes_through(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
steps = script(1, "a", 20)
found = record(path, [steps], fails=lambda number: number in (9, 15))
print(len(found.acked), found.failed_syncs)
print([event.ok for event in found.log if isinstance(event, Sync)].count(False))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.splitlines() == ["20 2", "2"]
