"""What a core can do at all: its measured peak of multiply-adds, and 40 bare Goertzels."""

from __future__ import annotations

import ctypes
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.c_code import compiled

__all__ = ["MFLOP_A_SECOND", "Limits"]

# What hearing 40 tones takes at the least, in millions of operations for each second of a channel:
# 40 Goertzels at 3 a sample (0.96), energies, crossings and a low-pass (0.12), and a real FFT of
# 256 points every 16 ms (0.32).
MFLOP_A_SECOND: Final = 1.4
TONES: Final = 40

SOURCE: Final = r"""
#include <stdint.h>

#define PEAK(NAME, WIDE)                                                                     \
typedef float NAME##_v __attribute__((vector_size(WIDE * 4)));                              \
double NAME(long rounds)                                                                     \
{                                                                                            \
    NAME##_v c[10], a, b;                                                                    \
    for (int i = 0; i < WIDE; i++) { a[i] = 0.999999f; b[i] = 1e-7f * i; }                   \
    for (int k = 0; k < 10; k++) for (int i = 0; i < WIDE; i++) c[k][i] = k + i * 0.01f;     \
    NAME##_v c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3], c4 = c[4],                          \
             c5 = c[5], c6 = c[6], c7 = c[7], c8 = c[8], c9 = c[9];                          \
    for (long n = 0; n < rounds; n++) {                                                      \
        c0 = c0 * a + b; c1 = c1 * a + b; c2 = c2 * a + b; c3 = c3 * a + b; c4 = c4 * a + b; \
        c5 = c5 * a + b; c6 = c6 * a + b; c7 = c7 * a + b; c8 = c8 * a + b; c9 = c9 * a + b; \
    }                                                                                        \
    c0 += c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9;                                        \
    double sum = 0;                                                                          \
    for (int i = 0; i < WIDE; i++) sum += c0[i];                                             \
    return sum;                                                                              \
}
PEAK(peak_8, 8)
PEAK(peak_16, 16)

/* Forty tones, lanes are tones; blocks of 160 samples whose powers are added up. */
typedef float v8 __attribute__((vector_size(32), aligned(4)));
double goertzel(const int16_t *audio, long samples, const float *coefficients)
{
    v8 c[5];
    double sum = 0;
    for (int k = 0; k < 5; k++) c[k] = *(const v8 *)(coefficients + 8 * k);
    for (long at = 0; at + 160 <= samples; at += 160) {
        v8 a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0}, a4 = {0};
        v8 b0 = {0}, b1 = {0}, b2 = {0}, b3 = {0}, b4 = {0};
        for (int n = 0; n < 160; n += 2) {
            float x = audio[at + n], y = audio[at + n + 1];
            b0 = c[0] * a0 - b0 + x; b1 = c[1] * a1 - b1 + x; b2 = c[2] * a2 - b2 + x;
            b3 = c[3] * a3 - b3 + x; b4 = c[4] * a4 - b4 + x;
            a0 = c[0] * b0 - a0 + y; a1 = c[1] * b1 - a1 + y; a2 = c[2] * b2 - a2 + y;
            a3 = c[3] * b3 - a3 + y; a4 = c[4] * b4 - a4 + y;
        }
        v8 p = a0 * a0 + b0 * b0 - c[0] * a0 * b0 + a1 * a1 + b1 * b1 - c[1] * a1 * b1
             + a2 * a2 + b2 * b2 - c[2] * a2 * b2 + a3 * a3 + b3 * b3 - c[3] * a3 * b3
             + a4 * a4 + b4 * b4 - c[4] * a4 * b4;
        for (int i = 0; i < 8; i++) sum += p[i];
    }
    return sum;
}
"""


class Limits:
    """Both, compiled for this core.

    Raises
    ------
    CannotCompileError
        There is no compiler.
    """

    def __init__(self) -> None:
        self._code: Any = compiled(SOURCE)
        for peak in (self._code.peak_8, self._code.peak_16):
            peak.argtypes, peak.restype = [ctypes.c_long], ctypes.c_double
        self._code.goertzel.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_void_p]
        self._code.goertzel.restype = ctypes.c_double
        hz = np.linspace(350, 2750, TONES)
        self._coefficients = (2 * np.cos(2 * np.pi * hz / 8000)).astype(np.float32)

    def multiply_adds(self, lanes: int, rounds: int) -> float:
        """Run ten chains of multiply-adds; return a number that depends on all of them."""
        made: float = self._code[f"peak_{lanes}"](rounds)
        return made

    def goertzel(self, audio: NDArray[np.int16]) -> float:
        """Run the bank; return the sum of all powers."""
        at = self._coefficients.ctypes.data
        made: float = self._code.goertzel(audio.ctypes.data, len(audio), at)
        return made
