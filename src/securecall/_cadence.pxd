"""Whether bursts are a tone's: their lines, times and levels against a plan's pattern."""

cimport cython
from libc.stdint cimport int64_t

from securecall._burst cimport Burst, sc_burst_power
from securecall._tone_plan cimport BURSTS, Pattern, Segment

cdef enum:
    MENDED = 360           # samples: pieces of a tone behind a coder of speech are no further apart


@cython.cdivision(True)
cdef inline float sc_shape(const Pattern* pattern, int round_, const Burst* past) noexcept nogil:
    """Return how far bursts (last one first) are from a pattern's frequencies, -1 beyond limits.

    One common shift, as of a tape that runs fast, is free up to a limit of its own; the result is
    the greatest deviation beside it in per cent, so that patterns with other limits compare.
    """
    cdef int s, k, bursts = pattern.segments * round_
    cdef float sum = 0, shift, off, worst = 0, least, most
    cdef int count = 0
    cdef const Segment* segment
    cdef const Burst* burst

    for s in range(bursts):
        burst = &past[bursts - 1 - s]
        segment = &pattern.segment[s % pattern.segments]
        if burst.lines != segment.lines:
            return -1
        least = most = burst.power[0]
        for k in range(segment.lines):
            sum += burst.hz[k] / segment.hz[k]
            count += 1
            if burst.power[k] < least:
                least = burst.power[k]
            if burst.power[k] > most:
                most = burst.power[k]
        if most > least * pattern.twist:
            return -1
    shift = sum / count
    if shift - 1 > pattern.shift or 1 - shift > pattern.shift:
        return -1
    for s in range(bursts):
        burst = &past[bursts - 1 - s]
        segment = &pattern.segment[s % pattern.segments]
        for k in range(segment.lines):
            off = burst.hz[k] / (segment.hz[k] * shift) - 1
            if off < 0:
                off = -off
            if off > worst:
                worst = off
    if worst > pattern.apart:
        return -1
    return worst * 100


@cython.cdivision(True)
cdef inline float sc_off_time(float value, float least, float most, float slack) noexcept nogil:
    """Return how far a time is from the middle of its range, 1 at its ends, or -1 beyond them."""
    cdef float half = (most - least) / 2 + slack, off = value - (most + least) / 2

    if off < 0:
        off = -off
    return off / half if off <= half else <float> -1


@cython.cdivision(True)
cdef inline float sc_match(const Pattern* pattern, const Burst* past) noexcept nogil:
    """Return how badly the last bursts fit a pattern: 0 to 1 for each measure, -1 beyond limits."""
    cdef int s, i, bursts = pattern.segments * pattern.rounds
    cdef float sum, off, power, length, before, weakest = 0, strongest = 0
    cdef const Burst* burst
    cdef const Segment* segment

    if bursts > BURSTS:
        return -1
    for s in range(bursts):
        burst = &past[bursts - 1 - s]
        if burst.sound < pattern.sound or burst.flat > pattern.flat:
            return -1
        if (burst.sharp & 1) + (burst.sharp >> 1) < pattern.sharp:
            return -1
        power = sc_burst_power(burst)
        if power < pattern.least or power > pattern.most or burst.spike > pattern.pure:
            return -1
        # One generator, one level; 3 dB are what ITU-T E.180 leaves to the parts of a tone.
        if s == 0 or power < weakest:
            weakest = power
        if s == 0 or power > strongest:
            strongest = power
    if strongest > 2 * weakest:
        return -1
    sum = sc_shape(pattern, pattern.rounds, past)
    if sum < 0:
        return -1
    for s in range(bursts):
        burst = &past[bursts - 1 - s]
        segment = &pattern.segment[s % pattern.segments]
        length = <float> (burst.end - burst.start)
        off = sc_off_time(length, segment.on_least, segment.on_most, pattern.slack)
        if off < 0:
            return -1
        sum += off
        # Rounds are alike, however wide the range for them is.
        if s >= pattern.segments:
            i = bursts - 1 - s + pattern.segments
            before = <float> (past[i].end - past[i].start)
            off = length - before if length > before else before - length
            if off > pattern.slack + <float> 0.05 * length:
                return -1
        if s + 1 < bursts:
            off = sc_off_time(
                <float> (past[bursts - 2 - s].start - burst.end),
                segment.pause_least, segment.pause_most, pattern.slack,
            )
            if off < 0:
                return -1
    return sum


cdef inline int _is_piece(const Burst* one, const Burst* other) noexcept nogil:
    """Return whether two bursts have the same lines, as near as a coder of speech keeps them."""
    cdef int k
    cdef float off

    if one.lines != other.lines or one.lines == 0:
        return 0
    for k in range(one.lines):
        off = one.hz[k] - other.hz[k]
        if off < 0:
            off = -off
        if off > one.hz[k] * <float> 0.006 + 3:
            return 0
    return 1


cdef inline void sc_mend(const Burst* past, Burst* mended) noexcept nogil:
    """Put together what a coder of speech or a lost packet broke; last ones first, as they come.

    A mended burst is as sound as its worst piece; all else is that of its longest. It was told of
    if a piece was that is not its last.
    """
    cdef int i, place = 0
    cdef int64_t longest = past[0].end - past[0].start, length
    cdef Burst* last = &mended[0]
    cdef Burst whole

    mended[0] = past[0]
    for i in range(1, BURSTS):
        length = past[i].end - past[i].start
        if last.start - past[i].end > MENDED or not _is_piece(last, &past[i]):
            place += 1
            last = &mended[place]
            last[0] = past[i]
            longest = length
            continue
        whole = past[i] if length > longest else last[0]
        if length > longest:
            longest = length
        whole.sound = past[i].sound if past[i].sound < last.sound else last.sound
        whole.flat = past[i].flat if past[i].flat > last.flat else last.flat
        whole.sharp = (past[i].sharp & 1) | (last.sharp & 2)
        whole.told = past[i].told | last.told
        whole.start = past[i].start
        whole.end = last.end
        last[0] = whole
    for i in range(place + 1, BURSTS):
        mended[i].lines = 0
        mended[i].sound = 0
