"""Numbers at which SIPp answers by a scenario of `sipp/`: busy, refused, unanswered, and so on."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from typing import Final

from tests.peers.exchange import Exchange
from tests.peers.programs import HOST, Program, free_port

__all__ = ["Answering"]

SCENARIOS: Final = Path(__file__).with_name("sipp")


class Answering:
    """One number, and the scenario by which SIPp answers there."""

    def __init__(self, exchange: Exchange, folder: Path, number: str, scenario: str) -> None:
        home = folder / f"sipp-{scenario}"
        home.mkdir()
        port = free_port()
        self.program = Program(
            ["sipp", "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", HOST, "-p", str(port),
             "-mi", HOST, "-mp", str(free_port()), "-rtp_echo", "-nostdin", "-trace_err",
             "-cid_str", f"%u-%p@{HOST}"],
            home, "sipp",
        )  # fmt: skip
        try:
            self.program.ready(lambda: bound(port))
            exchange.proxy_says(
                "ul.add", "location", number, f"sip:{number}@{HOST}:{port}", 600, 1.0, "", 0, 0, 0
            )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it."""
        self.program.stop()


def bound(port: int) -> bool:
    """Return whether somebody has taken a UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return False
        return True
