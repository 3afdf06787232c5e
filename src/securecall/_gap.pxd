"""Hook flashes and moments without a line: pairs of clicks, and frames below the line's noise."""

cimport cython
from libc.stdint cimport int64_t
from libc.string cimport memset

from securecall._block cimport sc_dead
from securecall._cue cimport CUE_FLASH, CUE_GAP, Cue, Cues, sc_new_cue
from securecall._measures cimport sc_measures
from securecall._speech cimport HEARD_LOST

cdef enum:
    GAP_FRAMES = 3         # 60 ms without a line are a gap
    GAP_FRAMES_MOST = 200  # 4 s: a hold, not a gap
    NEAR_FRAMES = 4        # a click so near to a gap belongs to it
    FLASH_LEAST = 9        # frames between clicks: 180 ms
    FLASH_MOST = 65        # 1.3 s
    CLICK_LEAST = 14       # dB

cdef struct Click:
    int64_t at             # samples, the middle of its frame; -1: none
    float db
    float dbm0

cdef struct Gap:
    float base             # noise of the line, dBm0
    int frames             # without a line, so far
    int64_t start
    float level            # sum over them
    int64_t end            # of a gap that is over, -1: none; waits for the click at its end
    int length
    Click click[2]         # the last two; 0 is the later
    float between          # loudest frame between them, but for the two beside each
    float waiting[3]       # levels of the last frames that are not yet in `between`


cdef inline void sc_gap_reset(Gap* state) noexcept nogil:
    memset(state, 0, sizeof(Gap))
    state.base = -60
    state.end = state.click[0].at = state.click[1].at = -1
    state.between = -100
    state.waiting[0] = state.waiting[1] = state.waiting[2] = -100


cdef inline void _gap_over(Gap* state, int leg, int64_t now, Cues* cues) noexcept nogil:
    """Tell a gap, with the clicks at its ends."""
    cdef Cue* cue = sc_new_cue(cues, CUE_GAP, leg, state.start, now)
    cdef int k

    if cue != NULL:
        cue.value[0] = <float> 20 * state.length
        cue.value[1] = state.level
        cue.value[2] = state.base
        for k in range(2):
            if state.click[k].at < 0:
                continue
            if -800 <= state.click[k].at - state.start <= 480:
                cue.value[3] = state.click[k].db
            elif -480 <= state.click[k].at - state.end <= 800:
                cue.value[4] = state.click[k].db
    state.end = -1


@cython.cdivision(True)
cdef inline void sc_gap_step(
    Gap* state, const sc_measures* m, float usual, int64_t now, int leg, Cues* cues
) noexcept nogil:
    """Hear a frame that ends now; ``usual`` is how often the line is dead where nobody speaks."""
    cdef Cue* cue
    cdef int64_t apart
    cdef int dead

    if m.activity == HEARD_LOST:
        # Neither a gap nor the silence of a flash can be told from lost audio.
        state.frames = 0
        state.end = state.click[0].at = state.click[1].at = -1
        return
    if m.click_db >= CLICK_LEAST:
        state.click[1] = state.click[0]
        state.click[0].at = now - 240
        state.click[0].db = m.click_db
        state.click[0].dbm0 = m.click_dbm0
        if state.click[1].at >= 0:
            apart = state.click[0].at - state.click[1].at
            if FLASH_LEAST * 160 <= apart <= FLASH_MOST * 160:
                cue = sc_new_cue(cues, CUE_FLASH, leg, state.click[1].at, now)
                if cue != NULL:
                    cue.value[0] = apart * <float> 0.125
                    cue.value[1] = state.click[1].db
                    cue.value[2] = state.click[0].db
                    cue.value[3] = state.click[1].dbm0
                    cue.value[4] = state.click[0].dbm0
                    cue.value[5] = state.between
                    cue.value[6] = state.base
        state.between = -100
        state.waiting[0] = state.waiting[1] = state.waiting[2] = -100
    elif state.click[0].at >= 0 and now - state.click[0].at > 480:
        # The frames beside a click hold a part of it; those beside the next one wait.
        if state.waiting[2] > state.between:
            state.between = state.waiting[2]
        state.waiting[2] = state.waiting[1]
        state.waiting[1] = state.waiting[0]
        state.waiting[0] = m.level_dbm0
    dead = (sc_dead(m) and usual < <float> 0.4) or m.level_dbm0 < state.base - 6
    if dead:
        if state.frames == 0:
            if state.end >= 0:
                _gap_over(state, leg, now, cues)
            state.start = now - 160
            state.level = 0
        state.frames += 1
        state.level += m.level_dbm0
    elif state.frames:
        if GAP_FRAMES <= state.frames <= GAP_FRAMES_MOST:
            state.end = now - 160
            state.length = state.frames
            state.level /= state.frames
        state.frames = 0
    if state.end >= 0 and now - state.end >= 3 * 160:
        _gap_over(state, leg, now, cues)
