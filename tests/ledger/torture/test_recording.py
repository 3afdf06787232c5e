"""A recording has every answer and all that the disk was told before it."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.torture.alone import python_alone

SETUP = """
import json, sys
from collections import Counter
from pathlib import Path
from securecall.ledger.torture.disk import Mark, Sync
from securecall.ledger.torture.recording import Crew, acks, record
from securecall.ledger.torture.workload import script
path = Path(sys.argv[1])
"""


def test_one_thread_is_recorded_in_order_with_a_sync_before_each_answer(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
steps = script(1, "a", 20)
found = record(path, [Crew([steps])])
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
found = record(path, [Crew(lanes)])
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
found = record(path, [Crew([steps])], fails=lambda number: number in (9, 15))
print(len(found.acked), found.failed_syncs)
print([event.ok for event in found.log if isinstance(event, Sync)].count(False))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.splitlines() == ["20 2", "2"]


def test_several_processes_are_in_one_log_and_who_dies_is_followed(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
from random import Random
from securecall.ledger.torture.disk import Disk
lanes = [script(1, f"t{n}", 9, alone=False) for n in range(2)]
found = record(path, [Crew([lanes[0]], dies_after=70), Crew([lanes[1]])])
print(found.died, sorted(found.acked) == sorted(step.request_id for lane in lanes for step in lane))
disk = Disk()
for event in found.log:
    disk.feed(event)
image = disk.image("kept", Random(1))
print({name: data == (path.parent / name).read_bytes() for name, data in image.items()})
# What another process noted lies between what the first one did.
names = [name.partition("-")[0] for name, _ in acks(found.log)]
print(len(names) > 18, names.count("t1"))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.splitlines() == [
        "1 True",
        "{'ledger.db': True, 'ledger.db-wal': True}",
        "True 9",
    ]


def test_a_process_that_dies_of_itself_is_no_recording(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
try:
    record(path.parent / "no" / "such.db", [Crew([script(1, "a", 2)])])
except (RuntimeError, FileNotFoundError) as error:
    print(type(error).__name__)
step = script(1, "a", 1)[0]
class Deadly:
    request_id = "r-1"
    def send(self, ledger):
        raise ValueError("of this")
try:
    record(path, [Crew([[step, Deadly()]])])
except RuntimeError as error:
    print("of this" in str(error))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.splitlines() == ["FileNotFoundError", "True"]
