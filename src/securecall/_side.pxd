"""One side of a comparison: some blocks of a leg, summed up.

The noise is that of true pauses, about as loud as the quieter two fifths of them: what fewer have
is a hole in the line, such as a packet that was lost and not told.
"""

cimport cython
from libc.math cimport sqrtf
from libc.stdint cimport int32_t, uint16_t, uint8_t
from libc.string cimport memset

from securecall._block cimport BLOCK_BANDS, Block, NO_LEVEL, PEAKS

cdef extern from "_side.h" nogil:
    void sc_add_bands(uint16_t* sum, const uint8_t* band)
    void sc_add_times(int32_t* sum, const uint8_t* band, uint8_t times)
    void sc_keep_three(uint8_t* most, const uint8_t* value)
    void sc_keep_top(float* top, const uint8_t* band, float level)
    int sc_two_fifths(const uint8_t* count, int counted)

cdef enum:
    IDLE_SPOKEN = 3        # frames of speech that a block without speech may have
    DEAD_FRAMES = 3        # frames without a line that make a block one with a gap

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
    int peaks              # blocks with a loudest moment of speech
    float peak[9]          # of the three loudest blocks of each band
    int strong             # frames with strong high sounds
    float slope[5]
    float even
    int grids              # blocks that tell the steps of samples
    float mu
    float a
    float eights
    int small
    float evens
    float pitch_spread     # from block to block, in octaves and dB
    float talk_spread
    float top[16]          # loudest bands of talk in any block, over the middle ones

cdef struct Sums:          # of some blocks; those of more blocks are these and theirs
    int frames
    int spoken
    int other
    int tonal
    int dead
    int far
    int high
    int click
    int usable             # blocks that tell the noise, and how many of each level
    int grids
    int mu
    int a
    int eights
    int small
    int evens
    int strong
    int slope[5]
    int peaks
    int talked
    int talk_sum
    int talk_square
    int pitched
    int pitch_sum
    int pitch_square
    int talks
    int talk
    int edge
    int pitches
    int pitch
    int echoes
    int echo
    int mutes
    int32_t talking[16]
    float top[16]
    uint8_t peak[48]       # the three greatest of 16 bytes: nine bands, and what is behind them
    uint8_t lows[256]


cdef inline int sc_tells_noise(const Block* block) noexcept nogil:
    """Return whether the quietest moment of a block is the line's noise and not a weak sound."""
    if block.lost > 5 or block.dead >= DEAD_FRAMES or block.low == NO_LEVEL:
        return 0
    return (
        block.spoken + block.other + block.lost + block.dead <= 22 or block.high - block.low < 20
    )


cdef inline float sc_spread(float mean, float square) noexcept nogil:
    """Return the standard deviation."""
    cdef float left = square - mean * mean
    return sqrtf(left if left > 0 else <float> 0)


cdef inline void sc_noise_levels(const Block* block, int count, uint8_t* low) noexcept nogil:
    """Write the noise of so many blocks; NO_LEVEL is one that does not tell it."""
    cdef int k
    for k in range(count):
        low[k] = block[k].low if sc_tells_noise(&block[k]) else <uint8_t> NO_LEVEL


cdef inline void sc_sums_begin(Sums* sums) noexcept nogil:
    cdef int b
    memset(sums, 0, sizeof(Sums))
    for b in range(BLOCK_BANDS):
        sums.top[b] = -100


cdef inline void sc_sums_add(
    Sums* sums, const Block* block, const uint8_t* low, int count
) noexcept nogil:
    """Add so many blocks, and which noise they tell."""
    cdef int k, b, middle
    cdef const Block* one
    # Bytes of a block from its peaks on: 16 are read, of which nine are peaks.
    cdef Py_ssize_t peaks = <const uint8_t*> &block.peak[0] - <const uint8_t*> block
    for k in range(count):
        one = &block[k]
        sums.frames += 25 - one.lost
        sums.spoken += one.spoken
        sums.other += one.other
        sums.tonal += one.tonal
        sums.dead += one.dead
        sums.far += one.far_spoken
        sums.high = max(sums.high, <int> one.high)
        sums.click = max(sums.click, <int> one.click)
        if one.lost > 5:
            continue
        if low[k] != NO_LEVEL:
            sums.lows[low[k]] += 1
            sums.usable += 1
        if one.mu != NO_LEVEL:
            sums.grids += 1
            sums.mu += one.mu
            sums.a += one.a
            sums.eights += one.eights
        if one.evens != NO_LEVEL:
            sums.small += 1
            sums.evens += one.evens
        if one.strong:
            sums.strong += one.strong
            for b in range(5):
                sums.slope[b] += one.strong * one.slope[b]
        if one.spoken >= 3:
            sums.peaks += 1
            sc_keep_three(sums.peak, <const uint8_t*> one + peaks)
        if one.talks >= 5:
            sums.talked += 1
            sums.talk_sum += one.talk
            sums.talk_square += one.talk * one.talk
            middle = 0
            for b in range(3, 9):
                middle += one.talking[b]
            sc_keep_top(sums.top, one.talking, middle * <float> (0.5 / 6))
        if one.pitches >= 3:
            sums.pitched += 1
            sums.pitch_sum += one.pitch
            sums.pitch_square += one.pitch * one.pitch
        if one.talks:
            sums.talks += one.talks
            sums.talk += one.talks * one.talk
            sums.edge += one.talks * one.edge
            sc_add_times(sums.talking, one.talking, one.talks)
        if one.pitches:
            sums.pitches += one.pitches
            sums.pitch += one.pitches * one.pitch
        if one.far_spoken >= 10 and one.spoken <= IDLE_SPOKEN:
            if one.echo >= 165:
                sums.echoes += 1
                sums.echo += one.echo_level
            elif one.echo < 75:
                sums.mutes += 1


@cython.cdivision(True)
cdef inline int sc_floor(const uint8_t* low, int count, float* floor) noexcept nogil:
    """Write the level of so many blocks' noise; return how many blocks tell it."""
    cdef int k, least, usable = 0, quiets = 0, sum = 0
    cdef uint8_t lows[256]
    memset(lows, 0, sizeof(lows))
    for k in range(count):
        if low[k] != NO_LEVEL:
            lows[low[k]] += 1
            usable += 1
    least = sc_two_fifths(lows, usable)
    for k in range(count):
        if low[k] != NO_LEVEL and least - 6 <= low[k] <= least + 6:
            quiets += 1
            sum += low[k]
    if quiets:
        floor[0] = sum * (<float> 0.5 / quiets) - 100
    return quiets


@cython.cdivision(True)
cdef inline void sc_side_noise(
    const Sums* sums, const Block* block, const uint8_t* low, int count, Side* side
) noexcept nogil:
    """Sum up the noise of so many blocks, which are those of the sums."""
    cdef int k, b, floor = 0, even = 0
    cdef int least = sc_two_fifths(sums.lows, sums.usable)
    cdef uint16_t quiet[16]
    cdef float part

    memset(quiet, 0, sizeof(quiet))
    memset(side.quiet, 0, sizeof(side.quiet))
    side.quiets = 0
    side.floor = side.even = 0
    for k in range(count):
        if low[k] != NO_LEVEL and least - 6 <= low[k] <= least + 6:
            side.quiets += 1
            floor += low[k]
            even += block[k].even
            sc_add_bands(quiet, block[k].quiet)
    if side.quiets:
        part = <float> 0.5 / side.quiets
        side.floor = floor * part - 100
        side.even = even * <float> 0.1 / side.quiets - 25
        for b in range(BLOCK_BANDS):
            side.quiet[b] = quiet[b] * part - 100


@cython.cdivision(True)
cdef inline void sc_side(
    const Sums* sums, const Block* block, const uint8_t* low, int count, Side* side
) noexcept nogil:
    """Sum up so many blocks, of which the sums are known."""
    cdef int b
    cdef float part

    memset(side, 0, sizeof(Side))
    sc_side_noise(sums, block, low, count, side)
    side.talks = sums.talks
    side.pitches = sums.pitches
    side.echoes = sums.echoes
    side.mutes = sums.mutes
    side.frames = sums.frames
    side.spoken = sums.spoken
    side.other = sums.other
    side.tonal = sums.tonal
    side.dead = sums.dead
    side.high = sums.high
    side.click = sums.click
    side.far = sums.far
    side.peaks = sums.peaks
    side.strong = sums.strong
    side.grids = sums.grids
    side.small = sums.small
    if sums.talks:
        part = <float> 0.5 / sums.talks
        side.talk = sums.talk * part - 100
        side.edge = <float> 32 * sums.edge * part
        for b in range(BLOCK_BANDS):
            side.talking[b] = sums.talking[b] * part - 100
    if sums.grids:
        part = <float> 0.005 / sums.grids
        side.mu = sums.mu * part
        side.a = sums.a * part
        side.eights = sums.eights * part
    if sums.small:
        side.evens = sums.evens * <float> 0.005 / sums.small
    if sums.strong:
        part = <float> 0.5 / sums.strong
        for b in range(5):
            side.slope[b] = sums.slope[b] * part - 60
    for b in range(PEAKS):
        side.peak[b] = (
            <int> sums.peak[b] + sums.peak[16 + b] + sums.peak[32 + b]
        ) * <float> (0.5 / 3) - 100
    if sums.talked > 1:
        part = <float> 1 / sums.talked
        side.talk_spread = <float> 0.5 * sc_spread(sums.talk_sum * part, sums.talk_square * part)
    if sums.pitched > 1:
        part = <float> 1 / sums.pitched
        side.pitch_spread = <float> (1.0 / 64) * sc_spread(
            sums.pitch_sum * part, sums.pitch_square * part
        )
    for b in range(BLOCK_BANDS):
        side.top[b] = sums.top[b]
    if sums.pitches:
        side.pitch = <float> sums.pitch / (64 * sums.pitches)
    if sums.echoes:
        side.echo = sums.echo * <float> 0.5 / sums.echoes - 60


@cython.cdivision(True)
cdef inline float sc_seen(
    const Side* side, const Block* block, const uint8_t* low, int count
) noexcept nogil:
    """Return how near the noise of a side comes to that of the most alike of some blocks, in dB."""
    cdef int k, b
    cdef float square, differs, least = 400
    if not side.quiets:
        return 20
    for k in range(count):
        if low[k] != NO_LEVEL:
            square = 0
            for b in range(BLOCK_BANDS):
                differs = side.quiet[b] - (block[k].quiet[b] * <float> 0.5 - 100)
                square += differs * differs
            square *= <float> (1.0 / BLOCK_BANDS)
            if square < least:
                least = square
    return sqrtf(least)


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


cdef inline void sc_groups(const float* before, const float* after, float* value) noexcept nogil:
    """Compare two spectra beside their level, in eight groups of bands."""
    cdef float differs[16]
    cdef float mean
    cdef int b
    for b in range(BLOCK_BANDS):
        differs[b] = after[b] - before[b]
    mean = sc_bands_mean(differs, 1, 15)
    value[0] = differs[0] - mean
    value[1] = sc_bands_mean(differs, 1, 3) - mean
    value[2] = sc_bands_mean(differs, 3, 6) - mean
    value[3] = sc_bands_mean(differs, 6, 9) - mean
    value[4] = sc_bands_mean(differs, 9, 11) - mean
    value[5] = sc_bands_mean(differs, 11, 13) - mean
    value[6] = sc_bands_mean(differs, 13, 15) - mean
    value[7] = differs[15] - mean


cdef inline float sc_talk_seen(
    const float* talking, const Block* block, int count
) noexcept nogil:
    """Return how near a spectrum of talk comes to that of any block, beside the level, in dB."""
    cdef int k, b
    cdef float square, differs, mean, least = 400
    for k in range(count):
        if block[k].talks >= 8:
            mean = square = 0
            for b in range(1, 15):
                differs = talking[b] - (block[k].talking[b] * <float> 0.5 - 100)
                mean += differs
                square += differs * differs
            square = (square - mean * mean * <float> (1.0 / 14)) * <float> (1.0 / 14)
            if square < least:
                least = square
    return sqrtf(least if least > 0 else <float> 0)
