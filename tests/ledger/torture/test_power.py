"""A tenth of the power cuts that a release must show, and that the suite would see a loss."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ledger.torture.alone import part_alone, python_alone, tenth


def test_nothing_that_was_answered_is_lost_to_a_power_cut() -> None:
    found = part_alone("power", tenth("power"))
    assert (found["result"], found["faults"], found["done"]) == ("held", [], tenth("power"))
    figures = found["figures"]
    assert figures["recordings"] >= 3, "one, four and eight threads"
    assert min(figures[mode] for mode in ("kept", "dropped", "torn")) > 100
    assert figures["where all requests were sent again"] > 0


def test_a_store_that_does_not_wait_for_the_disk_is_caught() -> None:
    found = part_alone("power", 60, weaken=True)
    assert found["result"] == "fault"
    assert found["faulty"] > 10
    assert all("was answered and is lost" in fault for fault in found["faults"])


def test_the_suite_takes_it_for_a_fault_if_its_control_finds_nothing(tmp_path: Path) -> None:
    code = """
import json, sys
from pathlib import Path
from securecall.ledger.torture import power
from securecall.ledger.torture.part import Order
kept = power._torture
def blind(order, outcome, *, weak):
    return kept(order, outcome, weak=False)
results = {}
for name, way in (("sees", kept), ("blind", blind)):
    power._torture = way
    found = power.control(Order(5, Path(sys.argv[1]), times=60))
    results[name] = (found.held, found.figures["replays that lost acknowledged operations"])
print(json.dumps(results))
"""
    results = json.loads(python_alone(code, str(tmp_path)))
    assert results["blind"] == [False, 0]
    assert results["sees"][0]
    assert results["sees"][1] > 10
