/* What makes a sound speech: measures of the last second, and the small network that weighs them.
 *
 * The level is taken every 20 ms, everything else every 40 ms and only above the noise floor. Floats are
 * added lane by lane in one order, four lanes everywhere, and the pitch is counted in whole numbers, so
 * that each machine gives the same bits. benchmarks/speech trains on what this same file measures.
 */
#ifndef SECURECALL_SPEECH_H
#define SECURECALL_SPEECH_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
    SC_SPEECH_BANDS = 8,
    SC_SPEECH_INPUTS = 36,
    SC_SPEECH_HIDDEN = 8,
    SC_SPEECH_TONES = 48,  /* of the tone bank */
    SC_PITCH_SAMPLES = 96, /* 48 ms at 2 kHz */
    SC_PITCH_WINDOW = 64,  /* of them are compared */
    SC_PITCH_FIRST = 3,    /* lags: 667 Hz */
    SC_PITCH_LAGS = 26     /* down to 71 Hz */
};

typedef float sc_four __attribute__((vector_size(16)));
typedef int32_t sc_four_ints __attribute__((vector_size(16)));
typedef int8_t sc_bytes __attribute__((vector_size(16), aligned(1), may_alias));

/* The network; shift and scale of the inputs are within the first layer's numbers. */
typedef struct {
    float first[SC_SPEECH_INPUTS][SC_SPEECH_HIDDEN];
    float bias[SC_SPEECH_HIDDEN];
    float second[SC_SPEECH_HIDDEN];
    float last;
    float on, off; /* of the smoothed answer: speech begins, speech is over */
} sc_speech_net;

typedef struct {
    float floor, top;           /* log2 of a frame's power: falls at once and rises slowly; the other way */
    float quick, middle, slow;  /* means of the level over 0.1, 0.24 and 0.6 s */
    float sway[3];              /* mean distances: level and quick, quick and middle, middle and slow */
    float band_mean[SC_SPEECH_BANDS];
    float band_sway[SC_SPEECH_BANDS];
    float voiced, turns, carried, moved, glided; /* of the pitch, over 0.5 s */
    float last_voiced, last_lag;
    float shape[4];
    float answer;               /* smoothed */
    int32_t frames;             /* measured so far, 1000 at most */
    int32_t speaks;
} sc_speech;

#define SC_TOWARDS(mean, x, part) ((mean) += ((x) - (mean)) * (part))

/* log2 to 0.01: exact at powers of two, a parabola between. */
static inline float sc_log2(float x)
{
    union { float f; int32_t i; } u = {x};
    float whole = (float)(u.i >> 23) - 127.0f;
    u.i = (u.i & 0x7fffff) | 0x3f800000;
    return whole + u.f * (2.0f - u.f * (1.0f / 3.0f)) - 5.0f / 3.0f;
}

static inline sc_four sc_log2_of_four(sc_four x)
{
    union { sc_four f; sc_four_ints i; } u = {x};
    sc_four whole = __builtin_convertvector(u.i >> 23, sc_four) - 127.0f;
    u.i = (u.i & 0x7fffff) | 0x3f800000;
    return whole + u.f * (2.0f - u.f * (1.0f / 3.0f)) - 5.0f / 3.0f;
}

static inline float sc_size(float x) { return x < 0 ? -x : x; }

static inline sc_four sc_larger(sc_four a, sc_four b)
{
    union { sc_four f; sc_four_ints i; } x = {a}, y = {b};
    sc_four_ints which = a > b;
    x.i = (x.i & which) | (y.i & ~which);
    return x.f;
}

static inline sc_four sc_size_of_four(sc_four a)
{
    union { sc_four f; sc_four_ints i; } x = {a};
    x.i &= 0x7fffffff;
    return x.f;
}

/* Sums of four samples, a quarter of them: 2 kHz. Needs start and the ring to be multiples of 32. */
static inline void sc_pitch_low(const int16_t *ring, int ring_samples, int start, int16_t *low)
{
    for (int n = 0; n < SC_PITCH_SAMPLES; n += 8) {
        const int16_t *x = ring + start;
#if defined(__SSE2__)
        const __m128i one = _mm_set1_epi16(1);
        __m128i pair[4], four[2];
        for (int k = 0; k < 4; k++)
            pair[k] = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)(x + 8 * k)), one);
        for (int k = 0; k < 2; k++) {
            __m128 a = _mm_castsi128_ps(pair[2 * k]), b = _mm_castsi128_ps(pair[2 * k + 1]);
            __m128i even = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)));
            __m128i odd = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
            four[k] = _mm_srai_epi32(_mm_add_epi32(even, odd), 2);
        }
        _mm_storeu_si128((__m128i *)(low + n), _mm_packs_epi32(four[0], four[1]));
#else
        for (int k = 0; k < 8; k++)
            low[n + k] = (int16_t)((x[4 * k] + x[4 * k + 1] + x[4 * k + 2] + x[4 * k + 3]) >> 2);
#endif
        start += 32;
        if (start == ring_samples)
            start = 0;
    }
}

/* Clip to -1, 0 and 1 at five eighths of the mean size; write which of the newest 64 are up and which down. */
static inline void sc_pitch_clip(const int16_t *low, int8_t *sign, uint64_t *up, uint64_t *down)
{
    int32_t sum = 0;
    int16_t least;

    for (int n = 0; n < SC_PITCH_SAMPLES; n++)
        sum += low[n] < 0 ? -low[n] : low[n];
    least = (int16_t)(sum * 5 / (8 * SC_PITCH_SAMPLES)); /* 96 of 32 768 at most: far from 2^31 */
    *up = *down = 0;
    for (int n = 0; n < SC_PITCH_SAMPLES; n += 16) {
        uint64_t is_up, is_down;
#if defined(__SSE2__)
        __m128i a = _mm_loadu_si128((const __m128i *)(low + n)), b = _mm_loadu_si128((const __m128i *)(low + n + 8));
        __m128i top = _mm_set1_epi16(least), bottom = _mm_set1_epi16((int16_t)-least);
        __m128i above = _mm_packs_epi16(_mm_cmpgt_epi16(a, top), _mm_cmpgt_epi16(b, top));
        __m128i below = _mm_packs_epi16(_mm_cmpgt_epi16(bottom, a), _mm_cmpgt_epi16(bottom, b));
        _mm_storeu_si128((__m128i *)(sign + n), _mm_sub_epi8(below, above));
        is_up = (uint64_t)(uint32_t)_mm_movemask_epi8(above);
        is_down = (uint64_t)(uint32_t)_mm_movemask_epi8(below);
#else
        is_up = is_down = 0;
        for (int k = 0; k < 16; k++) {
            is_up |= (uint64_t)(low[n + k] > least) << k;
            is_down |= (uint64_t)(low[n + k] < -least) << k;
            sign[n + k] = (int8_t)((low[n + k] > least) - (low[n + k] < -least));
        }
#endif
        if (n >= SC_PITCH_SAMPLES - SC_PITCH_WINDOW) {
            *up |= is_up << (n - (SC_PITCH_SAMPLES - SC_PITCH_WINDOW));
            *down |= is_down << (n - (SC_PITCH_SAMPLES - SC_PITCH_WINDOW));
        }
    }
}

/* How alike the last 32 ms are to what was some lag earlier, and log2 of that lag in samples at 2 kHz. */
static inline float sc_pitch(const int16_t *ring, int ring_samples, int start, float *lag_log2)
{
    enum { OLDER = SC_PITCH_SAMPLES - SC_PITCH_WINDOW };
    int16_t low[SC_PITCH_SAMPLES];
    int8_t room[16 + SC_PITCH_SAMPLES], *sign = room + 16, product[32], change[OLDER];
    uint64_t up, down;
    sc_bytes sum[2] = {{0}, {0}};
    int32_t own, energy;
    union { int32_t one[28]; sc_four_ints four[7]; } sums, energies;
    union { float one[28]; sc_four four[7]; } alike;
    sc_four most;
    float best, place;
    int at = 0;

    sc_pitch_low(ring, ring_samples, start, low);
    sc_pitch_clip(low, sign, &up, &down);
    memset(room, 0, 16);
    own = __builtin_popcountll(up | down);
    /* 32 lags at once: lane j holds what was 34 - j samples earlier. */
    const int8_t *then = sign + OLDER - SC_PITCH_FIRST - 31;
    for (; up; up &= up - 1) {
        int n = __builtin_ctzll(up);
        sum[0] += *(const sc_bytes *)(then + n);
        sum[1] += *(const sc_bytes *)(then + n + 16);
    }
    for (; down; down &= down - 1) {
        int n = __builtin_ctzll(down);
        sum[0] -= *(const sc_bytes *)(then + n);
        sum[1] -= *(const sc_bytes *)(then + n + 16);
    }
    memcpy(product, sum, 32);
    /* One lag more takes the newest sample out of what is compared with, and one more old one in. */
    for (int n = 0; n < OLDER; n++)
        change[n] = (int8_t)((sign[n] & 1) - (sign[SC_PITCH_WINDOW + n] & 1));
    energy = own;
    for (int n = 1; n <= SC_PITCH_FIRST; n++)
        energy += change[OLDER - n];
    for (int lag = 0; lag < SC_PITCH_LAGS; lag++) {
        sums.one[lag] = 2 * product[31 - lag];
        energies.one[lag] = own + energy + 1;
        energy += change[OLDER - 1 - SC_PITCH_FIRST - lag];
    }
    for (int lag = SC_PITCH_LAGS; lag < 28; lag++) {
        sums.one[lag] = 0;
        energies.one[lag] = 1;
    }
    /* Twice the sum over both energies: no root, and no more than 1. */
    for (int k = 0; k < 7; k++)
        alike.four[k] = __builtin_convertvector(sums.four[k], sc_four)
            / __builtin_convertvector(energies.four[k], sc_four);
    most = alike.four[0];
    for (int k = 1; k < 7; k++)
        most = sc_larger(most, alike.four[k]);
    best = most[0];
    for (int lane = 1; lane < 4; lane++)
        best = most[lane] > best ? most[lane] : best;
    /* The shortest lag that is about as good, for multiples of it are too; then to the top of its hill. */
    while (alike.one[at] < best - 0.03f)
        at++;
    while (at < SC_PITCH_LAGS - 1 && alike.one[at + 1] > alike.one[at])
        at++;
    best = alike.one[at];
    place = (float)(at + SC_PITCH_FIRST);
    if (at > 0 && at < SC_PITCH_LAGS - 1) {
        float bow = alike.one[at - 1] - 2.0f * best + alike.one[at + 1];
        if (bow < -1e-3f) {
            float off = 0.5f * (alike.one[at - 1] - alike.one[at + 1]) / bow;
            place += off > 0.5f ? 0.5f : off < -0.5f ? -0.5f : off;
        }
    }
    *lag_log2 = sc_log2(place);
    return best;
}

/* The power of a frame without what stands still: a constant is silence. Frames lie whole in the ring. */
static inline float sc_speech_power(const int16_t *frame, const float *hop_power)
{
    int32_t sum = 0;
    float mean, power = 0.25f * ((hop_power[0] + hop_power[1]) + (hop_power[2] + hop_power[3]));
#if defined(__SSE2__)
    __m128i four[2] = {_mm_setzero_si128(), _mm_setzero_si128()};
    for (int n = 0; n < 160; n += 16)
        for (int k = 0; k < 2; k++)
            four[k] = _mm_add_epi32(
                four[k], _mm_madd_epi16(_mm_loadu_si128((const __m128i *)(frame + n + 8 * k)), _mm_set1_epi16(1)));
    four[0] = _mm_add_epi32(four[0], four[1]);
    four[0] = _mm_add_epi32(four[0], _mm_shuffle_epi32(four[0], _MM_SHUFFLE(1, 0, 3, 2)));
    four[0] = _mm_add_epi32(four[0], _mm_shuffle_epi32(four[0], _MM_SHUFFLE(2, 3, 0, 1)));
    sum = _mm_cvtsi128_si32(four[0]);
#else
    for (int n = 0; n < 160; n++)
        sum += frame[n];
#endif
    mean = (float)sum * (1.0f / (160 * 32768.0f));
    power -= mean * mean;
    return power > 0 ? power : 0;
}

/* Take a frame's power into the level and its movement; return whether it is above the floor. */
static inline int sc_speech_level(sc_speech *state, float mean_square, float *level)
{
    float now = sc_log2(mean_square + 1e-10f), held;

    if (state->top == 0.0f) { /* nothing was heard yet */
        state->floor = now < -22.0f ? now : -22.0f;
        state->top = now < -1e-6f ? now : -1e-6f;
        state->quick = state->middle = state->slow = now;
    }
    state->floor = now < state->floor ? state->floor + (now - state->floor) * 0.25f : state->floor + 0.0133f;
    if (state->floor > -15.5f) /* -40.5 dBm0: music that never pauses is no silence */
        state->floor = -15.5f;
    state->top = now > state->top ? state->top + (now - state->top) * 0.25f : state->top - 0.0266f;
    /* How deep a pause is says more of the line than of the sound: 30 dB below the loudest is enough. */
    held = now > state->top - 10.0f ? now : state->top - 10.0f;
    SC_TOWARDS(state->quick, held, 0.2f);
    SC_TOWARDS(state->middle, held, 1.0f / 12);
    SC_TOWARDS(state->slow, held, 0.035f);
    SC_TOWARDS(state->sway[0], sc_size(held - state->quick), 0.035f);
    SC_TOWARDS(state->sway[1], sc_size(state->quick - state->middle), 0.035f);
    SC_TOWARDS(state->sway[2], sc_size(state->middle - state->slow), 0.035f);
    *level = held;
    return now > state->floor + 2.0f && now > -22.0f; /* 6 dB above the floor, and -60 dBm0 */
}

/* The bank's lanes by frequency, six to a band: [place within the band][band]. */
static const uint8_t sc_in_band[6][SC_SPEECH_BANDS] = {
    {8, 13, 2, 38, 17, 41, 43, 45}, {9, 36, 32, 27, 40, 7, 44, 25}, {10, 0, 14, 39, 18, 34, 24, 26},
    {11, 31, 3, 4, 19, 42, 28, 23}, {12, 1, 15, 30, 6, 20, 22, 46}, {35, 37, 16, 5, 33, 21, 29, 47}};

static inline float sc_sum_of_four(sc_four x) { return (x[0] + x[2]) + (x[1] + x[3]); }

static inline float sc_most_of_four(sc_four x)
{
    float a = x[0] > x[1] ? x[0] : x[1], b = x[2] > x[3] ? x[2] : x[3];
    return a > b ? a : b;
}

/* Take in a frame above the floor; write what the network is asked. */
static inline void sc_speech_measure(
    sc_speech *state, const int16_t *ring, int ring_samples, int start, const float *tone_power,
    const float *hop_power, float level, float *in)
{
    sc_four tone[6][2], fine[6][2], band[2], mean_of, sway_of, sum, jagged = {0, 0, 0, 0}, most;
    float mean, total, lag, alike, least, largest, shape[4], *to = in;

    for (int j = 0; j < 6; j++)
        for (int half = 0; half < 2; half++) {
            const uint8_t *lane = sc_in_band[j] + 4 * half;
            tone[j][half] = (sc_four){tone_power[lane[0]], tone_power[lane[1]], tone_power[lane[2]],
                                      tone_power[lane[3]]} + 1e-10f;
            fine[j][half] = sc_log2_of_four(tone[j][half]);
        }
    most = sc_larger(tone[0][0], tone[0][1]);
    sum = fine[0][0] + fine[0][1];
    band[0] = tone[0][0];
    band[1] = tone[0][1];
    for (int j = 1; j < 6; j++) {
        most = sc_larger(most, sc_larger(tone[j][0], tone[j][1]));
        sum += fine[j][0] + fine[j][1];
        band[0] += tone[j][0];
        band[1] += tone[j][1];
    }
    for (int j = 1; j < 5; j++)
        for (int half = 0; half < 2; half++)
            jagged += sc_size_of_four(2.0f * fine[j][half] - fine[j - 1][half] - fine[j + 1][half]);
    total = sc_sum_of_four(band[0] + band[1]);
    /* From tone to tone of the bank: how jagged, how flat; and how much the strongest holds of all. */
    shape[0] = sc_sum_of_four(jagged) * (1.0f / 32);
    shape[1] = sc_sum_of_four(sum) * (1.0f / 48) - sc_log2(total * (1.0f / 48));
    shape[2] = sc_log2(sc_most_of_four(most)) - sc_log2(total);

    band[0] = sc_log2_of_four(band[0]);
    band[1] = sc_log2_of_four(band[1]);
    mean = sc_sum_of_four(band[0] + band[1]) * 0.125f;
    for (int half = 0; half < 2; half++) {
        sc_four x = band[half] - mean;
        memcpy(to + 4 * half, &x, 16);
        if (state->frames == 0)
            memcpy(state->band_mean + 4 * half, &x, 16);
        memcpy(&mean_of, state->band_mean + 4 * half, 16);
        memcpy(&sway_of, state->band_sway + 4 * half, 16);
        mean_of += (x - mean_of) * 0.07f;
        sway_of += (sc_size_of_four(x - mean_of) - sway_of) * 0.07f;
        memcpy(state->band_mean + 4 * half, &mean_of, 16);
        memcpy(state->band_sway + 4 * half, &sway_of, 16);
        memcpy(to + 9 + 4 * half, &sway_of, 16);
    }
    to[8] = level - state->top;
    to += 17;
    for (int k = 0; k < 3; k++)
        to[k] = state->sway[k];
    to[3] = state->quick - state->slow;
    to[4] = level - state->slow;
    to += 5;

    alike = sc_pitch(ring, ring_samples, start, &lag);
    float is_voiced = alike > 0.55f ? 1.0f : 0.0f, jump = sc_size(lag - state->last_lag);
    float is_carried = jump < 0.2f ? is_voiced : 0.0f;
    SC_TOWARDS(state->voiced, is_voiced, 0.08f);
    SC_TOWARDS(state->turns, sc_size(is_voiced - state->last_voiced), 0.07f);
    SC_TOWARDS(state->carried, is_carried, 0.08f);
    SC_TOWARDS(state->moved, (jump > 1.0f ? 1.0f : jump) * is_voiced, 0.08f);
    SC_TOWARDS(state->glided, jump * 5.0f * is_carried, 0.08f);
    state->last_voiced = is_voiced;
    state->last_lag = lag;
    to[0] = state->voiced;
    to[1] = state->turns;
    to[2] = state->carried;
    to[3] = state->moved;
    to[4] = state->glided;
    to[5] = lag * is_voiced;
    to += 6;

    least = largest = hop_power[0];
    for (int k = 1; k < 4; k++) {
        least = hop_power[k] < least ? hop_power[k] : least;
        largest = hop_power[k] > largest ? hop_power[k] : largest;
    }
    shape[3] = sc_log2(largest + 1e-9f) - sc_log2(least + 1e-9f);
    for (int k = 0; k < 4; k++) {
        SC_TOWARDS(state->shape[k], shape[k], 0.08f);
        to[k] = shape[k];
        to[4 + k] = state->shape[k];
    }
    if (state->frames < 1000)
        state->frames += 1;
}

/* Return the network's answer: log odds of speech. */
static inline float sc_speech_weigh(const sc_speech_net *net, const float *in)
{
    const sc_four zero = {0, 0, 0, 0};
    sc_four even[2], odd[2] = {zero, zero}, weights[2], sum;

    memcpy(even, net->bias, 32);
    for (int n = 0; n < SC_SPEECH_INPUTS; n += 2) {
        memcpy(weights, net->first[n], 32);
        even[0] += weights[0] * in[n];
        even[1] += weights[1] * in[n];
        memcpy(weights, net->first[n + 1], 32);
        odd[0] += weights[0] * in[n + 1];
        odd[1] += weights[1] * in[n + 1];
    }
    memcpy(weights, net->second, 32);
    sum = sc_larger(even[0] + odd[0], zero) * weights[0];
    sum += sc_larger(even[1] + odd[1], zero) * weights[1];
    return net->last + sc_sum_of_four(sum);
}

#endif
