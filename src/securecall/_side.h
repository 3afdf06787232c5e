/* Sums over blocks' bytes, sixteen bands at a time. They are whole numbers but for one greatest value: no order of
 * blocks matters, and each machine gives the same.
 */
#ifndef SECURECALL_SIDE_H
#define SECURECALL_SIDE_H

#include <stdint.h>

typedef uint8_t sc_band_bytes __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint16_t sc_band_words __attribute__((vector_size(32), aligned(2), may_alias));
typedef int32_t sc_band_wholes __attribute__((vector_size(64), aligned(4), may_alias));

/* Add bands to sums, each of which holds 257 bytes at least. */
static inline void sc_add_bands(uint16_t *sum, const uint8_t *band)
{
    *(sc_band_words *)sum += __builtin_convertvector(*(const sc_band_bytes *)band, sc_band_words);
}

/* Add bands so many times: a product of two bytes is a word. */
static inline void sc_add_times(int32_t *sum, const uint8_t *band, uint8_t times)
{
    sc_band_words product = __builtin_convertvector(*(const sc_band_bytes *)band, sc_band_words) * (uint16_t)times;
    *(sc_band_wholes *)sum += __builtin_convertvector(product, sc_band_wholes);
}

/* Keep the three greatest of each of 16 bytes, the greatest first. */
static inline void sc_keep_three(uint8_t *restrict most, const uint8_t *restrict value)
{
    for (int b = 0; b < 16; b++) {
        uint8_t first = most[b], second = most[16 + b], third = most[32 + b], rest = value[b], less;
        less = first < rest ? first : rest;
        first = first < rest ? rest : first;
        rest = second < less ? second : less;
        second = second < less ? less : second;
        most[b] = first;
        most[16 + b] = second;
        most[32 + b] = third < rest ? rest : third;
    }
}

/* Keep the greatest that bands have over a level, in dB. */
static inline void sc_keep_top(float *restrict top, const uint8_t *restrict band, float level)
{
    for (int b = 0; b < 16; b++) {
        float over = band[b] * 0.5f - level;
        top[b] = over > top[b] ? over : top[b];
    }
}

/* The least value that more than two fifths of so many counts have; 254 if there are none. */
static inline int sc_two_fifths(const uint8_t *count, int counted)
{
    int found = 0, least = -1;
    while (found * 5 <= counted * 2 && least < 254)
        found += count[++least];
    return least;
}

#endif
