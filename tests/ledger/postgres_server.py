"""A real PostgreSQL server in a temporary folder, for the tests of one process.

The first test that asks for it starts it, with everything as durable as it is by default; the end
of the process stops it, and so does the kernel if the process is killed. Each ledger gets a schema
of its own, which costs less than a database. ``python -m tests.ledger.postgres_server`` says
whether there is a PostgreSQL here.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

import psycopg

__all__ = ["HOST", "Server", "programs", "server", "stop_all"]

HOST: Final = "127.0.0.1"
HOW: Final = "PostgreSQL is not here; as root: apt-get install postgresql (or: make postgres)"
START_S: Final = 60.0
_SETTINGS: Final = {
    "listen_addresses": HOST,
    "max_connections": "200",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}  # nothing of what makes it durable: fsync, full_page_writes and synchronous_commit are on


def programs() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``, the newest; None if there is none."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: -float(each.parent.name)
    )
    on_path = shutil.which("initdb")
    others = [] if on_path is None else [Path(on_path).resolve().parent]
    for folder in [*debian, *others]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _owner() -> str | None:
    """Return as whom it has to run: nobody in particular, unless we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


def _is_main() -> bool:
    """Return whether this thread lasts as long as the process; the kernel means threads."""
    return threading.current_thread() is threading.main_thread()


def _die_with_parent() -> None:
    """Have the kernel stop the server at once when whoever started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


class Server:
    """A server with a folder of its own, trusting everybody who reaches it.

    Parameters
    ----------
    settings : mapping of str to str, optional
        What else stands in its configuration.

    Attributes
    ----------
    folder : Path
        Holds the data and the socket.
    port : int
        Of the socket and of loopback.
    """

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        found = programs()
        if found is None:
            raise RuntimeError(HOW)
        self._programs = found
        self._user = _owner()
        self._settings = {**_SETTINGS, **(settings or {})}
        self._count = count(1)
        self.folder = Path(tempfile.mkdtemp(prefix="securecall-pg-"))
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        atexit.register(self.close)
        self._run(
            "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8",
            "--locale=C", "-D", str(self.data),
        )  # fmt: skip
        self.start()

    @property
    def data(self) -> Path:
        """Where it keeps everything."""
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        assert self._process is not None, "the server runs"
        return self._process.pid

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")

    def start(self) -> None:
        """Start it and wait until it answers, after its recovery if it was killed."""
        options: list[str] = []
        for name, value in self._settings.items():
            options += ["-c", f"{name}={value}"]
        command = [
            str(self._programs / "postgres"), "-D", str(self.data), "-p", str(self.port),
            "-k", str(self.folder), *options,
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, user=self._user, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                preexec_fn=_die_with_parent if _is_main() else None,  # noqa: PLW1509 - a system call
            )  # fmt: skip
        until = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.conninfo(), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the server did not start: {error}\n{self.log()}") from None
                time.sleep(0.02)

    def log(self) -> str:
        """Return what it said."""
        return (self.folder / "log").read_text(errors="replace")

    def conninfo(self, *, tcp: bool = False) -> str:
        """Return how psycopg reaches it, by its socket or over loopback."""
        return f"host={HOST if tcp else self.folder} port={self.port} user=postgres dbname=postgres"

    def url(self, schema: str, *, tcp: bool = False, port: int | None = None) -> str:
        """Return a ledger's address: by the socket, or over loopback where a port is given.

        Parameters
        ----------
        schema : str
            Which keeps the ledger apart from others.
        tcp : bool
            Whether to go by loopback.
        port : int, optional
            Of what stands in between, such as a proxy; goes by loopback.
        """
        if tcp or port is not None:
            return f"postgresql://postgres@{HOST}:{port or self.port}/postgres?schema={schema}"
        return f"postgresql://postgres@:{self.port}/postgres?host={self.folder}&schema={schema}"

    def new_schema(self) -> str:
        """Return the name of a schema that no ledger has yet."""
        return f"ledger_{os.getpid()}_{next(self._count)}"

    def new_url(self, *, tcp: bool = False) -> str:
        """Return an address at which there is no ledger yet."""
        return self.url(self.new_schema(), tcp=tcp)

    def drop(self, schemas: Sequence[str]) -> None:
        """Forget ledgers."""
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            for schema in schemas:
                connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')

    def kill(self) -> None:
        """Kill it as a lost machine would: every process at once, without a last word."""
        assert self._process is not None, "the server runs"
        for pid in [self._process.pid, *_working_in(self.data)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        while _working_in(self.data):  # a new one refuses to start before they are gone
            time.sleep(0.01)
        self._process = None

    def stop(self) -> None:
        """Stop it in order; connections are cut."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_S)
            self._process = None

    def close(self) -> None:
        """Stop it and remove its folder."""
        atexit.unregister(self.close)
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)


def _working_in(data: Path) -> list[int]:
    """Return the processes that have a server's folder for their own."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (each / "cwd").readlink() == data:
                found.append(int(each.name))
    return found


def stop_all() -> None:
    """Stop the server of this process if there is one: not every process ends by its exit hooks."""
    if server.cache_info().currsize:
        server().close()
        server.cache_clear()


@cache
def server() -> Server:
    """Return the server of this process; the first call starts it."""
    return Server()


if __name__ == "__main__":
    print(programs() or HOW)
    sys.exit(0 if programs() else 1)
