"""Asterisk chan_websocket: binary messages are audio, text messages are events, in two dialects."""

from __future__ import annotations

from typing import Any, Final

from securecall.errors import WireError
from securecall.integrations.json_message import message_of, shown, told_of, word_of
from securecall.integrations.limits import AUDIO_BYTES_MAX, TEXT_CHARACTERS_MAX
from securecall.integrations.media import Audio, Closed, MediaEvent, Opened, Signal

__all__ = ["ChanWebSocket"]

WIRE: Final = "chan_websocket"
FORMATS: Final = {
    "ulaw": ("mulaw", 8000), "alaw": ("alaw", 8000), "slin": ("s16le", 8000),
    "slin16": ("s16le", 16000),
}  # fmt: skip
SUBPROTOCOL: Final = "media"
"""What a server of WebSockets must agree to."""


class ChanWebSocket:
    """Reads the messages of one connection.

    Parameters
    ----------
    leg : {"called", "calling"}
        Whose audio it is: one connection brings what its channel hears.

    Source
    ------
    docs.asterisk.org, WebSocket channel driver (2026); messages of Asterisk 22.10.1 in
    tests/data/wires.
    """

    __slots__ = ("_format", "_leg")

    def __init__(self, leg: str = "called") -> None:
        self._leg = leg
        self._format: tuple[str, int] | None = None

    def message(self, data: str | bytes) -> list[MediaEvent]:
        """Return what one message says.

        Parameters
        ----------
        data : str or bytes
            Text or binary, as it came.

        Raises
        ------
        WireError
            Audio before ``MEDIA_START``, a format that is not heard, or a message beyond limits.

        Source
        ------
        As the class.
        """
        if isinstance(data, str):
            return self._event(_told(data))
        if self._format is None:
            raise WireError(WIRE, "audio came before MEDIA_START said its format")
        if len(data) > AUDIO_BYTES_MAX:
            raise WireError(WIRE, f"{len(data)} bytes at once; the most is {AUDIO_BYTES_MAX}")
        return [Audio(self._leg, data, *self._format)]

    def end(self) -> list[MediaEvent]:
        """Return what the end of the connection says.

        Source
        ------
        As the class.
        """
        return [Closed("closed")]

    def _event(self, told: dict[str, Any]) -> list[MediaEvent]:
        event = told.get("event")
        if event == "DTMF_END":
            return [Signal("dtmf", word_of(WIRE, told, "digit"), self._leg)]
        if event != "MEDIA_START":
            return []  # flow control, marks, and what later versions say
        if self._format is not None:
            raise WireError(WIRE, "MEDIA_START came twice")
        named = word_of(WIRE, told, "format")
        if named not in FORMATS:
            raise WireError(
                WIRE, f"format {shown(named)} is not heard; dial with c({'|'.join(FORMATS)})"
            )
        self._format = FORMATS[named]
        return [Opened(word_of(WIRE, told, "channel_id", ""), (self._leg,), told_of(told))]


def _told(text: str) -> dict[str, Any]:
    """Return a message of either dialect as what it says by name."""
    if text.startswith("{"):
        return message_of(WIRE, text)
    if len(text) > TEXT_CHARACTERS_MAX:
        raise WireError(
            WIRE, f"a message of {len(text)} characters; the most is {TEXT_CHARACTERS_MAX}"
        )
    event, *words = text.split()[:JSON_WORDS] or [""]
    return {"event": event} | {
        name: value for name, _, value in (each.partition(":") for each in words)
    }


JSON_WORDS: Final = 100
