"""spandsp in a C loop, with nothing between it and the audio: frames of 20 ms, one channel.

Its prototypes are written out, so that only the library is needed (libspandsp2) and no headers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.c_code import compiled
from securecall.fraud.conform.spandsp import elements

__all__ = ["WHAT", "loop"]

#: What is switched on, by name.
WHAT: Final = {
    "DTMF": 1,
    "DTMF, dial-tone filter": 1 | 2,
    "super_tone": 16,
    "super_tone without SIT": 4,
    "bell_mf": 8,
    "DTMF + super_tone + bell_mf": 1 | 16 | 8,
    "the three, without SIT": 1 | 4 | 8,
}
LIBRARY: Final = "libspandsp.so.2"
NAMES: Final = (
    "dial", "stutter", "ringback", "busy", "reorder", "call_waiting", "cas",
    "sit_ro", "sit_vc", "sit_nc", "sit_ic",
)  # fmt: skip
FEW: Final = 7

SOURCE: Final = r"""
#include <stdint.h>
#include <stddef.h>

void *dtmf_rx_init(void *, void *, void *);
void dtmf_rx_parms(void *, int, int, int, int);
int dtmf_rx(void *, const int16_t *, int);
size_t dtmf_rx_get(void *, char *, int);
int dtmf_rx_free(void *);
void *super_tone_rx_make_descriptor(void *);
int super_tone_rx_add_tone(void *);
int super_tone_rx_add_element(void *, int, int, int, int, int);
void *super_tone_rx_init(void *, void *, void (*)(void *, int, int, int), void *);
int super_tone_rx(void *, const int16_t *, int);
int super_tone_rx_free(void *);
void *bell_mf_rx_init(void *, void *, void *);
int bell_mf_rx(void *, const int16_t *, int);
size_t bell_mf_rx_get(void *, char *, int);
int bell_mf_rx_free(void *);

static void *descriptors[2];

/* A tone's elements: five numbers each (which tone, Hz, Hz, shortest ms, longest ms). */
void describe(int which, const int *elements, int count)
{
    int tone, last = -1;
    void *descriptor = descriptors[which] = super_tone_rx_make_descriptor(NULL);
    for (int i = 0; i < count; i++, elements += 5) {
        if (elements[0] != last) tone = super_tone_rx_add_tone(descriptor);
        last = elements[0];
        super_tone_rx_add_element(descriptor, tone, elements[1], elements[2], elements[3],
                                  elements[4]);
    }
}

static void count_report(void *user, int code, int level, int delay)
{
    if (code >= 0) ++*(long *)user;
}

long run(int what, const int16_t *audio, long samples, int frame)
{
    char keys[129];
    long events = 0;
    void *dtmf = NULL, *tone = NULL, *mf = NULL;
    if (what & 1) dtmf = dtmf_rx_init(NULL, NULL, NULL);
    if (what & 2) dtmf_rx_parms(dtmf, 1, -1, -1, -99);
    if (what & (4 | 16))
        tone = super_tone_rx_init(NULL, descriptors[!!(what & 16)], count_report, &events);
    if (what & 8) mf = bell_mf_rx_init(NULL, NULL, NULL);
    for (long at = 0; at + frame <= samples; at += frame) {
        if (dtmf) { dtmf_rx(dtmf, audio + at, frame); events += dtmf_rx_get(dtmf, keys, 128); }
        if (tone) super_tone_rx(tone, audio + at, frame);
        if (mf) { bell_mf_rx(mf, audio + at, frame); events += bell_mf_rx_get(mf, keys, 128); }
    }
    if (dtmf) dtmf_rx_free(dtmf);
    if (tone) super_tone_rx_free(tone);
    if (mf) bell_mf_rx_free(mf);
    return events;
}
"""


def loop() -> Callable[[str, NDArray[np.int16], int], int]:
    """Return a function of what, audio and samples a frame, which returns how much was heard.

    Raises
    ------
    CannotCompileError
        There is no compiler, or no spandsp.
    """
    made: Any = compiled(SOURCE, LIBRARY)
    made.run.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_long, ctypes.c_int]
    made.run.restype = ctypes.c_long
    for which, names in enumerate((NAMES[:FEW], NAMES)):
        told = [(place, *one) for place, name in enumerate(names) for one in elements(name)]
        flat = [value for row in told for value in row]
        made.describe(which, (ctypes.c_int * len(flat))(*flat), len(told))

    def run(what: str, audio: NDArray[np.int16], frame: int) -> int:
        heard: int = made.run(WHAT[what], audio.ctypes.data, len(audio), frame)
        return heard

    return run
