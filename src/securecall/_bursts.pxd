"""From frames to bursts: when one begins, goes on, changes into another, and is over."""

cimport cython
from libc.stdint cimport int64_t

from securecall._burst cimport (
    BRIDGE_HOPS, HOP, LOST_HOPS, OUT_HOPS, RING, Bursts, sc_burst_begin, sc_burst_close,
    sc_burst_take, sc_confirms, sc_flat_hops, sc_hop, sc_same_lines, sc_smooth,
)
from securecall._edge cimport (
    sc_change, sc_end_by_wave, sc_find_end, sc_find_start, sc_start_by_wave,
)
from securecall._frame cimport HOPS, Frame, sc_samples
from securecall._spectrum cimport Sight, sc_see
from securecall._tone_plan cimport TonePlan, sc_in_box


@cython.cdivision(True)
cdef inline int _advance(Bursts* state, const TonePlan* plan) noexcept nogil:
    """Follow the running burst through the hops that are new; return as sc_burst_close does."""
    cdef float level, plateau, flat
    cdef int width = sc_flat_hops(state)

    while state.running and state.scan < state.hops:
        plateau = state.plateau / state.plateau_hops
        level = sc_smooth(state, state.scan, state.smooth)
        if level < plateau * <float> 0.5 or level > plateau * <float> 1.8:
            state.out += 1
        else:
            state.out = 0
            # What is eight hops back is surely within: its end would be known by now.
            if (state.scan - 8) * HOP > state.burst.start:
                state.plateau += sc_hop(state, state.scan - 8)
                state.plateau_hops += 1
            while state.flat_next <= state.scan - 8:
                flat = sc_smooth(state, state.flat_next, width)
                if flat < state.flat_least:
                    state.flat_least = flat
                if flat > state.flat_most:
                    state.flat_most = flat
                state.flat_next += 1
        state.scan += 1
        if state.out == OUT_HOPS + BRIDGE_HOPS:
            return sc_find_end(state, plan)
    return 0


@cython.cdivision(True)
cdef inline void _open(
    Bursts* state, const Sight* sight, const float* samples, int fresh, int64_t seen_start,
) noexcept nogil:
    """Start a burst at a sight; its level is that of the middle of what was seen.

    fresh, seen_start: as sc_start_by_wave takes them.
    """
    cdef int i, hops = 12 if sight.low else 5
    cdef int64_t inside = state.hops - 2

    sc_burst_begin(state, sight)
    state.plateau = 0
    for i in range(hops):
        state.plateau += sc_hop(state, inside - i)
    state.plateau_hops = hops
    sc_find_start(state, inside - 2)
    sc_start_by_wave(state, samples, sight.low, fresh, seen_start)
    state.scan = inside
    state.flat_next = state.burst.start // HOP + 2 + sc_flat_hops(state)
    if state.flat_next < state.hops - RING + 16:
        state.flat_next = state.hops - RING + 16
    # What was a burst already is not one again.
    if state.burst.start < state.past[0].end:
        state.burst.start = state.past[0].end
    # A window that the tone fills in part tells its frequencies badly: wait for the next.
    if state.hops * HOP - state.burst.start < (560 if sight.low else 216):
        state.running = 0


@cython.cdivision(True)
cdef inline int _change(
    Bursts* state, const TonePlan* plan, const Sight* sight, const Frame* frame,
) noexcept nogil:
    """Another line at the same level: end the running burst and begin the next."""
    cdef int closed = 0
    cdef int64_t start = sc_change(state, plan, sight.line[0].hz, frame, &closed)

    _open(state, sight, sc_samples(frame), 0, -1)
    state.running = 1
    state.hz_last[0] = 0
    state.burst.start = start
    state.flat_next = start // HOP + 2 + sc_flat_hops(state)
    state.burst.sharp = 1
    return closed


@cython.cdivision(True)
cdef inline int _lose(Bursts* state, const TonePlan* plan, int64_t now) noexcept nogil:
    """Let a frame of lost audio pass: it neither prolongs nor ends a burst.

    The burst goes on if its lines are there afterwards. Returns as sc_burst_close does.
    """
    cdef int h

    state.shadow = 5
    if not state.running:
        return 0
    state.lost += HOPS
    state.unknown += 1
    for h in range(HOPS):
        state.hop[(state.hops - HOPS + h) & 63] = state.plateau / state.plateau_hops
    if state.lost > LOST_HOPS:
        state.burst.sound = 0
        return sc_burst_close(state, plan, now - state.lost * HOP, 0)
    return _advance(state, plan)


cdef inline int _look(Bursts* state, const TonePlan* plan, const Frame* frame) noexcept nogil:
    """Look at a frame's spectrum and let it begin, prolong, change or end a burst."""
    cdef Sight sight
    # The short window of high lines is free of a hole one frame after it.
    cdef int good, known = state.shadow == 0 or (not state.low and state.shadow < 5), closed = 0

    sc_see(&sight, frame, plan.pure)
    good = sight.lines > 0 and sight.pure and sc_in_box(plan, &sight)
    if not state.running:
        if good:
            # A burst that was set aside as too short to tell began where it was seen to.
            _open(state, &sight, sc_samples(frame), not state.seen_before, state.burst.start)
            if state.running:
                closed = _advance(state, plan)
            else:
                good = 0
    elif not known:
        state.unknown += 1  # a hole in the window moves what its lines seem to be
    elif not state.out:
        if good and state.seen == 1 and not sc_confirms(state, &sight):
            # What began the burst was half something else: begin with this frame instead.
            _open(state, &sight, sc_samples(frame), 1, state.burst.start)
        elif good and sc_same_lines(state, &sight):
            sc_burst_take(state, &sight)
            if state.seen == 2 and not state.low and state.burst.sharp & 1 == 0:
                # Now its frequencies are known better.
                sc_start_by_wave(state, sc_samples(frame), 0, 0, -1)
        elif good and not sight.low and sight.lines == 1 and state.burst.lines == 1:
            closed = _change(state, plan, &sight, frame)
        else:
            closed = sc_end_by_wave(state, plan, frame)
            if state.running and state.shadow:
                state.unknown += 1
            elif state.running:
                state.missed += 1
                if state.missed > 3 + state.seen // 6:
                    state.burst.sound = 0
                    closed = sc_burst_close(state, plan, frame.end, 0)
    state.seen_before = good
    return closed


cdef inline int sc_bursts_step(
    Bursts* state, const TonePlan* plan, const Frame* frame,
) noexcept nogil:
    """Hear 20 ms; return 1 if a burst is over, which then is the first of state.past."""
    cdef int h, steady, closed = 0
    cdef float power = 0, last = state.last_power

    for h in range(HOPS):
        state.hop[(state.hops + h) & 63] = frame.hop_power[h]
        power += frame.hop_power[h]
    power *= <float> 0.25
    state.hops += HOPS
    if frame.gap:
        return _lose(state, plan, frame.end)
    state.lost = 0
    if state.running:
        closed = _advance(state, plan)
    if state.running and state.out:
        closed = sc_end_by_wave(state, plan, frame)
    # A tone keeps its power from frame to frame; 2.5 dB leave room for the beat of two lines.
    steady = power < last * <float> 1.8 and last < power * <float> 1.8
    state.last_power = power
    if state.running or (power >= plan.quiet and steady):
        closed |= _look(state, plan, frame)
    else:
        state.seen_before = 0
    if state.shadow:
        state.shadow -= 1
    return closed
