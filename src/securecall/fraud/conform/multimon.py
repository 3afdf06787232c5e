"""multimon-ng as a process: 22.05 kHz in, a line a digit out."""

from __future__ import annotations

import re
import subprocess
from shutil import which
from typing import Final

import numpy as np

from securecall.errors import BuildError
from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, Pcm, pcm
from securecall.fraud.conform.receivers import Heard, NotInstalledError

__all__ = ["INSTALL", "Multimon"]

INSTALL: Final = "apt-get install multimon-ng (Debian, Ubuntu), or `make peers`"
RATE_HZ: Final = 22_050


class Multimon:
    """multimon-ng's DTMF demodulator; it says what it heard, and not when."""

    name = "multimon-ng"
    about = "multimon-ng at 22.05 kHz through soxr"
    hears = frozenset({"digits"})

    def __init__(self) -> None:
        found = which("multimon-ng")
        if found is None:
            raise NotInstalledError(INSTALL)
        self._program = found

    def digits(self, audio: Pcm, standard: str = "bellcore") -> list[Heard]:
        """Return the keys heard; it cannot be set to a standard.

        Raises
        ------
        BuildError
            soxr is not installed.
        """
        try:
            import soxr
        except ImportError:
            raise BuildError("multimon-ng needs soxr: pip install securecall[audio]") from None
        wide = pcm(soxr.resample(audio.astype(np.float64) / 32768, SAMPLE_RATE_HZ, RATE_HZ, "VHQ"))
        done = subprocess.run(
            [self._program, "-q", "-t", "raw", "-a", "DTMF", "-"],
            input=wide.tobytes(), capture_output=True, check=True,
        )  # fmt: skip
        return [Heard(key.decode(), None) for key in re.findall(rb"DTMF: (\S)", done.stdout)]

    def signals(self, audio: Pcm, system: str) -> list[Heard]:
        """Return nothing: it knows none."""
        return []

    def knows(self, plan: str, tone: str) -> bool:
        """Return False: it knows no call progress."""
        return False

    def tones(self, audio: Pcm, plan: str = "north_america") -> list[Heard]:
        """Return nothing."""
        return []
