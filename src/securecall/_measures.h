/* What a frame of 20 ms is in numbers: levels, a click, bands, tilt, edge, evenness, pitch.
 *
 * A row of 32 floats: what cues are made of, and what a user's own detector gets. Everything is in dB, counts or
 * log2; sums are made in one order, so that every machine gives the same bits.
 */
#ifndef SECURECALL_MEASURES_H
#define SECURECALL_MEASURES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "_spectrum.h"
#include "_speech.h"

enum { SC_MEASURES = 32, SC_MEASURE_BANDS = 16, SC_PIECE = 8, SC_PIECES = 60 };

typedef struct {
    float level_dbm0;     /* of the frame */
    float peak_dbm0;      /* of a sine with its greatest sample */
    float crossings;      /* changes of sign */
    float floor_dbm0;     /* of noise: falls within 0.1 s, rises by 2 dB a second */
    float activity;       /* 0 silence, 1 speech, 2 other sound, 3 lost */
    float click_db;       /* of the frame before: how far 1 ms of it stands above what is before and behind */
    float click_dbm0;     /* level of that millisecond */
    float tilt_db;        /* an octave, 250 to 3500 Hz */
    float edge_hz;        /* 99 % of the power lie below */
    float evenness_db;    /* of bins: near -2.5 for noise, far less for lines */
    float pitch_log2_hz;  /* 0: none was measured */
    float voiced;         /* 1: a pitch stood out */
    float hop_dbm0[4];    /* of 5 ms */
    float band_dbm0[SC_MEASURE_BANDS]; /* of 250 Hz */
} sc_measures;

/* What is kept between frames. */
typedef struct {
    float floor;          /* log2 of power */
    float hop_power[8];   /* of the two frames before, the older one first */
    int32_t lost;         /* frames since one was lost, 3 at most */
} sc_measuring;

static float sc_tilt_weight[SC_MEASURE_BANDS];

static inline void sc_measuring_reset(sc_measuring *state)
{
    memset(state, 0, sizeof *state);
    state->floor = -22.0f;
}

static inline float sc_db_of(float power) { return 3.0102999566f * sc_log2(power + 1e-10f) + 6.1502999566f; }

/* Back from dBm0: exact at whole powers of two, else to 0.01 dB. No library whose last bit may differ. */
static inline float sc_power_of(float dbm0)
{
    float x = (dbm0 - 6.1502999566f) * 0.3321928095f, whole, part;
    union { float f; int32_t i; } u;
    if (x < -100.0f)
        return 0.0f;
    whole = (float)(int32_t)(x - (x < 0.0f ? 1.0f : 0.0f));
    part = x - whole;
    u.i = ((int32_t)whole + 127) << 23;
    return u.f * (1.0f + part * (0.6958f + part * (0.2252f + part * 0.079f)));
}

static inline float sc_ratio_db(float ratio) { return 3.0102999566f * sc_log2(ratio + 1e-10f); }

/* The sharpest millisecond of the frame before: over the 18 ms before it and over what is 6 to 20 ms behind it.
 * ``past`` are the 60 ms whose last frame is the one that has just come. */
static inline void sc_click(const float *past, float *click_db, float *click_dbm0)
{
    float piece[SC_PIECES], sum[SC_PIECES + 1];
    float best = 0.0f, level = 1e-10f;

    for (int k = 0; k < SC_PIECES; k++) {
        const float *x = past + SC_PIECE * k;
        piece[k] = (((x[0] * x[0] + x[4] * x[4]) + (x[2] * x[2] + x[6] * x[6]))
                    + ((x[1] * x[1] + x[5] * x[5]) + (x[3] * x[3] + x[7] * x[7]))) * (1.0f / SC_PIECE);
    }
    sum[0] = 0.0f;
    for (int k = 0; k < SC_PIECES; k++)
        sum[k + 1] = sum[k] + piece[k];
    for (int k = 20; k < 40; k++) {
        float before = (sum[k - 1] - sum[k - 19]) * (1.0f / 18);
        float after = (sum[k + 20] - sum[k + 6]) * (1.0f / 14);
        float around = (before > after ? before : after) + 1e-8f; /* -74 dBm0: less is no line */
        float over = piece[k] / around;
        if (over > best) {
            best = over;
            level = piece[k];
        }
    }
    *click_db = best > 1.0f ? 3.0102999566f * sc_log2(best) : 0.0f;
    *click_dbm0 = sc_db_of(level);
}

/* The same of four powers. */
static inline sc_four sc_db_of_four(sc_four power)
{
    return sc_log2_of_four(power + 1e-10f) * 3.0102999566f + 6.1502999566f;
}

/* Sums of four times eight bins: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) of each. */
static inline sc_four sc_four_sums(const float *p)
{
    sc_four half[4], two[2];
    for (int k = 0; k < 4; k++) {
        sc_four low, high;
        memcpy(&low, p + 8 * k, 16);
        memcpy(&high, p + 8 * k + 4, 16);
        half[k] = low + high;
    }
    for (int k = 0; k < 2; k++)
        two[k] = __builtin_shuffle(half[2 * k], half[2 * k + 1], (sc_four_ints){0, 1, 4, 5})
                 + __builtin_shuffle(half[2 * k], half[2 * k + 1], (sc_four_ints){2, 3, 6, 7});
    return __builtin_shuffle(two[0], two[1], (sc_four_ints){0, 2, 4, 6})
           + __builtin_shuffle(two[0], two[1], (sc_four_ints){1, 3, 5, 7});
}

/* Fill the measures of a frame whose audio is all there, but for the click; return whether to look for one, since most
 * frames have no hop that stands out of the one or two before it. power: the frame's spectrum of 129 bins. */
static inline int sc_measure(
    sc_measuring *state, sc_measures *m, const float *hop_power, const float *power, int peak, int crossings)
{
    float band[SC_MEASURE_BANDS], total = 0.0f, above = 0.0f, tilt = 0.0f, frame, now;
    sc_four four;
    int top, stands_out = 0;

    frame = 0.25f * ((hop_power[0] + hop_power[1]) + (hop_power[2] + hop_power[3]));
    now = sc_log2(frame + 1e-10f);
    state->floor = now < state->floor ? state->floor + (now - state->floor) * 0.25f : state->floor + 0.0133f;
    if (state->floor > now)
        state->floor = now;
    m->level_dbm0 = 3.0102999566f * now + 6.1502999566f;
    m->floor_dbm0 = 3.0102999566f * state->floor + 6.1502999566f;
    m->crossings = (float)crossings;
    memcpy(&four, hop_power, 16);
    four = sc_db_of_four(four);
    memcpy(m->hop_dbm0, &four, 16);

    m->click_db = 0.0f;
    m->click_dbm0 = -100.0f;
    const float *hop = state->hop_power;
    for (int k = 4; k < 8; k++) {
        float before = hop[k - 1] < hop[k - 2] ? hop[k - 1] : hop[k - 2];
        stands_out |= hop[k] > 4.0f * before + 1e-7f;
    }
    stands_out &= state->lost >= 3;
    memcpy(state->hop_power, state->hop_power + 4, 4 * sizeof(float));
    memcpy(state->hop_power + 4, hop_power, 4 * sizeof(float));

    for (int b = 0; b < SC_MEASURE_BANDS; b += 4) {
        four = sc_four_sums(power + 8 * b + 1);
        memcpy(band + b, &four, 16);
        four = sc_db_of_four(four);
        memcpy(m->band_dbm0 + b, &four, 16);
    }
    for (int b = 0; b < SC_MEASURE_BANDS; b++) {
        total += band[b];
        tilt += sc_tilt_weight[b] * m->band_dbm0[b];
    }
    m->tilt_db = tilt;
    total += 1e-10f;
    for (top = SC_MEASURE_BANDS - 1; top > 0 && above + band[top] < 0.01f * total; top--)
        above += band[top];
    /* Within the band in which it happens, by a straight line. */
    m->edge_hz = 250.0f * ((float)top + 1.0f - (0.01f * total - above) / (band[top] + 1e-12f));
    if (m->edge_hz < 0.0f)
        m->edge_hz = 0.0f;
    four = sc_db_of_four((sc_four){(float)peak * (float)peak * (0.5f / 1073741824.0f), sc_even_level(power + 4, 122),
                                   (total - band[0]) * (1.0f / 120), 0.0f});
    m->peak_dbm0 = four[0];
    m->evenness_db = four[1] - four[2];
    if (state->lost < 3)
        state->lost += 1;
    return stands_out;
}

/* A frame with lost audio: nothing is known of it. */
static inline void sc_measure_lost(sc_measuring *state, sc_measures *m)
{
    memset(m, 0, sizeof *m);
    m->level_dbm0 = m->peak_dbm0 = m->click_dbm0 = -100.0f;
    m->floor_dbm0 = 3.0102999566f * state->floor + 6.1502999566f;
    for (int k = 0; k < 4; k++)
        m->hop_dbm0[k] = -100.0f;
    for (int b = 0; b < SC_MEASURE_BANDS; b++)
        m->band_dbm0[b] = -100.0f;
    m->activity = 3.0f;
    memset(state->hop_power, 0, sizeof state->hop_power);
    state->lost = 0;
}

/* Least squares of level over octaves, bands 1 to 13. */
static void sc_measures_prepare(void)
{
    double x[SC_MEASURE_BANDS], mean = 0.0, spread = 0.0;
    memset(sc_tilt_weight, 0, sizeof sc_tilt_weight);
    for (int b = 1; b < 14; b++) {
        x[b] = log2(250.0 * (b + 0.5));
        mean += x[b] / 13;
    }
    for (int b = 1; b < 14; b++)
        spread += (x[b] - mean) * (x[b] - mean);
    for (int b = 1; b < 14; b++)
        sc_tilt_weight[b] = (float)((x[b] - mean) / spread);
}

#endif
