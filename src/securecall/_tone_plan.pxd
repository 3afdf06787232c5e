"""A plan of tones as the engine knows it; fraud.tones and fraud.tone_packing are its faces.

A *pattern* is what a plan says of one way in which a tone comes and goes: one to four segments
(lines, shortest and longest time on, shortest and longest pause after it), and how many rounds of
them are enough. Continuous tones have one segment without an end.
"""

from securecall._spectrum cimport LINES, Sight

cdef enum:
    SEGMENTS = 4           # of a pattern
    PATTERNS = 64          # of a plan
    BOXES = 96             # of a plan
    BURSTS = 8             # of all rounds of a pattern; as many are remembered
    HEAD_NUMBERS = 5
    PATTERN_NUMBERS = 52   # as fraud.tone_packing writes them
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
    int sharp              # so many edges of each of its bursts must be sharp
    int sound              # how sound its bursts must be
    Segment segment[4]
    float shift            # greatest common shift of its frequencies, relative
    float apart            # greatest shift of one of them beside the common one
    float slack            # samples added to both sides of every time
    float least            # power
    float most
    float twist            # greatest ratio of two of its lines' powers
    float pure             # what else may stand out, against the strongest line
    float flat             # greatest ratio of two stretches of a burst

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
    Pattern pattern[64]
    Box box[96]


cdef inline int sc_in_box(const TonePlan* plan, const Sight* sight) noexcept nogil:
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


cdef inline int sc_plan_unpack(
    const double* number, Py_ssize_t count, TonePlan* plan,
) noexcept nogil:
    """Fill a plan from fraud.tone_packing's numbers; return 0, or -1 if they are not one."""
    cdef int p, s, k
    cdef Pattern* pattern
    cdef const double* x = number

    if count < HEAD_NUMBERS:
        return -1
    if not (0 <= x[0] <= PATTERNS and 0 <= x[1] <= BOXES):
        return -1
    plan.patterns = <int> x[0]
    plan.boxes = <int> x[1]
    if count != HEAD_NUMBERS + plan.patterns * PATTERN_NUMBERS + plan.boxes * BOX_NUMBERS:
        return -1
    plan.quiet = <float> x[2]
    plan.pure = <float> x[3]
    plan.steady = <float> x[4]
    x += HEAD_NUMBERS
    for p in range(plan.patterns):
        pattern = &plan.pattern[p]
        for k in range(8):
            if not -1e6 < x[k] < 1e6:  # no other number may become an int
                return -1
        pattern.code = <int> x[0]
        pattern.segments = <int> x[1]
        pattern.rounds = <int> x[2]
        pattern.continuous = <int> x[3]
        pattern.repeats = <int> x[4]
        pattern.tail = <int> x[5]
        pattern.sharp = <int> x[6]
        pattern.sound = 1 if x[7] else 2
        x += 8
        for s in range(SEGMENTS):
            if not 0 <= x[0] <= LINES:
                return -1
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
        pattern.flat = <float> x[7]
        x += 8
        if not 1 <= pattern.segments <= SEGMENTS:
            return -1
        if not 1 <= pattern.rounds <= BURSTS or pattern.rounds * pattern.segments > BURSTS:
            return -1
        for s in range(pattern.segments):
            if not 1 <= pattern.segment[s].lines <= LINES:
                return -1
    for p in range(plan.boxes):
        if not 0 <= x[0] <= LINES:
            return -1
        plan.box[p].lines = <int> x[0]
        for k in range(LINES):
            plan.box[p].low[k] = <float> x[1 + k]
            plan.box[p].high[k] = <float> x[5 + k]
        x += 9
    return 0
