"""FreeSWITCH mod_audio_stream and its like: one text message, then binary L16, and digits as text.

mod_audio_fork and jambonz have the same wire, and Vonage has it but for the names in its texts.
"""

from __future__ import annotations

from typing import Final

from securecall.errors import InputError, WireError
from securecall.integrations.json_message import message_of, told_of, word_of
from securecall.integrations.limits import AUDIO_BYTES_MAX
from securecall.integrations.media import Audio, Closed, MediaEvent, Opened, Signal

__all__ = ["AudioStream"]

WIRE: Final = "mod_audio_stream"
LEGS: Final = {"mono": ("called",), "mixed": ("called",), "stereo": ("calling", "called")}
"""Legs by mix. Source: mod_audio_stream's README (2025): stereo has the caller in channel 0."""

DIGITS: Final = {"dtmf": "dtmf", "websocket:dtmf": "digit"}
"""Where a digit stands, by event: of mod_audio_fork and jambonz, and of Vonage."""


class AudioStream:
    """Reads the messages of one connection.

    Parameters
    ----------
    call : str
        The call's id, best from the path of the URL that you gave to FreeSWITCH: the metadata may
        come mangled by its dialplan.
    mix : {"mono", "mixed", "stereo"}
        As in ``uuid_audio_stream <uuid> start <url> <mix> <rate>``.
    sample_rate_hz : {8000, 16000}
    legs : tuple of str, optional
        Whose audio each channel is, if not the caller's and the callee's.

    Raises
    ------
    InputError
        No such mix, or not a leg for each of its channels.

    Source
    ------
    README of amigniter/mod_audio_stream (2025); docs.jambonz.org, listen; developer.vonage.com,
    WebSockets; frame sizes and gaps measured with FreeSWITCH
    1.10.12, tests/data/wires/README.md.
    """

    __slots__ = ("_call", "_legs", "_opened", "_rate_hz")

    def __init__(
        self, call: str = "", *, mix: str = "mono", sample_rate_hz: int = 8000,
        legs: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        if mix not in LEGS or (legs is not None and len(legs) != len(LEGS[mix])):
            raise InputError(
                f"mix must be mono, mixed or stereo, with a leg a channel, not {mix!r}"
            )
        self._call, self._legs, self._rate_hz = call, legs or LEGS[mix], sample_rate_hz
        self._opened = False

    def message(self, data: str | bytes) -> list[MediaEvent]:
        """Return what one message says; the first opens the call, whatever it is.

        Parameters
        ----------
        data : str or bytes

        Raises
        ------
        WireError
            A message beyond limits, or samples that do not come out even.

        Source
        ------
        As the class.
        """
        made: list[MediaEvent] = []
        if isinstance(data, str):
            try:
                told = message_of(WIRE, data)
            except WireError:
                if self._opened:
                    raise
                told = {}  # metadata is for people; that of FreeSWITCH came cut at its first quote
            if self._opened and str(told.get("event")) in DIGITS:
                key = word_of(WIRE, told, DIGITS[told["event"]])
                return [Signal("dtmf", key, self._legs[-1])]
            if not self._opened:
                made.append(Opened(self._call, self._legs, told_of(told)))
            self._opened = True
            return made
        if not self._opened:
            made.append(Opened(self._call, self._legs))
            self._opened = True
        count = len(self._legs)
        if len(data) > AUDIO_BYTES_MAX or len(data) % (2 * count):
            raise WireError(
                WIRE, f"{len(data)} bytes are no audio of {count} legs in {AUDIO_BYTES_MAX}"
            )
        samples = memoryview(data).cast("h")
        for place, leg in enumerate(self._legs):
            made.append(Audio(leg, samples[place::count].tobytes(), "s16le", self._rate_hz))
        return made

    def end(self) -> list[MediaEvent]:
        """Return what the end of the connection says.

        Source
        ------
        As the class.
        """
        return [Closed("closed")]
