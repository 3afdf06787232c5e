"""Speech or not: what a frame of 20 ms is, from levels, the tone bank and the pitch.

The weights of the network come from recordings; ``benchmarks/speech`` trains and judges it, and
docs/dsp.md says what it was found to do.
"""

cimport cython
from libc.stdint cimport int16_t, int32_t, int64_t
from libc.string cimport memset

from securecall._frame cimport FRAME, Frame, RING

cdef extern from "_speech.h" nogil:
    enum:
        SC_SPEECH_INPUTS
        SC_SPEECH_HIDDEN
        SC_PITCH_SAMPLES
    ctypedef struct sc_speech_net:
        float first[36][8]
        float bias[8]
        float second[8]
        float last
        float on
        float off
    ctypedef struct sc_speech:
        float last_voiced
        float last_lag         # log2 of samples at 2 kHz
        float answer
        int32_t speaks
    float sc_speech_power(const int16_t* frame, const float* hop_power)
    int sc_speech_level(sc_speech* state, float mean_square, float* level)
    void sc_speech_measure(
        sc_speech* state, const int16_t* ring, int ring_samples, int start, const float* tone_power,
        const float* hop_power, float level, float* inputs)
    float sc_speech_weigh(const sc_speech_net* net, const float* inputs)

cdef enum:
    HEARD_SILENCE = 0      # no more than 6 dB above the floor, or below -60 dBm0
    HEARD_SPEECH = 1
    HEARD_OTHER = 2
    HEARD_LOST = 3         # audio of the frame was lost
    SPEECH_NUMBERS = 307   # of a packed network: 36 x 8, 8, 8 and three


cdef inline void sc_speech_reset(sc_speech* state) noexcept nogil:
    """Forget everything."""
    memset(state, 0, sizeof(sc_speech))


cdef inline void sc_speech_unpack(sc_speech_net* net, const float* number) noexcept nogil:
    """Fill the network from SPEECH_NUMBERS numbers, layer by layer."""
    cdef int n, k

    for n in range(SC_SPEECH_INPUTS):
        for k in range(SC_SPEECH_HIDDEN):
            net.first[n][k] = number[SC_SPEECH_HIDDEN * n + k]
    number += SC_SPEECH_INPUTS * SC_SPEECH_HIDDEN
    for k in range(SC_SPEECH_HIDDEN):
        net.bias[k] = number[k]
        net.second[k] = number[SC_SPEECH_HIDDEN + k]
    number += 2 * SC_SPEECH_HIDDEN
    net.last = number[0]
    net.on = number[1]
    net.off = number[2]


@cython.cdivision(True)
cdef inline int sc_speech_step(
    sc_speech* state, const sc_speech_net* net, const int16_t* ring, const Frame* frame
) noexcept nogil:
    """Hear 20 ms; return what they are. A lost frame changes nothing."""
    cdef float inputs[36]
    cdef float level, odds
    cdef int first

    if frame.gap:
        return HEARD_LOST
    level = sc_speech_power(ring + (frame.end - FRAME) % RING, frame.hop_power)
    if not sc_speech_level(state, level, &level):
        return HEARD_SILENCE
    if (frame.end // FRAME) % 2 == 0:  # every other frame, by the clock of the media
        first = <int> ((frame.end - 4 * SC_PITCH_SAMPLES + 4 * RING) % RING)
        sc_speech_measure(
            state, ring, RING, first, frame.tone_power, frame.hop_power, level, inputs
        )
        odds = sc_speech_weigh(net, inputs)
        if odds > 8:  # no second of evidence weighs more, or a laugh would never be forgotten
            odds = 8
        elif odds < -8:
            odds = -8
        state.answer += (odds - state.answer) * <float> 0.25
        state.speaks = state.answer > (net.off if state.speaks else net.on)
    return HEARD_SPEECH if state.speaks else HEARD_OTHER
