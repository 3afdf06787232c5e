"""Kamailio and rtpengine as one exchange: SIP through the one, media through the other."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from pathlib import Path
from typing import Any, Final

from tests.peers.programs import HOST, Program, free_port, wait_for

__all__ = ["Exchange", "ask_proxy", "ask_relay"]

CONFIGURATION: Final = Path(__file__).with_name("kamailio.cfg")
PING: Final = (
    "OPTIONS sip:{to} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK-ping-{count}\r\n"
    "From: <sip:ping@{me}>;tag=1\r\nTo: <sip:{to}>\r\nCall-ID: ping-{count}@{me}\r\n"
    "CSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n"
)


def ask_proxy(folder: Path, method: str, *parameters: Any) -> Any:
    """Ask the proxy of a folder something over its local socket (JSON-RPC)."""
    mine_at = folder / f"ask-{free_port()}.socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mine:
        mine.bind(str(mine_at))
        mine.settimeout(5)
        question = {"jsonrpc": "2.0", "method": method, "params": parameters, "id": 1}
        mine.sendto(json.dumps(question).encode(), str(folder / "kamailio.socket"))
        answer = json.loads(mine.recv(65_000))
    mine_at.unlink()
    if "error" in answer:
        raise RuntimeError(f"kamailio {method}: {answer['error']}")
    return answer.get("result")


def ask_relay(port: int, question: dict[str, str]) -> dict[str, Any]:
    """Ask the relay of a port something, by its NG protocol in JSON; {} if it is silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mine:
        mine.settimeout(0.5)
        # A cookie heard before is answered as before, so each question has its own.
        cookie = time.monotonic_ns()
        mine.sendto(f"{cookie} {json.dumps(question)}".encode(), (HOST, port))
        with contextlib.suppress(OSError):
            return dict(json.loads(mine.recv(65_000).split(b" ", 1)[1]))
    return {}


class Exchange:
    """A proxy that keeps call records, and a relay that writes all media down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sip_port, self.ng_port = free_port(), free_port()
        self.recordings = folder / "recordings"
        self.recordings.mkdir()
        self._programs: list[Program] = []
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        # Userspace only (table -1): no kernel module, no rights.
        first = 30_000 + os.getpid() % 20 * 1000
        relay = Program(
            ["rtpengine", "--foreground", "--log-stderr", "--log-level=6", "--table=-1",
             f"--interface={HOST}", f"--listen-ng={HOST}:{self.ng_port}",
             f"--port-min={first}", f"--port-max={first + 4998}", "--delete-delay=0",
             f"--recording-dir={self.recordings}", "--recording-method=pcap",
             "--recording-format=eth"],
            self.folder, "rtpengine",
        )  # fmt: skip
        self._programs.append(relay)
        relay.ready(lambda: self.relay_says({"command": "ping"}).get("result") == "pong")
        text = CONFIGURATION.read_text(encoding="utf-8")
        for name, value in (
            ("SIP_PORT", self.sip_port), ("NG_PORT", self.ng_port), ("FOLDER", self.folder),
        ):  # fmt: skip
            text = text.replace(f"@{name}@", str(value))
        (self.folder / "kamailio.cfg").write_text(text, encoding="utf-8")
        proxy = Program(
            ["kamailio", "-f", "kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "8",
             "-Y", str(self.folder)],
            self.folder, "kamailio",
        )  # fmt: skip
        self._programs.append(proxy)
        proxy.ready(self._answers)

    @property
    def address(self) -> str:
        """Return where SIP goes."""
        return f"{HOST}:{self.sip_port}"

    @property
    def call_log(self) -> str:
        """Return what the proxy wrote: acc's lines and call records among it."""
        return self._programs[1].said()

    def _answers(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mine:
            mine.bind((HOST, 0))
            mine.settimeout(0.2)
            me = f"{HOST}:{mine.getsockname()[1]}"
            ping = PING.format(to=self.address, me=me, count=mine.getsockname()[1])
            mine.sendto(ping.encode(), (HOST, self.sip_port))
            with contextlib.suppress(OSError):
                return mine.recv(4000).startswith(b"SIP/2.0 200")
            return False

    def proxy_says(self, method: str, *parameters: Any) -> Any:
        """Ask the proxy something."""
        return ask_proxy(self.folder, method, *parameters)

    def relay_says(self, question: dict[str, str]) -> dict[str, Any]:
        """Ask the relay something; {} if it is silent."""
        return ask_relay(self.ng_port, question)

    def registered(self, user: str) -> bool:
        """Return whether a number has said where it is."""
        with contextlib.suppress(RuntimeError):
            return bool(self.proxy_says("ul.lookup", "location", user))
        return False

    def wait_registered(self, user: str) -> None:
        """Wait until a number has said where it is."""
        wait_for(f"{user} is registered", lambda: self.registered(user))

    def stop(self) -> None:
        """Stop both."""
        for program in reversed(self._programs):
            program.stop()
