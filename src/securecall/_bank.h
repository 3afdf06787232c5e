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
#if defined(__SSE2__)
#include <immintrin.h>
#endif

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
            re += *(const vector *)&sc_bank_cos[n][lane] * even[hop * SC_HALF + n];                                  \
            im += *(const vector *)&sc_bank_sin[n][lane] * odd[hop * SC_HALF + n];                                   \
        }                                                                                            \
        *(vector *)&out[hop].sums.part[0][lane] = re;                                                         \
        *(vector *)&out[hop].sums.part[1][lane] = im;                                                         \
    }

/* Four hops, ``GROUPS`` vectors of lanes at a time: what is loaded serves as often as there are registers. */
#define SC_BANK_PART_4(WIDE, GROUPS, table, folded, which)                                          \
    for (int lane = 0; lane < SC_LANES; lane += GROUPS * WIDE) {                                     \
        vector sum[4][GROUPS] = {{{0}}};                                                             \
        for (int n = 0; n < SC_HALF; n++)                                                            \
            for (int group = 0; group < GROUPS; group++) {                                           \
                vector weight = *(const vector *)&table[n][lane + group * WIDE];                     \
                for (int hop = 0; hop < 4; hop++)                                                    \
                    sum[hop][group] += weight * folded[n + hop * SC_HALF];                           \
            }                                                                                        \
        for (int hop = 0; hop < 4; hop++)                                                            \
            for (int group = 0; group < GROUPS; group++)                                             \
                *(vector *)&out[hop].sums.part[which][lane + group * WIDE] = sum[hop][group];        \
    }

#define SC_BANK_BODY_4(WIDE, GROUPS)                                                                \
    typedef float vector __attribute__((vector_size(WIDE * 4), aligned(4)));                        \
    SC_BANK_PART_4(WIDE, GROUPS, sc_bank_cos, even, 0)                                               \
    SC_BANK_PART_4(WIDE, GROUPS, sc_bank_sin, odd, 1)

/* What a hop is before anybody has an opinion of it. */
typedef struct {
    sc_sums sums;
    float power;      /* mean square of full scale 1.0 */
    int16_t peak;     /* greatest magnitude; of a sample below 0 one less */
    int16_t crossings; /* changes of sign, the one from the sample before included */
} sc_heard;

typedef float sc_eight __attribute__((vector_size(32), aligned(4)));
typedef int32_t sc_eight_ints __attribute__((vector_size(32), aligned(4)));
typedef int16_t sc_eight_shorts __attribute__((vector_size(16), aligned(2), may_alias));

/* A hop's greatest magnitude, and which of its samples are below 0. */
static inline __attribute__((always_inline)) int16_t sc_peak(const int16_t *s, uint64_t *below)
{
#if defined(__SSE2__)
    __m128i v[5], size[5];
    for (int k = 0; k < 5; k++) {
        v[k] = _mm_loadu_si128((const __m128i *)(s + 8 * k));
        size[k] = _mm_xor_si128(v[k], _mm_srai_epi16(v[k], 15));
    }
    *below = (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_packs_epi16(v[0], v[1]))
             | (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_packs_epi16(v[2], v[3])) << 16
             | (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_packs_epi16(v[4], _mm_setzero_si128())) << 32;
    size[0] = _mm_max_epi16(_mm_max_epi16(size[0], size[1]), _mm_max_epi16(_mm_max_epi16(size[2], size[3]), size[4]));
    size[0] = _mm_max_epi16(size[0], _mm_shuffle_epi32(size[0], _MM_SHUFFLE(1, 0, 3, 2)));
    size[0] = _mm_max_epi16(size[0], _mm_shuffle_epi32(size[0], _MM_SHUFFLE(2, 3, 0, 1)));
    size[0] = _mm_max_epi16(size[0], _mm_srli_epi32(size[0], 16));
    return (int16_t)_mm_cvtsi128_si32(size[0]);
#else
    int16_t peak = 0;
    *below = 0;
    for (int n = 0; n < SC_HOP; n++) {
        int16_t size = (int16_t)(s[n] ^ (s[n] >> 15));
        peak = size > peak ? size : peak;
        *below |= (uint64_t)(s[n] < 0) << n;
    }
    return peak;
#endif
}

/* From samples to sums, for one to four hops.
 *
 * The mean square is added in eight lanes in one order. Samples are folded as whole numbers, and squared: scaling by a
 * power of two moves no bit of a result. The last two of the three times eight that are folded have four in common.
 */
#define SC_FOLD(NAME, TARGET, FLOATS)                                                               \
    static inline TARGET void NAME(                                                                  \
        const int16_t *samples, int16_t before, int hops, float *even, float *odd, sc_heard *out)    \
    {                                                                                                \
        uint64_t last = before < 0;                                                                  \
        for (int hop = 0; hop < hops; hop++, even += SC_HALF, odd += SC_HALF) {                      \
            const int16_t *s = samples + hop * SC_HOP;                                               \
            uint64_t below;                                                                          \
            sc_eight sum = {0};                                                                      \
            for (int n = 0; n < SC_HOP; n += 8) {                                                    \
                const sc_eight eight = FLOATS(*(const sc_eight_shorts *)&s[n]);                      \
                sum += eight * eight;                                                                \
            }                                                                                        \
            for (int k = 0; k < 3; k++) {                                                            \
                const int n = k < 2 ? 8 * k : SC_HALF - 8;                                           \
                const sc_eight_shorts early = *(const sc_eight_shorts *)&s[SC_HALF - 8 - n];         \
                const sc_eight late = FLOATS(*(const sc_eight_shorts *)&s[SC_HALF + n]);             \
                const sc_eight mirrored = FLOATS(                                                    \
                    __builtin_shuffle(early, (sc_eight_shorts){7, 6, 5, 4, 3, 2, 1, 0}));            \
                *(sc_eight *)&even[n] = (late + mirrored) * (1.0f / 32768);                          \
                *(sc_eight *)&odd[n] = (late - mirrored) * (1.0f / 32768);                           \
            }                                                                                        \
            out[hop].power = (((sum[0] + sum[4]) + (sum[2] + sum[6])) +                              \
                              ((sum[1] + sum[5]) + (sum[3] + sum[7]))) * (1.0f / SC_HOP / 1073741824); \
            out[hop].peak = sc_peak(s, &below);                                                      \
            out[hop].crossings = (int16_t)__builtin_popcountll(below ^ ((below << 1 | last) & 0xffffffffff)); \
            last = below >> (SC_HOP - 1);                                                            \
        }                                                                                            \
    }

#define SC_FLOATS_PLAIN(shorts) __builtin_convertvector(shorts, sc_eight)
SC_FOLD(sc_fold_plain, __attribute__((always_inline)), SC_FLOATS_PLAIN)

#if defined(__x86_64__) && defined(__GNUC__)
#define SC_AVX2 __attribute__((target("avx2,popcnt")))
#define SC_AVX512 __attribute__((target("popcnt,avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512")))
#define SC_FLOATS_AVX2(shorts) (sc_eight)_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32((__m128i)(shorts)))
SC_FOLD(sc_fold_avx2, SC_AVX2, SC_FLOATS_AVX2)
#endif

/* The powers of a frame's tones: its hops' sums, weights 1 2 2 1, turned to the phase of the frame's middle.
 *
 * c and s are a tone's turn over half a hop and over one and a half: early hops are turned on, late ones back.
 */
#define SC_TONES(WIDE)                                                                              \
    typedef float vector __attribute__((vector_size(WIDE * 4), aligned(4)));                        \
    for (int lane = 0; lane < SC_LANES; lane += WIDE) {                                              \
        vector a[4], b[4], re, im;                                                                   \
        for (int hop = 0; hop < 4; hop++) {                                                          \
            a[hop] = *(const vector *)&heard[hop].sums.part[0][lane];                                \
            b[hop] = *(const vector *)&heard[hop].sums.part[1][lane];                                \
        }                                                                                            \
        const vector near_c = *(const vector *)&c[0][lane], near_s = *(const vector *)&s[0][lane];   \
        const vector far_c = *(const vector *)&c[1][lane], far_s = *(const vector *)&s[1][lane];     \
        re = a[0] * far_c + b[0] * far_s;                                                            \
        im = b[0] * far_c - a[0] * far_s;                                                            \
        re += 2.0f * (a[1] * near_c + b[1] * near_s);                                                \
        im += 2.0f * (b[1] * near_c - a[1] * near_s);                                                \
        re += 2.0f * (a[2] * near_c - b[2] * near_s);                                                \
        im += 2.0f * (b[2] * near_c + a[2] * near_s);                                                \
        re += a[3] * far_c - b[3] * far_s;                                                           \
        im += b[3] * far_c + a[3] * far_s;                                                           \
        *(vector *)&power[lane] = (re * re + im * im) * (1.0f / 28800);                              \
    }

/* What is made of a frame's audio when somebody asks for it. A vector of 16 that lies across two lines of the cache
 * costs twice; it was a fifth of all that a frame costs. */
typedef struct {
    float samples[640]; /* the last 80 ms, full scale 1.0 */
    float last[256];    /* the last 32 ms, and their spectrum: 129 bins, ... */
    float power[136];
    float bands[8];     /* ... 500 Hz each, ... */
    float top;          /* ... the greatest bin from 125 Hz on */
    int known;          /* what of it was made: 1 samples, 2 spectrum */
} __attribute__((aligned(64))) sc_sound;

/* 16-bit samples to full scale 1.0. */
static inline __attribute__((always_inline)) void sc_scale(const int16_t *restrict samples, int count, float *restrict x)
{
    for (int n = 0; n < count; n++)
        x[n] = samples[n] * (1.0f / 32768);
}

#define SC_HEAR(FOLD, WIDE, GROUPS)                                                                               \
    float even[4 * SC_HALF], odd[4 * SC_HALF];                                                       \
    FOLD(samples, before, hops, even, odd, out);                                                  \
    if (hops == 4) {                                                                                 \
        SC_BANK_BODY_4(WIDE, GROUPS)                                                                         \
    } else {                                                                                         \
        for (int hop = 0; hop < hops; hop++) {                                                       \
            SC_BANK_BODY(WIDE)                                                                       \
        }                                                                                            \
    }

typedef void sc_hear_fn(const int16_t *samples, int16_t before, int hops, sc_heard *out);
typedef void sc_tones_fn(const sc_heard *heard, const float (*c)[SC_LANES], const float (*s)[SC_LANES], float *power);

static void sc_hear_plain(const int16_t *samples, int16_t before, int hops, sc_heard *out) { SC_HEAR(sc_fold_plain, 4, 2) }
static void sc_tones_plain(const sc_heard *heard, const float (*c)[SC_LANES], const float (*s)[SC_LANES], float *power)
{
    SC_TONES(4)
}
typedef void sc_floats_fn(const int16_t *samples, int count, float *x);
static void sc_floats_plain(const int16_t *samples, int count, float *x) { sc_scale(samples, count, x); }
static sc_hear_fn *sc_hear_ptr = sc_hear_plain;
static sc_floats_fn *sc_floats_ptr = sc_floats_plain;
static sc_tones_fn *sc_tones_ptr = sc_tones_plain;

#if defined(__x86_64__) && defined(__GNUC__)
SC_AVX2 static void sc_hear_avx2(const int16_t *samples, int16_t before, int hops, sc_heard *out) { SC_HEAR(sc_fold_avx2, 8, 2) }
SC_AVX512 static void sc_hear_avx512(const int16_t *samples, int16_t before, int hops, sc_heard *out) { SC_HEAR(sc_fold_avx2, 16, 3) }
SC_AVX2 static void sc_floats_avx2(const int16_t *samples, int count, float *x) { sc_scale(samples, count, x); }
SC_AVX512 static void sc_floats_avx512(const int16_t *samples, int count, float *x) { sc_scale(samples, count, x); }
SC_AVX2 static void sc_tones_avx2(
    const sc_heard *heard, const float (*c)[SC_LANES], const float (*s)[SC_LANES], float *power)
{
    SC_TONES(8)
}
SC_AVX512 static void sc_tones_avx512(
    const sc_heard *heard, const float (*c)[SC_LANES], const float (*s)[SC_LANES], float *power)
{
    SC_TONES(16)
}
#endif

/* Samples of one to four hops to what they are; ``before`` is the sample before them. */
static inline void sc_hear(const int16_t *samples, int16_t before, int hops, sc_heard *out)
{
    sc_hear_ptr(samples, before, hops, out);
}

static inline void sc_floats(const int16_t *samples, int count, float *x)
{
    sc_floats_ptr(samples, count, x);
}

static inline void sc_tones(const sc_heard *heard, const float (*c)[SC_LANES], const float (*s)[SC_LANES], float *power)
{
    sc_tones_ptr(heard, c, s, power);
}

/* The sums of one hop of audio that is in floats already, as the dial filter's is. */
static void sc_sums_of(const float *x, sc_sums *sums)
{
    float even[SC_HALF], odd[SC_HALF];
    sc_heard out[1];
    int hop = 0;
    for (int n = 0; n < SC_HALF; n++) {
        even[n] = x[SC_HALF + n] + x[SC_HALF - 1 - n];
        odd[n] = x[SC_HALF + n] - x[SC_HALF - 1 - n];
    }
    SC_BANK_BODY(4)
    *sums = out[0].sums;
}

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
    sc_hear_ptr = sc_hear_plain;
    sc_tones_ptr = sc_tones_plain;
    sc_floats_ptr = sc_floats_plain;
#if defined(__x86_64__) && defined(__GNUC__)
    if (use == 8) {
        sc_hear_ptr = sc_hear_avx2;
        sc_tones_ptr = sc_tones_avx2;
        sc_floats_ptr = sc_floats_avx2;
    } else if (use == 16) {
        sc_hear_ptr = sc_hear_avx512;
        sc_tones_ptr = sc_tones_avx512;
        sc_floats_ptr = sc_floats_avx512;
    }
#endif
    return use;
}

/* Memory is asked for before it is needed: a channel's, while the one before it is heard. */
static inline void sc_ahead(const void *at, int64_t bytes)
{
#if defined(__GNUC__)
    for (int64_t n = 0; n < bytes; n += 64)
        __builtin_prefetch((const char *)at + n, 1);
#endif
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

#endif
