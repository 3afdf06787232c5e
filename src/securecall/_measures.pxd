"""Measures: a frame of 20 ms as a row of 32 numbers, for cues and for detectors of users.

fraud/measures.py names them; a test holds both lists against each other.
"""

cimport cython

from securecall._frame cimport Frame, sc_samples
from securecall._speech cimport HEARD_OTHER, HEARD_SPEECH, sc_speech
from securecall._spectrum cimport sc_long_spectrum

cdef extern from "_measures.h" nogil:
    enum:
        SC_MEASURES
        SC_MEASURE_BANDS
    ctypedef struct sc_measures:
        float level_dbm0
        float peak_dbm0
        float crossings
        float floor_dbm0
        float activity
        float click_db
        float click_dbm0
        float tilt_db
        float edge_hz
        float evenness_db
        float pitch_log2_hz
        float voiced
        float hop_dbm0[4]
        float band_dbm0[16]
    ctypedef struct sc_measuring:
        float floor
    void sc_measuring_reset(sc_measuring* state)
    int sc_measure(
        sc_measuring* state, sc_measures* m, const float* hop_power, const float* power, int peak,
        int crossings)
    void sc_click(const float* past, float* click_db, float* click_dbm0)
    void sc_measure_lost(sc_measuring* state, sc_measures* m)
    void sc_measures_prepare()

cdef enum:
    SINCE = 160            # of the 640 samples of the past: three frames


@cython.cdivision(True)
cdef inline void sc_measures_step(
    sc_measuring* state, sc_measures* m, const Frame* frame, int activity, const sc_speech* speech,
) noexcept nogil:
    """Measure a frame of which the activity is known."""
    if frame.gap:
        sc_measure_lost(state, m)
        return
    if sc_measure(
        state, m, frame.hop_power, sc_long_spectrum(frame).power, frame.peak, frame.crossings
    ):
        sc_click(sc_samples(frame) + SINCE, &m.click_db, &m.click_dbm0)
    m.activity = <float> activity
    m.voiced = m.pitch_log2_hz = 0
    # The pitch is looked for every other frame, of what is above the floor.
    if (frame.end // 160) % 2 == 0 and (activity == HEARD_SPEECH or activity == HEARD_OTHER):
        m.voiced = speech.last_voiced
        if m.voiced:
            m.pitch_log2_hz = <float> 10.965784 - speech.last_lag  # log2 of 2 kHz over the lag
