"""A leg before and after: what is other since an interruption, or since two and a half seconds.

An interruption is a run of blocks without speech, or with a gap in them: a hold, a mute, a silence.
What was before and what is behind it are compared by their noise, their speech and their echo.
"""

cimport cython
from libc.math cimport sqrtf
from libc.stdint cimport int64_t, uint8_t
from libc.string cimport memmove, memset

from securecall._block cimport BLOCKS_KEPT, Block, NO_LEVEL
from securecall._context cimport (
    CLASS_WAITING, Context, LONG_AGO, sc_context_write, sc_since,
)
from securecall._cue cimport CUE_CHANGE, Cue, Cues, sc_new_cue
from securecall._forest cimport Forest, sc_forest_weigh
from securecall._recurrent cimport sc_block_numbers, sc_rec_step, sc_recurrent
from securecall._side cimport (
    DEAD_FRAMES, IDLE_SPOKEN, Side, Sums, sc_floor, sc_groups, sc_noise_levels, sc_seen,
    sc_shapes, sc_side, sc_sums_add, sc_sums_begin, sc_talk_seen,
)

cdef enum:
    LONG_SLIDE = 12
    SLIDE = 5              # blocks of what is new where nothing interrupts
    AFTER_MOST = 20        # blocks behind an interruption in which it is still compared with before
    RUN_LEAST = 4          # blocks without speech that are an interruption
    ANSWER_S = 8           # seconds from a call-waiting tone to the hold of who answers it

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
    V_CLICKS               # blocks of the last 36 s with a sharp click
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
    V_LEAD_WAITING = 70    # from then to the interruption's begin, seconds: call waiting, ringback,
    V_LEAD_RINGBACK        # flash, digit; 60 without an interruption
    V_LEAD_FLASH
    V_LEAD_DIGIT
    V_TAIL_FLASH           # from the interruption's end to the last flash
    V_LEAD_GAP             # from the last gap's end to the interruption's begin
    V_TALK_WEIGHT          # seconds of speech on the poorer side: how far talk can be trusted
    V_FLOOR_DOWN           # the floor's fall in the interruption, 0 where it is not known well
    V_LOW_SWAY             # from block to block in the last 3 s: of the floor, dB
    V_SPREAD               # from the floor to the loudest frame
    V_SHAPE_SWAY           # of the quietest 60 ms' spectrum
    V_TOP_LOW              # loudest bands of talk over its middle, after less before: to 250 Hz,
    V_TOP_2750             # from 2750, 3000, 3250 and 3500 Hz
    V_TOP_3000
    V_TOP_3250
    V_TOP_3500
    V_LONG_TOP_3000        # the last 6 s against what was before
    V_LONG_TOP_3250
    V_SEEN                 # how near the noise behind comes to any block's before, dB; 20: unknown
    V_RUN_SEEN             # the interruption's
    V_ANSWERED             # since an interruption that call waiting explains, seconds
    V_MU_BEFORE            # shares of samples on the steps of mu-law, A-law, of 8, of 16 of small
    V_MU
    V_A_BEFORE
    V_A
    V_EIGHTS_BEFORE
    V_EIGHTS
    V_EVENS_BEFORE
    V_EVENS
    V_PEAKS                # blocks on the poorer side whose loudest moments are compared
    V_PEAK                 # eight bands' over the middle: from 0, 250, 2500, ... 3750 Hz
    V_FLOOR_GROUP = 108    # eight groups of bands of the noise, beside its level
    V_TALK_GROUP = 116     # of talk
    V_EVEN_BEFORE = 124    # evenness of the noise
    V_EVEN
    V_PITCH_SPREAD         # from block to block
    V_TALK_SPREAD
    V_TALK_SEEN            # how near talk behind comes to any block's before, dB; 20: unknown
    V_LAST_SEEN            # the last block's
    V_LONG_PEAK_LOW        # the last 6 s against what was before
    V_LONG_PEAK_2750
    V_LONG_PEAK_3000
    V_LONG_PEAK_3250
    V_LONG_PEAK_3500
    V_LONG_MU
    V_LONG_A
    V_LONG_EIGHTS
    V_LONG_EVENS
    V_LONG_PEAKS
    V_STRONG = 140         # seconds of hissing sounds on the poorer side
    V_SLOPE                # 2500 to 3500 Hz over 2250 Hz in them, after less before
    V_SLOPE_BEFORE = 146   # 3000 Hz
    V_LONG_STRONG
    V_LONG_SLOPE           # the last 6 s
    V_COUNT = 153
    V_SCORES = 153         # log odds of each kind by trees; see _forest.pxd
    V_ODDS = 157           # by the network that remembers; see _recurrent.pxd
    V_BLOCK = 161          # the block as numbers for it
    V_ALL = 234

cdef struct Change:
    Block block[72]        # the latest first
    int blocks
    int idle               # blocks without speech, or with a gap, up to now
    int idle_gap
    int run                # blocks of the last interruption
    int run_gap
    int after              # blocks behind it; -1: it is long ago
    int answered           # blocks since one that began soon behind call waiting
    float memory[96]       # of the network


cdef inline void sc_change_reset(Change* state) noexcept nogil:
    memset(state, 0, sizeof(Change))
    state.after = -1


cdef inline void sc_compare_steps(
    const Side* before, const Side* after, float* value
) noexcept nogil:
    """Write what samples' steps and the loudest moments of bands differ in."""
    cdef int k
    cdef float middle
    value[V_MU_BEFORE] = before.mu if before.grids else <float> -1
    value[V_A_BEFORE] = before.a if before.grids else <float> -1
    value[V_EIGHTS_BEFORE] = before.eights if before.grids else <float> -1
    value[V_EVENS_BEFORE] = before.evens if before.small else <float> -1
    if before.grids and after.grids:
        value[V_MU] = after.mu - before.mu
        value[V_A] = after.a - before.a
        value[V_EIGHTS] = after.eights - before.eights
    if before.small and after.small:
        value[V_EVENS] = after.evens - before.evens
    value[V_STRONG] = <float> 0.02 * min(before.strong, after.strong)
    value[V_SLOPE_BEFORE] = before.slope[2] if before.strong else <float> -60
    if before.strong and after.strong:
        for k in range(5):
            value[V_SLOPE + k] = after.slope[k] - before.slope[k]
    value[V_PEAKS] = before.peaks if before.peaks < after.peaks else after.peaks
    if before.peaks >= 3 and after.peaks >= 3:
        middle = after.peak[0] - before.peak[0]
        for k in range(8):
            value[V_PEAK + k] = after.peak[1 + k] - before.peak[1 + k] - middle


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
    if before.top[0] > -100 and after.top[0] > -100:
        value[V_TOP_LOW] = after.top[0] - before.top[0]
        value[V_TOP_2750] = after.top[11] - before.top[11]
        value[V_TOP_3000] = after.top[12] - before.top[12]
        value[V_TOP_3250] = after.top[13] - before.top[13]
        value[V_TOP_3500] = after.top[14] - before.top[14]
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
    sc_compare_steps(before, after, value)
    if before.quiets and after.quiets:
        sc_groups(before.quiet, after.quiet, &value[V_FLOOR_GROUP])
        value[V_EVEN] = after.even - before.even
    value[V_EVEN_BEFORE] = before.even if before.quiets else <float> 0
    if before.talks and after.talks:
        sc_groups(before.talking, after.talking, &value[V_TALK_GROUP])
        value[V_TALK_SPREAD] = after.talk_spread - before.talk_spread
    if before.pitches and after.pitches:
        value[V_PITCH_SPREAD] = after.pitch_spread - before.pitch_spread
    value[V_HIGH_AFTER] = after.high * <float> 0.5 - 100
    value[V_CLICK_AFTER] = after.click


@cython.cdivision(True)
cdef inline void sc_sway(const Change* state, float* value) noexcept nogil:
    """Write how much the last three seconds move: noise and hum stand still, households do not."""
    cdef int k, b, pairs = 0, count = 0, step
    cdef float low = 0, shape = 0, spread = 0, square, mean
    cdef const Block* block = &state.block[0]
    for k in range(6):
        if block[k].low == NO_LEVEL or block[k].lost > 5:
            continue
        count += 1
        spread += (block[k].high - block[k].low) * <float> 0.5
        if block[k + 1].low == NO_LEVEL or block[k + 1].lost > 5:
            continue
        pairs += 1
        step = block[k].low - block[k + 1].low
        low += (step if step > 0 else -step) * <float> 0.5
        mean = square = 0
        for b in range(1, 15):
            step = block[k].quiet[b] - block[k + 1].quiet[b]
            mean += step
            square += step * step
        mean *= <float> (1.0 / 14)
        square = square * <float> (1.0 / 14) - mean * mean
        shape += <float> 0.5 * sqrtf(square if square > 0 else <float> 0)
    value[V_LOW_SWAY] = low / pairs if pairs else <float> 0
    value[V_SHAPE_SWAY] = shape / pairs if pairs else <float> 0
    value[V_SPREAD] = spread / count if count else <float> 0


@cython.cdivision(True)
cdef inline void sc_change_step(
    Change* state, const Forest* forest, const sc_recurrent* net, const Block* block,
    const Context* context, int leg, int64_t now, Cues* cues,
) noexcept nogil:
    """Take a block in and tell how the leg differs from what it was."""
    cdef int idle, after, skip, first, run, gap, near, far, k, clicks = 0
    cdef float unused, begun, waited, floor, floor_ago
    cdef float talking[16]
    cdef Side sides[3]
    cdef Sums front, back, long_front, long_back, middle
    cdef uint8_t low[72]
    cdef float value[160]
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
    if idle or block.dead >= DEAD_FRAMES:
        state.idle += 1
        state.idle_gap |= block.dead >= DEAD_FRAMES
    elif state.idle:
        # It is an interruption if it lasted or had a gap; one that went on after a moment is one.
        if state.idle >= RUN_LEAST or state.idle_gap:
            if 0 <= state.after <= state.idle + 4:
                state.run += state.after - 1
                state.run_gap |= state.idle_gap
            else:
                state.run = state.idle
                state.run_gap = state.idle_gap
            state.after = 1
        state.idle = state.idle_gap = 0
    # Somebody answers a call that waits within some seconds, or does not: what follows is a hold.
    waited = sc_since(context.tone[CLASS_WAITING], now)
    if state.answered < 2 * LONG_AGO:
        state.answered += 1
    if state.idle >= 2 or state.idle_gap:
        if -1 <= waited - state.idle * <float> 0.5 <= ANSWER_S:
            state.answered = 0
        elif state.answered <= state.idle:
            state.answered = 0  # the same one goes on
    if state.blocks < 12:
        return
    cue = sc_new_cue(cues, CUE_CHANGE, leg, now - 4000, now)
    if cue == NULL:
        return
    if state.idle >= RUN_LEAST:
        cue.value[V_KIND] = 2
        after = state.idle
        skip = 0
        run = state.idle
        gap = state.idle_gap
    elif state.after > 0:
        cue.value[V_KIND] = 1
        after = state.after
        skip = run = state.run
        gap = state.run_gap
    else:
        after = SLIDE
        skip = run = gap = 0
    if after > state.blocks - 4:
        after = state.blocks - 4
    if skip > state.blocks - after - 4:
        skip = state.blocks - after - 4
    cue.start = now - 4000 * (after + skip)
    cue.value[V_RUN] = run * <float> 0.5
    cue.value[V_GAP] = gap
    cue.value[V_AFTER] = after * <float> 0.5
    first = after + skip
    sc_noise_levels(&state.block[0], state.blocks, low)
    # What is new and what was before are compared twice, cut at two places: blocks that lie on one
    # side of both are summed up once.
    near = far = LONG_SLIDE if state.blocks >= LONG_SLIDE + 8 else 0
    near = min(near, after) if near else after
    far = max(far, first)
    sc_sums_begin(&front)
    sc_sums_add(&front, &state.block[0], &low[0], near)
    sc_sums_begin(&back)
    sc_sums_add(&back, &state.block[far], &low[far], state.blocks - far)
    long_front = front
    long_back = back
    sc_sums_add(&front, &state.block[near], &low[near], after - near)
    sc_sums_add(&back, &state.block[first], &low[first], far - first)
    sc_side(&front, &state.block[0], &low[0], after, &sides[1])
    sc_side(&back, &state.block[first], &low[first], state.blocks - first, &sides[0])
    sc_compare(&sides[0], &sides[1], cue.value)
    cue.value[V_SEEN] = sc_seen(&sides[1], &state.block[first], &low[first], state.blocks - first)
    cue.value[V_TALK_SEEN] = cue.value[V_LAST_SEEN] = 20
    if sides[1].talks >= 15:
        cue.value[V_TALK_SEEN] = sc_talk_seen(
            sides[1].talking, &state.block[first], state.blocks - first
        )
    if state.block[0].talks >= 8:
        for k in range(16):
            talking[k] = state.block[0].talking[k] * <float> 0.5 - 100
        cue.value[V_LAST_SEEN] = sc_talk_seen(
            talking, &state.block[first], state.blocks - first
        )
    cue.value[V_RUN_SEEN] = 20
    if skip or cue.value[V_KIND] == 2:
        if skip:
            sc_sums_begin(&middle)
            sc_sums_add(&middle, &state.block[after], &low[after], skip)
            sc_side(&middle, &state.block[after], &low[after], skip, &sides[2])
        else:
            sides[2] = sides[1]
        cue.value[V_RUN_FLOOR] = 0
        cue.value[V_RUN_SEEN] = sc_seen(
            &sides[2], &state.block[first], &low[first], state.blocks - first
        )
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
    if sc_floor(&low[0], SLIDE, &floor) and sc_floor(&low[SLIDE], SLIDE, &floor_ago):
        cue.value[V_FLOOR_AGO] = floor - floor_ago
    for k in range(state.blocks):
        clicks += state.block[k].click >= 18
    cue.value[V_CLICKS] = clicks
    for k in range(after):
        cue.value[V_LOUDS] += state.block[k].far_spoken * <float> 0.02
    if state.blocks >= LONG_SLIDE + 8:
        sc_sums_add(&long_front, &state.block[near], &low[near], LONG_SLIDE - near)
        sc_sums_add(&long_back, &state.block[LONG_SLIDE], &low[LONG_SLIDE], far - LONG_SLIDE)
        sc_side(&long_front, &state.block[0], &low[0], LONG_SLIDE, &sides[1])
        sc_side(
            &long_back, &state.block[LONG_SLIDE], &low[LONG_SLIDE], state.blocks - LONG_SLIDE,
            &sides[0],
        )
        sc_compare(&sides[0], &sides[1], value)
        cue.value[V_LONG_FLOOR] = value[V_FLOOR]
        cue.value[V_LONG_FLOOR_SHAPE] = value[V_FLOOR_SHAPE]
        cue.value[V_LONG_TALKS] = value[V_TALKS_AFTER]
        cue.value[V_LONG_TALK] = value[V_TALK]
        cue.value[V_LONG_TALK_SHAPE] = value[V_TALK_SHAPE]
        cue.value[V_LONG_TALK_HIGH] = value[V_TALK_HIGH]
        cue.value[V_LONG_EDGE] = value[V_EDGE]
        cue.value[V_LONG_PITCH] = value[V_PITCH]
        cue.value[V_LONG_PEAK_LOW] = value[V_PEAK + 1]
        for k in range(4):
            cue.value[V_LONG_PEAK_2750 + k] = value[V_PEAK + 3 + k]
        cue.value[V_LONG_STRONG] = value[V_STRONG]
        for k in range(5):
            cue.value[V_LONG_SLOPE + k] = value[V_SLOPE + k]
        cue.value[V_LONG_MU] = value[V_MU]
        cue.value[V_LONG_A] = value[V_A]
        cue.value[V_LONG_EIGHTS] = value[V_EIGHTS]
        cue.value[V_LONG_EVENS] = value[V_EVENS]
        cue.value[V_LONG_PEAKS] = value[V_PEAKS]
        cue.value[V_LONG_TOP_3000] = value[V_TOP_3000]
        cue.value[V_LONG_TOP_3250] = value[V_TOP_3250]
    sc_sway(state, cue.value)
    sc_context_write(context, now, &cue.value[V_CONTEXT])
    cue.value[V_ANSWERED] = state.answered * <float> 0.5
    for k in range(V_LEAD_WAITING, V_LEAD_GAP + 1):
        cue.value[k] = 60
    if cue.value[V_KIND] > 0:
        begun = (after + skip) * <float> 0.5
        cue.value[V_LEAD_WAITING] = cue.value[V_CONTEXT + 1] - begun
        cue.value[V_LEAD_RINGBACK] = cue.value[V_CONTEXT + 2] - begun
        cue.value[V_LEAD_DIGIT] = cue.value[V_CONTEXT] - begun
        cue.value[V_LEAD_GAP] = cue.value[V_CONTEXT + 11] - begun
        # The earlier one if there are two: the later may end the interruption.
        cue.value[V_LEAD_FLASH] = cue.value[V_CONTEXT + 6] - begun
        if cue.value[V_CONTEXT + 7] < 60 and cue.value[V_CONTEXT + 7] < begun + 5:
            cue.value[V_LEAD_FLASH] = cue.value[V_CONTEXT + 7] - begun
        if skip:
            cue.value[V_TAIL_FLASH] = cue.value[V_CONTEXT + 6] - after * <float> 0.5
    cue.value[V_TALK_WEIGHT] = min(cue.value[V_TALKS_BEFORE], cue.value[V_TALKS_AFTER])
    if cue.value[V_RUN] >= 2 and cue.value[V_QUIETS_BEFORE] >= 4:
        cue.value[V_FLOOR_DOWN] = -cue.value[V_RUN_FLOOR]
    sc_block_numbers(block, &cue.value[V_BLOCK])
    # What the network does not want told is nothing; of what it does, trees say why.
    if net.kinds:
        if not sc_rec_step(
            net, cue.value, &cue.value[V_BLOCK], state.memory, &cue.value[V_ODDS]
        ):
            cues.count -= 1
        elif forest.kinds:
            sc_forest_weigh(forest, cue.value, &cue.value[V_SCORES])
    elif forest.kinds and not sc_forest_weigh(forest, cue.value, &cue.value[V_SCORES]):
        cues.count -= 1
