"""Several processes note in one log what they do, in the order in which they do it."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.torture.alone import python_alone

from securecall.ledger.torture.common_log import CommonLog, read
from securecall.ledger.torture.disk import Delete, Mark, Open, Sync, Truncate, Write


def test_a_file_has_one_number_whoever_opened_it_until_it_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    first, second = CommonLog(path, 1), CommonLog(path, 2)
    for log, event in (
        (first, Open(1, "a")),
        (first, Open(2, "a-wal")),
        (second, Open(1, "a-wal")),
        (second, Write(1, 0, b"x")),
        (first, Delete("a-wal", False)),
        (second, Open(2, "a-wal")),
        (second, Truncate(2, 0)),
        (first, Sync(2, True, False)),
        (first, Mark("ack", "r-1 abc")),
    ):
        with log:
            log.append(event)
    assert read(path) == [
        Open(1, "a"),
        Open(2, "a-wal"),
        Open(2, "a-wal"),
        Write(2, 0, b"x"),
        Delete("a-wal", False),
        Open(3, "a-wal"),
        Truncate(3, 0),
        Sync(2, True, False),  # of the one that was deleted
        Mark("ack", "r-1 abc"),
    ]


def test_turns_of_processes_and_threads_do_not_overlap_and_a_kill_gives_the_turn_on(
    tmp_path: Path,
) -> None:
    said = python_alone(
        """
import os, signal, sys, threading, time
from pathlib import Path
from securecall.ledger.torture.common_log import CommonLog, read
from securecall.ledger.torture.disk import Mark
path = Path(sys.argv[1])
def work(log, name):
    for turn in range(40):
        with log:
            log.append(Mark("begin", name))
            time.sleep(0.0002)
            log.append(Mark("end", name))
def live(source):
    log = CommonLog(path, source)
    threads = [threading.Thread(target=work, args=(log, f"{source}{n}")) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if source == 1:
        log.__enter__()
        os.kill(os.getpid(), signal.SIGKILL)
children = []
for source in (1, 2, 3):
    child = os.fork()
    if child == 0:
        live(source)
        os._exit(0)
    children.append(child)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
log = CommonLog(path, 4)
with log:
    log.append(Mark("last", ""))
events = read(path)
pairs = list(zip(events[:-1:2], events[1::2]))
print(len(pairs), all((a.what, b.what) == ("begin", "end") and a.text == b.text for a, b in pairs))
print(len({a.text for a, _ in pairs}), events[-1].what)
""",
        str(tmp_path / "notes"),
    )
    assert said.splitlines() == ["[-9, 0, 0]", "240 True", "6 last"]
