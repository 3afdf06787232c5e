"""A leg before and after: what is other since an interruption, or since two and a half seconds.

An interruption is a run of blocks without speech, or with a gap in them: a hold, a mute, a silence.
What was before and what is behind it are compared by their noise, their speech and their echo.
"""

cimport cython
from libc.math cimport sqrtf
from libc.stdint cimport int64_t
from libc.string cimport memmove, memset

from securecall._block cimport BLOCKS_KEPT, BLOCK_BANDS, Block, NO_LEVEL
from securecall._context cimport Context, sc_context_write
from securecall._cue cimport CUE_CHANGE, Cue, Cues, sc_new_cue

cdef enum:
    LONG_SLIDE = 12
    SLIDE = 5              # blocks of what is new where nothing interrupts
    AFTER_MOST = 16        # blocks behind an interruption in which it is still compared with before
    RUN_LEAST = 4          # blocks without speech that are an interruption
    IDLE_SPOKEN = 3        # frames of speech that a block without speech may have
    DEAD_FRAMES = 3

cdef enum:                 # values of a cue of change
    V_KIND                 # 0 slide, 1 behind an interruption, 2 within one
    V_RUN                  # seconds of the interruption
    V_GAP                  # 1: it had a gap
    V_AFTER                # seconds behind it
    V_QUIETS_BEFORE        # blocks that tell the noise
    V_QUIETS_AFTER
    V_FLOOR_BEFORE         # dBm0
    V_FLOOR                # after less before, dB
    V_FLOOR_SHAPE          # root mean square of what differs beside the level, dB
    V_FLOOR_HIGH           # 2750 to 3750 Hz over 750 to 2250 Hz, after less before
    V_FLOOR_LOW            # below 500 Hz over 750 to 2250 Hz
    V_TALKS_BEFORE         # seconds of speech
    V_TALKS_AFTER
    V_TALK                 # level of speech, after less before
    V_TALK_SHAPE
    V_TALK_HIGH
    V_TALK_LOW
    V_EDGE                 # Hz
    V_PITCHES_BEFORE       # seconds
    V_PITCHES_AFTER
    V_PITCH                # octaves
    V_ECHOES_BEFORE        # blocks with an echo of the other leg
    V_ECHOES_AFTER
    V_ECHO_BEFORE          # dB below the other leg
    V_ECHO                 # after less before
    V_MUTES_BEFORE         # blocks in which the other leg speaks and has no echo
    V_MUTES_AFTER
    V_SPOKEN_AFTER         # shares of the frames behind, or of the interruption itself
    V_OTHER_AFTER
    V_TONAL_AFTER
    V_DEAD_AFTER
    V_HIGH_AFTER           # loudest frame, dBm0
    V_RUN_FLOOR            # of the interruption less before
    V_RUN_SHAPE
    V_RUN_OTHER
    V_RUN_TONAL
    V_RUN_DEAD
    V_RUN_FAR              # seconds of the other leg's speech in it
    V_RUN_MUTES            # blocks in it in which the other leg has no echo
    V_RUN_ECHOES
    V_CLICK_AFTER
    V_FLOOR_AGO            # floor of the last 2.5 s less that of the 2.5 s before
    V_CLICKS               # blocks of the last 20 s with a sharp click
    V_LOUDS                # of the other leg's speech behind, seconds
    V_LONG_FLOOR           # the last 6 s against what was before, as above
    V_LONG_FLOOR_SHAPE
    V_LONG_TALKS
    V_LONG_TALK
    V_LONG_TALK_SHAPE
    V_LONG_TALK_HIGH
    V_LONG_EDGE
    V_LONG_PITCH
    V_CONTEXT              # 18 values of _context.pxd
    V_COUNT = 70           # V_CONTEXT and 18

cdef struct Side:          # one side of a comparison
    int quiets
    float floor
    float quiet[16]
    int talks
    float talk
    float talking[16]
    float edge
    int pitches
    float pitch
    int echoes
    float echo
    int mutes
    int frames
    int spoken
    int other
    int tonal
    int dead
    int high
    int click
    int far

cdef struct Change:
    Block block[40]        # the latest first
    int blocks
    int run                # blocks of the interruption that lasts, or that was last
    int run_gap
    int after              # blocks behind it; -1: it lasts or there was none


cdef inline void sc_change_reset(Change* state) noexcept nogil:
    memset(state, 0, sizeof(Change))
    state.after = -1


@cython.cdivision(True)
cdef inline void sc_side(const Block* block, int count, Side* side) noexcept nogil:
    """Sum up so many blocks."""
    cdef int k, b, least = NO_LEVEL, floor = 0, talk = 0, pitch = 0, edge = 0, echo = 0
    cdef int quiet[16]
    cdef int talking[16]
    cdef float part

    memset(side, 0, sizeof(Side))
    memset(quiet, 0, sizeof(quiet))
    memset(talking, 0, sizeof(talking))
    for k in range(count):
        if block[k].lost <= 5 and block[k].dead < DEAD_FRAMES and block[k].low < least:
            least = block[k].low
    for k in range(count):
        side.frames += 25 - block[k].lost
        side.spoken += block[k].spoken
        side.other += block[k].other
        side.tonal += block[k].tonal
        side.dead += block[k].dead
        side.far += block[k].far_spoken
        if block[k].high > side.high:
            side.high = block[k].high
        if block[k].click > side.click:
            side.click = block[k].click
        if block[k].lost > 5:
            continue
        if block[k].dead < DEAD_FRAMES and block[k].low <= least + 8 and block[k].low != NO_LEVEL:
            side.quiets += 1
            floor += block[k].low
            for b in range(BLOCK_BANDS):
                quiet[b] += block[k].quiet[b]
        if block[k].talks:
            side.talks += block[k].talks
            talk += block[k].talks * block[k].talk
            edge += block[k].talks * block[k].edge
            for b in range(BLOCK_BANDS):
                talking[b] += block[k].talks * block[k].talking[b]
        if block[k].pitches:
            side.pitches += block[k].pitches
            pitch += block[k].pitches * block[k].pitch
        if block[k].far_spoken >= 10 and block[k].spoken <= IDLE_SPOKEN:
            if block[k].echo >= 165:
                side.echoes += 1
                echo += block[k].echo_level
            elif block[k].echo < 75:
                side.mutes += 1
    if side.quiets:
        part = <float> 0.5 / side.quiets
        side.floor = floor * part - 100
        for b in range(BLOCK_BANDS):
            side.quiet[b] = quiet[b] * part - 100
    if side.talks:
        part = <float> 0.5 / side.talks
        side.talk = talk * part - 100
        side.edge = <float> 32 * edge * part
        for b in range(BLOCK_BANDS):
            side.talking[b] = talking[b] * part - 100
    if side.pitches:
        side.pitch = <float> pitch / (64 * side.pitches)
    if side.echoes:
        side.echo = echo * <float> 0.5 / side.echoes - 60


@cython.cdivision(True)
cdef inline float sc_bands_mean(const float* band, int first, int end) noexcept nogil:
    cdef int b
    cdef float sum = 0
    for b in range(first, end):
        sum += band[b]
    return sum / (end - first)


cdef inline void sc_shapes(
    const float* before, const float* after, float* rms, float* high, float* low
) noexcept nogil:
    """Compare two spectra beside their level, 250 to 3750 Hz."""
    cdef float differs[16]
    cdef float mean = 0, square = 0
    cdef int b
    for b in range(BLOCK_BANDS):
        differs[b] = after[b] - before[b]
    mean = sc_bands_mean(differs, 1, 15)
    for b in range(1, 15):
        square += (differs[b] - mean) * (differs[b] - mean)
    rms[0] = sqrtf(square * <float> (1.0 / 14))
    mean = sc_bands_mean(differs, 3, 9)
    high[0] = sc_bands_mean(differs, 11, 15) - mean
    low[0] = sc_bands_mean(differs, 0, 2) - mean


@cython.cdivision(True)
cdef inline void sc_compare(const Side* before, const Side* after, float* value) noexcept nogil:
    """Write what two sides differ in."""
    value[V_QUIETS_BEFORE] = before.quiets
    value[V_QUIETS_AFTER] = after.quiets
    value[V_FLOOR_BEFORE] = before.floor if before.quiets else -100
    if before.quiets and after.quiets:
        value[V_FLOOR] = after.floor - before.floor
        sc_shapes(
            before.quiet, after.quiet, &value[V_FLOOR_SHAPE], &value[V_FLOOR_HIGH],
            &value[V_FLOOR_LOW],
        )
    value[V_TALKS_BEFORE] = before.talks * <float> 0.02
    value[V_TALKS_AFTER] = after.talks * <float> 0.02
    if before.talks and after.talks:
        value[V_TALK] = after.talk - before.talk
        value[V_EDGE] = after.edge - before.edge
        sc_shapes(
            before.talking, after.talking, &value[V_TALK_SHAPE], &value[V_TALK_HIGH],
            &value[V_TALK_LOW],
        )
    value[V_PITCHES_BEFORE] = before.pitches * <float> 0.04
    value[V_PITCHES_AFTER] = after.pitches * <float> 0.04
    if before.pitches and after.pitches:
        value[V_PITCH] = after.pitch - before.pitch
    value[V_ECHOES_BEFORE] = before.echoes
    value[V_ECHOES_AFTER] = after.echoes
    value[V_ECHO_BEFORE] = before.echo if before.echoes else -60
    if before.echoes and after.echoes:
        value[V_ECHO] = after.echo - before.echo
    value[V_MUTES_BEFORE] = before.mutes
    value[V_MUTES_AFTER] = after.mutes
    if after.frames:
        value[V_SPOKEN_AFTER] = after.spoken / <float> after.frames
        value[V_OTHER_AFTER] = after.other / <float> after.frames
        value[V_TONAL_AFTER] = after.tonal / <float> after.frames
        value[V_DEAD_AFTER] = after.dead / <float> after.frames
    value[V_HIGH_AFTER] = after.high * <float> 0.5 - 100
    value[V_CLICK_AFTER] = after.click


@cython.cdivision(True)
cdef inline void sc_change_step(
    Change* state, const Block* block, const Context* context, int leg, int64_t now, Cues* cues
) noexcept nogil:
    """Take a block in and tell how the leg differs from what it was."""
    cdef int idle, after, skip, k
    cdef float unused
    cdef Side sides[3]
    cdef float value[72]
    cdef Cue* cue

    memset(value, 0, sizeof(value))
    memmove(&state.block[1], &state.block[0], (BLOCKS_KEPT - 1) * sizeof(Block))
    state.block[0] = block[0]
    if state.blocks < BLOCKS_KEPT:
        state.blocks += 1
    idle = block.spoken <= IDLE_SPOKEN and block.lost < 13
    if state.after >= 0:
        state.after += 1
        if state.after > AFTER_MOST:
            state.after = -1
            state.run = state.run_gap = 0
    if idle or block.dead >= DEAD_FRAMES:
        if state.after > 3:
            state.run = state.run_gap = 0
            state.after = -1
        elif state.after > 0:  # it went on after a moment
            state.run += state.after - 1
            state.after = -1
        state.run += 1
        if block.dead >= DEAD_FRAMES:
            state.run_gap = 1
    elif state.after < 0 and state.run:
        if state.run >= RUN_LEAST or state.run_gap:
            state.after = 1
        else:
            state.run = state.run_gap = 0
    if state.blocks < 12:
        return
    cue = sc_new_cue(cues, CUE_CHANGE, leg, now - 4000, now)
    if cue == NULL:
        return
    if state.after > 0:
        cue.value[V_KIND] = 1
        after = state.after
        skip = state.run
    elif state.run >= RUN_LEAST:
        cue.value[V_KIND] = 2
        after = state.run
        skip = 0
    else:
        after = SLIDE
        skip = 0
    if after > state.blocks - 4:
        after = state.blocks - 4
    if skip > state.blocks - after - 4:
        skip = state.blocks - after - 4
    cue.start = now - 4000 * (after + skip)
    cue.value[V_RUN] = state.run * <float> 0.5
    cue.value[V_GAP] = state.run_gap
    cue.value[V_AFTER] = after * <float> 0.5
    sc_side(&state.block[0], after, &sides[1])
    sc_side(&state.block[after + skip], state.blocks - after - skip, &sides[0])
    sc_compare(&sides[0], &sides[1], cue.value)
    if skip or cue.value[V_KIND] == 2:
        if skip:
            sc_side(&state.block[after], skip, &sides[2])
        else:
            sides[2] = sides[1]
        cue.value[V_RUN_FLOOR] = 0
        if sides[2].quiets and sides[0].quiets:
            cue.value[V_RUN_FLOOR] = sides[2].floor - sides[0].floor
            sc_shapes(
                sides[0].quiet, sides[2].quiet, &cue.value[V_RUN_SHAPE], &unused, &unused,
            )
        if sides[2].frames:
            cue.value[V_RUN_OTHER] = sides[2].other / <float> sides[2].frames
            cue.value[V_RUN_TONAL] = sides[2].tonal / <float> sides[2].frames
            cue.value[V_RUN_DEAD] = sides[2].dead / <float> sides[2].frames
        cue.value[V_RUN_FAR] = sides[2].far * <float> 0.02
        cue.value[V_RUN_MUTES] = sides[2].mutes
        cue.value[V_RUN_ECHOES] = sides[2].echoes
    sc_side(&state.block[0], SLIDE, &sides[1])
    sc_side(&state.block[SLIDE], SLIDE, &sides[2])
    if sides[1].quiets and sides[2].quiets:
        cue.value[V_FLOOR_AGO] = sides[1].floor - sides[2].floor
    for k in range(state.blocks):
        cue.value[V_CLICKS] += state.block[k].click >= 18
    for k in range(after):
        cue.value[V_LOUDS] += state.block[k].far_spoken * <float> 0.02
    if state.blocks >= LONG_SLIDE + 8:
        sc_side(&state.block[0], LONG_SLIDE, &sides[1])
        sc_side(&state.block[LONG_SLIDE], state.blocks - LONG_SLIDE, &sides[0])
        sc_compare(&sides[0], &sides[1], value)
        cue.value[V_LONG_FLOOR] = value[V_FLOOR]
        cue.value[V_LONG_FLOOR_SHAPE] = value[V_FLOOR_SHAPE]
        cue.value[V_LONG_TALKS] = value[V_TALKS_AFTER]
        cue.value[V_LONG_TALK] = value[V_TALK]
        cue.value[V_LONG_TALK_SHAPE] = value[V_TALK_SHAPE]
        cue.value[V_LONG_TALK_HIGH] = value[V_TALK_HIGH]
        cue.value[V_LONG_EDGE] = value[V_EDGE]
        cue.value[V_LONG_PITCH] = value[V_PITCH]
    sc_context_write(context, now, &cue.value[V_CONTEXT])
