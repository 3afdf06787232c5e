"""The called number: baresip from Debian, which answers and plays a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.peers.exchange import Exchange
from tests.peers.programs import HOST, Program, free_port

__all__ = ["FarEnd"]

CONFIGURATION: Final = """\
poll_method epoll
sip_listen {host}:{port}
net_interface {host}
call_max_calls {calls}
audio_source {source}
audio_buffer 20-160
rtp_timeout 0
rtcp_mux no
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
statmode_default off
"""

ACCOUNT: Final = (
    "<sip:{number}@{exchange}>;regint=600;answermode=auto;audio_codecs=PCMU;ptime=20;"
    "dtmfmode=rtpevent\n"
)


class FarEnd:
    """One number at which baresip answers at once."""

    def __init__(
        self, exchange: Exchange, folder: Path, number: str, *, source: str = "ausine,300",
        calls: int = 4,
    ) -> None:  # fmt: skip
        self.number = number
        home = folder / f"far-{number.lstrip('+')}"
        home.mkdir()
        settings = CONFIGURATION.format(host=HOST, port=free_port(), source=source, calls=calls)
        (home / "config").write_text(settings, encoding="utf-8")
        account = ACCOUNT.format(number=number, exchange=exchange.address)
        (home / "accounts").write_text(account, encoding="utf-8")
        self.program = Program(["baresip", "-f", str(home)], home, "baresip")
        try:
            self.program.ready(lambda: exchange.registered(number))
        except BaseException:
            self.stop()
            raise

    @property
    def log(self) -> str:
        """Return what it has written."""
        return self.program.said()

    def stop(self) -> None:
        """Stop it."""
        self.program.stop()
