/* Which values samples take: what coded a line last leaves its steps in them.
 *
 * mu-law and A-law know 255 values each, GSM 06.10 multiples of eight; mu-law behind A-law leaves half of its own small
 * values out. A line whose steps become others goes another way. Every fourth sample is looked at.
 *
 * Source: ITU-T G.711 (1988), tables 1a to 2b; ETSI GSM 06.10 (13-bit samples).
 */
#ifndef SECURECALL_GRID_H
#define SECURECALL_GRID_H

#include <stdint.h>
#include <string.h>

enum { SC_EVERY = 4 };

/* Of the samples that are not zero. */
typedef struct {
    uint16_t heard;
    uint16_t mu;     /* on mu-law's steps */
    uint16_t a;
    uint16_t eights; /* multiples of 8 */
    uint16_t small;  /* of those, at most 120: there mu-law's steps are 8 */
    uint16_t evens;  /* of those, multiples of 16 */
} sc_grid;

/* Count the steps of 160 samples, from which an offset was taken away before. Without a table, which would push half of
 * what else a frame needs out of the nearest cache: a law's step is a number whose binary digits behind the first five
 * are a 1 and then zeros, once its bias is added, and a float's fraction shows them wherever they lie.
 */
static inline void sc_grid_take(sc_grid *grid, const int16_t *sample, int offset)
{
    enum { TAKEN = 160 / SC_EVERY, BEHIND = (1 << 19) - 1, STEP = 1 << 18 };
    int32_t value[TAKEN], mu_bits[TAKEN], a_bits[TAKEN];
    float mu_value[TAKEN], a_value[TAKEN];
    int heard = 0, mu = 0, a = 0, eights = 0, small = 0, evens = 0;
    for (int k = 0; k < TAKEN; k++) {
        int one = sample[SC_EVERY * k] + offset;
        one = one < 0 ? -one : one;
        one = one > 32768 ? 32768 : one;
        value[k] = one;
        mu_value[k] = (float)(one + 132);
        a_value[k] = (float)(one + (one < 256 ? 256 : 0)); /* A-law's first two segments have one step */
    }
    memcpy(mu_bits, mu_value, sizeof(mu_bits));
    memcpy(a_bits, a_value, sizeof(a_bits));
    for (int k = 0; k < TAKEN; k++) {
        int one = value[k];
        int eight = ((one & 7) == 0) & (one != 0);
        int low = eight & (one <= 120);
        heard += one != 0;
        mu += ((mu_bits[k] & BEHIND) == STEP) & (one != 0);
        a += (a_bits[k] & BEHIND) == STEP;
        eights += eight;
        small += low;
        evens += low & ((one & 15) == 0);
    }
    grid->heard = (uint16_t)(grid->heard + heard);
    grid->mu = (uint16_t)(grid->mu + mu);
    grid->a = (uint16_t)(grid->a + a);
    grid->eights = (uint16_t)(grid->eights + eights);
    grid->small = (uint16_t)(grid->small + small);
    grid->evens = (uint16_t)(grid->evens + evens);
}

#endif
