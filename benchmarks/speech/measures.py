"""The measures of ``_speech.h``, compiled as they stand: training sees what the engine sees."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.measure import ROOT

INPUTS = 36


@cache
def _library() -> ctypes.CDLL:
    source = Path(__file__).with_name("measures.c")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measures.so"
        command = ["cc", "-O3", "-std=gnu11", "-ffp-contract=off", "-fPIC", "-shared"]
        subprocess.run(
            [*command, f"-I{ROOT}/src/securecall", "-o", str(path), str(source), "-lm"], check=True
        )
        library = ctypes.CDLL(str(path))
    library.prepare()
    return library


def measures(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measure 8 kHz int16 audio from a fresh state.

    Returns
    -------
    inputs : numpy.ndarray
        Shape (frames, inputs), float32; zeros where nothing was measured.
    measured : numpy.ndarray
        Shape (frames,), bool: every other frame that is above the floor.
    above : numpy.ndarray
        Shape (frames,), bool.
    """
    samples = np.ascontiguousarray(samples, np.int16)
    frames = len(samples) // 160
    inputs = np.zeros((frames, INPUTS), np.float32)
    measured = np.zeros(frames, np.int8)
    above = np.zeros(frames, np.int8)
    pointer = [
        array.ctypes.data_as(ctypes.c_void_p) for array in (samples, inputs, measured, above)
    ]
    _library().measure(pointer[0], ctypes.c_long(frames), *pointer[1:])
    return inputs, measured.astype(bool), above.astype(bool)
