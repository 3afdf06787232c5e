"""The called number: baresip from Debian, which answers at once and plays a file."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from tests.peers.debian_baresip import begun, netstring
from tests.peers.exchange import Exchange
from tests.peers.programs import HOST, wait_for

__all__ = ["FarEnd"]


class FarEnd:
    """One number at which baresip answers."""

    def __init__(self, exchange: Exchange, folder: Path, number: str, sound: Path) -> None:
        self.number = number
        self.program, self._control = begun(
            folder / f"far-{number.lstrip('+')}", name=number, exchange=exchange.address,
            sound=sound, more="regint=600;answermode=auto",
        )  # fmt: skip
        try:
            self.program.ready(lambda: exchange.registered(number))
        except BaseException:
            self.stop()
            raise

    def press(self, digit: str) -> None:
        """Press a key."""
        command = json.dumps({"command": "sndcode", "params": digit})
        with socket.create_connection((HOST, self._control), timeout=5) as link:
            link.sendall(netstring(command))
            link.recv(4096)

    def wait_talking(self) -> None:
        """Wait until a call was answered."""
        wait_for(f"{self.number} talks", lambda: "Call established" in self.program.said())

    def stop(self) -> None:
        """Stop it."""
        self.program.stop()
