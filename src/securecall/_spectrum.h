/* The power spectrum of 256 windowed real samples, by a complex transform of 128 points done as 8 x 16.
 *
 * Rows of the first pass and of the second are lanes of a vector, so that nothing but one transposition moves
 * single numbers; every lane adds in one order, so that each width of vector gives the same bits
 * (-ffp-contract=off keeps it so).
 */
#ifndef SECURECALL_SPECTRUM_H
#define SECURECALL_SPECTRUM_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

enum { SC_POINTS = 256, SC_SHORT = 128, SC_FIRST = 4 };

static float sc_window_long[SC_POINTS] __attribute__((aligned(64)));  /* Hann, 256 samples */
static float sc_window_short[SC_SHORT] __attribute__((aligned(64)));  /* Hann, 128 samples, then zeros */
static float sc_turn_re[8][16] __attribute__((aligned(64)));          /* exp(-2 pi i k n / 128) */
static float sc_turn_im[8][16] __attribute__((aligned(64)));
static float sc_half_turn_re[65], sc_half_turn_im[65];                /* exp(-2 pi i k / 256) */

#define SC_ADD(xr, xi, ar, ai, br, bi) vector xr = ar + br, xi = ai + bi
#define SC_SUB(xr, xi, ar, ai, br, bi) vector xr = ar - br, xi = ai - bi

/* Eight points in place: natural order in, natural order out. */
#define SC_EIGHT(r, i)                                                                                  \
    {                                                                                                   \
        const float h = 0.70710678118654752f;                                                           \
        SC_ADD(a0r, a0i, r[0], i[0], r[4], i[4]); SC_SUB(a1r, a1i, r[0], i[0], r[4], i[4]);             \
        SC_ADD(a2r, a2i, r[2], i[2], r[6], i[6]); SC_SUB(a3r, a3i, r[2], i[2], r[6], i[6]);             \
        SC_ADD(b0r, b0i, r[1], i[1], r[5], i[5]); SC_SUB(b1r, b1i, r[1], i[1], r[5], i[5]);             \
        SC_ADD(b2r, b2i, r[3], i[3], r[7], i[7]); SC_SUB(b3r, b3i, r[3], i[3], r[7], i[7]);             \
        SC_ADD(e0r, e0i, a0r, a0i, a2r, a2i); SC_SUB(e2r, e2i, a0r, a0i, a2r, a2i);                     \
        vector e1r = a1r + a3i, e1i = a1i - a3r, e3r = a1r - a3i, e3i = a1i + a3r;                      \
        SC_ADD(o0r, o0i, b0r, b0i, b2r, b2i); SC_SUB(q2r, q2i, b0r, b0i, b2r, b2i);                     \
        vector q1r = b1r + b3i, q1i = b1i - b3r, q3r = b1r - b3i, q3i = b1i + b3r;                      \
        vector o1r = (q1r + q1i) * h, o1i = (q1i - q1r) * h;                                            \
        vector o2r = q2i, o2i = -q2r;                                                                   \
        vector o3r = (q3i - q3r) * h, o3i = -(q3r + q3i) * h;                                           \
        r[0] = e0r + o0r; i[0] = e0i + o0i; r[4] = e0r - o0r; i[4] = e0i - o0i;                         \
        r[1] = e1r + o1r; i[1] = e1i + o1i; r[5] = e1r - o1r; i[5] = e1i - o1i;                         \
        r[2] = e2r + o2r; i[2] = e2i + o2i; r[6] = e2r - o2r; i[6] = e2i - o2i;                         \
        r[3] = e3r + o3r; i[3] = e3i + o3i; r[7] = e3r - o3r; i[7] = e3i - o3i;                         \
    }

/* Sixteen points, natural order in, natural order out: two times eight and a turn. */
#define SC_SIXTEEN(r, i)                                                                                \
    {                                                                                                   \
        const float c[8] = {1.0f, 0.92387953251128676f, 0.70710678118654752f, 0.38268343236508977f,     \
                            0.0f, -0.38268343236508977f, -0.70710678118654752f, -0.92387953251128676f}; \
        const float s[8] = {0.0f, 0.38268343236508977f, 0.70710678118654752f, 0.92387953251128676f,     \
                            1.0f, 0.92387953251128676f, 0.70710678118654752f, 0.38268343236508977f};    \
        vector er[8], ei[8], or[8], oi[8];                                                              \
        for (int n = 0; n < 8; n++) {                                                                   \
            er[n] = r[2 * n]; ei[n] = i[2 * n]; or[n] = r[2 * n + 1]; oi[n] = i[2 * n + 1];             \
        }                                                                                               \
        SC_EIGHT(er, ei)                                                                                \
        SC_EIGHT(or, oi)                                                                                \
        for (int k = 0; k < 8; k++) {                                                                   \
            vector tr = or[k] * c[k] + oi[k] * s[k], ti = oi[k] * c[k] - or[k] * s[k];                  \
            r[k] = er[k] + tr; i[k] = ei[k] + ti; r[k + 8] = er[k] - tr; i[k + 8] = ei[k] - ti;         \
        }                                                                                               \
    }

#define SC_PASS_ROWS(WIDE)                                                                              \
    {                                                                                                   \
        typedef float vector __attribute__((vector_size(WIDE * 4), aligned(4), may_alias));             \
        for (int lane = 0; lane < 16; lane += WIDE) {                                                   \
            vector r[8], i[8];                                                                          \
            for (int row = 0; row < 8; row++) {                                                         \
                r[row] = *(const vector *)&re[16 * row + lane];                                         \
                i[row] = *(const vector *)&im[16 * row + lane];                                         \
            }                                                                                           \
            SC_EIGHT(r, i)                                                                              \
            for (int row = 0; row < 8; row++) {                                                         \
                vector c = *(const vector *)&sc_turn_re[row][lane], s = *(const vector *)&sc_turn_im[row][lane]; \
                *(vector *)&re[16 * row + lane] = r[row] * c - i[row] * s;                              \
                *(vector *)&im[16 * row + lane] = i[row] * c + r[row] * s;                              \
            }                                                                                           \
        }                                                                                               \
    }

#define SC_PASS_COLUMNS(WIDE)                                                                           \
    {                                                                                                   \
        typedef float vector __attribute__((vector_size(WIDE * 4), aligned(4), may_alias));             \
        for (int lane = 0; lane < 8; lane += WIDE) {                                                    \
            vector r[16], i[16];                                                                        \
            for (int row = 0; row < 16; row++) {                                                        \
                r[row] = *(const vector *)&tr[8 * row + lane];                                          \
                i[row] = *(const vector *)&ti[8 * row + lane];                                          \
            }                                                                                           \
            SC_SIXTEEN(r, i)                                                                            \
            for (int row = 0; row < 16; row++) {                                                        \
                *(vector *)&tr[8 * row + lane] = r[row];                                                \
                *(vector *)&ti[8 * row + lane] = i[row];                                                \
            }                                                                                           \
        }                                                                                               \
    }

#define SC_SPECTRUM_BODY(WIDE, NARROW)                                                                  \
    float re[128] __attribute__((aligned(64))), im[128] __attribute__((aligned(64)));                   \
    float tr[129] __attribute__((aligned(64))), ti[129] __attribute__((aligned(64)));                   \
    for (int n = 0; n < samples / 2; n++) {                                                             \
        re[n] = x[2 * n] * window[2 * n];                                                               \
        im[n] = x[2 * n + 1] * window[2 * n + 1];                                                       \
    }                                                                                                   \
    for (int n = samples / 2; n < 128; n++)                                                             \
        re[n] = im[n] = 0.0f;                                                                           \
    SC_PASS_ROWS(WIDE)                                                                                  \
    for (int n = 0; n < 16; n++)                                                                        \
        for (int k = 0; k < 8; k++) {                                                                   \
            tr[8 * n + k] = re[16 * k + n];                                                             \
            ti[8 * n + k] = im[16 * k + n];                                                             \
        }                                                                                               \
    SC_PASS_COLUMNS(NARROW)                                                                             \
    tr[128] = tr[0];                                                                                    \
    ti[128] = ti[0];                                                                                    \
    float above[65];                                                                                    \
    for (int k = 0; k <= 64; k++) {                                                                     \
        float er = tr[k] + tr[128 - k], ei = ti[k] - ti[128 - k];                                       \
        float or = ti[k] + ti[128 - k], oi = tr[128 - k] - tr[k];                                       \
        float wr = or * sc_half_turn_re[k] - oi * sc_half_turn_im[k];                                   \
        float wi = oi * sc_half_turn_re[k] + or * sc_half_turn_im[k];                                   \
        float xr = er + wr, xi = ei + wi, yr = er - wr, yi = ei - wi;                                   \
        power[k] = (xr * xr + xi * xi) * scale;                                                         \
        above[k] = (yr * yr + yi * yi) * scale;                                                         \
    }                                                                                                   \
    for (int k = 0; k < 64; k++)                                                                        \
        power[128 - k] = above[k];                                                                      \
    float most[16] = {0}, part[8][8];                                                                   \
    for (int k = 0; k < 128; k += 16)                                                                   \
        for (int lane = 0; lane < 16; lane++)                                                           \
            most[lane] = power[k + lane] > most[lane] ? power[k + lane] : most[lane];                   \
    for (int lane = 0; lane < SC_FIRST; lane++) { /* once more, without the lowest bins */              \
        most[lane] = 0.0f;                                                                              \
        for (int k = 16; k < 128; k += 16)                                                              \
            most[lane] = power[k + lane] > most[lane] ? power[k + lane] : most[lane];                   \
    }                                                                                                   \
    for (int b = 0; b < 8; b++)                                                                         \
        for (int lane = 0; lane < 8; lane++)                                                            \
            part[b][lane] = power[16 * b + lane] + power[16 * b + 8 + lane];                            \
    for (int b = 0; b < 8; b++)                                                                         \
        bands[b] = ((part[b][0] + part[b][4]) + (part[b][2] + part[b][6])) +                            \
                   ((part[b][1] + part[b][5]) + (part[b][3] + part[b][7]));                             \
    for (int half = 8; half; half /= 2)                                                                 \
        for (int lane = 0; lane < half; lane++)                                                         \
            most[lane] = most[lane + half] > most[lane] ? most[lane + half] : most[lane];               \
    return most[0];

/* The same where eight lanes are one vector: the second pass stays in registers, and so does what its rows are turned
 * into. Row r of a pass are the bins 8 r to 8 r + 7; its mirror's row begins a bin earlier, which SC_MIRROR mends. */
#define SC_MIRROR(row, next) __builtin_shuffle(row, next, (ints){8, 7, 6, 5, 4, 3, 2, 1})

#define SC_SPECTRUM_EIGHT(WIDE)                                                                         \
    typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));                        \
    typedef int32_t ints __attribute__((vector_size(32)));                                              \
    float re[128] __attribute__((aligned(64))), im[128] __attribute__((aligned(64)));                   \
    eight r[17], i[17], p[16], above[9], sums[8], most = {0};                                           \
    for (int n = 0; n < samples / 2; n += 8) {                                                          \
        eight a = *(const eight *)&x[2 * n] * *(const eight *)&window[2 * n];                           \
        eight b = *(const eight *)&x[2 * n + 8] * *(const eight *)&window[2 * n + 8];                   \
        *(eight *)&re[n] = __builtin_shuffle(a, b, (ints){0, 2, 4, 6, 8, 10, 12, 14});                  \
        *(eight *)&im[n] = __builtin_shuffle(a, b, (ints){1, 3, 5, 7, 9, 11, 13, 15});                  \
    }                                                                                                   \
    for (int n = samples / 2; n < 128; n++)                                                             \
        re[n] = im[n] = 0.0f;                                                                           \
    SC_PASS_ROWS(WIDE)                                                                                  \
    SC_TURN_OVER(re, r)                                                                                 \
    SC_TURN_OVER(im, i)                                                                                 \
    {                                                                                                   \
        typedef eight vector;                                                                           \
        SC_SIXTEEN(r, i)                                                                                \
    }                                                                                                   \
    r[16] = r[0];                                                                                       \
    i[16] = i[0];                                                                                       \
    for (int row = 0; row < 8; row++) {                                                                 \
        const eight c = *(const eight *)&sc_half_turn_re[8 * row], s = *(const eight *)&sc_half_turn_im[8 * row]; \
        const eight mr = SC_MIRROR(r[15 - row], r[16 - row]), mi = SC_MIRROR(i[15 - row], i[16 - row]); \
        const eight er = r[row] + mr, ei = i[row] - mi, or = i[row] + mi, oi = mr - r[row];             \
        const eight wr = or * c - oi * s, wi = oi * c + or * s;                                         \
        const eight xr = er + wr, xi = ei + wi, yr = er - wr, yi = ei - wi;                             \
        p[row] = (xr * xr + xi * xi) * scale;                                                           \
        above[row] = (yr * yr + yi * yi) * scale;                                                       \
    }                                                                                                   \
    {                                                                                                   \
        const float er = r[8][0] + r[8][0], or = i[8][0] + i[8][0];                                     \
        const float xr = er + or * sc_half_turn_re[64], xi = or * sc_half_turn_im[64];                  \
        above[8] = (eight){(xr * xr + xi * xi) * scale};                                                \
    }                                                                                                   \
    for (int row = 8; row < 16; row++)                                                                  \
        p[row] = SC_MIRROR(above[15 - row], above[16 - row]);                                           \
    for (int row = 0; row < 16; row++) {                                                                \
        const eight counts = row ? p[row] : (eight)((ints)p[0] & (ints){0, 0, 0, 0, -1, -1, -1, -1});   \
        *(eight *)&power[8 * row] = p[row];                                                             \
        most = (eight)_mm256_max_ps((__m256)counts, (__m256)most);                                      \
    }                                                                                                   \
    power[128] = above[0][0];                                                                           \
    for (int b = 0; b < 8; b++)                                                                         \
        sums[b] = p[2 * b] + p[2 * b + 1];                                                              \
    SC_ADD_UP(sums, bands)                                                                              \
    for (int half = 4; half; half /= 2)                                                                 \
        for (int lane = 0; lane < half; lane++)                                                         \
            most[lane] = most[lane + half] > most[lane] ? most[lane + half] : most[lane];               \
    return most[0];

/* From eight rows of sixteen to sixteen rows of eight. */
#define SC_TURN_OVER(from, to)                                                                          \
    for (int side = 0; side < 2; side++) {                                                              \
        eight a[8], b[8];                                                                               \
        for (int k = 0; k < 8; k++)                                                                     \
            a[k] = *(const eight *)&from[16 * k + 8 * side];                                            \
        for (int k = 0; k < 4; k++) { /* fours of rows 0 to 3 beside fours of rows 4 to 7 */            \
            b[k] = __builtin_shuffle(a[k], a[k + 4], (ints){0, 1, 2, 3, 8, 9, 10, 11});                 \
            b[k + 4] = __builtin_shuffle(a[k], a[k + 4], (ints){4, 5, 6, 7, 12, 13, 14, 15});           \
        }                                                                                               \
        for (int k = 0; k < 8; k += 4) {                                                                \
            a[k] = __builtin_shuffle(b[k], b[k + 1], (ints){0, 8, 1, 9, 4, 12, 5, 13});                 \
            a[k + 1] = __builtin_shuffle(b[k], b[k + 1], (ints){2, 10, 3, 11, 6, 14, 7, 15});           \
            a[k + 2] = __builtin_shuffle(b[k + 2], b[k + 3], (ints){0, 8, 1, 9, 4, 12, 5, 13});         \
            a[k + 3] = __builtin_shuffle(b[k + 2], b[k + 3], (ints){2, 10, 3, 11, 6, 14, 7, 15});       \
            to[8 * side + k] = __builtin_shuffle(a[k], a[k + 2], (ints){0, 1, 8, 9, 4, 5, 12, 13});     \
            to[8 * side + k + 1] = __builtin_shuffle(a[k], a[k + 2], (ints){2, 3, 10, 11, 6, 7, 14, 15}); \
            to[8 * side + k + 2] = __builtin_shuffle(a[k + 1], a[k + 3], (ints){0, 1, 8, 9, 4, 5, 12, 13}); \
            to[8 * side + k + 3] = __builtin_shuffle(a[k + 1], a[k + 3], (ints){2, 3, 10, 11, 6, 7, 14, 15}); \
        }                                                                                               \
    }

/* The sums of eight rows: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) of the lanes of each. */
#define SC_ADD_UP(row, out)                                                                             \
    {                                                                                                   \
        eight a[4], b[2];                                                                               \
        for (int k = 0; k < 4; k++)                                                                     \
            a[k] = __builtin_shuffle(row[2 * k], row[2 * k + 1], (ints){0, 1, 2, 3, 8, 9, 10, 11}) +    \
                   __builtin_shuffle(row[2 * k], row[2 * k + 1], (ints){4, 5, 6, 7, 12, 13, 14, 15});   \
        for (int k = 0; k < 2; k++)                                                                     \
            b[k] = __builtin_shuffle(a[2 * k], a[2 * k + 1], (ints){0, 1, 8, 9, 4, 5, 12, 13}) +        \
                   __builtin_shuffle(a[2 * k], a[2 * k + 1], (ints){2, 3, 10, 11, 6, 7, 14, 15});       \
        a[0] = __builtin_shuffle(b[0], b[1], (ints){0, 2, 8, 10, 4, 6, 12, 14}) +                       \
               __builtin_shuffle(b[0], b[1], (ints){1, 3, 9, 11, 5, 7, 13, 15});                        \
        *(eight *)out = __builtin_shuffle(a[0], (ints){0, 4, 1, 5, 2, 6, 3, 7});                        \
    }

typedef float sc_spectrum_fn(const float *x, const float *window, int samples, float scale, float *power, float *bands);

static float sc_spectrum_plain(const float *x, const float *window, int samples, float scale, float *power, float *bands)
{
    SC_SPECTRUM_BODY(4, 4)
}
static sc_spectrum_fn *sc_spectrum = sc_spectrum_plain;

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2"))) static float
sc_spectrum_avx2(const float *x, const float *window, int samples, float scale, float *power, float *bands)
{
    SC_SPECTRUM_EIGHT(8)
}
__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=256"))) static float
sc_spectrum_avx512(const float *x, const float *window, int samples, float scale, float *power, float *bands)
{
    SC_SPECTRUM_EIGHT(16)
}
#endif

/* As sc_bank_width, whose answer it takes. */
static void sc_spectrum_width(int lanes)
{
    sc_spectrum = sc_spectrum_plain;
#if defined(__x86_64__) && defined(__GNUC__)
    if (lanes == 8)
        sc_spectrum = sc_spectrum_avx2;
    else if (lanes == 16)
        sc_spectrum = sc_spectrum_avx512;
#else
    (void)lanes;
#endif
}

/* List the bins from first to last that exceed least and their neighbours; returns how many, at most room.
 * Needs 1 to 128 bins, and that what is up to four behind the last may be read. */
static inline int sc_peaks(const float *power, int first, int last, float least, int *peaks, int room)
{
    uint64_t stands[2] = {0, 0};
    int count = 0, bins = last - first + 1;
    const float *p = power + first;
#if defined(__SSE2__)
    for (int k = 0; k < bins; k += 4) {
        const __m128 here = _mm_loadu_ps(p + k);
        const __m128 stand = _mm_and_ps(
            _mm_and_ps(_mm_cmpgt_ps(here, _mm_set1_ps(least)), _mm_cmpgt_ps(here, _mm_loadu_ps(p + k - 1))),
            _mm_cmpge_ps(here, _mm_loadu_ps(p + k + 1)));
        stands[k >> 6] |= (uint64_t)(uint32_t)_mm_movemask_ps(stand) << (k & 63);
    }
#else
    for (int k = 0; k < bins; k++)
        stands[k >> 6] |= (uint64_t)((p[k] > least) & (p[k] > p[k - 1]) & (p[k] >= p[k + 1])) << (k & 63);
#endif
    if (bins & 63)
        stands[bins >> 6] &= ((uint64_t)1 << (bins & 63)) - 1;
    for (int half = 0; half < 2; half++)
        for (uint64_t left = stands[half]; left && count < room; left &= left - 1)
            peaks[count++] = first + 64 * half + __builtin_ctzll(left);
    return count;
}

/* Near the geometric mean of powers: of noise a little over half of the mean, of lines far less. The bits of a float
 * are its logarithm but for a bow of 0.09; their mean is an integer sum, the same on every machine. */
static inline float sc_even_level(const float *power, int bins)
{
    int32_t sum = 0, bits;
    float level;
    if (bins <= 0)
        return 0.0f;
    for (int k = 0; k < bins; k++) {
        memcpy(&bits, &power[k], 4);
        sum += bits >> 10; /* 2^21 at most, 128 of them */
    }
    bits = sum / bins << 10;
    memcpy(&level, &bits, 4);
    return level;
}

/* Sums of five of 32 times five samples, full scale 1.0: whole numbers first, so exact in every order. */
static inline void sc_fives(const int16_t *samples, float *sums)
{
#if defined(__SSE2__)
    const __m128i first = _mm_set_epi16(0, 0, 0, 1, 1, 1, 1, 1), last = _mm_set_epi16(1, 1, 1, 1, 1, 0, 0, 0);
    for (int n = 0; n < 32; n += 4) {
        const int16_t *s = samples + 5 * n;
        __m128i a = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)s), first);
        __m128i b = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)(s + 2)), last);
        __m128i c = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)(s + 10)), first);
        __m128i d = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)(s + 12)), last);
        a = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
        c = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
        a = _mm_add_epi32(_mm_unpacklo_epi64(a, c), _mm_unpackhi_epi64(a, c));
        _mm_storeu_ps(sums + n, _mm_mul_ps(_mm_cvtepi32_ps(a), _mm_set1_ps(1.0f / 32768)));
    }
#else
    for (int n = 0; n < 32; n++) {
        const int16_t *s = samples + 5 * n;
        sums[n] = (float)(s[0] + s[1] + s[2] + s[3] + s[4]) * (1.0f / 32768);
    }
#endif
}

static void sc_spectrum_prepare(void)
{
    for (int n = 0; n < SC_POINTS; n++)
        sc_window_long[n] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (n + 0.5) / SC_POINTS));
    for (int n = 0; n < SC_SHORT; n++)
        sc_window_short[n] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (n + 0.5) / SC_SHORT));
    for (int k = 0; k < 8; k++)
        for (int n = 0; n < 16; n++) {
            sc_turn_re[k][n] = (float)cos(2.0 * M_PI * k * n / 128.0);
            sc_turn_im[k][n] = (float)-sin(2.0 * M_PI * k * n / 128.0);
        }
    for (int k = 0; k <= 64; k++) {
        sc_half_turn_re[k] = (float)cos(2.0 * M_PI * k / 256.0);
        sc_half_turn_im[k] = (float)-sin(2.0 * M_PI * k / 256.0);
    }
}

#endif
