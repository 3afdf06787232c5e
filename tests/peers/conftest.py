"""The exchange that all calls of a run go through, and what tests start beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.peers.answering import Answering
from tests.peers.exchange import Exchange
from tests.peers.far_end import FarEnd
from tests.peers.programs import Program, go_ahead, missing


def pytest_sessionstart() -> None:
    if absent := missing():
        pytest.exit(f"not installed: {', '.join(absent)}; as root: make peers", returncode=3)
    go_ahead()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where everything of a run lies: sockets, logs, recordings."""
    return tmp_path_factory.mktemp("peers")


@pytest.fixture(scope="session")
def exchange(folder: Path) -> Iterator[Exchange]:
    """Start kamailio and rtpengine."""
    exchange = Exchange(folder)
    yield exchange
    exchange.stop()


class Started:
    """What a test starts: telephones and numbers; all of it is stopped after its module."""

    def __init__(self, exchange: Exchange, folder: Path, stack: ExitStack) -> None:
        self.exchange, self.folder = exchange, folder
        self._stack = stack

    def telephones(self, sounds: Sequence[Path], kind: str = "console") -> list[str]:
        """Start a telephone for each sound that is said into it; return their sockets."""
        sockets, programs = [], []
        for number, sound in enumerate(sounds):
            home = self.folder / f"telephone-{number}"
            home.mkdir()
            sockets.append(home / "socket")
            command = [sys.executable, "-m", f"tests.peers.{kind}", str(sockets[-1])]
            program = Program(
                [*command, self.exchange.address, f"terminal-{number}", str(sound)], home,
                kind,
            )  # fmt: skip
            self._stack.callback(program.stop)
            programs.append(program)
        for program, socket in zip(programs, sockets, strict=True):
            program.ready(socket.exists)
        return [str(socket) for socket in sockets]

    def number(self, number: str, sound: Path) -> FarEnd:
        """Have baresip answer at a number and play a sound."""
        far = FarEnd(self.exchange, self.folder, number, sound)
        self._stack.callback(far.stop)
        return far

    def answering(self, number: str, scenario: str) -> Answering:
        """Have SIPp answer at a number by a scenario."""
        sipp = Answering(self.exchange, self.folder, number, scenario)
        self._stack.callback(sipp.stop)
        return sipp


@pytest.fixture(scope="module")
def started(exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Start telephones and numbers for the tests of a module."""
    with ExitStack() as stack:
        yield Started(exchange, tmp_path_factory.mktemp("started"), stack)
