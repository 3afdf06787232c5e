"""ToneBank: the same as a ToneDetector for thousands of lines in one call, without the GIL."""

from __future__ import annotations

from array import array
from operator import index
from typing import Any

from securecall import _dsp
from securecall.errors import InputError, InputTypeError
from securecall.fraud.dsp import DtmfLimits
from securecall.fraud.event import Event
from securecall.fraud.hearing import gap_samples, hearing
from securecall.fraud.tones import TonePlan

__all__ = ["ToneBank"]

CHANNELS_MAX = 1_000_000


class ToneBank:
    """Hears digits and tones on many lines at once; events equal a ToneDetector's bit for bit.

    Parameters
    ----------
    channels : int
        1 to a million.
    sample_rate_hz, dtmf, mf, plan, dial_tone_filter, report_ends
        As for `ToneDetector`. Audio is s16le.

    Raises
    ------
    InputError
        A parameter that is not known or out of range.

    Source
    ------
    own; docs/dsp.md.

    Examples
    --------
    >>> from array import array
    >>> from securecall.fraud import ToneBank
    >>> frames = memoryview(array("h", bytes(2 * 3 * 160))).cast("B").cast("h", (3, 160))
    >>> ToneBank(3).feed(frames)
    []
    """

    __slots__ = ("_channels", "_hearing")

    def __init__(
        self, channels: int, sample_rate_hz: int = 8000, *,
        dtmf: DtmfLimits | str | None = "bellcore", mf: str | None = None,
        plan: TonePlan | str | None = "north_america", dial_tone_filter: bool = True,
        report_ends: bool = False,
    ) -> None:  # fmt: skip
        if type(channels) is not int or not 1 <= channels <= CHANNELS_MAX:
            raise InputError(f"channels must be 1 to {CHANNELS_MAX:,}, not {channels!r}")
        self._hearing = hearing(
            sample_rate_hz, "s16le", dtmf=dtmf, mf=mf, plan=plan,
            dial_tone_filter=dial_tone_filter, report_ends=report_ends,
        )  # fmt: skip
        self._channels = _dsp.Channels(self._hearing.setup, channels)

    @property
    def channels(self) -> int:
        """How many lines there are."""
        return self._channels.count

    def feed(self, frames: Any, lengths: Any = None, gap_ms: Any = None) -> list[tuple[int, Event]]:
        """Hear a row of samples a line; return (channel, event), by channel.

        Parameters
        ----------
        frames : buffer of int16, shape (channels, samples)
            C-contiguous; not changed, not kept.
        lengths : buffer of int32, shape (channels,), optional
            How many samples of each row count; the rest is not looked at.
        gap_ms : sequence of int, shape (channels,), optional
            Milliseconds that were lost before each row.

        Raises
        ------
        InputError
            Shapes that do not fit, a length beyond a row, a gap below 0 or beyond a day.
        InputTypeError
            Other types.
        MemoryError
            There was no memory for the events of this call. The audio was heard; go on.

        Source
        ------
        ITU-T Q.24; docs/dsp.md.
        """
        gaps = None
        if gap_ms is not None:
            try:
                gaps = array("i", [gap_samples(index(each)) for each in gap_ms])
            except TypeError as error:
                raise InputError(f"gap_ms must be a whole number a channel: {error}") from None
        try:
            found = self._channels.feed(frames, lengths, gaps)
        except (TypeError, ValueError, BufferError) as error:
            other = str(error).startswith(("Buffer dtype", "Big-endian", "Little-endian"))
            if other or not isinstance(error, ValueError):
                raise InputTypeError(f"frames must be int16, lengths int32: {error}") from None
            raise InputError(f"frames, lengths or gap_ms: {error}") from None
        if not found:
            return []
        ends, event = self._hearing.report_ends, self._hearing.event
        return [(channel, event(raw)) for channel, raw in found if ends or not raw[3]]

    def finish(self, channel: int) -> list[Event]:
        """End what lasts on a line; return the ends if they are wanted.

        Parameters
        ----------
        channel : int
            The line, from 0.

        Raises
        ------
        InputError
            There is no such channel.

        Source
        ------
        own; docs/dsp.md.
        """
        return self._hearing.events(self._channels.finish(self._mine(channel)))

    def reset(self, channel: int) -> None:
        """Begin a line anew, for another call.

        Parameters
        ----------
        channel : int
            The line, from 0.

        Raises
        ------
        InputError
            There is no such channel.

        Source
        ------
        own; docs/dsp.md.
        """
        self._channels.reset(self._mine(channel))

    def save(self, channel: int) -> bytes:
        """Return what a line remembers; a `ToneDetector` of the same parameters can go on with it.

        Parameters
        ----------
        channel : int
            The line, from 0.

        Raises
        ------
        InputError
            There is no such channel.

        Source
        ------
        own; docs/dsp.md.
        """
        return self._hearing.seal(self._channels.save(self._mine(channel)))

    def restore(self, channel: int, saved: bytes) -> None:
        """Have a line go on where another was when it was saved.

        Parameters
        ----------
        channel : int
            The line, from 0.
        saved : bytes
            What `save` returned.

        Raises
        ------
        InputError
            There is no such channel, or it was saved with other parameters or by another version.
        InputTypeError
            Not bytes.

        Source
        ------
        own; docs/dsp.md.
        """
        channel = self._mine(channel)
        try:
            self._channels.load(channel, self._hearing.unseal(saved))
        except ValueError as error:
            raise InputError(f"saved: {error}") from None

    def _mine(self, channel: int) -> int:
        if type(channel) is not int or not 0 <= channel < self._channels.count:
            raise InputError(f"channel must be 0 to {self._channels.count - 1}, not {channel!r}")
        return channel
