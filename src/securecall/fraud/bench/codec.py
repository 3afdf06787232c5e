"""Codecs: what is left of samples behind a coder and a decoder.

G.711 is exact, by tables that this module makes from `securecall.fraud.conform.companding`. GSM
full rate, G.726 at 32 kbit/s and Opus come from libsndfile (soundfile); AMR and G.722 from ffmpeg
where that is installed. What is not there is said by `missing`, never replaced in silence.
"""

from __future__ import annotations

import io
import subprocess
from functools import cache
from shutil import which
from typing import Any, Final, cast

import numpy as np

from securecall.errors import BuildError, InputError, nearest
from securecall.fraud.conform.companding import Law, round_trip
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, Pcm

__all__ = ["CODECS", "coded", "missing"]

#: What libsndfile is told, by codec.
BY_LIBSNDFILE: Final = {
    "gsm": ("WAV", "GSM610"),
    "g726": ("AU", "G721_32"),
    "opus": ("OGG", "OPUS"),
}
#: What ffmpeg is told, by codec: coder, container, rate and bits per second.
BY_FFMPEG: Final = {
    "amr": ("libopencore_amrnb", "amr", 8000, "7950"),
    "g722": ("g722", "g722", 16000, "64000"),
}
CODECS: Final = ("mulaw", "alaw", *BY_LIBSNDFILE, *BY_FFMPEG)
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
    if codec in BY_FFMPEG:
        return which("ffmpeg") is not None and _encoder(BY_FFMPEG[codec][0])
    return True


def _encoder(name: str) -> bool:
    """Return whether this ffmpeg has an encoder."""
    told = subprocess.run(
        ["ffmpeg", "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
    )
    return f" {name} " in told.stdout


def missing() -> tuple[str, ...]:
    """Return the codecs that this machine cannot do, in the order of `CODECS`.

    Source
    ------
    own, over libsndfile and ffmpeg.
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
    ITU-T G.711, G.726, G.722; ETSI GSM 06.10; RFC 6716; 3GPP TS 26.071.
    """
    if codec not in CODECS:
        near = nearest(codec, CODECS)
        raise InputError(f"no codec {codec!r}" + (f"; is {near!r} meant?" if near else ""))
    if not _there(codec):
        raise BuildError(f"{codec} needs libsndfile or ffmpeg with it, and it is not there")
    if not len(samples):
        return samples
    if codec in ("mulaw", "alaw"):
        return _table(cast(Law, codec))[samples.view(np.uint16)]
    made = _by_libsndfile(samples, codec) if codec in BY_LIBSNDFILE else _by_ffmpeg(samples, codec)
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


def _by_ffmpeg(samples: Pcm, codec: str) -> Pcm:
    coder, container, rate_hz, bits = BY_FFMPEG[codec]
    plain = ["-f", "s16le", "-ar", str(SAMPLE_RATE_HZ), "-ac", "1"]
    quiet = ["ffmpeg", "-hide_banner", "-loglevel", "error"]
    there = subprocess.run(
        [*quiet, *plain, "-i", "-", "-ar", str(rate_hz), "-c:a", coder, "-b:a", bits,
         "-f", container, "-"],
        input=samples.tobytes(), capture_output=True, check=True,
    )  # fmt: skip
    back = subprocess.run(
        [*quiet, "-f", container, "-i", "-", *plain, "-"],
        input=there.stdout, capture_output=True, check=True,
    )  # fmt: skip
    return np.frombuffer(back.stdout, np.int16)
