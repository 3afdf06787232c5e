"""A tenth of the power cuts that a release must show, and that the suite would see a loss."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ledger.torture.alone import part_alone, python_alone, tenth

from securecall.ledger.torture.power import WAYS


def test_nothing_that_was_answered_is_lost_to_a_power_cut() -> None:
    found = part_alone("power", tenth("power"))
    assert (found["result"], found["faults"], found["done"]) == ("held", [], tenth("power"))
    figures = found["figures"]
    assert figures["recordings"] >= len(WAYS)
    for way in WAYS:
        assert figures[f"replays of {way.name}"] > 50, way.name
    assert figures["processes killed in a recording"] > 0
    assert min(figures[mode] for mode in ("kept", "dropped", "torn")) > 100
    assert figures["where all requests were sent again"] > 0


def test_a_store_that_does_not_wait_for_the_disk_is_caught() -> None:
    found = part_alone("power", 70, weaken=True)
    assert found["result"] == "fault"
    assert found["faulty"] > 10
    assert all("was answered and is lost" in fault for fault in found["faults"])


def test_the_suite_takes_it_for_a_fault_if_its_control_finds_nothing(tmp_path: Path) -> None:
    code = """
import json, sys
from pathlib import Path
from securecall.ledger.torture import power
from securecall.ledger.torture.part import Order
kept = power._one_recording
def blind(order, outcome, run, weak):
    return kept(order, outcome, run, False)
def half(order, outcome, run, weak):
    return kept(order, outcome, run, not power.WAYS[run % len(power.WAYS)].several)
results = {}
for name, way in (("sees", kept), ("blind", blind), ("half", half)):
    power._one_recording = way
    found = power.control(Order(5, Path(sys.argv[1]), times=70))
    lost = found.figures[power.LOST], found.figures[power.LOST_BY_SEVERAL]
    results[name] = (found.held, *lost, len(found.faults))
print(json.dumps(results))
"""
    results = json.loads(python_alone(code, str(tmp_path)))
    assert results["blind"] == [False, 0, 0, 2]
    held, lost, by_several, faults = results["sees"]
    assert (held, faults) == (True, 0)
    assert lost > by_several > 0  # how many depends on how processes were scheduled
    held, lost, by_several, faults = results["half"]
    assert (held, by_several, faults) == (False, 0, 1)
    assert lost > 0


MEETS = """
import json, sys
from pathlib import Path
from random import Random
from securecall.errors import SecurecallError
from securecall.ledger.stores import sqlite_file
from securecall.ledger.torture.disk import Disk, Mark, lay_out
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.recording import Crew, acks, record
from securecall.ledger.torture.workload import script
from securecall.ledger.torture.writer import open_ledger
folder = Path(sys.argv[1])
if sys.argv[2] == "rash":
    sqlite_file._sync_log = lambda connection: None
steps = script(1, "a", 12)
died, lost = 0, 0
for place in range(60, 78):  # more than one commit takes, so that every place of one is met
    live, cut = folder / f"{place}", folder / f"{place}-cut"
    live.mkdir()
    cut.mkdir()
    found = record(live / "ledger.db", [Crew([steps], dies_after=place)])
    died += found.died
    disk, acked = Disk(), {}
    for event in found.log:
        disk.feed(event)
        if isinstance(event, Mark):
            acked.update(acks([event]))
            lay_out(disk.image("dropped", Random(1)), cut)
            with open_ledger(cut / "ledger.db") as ledger:
                lost += bool(Judge(steps).check(ledger, acked))
print(died, lost)
"""


def test_what_a_killed_process_left_unsynced_is_synced_before_it_is_answered(
    tmp_path: Path,
) -> None:
    assert python_alone(MEETS, str(tmp_path), "as it is") == "18 0\n"


def test_a_store_that_answers_from_an_unsynced_log_is_caught(tmp_path: Path) -> None:
    died, lost = python_alone(MEETS, str(tmp_path), "rash").split()
    assert died == "18"
    assert int(lost) > 0
