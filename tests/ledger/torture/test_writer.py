"""Writers that are killed have told of every answer, and of nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.torture.alone import python_alone

SETUP = """
import os, sys, time
from pathlib import Path
from securecall.ledger.torture.workload import script
from securecall.ledger.torture.writer import Lane, Writer, open_ledger, write
path = Path(sys.argv[1])
"""


def test_a_writer_that_ends_has_told_all_and_what_it_told_is_kept(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
steps = script(1, "a", 40)
writer = Writer(lambda tell: write(path, [Lane(steps)], tell))
writer.bury()
with open_ledger(path) as ledger:
    kept = ledger._store.read(lambda view: [op.request_id for op in view.ops(0)])
print(writer.done, writer.words, list(writer.acked) == kept, len(kept))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.split() == ["True", "[]", "True", "40"]


def test_a_killed_writer_told_a_beginning(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
steps = script(1, "a", 1500)
writer = Writer(lambda tell: write(path, [Lane(steps)], tell))
while len(writer.acked) < 5:
    writer.listen(0.01)
writer.kill()
writer.bury()
with open_ledger(path) as ledger:
    kept = ledger._store.read(lambda view: [op.request_id for op in view.ops(0)])
told = list(writer.acked)
print(writer.done, told == kept[:len(told)], len(kept) - len(told) in (0, 1))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.split() == ["False", "True", "True"]


def test_threads_of_a_writer_all_send_their_lanes(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
lanes = [Lane(script(1, f"t{n}", 5, alone=False)) for n in range(4)]
writer = Writer(lambda tell: write(path, lanes, tell))
writer.bury()
print(writer.done, len(writer.acked))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.split() == ["True", "20"]


def test_a_writer_goes_on_from_a_place_in_its_lane(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
steps = script(1, "a", 12)
for first, until in ((0, 8), (6, 12)):
    writer = Writer(lambda tell: write(path, [Lane(steps[:until], first)], tell))
    writer.bury()
    print(len(writer.acked))
with open_ledger(path) as ledger:
    print(ledger._store.read(lambda view: view.head().seq))
""",
        str(tmp_path / "ledger.db"),
    )
    assert said.split() == ["8", "6", "12"]


def test_a_writer_that_dies_says_of_what() -> None:
    said = python_alone(
        SETUP
        + """
def die(tell):
    tell("ack r-1 abc")
    raise ValueError("of this")
writer = Writer(die)
writer.bury()
print(writer.done, writer.acked, writer.words[0])
""",
        "unused",
    )
    assert said.startswith("False {'r-1': 'abc'} ")
    assert "ValueError: of this" in said


def test_an_open_ledger_does_not_follow_into_a_fork(tmp_path: Path) -> None:
    said = python_alone(
        SETUP
        + """
ledger = open_ledger(path)
step = script(1, "a", 1)[0]
step.send(ledger)
writer = Writer(lambda tell: step.send(ledger))
writer.bury()
print(writer.words[0])
""",
        str(tmp_path / "ledger.db"),
    )
    assert "opened before a fork" in said
