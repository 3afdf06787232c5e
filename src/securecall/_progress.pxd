"""Call-progress tones: lines that stay make a burst, bursts in a cadence make a tone.

Nothing about any tone is known here: a plan says it all (see _tone_plan.pxd).
"""

cimport cython
from libc.stdint cimport int64_t

from securecall._burst cimport (
    Burst, Bursts, sc_burst_flat, sc_burst_power, sc_burst_sound, sc_bursts_reset,
)
from securecall._bursts cimport sc_bursts_step
from securecall._cadence cimport sc_match, sc_mend, sc_off_time, sc_shape
from securecall._frame cimport EVENT_TONE, Event, Events, Frame, sc_dbm0, sc_new_event
from securecall._spectrum cimport LINES
from securecall._tone_plan cimport Pattern, TonePlan

cdef enum:
    GOING = 3              # tones that may be going on at once

cdef struct Going:         # a tone that was reported and may go on
    int pattern            # -1: none
    int id
    int64_t start
    int64_t last           # end of its last burst
    float level            # dBm0 of the burst that it was known by

cdef struct Progress:
    Bursts bursts
    Going going[3]


cdef inline void sc_progress_reset(Progress* state) noexcept nogil:
    """Begin with nothing heard."""
    cdef int i

    sc_bursts_reset(&state.bursts)
    for i in range(GOING):
        state.going[i].pattern = -1


@cython.cdivision(True)
cdef inline void _tell(
    Progress* state, int index, const Pattern* pattern, const Burst* burst, int64_t start, int64_t
    now, int* ids, Events* events,
) noexcept nogil:
    """Report a tone, and remember that it may go on."""
    cdef Event* event = sc_new_event(events)
    cdef int k, place = 0
    cdef float power = sc_burst_power(burst), least, most

    event.kind = EVENT_TONE
    event.code = pattern.code
    ids[0] += 1
    event.id = ids[0]
    event.ended = 0
    event.start = start
    event.end = -1
    event.detected = now
    event.level_dbm0 = sc_dbm0(power)
    # An order, not yet a frequency of being right: it grows with the SNR, as a digit's does.
    event.probability = 1 - <float> 0.5 / (1 + power / (burst.rest + <float> 1e-12))
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
    state.going[place].level = event.level_dbm0


cdef inline void _end(
    Progress* state, const TonePlan* plan, int place, int64_t now, Events* events,
) noexcept nogil:
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
    event.level_dbm0 = going.level
    event.probability = 1  # that it is over
    for k in range(6):
        event.values[k] = 0
    going.pattern = -1


cdef inline int _goes_on(Progress* state, const TonePlan* plan, const Burst* burst) noexcept nogil:
    """Let a burst prolong the tone that it repeats; return whether there was one."""
    cdef int g, p, s, found = 0
    cdef const Pattern* pattern
    cdef Pattern one
    cdef float off, length, most

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
                if burst.sound < pattern.sound or burst.flat > pattern.flat:
                    continue
                if sc_shape(&one, 1, burst) < 0:
                    continue
                length = <float> (burst.end - burst.start)
                most = one.segment[0].on_most
                off = sc_off_time(length, one.segment[0].on_least, most, one.slack)
                if off >= 0 or (pattern.tail and length > most):
                    state.going[g].last = burst.end
                    found = 1
    return found


cdef inline void _over(
    Progress* state, const TonePlan* plan, int64_t now, int* ids, Events* events,
) noexcept nogil:
    """A burst is over: see what it prolongs, or completes."""
    cdef int i, p, g, best = -1
    cdef float off, least = 1000
    cdef const Burst* burst = &state.bursts.past[0]
    cdef const Pattern* pattern
    cdef const Burst* past
    cdef Burst mended[8]

    if burst.told:
        for g in range(GOING):
            if state.going[g].pattern < 0:
                continue
            pattern = &plan.pattern[state.going[g].pattern]
            if pattern.continuous or pattern.tail:
                state.going[g].last = burst.end
        return
    if not burst.sound or _goes_on(state, plan, burst):
        return
    sc_mend(state.bursts.past, mended)
    for p in range(plan.patterns):
        if plan.pattern[p].continuous:
            continue
        past = state.bursts.past
        if plan.pattern[p].sound == 1:
            if mended[0].told:
                continue
            past = mended
        off = sc_match(&plan.pattern[p], past)
        if off >= 0 and past == mended:
            off += 100  # what fits as it was heard goes before what fits when it is mended
        if off >= 0 and off < least:
            least = off
            best = p
    if best >= 0:
        pattern = &plan.pattern[best]
        past = state.bursts.past
        if pattern.sound == 1:
            past = mended
        i = pattern.segments * pattern.rounds
        _tell(state, best, pattern, past, past[i - 1].start, now, ids, events)
        state.bursts.past[0].told = 1


cdef inline void _check_lasting(
    Progress* state, const TonePlan* plan, int64_t now, int* ids, Events* events,
) noexcept nogil:
    """Report a continuous tone once it has lasted long enough."""
    cdef int p, g
    cdef float power
    cdef const Pattern* pattern
    cdef const Pattern* before

    if state.bursts.burst.told or state.bursts.out:
        return
    for p in range(plan.patterns):
        pattern = &plan.pattern[p]
        if not pattern.continuous or now - state.bursts.burst.start < pattern.segment[0].on_least:
            continue
        power = sc_burst_power(&state.bursts.burst)
        if power < pattern.least or power > pattern.most or state.bursts.burst.spike > pattern.pure:
            continue
        if sc_burst_sound(&state.bursts, plan) < pattern.sound:
            continue
        if sc_burst_flat(&state.bursts) > pattern.flat:
            continue
        if pattern.sharp == 2 and not state.bursts.burst.sharp & 1:
            continue
        if sc_shape(pattern, 1, &state.bursts.burst) < 0:
            continue
        state.bursts.burst.told = 1
        state.bursts.burst.end = now
        for g in range(GOING):
            if state.going[g].pattern < 0:
                continue
            before = &plan.pattern[state.going[g].pattern]
            if before.tail or before.code == pattern.code:
                state.going[g].last = now
                return
        _tell(state, p, pattern, &state.bursts.burst, state.bursts.burst.start, now, ids, events)
        return


cdef inline void _check_ends(
    Progress* state, const TonePlan* plan, int64_t now, Events* events,
) noexcept nogil:
    """End tones whose pause has become too long."""
    cdef int g
    cdef float longest
    cdef const Pattern* pattern

    for g in range(GOING):
        if state.going[g].pattern < 0:
            continue
        pattern = &plan.pattern[state.going[g].pattern]
        if state.bursts.running:
            if state.bursts.burst.told:
                continue
            if now - state.bursts.burst.start < pattern.segment[0].on_most * 2:
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
    cdef int g

    if sc_bursts_step(&state.bursts, plan, frame):
        _over(state, plan, frame.end, ids, events)
    if state.bursts.running and not frame.gap:
        _check_lasting(state, plan, frame.end, ids, events)
    for g in range(GOING):
        if state.going[g].pattern >= 0:
            _check_ends(state, plan, frame.end, events)
            break


cdef inline void sc_progress_end(
    Progress* state, const TonePlan* plan, int64_t now, Events* events,
) noexcept nogil:
    """End what lasts: the call is over."""
    cdef int g

    for g in range(GOING):
        if state.going[g].pattern >= 0:
            if state.bursts.running and state.bursts.burst.told:
                state.going[g].last = now
            _end(state, plan, g, now, events)
    state.bursts.running = 0
