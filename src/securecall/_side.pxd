"""One side of a comparison: some blocks of a leg, summed up.

The noise is that of true pauses, about as loud as the quieter two fifths of them: what fewer have
is a hole in the line, such as a packet that was lost and not told.
"""

cimport cython
from libc.math cimport sqrtf
from libc.string cimport memset

from securecall._block cimport BLOCK_BANDS, Block, NO_LEVEL, PEAKS

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


cdef inline int sc_tells_noise(const Block* block) noexcept nogil:
    """Return whether the quietest moment of a block is the line's noise and not a weak sound."""
    if block.lost > 5 or block.dead >= DEAD_FRAMES or block.low == NO_LEVEL:
        return 0
    return (
        block.spoken + block.other + block.lost + block.dead <= 22 or block.high - block.low < 20
    )


cdef inline void sc_keep_three(int* most, int value) noexcept nogil:
    """Keep the three greatest values, the greatest first."""
    if value > most[0]:
        most[2] = most[1]
        most[1] = most[0]
        most[0] = value
    elif value > most[1]:
        most[2] = most[1]
        most[1] = value
    elif value > most[2]:
        most[2] = value


cdef inline float sc_spread(float mean, float square) noexcept nogil:
    """Return the standard deviation."""
    cdef float left = square - mean * mean
    return sqrtf(left if left > 0 else <float> 0)


@cython.cdivision(True)
cdef inline void sc_side(const Block* block, int count, Side* side) noexcept nogil:
    """Sum up so many blocks."""
    cdef int k, b, least, floor = 0, talk = 0, pitch = 0, edge = 0, echo = 0
    cdef int usable = 0, found = 0, even = 0, mu = 0, a = 0, eights = 0, evens = 0
    cdef int pitched = 0, pitch_sum = 0, pitch_square = 0
    cdef int talked = 0, talk_sum = 0, talk_square = 0
    cdef int peak[9][3]
    cdef int slope[5]
    cdef int lows[256]
    cdef int quiet[16]
    cdef int talking[16]
    cdef float part

    memset(side, 0, sizeof(Side))
    memset(quiet, 0, sizeof(quiet))
    memset(talking, 0, sizeof(talking))
    memset(peak, 0, sizeof(peak))
    memset(slope, 0, sizeof(slope))
    # What a few blocks have is a hole in the line, such as a packet that was lost and not told.
    memset(lows, 0, sizeof(lows))
    for k in range(count):
        if sc_tells_noise(&block[k]):
            lows[block[k].low] += 1
            usable += 1
    least = -1
    while found * 5 <= usable * 2 and least < NO_LEVEL - 1:
        least += 1
        found += lows[least]
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
        if sc_tells_noise(&block[k]) and least - 6 <= block[k].low <= least + 6:
            side.quiets += 1
            floor += block[k].low
            even += block[k].even
            for b in range(BLOCK_BANDS):
                quiet[b] += block[k].quiet[b]
        if block[k].mu != NO_LEVEL:
            side.grids += 1
            mu += block[k].mu
            a += block[k].a
            eights += block[k].eights
        if block[k].evens != NO_LEVEL:
            side.small += 1
            evens += block[k].evens
        if block[k].strong:
            side.strong += block[k].strong
            for b in range(5):
                slope[b] += block[k].strong * block[k].slope[b]
        if block[k].spoken >= 3:
            side.peaks += 1
            for b in range(PEAKS):
                sc_keep_three(peak[b], block[k].peak[b])
        if block[k].talks >= 5:
            talked += 1
            talk_sum += block[k].talk
            talk_square += block[k].talk * block[k].talk
        if block[k].pitches >= 3:
            pitched += 1
            pitch_sum += block[k].pitch
            pitch_square += block[k].pitch * block[k].pitch
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
        side.even = even * <float> 0.1 / side.quiets - 25
        for b in range(BLOCK_BANDS):
            side.quiet[b] = quiet[b] * part - 100
    if side.talks:
        part = <float> 0.5 / side.talks
        side.talk = talk * part - 100
        side.edge = <float> 32 * edge * part
        for b in range(BLOCK_BANDS):
            side.talking[b] = talking[b] * part - 100
    if side.grids:
        part = <float> 0.005 / side.grids
        side.mu = mu * part
        side.a = a * part
        side.eights = eights * part
    if side.small:
        side.evens = evens * <float> 0.005 / side.small
    if side.strong:
        part = <float> 0.5 / side.strong
        for b in range(5):
            side.slope[b] = slope[b] * part - 60
    for b in range(PEAKS):
        side.peak[b] = (peak[b][0] + peak[b][1] + peak[b][2]) * <float> (0.5 / 3) - 100
    if talked > 1:
        part = <float> 1 / talked
        side.talk_spread = <float> 0.5 * sc_spread(talk_sum * part, talk_square * part)
    if pitched > 1:
        part = <float> 1 / pitched
        side.pitch_spread = <float> (1.0 / 64) * sc_spread(pitch_sum * part, pitch_square * part)
    for b in range(BLOCK_BANDS):
        side.top[b] = -100
    for k in range(count):
        if block[k].talks >= 5 and block[k].lost <= 5:
            talk = 0
            for b in range(3, 9):
                talk += block[k].talking[b]
            for b in range(BLOCK_BANDS):
                part = block[k].talking[b] * <float> 0.5 - talk * <float> (0.5 / 6)
                if part > side.top[b]:
                    side.top[b] = part
    if side.pitches:
        side.pitch = <float> pitch / (64 * side.pitches)
    if side.echoes:
        side.echo = echo * <float> 0.5 / side.echoes - 60


@cython.cdivision(True)
cdef inline float sc_seen(const Side* side, const Block* block, int count) noexcept nogil:
    """Return how near the noise of a side comes to that of the most alike of some blocks, in dB."""
    cdef int k, b
    cdef float square, differs, least = 400
    if not side.quiets:
        return 20
    for k in range(count):
        if sc_tells_noise(&block[k]):
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
