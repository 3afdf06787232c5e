"""ToneDetector: digits and tones of one line, as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from securecall.errors import InputError, InputTypeError, nearest
from securecall.fraud.dsp import DTMF_KEYS, MF_SYSTEMS, DtmfLimits, limits_of
from securecall.fraud.event import Event
from securecall.fraud.g711 import ALAW, MULAW

try:
    from securecall import _dsp
except ImportError as error:
    from securecall.errors import BuildError

    raise BuildError(f"the compiled module securecall._dsp is missing: {error}") from None

__all__ = ["ENCODINGS", "ToneDetector", "setup_of"]

ENCODINGS: Final[Mapping[str, int]] = {"s16le": 0, "mulaw": 1, "alaw": 2}
SAMPLES_PER_MS: Final = 8


def _one_of(value: Any, allowed: Mapping[str, Any], name: str) -> Any:
    """Return what a name stands for."""
    try:
        return allowed[value]
    except (KeyError, TypeError):
        near = nearest(value, allowed)
        hint = f"; did you mean {near!r}?" if near else ""
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}{hint}"
        ) from None


def setup_of(
    sample_rate_hz: int, encoding: str, dtmf: DtmfLimits | str | None, mf: str | None,
    dial_tone_filter: bool,
) -> _dsp.Setup:  # fmt: skip
    """Return what the channels of a detector share.

    Raises
    ------
    InputError
        A rate other than 8000 or 16000, or a name that is not known.
    """
    if sample_rate_hz not in (8000, 16000):
        raise InputError(f"sample_rate_hz must be 8000 or 16000, not {sample_rate_hz!r}")
    code = _one_of(encoding, ENCODINGS, "encoding")
    table = b"" if code == 0 else (MULAW if code == 1 else ALAW).tobytes()
    limits = limits_of(dtmf)
    system = None if mf is None else _one_of(mf, MF_SYSTEMS, "mf").engine()
    return _dsp.Setup(
        sample_rate_hz, code, table, None if limits is None else limits.engine(), system,
        bool(dial_tone_filter),
    )  # fmt: skip


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
        A standard's name (``bellcore``, ``ntt``, ``etsi``, ``denmark``, ``brazil``, ``australia``),
        own limits, or None for no digits.
    mf : {"r1", "r2_forward", "r2_backward"} or None
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

    __slots__ = ("_channel", "_mf", "report_ends")

    def __init__(
        self, sample_rate_hz: int = 8000, encoding: str = "s16le", *,
        dtmf: DtmfLimits | str | None = "bellcore", mf: str | None = None,
        dial_tone_filter: bool = True, report_ends: bool = False,
    ) -> None:  # fmt: skip
        self._channel = _dsp.Channel(setup_of(sample_rate_hz, encoding, dtmf, mf, dial_tone_filter))
        self._mf = [] if mf is None else MF_SYSTEMS[mf].signals.split()
        self.report_ends = bool(report_ends)

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
        """
        try:
            found = self._channel.feed(frame)
        except ValueError as error:
            raise InputError(f"frame: {error}") from None
        except (TypeError, BufferError) as error:
            raise InputTypeError(f"frame must be bytes or a buffer of int16: {error}") from None
        return self._events(found) if found else []

    def feed_gap(self, duration_ms: int) -> list[Event]:
        """Let audio pass that was lost; it is evidence of nothing.

        Raises
        ------
        InputError
            Not a whole number of milliseconds, 0 or more.
        """
        if type(duration_ms) is not int or not 0 <= duration_ms <= 86_400_000:
            raise InputError(
                f"duration_ms must be whole milliseconds, 0 to a day, not {duration_ms!r}"
            )
        return self._events(self._channel.gap(duration_ms * SAMPLES_PER_MS))

    def finish(self) -> list[Event]:
        """End what lasts, because the call is over."""
        return self._events(self._channel.finish())

    @property
    def now_ms(self) -> float:
        """Milliseconds of audio so far."""
        return self._channel.now / SAMPLES_PER_MS

    def _events(self, found: tuple[Any, ...]) -> list[Event]:
        return [self._event(each) for each in found if self.report_ends or not each[3]]

    def _event(self, raw: tuple[Any, ...]) -> Event:
        kind, code, number, ended, start, end, detected, level, probability, values = raw
        name, detail = "dtmf", ""
        if kind == 1:
            detail = DTMF_KEYS[code]
        elif kind == 2:
            name, detail = "mf", self._mf[code]
        cues: dict[str, float] = {}
        if not ended:
            cues = {
                "low_hz": values[0], "high_hz": values[1], "low_dbm0": values[2],
                "high_dbm0": values[3], "twist_db": values[4], "snr_db": values[5],
            }  # fmt: skip
        return Event(
            number, name, "note", start / SAMPLES_PER_MS,
            end / SAMPLES_PER_MS if end >= 0 else None, detected / SAMPLES_PER_MS, probability,
            detail, level, cues, ended,
        )  # fmt: skip
