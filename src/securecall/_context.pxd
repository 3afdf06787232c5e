"""What was heard of a leg lately, as seconds since: tones, digits, flashes, gaps.

It turns single events into evidence for or against a change: a call-waiting tone explains the hold
that follows it; a flash before a hold does not.
"""

from libc.stdint cimport int64_t, uint8_t
from libc.string cimport memset

from securecall._cue cimport CUE_FLASH, CUE_GAP, Cue
from securecall._frame cimport EVENT_TONE, Event

cdef enum:
    CLASSES = 6
    CLASS_WAITING = 1      # of a tone: call waiting, CAS
    CLASS_RINGBACK = 2
    CLASS_SIT = 3
    CLASS_DIAL = 4         # dial and recall dial tone
    CLASS_OTHER = 5        # busy, reorder, ...
    NEVER = -1000000000
    LONG_AGO = 60          # seconds: more is not told apart

cdef struct Context:
    int64_t tone[6]        # when one was last heard, by class; 0 is digits
    int64_t flash          # the last that is one, and its numbers
    int64_t flash_before   # the one before it
    float flash_ms
    float flash_db
    float flash_quiet
    int64_t gap            # the last
    float gap_ms
    float gap_depth
    float gap_click
    int64_t long_gap       # the last of 200 ms or more
    float long_gap_ms
    float long_gap_depth


cdef inline void sc_context_reset(Context* state) noexcept nogil:
    cdef int k
    memset(state, 0, sizeof(Context))
    for k in range(CLASSES):
        state.tone[k] = NEVER
    state.flash = state.flash_before = state.gap = state.long_gap = NEVER


cdef inline void sc_context_event(
    Context* state, const Event* event, const uint8_t* classes
) noexcept nogil:
    """Remember an event of the ears."""
    if event.kind != EVENT_TONE:
        state.tone[0] = event.detected
    elif event.ended:
        state.tone[classes[event.code]] = event.end
    else:
        state.tone[classes[event.code]] = event.detected


cdef inline void sc_context_cue(Context* state, const Cue* cue) noexcept nogil:
    """Remember a flash or a gap."""
    cdef float weak

    if cue.kind == CUE_FLASH:
        # 0.25 to 1.25 s, and nothing loud between the clicks.
        if 250 <= cue.value[0] <= 1250 and cue.value[5] < cue.value[6] + 10:
            weak = cue.value[1] if cue.value[1] < cue.value[2] else cue.value[2]
            state.flash_before = state.flash
            state.flash = cue.at
            state.flash_ms = cue.value[0]
            state.flash_db = weak
            state.flash_quiet = cue.value[5] - cue.value[6]
    elif cue.kind == CUE_GAP:
        state.gap = cue.at
        state.gap_ms = cue.value[0]
        state.gap_depth = cue.value[2] - cue.value[1]
        state.gap_click = cue.value[3] if cue.value[3] > cue.value[4] else cue.value[4]
        if cue.value[0] >= 200:
            state.long_gap = cue.at
            state.long_gap_ms = cue.value[0]
            state.long_gap_depth = state.gap_depth


cdef inline float sc_since(int64_t then, int64_t now) noexcept nogil:
    """Return seconds, a minute at most."""
    if now - then >= LONG_AGO * 8000:
        return LONG_AGO
    return (now - then) * <float> 1.25e-4


cdef inline void sc_context_write(const Context* state, int64_t now, float* value) noexcept nogil:
    """Write 18 values of a cue of change."""
    cdef int k
    for k in range(CLASSES):
        value[k] = sc_since(state.tone[k], now)
    value[6] = sc_since(state.flash, now)
    value[7] = sc_since(state.flash_before, now)
    if value[6] < 30:
        value[8] = state.flash_ms
        value[9] = state.flash_db
        value[10] = state.flash_quiet
    value[11] = sc_since(state.gap, now)
    if value[11] < 30:
        value[12] = state.gap_ms
        value[13] = state.gap_depth
        value[14] = state.gap_click
    value[15] = sc_since(state.long_gap, now)
    if value[15] < 30:
        value[16] = state.long_gap_ms
        value[17] = state.long_gap_depth
