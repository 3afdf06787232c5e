"""A burst: a stretch of hops (5 ms) of one power that shows the same one to four lines.

Here is what is remembered of the one that lasts and of those before it, and how frames are added;
where it begins and ends is found by _edge.pxd.
"""

cimport cython
from libc.math cimport sqrtf
from libc.stdint cimport int8_t, int64_t

from securecall._spectrum cimport Line, Sight
from securecall._tone_plan cimport BURSTS, TonePlan

cdef enum:
    RING = 64              # hops kept: 320 ms
    MASK = 63
    HOP = 40               # samples
    OUT_HOPS = 4           # a pause is believed after so many hops: 20 ms
    BRIDGE_HOPS = 2        # what is shorter is a hole in the burst
    LOST_HOPS = 16         # a burst outlives so many lost hops
    SHORTEST = 240         # samples: what is shorter is the shadow of a change between two

cdef struct Burst:
    int8_t lines
    int8_t sound           # 1: seen nearly all along: may be a segment of a tone; 2: steady, too
    int8_t told            # a continuous tone was reported while it lasted
    int8_t sharp           # 1: began sharply, 2: ended sharply, 3: both
    float hz[4]
    float power[4]         # mean squares
    float rest             # of everything else
    float spike            # what else stood out, against the strongest line; without the worst
    float flat             # its greatest level over its least
    int64_t start          # samples
    int64_t end

cdef struct Bursts:
    float last_power       # of the frame before
    float hop[64]          # powers of the last hops
    int64_t hops           # counted from the beginning
    int shadow             # frames whose windows still hold lost audio
    # the burst that lasts, if running
    int running
    int low                # its lines lie below 700 Hz
    int quiet              # little was before it: its power alone tells how it began
    int seen               # frames that showed it
    int missed             # frames that did not
    int unknown            # frames of which lost audio is a part
    int seen_before        # the frame before showed lines that could be a tone's
    int smooth             # hops over which the beat of its lines is averaged
    int out                # hops outside in a row
    int lost               # hops in a row
    int64_t scan           # the next hop to look at
    float plateau          # sum of the powers of its hops
    int plateau_hops
    int64_t flat_next      # the hop with which the next stretch ends whose level is compared
    float flat_least
    float flat_most
    float hz_least[4]      # of all frames but the last, whose window may hold the burst's end
    float hz_most[4]
    float hz_last[4]       # 0: none, or its window held the beginning
    int strays             # frames whose lines were elsewhere, as where a frame was put in twice
    float best             # power of the lines where they were strongest
    float spike            # sum over its frames of what else stood out
    float spike_most
    float spike_next
    Burst burst
    Burst past[8]          # the last one first


cdef inline void sc_bursts_reset(Bursts* state) noexcept nogil:
    """Begin with nothing heard."""
    cdef int i

    state.last_power = 0
    for i in range(RING):
        state.hop[i] = 0
    state.hops = 0
    state.shadow = 0
    state.running = 0
    state.seen_before = 0
    for i in range(BURSTS):
        state.past[i].lines = 0
        state.past[i].sound = 0
        state.past[i].start = state.past[i].end = -1000000


cdef inline float sc_hop(const Bursts* state, int64_t index) noexcept nogil:
    """Return the power of a hop; before the beginning is silence."""
    return state.hop[index & MASK] if index >= 0 else <float> 0


@cython.cdivision(True)
cdef inline float sc_smooth(const Bursts* state, int64_t index, int width) noexcept nogil:
    """Return the mean power of the width hops that end with index. Needs width > 0."""
    cdef int i
    cdef float sum = 0

    for i in range(width):
        sum += sc_hop(state, index - i)
    return sum / width


@cython.cdivision(True)
cdef inline int sc_beat_hops(const Line* line, int lines) noexcept nogil:
    """Return the width, 2 to 6 hops, that comes nearest to whole beats of the lines."""
    cdef int width, best = 2
    cdef float beats, whole, off, least = 100

    if lines == 1:
        return 2
    if lines > 2:
        return 4
    for width in range(2, 7):
        beats = (line[1].hz - line[0].hz) * width * <float> 0.005
        whole = <float> (<int> (beats + <float> 0.5))
        if whole < 1:
            continue
        off = (beats - whole if beats > whole else whole - beats) / beats
        # A wider mean blurs the edge: it must be worth it.
        if off + <float> 0.02 * width < least:
            least = off + <float> 0.02 * width
            best = width
    return best


cdef inline int sc_flat_hops(const Bursts* state) noexcept nogil:
    """Return over how many hops a level is averaged to see whether it stays: whole beats."""
    return 2 * state.smooth if state.smooth > 4 else 2 * state.smooth + 2


@cython.cdivision(True)
cdef inline float sc_misjudged(float rest, float power, int low) noexcept nogil:
    """Return by how much noise makes a window misjudge a line, Hz: the width of its bins counts.

    rest: the noise from 125 to 3940 Hz. The result is wide enough for the spread of a whole burst.
    """
    return sqrtf(rest / (power * 110)) * (<float> 35 if low else <float> 140)


cdef inline float sc_burst_power(const Burst* burst) noexcept nogil:
    """Return the power of a burst's lines together."""
    cdef int k
    cdef float sum = 0

    for k in range(burst.lines):
        sum += burst.power[k]
    return sum


cdef inline int sc_same_lines(const Bursts* state, const Sight* sight) noexcept nogil:
    """Return whether a sight is of the running burst."""
    cdef int k
    cdef float off

    if sight.lines != state.burst.lines:
        return 0
    for k in range(sight.lines):
        off = sight.line[k].hz - state.burst.hz[k]
        if off < 0:
            off = -off
        if off > state.burst.hz[k] * <float> 0.006 + 3:
            return 0
    return 1


@cython.cdivision(True)
cdef inline int sc_confirms(const Bursts* state, const Sight* sight) noexcept nogil:
    """Return whether a second sight has the lines of a burst's first, as near as noise lets it."""
    cdef int k
    cdef float off

    # The second may be the worse one, at a short burst's end.
    if state.low != sight.low or state.hz_last[0] == 0:
        return 1
    if (0 if sight.even else sight.spike) >= state.spike:
        return 1
    if sight.lines != state.burst.lines:
        return 0
    for k in range(sight.lines):
        off = sight.line[k].hz - state.burst.hz[k]
        if off < 0:
            off = -off
        off -= (1 if state.low else 3) + sc_misjudged(sight.rest, sight.line[k].power, state.low)
        if off > 0:
            return 0
    return 1


@cython.cdivision(True)
cdef inline void sc_burst_take(Bursts* state, const Sight* sight) noexcept nogil:
    """Add a frame that shows the running burst's lines."""
    cdef int k, stray = 0
    cdef float spike, off

    state.seen += 1
    for k in range(sight.lines):
        off = state.hz_last[k] - state.burst.hz[k]
        if off < 0:
            off = -off
        off -= <float> 1.0 + <float> 0.001 * state.burst.hz[k]
        if state.hz_last[k] > 0 and off > sc_misjudged(sight.rest, sight.line[k].power, state.low):
            stray = 1
    state.strays += stray
    spike = 0 if sight.even else sight.spike
    state.spike += spike
    if spike > state.spike_most:
        state.spike_next = state.spike_most
        state.spike_most = spike
    elif spike > state.spike_next:
        state.spike_next = spike
    # The first and the last frame may hold something else: the two worst do not count.
    if state.seen > 5:
        state.burst.spike = (state.spike - state.spike_most - state.spike_next) / (state.seen - 2)
    elif state.seen > 1:
        state.burst.spike = (state.spike - state.spike_most) / (state.seen - 1)
    else:
        state.burst.spike = spike
    for k in range(sight.lines):
        state.burst.hz[k] += (sight.line[k].hz - state.burst.hz[k]) / state.seen
        if state.hz_last[k] > 0 and not stray:
            if state.hz_last[k] < state.hz_least[k]:
                state.hz_least[k] = state.hz_last[k]
            if state.hz_last[k] > state.hz_most[k]:
                state.hz_most[k] = state.hz_last[k]
        state.hz_last[k] = sight.line[k].hz
    if sight.total > state.best:
        state.best = sight.total
        state.burst.rest = sight.rest
        for k in range(sight.lines):
            state.burst.power[k] = sight.line[k].power


cdef inline void sc_burst_begin(Bursts* state, const Sight* sight) noexcept nogil:
    """Make a sight the running burst, without edges yet."""
    cdef int k

    state.running = 1
    state.low = sight.low
    state.seen = 0
    state.missed = 0
    state.unknown = 0
    state.out = 0
    state.lost = 0
    state.burst.told = 0
    state.best = 0
    state.flat_least = 1e30
    state.flat_most = 0
    state.smooth = sc_beat_hops(sight.line, sight.lines)
    state.burst.lines = sight.lines
    state.burst.sound = 1
    state.burst.sharp = 0
    state.spike = state.spike_most = state.spike_next = 0
    state.strays = 0
    for k in range(sight.lines):
        state.burst.hz[k] = 0
        state.hz_least[k] = 1e30
        state.hz_most[k] = 0
        state.hz_last[k] = 0
    sc_burst_take(state, sight)


@cython.cdivision(True)
cdef inline float sc_burst_flat(const Bursts* state) noexcept nogil:
    """Return the greatest level of the running burst over its least, 1 if it was too short."""
    return state.flat_most / state.flat_least if state.flat_most > 0 else <float> 1


@cython.cdivision(True)
cdef inline int sc_burst_sound(const Bursts* state, const TonePlan* plan) noexcept nogil:
    """Return 1 if the running burst was seen nearly all along so far, 2 if steady, too."""
    cdef int k
    cdef float noise

    if state.missed > 1 + state.seen // 6:
        return 0
    if state.strays > 1 + state.seen // 10:
        return 1
    for k in range(state.burst.lines):
        noise = sc_misjudged(state.burst.rest, state.burst.power[k], state.low)
        if state.burst.lines == 2 and state.burst.hz[1] - state.burst.hz[0] < 60:
            noise += <float> 1.5  # a side lobe of the other line pulls
        noise += state.burst.hz[k] * plan.steady + <float> 1.5
        if state.hz_most[k] - state.hz_least[k] > noise:
            return 1
    return 2


cdef inline int sc_burst_close(
    Bursts* state, const TonePlan* plan, int64_t end, int sharp,
) noexcept nogil:
    """End the running burst at a sample; return whether it is now the last of the past ones."""
    cdef int i

    state.running = 0
    state.burst.end = end
    if end - state.burst.start < SHORTEST:
        return 0
    # Nearly all of it must have shown the lines, but for what windows at its edges miss.
    if (state.seen + state.unknown) * 160 < (end - state.burst.start - 1280) * <float> 0.7 - 160:
        state.burst.sound = 0
    if state.burst.sound:
        state.burst.sound = sc_burst_sound(state, plan)
    state.burst.flat = sc_burst_flat(state)
    if sharp:
        state.burst.sharp |= 2
    for i in range(BURSTS - 1, 0, -1):
        state.past[i] = state.past[i - 1]
    state.past[0] = state.burst
    return 1
