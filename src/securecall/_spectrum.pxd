"""What the ear sees in a frame: the spectrum, the lines that stand out of it, the rest.

Two spectra, one transform: 32 ms at 8 kHz, and for tones below 700 Hz, which stand as near as
40 Hz, 80 ms at 1.6 kHz (sums of five samples; what such a crude filter lets alias is refused
beforehand, because the low band must hold most of the power). Both have a Hann window. Powers are
mean squares of full scale 1.0.
"""

cimport cython
from libc.math cimport sqrtf
from libc.stdint cimport int16_t

from securecall._frame cimport FRAME, RING, SPECTRUM, Frame, sc_past, sc_sound

cdef extern from "_spectrum.h" nogil:
    const float* sc_window_long
    const float* sc_window_short
    float sc_spectrum(
        const float* x, const float* window, int samples, float scale, float* power, float* bands
    )
    int sc_peaks(const float* power, int first, int last, float least, int* peaks, int room)
    void sc_fives(const int16_t* samples, float* sums)
    void sc_spectrum_prepare()
    void sc_spectrum_width(int lanes)
    float sc_even_level(const float* power, int bins)

cdef enum:
    LINES = 4              # of a tone, at most
    BINS = 129
    BANDS = 8              # of 500 Hz
    LOW_SAMPLES = 128      # of the low band: 80 ms at 1.6 kHz
    LOW_RATIO = 5
    PEAKS = 12
    FIRST = 4              # 125 Hz: below are hum and rumble, which say nothing of a tone
    LAST = 126
    LOW_FIRST = 32         # 200 Hz in the low spectrum
    LOW_LAST = 126         # 787 Hz
    LOW_FROM = 8           # 250 Hz in the long spectrum
    LOW_TO = 25            # 781 Hz

# Of |X|^2 times 4: 16 / (3 N^2) makes the sum over bins a mean square under a Hann window of N
# samples.
cdef enum:
    LONG_WEIGHT = 49152    # 3 * 256^2 / 4 = scale's inverse
    SHORT_WEIGHT = 614400  # 3 * 128^2 / 4 * 25 * 2: sums of five, and bins half as wide

cdef struct Line:
    float hz
    float power            # mean square

cdef struct Sight:
    int lines              # 0: nothing that could be a tone
    int low                # seen in the low spectrum
    Line line[4]           # by frequency
    float total            # power of the lines
    float rest             # of everything else between 125 and 3940 Hz
    float spike            # greatest bin of the rest over the strongest line's greatest bin
    int even               # the rest is as even as noise
    int pure               # no other line, by either measure


@cython.cdivision(True)
cdef inline sc_sound* sc_long_spectrum(const Frame* frame) noexcept nogil:
    """Return the spectrum of a frame's last 32 ms, made when it is first asked for."""
    cdef sc_sound* sound = frame.sound
    if not sound.known & SPECTRUM:
        sound.known |= SPECTRUM
        sc_past(frame.ring, frame.end, sound.last, 256)
        sound.top = sc_spectrum(
            sound.last, sc_window_long, 256, <float> (1.0 / LONG_WEIGHT), sound.power, sound.bands
        )
    return sound


@cython.cdivision(True)
cdef inline float sc_hann_offset(const float* bin, int step) noexcept nogil:
    """Return how far from a peak's bin its line is, in bins of the window; step are one of them."""
    cdef float side, ratio

    if bin[step] >= bin[-step]:
        ratio = sqrtf(bin[step] / bin[0])
        side = 1
    else:
        ratio = sqrtf(bin[-step] / bin[0])
        side = -1
    return side * (2 * ratio - 1) / (ratio + 1)


cdef inline float sc_sum(const float* power, int first, int last) noexcept nogil:
    """Return the sum of bins first to last, both of them in."""
    cdef int k
    cdef float total = 0

    for k in range(first, last + 1):
        total += power[k]
    return total


@cython.cdivision(True)
cdef inline void sc_judge_rest(
    Sight* sight, const float* power, int first, int last, const int* peaks, int reach, float top,
    float pure,
) noexcept nogil:
    """Measure what is left when the lines' bins (reach to both sides) are taken out.

    Bins left are copied together; noise leaves them with a greatest value near their even level,
    harmonics and other voices do not.
    """
    cdef float rest[128]
    cdef int k, line, until, count = 0
    cdef float greatest = 0, total = 0

    k = first
    for line in range(sight.lines + 1):
        until = peaks[line] - reach if line < sight.lines else last + 1
        while k < until and k <= last:
            rest[count] = power[k]
            count += 1
            k += 1
        if line < sight.lines and k <= peaks[line] + reach:
            k = peaks[line] + reach + 1
    for k in range(count):
        total += rest[k]
        greatest = rest[k] if rest[k] > greatest else greatest
    sight.rest = total
    sight.spike = greatest / top
    sight.even = greatest <= 22 * sc_even_level(rest, count)
    sight.pure = sight.even or sight.spike <= pure


@cython.cdivision(True)
cdef inline void sc_see_high(
    Sight* sight, const float* power, float top, float total, float pure,
) noexcept nogil:
    """Find one to four lines above 800 Hz in the long spectrum, 150 Hz or more apart."""
    cdef int peaks[12]
    cdef int count, i, k
    cdef float sum = 0

    sight.lines = 0
    # Five bins of a line hold all of it and its greatest bin at least a third: four lines, 9 dB
    # apart, and a rest of half cannot do with less than this.
    if top < total * <float> 0.04:
        return
    count = sc_peaks(power, FIRST, LAST, top * <float> 0.125, peaks, PEAKS)
    if count == 0 or count > LINES:
        return
    for i in range(count):
        k = peaks[i]
        if k < 25:
            return
        sight.line[i].power = sc_sum(power, k - 2, k + 2)
        sight.line[i].hz = (k + sc_hann_offset(&power[k], 1)) * <float> 31.25
        sum += sight.line[i].power
    if sum < total * <float> 0.65:
        return
    sight.lines = count
    sight.low = 0
    sight.total = sum
    sc_judge_rest(sight, power, FIRST, LAST, peaks, 3, top, pure)


@cython.cdivision(True)
cdef inline void sc_see_low(
    Sight* sight, const float* power, const float* low, float top, float pure,
) noexcept nogil:
    """Find one or two lines between 250 and 750 Hz: power is the long spectrum, low the low one."""
    cdef int peaks[12]
    cdef int span[2]
    cdef int count, i, k, from_, to
    cdef float sum = 0, all, droop

    sight.lines = 0
    if top <= 0:
        return
    count = sc_peaks(low, LOW_FIRST, LOW_LAST, top * <float> 0.125, peaks, PEAKS)
    if count == 0 or count > 2 or peaks[0] < 42 or peaks[count - 1] > 118:
        return
    for i in range(count):
        k = peaks[i]
        from_ = k - 5
        to = k + 5
        if count == 2:
            if i == 0 and to > (peaks[0] + peaks[1]) / 2:
                to = (peaks[0] + peaks[1]) / 2
            elif i == 1 and from_ <= (peaks[0] + peaks[1]) / 2:
                from_ = (peaks[0] + peaks[1]) / 2 + 1
        sight.line[i].power = sc_sum(low, from_, to)
        sight.line[i].hz = (<float> 0.5 * k + sc_hann_offset(&low[k], 2)) * <float> 12.5
        sum += sight.line[i].power
    all = sc_sum(low, LOW_FIRST, LOW_LAST)
    if sum < all * <float> 0.88:
        return
    sight.lines = count
    sc_judge_rest(sight, low, LOW_FIRST, LOW_LAST, peaks, 6, top, pure)
    if not sight.pure:
        sight.lines = 0
        return
    # What lies outside of the low band, in the long spectrum. Its greatest bin is compared with
    # what the stronger line has there.
    for i in range(count):
        span[i] = <int> (sight.line[i].hz / <float> 31.25 + <float> 0.5)
    top = 0
    for k in range(span[0] - 1, span[count - 1] + 2):
        if power[k] > top:
            top = power[k]
    sight.total = sum
    sc_judge_rest(sight, power, FIRST, LAST, span, 3, top, pure)
    sight.low = 1
    # Sums of five samples weaken a line: by sin(5a)^2 / (5 sin a)^2, a = pi f / 8000; exp(-8 a^2 -
    # 6.93 a^4), whose first terms are near enough for a level.
    sum = 0
    for i in range(count):
        droop = sight.line[i].hz * <float> 3.9269908e-4
        droop *= droop
        sight.line[i].power /= 1 - 8 * droop + <float> 25.07 * droop * droop
        sum += sight.line[i].power
    sight.total = sum


@cython.cdivision(True)
cdef inline void sc_low_band(const Frame* frame, float* low) noexcept nogil:
    """Add up the last 640 samples by five. Frames lie whole in the ring."""
    cdef int n
    for n in range(RING // FRAME):
        sc_fives(frame.ring + (frame.end + n * FRAME) % RING, low + n * (FRAME // LOW_RATIO))


@cython.cdivision(True)
cdef inline void sc_see(Sight* sight, const Frame* frame, float pure) noexcept nogil:
    """Look at a frame: its lines into sight."""
    cdef float low[136]
    cdef float band[128]
    cdef float bands[8]
    cdef sc_sound* sound = sc_long_spectrum(frame)
    cdef const float* power = sound.power
    cdef int k
    cdef float total = 0, top = sound.top

    sight.lines = 0
    for k in range(BANDS):
        total += sound.bands[k]
    for k in range(FIRST):
        total -= power[k]
    total -= power[127]
    if sc_sum(power, LOW_FROM, LOW_TO) <= total * <float> 0.62:
        sc_see_high(sight, power, top, total, pure)
    else:
        sc_low_band(frame, band)
        top = sc_spectrum(
            band, sc_window_short, LOW_SAMPLES, <float> (1.0 / SHORT_WEIGHT), low, bands
        )
        sc_see_low(sight, power, low, top, pure)
