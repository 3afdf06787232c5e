"""Where a burst begins and ends.

By power: half way between the burst's own level and what is before or after it, so that noise of
any level moves an edge little. By waveform (see _fit.pxd) where the power shows nothing. And where
one tone follows another without a pause, as in special information tones: where the new one
overtakes the old one.
"""

cimport cython
from libc.math cimport cosf, sinf, sqrtf
from libc.stdint cimport int64_t

from securecall._burst cimport (
    HOP, OUT_HOPS, RING, Bursts, sc_burst_close, sc_hop, sc_smooth,
)
from securecall._fit cimport Wave, sc_fit, sc_left
from securecall._frame cimport Frame, sc_samples
from securecall._tone_plan cimport TonePlan


@cython.cdivision(True)
cdef inline double sc_crossing(
    const Bursts* state, int64_t index, int width, float level,
) noexcept nogil:
    """Return the sample at which the power stepped through level, between index - 1 and index.

    A mean over width hops that ends with a hop lags the step by half of its width.
    """
    cdef float before = sc_smooth(state, index - 1, width), after = sc_smooth(state, index, width)
    cdef double part = 1

    if after != before:
        part = (level - before) / (after - before)
        if part < 0:
            part = 0
        elif part > 1:
            part = 1
    return (<double> index + part - <double> 0.5 * width) * HOP


@cython.cdivision(True)
cdef inline void sc_find_start(Bursts* state, int64_t inside) noexcept nogil:
    """Look back from a hop that is surely within the running burst for the edge where it began."""
    cdef float plateau = state.plateau / state.plateau_hops
    cdef int64_t index = inside, limit = inside - (RING - 16)
    cdef float level = sc_smooth(state, index, state.smooth), before
    cdef int i, width = state.smooth

    state.quiet = 0
    if limit < 0:
        limit = -1
    while index > limit and level >= plateau * <float> 0.5 and level <= plateau * <float> 1.8:
        index -= 1
        level = sc_smooth(state, index, width)
    if index <= limit and limit >= 0:
        state.burst.start = (limit + 1) * HOP
        return
    if level > plateau:
        # Something louder went before, as speech that the exchange cut off for a call-waiting tone.
        state.burst.start = (index + 1 - width // 2) * HOP
        level = plateau * <float> 1.8
        if sc_hop(state, index - 1) > level or sc_hop(state, index - 2) > level:
            state.burst.sharp = 1
        return
    before = sc_smooth(state, index - width - 1, 4)
    state.quiet = before < plateau / 4
    if before > plateau:
        before = plateau / 2
    level = (plateau + before) / 2
    index += 1
    i = 0
    while i < width + 2 and sc_smooth(state, index, width) < level:
        index += 1
        i += 1
    state.burst.start = <int64_t> sc_crossing(state, index, width, level)
    if state.burst.start < 0:
        state.burst.start = 0
    # Sharp: one hop and half a mean's width before the crossing nearly nothing was there.
    if sc_smooth(state, index - width // 2 - 3, 1) < plateau / 4 + before:
        state.burst.sharp = 1


@cython.cdivision(True)
cdef inline int sc_find_end(Bursts* state, const TonePlan* plan) noexcept nogil:
    """The power left the burst's level OUT_HOPS hops ago: find where, and close it.

    Return as sc_burst_close does.
    """
    cdef int64_t index = state.scan - OUT_HOPS
    cdef float plateau = state.plateau / state.plateau_hops
    cdef float after = sc_smooth(state, state.scan - 1, 2)
    cdef float level
    cdef int sharp, i
    cdef double edge

    if after < plateau:
        level = (plateau + after) / 2
        i = 0
        while i < OUT_HOPS and sc_smooth(state, index, state.smooth) > level:
            index += 1
            i += 1
        i = 0
        while i < OUT_HOPS + 2 and sc_smooth(state, index - 1, state.smooth) <= level:
            index -= 1
            i += 1
        edge = sc_crossing(state, index, state.smooth, level)
        # Half a mean's width and 15 ms after the edge the power is where it will stay.
        sharp = sc_smooth(state, index + 2, 1) < (plateau + 3 * after) / 4 or after < plateau / 4
    else:
        edge = (index - state.smooth / 2) * HOP
        sharp = 1
    return sc_burst_close(state, plan, <int64_t> edge, sharp)


cdef inline int _wave_of(
    const Bursts* state, const float* samples, int first, int last, Wave* wave,
) noexcept nogil:
    """Fit the running burst's lines to some of the last 640 samples."""
    cdef int k

    wave.lines = state.burst.lines
    wave.noise = state.burst.rest
    for k in range(wave.lines):
        wave.hz[k] = state.burst.hz[k]
    return sc_fit(wave, samples, first, last)


cdef inline int _fits_from(
    const Bursts* state, const float* samples, int at, Wave* wave,
) noexcept nogil:
    """Return whether the running burst's lines are all that is there from a sample to near now."""
    return _wave_of(state, samples, at, 600, wave) and sc_left(wave, samples, at) < <float> 0.3


@cython.cdivision(True)
cdef inline void sc_start_by_wave(
    Bursts* state, const float* samples, int low, int fresh, int64_t seen_start,
) noexcept nogil:
    """Mend the start of a burst that was just seen: its waveform shows where it began.

    fresh: the frame before did not show the burst: it began within the last window and a frame.
    seen_start: where a frame before that showed half of it saw it begin; -1 if none did.
    """
    cdef Wave wave
    cdef int64_t now = state.hops * HOP, start
    cdef int at = 160 if low else 424 - 160 * (state.seen - 1)
    cdef int inside = 0
    cdef float left = 0, before = 1
    cdef int fits = _fits_from(state, samples, at, &wave)

    if not fits and low and fresh:
        at = 280  # seen sooner than it filled that much of the window, where speech went before
        fits = _fits_from(state, samples, at, &wave)
    if fits:
        inside = at
        while at >= HOP:
            left = sc_left(&wave, samples, at - HOP)
            before = sc_left(&wave, samples, at - 2 * HOP) if at >= 2 * HOP else <float> 1
            # Noise alone may spoil one hop.
            if left > <float> 0.4 and not 0 <= before <= <float> 0.4:
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
        # The frame before had the edge within its window, this one has it just before.
        state.burst.start = now - (700 if low else 320)
        if now - 800 <= seen_start < now - 600:
            state.burst.start = seen_start
        if not state.quiet:
            state.burst.sharp = 1


@cython.cdivision(True)
cdef inline int _goes_on_elsewhere(
    const Bursts* state, const float* samples, int first, const Wave* wave,
) noexcept nogil:
    """Return whether the lines go on at another phase, as behind a frame that was put in twice."""
    cdef Wave other
    cdef float total = 0
    # A frame that was put in twice is over after 160 samples.
    cdef int n, last = first + 160 if first < 480 else 640

    if first > 560 or not _wave_of(state, samples, first, last, &other):
        return 0
    for n in range(first, last):
        total += samples[n] * samples[n]
    total /= last - first
    # What silence or speech leaves there is neither as strong nor so well explained.
    return (
        wave.power * <float> 0.6 < other.power < wave.power * <float> 1.7
        and total < other.power * <float> 1.15 + wave.noise * 2
    )


@cython.cdivision(True)
cdef inline int sc_end_by_wave(
    Bursts* state, const TonePlan* plan, const Frame* frame,
) noexcept nogil:
    """A frame does not show the running burst: close it if its waveform broke off.

    Return as sc_burst_close does; state.running says whether it did.
    """
    cdef Wave wave
    cdef float left[16]
    cdef float before, after
    cdef const float* samples = sc_samples(frame)
    # A frame that still showed the burst ended 20 ms ago; the last two fifths of its window may be
    # something else.
    cdef int h, first = 0 if state.low else 180, last = 240 if state.low else 360, hops, sharp
    cdef int broken = -1
    cdef int64_t now = frame.end

    if state.burst.start > now - 640 + first:
        first = <int> (state.burst.start - (now - 640)) + 8
    if first > last - 100 or not _wave_of(state, samples, first, last, &wave):
        return 0
    hops = (640 - last) // HOP + 1
    for h in range(hops):
        left[h] = sc_left(&wave, samples, 640 - (hops - h) * HOP)
    if left[0] > <float> 0.3:
        return 0
    for h in range(hops - 1, 0, -1):
        if 0 <= left[h] <= <float> 0.4:
            break
        if left[h] > 0:
            broken = h
    if broken < 0 or broken > hops - 3:
        return 0
    if _goes_on_elsewhere(state, samples, 640 - (hops - broken - 1) * HOP, &wave):
        state.shadow = 4 if state.low else 2
        return 0
    now -= (hops - broken) * HOP
    if left[broken - 1] < 0:
        now -= HOP // 2
    elif left[broken] < left[broken + 1]:
        now += <int64_t> (HOP * (1 - left[broken] / left[broken + 1]))
    before = left[broken - 2] if broken > 1 else left[0]
    after = left[broken + 1] if left[broken + 1] > left[broken + 2] else left[broken + 2]
    sharp = before < <float> 0.2 + state.burst.rest / state.best and after > <float> 0.6
    return sc_burst_close(state, plan, now, sharp)


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
cdef inline int64_t sc_change(
    Bursts* state, const TonePlan* plan, float hz, const Frame* frame, int* closed,
) noexcept nogil:
    """One line gives way to another: close the burst, and return where the new one begins."""
    cdef float old[12]
    cdef float new[12]
    cdef const float* hop = sc_samples(frame) + 160
    cdef int i
    cdef float old_top = 0, new_top = 0
    cdef int64_t first = frame.end - 480, end, start

    for i in range(12):
        old[i] = _tone_in_hop(hop, state.burst.hz[0])
        new[i] = _tone_in_hop(hop, hz)
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
    closed[0] = sc_burst_close(state, plan, end, 1)
    return start
