"""Half a second of a leg in 68 bytes: its floor, its talk, its clicks; 36 s of them are kept.

Levels are kept in steps of half a dB from -100 dBm0 on, so that what is compared later are whole
numbers. A block is 25 frames of 20 ms and lies on the clock of the media.
"""

cimport cython
from libc.stdint cimport uint8_t
from libc.string cimport memset

from securecall._grid cimport GRID_LEAST, sc_grid, sc_grid_usual
from securecall._measures cimport sc_measures
from securecall._speech cimport HEARD_LOST, HEARD_OTHER, HEARD_SPEECH

cdef enum:
    BLOCK_FRAMES = 25
    BLOCK_HOPS = 100
    BLOCKS_KEPT = 72       # 36 s
    BLOCK_BANDS = 16
    PEAKS = 9
    NO_LEVEL = 255         # nothing to measure in this block

cdef struct Block:
    uint8_t low            # the quietest 60 ms, in steps of 0.5 dB from -100 dBm0 on
    uint8_t high           # the loudest frame
    uint8_t quiet[16]      # bands of the quietest 60 ms
    uint8_t spoken         # frames of speech, of other sound, lost, dead
    uint8_t other
    uint8_t lost
    uint8_t dead
    uint8_t talk           # mean level of frames of speech 10 dB above the floor
    uint8_t talks          # how many of them
    uint8_t talking[16]    # their bands
    uint8_t pitches        # frames with a pitch
    uint8_t pitch          # mean of log2 Hz, from 6 in steps of 1/64
    uint8_t click          # sharpest, in dB
    uint8_t tonal          # frames that lines make up
    uint8_t echo           # how alike the other leg's levels are, 255 is wholly
    uint8_t echo_level     # level of the echo less the other leg's, -60 dB and steps of 0.5 dB
    uint8_t far_spoken     # its frames of speech
    uint8_t edge           # 99 % of talk lie below, in steps of 16 Hz
    uint8_t peak[9]        # of frames of speech, the loudest: 1000 to 2000 Hz, then eight bands
    uint8_t strong         # frames with strong high sounds that are no tones
    uint8_t slope[5]       # of those: five bands over the one at 2250 Hz, -60 dB and steps of 0.5
    uint8_t even           # evenness of the quietest 60 ms, -25 dB and steps of 0.1 dB
    uint8_t mu             # of samples: shares that lie on the steps of _grid.pxd, 200 is all
    uint8_t a
    uint8_t eights
    uint8_t evens

cdef struct Building:      # the block that is under way
    int frames
    float low
    float quiet[16]
    float even
    float high
    float peak[9]
    int strong
    float slope[5]
    float before_even[2]
    float before_level[2]  # of the two frames before; beyond them one was lost: 0
    float before[2][16]
    int before_frames
    int spoken
    int other
    int lost
    int dead
    int still              # frames of nothing
    float usual            # how often a block in which nobody speaks has been so, lately
    int talks
    float talk
    float talking[16]
    float edge
    int pitches
    float pitch
    float click
    int tonal
    float hop[100]         # level of each hop, dBm0
    sc_grid grid
    sc_grid_usual steps    # of the frames of this block and before


cdef inline uint8_t sc_step(float value, float least, float steps) noexcept nogil:
    """Return a value in steps above the least, within 0 and 254."""
    cdef float step = (value - least) * steps + <float> 0.5

    if step < 0:
        return 0
    return 254 if step > 254 else <uint8_t> step


cdef inline uint8_t sc_level_step(float dbm0) noexcept nogil:
    return sc_step(dbm0, -100, 2)


cdef inline int sc_dead(const sc_measures* m) noexcept nogil:
    """Return whether a frame is what decoders make of nothing: a constant, or hardly more."""
    return m.peak_dbm0 < -56 and (
        m.band_dbm0[3] < -86 and m.band_dbm0[7] < -86 and m.band_dbm0[11] < -86
    )


cdef inline void _peaks(Building* state, const sc_measures* m) noexcept nogil:
    """Follow the loudest of some bands: an edge shows in what is loudest beyond it."""
    cdef int k
    cdef float middle = (
        (m.band_dbm0[4] + m.band_dbm0[5]) + (m.band_dbm0[6] + m.band_dbm0[7])
    ) * <float> 0.25
    if middle > state.peak[0]:
        state.peak[0] = middle
    for k in range(2):
        if m.band_dbm0[k] > state.peak[1 + k]:
            state.peak[1 + k] = m.band_dbm0[k]
    for k in range(6):
        if m.band_dbm0[10 + k] > state.peak[3 + k]:
            state.peak[3 + k] = m.band_dbm0[10 + k]


cdef inline void _slopes(Building* state, const sc_measures* m) noexcept nogil:
    """Sum up how hissing goes on above 2500 Hz: a telephone's band ends it, no mouth does."""
    cdef int k
    cdef float strong = m.band_dbm0[9]
    if strong < m.floor_dbm0 + 3 or strong < -62 or m.evenness_db < -16:
        return
    state.strong += 1
    for k in range(5):
        state.slope[k] += m.band_dbm0[10 + k] - strong


cdef inline void sc_building_next(Building* state) noexcept nogil:
    """Begin a block; the two frames before it are still known."""
    cdef int k
    if state.frames == BLOCK_FRAMES and state.spoken + state.other <= 20 and state.lost == 0:
        state.usual += ((state.still >= 3) - state.usual) * <float> 0.015
    state.frames = state.spoken = state.other = state.lost = state.dead = state.still = 0
    state.talks = state.pitches = state.tonal = 0
    state.low = 100
    state.high = -100
    state.talk = state.edge = state.pitch = state.click = 0
    memset(state.talking, 0, sizeof(state.talking))
    state.strong = 0
    memset(state.slope, 0, sizeof(state.slope))
    memset(&state.grid, 0, sizeof(sc_grid))
    for k in range(PEAKS):
        state.peak[k] = -100


cdef inline void sc_building_reset(Building* state) noexcept nogil:
    """Begin with nothing heard."""
    memset(state, 0, sizeof(Building))
    sc_building_next(state)


@cython.cdivision(True)
cdef inline int sc_building_take(Building* state, const sc_measures* m) noexcept nogil:
    """Take a frame in; return whether it completes the block."""
    cdef int k, b, dead
    cdef float mean

    for k in range(4):
        state.hop[4 * state.frames + k] = m.hop_dbm0[k]
    state.frames += 1
    if m.activity == HEARD_LOST:
        state.lost += 1
        state.before_frames = 0
        return state.frames == BLOCK_FRAMES
    dead = sc_dead(m)
    if dead:
        # A line that is so quiet whenever nobody speaks is never dead.
        state.dead += state.usual < <float> 0.4
        state.still += 1
    if m.level_dbm0 > state.high:
        state.high = m.level_dbm0
    if m.click_db > state.click:
        state.click = m.click_db
    if m.activity == HEARD_SPEECH or m.activity == HEARD_OTHER:
        _slopes(state, m)
    if m.activity == HEARD_SPEECH:
        state.spoken += 1
        _peaks(state, m)
        if m.level_dbm0 > m.floor_dbm0 + 10:
            state.talks += 1
            state.talk += m.level_dbm0
            state.edge += m.edge_hz
            for b in range(BLOCK_BANDS):
                state.talking[b] += m.band_dbm0[b]
        if m.voiced:
            state.pitches += 1
            state.pitch += m.pitch_log2_hz
    elif m.activity == HEARD_OTHER:
        state.other += 1
    if m.evenness_db < -14 and m.level_dbm0 > -50:
        state.tonal += 1
    if dead and state.usual < <float> 0.4:
        state.before_frames = 0  # no noise of the line
        return state.frames == BLOCK_FRAMES
    if state.before_frames == 2:
        mean = (m.level_dbm0 + state.before_level[0] + state.before_level[1]) * <float> (1.0 / 3)
        if mean < state.low:
            state.low = mean
            state.even = (
                m.evenness_db + state.before_even[0] + state.before_even[1]
            ) * <float> (1.0 / 3)
            for b in range(BLOCK_BANDS):
                state.quiet[b] = (
                    m.band_dbm0[b] + state.before[0][b] + state.before[1][b]
                ) * <float> (1.0 / 3)
    else:
        state.before_frames += 1
    state.before_even[0] = state.before_even[1]
    state.before_even[1] = m.evenness_db
    state.before_level[0] = state.before_level[1]
    state.before_level[1] = m.level_dbm0
    for b in range(BLOCK_BANDS):
        state.before[0][b] = state.before[1][b]
        state.before[1][b] = m.band_dbm0[b]
    return state.frames == BLOCK_FRAMES


@cython.cdivision(True)
cdef inline void sc_building_finish(const Building* state, Block* block) noexcept nogil:
    """Write down a whole block, but for what the other leg has to do with it."""
    cdef int b
    cdef float part

    memset(block, 0, sizeof(Block))
    block.low = NO_LEVEL if state.low > 50 else sc_level_step(state.low)
    block.high = sc_level_step(state.high)
    for b in range(BLOCK_BANDS):
        block.quiet[b] = sc_level_step(state.quiet[b])
    block.spoken = <uint8_t> state.spoken
    block.other = <uint8_t> state.other
    block.lost = <uint8_t> state.lost
    block.dead = <uint8_t> state.dead
    block.talks = <uint8_t> state.talks
    block.talk = NO_LEVEL
    if state.talks:
        part = <float> 1.0 / state.talks
        block.talk = sc_level_step(state.talk * part)
        block.edge = sc_step(state.edge * part, 0, <float> (1.0 / 16))
        for b in range(BLOCK_BANDS):
            block.talking[b] = sc_level_step(state.talking[b] * part)
    block.pitches = <uint8_t> state.pitches
    if state.pitches:
        block.pitch = sc_step(state.pitch / state.pitches, 6, 64)
    block.click = sc_step(state.click, 0, 1)
    block.tonal = <uint8_t> state.tonal
    block.strong = <uint8_t> state.strong
    if state.strong:
        part = <float> 1.0 / state.strong
        for b in range(5):
            block.slope[b] = sc_step(state.slope[b] * part, -60, 2)
    block.even = NO_LEVEL if state.low > 50 else sc_step(state.even, -25, 10)
    for b in range(PEAKS):
        block.peak[b] = sc_level_step(state.peak[b]) if state.spoken else NO_LEVEL
    block.mu = block.a = block.eights = block.evens = NO_LEVEL
    if state.grid.heard >= GRID_LEAST:
        part = <float> 200.0 / state.grid.heard
        block.mu = <uint8_t> (state.grid.mu * part + <float> 0.5)
        block.a = <uint8_t> (state.grid.a * part + <float> 0.5)
        block.eights = <uint8_t> (state.grid.eights * part + <float> 0.5)
    if state.grid.small >= GRID_LEAST:
        block.evens = <uint8_t> (200 * <int> state.grid.evens // <int> state.grid.small)
