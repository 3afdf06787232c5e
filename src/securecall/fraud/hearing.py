"""What detectors of digits and tones share: their setup, and events in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NoReturn

from securecall.errors import BuildError, InputError, InputTypeError, did_you_mean
from securecall.fraud.dsp import DTMF_KEYS, MF_SYSTEMS, DtmfLimits, limits_of
from securecall.fraud.event import Event
from securecall.fraud.g711 import ALAW, MULAW
from securecall.fraud.tone_packing import packed
from securecall.fraud.tones import TonePlan
from securecall.fraud.tones import plan as plan_of

try:
    from securecall import _dsp
except ImportError as error:
    raise BuildError(f"the compiled module securecall._dsp is missing: {error}") from None

__all__ = ["ENCODINGS", "SAMPLES_PER_MS", "Hearing", "hearing", "refuse_frame"]

ENCODINGS: Final[Mapping[str, int]] = {"s16le": 0, "mulaw": 1, "alaw": 2}
SAMPLES_PER_MS: Final = 8
GAP_MS_MAX: Final = 86_400_000


def one_of(value: Any, allowed: Mapping[str, Any], name: str) -> Any:
    """Return what a name stands for.

    Raises
    ------
    InputError
        It stands for nothing.
    """
    try:
        return allowed[value]
    except (KeyError, TypeError):
        hint = did_you_mean(value, allowed)
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}{hint}"
        ) from None


def refuse_frame(error: Exception) -> NoReturn:
    """Say in our words what the engine did not like about audio.

    Raises
    ------
    InputError, InputTypeError
        Always one of them.
    """
    if isinstance(error, ValueError) and not isinstance(error, BufferError):
        raise InputError(f"frame: {error}") from None
    raise InputTypeError(
        f"frame must be bytes or a contiguous buffer of int16: {error}; "
        "scale audio in floats by 32768 and round it first"
    ) from None


def gap_samples(duration_ms: object) -> int:
    """Return how many samples a gap has.

    Raises
    ------
    InputError
        It is not whole milliseconds from 0 to a day.
    """
    if type(duration_ms) is not int or not 0 <= duration_ms <= GAP_MS_MAX:
        raise InputError(f"a gap must be whole milliseconds, 0 to a day, not {duration_ms!r}")
    return duration_ms * SAMPLES_PER_MS


class Hearing:
    """The setup of one or many channels, and their events in plain words.

    Its arguments are those of `ToneDetector`; with ``speech``, the network that tells it from other
    sound, frames are measured, too.

    Raises
    ------
    InputError
        A rate other than 8000 or 16000, or a name that is not known.
    InputTypeError
        A plan that is neither a name nor a plan.
    """

    __slots__ = ("_mf", "_tones", "digest", "report_ends", "setup")

    def __init__(
        self, sample_rate_hz: int, encoding: str, *, dtmf: DtmfLimits | str | None, mf: str | None,
        plan: TonePlan | str | None, dial_tone_filter: bool, report_ends: bool,
        speech: bytes | None = None, forest: bytes | None = None, recurrent: bytes | None = None,
    ) -> None:  # fmt: skip
        if type(sample_rate_hz) is not int or sample_rate_hz not in (8000, 16000):
            raise InputError(f"sample_rate_hz must be 8000 or 16000, not {sample_rate_hz!r}")
        code = one_of(encoding, ENCODINGS, "encoding")
        table = b"" if code == 0 else (MULAW if code == 1 else ALAW).tobytes()
        limits = limits_of(dtmf)
        system = None if mf is None else one_of(mf, MF_SYSTEMS, "mf")
        if not (plan is None or isinstance(plan, (str, TonePlan))):
            raise InputTypeError(f"plan must be a name or a TonePlan, not {type(plan).__name__}")
        tones = plan if plan is None or isinstance(plan, TonePlan) else plan_of(plan)
        row = None if tones is None else packed(tones)
        self._mf = [] if system is None else system.signals.split()
        self._tones = () if tones is None else tuple(tone.name for tone in tones)
        self.report_ends = bool(report_ends)
        self.setup = _dsp.Setup(
            sample_rate_hz, code, table, None if limits is None else limits.engine(),
            None if system is None else system.engine(), bool(dial_tone_filter), row, speech,
            speech is not None, bytes(_tone_class(name) for name in self._tones),
            forest, recurrent,
        )  # fmt: skip
        told = (
            sample_rate_hz, encoding, limits, mf, bool(dial_tone_filter), self.report_ends, row,
            *(() if speech is None else (speech,)), *(() if forest is None else (forest,)),
            *(() if recurrent is None else (recurrent,)),
        )  # fmt: skip
        self.digest = sha256(ascii(told).encode()).digest()[:8]

    def events(self, found: Iterable[tuple[Any, ...]]) -> list[Event]:
        """Return events in plain words; ends only if they are wanted."""
        return [self.event(each) for each in found if self.report_ends or not each[3]]

    def event(self, raw: tuple[Any, ...], leg: str = "") -> Event:
        """Return one event, of a leg of a call if there are legs, in plain words."""
        kind, code, number, ended, start, end, detected, level, probability, values = raw
        name, detail = "dtmf", ""
        if kind == 1:
            detail = DTMF_KEYS[code]
        elif kind == 2:
            name, detail = "mf", self._mf[code]
        elif kind == 0:
            name, detail = "tone", self._tones[code]
        cues: dict[str, float] = {}
        if kind == 0 and not ended:
            cues = {f"line_{n}_hz": hz for n, hz in enumerate(values[:4], 1) if hz > 0}
            cues |= {"twist_db": values[4], "snr_db": values[5]}
        elif not ended:
            cues = {
                "low_hz": values[0], "high_hz": values[1], "low_dbm0": values[2],
                "high_dbm0": values[3], "twist_db": values[4], "snr_db": values[5],
            }  # fmt: skip
        return Event(
            number, name, "note", start / SAMPLES_PER_MS,
            end / SAMPLES_PER_MS if end >= 0 else None, detected / SAMPLES_PER_MS, probability,
            detail, level, cues, ended, leg,
        )  # fmt: skip

    def seal(self, state: bytes) -> bytes:
        """Return a channel's state with the mark of this setup and a sum of its bytes."""
        return self.digest + _sum(self.digest, state) + state

    def unseal(self, saved: bytes) -> bytes:
        """Return a channel's state.

        Raises
        ------
        InputTypeError
            Not bytes.
        InputError
            It was saved under another setup, or damaged since.
        """
        if type(saved) is not bytes:
            raise InputTypeError(f"a saved state is bytes, not {type(saved).__name__}")
        if saved[:8] != self.digest:
            raise InputError("this state was saved by a detector with other parameters")
        # The engine trusts the counts in it: a damaged one would have it write out of bounds.
        if saved[8:16] != _sum(self.digest, saved[16:]):
            raise InputError("this state was damaged after it was saved")
        return saved[16:]


#: What evidence makes of a tone by the beginning of its name; _context.pxd numbers the classes.
TONE_CLASSES: Final[Mapping[str, int]] = {
    "call_waiting": 1, "cas": 1, "dt_as": 1, "ringback": 2, "sit": 3, "dial": 4, "stutter": 4,
    "recall": 4,
}  # fmt: skip
OTHER_TONE: Final = 5


def _tone_class(name: str) -> int:
    return next(
        (kind for begin, kind in TONE_CLASSES.items() if name.startswith(begin)), OTHER_TONE
    )


_made = lru_cache(maxsize=64, typed=True)(Hearing)


def hearing(sample_rate_hz: int, encoding: str, **parameters: Any) -> Hearing:
    """Return what detectors with the same parameters share: making it takes 0.25 ms, so once.

    Raises
    ------
    InputError
        As `Hearing`.
    """
    try:
        return _made(sample_rate_hz, encoding, **parameters)
    except TypeError:  # a parameter without a hash is none that there is: say so in words
        return Hearing(sample_rate_hz, encoding, **parameters)


def _sum(digest: bytes, state: bytes) -> bytes:
    return sha256(digest + state).digest()[:8]
