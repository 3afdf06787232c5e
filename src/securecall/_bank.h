/* The tone bank: 48 correlations of a hop of 40 samples (5 ms at 8 kHz) with tones of the telephone network.
 *
 * A hop is folded about its middle first: cosines need the sums of samples that mirror each other, sines their
 * differences, which halves the work. Lanes are tones and every lane adds in one order, so that each width of vector
 * gives the same bits (-ffp-contract=off keeps it so).
 *
 * re - j im of a lane is sum x[n] exp(-j w (n - 19.5)); a sine of amplitude A at its frequency gives 20 A.
 */
#ifndef SECURECALL_BANK_H
#define SECURECALL_BANK_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { SC_HOP = 40, SC_HALF = 20, SC_LANES = 48 };

/* Hz. Lanes 0 to 7 are DTMF; the rest is named in fraud/dsp.py, which a test holds against this list. */
static const float sc_lane_hz[SC_LANES] = {
    697, 770, 852, 941, 1209, 1336, 1477, 1633,      /* DTMF, ITU-T Q.23 */
    350, 400, 425, 440, 480, 620,                    /* call progress, ITU-T E.180 and its supplement 2 */
    913.8f, 950, 985.2f, 1370.6f, 1400, 1428.5f, 1776.7f, 1800, /* special information tones */
    2130, 2750,                                      /* CAS */
    2060, 2450, 2600,                                /* receiver off hook (with 1400), single frequency */
    1100, 2100, 2225, 1300,                          /* fax and modems: CNG, CED, Bell, V.25 */
    700, 900, 1500, 1700,                            /* R1 MF, with 1100 and 1300 */
    540, 660, 780, 1020, 1140,                       /* R2 backward, with 900 */
    1380, 1620, 1740, 1860, 1980,                    /* R2 forward, with 1500 */
    2350, 3000, 3400,                                /* guards: nothing of the network is here */
};

static float sc_bank_cos[SC_HALF][SC_LANES] __attribute__((aligned(64)));
static float sc_bank_sin[SC_HALF][SC_LANES] __attribute__((aligned(64)));

/* A hop's sums: [0] real, [1] imaginary parts. */
typedef struct { float part[2][SC_LANES]; } __attribute__((aligned(64))) sc_sums;

#define SC_BANK_BODY(WIDE)                                                                          \
    typedef float vector __attribute__((vector_size(WIDE * 4), aligned(4)));                        \
    for (int lane = 0; lane < SC_LANES; lane += WIDE) {                                              \
        vector re = {0}, im = {0};                                                                   \
        for (int n = 0; n < SC_HALF; n++) {                                                          \
            re += *(const vector *)&sc_bank_cos[n][lane] * even[n];                                  \
            im += *(const vector *)&sc_bank_sin[n][lane] * odd[n];                                   \
        }                                                                                            \
        *(vector *)&out->part[0][lane] = re;                                                         \
        *(vector *)&out->part[1][lane] = im;                                                         \
    }

#define SC_BANK_BODY_4(WIDE)                                                                        \
    typedef float vector __attribute__((vector_size(WIDE * 4), aligned(4)));                        \
    for (int lane = 0; lane < SC_LANES; lane += WIDE) {                                              \
        vector re0 = {0}, im0 = {0}, re1 = {0}, im1 = {0}, re2 = {0}, im2 = {0}, re3 = {0}, im3 = {0}; \
        for (int n = 0; n < SC_HALF; n++) {                                                          \
            vector c = *(const vector *)&sc_bank_cos[n][lane], s = *(const vector *)&sc_bank_sin[n][lane]; \
            re0 += c * even[n]; im0 += s * odd[n];                                                   \
            re1 += c * even[n + SC_HALF]; im1 += s * odd[n + SC_HALF];                               \
            re2 += c * even[n + 2 * SC_HALF]; im2 += s * odd[n + 2 * SC_HALF];                       \
            re3 += c * even[n + 3 * SC_HALF]; im3 += s * odd[n + 3 * SC_HALF];                       \
        }                                                                                            \
        *(vector *)&out[0].part[0][lane] = re0; *(vector *)&out[0].part[1][lane] = im0;              \
        *(vector *)&out[1].part[0][lane] = re1; *(vector *)&out[1].part[1][lane] = im1;              \
        *(vector *)&out[2].part[0][lane] = re2; *(vector *)&out[2].part[1][lane] = im2;              \
        *(vector *)&out[3].part[0][lane] = re3; *(vector *)&out[3].part[1][lane] = im3;              \
    }

typedef void sc_bank_fn(const float *even, const float *odd, sc_sums *out);

static void sc_bank_plain(const float *even, const float *odd, sc_sums *out) { SC_BANK_BODY(4) }
static void sc_bank_plain_4(const float *even, const float *odd, sc_sums *out) { SC_BANK_BODY_4(4) }
static sc_bank_fn *sc_bank_one = sc_bank_plain, *sc_bank_four = sc_bank_plain_4;

#if defined(__x86_64__) && defined(__GNUC__)
#define SC_AVX2 __attribute__((target("avx2")))
#define SC_AVX512 __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512")))
SC_AVX2 static void sc_bank_avx2(const float *even, const float *odd, sc_sums *out) { SC_BANK_BODY(8) }
SC_AVX2 static void sc_bank_avx2_4(const float *even, const float *odd, sc_sums *out) { SC_BANK_BODY_4(8) }
SC_AVX512 static void sc_bank_avx512(const float *even, const float *odd, sc_sums *out) { SC_BANK_BODY(16) }
SC_AVX512 static void sc_bank_avx512_4(const float *even, const float *odd, sc_sums *out) { SC_BANK_BODY_4(16) }
#endif

/* Choose the width of vectors: 0 what the machine has, else 4, 8 or 16 lanes. Returns what is used. */
static int sc_bank_width(int lanes)
{
    int have = 4;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2"))
        have = 8;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bw"))
        have = 16;
#endif
    int use = lanes == 0 || lanes > have ? have : lanes;
    sc_bank_one = sc_bank_plain;
    sc_bank_four = sc_bank_plain_4;
#if defined(__x86_64__) && defined(__GNUC__)
    if (use == 8) {
        sc_bank_one = sc_bank_avx2;
        sc_bank_four = sc_bank_avx2_4;
    } else if (use == 16) {
        sc_bank_one = sc_bank_avx512;
        sc_bank_four = sc_bank_avx512_4;
    }
#endif
    return use;
}

static void sc_bank_prepare(double rate_hz)
{
    for (int n = 0; n < SC_HALF; n++)
        for (int lane = 0; lane < SC_LANES; lane++) {
            double angle = 2.0 * M_PI * sc_lane_hz[lane] / rate_hz * (n + 0.5);
            sc_bank_cos[n][lane] = (float)cos(angle);
            sc_bank_sin[n][lane] = (float)sin(angle);
        }
    sc_bank_width(0);
}

/* The sums of up to four hops that follow each other in x. */
static inline void sc_bank_sums(const float *x, int hops, sc_sums *out)
{
    float even[4 * SC_HALF], odd[4 * SC_HALF];
    for (int hop = 0; hop < hops; hop++)
        for (int n = 0; n < SC_HALF; n++) {
            float late = x[hop * SC_HOP + SC_HALF + n], early = x[hop * SC_HOP + SC_HALF - 1 - n];
            even[hop * SC_HALF + n] = late + early;
            odd[hop * SC_HALF + n] = late - early;
        }
    if (hops == 4)
        sc_bank_four(even, odd, out);
    else
        for (int hop = 0; hop < hops; hop++)
            sc_bank_one(even + hop * SC_HALF, odd + hop * SC_HALF, out + hop);
}

#endif
