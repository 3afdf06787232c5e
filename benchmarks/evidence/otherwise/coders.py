"""Coders that no line of the development part goes through, and those that some do."""

from __future__ import annotations

import shutil
import subprocess
from typing import Final

import numpy as np

from securecall.errors import BuildError
from securecall.fraud.bench.codec import coded
from securecall.fraud.conform.levels import Pcm

__all__ = ["CODERS", "through"]

#: Of the sealed part's own there is none here: G.723.1, Opus and AMR at 4.75 stay unheard.
SPEEX: Final = {"speex3": 3, "speex5": 5, "speex8": 8}
CODERS: Final = (
    "amr", "amr122", "gsm", "g722", "g726",
    "amr515", "amr59", "amr67", "amr74", "amr102", *SPEEX,
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
    return _speex(samples, SPEEX[name]) if name in SPEEX else coded(samples, name)


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
    heard = np.frombuffer(_piped(["speexdec", *rate, "-", "-"], packed), np.int16)
    late = _lateness(samples, heard)
    there = heard[late:] if late >= 0 else np.pad(heard, (-late, 0))
    made = np.zeros(len(samples), np.int16)
    made[: len(there)] = there[: len(samples)]
    return made


def _piped(command: list[str], data: bytes) -> bytes:
    pipe, away = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.run(command, input=data, stdout=pipe, stderr=away, check=True).stdout
