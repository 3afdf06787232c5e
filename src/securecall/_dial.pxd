"""Digits under a loud dial tone: then the pair receiver hears audio without what is below 655 Hz.

The filter is on only while two tones of 350 and 440 Hz, or one near 425 Hz, stand still for 60 ms,
so that the voices whose low harmonics betray them as voices keep those.
"""

from libc.stdint cimport int16_t, int64_t
from libc.string cimport memset

from securecall._frame cimport RING, sc_past

cdef enum:
    LANE_350 = 8
    LANE_400 = 9
    LANE_425 = 10
    LANE_440 = 11
    STILL_FRAMES = 3       # before it is believed
    GONE_FRAMES = 2        # before it is not any more

cdef struct Dial:
    int still
    int gone
    int on                 # 1: 350 + 440 Hz; 2: about 425 Hz
    float power[2]         # of its tones

# Elliptic high-pass of order 6: 655 Hz, ripple 0.3 dB, 55 dB down below 480 Hz; sections of
# b0 b1 b2 a1 a2.
cdef extern from *:
    """
    static const float sc_high_pass[3][5] = {
        {0.37605809f, -0.74674811f, 0.37605809f, -0.74620556f, 0.25015227f},
        {1.0f, -1.9117416f, 1.0f, -1.45647314f, 0.75890708f},
        {1.0f, -1.86080891f, 1.0f, -1.70354026f, 0.94685637f},
    };
    """
    const float sc_high_pass[3][5]


cdef inline void sc_without_dial(const int16_t* ring, int64_t now, float* past) noexcept nogil:
    """Write the whole ring through the filter from rest; its start has died away after 45 ms."""
    cdef int m, section
    cdef float x, y
    cdef float first[3]
    cdef float second[3]
    sc_past(ring, now, past, RING)
    memset(first, 0, sizeof(first))
    memset(second, 0, sizeof(second))
    for m in range(RING):
        x = past[m]
        for section in range(3):
            y = sc_high_pass[section][0] * x + first[section]
            first[section] = (
                sc_high_pass[section][1] * x - sc_high_pass[section][3] * y + second[section]
            )
            second[section] = sc_high_pass[section][2] * x - sc_high_pass[section][4] * y
            x = y
        past[m] = x


cdef inline int _steady(float now, float before, float most) noexcept nogil:
    return now < most * before and before < most * now


cdef inline void sc_dial_step(
    Dial* dial, const float* tone_power, float power, int lost
) noexcept nogil:
    """Look at a frame's tones; ``power`` is the mean square of all."""
    cdef float low = tone_power[LANE_350], high = tone_power[LANE_440], one = tone_power[LANE_425]
    cdef int seen = 0
    if lost:
        return
    if dial.on == 0:
        if power < 1e-7:
            dial.still = 0
            return
        if low + high > 0.7 * power and low < 8 * high and high < 8 * low:
            seen = 1
        elif one > 0.85 * power:
            seen = 2
            low, high = one, one
        if (seen and dial.still and _steady(low, dial.power[0], 1.6)
                and _steady(high, dial.power[1], 1.6)):
            dial.still += 1
        else:
            dial.still = seen != 0
        dial.power[0], dial.power[1] = low, high
        if dial.still >= STILL_FRAMES:
            dial.on, dial.gone = seen, 0
        return
    if dial.on == 2:
        low, high = one, one
    if _steady(low, dial.power[0], 2.5) and _steady(high, dial.power[1], 2.5):
        dial.gone = 0
        dial.power[0] += 0.1 * (low - dial.power[0])
        dial.power[1] += 0.1 * (high - dial.power[1])
        return
    dial.gone += 1
    if dial.gone >= GONE_FRAMES:
        dial.on = dial.still = 0
