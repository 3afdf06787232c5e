"""Call-progress tones: lines that stay make a burst, bursts in a cadence make a tone.

A *burst* is a stretch of hops (5 ms) of one power in which the spectrum shows the same one to four lines and
nothing else. Its edges come from the hops' powers: half way between the burst's own level and what is before
or after it, so that noise of any level moves them little. Where one tone follows another without a pause, as in
special information tones, the hop in which the new one overtakes the old one is the edge.

A *pattern* is what fraud.tones knows of a tone: one to four segments (lines, shortest and longest time on,
shortest and longest pause after it), and how many rounds of them are enough. Continuous tones have one segment
without an end.
"""

cimport cython
from libc.math cimport cosf, sinf, sqrtf
from libc.stdint cimport int64_t

from securecall._fit cimport Wave, sc_fit, sc_left
from securecall._frame cimport EVENT_TONE, HOPS, Event, Events, Frame, sc_dbm0, sc_new_event
from securecall._spectrum cimport (
    LINES,
    Line,
    Sight,
    Spectrum,
    sc_follow_floor,
    sc_see,
    sc_spectrum_reset,
)

cdef enum:
    SEGMENTS = 4           # of a pattern
    PATTERNS = 64          # of a plan
    BOXES = 96             # of a plan
    RING = 64              # hops kept: 320 ms
    MASK = 63
    BURSTS = 8             # kept
    GOING = 3              # tones that may be going on at once
    HOP = 40
    OUT_HOPS = 4           # a pause is believed after so many hops: 20 ms
    BRIDGE_HOPS = 2        # what is shorter is a hole in the burst
    LOST_HOPS = 16         # a burst outlives so many lost hops
    PATTERN_NUMBERS = 50   # as fraud.tone_packing writes them
    BOX_NUMBERS = 9

cdef struct Segment:
    int lines
    float hz[4]
    float on_least         # samples
    float on_most
    float pause_least      # after it
    float pause_most

cdef struct Pattern:
    int code               # index into the plan's names
    int segments
    int rounds             # of the segments, before it is reported
    int continuous         # reported once it has lasted on_least
    int repeats            # further bursts belong to the same event
    int tail               # its last burst may last (stutter dial tone)
    int sharp              # both edges of its bursts must be sharp
    Segment segment[4]
    float shift            # greatest common shift of its frequencies, relative
    float apart            # greatest shift of one of them beside the common one
    float slack            # samples added to both sides of every time
    float least            # power
    float most
    float twist            # greatest ratio of two of its lines' powers
    float pure             # what else may stand out, against the strongest line

cdef struct Box:           # what a line of a pattern may be, so that all else is dropped at once
    int lines
    float low[4]
    float high[4]

cdef struct TonePlan:
    int patterns
    int boxes
    float quiet            # frames below this power hold no tone
    float pure             # the greatest of the patterns'
    float steady           # relative
    float flat             # greatest ratio of two stretches of a burst
    Pattern pattern[64]
    Box box[96]

cdef struct Burst:
    int lines
    int sound              # steady, even and pure: may be a segment of a tone
    int sharp              # 1: began sharply, 2: ended sharply, 3: both
    float hz[4]
    float power[4]         # mean squares
    float rest             # of everything else
    float spike            # what else stood out, against the strongest line; mean without its worst frames
    int64_t start          # samples
    int64_t end

cdef struct Going:         # a tone that was reported and may go on
    int pattern            # -1: none
    int id
    int64_t start
    int64_t last           # end of its last burst

cdef struct Progress:
    Spectrum spectrum
    float hop[64]          # powers of the last hops
    int64_t hops           # counted from the beginning
    int shadow             # frames whose windows still hold lost audio
    # the burst that lasts, if running
    int running
    int low                # its lines lie below 700 Hz
    int quiet              # little was before it: its power alone tells how it began
    int seen               # frames that showed it
    int missed             # frames that did not
    int seen_before        # the frame before showed lines that could be a tone's
    int smooth             # hops over which the beat of its lines is averaged
    int out                # hops outside in a row
    int lost               # hops in a row
    int reported           # a continuous tone was told of
    int64_t scan           # the next hop to look at
    float plateau          # sum of the powers of its hops
    int plateau_hops
    int64_t flat_next      # the hop with which the next stretch ends whose level is compared
    float flat_least
    float flat_most
    float hz_least[4]      # of all frames but the last, whose window may hold the burst's end
    float hz_most[4]
    float hz_last[4]       # 0: none, or its window held the beginning
    float best             # power of the lines where they were strongest
    float spike            # sum over its frames of what else stood out
    float spike_most
    float spike_next
    Burst burst
    Burst past[8]          # the last one first
    Going going[3]


cdef inline void sc_progress_reset(Progress* state) noexcept nogil:
    """Begin with nothing heard."""
    cdef int i

    sc_spectrum_reset(&state.spectrum)
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
    for i in range(GOING):
        state.going[i].pattern = -1


cdef inline float _hop(const Progress* state, int64_t index) noexcept nogil:
    """Return the power of a hop; before the beginning is silence."""
    return state.hop[index & MASK] if index >= 0 else <float> 0


@cython.cdivision(True)
cdef inline float _smooth(const Progress* state, int64_t index, int width) noexcept nogil:
    """Return the mean power of the width hops that end with index. Needs width > 0."""
    cdef int i
    cdef float sum = 0

    for i in range(width):
        sum += _hop(state, index - i)
    return sum / width


@cython.cdivision(True)
cdef inline int _beat_hops(const Line* line, int lines) noexcept nogil:
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


@cython.cdivision(True)
cdef inline double _crossing(const Progress* state, int64_t index, int width, float level) noexcept nogil:
    """Return the sample at which the power stepped through level between the means at index - 1 and index.

    A mean over width hops that ends with a hop lags the step by half of its width.
    """
    cdef float before = _smooth(state, index - 1, width), after = _smooth(state, index, width)
    cdef double part = 1

    if after != before:
        part = (level - before) / (after - before)
        if part < 0:
            part = 0
        elif part > 1:
            part = 1
    return (<double> index + part - <double> 0.5 * width) * HOP


cdef inline int _in_box(const TonePlan* plan, const Sight* sight) noexcept nogil:
    """Return whether the lines could belong to any pattern."""
    cdef int i, k

    for i in range(plan.boxes):
        if plan.box[i].lines != sight.lines:
            continue
        for k in range(sight.lines):
            if sight.line[k].hz < plan.box[i].low[k] or sight.line[k].hz > plan.box[i].high[k]:
                break
        else:
            return 1
    return 0


@cython.cdivision(True)
cdef inline float _shape(const Pattern* pattern, int round_, const Burst* past) noexcept nogil:
    """Return how far bursts (last one first) are from a pattern's frequencies, or -1 beyond its limits.

    One common shift, as of a tape that runs fast, is free up to a limit of its own; the result is the
    greatest deviation beside it in per cent, so that patterns with other limits compare.
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


cdef inline float _burst_power(const Burst* burst) noexcept nogil:
    """Return the power of a burst's lines together."""
    cdef int k
    cdef float sum = 0

    for k in range(burst.lines):
        sum += burst.power[k]
    return sum


@cython.cdivision(True)
cdef inline float _off_time(float value, float least, float most, float slack) noexcept nogil:
    """Return how far a time is from the middle of its range, 1 at its ends, or -1 beyond them."""
    cdef float half = (most - least) / 2 + slack, off = value - (most + least) / 2

    if off < 0:
        off = -off
    return off / half if off <= half else <float> -1


cdef inline float _match(const Pattern* pattern, const Burst* past) noexcept nogil:
    """Return how badly the last bursts fit a pattern of whole rounds, 0 to 1 for each measure, or -1."""
    cdef int s, bursts = pattern.segments * pattern.rounds
    cdef float sum, off, power, length, before, weakest = 0, strongest = 0
    cdef const Burst* burst
    cdef const Segment* segment

    if bursts > BURSTS:
        return -1
    for s in range(bursts):
        burst = &past[bursts - 1 - s]
        if not burst.sound or (pattern.sharp and burst.sharp != 3):
            return -1
        power = _burst_power(burst)
        if power < pattern.least or power > pattern.most or burst.spike > pattern.pure:
            return -1
        # One generator, one level; 3 dB are what ITU-T E.180 leaves to the parts of a tone.
        if s == 0 or power < weakest:
            weakest = power
        if s == 0 or power > strongest:
            strongest = power
    if strongest > 2 * weakest:
        return -1
    sum = _shape(pattern, pattern.rounds, past)
    if sum < 0:
        return -1
    for s in range(bursts):
        burst = &past[bursts - 1 - s]
        segment = &pattern.segment[s % pattern.segments]
        off = _off_time(<float> (burst.end - burst.start), segment.on_least, segment.on_most, pattern.slack)
        if off < 0:
            return -1
        sum += off
        # Rounds are alike, however wide the range for them is.
        if s >= pattern.segments:
            length = <float> (burst.end - burst.start)
            before = <float> (past[bursts - 1 - s + pattern.segments].end - past[bursts - 1 - s + pattern.segments].start)
            off = length - before if length > before else before - length
            if off > pattern.slack + <float> 0.05 * length:
                return -1
        if s + 1 < bursts:
            off = _off_time(
                <float> (past[bursts - 2 - s].start - burst.end),
                segment.pause_least, segment.pause_most, pattern.slack,
            )
            if off < 0:
                return -1
    return sum


@cython.cdivision(True)
cdef inline void _tell(
    Progress* state, int index, const Pattern* pattern, const Burst* burst, int64_t start, int64_t now, int* ids, Events* events,
) noexcept nogil:
    """Report a tone, and remember that it may go on."""
    cdef Event* event = sc_new_event(events)
    cdef int k, place = 0
    cdef float power = _burst_power(burst), least, most

    event.kind = EVENT_TONE
    event.code = pattern.code
    ids[0] += 1
    event.id = ids[0]
    event.ended = 0
    event.start = start
    event.end = -1
    event.detected = now
    event.level_dbm0 = sc_dbm0(power)
    event.probability = <float> 0.99
    least = most = burst.power[0]
    for k in range(LINES):
        event.values[k] = burst.hz[k] if k < burst.lines else <float> 0
        if k < burst.lines:
            if burst.power[k] < least:
                least = burst.power[k]
            if burst.power[k] > most:
                most = burst.power[k]
    event.values[4] = sc_dbm0(most) - sc_dbm0(least)
    event.values[5] = sc_dbm0(power) - sc_dbm0(burst.rest)
    for k in range(GOING):
        if state.going[k].pattern < 0:
            place = k
            break
        if state.going[k].last < state.going[place].last:
            place = k
    state.going[place].pattern = index
    state.going[place].id = ids[0]
    state.going[place].start = start
    state.going[place].last = burst.end


cdef inline void _end(Progress* state, const TonePlan* plan, int place, int64_t now, Events* events) noexcept nogil:
    """Say that a tone is over."""
    cdef Going* going = &state.going[place]
    cdef Event* event = sc_new_event(events)
    cdef int k

    event.kind = EVENT_TONE
    event.code = plan.pattern[going.pattern].code
    event.id = going.id
    event.ended = 1
    event.start = going.start
    event.end = going.last
    event.detected = now
    event.level_dbm0 = 0
    event.probability = 0
    for k in range(6):
        event.values[k] = 0
    going.pattern = -1


cdef inline int _goes_on(Progress* state, const TonePlan* plan, const Burst* burst) noexcept nogil:
    """Let a burst prolong the tone that it repeats; return whether there was one."""
    cdef int g, p, s, found = 0
    cdef const Pattern* pattern
    cdef Pattern one
    cdef float off

    for g in range(GOING):
        if state.going[g].pattern < 0:
            continue
        for p in range(plan.patterns):
            pattern = &plan.pattern[p]
            if pattern.code != plan.pattern[state.going[g].pattern].code or not pattern.repeats:
                continue
            for s in range(pattern.segments):
                one = pattern[0]
                one.segments = 1
                one.segment[0] = pattern.segment[s]
                if _shape(&one, 1, burst) < 0:
                    continue
                off = _off_time(
                    <float> (burst.end - burst.start), one.segment[0].on_least, one.segment[0].on_most, one.slack
                )
                if off >= 0 or (pattern.tail and burst.end - burst.start > one.segment[0].on_most):
                    state.going[g].last = burst.end
                    found = 1
    return found


cdef inline void _closed(
    Progress* state, const TonePlan* plan, int64_t now, int* ids, Events* events,
) noexcept nogil:
    """Take the finished burst among the past ones and see what it completes."""
    cdef int i, p, best = -1, g
    cdef float off, least = 1000

    state.running = 0
    if state.burst.end - state.burst.start < 240:
        return  # a shadow of two that change into each other; no plan has one so short
    for i in range(BURSTS - 1, 0, -1):
        state.past[i] = state.past[i - 1]
    state.past[0] = state.burst
    if state.reported:
        for g in range(GOING):
            if state.going[g].pattern < 0:
                continue
            if plan.pattern[state.going[g].pattern].continuous or plan.pattern[state.going[g].pattern].tail:
                state.going[g].last = state.burst.end
        return
    if not state.burst.sound:
        return
    if _goes_on(state, plan, &state.burst):
        return
    for p in range(plan.patterns):
        if plan.pattern[p].continuous:
            continue
        off = _match(&plan.pattern[p], state.past)
        if off >= 0 and off < least:
            least = off
            best = p
    if best >= 0:
        i = plan.pattern[best].segments * plan.pattern[best].rounds
        _tell(state, best, &plan.pattern[best], &state.burst, state.past[i - 1].start, now, ids, events)


@cython.cdivision(True)
cdef inline int _is_sound(const Progress* state, const TonePlan* plan) noexcept nogil:
    """Return whether the running burst has been steady, level and pure so far."""
    cdef int k
    cdef float noise

    if state.missed > 1 + state.seen // 6:
        return 0
    for k in range(state.burst.lines):
        # Noise makes a window misjudge a line by a bin's width times the root of its share of noise.
        noise = sqrtf(state.burst.rest / (state.burst.power[k] * 110))
        noise *= <float> 35 if state.low else <float> 140
        if state.hz_most[k] - state.hz_least[k] > state.burst.hz[k] * plan.steady + <float> 1.5 + noise:
            return 0
    return state.flat_most <= state.flat_least * plan.flat


cdef inline void _close(
    Progress* state, const TonePlan* plan, int64_t end, int sharp, int64_t now, int* ids, Events* events,
) noexcept nogil:
    """End the running burst at a sample."""
    state.burst.end = end
    # Nearly all of it must have shown the lines, but for what windows at its edges miss.
    if state.seen * 160 < (end - state.burst.start - 1280) * <float> 0.7 - 160:
        state.burst.sound = 0
    state.burst.sound = state.burst.sound and _is_sound(state, plan)
    if sharp:
        state.burst.sharp |= 2
    _closed(state, plan, now, ids, events)


@cython.cdivision(True)
cdef inline void _find_end(Progress* state, const TonePlan* plan, int64_t now, int* ids, Events* events) noexcept nogil:
    """The power left the burst's level OUT_HOPS hops ago: find where, and close it."""
    cdef int64_t index = state.scan - OUT_HOPS
    cdef float plateau = state.plateau / state.plateau_hops
    cdef float after = _smooth(state, state.scan - 1, 2)
    cdef float level
    cdef int sharp, i
    cdef double edge

    if after < plateau:
        level = (plateau + after) / 2
        i = 0
        while i < OUT_HOPS and _smooth(state, index, state.smooth) > level:
            index += 1
            i += 1
        i = 0
        while i < OUT_HOPS + 2 and _smooth(state, index - 1, state.smooth) <= level:
            index -= 1
            i += 1
        edge = _crossing(state, index, state.smooth, level)
        # Half a mean's width and 15 ms after the edge the power is where it will stay.
        sharp = _smooth(state, index + 2, 1) < (plateau + 3 * after) / 4 or after < plateau / 4
    else:
        edge = (index - state.smooth / 2) * HOP
        sharp = 1
    _close(state, plan, <int64_t> edge, sharp, now, ids, events)


cdef inline int _flat_hops(const Progress* state) noexcept nogil:
    """Return over how many hops a burst's level is averaged to see whether it stays: whole beats, near 40 ms."""
    return 2 * state.smooth if state.smooth > 4 else 2 * state.smooth + 2


@cython.cdivision(True)
cdef inline void _advance(Progress* state, const TonePlan* plan, int64_t now, int* ids, Events* events) noexcept nogil:
    """Follow the running burst through the hops that are new."""
    cdef float level, plateau, flat
    cdef int width = _flat_hops(state)

    while state.running and state.scan < state.hops:
        plateau = state.plateau / state.plateau_hops
        level = _smooth(state, state.scan, state.smooth)
        if level < plateau * <float> 0.5 or level > plateau * <float> 1.8:
            state.out += 1
        else:
            state.out = 0
            # What is eight hops back is surely within: its end would be known by now.
            if (state.scan - 8) * HOP > state.burst.start:
                state.plateau += _hop(state, state.scan - 8)
                state.plateau_hops += 1
            while state.flat_next <= state.scan - 8:
                flat = _smooth(state, state.flat_next, width)
                if flat < state.flat_least:
                    state.flat_least = flat
                if flat > state.flat_most:
                    state.flat_most = flat
                state.flat_next += 1
        state.scan += 1
        if state.out == OUT_HOPS + BRIDGE_HOPS:
            _find_end(state, plan, now, ids, events)


@cython.cdivision(True)
cdef inline void _find_start(Progress* state, int64_t inside) noexcept nogil:
    """Look back from a hop that is surely within the running burst for the edge where it began."""
    cdef float plateau = state.plateau / state.plateau_hops
    cdef int64_t index = inside, limit = inside - (RING - 16)
    cdef float level = _smooth(state, index, state.smooth), before
    cdef int i, width = state.smooth

    state.quiet = 0
    if limit < 0:
        limit = -1
    while index > limit and level >= plateau * <float> 0.5 and level <= plateau * <float> 1.8:
        index -= 1
        level = _smooth(state, index, width)
    if index <= limit and limit >= 0:
        state.burst.start = (limit + 1) * HOP
        return
    if level > plateau:
        # Something louder went before, as speech that the exchange cut off for a call-waiting tone.
        state.burst.start = (index + 1 - width // 2) * HOP
        if _smooth(state, index - 1, 1) > plateau * <float> 1.8 or _smooth(state, index - 2, 1) > plateau * <float> 1.8:
            state.burst.sharp = 1
        return
    before = _smooth(state, index - width - 1, 4)
    state.quiet = before < plateau / 4
    if before > plateau:
        before = plateau / 2
    level = (plateau + before) / 2
    index += 1
    i = 0
    while i < width + 2 and _smooth(state, index, width) < level:
        index += 1
        i += 1
    state.burst.start = <int64_t> _crossing(state, index, width, level)
    if state.burst.start < 0:
        state.burst.start = 0
    # Sharp: one hop and half a mean's width before the crossing nearly nothing was there.
    if _smooth(state, index - width // 2 - 3, 1) < plateau / 4 + before:
        state.burst.sharp = 1


@cython.cdivision(True)
cdef inline void _take(Progress* state, const Sight* sight) noexcept nogil:
    """Add a frame that shows the running burst's lines."""
    cdef int k
    cdef float spike

    state.seen += 1
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
        if state.hz_last[k] > 0:
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


cdef inline int _wave_of(const Progress* state, const float* samples, int first, int last, Wave* wave) noexcept nogil:
    """Fit the running burst's lines to some of the last 640 samples."""
    cdef int k

    wave.lines = state.burst.lines
    wave.noise = state.burst.rest
    for k in range(wave.lines):
        wave.hz[k] = state.burst.hz[k]
    return sc_fit(wave, samples, first, last)


@cython.cdivision(True)
cdef inline void _start_by_wave(Progress* state, const float* samples, int low, int fresh) noexcept nogil:
    """Mend the start of a burst that was just seen: its waveform shows where it began, whatever was before.

    fresh: the frame before did not show the burst, so that it began within the last window and a frame.
    """
    cdef Wave wave
    cdef int64_t now = state.hops * HOP, start
    cdef int at = 160 if low else 424 - 160 * (state.seen - 1)
    cdef int inside = 0
    cdef float left = 0, before = 1

    if _wave_of(state, samples, at, 600, &wave) and sc_left(&wave, samples, at) < <float> 0.3:
        inside = at
        while at >= HOP:
            left = sc_left(&wave, samples, at - HOP)
            before = sc_left(&wave, samples, at - 2 * HOP) if at >= 2 * HOP else <float> 1
            if left > <float> 0.4 and not 0 <= before <= <float> 0.4:  # noise alone may spoil one hop
                break
            at -= HOP
            if 0 <= left <= <float> 0.4:
                inside = at
        if at >= HOP:
            at = (inside + at) // 2
    else:
        at = 0
    if at >= HOP:
        # How much of the hop before it was still without the tone.
        if before < 0:
            before = 1
        start = now - 640 + at
        if inside == at and before > left:
            start -= <int64_t> (HOP * (1 - left / before))
        state.burst.start = start
        if not state.quiet and (at < 2 * HOP or before > <float> 0.8):
            state.burst.sharp = 1
    elif fresh and state.burst.start < now - (800 if low else 416):
        state.burst.start = now - (700 if low else 320)
        if not state.quiet:
            state.burst.sharp = 1


@cython.cdivision(True)
cdef inline int _end_by_wave(
    Progress* state, const TonePlan* plan, const Frame* frame, int* ids, Events* events,
) noexcept nogil:
    """A frame does not show the running burst: close it if its waveform broke off; return whether it did."""
    cdef Wave wave
    cdef float left[12]
    cdef float before, after
    # A frame that still showed the burst ended 20 ms ago; of its window the last third may be something else.
    cdef int h, first = 20 if state.low else 200, last = 280 if state.low else 400, hops, broken = -1
    cdef int64_t now = frame.end

    if state.burst.start > now - 640 + first:
        first = <int> (state.burst.start - (now - 640)) + 8
    if first > last - 100 or not _wave_of(state, frame.samples, first, last, &wave):
        return 0
    hops = (640 - last) // HOP + 1
    for h in range(hops):
        left[h] = sc_left(&wave, frame.samples, 640 - (hops - h) * HOP)
    if left[0] > <float> 0.3:
        return 0
    for h in range(hops - 1, 0, -1):
        if 0 <= left[h] <= <float> 0.4:
            break
        if left[h] > 0:
            broken = h
    if broken < 0 or broken > hops - 3:
        return 0
    now -= (hops - broken) * HOP
    if left[broken - 1] < 0:
        now -= HOP // 2
    elif left[broken] < left[broken + 1]:
        now += <int64_t> (HOP * (1 - left[broken] / left[broken + 1]))
    before = left[broken - 2] if broken > 1 else left[0]
    after = left[broken + 1] if left[broken + 1] > left[broken + 2] else left[broken + 2]
    _close(
        state, plan, now, before < <float> 0.2 + state.burst.rest / state.best and after > <float> 0.6,
        frame.end, ids, events,
    )
    return 1


cdef inline void _begin(Progress* state, const Sight* sight) noexcept nogil:
    """Make a sight the running burst, without edges yet."""
    cdef int k

    state.running = 1
    state.low = sight.low
    state.seen = 0
    state.missed = 0
    state.out = 0
    state.lost = 0
    state.reported = 0
    state.best = 0
    state.flat_least = 1e30
    state.flat_most = 0
    state.smooth = _beat_hops(sight.line, sight.lines)
    state.burst.lines = sight.lines
    state.burst.sound = 1
    state.burst.sharp = 0
    state.spike = state.spike_most = state.spike_next = 0
    for k in range(sight.lines):
        state.burst.hz[k] = 0
        state.hz_least[k] = 1e30
        state.hz_most[k] = 0
        state.hz_last[k] = 0
    _take(state, sight)


cdef inline void _open(Progress* state, const Sight* sight, const float* samples, int fresh) noexcept nogil:
    """Start a burst at a sight; its level is that of the middle of what was seen."""
    cdef int i, hops = 12 if sight.low else 5
    cdef int64_t inside = state.hops - 2

    _begin(state, sight)
    state.plateau = 0
    for i in range(hops):
        state.plateau += _hop(state, inside - i)
    state.plateau_hops = hops
    _find_start(state, inside - 2)
    _start_by_wave(state, samples, sight.low, fresh)
    state.scan = inside
    state.flat_next = state.burst.start // HOP + 2 + _flat_hops(state)
    if state.flat_next < state.hops - RING + 16:
        state.flat_next = state.hops - RING + 16
    # What was a burst already is not one again.
    if state.burst.start < state.past[0].end:
        state.burst.start = state.past[0].end
    # A window that the tone fills in part tells its frequencies badly: wait for the next.
    if state.hops * HOP - state.burst.start < (560 if sight.low else 216):
        state.running = 0


@cython.cdivision(True)
cdef inline float _tone_in_hop(const float* samples, float hz) noexcept nogil:
    """Return the squared correlation of 40 samples with a tone."""
    cdef float turn = hz * <float> 7.8539816e-4, c = cosf(turn), s = sinf(turn)
    cdef float re = 1, im = 0, next_, sum_re = 0, sum_im = 0
    cdef int n

    for n in range(HOP):
        sum_re += samples[n] * re
        sum_im += samples[n] * im
        next_ = re * c - im * s
        im = im * c + re * s
        re = next_
    return sum_re * sum_re + sum_im * sum_im


@cython.cdivision(True)
cdef inline void _change(
    Progress* state, const TonePlan* plan, const Sight* sight, const Frame* frame, int* ids, Events* events,
) noexcept nogil:
    """Other lines at the same level: end the running burst and begin the next where one overtakes the other."""
    cdef float old[12]
    cdef float new[12]
    cdef const float* hop = frame.samples + 160
    cdef int i
    cdef float old_top = 0, new_top = 0
    cdef int64_t first = frame.end - 480, end, start

    for i in range(12):
        old[i] = _tone_in_hop(hop, state.burst.hz[0])
        new[i] = _tone_in_hop(hop, sight.line[0].hz)
        hop += HOP
        if old[i] > old_top:
            old_top = old[i]
        if new[i] > new_top:
            new_top = new[i]
    i = 11
    while i > 0 and new[i - 1] > new_top * <float> 0.1:
        i -= 1
    start = first + HOP * i + <int64_t> (HOP * (1 - sqrtf(new[i] / new_top)))
    i = 0
    while i < 11 and old[i + 1] > old_top * <float> 0.1:
        i += 1
    end = first + HOP * i + <int64_t> (HOP * sqrtf(old[i] / old_top))
    if end > start:
        end = start = (end + start) // 2
    _close(state, plan, end, 1, frame.end, ids, events)
    _open(state, sight, frame.samples, 0)
    state.running = 1
    state.hz_last[0] = 0
    state.burst.start = start
    state.flat_next = start // HOP + 2 + _flat_hops(state)
    state.burst.sharp = 1


cdef inline int _same_lines(const Progress* state, const Sight* sight) noexcept nogil:
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


cdef inline void _check_lasting(Progress* state, const TonePlan* plan, int64_t now, int* ids, Events* events) noexcept nogil:
    """Report a continuous tone once it has lasted long enough."""
    cdef int p, g
    cdef float power
    cdef const Pattern* pattern

    if state.reported or state.out:
        return
    for p in range(plan.patterns):
        pattern = &plan.pattern[p]
        if not pattern.continuous or now - state.burst.start < pattern.segment[0].on_least:
            continue
        power = _burst_power(&state.burst)
        if power < pattern.least or power > pattern.most or state.burst.spike > pattern.pure:
            continue
        if not _is_sound(state, plan):
            continue
        if pattern.sharp and not state.burst.sharp & 1:
            continue
        if _shape(pattern, 1, &state.burst) < 0:
            continue
        state.reported = 1
        state.burst.end = now
        for g in range(GOING):
            if state.going[g].pattern >= 0 and (
                plan.pattern[state.going[g].pattern].tail or plan.pattern[state.going[g].pattern].code == pattern.code
            ):
                state.going[g].last = now
                return
        _tell(state, p, pattern, &state.burst, state.burst.start, now, ids, events)
        return


cdef inline void _check_ends(Progress* state, const TonePlan* plan, int64_t now, Events* events) noexcept nogil:
    """End tones whose pause has become too long."""
    cdef int g
    cdef float longest
    cdef const Pattern* pattern

    for g in range(GOING):
        if state.going[g].pattern < 0:
            continue
        pattern = &plan.pattern[state.going[g].pattern]
        if state.running and (state.reported or now - state.burst.start < pattern.segment[0].on_most * 2):
            continue
        # A burst is seen some 100 ms after it began.
        longest = pattern.segment[pattern.segments - 1].pause_most + pattern.slack + 960
        if pattern.tail:
            longest = 6400
        elif not pattern.repeats or pattern.continuous:
            longest = 960
        if now - state.going[g].last > longest:
            _end(state, plan, g, now, events)


cdef inline void sc_progress_step(
    Progress* state, const TonePlan* plan, const Frame* frame, int* ids, Events* events,
) noexcept nogil:
    """Hear 20 ms."""
    cdef Sight sight
    cdef int h, steady, good = 0, unknown = 0
    cdef float power = 0, last = state.spectrum.last_power

    for h in range(HOPS):
        state.hop[(state.hops + h) & MASK] = frame.hop_power[h]
        power += frame.hop_power[h]
    power *= <float> 0.25
    state.hops += HOPS
    if frame.gap:
        state.shadow = 5
        if state.running:
            # Lost audio neither prolongs nor ends a burst: it goes on if its lines are there afterwards.
            state.lost += HOPS
            for h in range(HOPS):
                state.hop[(state.hops - HOPS + h) & MASK] = state.plateau / state.plateau_hops
            if state.lost > LOST_HOPS:
                state.burst.sound = 0
                _close(state, plan, frame.end - state.lost * HOP, 0, frame.end, ids, events)
            else:
                _advance(state, plan, frame.end, ids, events)
        _check_ends(state, plan, frame.end, events)
        return
    state.lost = 0
    sc_follow_floor(&state.spectrum, power)
    if state.running:
        _advance(state, plan, frame.end, ids, events)
    if state.running and state.out:
        _end_by_wave(state, plan, frame, ids, events)
    # A tone keeps its power from frame to frame; 2.5 dB leave room for the beat of two lines.
    steady = power < last * <float> 1.8 and last < power * <float> 1.8
    state.spectrum.last_power = power
    if not state.running and (power < plan.quiet or not steady):
        if state.shadow:
            state.shadow -= 1
    else:
        sc_see(&state.spectrum, &sight, frame.samples, plan.pure)
        good = sight.lines > 0 and sight.pure and _in_box(plan, &sight)
        if state.shadow:
            state.shadow -= 1
            unknown = not good
        if state.running and not state.out:
            if good and _same_lines(state, &sight):
                _take(state, &sight)
                if state.seen == 2 and not state.low and state.burst.sharp & 1 == 0:
                    # Now its frequencies are known better.
                    _start_by_wave(state, frame.samples, 0, 0)
            elif good and not sight.low and sight.lines == 1 and state.burst.lines == 1:
                _change(state, plan, &sight, frame, ids, events)
            elif not unknown and not _end_by_wave(state, plan, frame, ids, events):
                state.missed += 1
                if state.missed > 3 + state.seen // 6:
                    state.burst.sound = 0
                    _close(state, plan, frame.end, 0, frame.end, ids, events)
        elif good and not state.running:
            _open(state, &sight, frame.samples, not state.seen_before)
            if state.running:
                _advance(state, plan, frame.end, ids, events)
            else:
                good = 0
        if state.running:
            _check_lasting(state, plan, frame.end, ids, events)
    state.seen_before = good
    for h in range(GOING):
        if state.going[h].pattern >= 0:
            _check_ends(state, plan, frame.end, events)
            break


cdef inline void sc_progress_end(Progress* state, const TonePlan* plan, int64_t now, Events* events) noexcept nogil:
    """End what lasts: the call is over."""
    cdef int g

    for g in range(GOING):
        if state.going[g].pattern >= 0:
            if state.running and state.reported:
                state.going[g].last = now
            _end(state, plan, g, now, events)
    state.running = 0


cdef inline int sc_plan_unpack(const double* number, Py_ssize_t count, TonePlan* plan) noexcept nogil:
    """Fill a plan from fraud.tone_packing's numbers; return 0, or -1 if they are not one."""
    cdef int p, s, k
    cdef Pattern* pattern
    cdef const double* x = number

    if count < 6:
        return -1
    if not (0 <= x[0] <= PATTERNS and 0 <= x[1] <= BOXES):
        return -1
    plan.patterns = <int> x[0]
    plan.boxes = <int> x[1]
    if count != 6 + plan.patterns * PATTERN_NUMBERS + plan.boxes * BOX_NUMBERS:
        return -1
    plan.quiet = <float> x[2]
    plan.pure = <float> x[3]
    plan.steady = <float> x[4]
    plan.flat = <float> x[5]
    x += 6
    for p in range(plan.patterns):
        pattern = &plan.pattern[p]
        pattern.code = <int> x[0]
        pattern.segments = <int> x[1]
        pattern.rounds = <int> x[2]
        pattern.continuous = <int> x[3]
        pattern.repeats = <int> x[4]
        pattern.tail = <int> x[5]
        pattern.sharp = <int> x[6]
        x += 7
        for s in range(SEGMENTS):
            pattern.segment[s].lines = <int> x[0]
            for k in range(LINES):
                pattern.segment[s].hz[k] = <float> x[1 + k]
            pattern.segment[s].on_least = <float> x[5]
            pattern.segment[s].on_most = <float> x[6]
            pattern.segment[s].pause_least = <float> x[7]
            pattern.segment[s].pause_most = <float> x[8]
            x += 9
        pattern.shift = <float> x[0]
        pattern.apart = <float> x[1]
        pattern.slack = <float> x[2]
        pattern.least = <float> x[3]
        pattern.most = <float> x[4]
        pattern.twist = <float> x[5]
        pattern.pure = <float> x[6]
        x += 7
        if not 1 <= pattern.segments <= SEGMENTS or not 1 <= pattern.rounds * pattern.segments <= BURSTS:
            return -1
        for s in range(pattern.segments):
            if not 1 <= pattern.segment[s].lines <= LINES:
                return -1
    for p in range(plan.boxes):
        plan.box[p].lines = <int> x[0]
        for k in range(LINES):
            plan.box[p].low[k] = <float> x[1 + k]
            plan.box[p].high[k] = <float> x[5 + k]
        x += 9
    return 0
