"""A worker by itself: what it reads, what it answers, when it ends."""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.spread.works import Doing, wait_for

from securecall.spread.frames import END, Inbox, frame


def started(path: Path, content: bytes | None = None) -> subprocess.Popen[bytes]:
    with tempfile.TemporaryFile() as work:
        work.write(pickle.dumps(Doing(path)) if content is None else content)
        work.flush()
        return subprocess.Popen(
            [sys.executable, "-m", "securecall.spread.worker", str(work.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[work.fileno()],
            env={"PYTHONPATH": ":".join(path or "." for path in sys.path)},
        )


def talk(worker: subprocess.Popen[bytes], *sent: bytes) -> tuple[list[Any], int]:
    out, _ = worker.communicate(b"".join(sent), timeout=60)
    return list(Inbox().add(out)), worker.returncode


def test_it_does_tasks_until_the_end_is_told(tmp_path: Path) -> None:
    tasks = [frame({"name": f"t{n}", "value": n}) for n in range(3)]
    replies, code = talk(started(tmp_path), *tasks, END)
    assert replies == [("done", 0), ("done", 1), ("done", 2)]
    assert code == 0


def test_what_the_work_wants_done_at_the_end_is_done(tmp_path: Path) -> None:
    end = tmp_path / "ended"
    replies, code = talk(started(tmp_path), frame({"at_end": str(end), "value": 1}), END)
    assert (replies, code) == ([("done", 1)], 0)
    assert end.exists()


def test_it_ends_when_the_one_that_leads_is_gone(tmp_path: Path) -> None:
    worker = started(tmp_path)
    assert worker.stdin is not None
    worker.stdin.write(frame({"name": "t", "until": str(tmp_path / "never")}))
    worker.stdin.flush()
    wait_for(lambda: list(tmp_path.glob("t-*")))
    worker.stdin.close()
    worker.stdin = None
    assert worker.wait(60) == 1
    worker.communicate()


def test_work_that_it_cannot_load_is_told(tmp_path: Path) -> None:
    ((kind, error, words, again),), code = talk(started(tmp_path, b"no pickle"), frame({}), END)
    assert (kind, error, again, code) == ("failed", None, False, 0)
    assert "UnpicklingError" in words
