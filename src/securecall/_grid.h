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

enum { SC_ON_MU = 1, SC_ON_A = 2, SC_ON_EIGHT = 4, SC_SMALL = 8, SC_EVEN = 16, SC_EVERY = 4 };

/* Of the samples that are not zero. */
typedef struct {
    uint16_t heard;
    uint16_t mu;     /* on mu-law's steps */
    uint16_t a;
    uint16_t eights; /* multiples of 8 */
    uint16_t small;  /* of those, at most 120: there mu-law's steps are 8 */
    uint16_t evens;  /* of those, multiples of 16 */
} sc_grid;

static uint8_t sc_steps[32769]; /* of magnitudes */

static inline void sc_grid_prepare(void)
{
    for (int value = 8; value <= 32768; value += 8)
        sc_steps[value] = SC_ON_EIGHT | (value <= 120 ? SC_SMALL | (value % 16 ? 0 : SC_EVEN) : 0);
    for (int exponent = 0; exponent < 8; exponent++)
        for (int part = 0; part < 16; part++) {
            int mu = (((part << 3) + 132) << exponent) - 132;
            int a = exponent ? ((part << 4) + 264) << (exponent - 1) : (part << 4) + 8;
            sc_steps[mu] |= mu ? SC_ON_MU : 0;
            sc_steps[a] |= SC_ON_A;
        }
}

/* Count the steps of 160 samples, from which an offset was taken away before. */
static inline void sc_grid_take(sc_grid *grid, const int16_t *sample, int offset)
{
    int heard = 0, mu = 0, a = 0, eights = 0, small = 0, evens = 0;
    for (int k = 0; k < 160; k += SC_EVERY) {
        int value = sample[k] + offset;
        value = value < 0 ? -value : value;
        value = value > 32768 ? 32768 : value;
        int steps = sc_steps[value];
        heard += value != 0;
        mu += steps & SC_ON_MU;
        a += steps >> 1 & 1;
        eights += steps >> 2 & 1;
        small += steps >> 3 & 1;
        evens += steps >> 4 & 1;
    }
    grid->heard = (uint16_t)(grid->heard + heard);
    grid->mu = (uint16_t)(grid->mu + mu);
    grid->a = (uint16_t)(grid->a + a);
    grid->eights = (uint16_t)(grid->eights + eights);
    grid->small = (uint16_t)(grid->small + small);
    grid->evens = (uint16_t)(grid->evens + evens);
}

#endif
