"""A worker: a process that reads tasks from its standard input and does them, one at a time.

Started by `securecall.spread.crew` as ``python -m securecall.spread.worker FD``. It ends when it is
told to, and at once when the one that leads is gone, however that ended: a part that it had not put
in place is nobody's then.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from queue import SimpleQueue
from typing import Any, Final

from securecall.errors import SecurecallError
from securecall.spread.frames import frame, read_frame

__all__ = ["main"]

TELL_S: Final = 0.1  # seconds between two words of progress


def _listen(tasks: SimpleQueue[bytes]) -> None:
    while True:
        content = read_frame(0)
        if content is None:
            os._exit(1)  # the one that leads is gone
        tasks.put(content)
        if not content:
            return


def _read_work(fd: int) -> Any:
    # Several processes share the file and where it stands, so each says where it reads.
    size = os.fstat(fd).st_size
    pieces, at = [], 0
    while at < size:
        piece = os.pread(fd, 1 << 24, at)
        pieces.append(piece)
        at += len(piece)
    os.close(fd)
    return pickle.loads(b"".join(pieces))


class _Told:
    """Passes progress on, but not every word of it."""

    def __init__(self, replies: Any) -> None:
        self._replies, self._rows, self._last = replies, 0, time.monotonic()

    def __call__(self, rows: int) -> None:
        self._rows += rows
        now = time.monotonic()
        if now - self._last >= TELL_S:
            self._replies.write(frame(("told", self._rows)))
            self._replies.flush()
            self._rows, self._last = 0, now


def _failure(error: BaseException) -> tuple[str, Exception | None, str, bool]:
    """Return what is told of an error: itself if it is ours, its words, whether to try again."""
    again = isinstance(error, OSError | MemoryError) and not isinstance(error, SecurecallError)
    ours = error if isinstance(error, SecurecallError) else None
    words = str(error) if ours else "".join(traceback.format_exception(error))
    return ("failed", ours, words, again)


def main() -> None:
    """Do what comes in until the end is told."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the work prints is for people
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who presses Ctrl-C speaks to the one that leads
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    work = None
    while content := tasks.get():
        try:
            if work is None:
                work = _read_work(int(sys.argv[1]))
                work.start()
            reply: tuple[Any, ...] = ("done", work.do(pickle.loads(content), _Told(replies)))
        except Exception as error:
            reply = _failure(error)
        replies.write(frame(reply))
        replies.flush()
    _leave()


def _leave() -> None:
    """End at once: taking the interpreter apart, object by object, takes as long as starting it.

    What the work wants done at the end is done, and what it has printed is shown.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
