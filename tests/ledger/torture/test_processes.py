"""Several processes on one file: each request counts once, and opening is no race."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.torture.alone import part_alone, python_alone, tenth


def test_each_request_counts_once_however_many_processes_send_it() -> None:
    found = part_alone("processes", tenth("processes"))
    assert (found["result"], found["faults"], found["done"]) == ("held", [], tenth("processes"))
    figures = found["figures"]
    assert figures["requests sent"] > 2 * figures["operations counted"] > 0
    assert figures["with one process killed"] == tenth("processes") // 2


def test_many_processes_may_make_one_file_at_once(tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from securecall.ledger.torture.workload import script
from securecall.ledger.torture.writer import Lane, Writer, write
for turn in range(12):
    path = Path(sys.argv[1]) / f"{turn}.db"
    begin = time.monotonic() + 0.02
    def target(tell):
        while time.monotonic() < begin:
            pass
        write(path, [Lane(script(1, "a", 1))], tell)
    writers = [Writer(target) for _ in range(8)]
    for writer in writers:
        writer.bury()
    for writer in writers:
        if not writer.done:
            print(turn, writer.words)
"""
    assert python_alone(code, str(tmp_path)) == ""
