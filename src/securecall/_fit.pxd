"""A tone's waveform, fitted where it surely is and carried on to where it may have begun or ended.

A generator keeps its phase. What is left when the carried-on waveform is taken away is noise while
the tone lasts, and at least as much as the tone itself before and after it, whatever else may sound
there: silence, or speech that an exchange cut off for a call-waiting tone. So an edge shows to the
hop even where the power does not change.
"""

cimport cython
from libc.math cimport cosf, sinf

cdef enum:
    UNKNOWNS = 8           # a cosine and a sine of four lines
    STEP = 40              # samples of a hop

cdef struct Wave:
    int lines
    float hz[4]
    float part[8]          # of cosine and sine of each line; phase 0 is at sample 0
    float power            # mean square
    float noise            # mean square of what is there beside it


cdef inline void _basis(
    float hz, int first, float* re, float* im, float* c, float* s,
) noexcept nogil:
    """Start a rotation at a sample."""
    cdef float turn = hz * <float> 7.8539816e-4

    c[0] = cosf(turn)
    s[0] = sinf(turn)
    re[0] = cosf(turn * first)
    im[0] = sinf(turn * first)


@cython.cdivision(True)
cdef inline int _solve(float[8][9] row, int unknowns) noexcept nogil:
    """Solve by elimination, in place; 0 if there is no one answer. Needs a positive matrix."""
    cdef int i, j, k
    cdef float factor

    for i in range(unknowns):
        if row[i][i] < <float> 1e-3:
            return 0
        for j in range(unknowns):
            if j != i:
                factor = row[j][i] / row[i][i]
                for k in range(i, unknowns + 1):
                    row[j][k] -= factor * row[i][k]
    for i in range(unknowns):
        row[i][unknowns] /= row[i][i]
    return 1


@cython.cdivision(True)
cdef inline int sc_fit(Wave* wave, const float* x, int first, int last) noexcept nogil:
    """Fit the lines of a wave to samples first to last (not in); 0 if they cannot be told apart."""
    cdef float row[8][9]
    cdef float base[8]
    cdef float re[4]
    cdef float im[4]
    cdef float c[4]
    cdef float s[4]
    cdef float next_
    cdef int i, j, n, unknowns = 2 * wave.lines

    for i in range(wave.lines):
        _basis(wave.hz[i], first, &re[i], &im[i], &c[i], &s[i])
    for i in range(unknowns):
        for j in range(unknowns + 1):
            row[i][j] = 0
    for n in range(first, last):
        for i in range(wave.lines):
            base[2 * i] = re[i]
            base[2 * i + 1] = im[i]
            next_ = re[i] * c[i] - im[i] * s[i]
            im[i] = im[i] * c[i] + re[i] * s[i]
            re[i] = next_
        for i in range(unknowns):
            for j in range(i, unknowns):
                row[i][j] += base[i] * base[j]
            row[i][unknowns] += base[i] * x[n]
    for i in range(unknowns):
        for j in range(i):
            row[i][j] = row[j][i]
    if not _solve(row, unknowns):
        return 0
    wave.power = 0
    for i in range(unknowns):
        wave.part[i] = row[i][unknowns]
        wave.power += <float> 0.5 * wave.part[i] * wave.part[i]
    return wave.power > 0


@cython.cdivision(True)
cdef inline float sc_left(const Wave* wave, const float* x, int first) noexcept nogil:
    """Return what a wave and the usual noise leave of 40 samples, relative to its power there.

    -1 where its lines cancel each other, so that nothing can be said.
    """
    cdef float own[40]
    cdef float re, im, c, s, next_, sum = 0, power = 0
    cdef int i, n

    for n in range(STEP):
        own[n] = 0
    for i in range(wave.lines):
        _basis(wave.hz[i], first, &re, &im, &c, &s)
        for n in range(STEP):
            own[n] += wave.part[2 * i] * re + wave.part[2 * i + 1] * im
            next_ = re * c - im * s
            im = im * c + re * s
            re = next_
    for n in range(STEP):
        power += own[n] * own[n]
        sum += (x[first + n] - own[n]) * (x[first + n] - own[n])
    if power < <float> 0.3 * STEP * wave.power:
        return -1
    sum -= wave.noise * STEP
    return sum / power if sum > 0 else <float> 0
