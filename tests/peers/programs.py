"""Programs that we did not write, started for a test and stopped after it, whatever happens."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import ClassVar, Final

__all__ = ["HOST", "Program", "free_port", "go_ahead", "missing", "wait_for"]

HOST: Final = "127.0.0.1"
ROOT: Final = Path(__file__).parents[2]
_COUNT: Final = count()
NEEDED: Final = ("kamailio", "rtpengine", "baresip", "sipp", "setpriv", "chrt")


def go_ahead() -> bool:
    """Let programs that are started from here on go before all else; return whether that may be.

    A telephone and a switch have machines of their own. Here they share the cores with whatever
    else runs, and would be as late as it lets them.
    """
    command = ("chrt", "--rr", "1")
    may = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    if may:
        Program.before = command
    return may


def missing() -> list[str]:
    """Return the names of the programs and modules that are not here."""
    # Debian has kamailio in a folder that only root looks into.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    names = [name for name in NEEDED if shutil.which(name, path=path) is None]
    return names + ["baresip-python"] * (importlib.util.find_spec("baresip") is None)


def free_port() -> int:
    """Return a port of loopback that nobody has, and that no other process here will be given.

    They lie below those that the kernel gives away, and each process counts on from a place of its
    own: what is free now is taken only a moment later.
    """
    for number in _COUNT:
        port = 20_000 + (os.getpid() * 37 + number) % 10_000
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        ):
            datagrams.bind((HOST, port))
            stream.bind((HOST, port))
            return port
    raise AssertionError("counting ends")


def wait_for(what: str, is_so: Callable[[], bool], *, limit_s: float = 10.0) -> None:
    """Wait until something is so; a `TimeoutError` says what was not."""
    end = time.monotonic() + limit_s
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {limit_s:g} s")
        time.sleep(0.02)


class Program:
    """A process in a session of its own, so that all that it starts is stopped with it.

    If the test's own process is killed the kernel asks the program to end: nothing stays behind.
    """

    #: A command before each program's own.
    before: ClassVar[tuple[str, ...]] = ()

    def __init__(self, command: Sequence[str], folder: Path, name: str) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.before, "setpriv", "--pdeathsig", "TERM", *command], cwd=folder,
                env={
                    **os.environ,
                    "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin",
                    "PYTHONPATH": str(ROOT),
                }, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def said(self) -> str:
        """Return what it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def alive(self) -> bool:
        """Return whether it still runs."""
        return self.process.poll() is None

    def ready(self, is_so: Callable[[], bool], *, limit_s: float = 10.0) -> None:
        """Wait until it serves; if it ended or did not, say what it wrote."""

        def served() -> bool:
            if not self.alive():
                raise RuntimeError(f"{self.name} ended: {self.said()[-2000:]}")
            return is_so()

        try:
            wait_for(f"{self.name} serves", served, limit_s=limit_s)
        except TimeoutError as slow:
            raise TimeoutError(f"{slow}: {self.said()[-2000:]}") from None

    def stop(self, *, patience_s: float = 3.0) -> None:
        """End it and all that it started: asked first, then not."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sign)
            except ProcessLookupError:
                break
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait()


if __name__ == "__main__":
    if absent := missing():
        sys.exit(f"not installed: {', '.join(absent)}; as root: make peers")
