"""Measures: each 20 ms of a line as a row of 32 numbers, for one's own detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from securecall import _dsp
from securecall.errors import InputError
from securecall.fraud.hearing import gap_samples, refuse_frame
from securecall.fraud.speech import speech_channel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BANDS_HZ", "MEASURES", "Measurer"]

BANDS_HZ: Final = tuple(250 * number for number in range(17))
"""Edges of the sixteen bands: 0, 250, ... 4000 Hz."""

MEASURES: Final[tuple[str, ...]] = (
    "level_dbm0", "peak_dbm0", "crossings", "floor_dbm0", "activity", "click_db", "click_dbm0",
    "tilt_db", "edge_hz", "evenness_db", "pitch_log2_hz", "voiced",
    *(f"hop_{number}_dbm0" for number in range(1, 5)),
    *(f"band_{hz}_dbm0" for hz in BANDS_HZ[:-1]),
)  # fmt: skip
"""Names of a row's numbers, in order.

``level_dbm0``, ``hop_1_dbm0`` to ``hop_4_dbm0``
    Mean square of the frame, and of its quarters of 5 ms; -94 is silence.
``peak_dbm0``
    Of a sine whose peak is the frame's greatest sample.
``crossings``
    Changes of sign.
``floor_dbm0``
    Of the line's noise: falls within 0.1 s, rises by 2 dB a second.
``activity``
    As `securecall.fraud.Activity`: 0 silence, 1 speech, 2 other sound, 3 lost.
``click_db``, ``click_dbm0``
    Of the frame *before*: the sharpest millisecond over the louder of the 18 ms before it and of
    what is 6 to 20 ms behind it, and its level. 0 and -100 if nothing stands out by 6 dB, or if
    audio near it was lost.
``tilt_db``
    An octave, by least squares over 250 to 3500 Hz.
``edge_hz``
    99 % of the power lie below.
``evenness_db``
    Geometric over arithmetic mean of the spectrum's bins: near -2.5 for noise, far less for tones.
``pitch_log2_hz``, ``voiced``
    Where a pitch was looked for (every other frame above the floor) and found: log2 of Hz, and 1;
    else 0.
``band_0_dbm0`` ... ``band_3750_dbm0``
    Power of 250 Hz from there on, over the last 32 ms with a Hann window.

A frame with lost audio is -100 dBm0 everywhere with activity 3.
"""

assert len(MEASURES) == _dsp.MEASURES_COUNT, "the engine measures what is named here"


class Measurer:
    """Measures a line, frame by frame. Not for two threads at once. Needs numpy.

    Audio may come in pieces of any length; the rows are the same, bit for bit.

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
    own; docs/dsp.md.

    Examples
    --------
    >>> from securecall.fraud.measures import MEASURES, Measurer
    >>> rows = Measurer().feed(bytes(640))
    >>> rows.shape, round(float(rows[0][MEASURES.index("level_dbm0")]))
    ((2, 32), -94)
    """

    __slots__ = ("_channel",)

    def __init__(self, sample_rate_hz: int = 8000, encoding: str = "s16le") -> None:
        self._channel = speech_channel(sample_rate_hz, encoding, measures=True)

    def feed(self, frame: Any) -> NDArray[np.float32]:
        """Hear some audio; return a row for each frame of 20 ms that it completes.

        Parameters
        ----------
        frame : bytes or buffer of int16
            Any length, also none; for mu-law and A-law a byte a sample.

        Returns
        -------
        float32 array, shape (frames, 32)
            Columns as `MEASURES` names them.

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
            rows = self._channel.measures(frame)
        except (ValueError, TypeError, BufferError) as error:
            refuse_frame(error)
        return _array(rows)

    def feed_gap(self, duration_ms: int) -> NDArray[np.float32]:
        """Let audio pass that was lost; return rows for the frames that it completes.

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
        return _array(self._channel.measures_of_gap(gap_samples(duration_ms)))

    @property
    def now_ms(self) -> float:
        """Milliseconds of audio so far."""
        return self._channel.now / 8

    def save(self) -> bytes:
        """Return all that is remembered; `restore` goes on from there, bit for bit.

        Source
        ------
        own; docs/dsp.md.
        """
        return self._channel.save()

    def restore(self, saved: bytes) -> None:
        """Go on where another measurer of the same parameters was when it was saved.

        Parameters
        ----------
        saved : bytes

        Raises
        ------
        InputError
            Saved by another version.

        Source
        ------
        own; docs/dsp.md.
        """
        try:
            self._channel.load(saved)
        except (ValueError, TypeError) as error:
            raise InputError(f"saved: {error}") from None


def _array(rows: bytes) -> NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(rows, np.float32).reshape(-1, len(MEASURES))
