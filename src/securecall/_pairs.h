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

/* The strongest tone, or the strongest two, of a row of powers.
 *
 * A power's lowest three bits give way to its lane, so that one look at whole numbers finds both; powers are not
 * below 0, and those of floats then stand in the order of their bits.
 */
static inline __attribute__((always_inline)) int32_t sc_key(float power, int lane)
{
    int32_t bits;
    memcpy(&bits, &power, sizeof bits);
    return (bits & ~7) | lane;
}

/* Measure eight tones over 15 ms, weights 1 2 1, and move on by a hop; returns low * 8 + high of the strongest pair.
 *
 * re and im hold the two hops before, eight lanes each, the older first. With apart one tone is of the first four
 * and one of the others; else any two of the first six.
 */
static inline __attribute__((always_inline)) int sc_screen_body(
    const sc_sums *sums, const int *lanes, const float *c, const float *s, float *re, float *im, float *power, int apart)
{
    float z_re[8], z_im[8];
    int32_t key[8];
    for (int lane = 0; lane < 8; lane++) {
        z_re[lane] = sums->part[0][lanes[lane]];
        z_im[lane] = -sums->part[1][lanes[lane]];
    }
    for (int lane = 0; lane < 8; lane++) {
        float y_re = (re[8 + lane] + re[8 + lane]) + (z_re[lane] * c[lane] - z_im[lane] * s[lane])
                     + (re[lane] * c[lane] + im[lane] * s[lane]);
        float y_im = (im[8 + lane] + im[8 + lane]) + (z_re[lane] * s[lane] + z_im[lane] * c[lane])
                     + (im[lane] * c[lane] - re[lane] * s[lane]);
        power[lane] = (y_re * y_re + y_im * y_im) * (1.0f / 12800);
    }
    memcpy(re, re + 8, 8 * sizeof(float));
    memcpy(im, im + 8, 8 * sizeof(float));
    memcpy(re + 8, z_re, sizeof z_re);
    memcpy(im + 8, z_im, sizeof z_im);
    for (int lane = 0; lane < 8; lane++)
        key[lane] = sc_key(power[lane], lane);
#define SC_MORE(a, b) ((a) > (b) ? (a) : (b))
#define SC_LESS(a, b) ((a) < (b) ? (a) : (b))
    if (apart) {
        int32_t low = SC_MORE(SC_MORE(key[0], key[1]), SC_MORE(key[2], key[3]));
        int32_t high = SC_MORE(SC_MORE(key[4], key[5]), SC_MORE(key[6], key[7]));
        return (low & 7) * 8 + (high & 7);
    }
    int32_t first = SC_MORE(key[0], key[1]), second = SC_LESS(key[0], key[1]);
    for (int lane = 2; lane < 6; lane++) {
        int32_t less = SC_LESS(first, key[lane]);
        first = SC_MORE(first, key[lane]);
        second = SC_MORE(second, less);
    }
    int one = first & 7, two = second & 7;
    return SC_LESS(one, two) * 8 + SC_MORE(one, two);
#undef SC_MORE
#undef SC_LESS
}

typedef int sc_screen_fn(const sc_sums *sums, const int *lanes, const float *c, const float *s, float *re, float *im, float *power, int apart);

static int sc_screen_plain(const sc_sums *sums, const int *lanes, const float *c, const float *s, float *re, float *im, float *power, int apart)
{
    return sc_screen_body(sums, lanes, c, s, re, im, power, apart);
}
static sc_screen_fn *sc_screen_ptr = sc_screen_plain;

#if defined(__x86_64__) && defined(__GNUC__)
SC_AVX2 static int sc_screen_avx2(const sc_sums *sums, const int *lanes, const float *c, const float *s, float *re, float *im, float *power, int apart)
{
    return sc_screen_body(sums, lanes, c, s, re, im, power, apart);
}
#endif

static inline int sc_screen(const sc_sums *sums, const int *lanes, const float *c, const float *s, float *re, float *im, float *power, int apart)
{
    return sc_screen_ptr(sums, lanes, c, s, re, im, power, apart);
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
