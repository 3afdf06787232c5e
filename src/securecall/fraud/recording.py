"""Recordings of calls: any sound file as blocks of 16-bit samples at a rate that the ears take.

A file is never held whole. Rates other than 8 and 16 kHz become 8 kHz. Samples in floats are looked
at one by one: what is not finite ends the reading, what is beyond full scale is cut and counted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import BuildError, InputError
from securecall.fraud.g711 import ALAW, MULAW
from securecall.fraud.hearing import ENCODINGS, one_of

if TYPE_CHECKING:
    from numpy import float32, int16
    from numpy.typing import NDArray

__all__ = ["LEGS_MAX", "Recording", "open_recording"]

LEGS_MAX: Final = 16
RATE_HZ_MIN: Final = 4_000
RATE_HZ_MAX: Final = 768_000
HEARD_HZ: Final = (8_000, 16_000)
BLOCK_S: Final = 1
FULL: Final = 32_768
# What libsndfile decodes to 16 bits or less; all else is read as floats.
NARROW: Final = frozenset(
    {"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "GSM610", "VOX_ADPCM"}
)
INSTALL: Final = "pip install 'securecall[audio]'"


def _need(name: str, why: str) -> Any:
    """Return a package of the extra ``audio``."""
    from importlib import import_module

    try:
        return import_module(name)
    except (ImportError, OSError) as error:  # OSError: soundfile without its libsndfile
        raise BuildError(f"{why} needs {name}, which cannot be used ({error}): {INSTALL}") from None


def leg_names(count: int) -> tuple[str, ...]:
    """Return what legs are called that nobody named."""
    if count == 1:
        return ("mono",)
    return ("left", "right") if count == 2 else tuple(str(n) for n in range(1, count + 1))


class Recording:
    """A sound file that is open for reading, once, from its beginning; see `open_recording`.

    Attributes
    ----------
    name : str
        Of the file, for messages.
    rate_hz : int
        Of the file.
    heard_hz : {8000, 16000}
        Of the blocks.
    legs : tuple of str
    samples : int or None
        Of each leg, at ``rate_hz``; None where only the end will tell.
    about : str
        What sort of file it is, in words.
    clipped : int
        How many samples so far were beyond full scale and were cut.

    Source
    ------
    own.
    """

    __slots__ = ("_source", "about", "clipped", "heard_hz", "legs", "name", "rate_hz", "samples")

    def __init__(
        self, name: str, rate_hz: int, legs: tuple[str, ...], *, samples: int | None, about: str,
        source: Iterator[NDArray[Any]],
    ) -> None:  # fmt: skip
        if not RATE_HZ_MIN <= rate_hz <= RATE_HZ_MAX:
            raise InputError(
                f"{name}: the rate must be {RATE_HZ_MIN:,} to {RATE_HZ_MAX:,} Hz, not {rate_hz:,}"
            )
        self.name, self.rate_hz, self.legs = name, rate_hz, legs
        self.samples, self.about, self.clipped = samples, about, 0
        self.heard_hz = rate_hz if rate_hz in HEARD_HZ else HEARD_HZ[0]
        self._source = source

    @property
    def duration_ms(self) -> float | None:
        """How long it lasts, if that is known beforehand."""
        return None if self.samples is None else 1000 * self.samples / self.rate_hz

    def blocks(self) -> Iterator[NDArray[int16]]:
        """Yield about a second after the other, int16, shape (samples, legs), at ``heard_hz``.

        Raises
        ------
        InputError
            A sample is not finite, or the file is damaged; the message says where.
        BuildError
            The rate has to be changed, and soxr is not installed.
        """
        if self.rate_hz == self.heard_hz:
            for block in self._source:
                yield block if block.dtype.kind == "i" else self._narrow(block)
            return
        soxr = _need(
            "soxr", f"{self.name} has {self.rate_hz:,} Hz, and another rate than 8 or 16 kHz"
        )
        import numpy as np

        # In floats: for 16 bits soxr adds dither that differs from run to run.
        change = soxr.ResampleStream(self.rate_hz, self.heard_hz, len(self.legs), dtype="float32")
        for block in self._source:
            wide = block if block.dtype.kind == "f" else block.astype(np.float32) / FULL
            yield self._narrow(change.resample_chunk(wide), count=False)
        rest = np.zeros((0, len(self.legs)), np.float32)
        yield self._narrow(change.resample_chunk(rest, last=True), count=False)

    def _narrow(self, wide: NDArray[float32], *, count: bool = True) -> NDArray[int16]:
        """Return 16 bits; what is beyond is cut, and counted unless a filter may have made it."""
        import numpy as np

        scaled = np.rint(
            np.clip(wide, -2, 2) * FULL
        )  # clipped before: the greatest floats overflow
        if count:
            self.clipped += int(np.count_nonzero((scaled > FULL) | (scaled < -FULL)))
        return np.clip(scaled, -FULL, FULL - 1).astype(np.int16).reshape(-1, len(self.legs))


@contextmanager
def open_recording(
    path: str | Path, *, encoding: str | None = None, rate_hz: int | None = None,
    legs: Sequence[str] | None = None,
) -> Iterator[Recording]:  # fmt: skip
    r"""Open a sound file to be read once, in blocks.

    Parameters
    ----------
    path : str or pathlib.Path
        Anything that libsndfile reads; ``-`` is standard input, which must be headerless.
    encoding : {"s16le", "mulaw", "alaw"}, optional
        The file has no header and its samples are written so.
    rate_hz : int, optional
        Of a file without a header; 8000 if not given.
    legs : sequence of str, optional
        Names of the channels. A file without a header has as many as there are names, or one.

    Yields
    ------
    Recording

    Raises
    ------
    InputError
        The file cannot be opened or has no sound in it, its number of channels is not that of the
        names, or ``rate_hz`` is given for a file that says its own.
    BuildError
        numpy or soundfile are not installed (``pip install securecall[audio]``).

    Source
    ------
    own, over libsndfile.

    Examples
    --------
    >>> import numpy, pathlib, tempfile
    >>> from securecall.fraud.recording import open_recording
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "call.ul")
    ...     _ = path.write_bytes(b"\xff" * 12_000)
    ...     with open_recording(path, encoding="mulaw") as call:
    ...         call.legs, call.duration_ms, [len(block) for block in call.blocks()]
    (('mono',), 1500.0, [8000, 4000])
    """
    name = str(path)
    _need("numpy", "reading a recording")
    if legs is not None and (not 1 <= len(legs) <= LEGS_MAX or len(set(legs)) < len(legs)):
        raise InputError(f"legs must be 1 to {LEGS_MAX} different names, not {', '.join(legs)}")
    if encoding is None:
        if rate_hz is not None:
            raise InputError("a rate goes with an encoding: other files say their own")
        with _with_header(name, legs) as call:
            yield call
        return
    one_of(encoding, ENCODINGS, "encoding")
    with _headerless(name, encoding, rate_hz or HEARD_HZ[0], tuple(legs or leg_names(1))) as call:
        yield call


@contextmanager
def _opened(name: str) -> Iterator[Any]:
    """Open a file of bytes, or take standard input."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(name, "rb")
    except OSError as error:
        raise InputError(f"{name}: cannot be opened: {error.strerror}") from None
    with file:
        yield file


@contextmanager
def _headerless(
    name: str, encoding: str, rate_hz: int, legs: tuple[str, ...]
) -> Iterator[Recording]:
    import numpy as np

    wide = 2 if encoding == "s16le" else 1
    frame = wide * len(legs)
    table = None if wide == 2 else np.array(MULAW if encoding == "mulaw" else ALAW, np.int16)

    def read(file: Any) -> Iterator[NDArray[Any]]:
        at = 0
        while data := file.read(frame * rate_hz * BLOCK_S):
            whole = len(data) // frame * frame
            plain = np.frombuffer(data[:whole], "<i2" if table is None else np.uint8)
            block = plain.astype(np.int16) if table is None else table[plain]
            yield block.reshape(-1, len(legs))
            at += whole
            if whole < len(data):
                raise InputError(
                    f"{name}: {len(data) - whole} bytes are left over after {at // frame:,} "
                    f"samples: {encoding} of {len(legs)} legs has {frame} a sample"
                )

    with _opened(name) as file:
        size = None if name == "-" else Path(name).stat().st_size
        yield Recording(
            name, rate_hz, legs, samples=None if size is None else size // frame,
            about=f"headerless {encoding}", source=read(file),
        )  # fmt: skip


@contextmanager
def _with_header(name: str, legs: Sequence[str] | None) -> Iterator[Recording]:
    if name == "-" or Path(name).suffix.lower() == ".raw":
        what = "standard input" if name == "-" else name
        raise InputError(f"{what} has no header: say --encoding mulaw, alaw or s16le, and --rate")
    soundfile = _need("soundfile", f"reading {name}")
    with _opened(name):  # Python says better than libsndfile why a file cannot be opened
        pass
    try:
        file = soundfile.SoundFile(name)
    except soundfile.SoundFileError as error:
        raise InputError(
            f"{name}: is no sound file that can be read: {_reason(error)}; "
            "one without a header needs --encoding"
        ) from None
    with file:
        if file.channels > LEGS_MAX:
            raise InputError(f"{name}: has {file.channels} channels; {LEGS_MAX} are the most")
        if legs is not None and len(legs) != file.channels:
            raise InputError(
                f"{name}: has {file.channels} channels, and {len(legs)} legs are named"
            )
        named = tuple(legs or leg_names(file.channels))
        yield Recording(
            name, file.samplerate, named, samples=file.frames,
            about=f"{file.format} {file.subtype}",
            source=_read(name, file, named, soundfile.SoundFileError),
        )  # fmt: skip


def _reason(error: Exception) -> str:
    """Return what libsndfile says, without its repetition of the file's name."""
    return str(getattr(error, "error_string", error)).rstrip(".")


def _read(
    name: str, file: Any, legs: tuple[str, ...], errors: type[Exception]
) -> Iterator[NDArray[Any]]:
    """Yield blocks of int16 or float32."""
    import numpy as np

    narrow = file.subtype in NARROW
    at = 0
    while True:
        try:
            block = file.read(
                file.samplerate * BLOCK_S, "int16" if narrow else "float32", always_2d=True
            )
        except errors as error:
            raise InputError(
                f"{name}: is damaged after {at:,} samples ({at / file.samplerate:.3f} s): "
                f"{_reason(error)}"
            ) from None
        if not len(block):
            return
        if not narrow and not np.isfinite(block).all():
            row, leg = (int(each[0]) for each in np.nonzero(~np.isfinite(block)))
            place = f"sample {at + row:,} ({(at + row) / file.samplerate:.3f} s)"
            of = f" of leg {legs[leg]}" if len(legs) > 1 else ""
            raise InputError(f"{name}: {place}{of} is {block[row, leg]}, not a finite number")
        yield block
        at += len(block)
