"""Pulses of a rotary telephone behind an exchange: a row of clicks, two for each break of the loop.

Ten breaks a second, 8 to 12, each three fifths of its time: so clicks are 30 to 80 ms apart, 42 to
62 ms on average. Source: ITU-T Q.552 and Bellcore LSSGR for the rate; own for the row.
"""

cimport cython
from libc.stdint cimport int64_t
from libc.string cimport memset

from securecall._cue cimport CUE_PULSES, Cue, Cues, sc_new_cue
from securecall._measures cimport sc_measures
from securecall._speech cimport HEARD_LOST

cdef enum:
    FRAME = 160
    PULSE_CLICK_DB = 14
    PULSES_APART = 4       # frames: further apart is no row
    PULSES_LEAST = 8       # clicks: four pulses
    PULSES_MEAN_LEAST = 200    # hundredths of a frame
    PULSES_MEAN_MOST = 313

cdef struct Pulses:
    int64_t start          # of the row, samples
    int64_t last           # of its last click
    int clicks             # those in neighbouring frames are one


cdef inline void sc_pulses_reset(Pulses* state) noexcept nogil:
    memset(state, 0, sizeof(Pulses))


@cython.cdivision(True)  # a row has two clicks or more
cdef inline void _row_over(const Pulses* state, int64_t now, int leg, Cues* cues) noexcept nogil:
    """Tell of a row, if it is one."""
    cdef Cue* cue
    cdef int64_t mean

    if state.clicks < PULSES_LEAST:
        return
    mean = 100 * (state.last - state.start) // (FRAME * (state.clicks - 1))
    if mean < PULSES_MEAN_LEAST or mean > PULSES_MEAN_MOST:
        return
    cue = sc_new_cue(cues, CUE_PULSES, leg, state.start, now)
    if cue != NULL:
        cue.value[0] = (state.clicks + 1) // 2
        cue.value[1] = <float> 2500 / mean  # two clicks a pulse
        cue.value[2] = (state.last - state.start) * <float> 0.125


cdef inline void sc_pulses_step(
    Pulses* state, const sc_measures* m, int64_t now, int leg, Cues* cues
) noexcept nogil:
    """Hear a frame that ends now; what clicks is the one before."""
    cdef int64_t at = now - 2 * FRAME

    if m.activity == HEARD_LOST:
        state.clicks = 0
        return
    if m.click_db < PULSE_CLICK_DB:
        if state.clicks and at - state.last > PULSES_APART * FRAME:
            _row_over(state, now, leg, cues)
            state.clicks = 0
        return
    if state.clicks == 0:
        state.start = state.last = at
        state.clicks = 1
    elif at - state.last > FRAME:
        state.last = at
        state.clicks += 1
