"""Coders that no line of the development part goes through, and those that some do."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any, Final, cast

import numpy as np

from benchmarks.evidence.otherwise.endings import as_float
from securecall.errors import BuildError
from securecall.fraud.bench.codec import coded
from securecall.fraud.bench.sound import FRAME, SAMPLE_RATE_HZ, narrow
from securecall.fraud.conform.levels import Pcm

__all__ = ["CODERS", "through"]

#: Of the sealed part's own there is none here: G.723.1, Opus and AMR at 4.75 stay unheard.
SPEEX: Final = {"speex3": 3, "speex5": 5, "speex8": 8}
#: By the ffmpeg libraries: one more that predicts from code books, and one of cosines.
BY_PYAV: Final = {"celp": "real_144", "cosines": "nellymoser"}
CODERS: Final = (
    "amr", "amr122", "gsm", "g722", "g726",
    "amr515", "amr59", "amr67", "amr74", "amr102", *SPEEX, *BY_PYAV,
)  # fmt: skip
#: Further than this no coder of speech is behind.
LATE: Final = 800
#: Samples that are enough to see how late it is.
LOOKED_AT: Final = 1 << 19


def through(samples: Pcm, name: str) -> Pcm:
    """Return what a coder leaves of samples, as long and in step.

    Raises
    ------
    BuildError
        It is not on this machine.
    """
    if name in SPEEX:
        return _in_step(samples, _speex(samples, SPEEX[name]))
    if name in BY_PYAV:
        return _in_step(samples, _by_pyav(samples, BY_PYAV[name]))
    return coded(samples, name)


def _lateness(sent: Pcm, heard: Pcm) -> int:
    """Return by how many samples what is heard is late."""
    count = min(len(sent), len(heard), LOOKED_AT)
    one, other = (np.fft.rfft(each[:count].astype(np.float64), 2 * count) for each in (sent, heard))
    alike = np.fft.irfft(np.conj(one) * other)
    best = int(np.argmax(np.concatenate([alike[:LATE], alike[-LATE:]])))
    return best if best < LATE else best - 2 * LATE


def _speex(samples: Pcm, quality: int) -> Pcm:
    """Code by Speex, by the commands of its authors.

    Source
    ------
    RFC 5574; speexenc(1), speexdec(1).
    """
    if not shutil.which("speexenc") or not shutil.which("speexdec"):
        raise BuildError("Speex needs speexenc and speexdec: apt install speex")
    rate = ["--rate", "8000"]
    sent = ["speexenc", "-n", *rate, "--le", "--16bit", "--quality", str(quality), "--comp", "1"]
    packed = _piped([*sent, "-", "-"], samples.tobytes())
    return np.frombuffer(_piped(["speexdec", *rate, "-", "-"], packed), np.int16)


def _by_pyav(samples: Pcm, name: str) -> Pcm:
    """Code by a coder of ffmpeg whose delay nobody has written down."""
    try:
        import av
    except ImportError:
        raise BuildError(f"{name} needs PyAV: pip install av") from None
    coder: Any = av.CodecContext.create(name, "w")
    coder.sample_rate, coder.layout = SAMPLE_RATE_HZ, "mono"
    coder.format = coder.codec.audio_formats[0].name
    coder.open()
    decoder: Any = av.CodecContext.create(name, "r")
    decoder.sample_rate, decoder.layout, decoder.extradata = SAMPLE_RATE_HZ, "mono", coder.extradata
    whole = coder.format.name.startswith("s16")
    size = coder.frame_size or FRAME
    padded = np.pad(samples, (0, -len(samples) % size + 2 * size))
    sent = padded if whole else as_float(padded)
    heard: list[Any] = []
    for first in range(0, len(sent), size):
        piece = np.ascontiguousarray(sent[None, first : first + size])
        frame = av.AudioFrame.from_ndarray(piece, format=coder.format.name, layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, first
        heard += [part for packet in coder.encode(frame) for part in decoder.decode(packet)]
    heard += [part for packet in coder.encode(None) for part in decoder.decode(packet)]
    made = np.concatenate([part.to_ndarray().reshape(-1) for part in heard])
    return cast(Pcm, made) if whole else narrow(made)


def _in_step(sent: Pcm, heard: Pcm) -> Pcm:
    """Return what was heard, as long as what was sent and no later."""
    late = _lateness(sent, heard)
    there = heard[late:] if late >= 0 else np.pad(heard, (-late, 0))
    made = np.zeros(len(sent), np.int16)
    made[: len(there)] = there[: len(sent)]
    return made


def _piped(command: list[str], data: bytes) -> bytes:
    pipe, away = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.run(command, input=data, stdout=pipe, stderr=away, check=True).stdout
