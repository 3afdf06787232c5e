"""Turns a recording of any common format into 8 kHz mono int16, at the level it has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from benchmarks.corpora.store import RATE_HZ

#: A full-scale sine is +3.14 dBm0, so its mean square, half of full scale, is that too.
FULL_SCALE_SINE_DBM0 = 3.14
FORMATS = frozenset({".wav", ".ogg", ".oga", ".opus", ".flac", ".mp3", ".au", ".aiff", ".gsm"})
#: Nothing is longer than this; hold music of hours would drown the rest.
SECONDS_MAX = 1200


class Unreadable(Exception):
    """A file is no recording that can be read."""


def read(path: Path) -> np.ndarray:
    """Read a file: shape (samples,), int16, 8 kHz, channels averaged.

    Raises
    ------
    Unreadable
        The file is damaged, empty, or of a format that is not known.
    """
    try:
        if path.suffix == ".gsm":
            audio, rate_hz = soundfile.read(
                path,
                dtype="float32",
                format="RAW",
                subtype="GSM610",
                samplerate=RATE_HZ,
                channels=1,
                always_2d=True,
            )
        else:
            with soundfile.SoundFile(path) as file:
                rate_hz = file.samplerate
                audio = file.read(SECONDS_MAX * rate_hz, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if not len(audio):
        raise Unreadable("no samples")
    mono = audio.mean(axis=1)
    if rate_hz != RATE_HZ:
        mono = soxr.resample(mono, rate_hz, RATE_HZ, quality="HQ")
    if not np.isfinite(mono).all():
        raise Unreadable("samples that are not finite")
    return np.clip(np.rint(mono * 32768.0), -32768, 32767).astype(np.int16)


def level_dbm0(samples: np.ndarray) -> float:
    """Measure the mean level; digital silence is -99 dBm0."""
    if not len(samples):
        return -99.0
    mean_square = float(np.mean((samples.astype(np.float64) / 32768.0) ** 2))
    if mean_square <= 0.0:
        return -99.0
    return max(-99.0, 10.0 * float(np.log10(mean_square / 0.5)) + FULL_SCALE_SINE_DBM0)


def active(samples: np.ndarray, *, frame: int = 160, below_peak_db: float = 30.0) -> np.ndarray:
    """Tell which frames are active: not further than 30 dB below the loudest one.

    The loudest is the 95th percentile of the frames, so that one click does not silence a clip. The
    same rule is used for the level and for the shares of the activity bench.
    """
    whole = samples[: len(samples) // frame * frame].astype(np.float64).reshape(-1, frame)
    if not len(whole):
        return np.zeros(0, dtype=bool)
    power = np.mean((whole / 32768.0) ** 2, axis=1)
    top = float(np.percentile(power, 95))
    # -65 dBm0 is below any idle line; a clip that never leaves it has no activity.
    floor = 0.5 * 10 ** ((-65.0 - FULL_SCALE_SINE_DBM0) / 10)
    return power > max(top * 10 ** (-below_peak_db / 10), floor)


def at_level(samples: np.ndarray, wanted_dbm0: float) -> np.ndarray:
    """Scale a clip so that its active frames have the wanted mean level; peaks are clipped."""
    frames = active(samples)
    if not frames.any():
        return samples
    whole = samples[: len(frames) * 160].reshape(-1, 160)[frames]
    gain = 10 ** ((wanted_dbm0 - level_dbm0(whole.ravel())) / 20)
    scaled = np.rint(samples.astype(np.float64) * gain)
    return np.clip(scaled, -32768, 32767).astype(np.int16)
