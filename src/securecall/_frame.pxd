"""What the rooms of the ears hand to each other: a frame of 20 ms, and events.

Times are samples at 8 kHz since the monitor began, lost ones included. Powers are mean squares of
full scale 1.0; 0.5, a full-scale sine, is +3.14 dBm0 (ITU-T G.711, A-law; taken for every
encoding).
"""

cimport cython
from libc.math cimport log10f
from libc.stdint cimport int16_t, int64_t
from libc.stdlib cimport realloc
from libc.string cimport memset

cdef extern from "_bank.h" nogil:
    enum:
        SC_HOP      # samples of a hop: 5 ms
        SC_LANES    # tones of the bank
    ctypedef struct sc_sums:
        float part[2][48]
    ctypedef struct sc_heard:
        sc_sums sums
        float power
        int16_t peak
        int16_t crossings
    ctypedef struct sc_sound:
        int known           # SAMPLES, SPECTRUM
        float samples[640]
        float last[256]
        float power[136]
        float bands[8]
        float top
    const float* sc_lane_hz
    void sc_bank_prepare(double rate_hz)
    void sc_ahead(const void* at, int64_t bytes)
    int sc_bank_width(int lanes)
    void sc_hear(const int16_t* samples, int16_t before, int hops, sc_heard* out)
    void sc_tones(
        const sc_heard* heard, const float c[2][48], const float s[2][48], float* power
    )
    void sc_floats(const int16_t* samples, int count, float* x)
    void sc_sums_of(const float* x, sc_sums* sums)

cdef enum:
    SAMPLES = 1
    SPECTRUM = 2
    HOPS = 4               # of a frame
    RING = 640             # samples of the past that a channel keeps: 16 hops
    PAST = 512             # of them are handed on
    FRAME = 160            # samples
    EVENT_TONE = 0         # code is the plan's tone
    EVENT_DTMF = 1         # code is 4 * row + column
    EVENT_MF = 2           # code is the system's signal

cdef struct Event:
    int kind
    int code
    int id
    int ended              # 1 in the second event of an id
    int64_t start          # samples
    int64_t end            # -1 while it lasts
    int64_t detected
    float level_dbm0
    float probability
    float values[6]        # evidence; what they are is named in fraud/event.py

cdef struct Events:
    int count
    int room
    int lost               # no memory for them, or beyond `most`
    int most               # of one call; 0: as many as memory holds
    Event* items           # grows when an event comes, never per frame

cdef struct Frame:
    int64_t end            # samples at its end
    const int16_t* ring
    sc_sound* sound        # ask sc_samples and _spectrum.pxd's sc_long_spectrum
    const float* hop_power  # mean squares of its 4 hops
    const float* tone_power  # of the 48 tones, over 20 ms with weights 1 2 2 1 of the hops
    int gap                # how many of its hops were lost: zeros that are evidence of nothing
    int peak               # greatest magnitude of a sample, 16 bits
    int crossings          # changes of sign


cdef inline float sc_dbm0(float power) noexcept nogil:
    """Return a mean square in dBm0; silence is -100."""
    if power < 1e-12:
        return -100.0
    return 10.0 * log10f(power) + 6.15029995664  # 3.14 - 10 log10(0.5)


cdef inline Event* sc_new_event(Events* events) noexcept nogil:
    """Return the next free event; without room for it, the last one again, and count one lost.

    Needs room > 0.
    """
    cdef Event* more
    if events.count == events.room:
        more = NULL
        if events.most == 0 or events.room < events.most:
            more = <Event*> realloc(events.items, (2 * events.room + 16) * sizeof(Event))
        if more == NULL:
            events.lost += 1
            memset(&events.items[events.count - 1], 0, sizeof(Event))
            return &events.items[events.count - 1]
        events.items = more
        events.room = 2 * events.room + 16
    events.count += 1
    # Zeros also where an end has no evidence.
    memset(&events.items[events.count - 1], 0, sizeof(Event))
    return &events.items[events.count - 1]


@cython.cdivision(True)
cdef inline void sc_past(const int16_t* ring, int64_t now, float* past, int samples) noexcept nogil:
    """Write the last so many samples of a ring, full scale 1.0, oldest first. Needs now >= 0."""
    cdef int begin = <int> ((now - samples + 4 * RING) % RING)
    cdef int left = RING - begin
    if left > samples:
        left = samples
    sc_floats(ring + begin, left, past)
    if left < samples:
        sc_floats(ring, samples - left, past + left)


cdef inline const float* sc_samples(const Frame* frame) noexcept nogil:
    """Return the last 640 samples, oldest first; the last 160 are the frame's. Needs end >= 0."""
    if not frame.sound.known & SAMPLES:
        frame.sound.known |= SAMPLES
        sc_past(frame.ring, frame.end, frame.sound.samples, RING)
    return frame.sound.samples
