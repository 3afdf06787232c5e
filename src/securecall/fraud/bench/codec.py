"""Codecs: what is left of samples behind a coder and a decoder.

G.711 is exact, by tables that this module makes from `securecall.fraud.conform.companding`. GSM
full rate and G.726 at 32 kbit/s come from libsndfile (soundfile); AMR, Opus in the narrow band,
G.722 and G.723.1 from the ffmpeg libraries that PyAV brings along. What is not there is said by
`missing`, never replaced in silence.
"""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache
from typing import Any, Final, NamedTuple, cast

import numpy as np

from securecall.errors import BuildError, InputError, did_you_mean
from securecall.fraud.conform.companding import Law, round_trip
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, Pcm

__all__ = ["CODECS", "coded", "missing"]


class Coder(NamedTuple):
    """What PyAV is told: coder, decoder, rate, bits per second, samples of a frame, and delay.

    The delay is that of coder and decoder together, in samples at the coder's rate: the look-ahead
    of speech coders, the filters of G.722. The decoder of Opus takes it out by itself.
    """

    coder: str
    decoder: str
    rate_hz: int
    bits: int
    frame: int
    delay: int
    heard_hz: int = 0  # the decoder's rate, if it is another one
    options: tuple[tuple[str, str], ...] = ()


def _amr(bits: int) -> Coder:
    return Coder("libopencore_amrnb", "libopencore_amrnb", 8000, bits, 160, 40)


#: What libsndfile is told, by codec.
BY_LIBSNDFILE: Final = {
    "gsm": ("WAV", "GSM610"),
    "g726": ("AU", "G721_32"),
}
#: Source of the delays: 3GPP TS 26.090 (5 ms look ahead), ITU-T G.722 (22 samples of the two
#: filters), G.723.1 (7.5 ms); tests/fraud/bench/test_codec.py measures them.
BY_PYAV: Final = {
    "amr": _amr(7950),
    "amr475": _amr(4750),
    "amr515": _amr(5150),
    "amr59": _amr(5900),
    "amr67": _amr(6700),
    "amr74": _amr(7400),
    "amr102": _amr(10_200),
    "amr122": _amr(12_200),
    # The effort of an encoder in a telephone, not of one in an archive: half the time.
    "opus": Coder(
        "libopus",
        "libopus",
        8000,
        12000,
        160,
        0,
        48_000,
        (("application", "voip"), ("compression_level", "2")),
    ),
    "g722": Coder("g722", "g722", 16000, 64000, 320, 22),
    "g723": Coder("g723_1", "g723_1", 8000, 6300, 240, 60),
}
CODECS: Final = ("mulaw", "alaw", *BY_LIBSNDFILE, *BY_PYAV)
#: libsndfile cuts GSM into blocks of so many samples.
GSM_BLOCK: Final = 320


@cache
def _table(law: Law) -> Pcm:
    """Return what a law makes of each sample, by its 16 bits without a sign."""
    return round_trip(law, np.arange(65536).astype(np.uint16).view(np.int16))


@cache
def _soundfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError):  # OSError: soundfile without its libsndfile
        return None
    return soundfile


@cache
def _there(codec: str) -> bool:
    if codec in BY_LIBSNDFILE:
        file = _soundfile()
        kind, subtype = BY_LIBSNDFILE[codec]
        return file is not None and subtype in file.available_subtypes(kind)
    if codec in BY_PYAV:
        return _by_name(BY_PYAV[codec])
    return True


@cache
def _av() -> Any:
    try:
        import av
    except (ImportError, OSError):
        return None
    return av


def _by_name(told: Coder) -> bool:
    """Return whether PyAV is here and has both halves."""
    av = _av()
    if av is None:
        return False
    try:
        av.Codec(told.coder, "w")
        av.Codec(told.decoder, "r")
    except ValueError:
        return False
    return True


def missing() -> tuple[str, ...]:
    """Return the codecs that this machine cannot do, in the order of `CODECS`.

    Source
    ------
    own, over libsndfile and PyAV.
    """
    return tuple(codec for codec in CODECS if not _there(codec))


def coded(samples: Pcm, codec: str) -> Pcm:
    """Return what a coder and a decoder leave of samples, as long and in step.

    Parameters
    ----------
    samples : int16, 8 kHz
    codec : str
        One of `CODECS`.

    Raises
    ------
    InputError
        There is no such codec.
    BuildError
        It is not on this machine; see `missing`.

    Source
    ------
    ITU-T G.711, G.726, G.722, G.723.1; ETSI GSM 06.10; RFC 6716; 3GPP TS 26.071.
    """
    if codec not in CODECS:
        raise InputError(f"no codec {codec!r}" + did_you_mean(codec, CODECS))
    if not _there(codec):
        needs = "soundfile" if codec in BY_LIBSNDFILE else "av"
        raise BuildError(f"{codec} needs {needs} with it: pip install securecall[audio,codecs]")
    if not len(samples):
        return samples
    if codec in ("mulaw", "alaw"):
        return _table(cast(Law, codec))[samples.view(np.uint16)]
    made = _by_libsndfile(samples, codec) if codec in BY_LIBSNDFILE else _by_pyav(samples, codec)
    whole = np.zeros(len(samples), np.int16)
    whole[: len(made)] = made[: len(samples)]
    return whole


def _by_libsndfile(samples: Pcm, codec: str) -> Pcm:
    file = _soundfile()
    kind, subtype = BY_LIBSNDFILE[codec]
    padded = np.pad(samples, (0, -len(samples) % GSM_BLOCK))
    stream = io.BytesIO()
    file.write(stream, padded, SAMPLE_RATE_HZ, format=kind, subtype=subtype)
    stream.seek(0)
    made, _ = file.read(stream, dtype="int16")
    return cast(Pcm, made)


def _by_pyav(samples: Pcm, codec: str) -> Pcm:
    told = BY_PYAV[codec]
    sent = _at_rate(samples, SAMPLE_RATE_HZ, told.rate_hz)
    # What follows the last sample lets the codec say all of it.
    sent = np.pad(sent, (0, told.delay + told.frame + -(len(sent) + told.delay) % told.frame))
    coder = _opened(told.coder, "w", told)
    decoder = _opened(told.decoder, "r", told, coder.extradata)
    frames = _av().AudioFrame
    parts: list[Any] = []
    for first in range(0, len(sent), told.frame):
        piece = sent[None, first : first + told.frame]
        frame = frames.from_ndarray(piece, format="s16", layout="mono")
        frame.sample_rate, frame.pts = told.rate_hz, first
        parts += [heard for packet in coder.encode(frame) for heard in decoder.decode(packet)]
    parts += [heard for packet in coder.encode(None) for heard in decoder.decode(packet)]
    made = np.concatenate([part.to_ndarray().reshape(-1) for part in parts])[told.delay :]
    return _at_rate(made, told.heard_hz or told.rate_hz, SAMPLE_RATE_HZ)


def _opened(name: str, way: str, told: Coder, extra: bytes | None = None) -> Any:
    made = _av().CodecContext.create(name, way)
    made.sample_rate, made.layout = told.rate_hz, "mono"
    if way == "w":
        made.format, made.bit_rate = "s16", told.bits
        made.time_base = Fraction(1, told.rate_hz)
        made.options = dict(told.options)
    if extra:
        made.extradata = extra
    made.open()
    return made


def _at_rate(samples: Pcm, rate_hz: int, wanted_hz: int) -> Pcm:
    if rate_hz == wanted_hz:
        return samples
    import soxr

    # To what comes last soxr adds dither, which is another one from run to run: half a second of
    # silence takes it.
    padded = np.pad(samples, (0, rate_hz // 2))
    wanted = (len(samples) * wanted_hz + rate_hz // 2) // rate_hz
    return cast(Pcm, soxr.resample(padded, rate_hz, wanted_hz)[:wanted])
