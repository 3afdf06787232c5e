"""The measures of ``_speech.h``, compiled as they stand: training sees what the engine sees."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.measure import ROOT
from securecall.fraud.dsp import TONES_HZ

INPUTS = 36

# The frame's tones are 20 ms long, their hops weighted 1 2 2 1, as the engine's are.
SOURCE = r"""
#include <math.h>

#include "_speech.h"

static const double hz[SC_SPEECH_TONES] = {
    @TONES@};
static float turn_re[160][SC_SPEECH_TONES], turn_im[160][SC_SPEECH_TONES];

/* Make the tables of the frame's tones: 20 ms, hops weighted 1 2 2 1. */
void prepare(void)
{
    for (int n = 0; n < 160; n++)
        for (int k = 0; k < SC_SPEECH_TONES; k++) {
            double weight = n < 40 || n >= 120 ? 1 : 2;
            turn_re[n][k] = (float)(weight * cos(2 * M_PI * hz[k] * n / 8000));
            turn_im[n][k] = (float)(weight * sin(2 * M_PI * hz[k] * n / 8000));
        }
}

/* Measure frames; measured says which of them have inputs, above which are above the floor. */
void measure(const int16_t *samples, long frames, float *inputs, int8_t *measured, int8_t *above)
{
    sc_speech state;
    memset(&state, 0, sizeof state);
    for (long f = 0; f < frames; f++) {
        int16_t past[640];
        float x[160], hop[4], tones[SC_SPEECH_TONES], level;
        float re[SC_SPEECH_TONES], im[SC_SPEECH_TONES];
        for (int n = 0; n < 640; n++) {
            long at = 160 * f - 480 + n;
            past[n] = at < 0 ? 0 : samples[at];
        }
        for (int n = 0; n < 160; n++)
            x[n] = past[480 + n] * (1.0f / 32768);
        for (int h = 0; h < 4; h++) {
            hop[h] = 0;
            for (int n = 0; n < 40; n++)
                hop[h] += x[40 * h + n] * x[40 * h + n];
            hop[h] *= 1.0f / 40;
        }
        above[f] = (int8_t)sc_speech_level(&state, sc_speech_power(past + 480, hop), &level);
        measured[f] = above[f] && f % 2;
        if (!measured[f])
            continue;
        memset(re, 0, sizeof re);
        memset(im, 0, sizeof im);
        for (int n = 0; n < 160; n++)
            for (int k = 0; k < SC_SPEECH_TONES; k++) {
                re[k] += x[n] * turn_re[n][k];
                im[k] += x[n] * turn_im[n][k];
            }
        for (int k = 0; k < SC_SPEECH_TONES; k++)
            tones[k] = (re[k] * re[k] + im[k] * im[k]) * (1.0f / 28800);
        sc_speech_measure(
            &state, past, 640, 640 - 4 * SC_PITCH_SAMPLES, tones, hop, level,
            inputs + SC_SPEECH_INPUTS * f);
    }
}
"""


@cache
def _library() -> ctypes.CDLL:
    source = SOURCE.replace("@TONES@", ", ".join(map(str, TONES_HZ)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measures.so"
        command = ["cc", "-x", "c", "-", "-O3", "-std=gnu11", "-ffp-contract=off", "-fPIC"]
        command += ["-shared", f"-I{ROOT}/src/securecall", "-o", str(path), "-lm"]
        subprocess.run(command, input=source, text=True, check=True)
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
