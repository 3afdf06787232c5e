"""ToneDetector: digits and tones of one line, as events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from securecall import _dsp
from securecall.errors import InputError
from securecall.fraud.dsp import TONES_HZ, DtmfLimits
from securecall.fraud.event import Event
from securecall.fraud.hearing import SAMPLES_PER_MS, gap_samples, hearing, refuse_frame
from securecall.fraud.signalled import signalled
from securecall.fraud.tones import TonePlan

__all__ = ["ToneDetector"]


class ToneDetector:
    """Hears digits and tones on one line, and nothing else.

    Audio may come in pieces of any length; the events are the same, bit for bit. Not for two
    threads at once.

    Parameters
    ----------
    sample_rate_hz : {8000, 16000}
        16 kHz is halved first; times then run 1.4 ms late.
    encoding : {"s16le", "mulaw", "alaw"}
    dtmf : str, DtmfLimits or None
        A standard's name (``bellcore``, ``ntt``, ``etsi``, ``denmark``, ``brazil``, ``australia``;
        ``codec`` behind coders of speech), own limits, or None for no digits.
    mf : {"r1", "r2_forward", "r2_backward"} or None
    plan : str, TonePlan or None
        A plan of call-progress tones by its name (`securecall.fraud.tones.plan_names`), one's own
        (`securecall.fraud.tone_files.read_plan`), or None for no tones.
    dial_tone_filter : bool
        Hear digits under a dial tone that is up to 22 dB louder.
    report_ends : bool
        Have a second event when a digit or tone is over.

    Raises
    ------
    InputError
        Another rate, or a name that is not known.

    Source
    ------
    ITU-T Q.23, Q.24, E.180; docs/dsp.md.

    Examples
    --------
    >>> from securecall.fraud import ToneDetector
    >>> ToneDetector(sample_rate_hz=8000).feed(bytes(320))
    []
    """

    __slots__ = ("_channel", "_hearing")

    def __init__(
        self, sample_rate_hz: int = 8000, encoding: str = "s16le", *,
        dtmf: DtmfLimits | str | None = "bellcore", mf: str | None = None,
        plan: TonePlan | str | None = "north_america", dial_tone_filter: bool = True,
        report_ends: bool = False,
    ) -> None:  # fmt: skip
        self._hearing = hearing(
            sample_rate_hz, encoding, dtmf=dtmf, mf=mf, plan=plan,
            dial_tone_filter=dial_tone_filter, report_ends=report_ends,
        )  # fmt: skip
        self._channel = _dsp.Channel(self._hearing.setup)

    def feed(self, frame: Any) -> list[Event]:
        """Hear some audio; return the events that it completes.

        Parameters
        ----------
        frame : bytes or buffer of int16
            Any length, also none; for mu-law and A-law a byte a sample.

        Raises
        ------
        InputError
            An odd number of bytes of 16-bit samples.
        InputTypeError
            Neither bytes nor int16.
        MemoryError
            There was no memory for the events of this call. The audio was heard; go on.

        Source
        ------
        ITU-T Q.24; docs/dsp.md.
        """
        try:
            found = self._channel.feed(frame)
        except (ValueError, TypeError, BufferError) as error:
            refuse_frame(error)
        return self._hearing.events(found) if found else []

    def feed_gap(self, duration_ms: int) -> list[Event]:
        """Let audio pass that was lost; it is evidence of nothing.

        Parameters
        ----------
        duration_ms : int
            Whole milliseconds, 0 to a day.

        Raises
        ------
        InputError
            Not a whole number of milliseconds, from 0 to a day.

        Source
        ------
        own; docs/dsp.md.
        """
        return self._hearing.events(self._channel.gap(gap_samples(duration_ms)))

    def signal(self, name: str, value: Any = None, at_ms: float | None = None) -> list[Event]:
        """Take in a digit or a hook flash that the network told beside the audio.

        Nothing is compared with what is heard: a gateway that sends a digit both ways has two
        events, of which one has the cue ``signalled``.

        Parameters
        ----------
        name : {"dtmf", "flash"}
        value : str or int, optional
            Of dtmf a key or its RFC 4733 code, 0 to 15; of flash how long it was in milliseconds.
        at_ms : float, optional
            Milliseconds of audio since the detector began; by default now.

        Raises
        ------
        InputError
            Another name, a value that does not fit it, or an instant below 0.

        Source
        ------
        RFC 4733 (2006), clause 3.2.
        """
        at = self.now_ms if at_ms is None else at_ms
        if isinstance(at, bool) or not isinstance(at, (int, float)) or not 0 <= at < 1e13:
            raise InputError(f"at_ms must be milliseconds, 0 or more, not {at_ms!r}")
        event = signalled(0, name, value, float(at))
        return [replace(event, id=self._channel.next_id())]

    def finish(self) -> list[Event]:
        """End what lasts, because the call is over; return the ends if they are wanted.

        Source
        ------
        own; docs/dsp.md.
        """
        return self._hearing.events(self._channel.finish())

    @property
    def now_ms(self) -> float:
        """Milliseconds of audio so far."""
        return self._channel.now / SAMPLES_PER_MS

    def levels(self) -> dict[float, float]:
        """Return the level in dBm0 of each tone of the bank, by Hz, over the last whole 20 ms.

        A tone stands out from its neighbours when they are 70 Hz or more apart.

        Source
        ------
        own; `_bank.h`.
        """
        return dict(zip(TONES_HZ, self._channel.tones(), strict=True))

    def save(self) -> bytes:
        """Return all that the detector remembers; `restore` goes on from there, bit for bit.

        Source
        ------
        own; docs/dsp.md.
        """
        return self._hearing.seal(self._channel.save())

    def restore(self, saved: bytes) -> None:
        """Go on where another detector with the same parameters was when it was saved.

        Parameters
        ----------
        saved : bytes
            What `save` returned.

        Raises
        ------
        InputTypeError
            Not bytes.
        InputError
            Saved with other parameters or by another version.

        Source
        ------
        own; docs/dsp.md.
        """
        try:
            self._channel.load(self._hearing.unseal(saved))
        except ValueError as error:
            raise InputError(f"saved: {error}") from None
