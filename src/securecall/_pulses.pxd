"""Pulses of a rotary telephone behind an exchange: a row of clicks, two for each break of the loop.

A dial turns at a speed and its contact has a height: 8 to 12 breaks a second, each the same share
of its time, 50 to 75 %; breaks click alike and makes click alike; a digit has ten pulses at most.
Thuds and clatter of a household have some of that by chance, and seldom all of it. Source: ITU-T
Q.552 and Bellcore LSSGR for rate and share; own for how near the clicks of a row must be.
"""

cimport cython
from libc.stdint cimport int16_t, int64_t
from libc.string cimport memset

from securecall._cue cimport CUE_PULSES, Cue, Cues, sc_new_cue
from securecall._frame cimport HOPS
from securecall._measures cimport sc_measures
from securecall._speech cimport HEARD_LOST

cdef enum:
    FRAME = 160
    HOP = 40
    PULSE_CLICK_DB = 14
    CLICK_HOPS = 4         # what is nearer is one click
    APART_HOPS = 16        # further apart is no row
    CLICKS_LEAST = 8       # four pulses
    CLICKS_MOST = 20       # ten
    PERIOD_LEAST = 16      # hops: 12.5 pulses a second
    PERIOD_MOST = 25       # 8
    JITTER_HOPS = 2        # 10 ms: half of it is how near a hop tells an instant
    LEVEL_RANGE_DB = 6     # of all breaks, and of all makes

cdef struct Pulses:
    int64_t start          # of the row, samples
    int64_t last           # its last click
    int clicks             # more than CLICKS_MOST are not kept
    int16_t at[20]         # hops since the start
    float level[20]        # dBm0
    float hop[4]           # dBm0, of the frame before


cdef inline void sc_pulses_reset(Pulses* state) noexcept nogil:
    memset(state, 0, sizeof(Pulses))


@cython.cdivision(True)  # a row has eight clicks or more
cdef inline float _period(const Pulses* state) noexcept nogil:
    """Return the hops from pulse to pulse of a regular row, 0 if it is none."""
    cdef int i, n = state.clicks
    cdef float mean, off

    mean = <float> (state.at[n - 1] + state.at[n - 2] - state.at[1] - state.at[0]) / (n - 2)
    if mean < PERIOD_LEAST or mean > PERIOD_MOST:
        return 0
    for i in range(n - 2):
        off = state.at[i + 2] - state.at[i] - mean
        if off > JITTER_HOPS or off < -JITTER_HOPS:
            return 0
    return mean


@cython.cdivision(True)
cdef inline int _broken(const Pulses* state, float period) noexcept nogil:
    """Return whether the loop was open for a dial's share of the time."""
    cdef int i, sum = 0, pairs = state.clicks // 2
    cdef float share

    for i in range(pairs):
        sum += state.at[2 * i + 1] - state.at[2 * i]
    share = sum / (pairs * period)
    # Of an odd row the first click may be what is missing, and it begins with a make.
    return share <= <float> 0.75 and share >= (<float> 0.25 if state.clicks & 1 else <float> 0.5)


cdef inline int _alike(const Pulses* state) noexcept nogil:
    """Return whether all breaks are equally loud, and all makes."""
    cdef int i
    cdef float least[2]
    cdef float most[2]

    for i in range(2):
        least[i] = most[i] = state.level[i]
    for i in range(2, state.clicks):
        if state.level[i] < least[i & 1]:
            least[i & 1] = state.level[i]
        if state.level[i] > most[i & 1]:
            most[i & 1] = state.level[i]
    return most[0] - least[0] <= LEVEL_RANGE_DB and most[1] - least[1] <= LEVEL_RANGE_DB


@cython.cdivision(True)
cdef inline void _row_over(const Pulses* state, int64_t now, int leg, Cues* cues) noexcept nogil:
    """Tell of a row, if it is one."""
    cdef Cue* cue
    cdef float period

    if state.clicks < CLICKS_LEAST or state.clicks > CLICKS_MOST:
        return
    period = _period(state)
    if period == 0 or not _broken(state, period) or not _alike(state):
        return
    cue = sc_new_cue(cues, CUE_PULSES, leg, state.start, now)
    if cue != NULL:
        cue.value[0] = (state.clicks + 1) // 2
        cue.value[1] = 200 / period
        cue.value[2] = 5 * state.at[state.clicks - 1]


@cython.cdivision(True)
cdef inline void sc_pulses_step(
    Pulses* state, const sc_measures* m, int64_t now, int leg, Cues* cues
) noexcept nogil:
    """Hear a frame that ends now; what clicks is the one before, in its loudest hop."""
    cdef int h, loudest = 0
    cdef int64_t at = now - 2 * FRAME

    if m.activity == HEARD_LOST:
        state.clicks = 0
        return
    for h in range(1, HOPS):
        if state.hop[h] > state.hop[loudest]:
            loudest = h
    for h in range(HOPS):
        state.hop[h] = m.hop_dbm0[h]
    if m.click_db < PULSE_CLICK_DB:
        if state.clicks and at - state.last > APART_HOPS * HOP:
            _row_over(state, now, leg, cues)
            state.clicks = 0
        return
    at += loudest * HOP
    if state.clicks and at - state.last <= CLICK_HOPS * HOP:
        return
    if state.clicks == 0:
        state.start = at
    state.last = at
    if state.clicks < CLICKS_MOST:
        state.at[state.clicks] = <int16_t> ((at - state.start) // HOP)
        state.level[state.clicks] = m.click_dbm0
    if state.clicks <= CLICKS_MOST:
        state.clicks += 1
