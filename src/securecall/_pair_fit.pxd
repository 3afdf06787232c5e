"""Two steady tones of unknown frequency, level and phase, fitted to the end of what was heard.

What the fit explains in each tenth of 31 ms is a digit, so a tone that is shorter cannot pass and
one that is 5 ms longer always does, and frequencies are estimated, not read off the width of a
filter.
"""

cimport cython
from libc.math cimport atan2f, cosf, fabsf, sinf, sqrtf
from libc.stdint cimport int64_t

from securecall._frame cimport SC_HOP, sc_lane_hz

cdef extern from "_pairs.h" nogil:
    enum:
        SC_PAST
    ctypedef struct sc_places:
        pass
    void sc_places_prepare(sc_places* places, const int* lanes, int count)
    const float sc_turn_cos[48][512]
    const float sc_turn_sin[48][512]
    void sc_windows(
        const float* x, const float* c, const float* s, const float* window, int count, int shift,
        float* out,
    )

cdef extern from "_turns.h" nogil:
    ctypedef struct sc_quad:  # four floats
        pass
    float sc_whole_sum(const float* x, int count)
    void sc_turn_two(
        const float* value, int count, const float* c0, const float* s0, const float* c1,
        const float* s1, const float* step_re, const float* step_im, sc_quad* turned,
    )
    void sc_three_sums(
        const sc_quad* turned, const float* window, int count, int shift, float sums[2][6]
    )
    void sc_turned_sum(
        const sc_quad* turned, const float* window, int count, const float* step_re,
        const float* step_im, float* sum_re, float* sum_im,
    )
    float sc_residue(
        const float* value, int count, int blocks, int hole, int after, const float* re,
        const float* im, const float* step_re, const float* step_im, float most,
    )

cdef enum:
    BLOCKS = 10            # in each of which the fit must hold
    HOLE = 4               # blocks of an interruption that is bridged

cdef struct Span:
    int window             # samples that must be explained
    int second             # samples of each of the windows that measure the frequency
    int blocks
    float first_sum
    float second_sum
    float whole_sum
    float hann_first[512]
    float hann_second[512]
    float hann_whole[512]

cdef struct PairPlan:
    int kind               # of its events
    int lanes
    int apart              # 1: one tone of the first four and one of the others; 0: any two
    int lane[8]            # in the bank
    sc_places places       # of the lanes
    int code[64]           # of [low][high], 8 a row; -1 none
    float turn_re[8]       # of a hop
    float turn_im[8]
    Span span
    Span bridged           # the same with a hole in it
    float power_min        # of one tone
    float twist_max        # power of the high tone over the low one
    float twist_min
    float deviation_max    # of a frequency, relative
    float deviation_hz     # and in Hz beyond that
    float snr_min
    float block_max        # residual of a block over the fit
    float steady_max       # greatest ratio of amplitudes within the window
    float bend_max         # greatest phase of the middle off the line between the ends, radians
    float sure_snr         # below it tones that were there before they became a digit are none
    int pause_hops         # silence that ends a digit

cdef struct PairFit:
    float hz[2]
    float deviation[2]     # relative
    float power[2]
    float snr
    float unsteady         # greatest ratio of amplitudes within the window
    int64_t start


@cython.cdivision(True)
cdef inline float _centroid(
    const float* window, int count, int shift, int hole, int after
) noexcept nogil:
    """Return where the middle of a window's weight lies without the hole. Needs some outside."""
    cdef float total = 0, moment = 0
    cdef int m
    for m in range(count):
        if not hole <= m + shift < after:
            total += window[m]
            moment += window[m] * (m + shift)
    return moment / total


@cython.cdivision(True)
cdef inline int _was_there(
    const PairPlan* plan, const PairFit* fit, const float* x, int first, int last, float mean
) noexcept nogil:
    """Say whether both tones sounded before, at half their power or more, as notes do.

    Looks at what of the 15 ms from ``first`` on is left before ``last``; if nothing is, they did.
    """
    cdef float turn, c, s, z_re, z_im, swap, a_re, a_im
    cdef int tone, m
    if last - first < 40:
        return 1
    for tone in range(2):
        turn = fit.hz[tone] * <float> 7.8539816e-4  # 2 pi / 8000
        c, s = cosf(turn), -sinf(turn)
        z_re, z_im, a_re, a_im = 1, 0, 0, 0
        for m in range(first, last):
            a_re += (x[m] - mean) * z_re
            a_im += (x[m] - mean) * z_im
            swap = z_re * c - z_im * s
            z_im = z_re * s + z_im * c
            z_re = swap
        # 2 |a|^2 / n^2 is the power of a tone.
        if (<float> 4.0 * (a_re * a_re + a_im * a_im)
                < fit.power[tone] * (last - first) * (last - first)):
            return 0
    return 1


@cython.cdivision(True)
cdef inline int sc_pair_fit(
    const PairPlan* plan, const Span* span, int low, int high, const float* past, int filtered,
    int final, PairFit* fit,
) noexcept nogil:
    """Fit two tones to the end of the past; return 1 for a digit, -1 if there is more than tones.

    Needs windows with a sum above 0.

    ``past`` has 512 samples, which were whole numbers over 32768 unless they are filtered. The
    frequency is first sought within +-100 Hz, then refined. With the bridged span, the quietest
    12.5 ms within it count for nothing. When it is final, 0 and -1 are the same to who asks.
    """
    cdef int n = span.window, second = span.second, first = n - SC_HOP
    cdef const float* x = past + (SC_PAST - n)
    cdef float value[512]
    cdef sc_quad turned[512]
    cdef float re[2]
    cdef float im[2]
    cdef float further[2]
    cdef float sums[2][6]
    cdef float amplitude[2][3]
    cdef float turn[2]
    cdef float a_re[2]
    cdef float a_im[2]
    cdef float step_re[2]
    cdef float step_im[2]
    cdef float z_re, z_im, w, mean = 0, middle, residual, total, power, part, swap
    cdef float first_sum = span.first_sum, whole_sum = span.whole_sum
    cdef float apart = SC_HOP, whole_apart, half = 0.5
    cdef int tone, m, lane, at, shift, hole = 0, after = 0, failed = 0, _

    if filtered:
        for m in range(n):
            mean += x[m]
    else:
        mean = sc_whole_sum(x, n)
    mean /= n
    for m in range(n):
        value[m] = x[m] - mean
    fit.unsteady = 1
    shift = (n - second) // 2
    whole_apart = 2 * shift
    if span.blocks > BLOCKS:
        at = HOLE * n // span.blocks
        hole = n // span.blocks
        part = 0
        for m in range(hole, hole + at):
            part += value[m] * value[m]
        power = part
        for m in range(hole + 1, n - n // span.blocks - at + 1):
            part += value[m + at - 1] * value[m + at - 1] - value[m - 1] * value[m - 1]
            if part < power:
                power, hole = part, m
        after = hole + at
        for m in range(hole, after):
            value[m] = 0
        first_sum = whole_sum = 0
        for m in range(n):
            if not hole <= m < after:
                whole_sum += span.hann_whole[m]
                if m < first:
                    first_sum += span.hann_first[m]
        w = _centroid(span.hann_first, first, 0, hole, after)
        apart = _centroid(span.hann_first, first, SC_HOP, hole, after) - w
        w = _centroid(span.hann_second, second, 0, hole, after)
        whole_apart = _centroid(span.hann_second, second, 2 * shift, hole, after) - w
        half = (_centroid(span.hann_second, second, shift, hole, after) - w) / whole_apart
    for tone in range(2):
        lane = plan.lane[low if tone == 0 else high]
        sc_windows(
            value, sc_turn_cos[lane], sc_turn_sin[lane], span.hann_first, first, SC_HOP, sums[tone]
        )
        z_re = sums[tone][2] * sums[tone][0] + sums[tone][3] * sums[tone][1]
        z_im = sums[tone][3] * sums[tone][0] - sums[tone][2] * sums[tone][1]
        w = first_sum
        # 2 |a|^2 / sum^2 is the power of a tone, and so is 2 |z| / sum^2
        if 2 * sqrtf(z_re * z_re + z_im * z_im) < 0.5 * plan.power_min * w * w:
            return 0
        turn[tone] = atan2f(z_im, z_re) / apart
        fit.hz[tone] = sc_lane_hz[lane] + turn[tone] * 1273.2395  # 8000 / (2 pi)
        fit.deviation[tone] = fit.hz[tone] / sc_lane_hz[lane] - 1
        w = plan.deviation_hz / sc_lane_hz[lane]
        if fabsf(fit.deviation[tone]) > 1.5 * plan.deviation_max + w:
            return 0

    # Turn by what was found, then measure what is left of the turn.
    for tone in range(2):
        step_re[tone] = cosf(turn[tone])
        step_im[tone] = -sinf(turn[tone])
    lane, at = plan.lane[low], plan.lane[high]
    sc_turn_two(
        value, n, sc_turn_cos[lane], sc_turn_sin[lane], sc_turn_cos[at], sc_turn_sin[at], step_re,
        step_im, turned,
    )
    sc_three_sums(turned, span.hann_second, second, shift, sums)
    for tone in range(2):
        lane = plan.lane[low if tone == 0 else high]
        for at in range(3):
            amplitude[tone][at] = sqrtf(
                sums[tone][2 * at] * sums[tone][2 * at]
                + sums[tone][2 * at + 1] * sums[tone][2 * at + 1]
            )
        z_re = sums[tone][4] * sums[tone][0] + sums[tone][5] * sums[tone][1]
        z_im = sums[tone][5] * sums[tone][0] - sums[tone][4] * sums[tone][1]
        w = atan2f(z_im, z_re)
        # The middle's phase off the line between the ends: against half of the whole turn.
        z_re = sums[tone][2] * sums[tone][0] + sums[tone][3] * sums[tone][1]
        z_im = sums[tone][3] * sums[tone][0] - sums[tone][2] * sums[tone][1]
        middle = atan2f(z_im, z_re)
        failed = fabsf(middle - half * w) > plan.bend_max
        for at in range(3 if hole == 0 and not failed else 0):
            if amplitude[tone][at] > fit.unsteady * amplitude[tone][(at + 1) % 3]:
                fit.unsteady = amplitude[tone][at] / amplitude[tone][(at + 1) % 3]
            if amplitude[tone][(at + 1) % 3] > fit.unsteady * amplitude[tone][at]:
                fit.unsteady = amplitude[tone][(at + 1) % 3] / amplitude[tone][at]
        if failed or fit.unsteady > plan.steady_max:
            if tone == 0 or final:
                return -1
            failed = 1
            break
        w /= whole_apart
        further[tone] = w
        turn[tone] += w
        fit.hz[tone] = sc_lane_hz[lane] + turn[tone] * 1273.2395
        fit.deviation[tone] = fit.hz[tone] / sc_lane_hz[lane] - 1
        if fabsf(fit.deviation[tone]) > plan.deviation_max + plan.deviation_hz / sc_lane_hz[lane]:
            return 0
    for tone in range(1 if failed else 2):
        step_re[tone] = cosf(further[tone])
        step_im[tone] = -sinf(further[tone])
    sc_turned_sum(turned, span.hann_whole, n, step_re, step_im, a_re, a_im)
    for tone in range(1 if failed else 2):
        a_re[tone] *= 2 / whole_sum
        a_im[tone] *= 2 / whole_sum
        fit.power[tone] = 0.5 * (a_re[tone] * a_re[tone] + a_im[tone] * a_im[tone])
        if fit.power[tone] < plan.power_min:
            return 0
    if failed:
        return -1
    if (fit.power[1] > plan.twist_max * fit.power[0]
            or fit.power[1] < plan.twist_min * fit.power[0]):
        return 0

    power = fit.power[0] + fit.power[1]
    for tone in range(2):
        w = sc_lane_hz[plan.lane[low if tone == 0 else high]] / 1273.2395 + turn[tone]
        step_re[tone] = cosf(w)
        step_im[tone] = sinf(w)
    total = sc_residue(
        value, n, span.blocks, hole, after, a_re, a_im, step_re, step_im, plan.block_max * power
    )
    if total < 0:
        return -1
    fit.snr = power * (n - after + hole) / (total + 1e-12)
    if fit.snr < plan.snr_min:
        return -1
    # Back in time with the same tones, 10 samples after 10, to where they began.
    for tone in range(2):
        re[tone], im[tone] = a_re[tone], a_im[tone]
        step_im[tone] = -step_im[tone]
    m = 0
    while m - 10 >= n - SC_PAST:
        part = 0
        for _ in range(10):
            m -= 1
            residual = x[m] - mean
            for tone in range(2):
                swap = re[tone] * step_re[tone] - im[tone] * step_im[tone]
                im[tone] = re[tone] * step_im[tone] + im[tone] * step_re[tone]
                re[tone] = swap
                residual -= swap
            part += residual * residual
        if part > 0.5 * power * 10:
            # The tones fill this share of the ten samples.
            m += 10 - <int> (10 * max(0.0, 1 - part / (10 * power)))
            break
    fit.start = m
    if fit.snr < plan.sure_snr:
        at = m - 160 if m - 160 > n - SC_PAST else n - SC_PAST
        if _was_there(plan, fit, x, at, m - 40, mean):
            return 0
    return 1
