"""Receivers of two tones at once: DTMF and MF.

A screen on the tone bank says, each 5 ms, which pair might be there. When it has said the same
three times, two tones are fitted to the audio itself (`_pair_fit`), and that decides.
"""

cimport cython
from libc.stdint cimport int16_t, int64_t

from securecall._frame cimport (
    Event, Events, PAST, SC_HOP, sc_dbm0, sc_heard, sc_new_event, sc_past,
)
from securecall._pair_fit cimport PairFit, PairPlan, Span, sc_pair_fit, sc_places

cdef extern from "_pairs.h" nogil:
    void sc_pairs_prepare(double rate_hz)
    void sc_pairs_width(int lanes)
    ctypedef struct sc_screened:
        float power[4][8]
        float whole[4]
        int pair[4]
    void sc_screen(
        const sc_heard* heard, int hops, const sc_places* places, const float* c, const float* s,
        int apart, float* re, float* im, float* power, sc_screened* seen,
    )

cdef enum:
    SCREENED = 3           # hops in a row before the fit is tried
    HOLED = 8              # hops in a row after which an interruption that it missed is tried
    BRIDGE_HOPS = 8        # after which what was before an interruption is forgotten
    STRAY_HOPS = 12        # after which the fit is tried every fourth hop only

cdef struct PairState:
    float re[2][8]         # of the two hops before
    float im[2][8]
    float power[2]
    int low                # the pair that the screen saw, or -1
    int high
    int run                # for how many hops
    int before             # low * 8 + high of the last pair that it saw, and when
    int64_t before_end
    int held_low           # the digit that lasts, or -1
    int held_high
    int off                # hops since it was last heard
    int id
    int64_t start
    int64_t heard          # end of the last hop in which it was
    float half[2]          # power below which its tones are over: a quarter, half the amplitude
    float level_dbm0


cdef inline void sc_pair_gap(PairState* state) noexcept nogil:
    """A hop was lost: neither tone nor silence."""
    cdef int lane
    for lane in range(8):
        state.re[0][lane] = state.re[1][lane] = state.im[0][lane] = state.im[1][lane] = 0
    state.power[0] = state.power[1] = 0
    state.run = 0
    state.before = -1


cdef inline void sc_pair_reset(PairState* state) noexcept nogil:
    """Forget what was heard."""
    sc_pair_gap(state)
    state.low = state.high = state.held_low = state.held_high = -1
    state.off = 0


cdef inline void sc_pair_end(
    const PairPlan* plan, PairState* state, Events* events, int64_t now
) noexcept nogil:
    """Report that a digit is over."""
    cdef Event* event = sc_new_event(events)
    event.kind = plan.kind
    event.code = plan.code[8 * state.held_low + state.held_high]
    event.id = state.id
    event.ended = 1
    event.start = state.start
    event.end = state.heard - SC_HOP
    if event.end < event.start:
        event.end = event.start
    event.detected = now
    event.level_dbm0 = state.level_dbm0
    event.probability = 1
    state.held_low = state.held_high = -1
    state.off = 0


cdef inline int _seen(
    const PairPlan* plan, const PairState* state, const float* power, float whole, int pair
) noexcept nogil:
    """Return the strongest pair if it might be a digit, or -1."""
    cdef float low = power[pair >> 3], high = power[pair & 7]
    if ((low + high < (<float> 0.3 if state.before >= 0 else <float> 0.5) * whole)
            | (low < <float> 0.5 * plan.power_min) | (high < <float> 0.5 * plan.power_min)
            | (high > <float> 2.0 * plan.twist_max * low)
            | (high < <float> 0.5 * plan.twist_min * low)):
        return -1
    return pair


cdef inline int sc_pair_screen(
    const PairPlan* plan, PairState* state, const sc_heard* heard, int hops, sc_screened* screened
) noexcept nogil:
    """Measure the tones over 15 ms; return 0 if `sc_pair_step` would do nothing at any hop."""
    cdef int hop, seen = -1
    sc_screen(
        heard, hops, &plan.places, plan.turn_re, plan.turn_im, plan.apart, state.re[0], state.im[0],
        state.power, screened,
    )
    if state.held_low >= 0 or state.before >= 0 or state.run:
        return 1
    for hop in range(hops):
        seen &= _seen(plan, state, screened.power[hop], screened.whole[hop], screened.pair[hop])
    return seen >= 0


@cython.cdivision(True)
cdef inline void sc_pair_step(
    const PairPlan* plan, PairState* state, const sc_screened* screened, int hop,
    const int16_t* ring, const float* filtered, int64_t now, int* ids, Events* events,
) noexcept nogil:
    """Hear the hop that ends at ``now``: with the ring, or its last 512 samples filtered.

    The ring may already hold what comes up to 128 samples later. An SNR is never below 0.
    """
    cdef const float* power = screened.power[hop]
    cdef float past[512]
    cdef PairFit fit
    cdef Event* event
    cdef float share
    cdef const Span* span
    cdef int seen = _seen(plan, state, power, screened.whole[hop], screened.pair[hop])
    cdef int low = seen >> 3, high = seen & 7, fitted, cleared = filtered != NULL

    if state.held_low >= 0:
        if (power[state.held_low] >= state.half[0] and power[state.held_high] >= state.half[1]
                and (seen < 0 or (low == state.held_low and high == state.held_high))):
            state.heard = now
            state.off = 0
            state.run = 0
            return
        state.off += 1
        if state.off >= plan.pause_hops:
            sc_pair_end(plan, state, events, now)
    if state.before >= 0 and now - state.before_end >= BRIDGE_HOPS * SC_HOP:
        state.before = -1
    if state.run and (seen < 0 or low != state.low or high != state.high):
        if state.run > 1 or state.before < 0:  # what an interruption feigned for a hop is none
            state.before = 8 * state.low + state.high
            state.before_end = now
        state.run = 0
    if seen < 0:
        return
    state.low, state.high = low, high
    state.run += 1
    if plan.code[seen] < 0 or (low == state.held_low and high == state.held_high):
        return
    if state.run >= SCREENED and (state.run <= STRAY_HOPS or state.run & 3 == 0):
        span = &plan.span
    elif seen == state.before:
        span = &plan.bridged
    else:
        return
    if filtered == NULL:
        sc_past(ring, now, past, PAST)
        filtered = past
    fitted = sc_pair_fit(
        plan, span, low, high, filtered, cleared, seen == state.before or state.run < HOLED, &fit
    )
    if fitted <= 0:
        if span == &plan.bridged or (seen != state.before and (fitted == 0 or state.run < HOLED)):
            return
        span = &plan.bridged
        if sc_pair_fit(plan, span, low, high, filtered, cleared, 1, &fit) <= 0:
            return
    if state.held_low >= 0:
        sc_pair_end(plan, state, events, now)
    ids[0] += 1
    state.id = ids[0]
    state.held_low, state.held_high = low, high
    state.start = max(0, now - span.window + fit.start)  # off by a sample or two
    state.heard = now
    state.off = state.run = 0
    share = 0.25 if plan.apart else 0.12  # tones 200 Hz apart disturb each other in 15 ms
    state.half[0], state.half[1] = share * fit.power[0], share * fit.power[1]
    state.level_dbm0 = sc_dbm0(fit.power[0] + fit.power[1])
    event = sc_new_event(events)
    event.kind = plan.kind
    event.code = plan.code[seen]
    event.id = state.id
    event.ended = 0
    event.start = state.start
    event.end = -1
    event.detected = now
    event.level_dbm0 = state.level_dbm0
    event.probability = 1 - 0.5 / (1 + fit.snr)
    event.values[0], event.values[1] = fit.hz[0], fit.hz[1]
    event.values[2] = sc_dbm0(fit.power[0])
    event.values[3] = sc_dbm0(fit.power[1])
    event.values[4] = event.values[3] - event.values[2]
    event.values[5] = sc_dbm0(fit.snr) - 6.15029995664
