"""baresip from Debian, as it is set up at either end: one account, one sound, a control socket."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.peers.programs import HOST, Program, free_port

__all__ = ["begun", "netstring"]

CONFIGURATION: Final = """\
poll_method epoll
sip_listen {host}:{port}
net_interface {host}
call_max_calls {calls}
audio_source aufile,{sound}
audio_buffer 20-160
rtp_timeout 0
rtcp_mux no
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
statmode_default off
ctrl_tcp_listen {host}:{control}
"""

ACCOUNT: Final = "<sip:{name}@{exchange}>;audio_codecs=PCMU;ptime=20;dtmfmode=rtpevent;{more}\n"


def begun(
    home: Path, *, name: str, exchange: str, sound: Path, more: str, calls: int = 4
) -> tuple[Program, int]:
    """Start it in a new folder; return it and the port of its control socket."""
    home.mkdir()
    control = free_port()
    settings = CONFIGURATION.format(
        host=HOST, port=free_port(), control=control, sound=sound, calls=calls
    )
    (home / "config").write_text(settings, encoding="utf-8")
    account = ACCOUNT.format(name=name, exchange=exchange, more=more)
    (home / "accounts").write_text(account, encoding="utf-8")
    return Program(["baresip", "-f", str(home)], home, "baresip"), control


def netstring(text: str) -> bytes:
    """Return a text as the control socket takes it."""
    return f"{len(text)}:{text},".encode()
