/* Tables of the pair receiver: every tone of the bank over 64 ms, once a process. */
#ifndef SECURECALL_PAIRS_H
#define SECURECALL_PAIRS_H

#include "_bank.h"

enum { SC_PAST = 512 };

static float sc_turn_cos[SC_LANES][SC_PAST] __attribute__((aligned(64)));
static float sc_turn_sin[SC_LANES][SC_PAST] __attribute__((aligned(64)));

static void sc_pairs_prepare(double rate_hz)
{
    for (int lane = 0; lane < SC_LANES; lane++)
        for (int n = 0; n < SC_PAST; n++) {
            double angle = 2.0 * M_PI * fmod(sc_lane_hz[lane] / rate_hz * n, 1.0);
            sc_turn_cos[lane][n] = (float)cos(angle);
            sc_turn_sin[lane][n] = (float)sin(angle);
        }
}

/* What the screen sees in up to four hops. */
typedef struct {
    float power[4][8]; /* of eight tones over 15 ms that end with the hop */
    float whole[4];    /* of everything in them */
    int32_t pair[4];   /* low * 8 + high of the strongest two */
} sc_screened;

/* Where a receiver's eight tones lie in the bank: within eight lanes from ``first`` on, or, below 0, anywhere. */
typedef struct {
    int32_t first;
    int32_t behind[8];
    int32_t lane[8];
} sc_places;

static void sc_places_prepare(sc_places *places, const int *lanes, int count)
{
    int least = SC_LANES - 8, most = 0;
    memset(places, 0, sizeof *places);
    for (int k = 0; k < count; k++) {
        places->lane[k] = lanes[k];
        least = lanes[k] < least ? lanes[k] : least;
        most = lanes[k] > most ? lanes[k] : most;
    }
    places->first = most - least < 8 ? least : -1;
    for (int k = 0; k < count; k++)
        places->behind[k] = (lanes[k] - least) & 7;
}

/* The strongest tone, or the strongest two, of a row of powers.
 *
 * A power's lowest three bits give way to its lane, so that one look at whole numbers finds both; powers are not
 * below 0, and those of floats then stand in the order of their bits. With apart one tone is of the first four and one
 * of the others; else any two of the first six.
 */
static inline void sc_choose_plain(sc_screened *seen, int hops, int apart)
{
#define SC_MORE(a, b) ((a) > (b) ? (a) : (b))
#define SC_LESS(a, b) ((a) < (b) ? (a) : (b))
    for (int hop = 0; hop < hops; hop++) {
        int32_t key[8];
        memcpy(key, seen->power[hop], sizeof key);
        for (int lane = 0; lane < 8; lane++)
            key[lane] = (key[lane] & ~7) | lane;
        if (apart) {
            int32_t low = SC_MORE(SC_MORE(key[0], key[1]), SC_MORE(key[2], key[3]));
            int32_t high = SC_MORE(SC_MORE(key[4], key[5]), SC_MORE(key[6], key[7]));
            seen->pair[hop] = (low & 7) * 8 + (high & 7);
            continue;
        }
        int32_t first = SC_MORE(key[0], key[1]), second = SC_LESS(key[0], key[1]);
        for (int lane = 2; lane < 6; lane++) {
            int32_t less = SC_LESS(first, key[lane]);
            first = SC_MORE(first, key[lane]);
            second = SC_MORE(second, less);
        }
        int one = first & 7, two = second & 7;
        seen->pair[hop] = SC_LESS(one, two) * 8 + SC_MORE(one, two);
    }
#undef SC_MORE
#undef SC_LESS
}

/* Measure eight tones over 15 ms, weights 1 2 1, for each of the hops, and the strongest pair of them.
 *
 * c and s turn a tone over a hop. re and im hold the two hops before, eight lanes each, the older first, and power the
 * powers of those hops; they are moved on.
 */
static inline __attribute__((always_inline)) void sc_screen_body(
    const sc_heard *heard, int hops, const sc_places *places, const float *c, const float *s, float *re, float *im,
    float *power, sc_screened *seen)
{
    const sc_eight turn_c = *(const sc_eight *)c, turn_s = *(const sc_eight *)s;
    sc_eight z_re[6] = {*(const sc_eight *)re, *(const sc_eight *)(re + 8)};
    sc_eight z_im[6] = {*(const sc_eight *)im, *(const sc_eight *)(im + 8)};
    sc_eight re_c[6], re_s[6], im_c[6], im_s[6];
    sc_eight_ints behind = *(const sc_eight_ints *)places->behind;
    for (int hop = 0; hop < hops; hop++) {
        const float *a = heard[hop].sums.part[0], *b = heard[hop].sums.part[1];
        if (places->first >= 0) {
            z_re[hop + 2] = __builtin_shuffle(*(const sc_eight *)(a + places->first), behind);
            z_im[hop + 2] = -__builtin_shuffle(*(const sc_eight *)(b + places->first), behind);
        } else {
            for (int lane = 0; lane < 8; lane++) {
                z_re[hop + 2][lane] = a[places->lane[lane]];
                z_im[hop + 2][lane] = -b[places->lane[lane]];
            }
        }
    }
    for (int hop = 0; hop < hops + 2; hop++) {
        re_c[hop] = z_re[hop] * turn_c;
        re_s[hop] = z_re[hop] * turn_s;
        im_c[hop] = z_im[hop] * turn_c;
        im_s[hop] = z_im[hop] * turn_s;
    }
    for (int hop = 0; hop < hops; hop++) {
        const sc_eight y_re = (z_re[hop + 1] + z_re[hop + 1]) + (re_c[hop + 2] - im_s[hop + 2]) + (re_c[hop] + im_s[hop]);
        const sc_eight y_im = (z_im[hop + 1] + z_im[hop + 1]) + (re_s[hop + 2] + im_c[hop + 2]) + (im_c[hop] - re_s[hop]);
        *(sc_eight *)seen->power[hop] = (y_re * y_re + y_im * y_im) * (1.0f / 12800);
        seen->whole[hop] = 0.25f * (power[0] + (power[1] + power[1]) + heard[hop].power);
        power[0] = power[1];
        power[1] = heard[hop].power;
    }
    *(sc_eight *)re = z_re[hops];
    *(sc_eight *)(re + 8) = z_re[hops + 1];
    *(sc_eight *)im = z_im[hops];
    *(sc_eight *)(im + 8) = z_im[hops + 1];
}

typedef void sc_screen_fn(
    const sc_heard *heard, int hops, const sc_places *places, const float *c, const float *s, int apart, float *re,
    float *im, float *power, sc_screened *seen);

static void sc_screen_plain(
    const sc_heard *heard, int hops, const sc_places *places, const float *c, const float *s, int apart, float *re,
    float *im, float *power, sc_screened *seen)
{
    sc_screen_body(heard, hops, places, c, s, re, im, power, seen);
    sc_choose_plain(seen, hops, apart);
}
static sc_screen_fn *sc_screen_ptr = sc_screen_plain;

#if defined(__x86_64__) && defined(__GNUC__)
/* The same for four hops side by side: tones become rows of four hops. */
SC_AVX2 static inline void sc_choose_avx2(sc_screened *seen, int apart)
{
    __m256i key[4], a, b, c, d;
    __m128i low, high, first, second;
    for (int hop = 0; hop < 4; hop++)
        key[hop] = _mm256_or_si256(
            _mm256_and_si256(_mm256_loadu_si256((const __m256i *)seen->power[hop]), _mm256_set1_epi32(~7)),
            _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
    if (apart) {
        a = _mm256_max_epi32(_mm256_unpacklo_epi32(key[0], key[1]), _mm256_unpackhi_epi32(key[0], key[1]));
        b = _mm256_max_epi32(_mm256_unpacklo_epi32(key[2], key[3]), _mm256_unpackhi_epi32(key[2], key[3]));
        a = _mm256_max_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
        low = _mm256_castsi256_si128(a);
        high = _mm256_extracti128_si256(a, 1);
    } else {
        a = _mm256_unpacklo_epi32(key[0], key[1]);
        b = _mm256_unpacklo_epi32(key[2], key[3]);
        c = _mm256_unpacklo_epi64(a, b); /* tones 0 and 4 */
        d = _mm256_unpackhi_epi64(a, b); /* 1 and 5 */
        a = _mm256_max_epi32(c, d);
        b = _mm256_min_epi32(c, d);
        first = _mm256_castsi256_si128(a);
        second = _mm256_castsi256_si128(b);
        low = _mm256_extracti128_si256(a, 1);
        high = _mm256_extracti128_si256(b, 1);
        second = _mm_max_epi32(_mm_max_epi32(second, high), _mm_min_epi32(first, low));
        first = _mm_max_epi32(first, low);
        a = _mm256_unpackhi_epi32(key[0], key[1]);
        b = _mm256_unpackhi_epi32(key[2], key[3]);
        low = _mm256_castsi256_si128(_mm256_unpacklo_epi64(a, b)); /* 2 */
        high = _mm256_castsi256_si128(_mm256_unpackhi_epi64(a, b)); /* 3 */
        second = _mm_max_epi32(_mm_max_epi32(second, _mm_min_epi32(low, high)), _mm_min_epi32(first, _mm_max_epi32(low, high)));
        first = _mm_max_epi32(first, _mm_max_epi32(low, high));
        first = _mm_and_si128(first, _mm_set1_epi32(7));
        second = _mm_and_si128(second, _mm_set1_epi32(7));
        low = _mm_min_epi32(first, second);
        high = _mm_max_epi32(first, second);
    }
    low = _mm_slli_epi32(_mm_and_si128(low, _mm_set1_epi32(7)), 3);
    high = _mm_and_si128(high, _mm_set1_epi32(7));
    _mm_storeu_si128((__m128i *)seen->pair, _mm_or_si128(low, high));
}

SC_AVX2 static void sc_screen_avx2(
    const sc_heard *heard, int hops, const sc_places *places, const float *c, const float *s, int apart, float *re,
    float *im, float *power, sc_screened *seen)
{
    if (hops == 4) {
        sc_screen_body(heard, 4, places, c, s, re, im, power, seen);
        sc_choose_avx2(seen, apart);
        return;
    }
    sc_screen_body(heard, hops, places, c, s, re, im, power, seen);
    sc_choose_plain(seen, hops, apart);
}
#endif

static inline void sc_screen(
    const sc_heard *heard, int hops, const sc_places *places, const float *c, const float *s, int apart, float *re,
    float *im, float *power, sc_screened *seen)
{
    sc_screen_ptr(heard, hops, places, c, s, apart, re, im, power, seen);
}

/* Two windowed sums of audio turned by a tone, ``shift`` samples apart: re, im, re, im; eight lanes in one order. */
static inline __attribute__((always_inline)) void sc_windows_body(
    const float *x, const float *c, const float *s, const float *window, int count, int shift, float *out)
{
    sc_eight sums[4] = {{0}};
    int m = 0;
    for (; m + 8 <= count; m += 8) {
        sc_eight w = *(const sc_eight *)&window[m];
        sc_eight early = w * *(const sc_eight *)&x[m], late = w * *(const sc_eight *)&x[m + shift];
        sums[0] += early * *(const sc_eight *)&c[m];
        sums[1] -= early * *(const sc_eight *)&s[m];
        sums[2] += late * *(const sc_eight *)&c[m + shift];
        sums[3] -= late * *(const sc_eight *)&s[m + shift];
    }
    for (int part = 0; part < 4; part++) {
        sc_eight v = sums[part];
        out[part] = ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
    }
    for (; m < count; m++) {
        out[0] += window[m] * x[m] * c[m];
        out[1] -= window[m] * x[m] * s[m];
        out[2] += window[m] * x[m + shift] * c[m + shift];
        out[3] -= window[m] * x[m + shift] * s[m + shift];
    }
}

typedef void sc_windows_fn(const float *x, const float *c, const float *s, const float *window, int count, int shift, float *out);

static void sc_windows_plain(const float *x, const float *c, const float *s, const float *window, int count, int shift, float *out)
{
    sc_windows_body(x, c, s, window, count, shift, out);
}
static sc_windows_fn *sc_windows_ptr = sc_windows_plain;

#if defined(__x86_64__) && defined(__GNUC__)
SC_AVX2 static void sc_windows_avx2(const float *x, const float *c, const float *s, const float *window, int count, int shift, float *out)
{
    sc_windows_body(x, c, s, window, count, shift, out);
}
#endif

static inline void sc_windows(const float *x, const float *c, const float *s, const float *window, int count, int shift, float *out)
{
    sc_windows_ptr(x, c, s, window, count, shift, out);
}

/* As sc_bank_width, whose answer it takes. */
static void sc_pairs_width(int lanes)
{
    sc_screen_ptr = sc_screen_plain;
    sc_windows_ptr = sc_windows_plain;
#if defined(__x86_64__) && defined(__GNUC__)
    if (lanes >= 8) {
        sc_screen_ptr = sc_screen_avx2;
        sc_windows_ptr = sc_windows_avx2;
    }
#else
    (void)lanes;
#endif
}

#endif
