"""SpeechDetector: for each 20 ms of a line, if someone speaks or something else sounds."""

from __future__ import annotations

from array import array
from enum import IntEnum
from functools import cache
from typing import Any, Final

from securecall import _dsp
from securecall.errors import BuildError, InputError
from securecall.fraud.g711 import ALAW, MULAW
from securecall.fraud.hearing import ENCODINGS, gap_samples, one_of, refuse_frame
from securecall.fraud.learnt import packaged, read_lines

__all__ = ["Activity", "SpeechDetector", "packed_network"]

NETWORK: Final = "data/speech_2026_11_26.csv"
NUMBERS: Final = 307


class Activity(IntEnum):
    """What a frame of 20 ms is.

    Source
    ------
    own; docs/dsp.md.
    """

    SILENCE = 0
    """No more than 6 dB above the line's noise, or below -60 dBm0."""
    SPEECH = 1
    OTHER = 2
    """Sound that is not taken for speech: music, animals, machines, tones."""
    LOST = 3
    """Audio of the frame was lost: evidence of nothing."""


@cache
def packed_network() -> bytes:
    """Return the network's numbers as the engine takes them.

    Raises
    ------
    BuildError
        The file of the package was changed.

    Source
    ------
    own; made by ``benchmarks/speech`` from recordings, which the file names.
    """
    numbers = array("f")
    read_lines(packaged(NETWORK), NETWORK, lambda words: numbers.extend(map(float, words[1:])))
    if len(numbers) != NUMBERS:
        raise BuildError(f"{NETWORK} has {len(numbers)} numbers, not {NUMBERS}")
    return numbers.tobytes()


def speech_channel(
    sample_rate_hz: int, encoding: str, *, measures: bool = False
) -> _dsp.Channel:  # fmt: skip
    """Return a channel that listens for speech and nothing else, and measures if that is wanted.

    Raises
    ------
    InputError
        A rate other than 8000 or 16000, or an encoding that is not known.

    Source
    ------
    own.
    """
    if type(sample_rate_hz) is not int or sample_rate_hz not in (8000, 16000):
        raise InputError(f"sample_rate_hz must be 8000 or 16000, not {sample_rate_hz!r}")
    code = one_of(encoding, ENCODINGS, "encoding")
    table = b"" if code == 0 else (MULAW if code == 1 else ALAW).tobytes()
    return _dsp.Channel(
        _dsp.Setup(sample_rate_hz, code, table, None, None, False, None, packed_network(), measures)
    )


class SpeechDetector:
    """Tells speech from other sound on one line.

    Audio may come in pieces of any length; the frames are the same, bit for bit. Not for two
    threads at once. A decision rests on about the last second.

    Parameters
    ----------
    sample_rate_hz : {8000, 16000}
    encoding : {"s16le", "mulaw", "alaw"}

    Raises
    ------
    InputError
        Another rate, or an encoding that is not known.

    Source
    ------
    own; docs/dsp.md has what it was found to do on recordings that it was not trained on.

    Examples
    --------
    >>> from securecall.fraud import SpeechDetector
    >>> SpeechDetector().feed(bytes(640))
    [<Activity.SILENCE: 0>, <Activity.SILENCE: 0>]
    """

    __slots__ = ("_channel",)

    def __init__(self, sample_rate_hz: int = 8000, encoding: str = "s16le") -> None:
        self._channel = speech_channel(sample_rate_hz, encoding)

    def feed(self, frame: Any) -> list[Activity]:
        """Hear some audio; return what each frame of 20 ms is that it completes.

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

        Source
        ------
        own; docs/dsp.md.
        """
        try:
            told = self._channel.activity(frame)
        except (ValueError, TypeError, BufferError) as error:
            refuse_frame(error)
        return [_KINDS[each] for each in told]

    def feed_gap(self, duration_ms: int) -> list[Activity]:
        """Let audio pass that was lost; return the frames that it completes, all `LOST`.

        Parameters
        ----------
        duration_ms : int
            Whole milliseconds, 0 to a day.

        Raises
        ------
        InputError
            Not a whole number of milliseconds, 0 to a day.

        Source
        ------
        own; docs/dsp.md.
        """
        before = self._channel.now // 160
        self._channel.gap(gap_samples(duration_ms))
        return [Activity.LOST] * (self._channel.now // 160 - before)

    @property
    def now_ms(self) -> float:
        """Milliseconds of audio so far."""
        return self._channel.now / 8


_KINDS: Final = tuple(Activity)
