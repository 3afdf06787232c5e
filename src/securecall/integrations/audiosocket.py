"""Asterisk AudioSocket: frames of a TCP connection that Asterisk opens to you."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from securecall.errors import WireError
from securecall.integrations.limits import AUDIO_BYTES_MAX
from securecall.integrations.media import Audio, Closed, MediaEvent, Opened, Signal

__all__ = ["AudioSocket"]

HANGUP, CALL, DIGIT, FAILED = 0x00, 0x01, 0x03, 0xFF
RATES_HZ: Final = {
    0x10: 8000, 0x11: 12000, 0x12: 16000, 0x13: 24000, 0x14: 32000, 0x15: 44100, 0x16: 48000,
    0x17: 96000, 0x18: 192000,
}  # fmt: skip
"""Source: docs.asterisk.org, AudioSocket (2026). An older page had 0x11 for 16 kHz."""

HEARD_HZ: Final = (8000, 16000)


class AudioSocket:
    """Reads what Asterisk sends on one connection.

    Parameters
    ----------
    leg : {"called", "calling"}
        Whose audio it is: AudioSocket has no directions, and brings what its channel hears.

    Source
    ------
    docs.asterisk.org, AudioSocket (2026); bytes of Asterisk 22.10.1 in tests/data/wires.
    """

    __slots__ = ("_buffer", "_closed", "_leg", "_opened")

    def __init__(self, leg: str = "called") -> None:
        self._leg, self._buffer, self._opened, self._closed = leg, bytearray(), False, False

    def feed_bytes(self, data: bytes) -> list[MediaEvent]:
        """Return what some bytes of the connection complete, in any pieces.

        Parameters
        ----------
        data : bytes

        Raises
        ------
        WireError
            A frame that is unknown, too long or out of turn. The connection is of no more use.

        Source
        ------
        As the class.
        """
        made: list[MediaEvent] = []
        self._buffer += data
        at = 0
        while not self._closed and len(self._buffer) - at >= 3:
            kind, size = self._buffer[at], int.from_bytes(self._buffer[at + 1 : at + 3], "big")
            if size > AUDIO_BYTES_MAX:
                raise WireError(
                    "AudioSocket", f"a frame of {size} bytes; the most is {AUDIO_BYTES_MAX}"
                )
            if len(self._buffer) - at < 3 + size:
                break
            made.append(self._frame(kind, bytes(self._buffer[at + 3 : at + 3 + size])))
            at += 3 + size
        del self._buffer[: len(self._buffer) if self._closed else at]
        return made

    def end(self) -> list[MediaEvent]:
        """Return what the end of the connection says: Asterisk often hangs up by it alone.

        Source
        ------
        As the class.
        """
        closed, self._closed = self._closed, True
        return [] if closed else [Closed("closed")]

    def _frame(self, kind: int, payload: bytes) -> MediaEvent:
        if kind in (HANGUP, FAILED):
            self._closed = True
            return Closed("hangup" if kind == HANGUP else f"error {payload[:8].hex()}")
        if kind == CALL and len(payload) == 16 and not self._opened:
            self._opened = True
            return Opened(str(UUID(bytes=payload)), (self._leg,))
        if not self._opened:
            raise WireError(
                "AudioSocket", f"the first frame is the call's UUID, not kind 0x{kind:02x}"
            )
        if kind == DIGIT and len(payload) == 1:
            return Signal("dtmf", payload.decode("latin-1"), self._leg)
        rate_hz = RATES_HZ.get(kind)
        if rate_hz in HEARD_HZ:
            return Audio(self._leg, payload, "s16le", rate_hz)
        if rate_hz is not None:
            raise WireError(
                "AudioSocket", f"audio of {rate_hz} Hz; have the channel use slin or slin16"
            )
        raise WireError(
            "AudioSocket", f"a frame of kind 0x{kind:02x} and {len(payload)} bytes is none"
        )
