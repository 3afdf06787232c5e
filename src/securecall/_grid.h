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

/* A line whose samples lie on neither law's steps was mixed, gained, resampled or never coded by G.711, and what is
 * learnt of steps says nothing of it. Its samples are looked at as a mu-law coder would leave them, as they would come by
 * an ordinary trunk. Whether it is such a line is known by its last ten seconds or so: a lost frame that was filled in is
 * none.
 */
typedef struct {
    float heard; /* samples that were not zero, lately */
    float on;    /* of those, on a step of mu-law or of A-law, whichever has more of a frame */
} sc_grid_usual;

#define SC_GRID_KEPT 0.998f /* of what was counted, a frame later: ten seconds */
#define SC_GRID_ON 0.75f

static inline int sc_grid_off(const sc_grid_usual *usual)
{
    return usual->on < SC_GRID_ON * usual->heard;
}

/* Return what mu-law makes of an amount: the middle of its step. */
static inline int sc_grid_rounded(int amount)
{
    float biased = (float)((amount > 32635 ? 32635 : amount) + 132);
    int32_t bits;
    memcpy(&bits, &biased, sizeof(bits));
    bits = (bits & ~((1 << 19) - 1)) | (1 << 18);
    memcpy(&biased, &bits, sizeof(biased));
    return (int)biased - 132;
}

/* Count the steps of 160 samples, from which an offset was taken away before. Without a table, which would push half of
 * what else a frame needs out of the nearest cache: a law's step is a number whose binary digits behind the first five
 * are a 1 and then zeros, once its bias is added, and a float's fraction shows them wherever they lie.
 */
static inline void sc_grid_count(sc_grid *frame, const int16_t *sample, int offset, int rounded)
{
    enum { TAKEN = 160 / SC_EVERY, BEHIND = (1 << 19) - 1, STEP = 1 << 18 };
    int32_t value[TAKEN], mu_bits[TAKEN], a_bits[TAKEN];
    float mu_value[TAKEN], a_value[TAKEN];
    int heard = 0, mu = 0, a = 0, eights = 0, small = 0, evens = 0;
    for (int k = 0; k < TAKEN; k++) {
        int one = sample[SC_EVERY * k] + offset;
        one = one < 0 ? -one : one;
        one = one > 32768 ? 32768 : one;
        if (rounded) {
            one = sc_grid_rounded(one);
        }
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
    frame->heard = (uint16_t)heard;
    frame->mu = (uint16_t)mu;
    frame->a = (uint16_t)a;
    frame->eights = (uint16_t)eights;
    frame->small = (uint16_t)small;
    frame->evens = (uint16_t)evens;
}

/* Count the steps of a frame of a line, and learn what line it is. */
static inline void sc_grid_take(sc_grid *grid, sc_grid_usual *usual, const int16_t *sample, int offset)
{
    sc_grid frame;
    sc_grid_count(&frame, sample, offset, 0);
    usual->heard = usual->heard * SC_GRID_KEPT + frame.heard;
    usual->on = usual->on * SC_GRID_KEPT + (frame.mu > frame.a ? frame.mu : frame.a);
    if (sc_grid_off(usual)) {
        sc_grid_count(&frame, sample, offset, 1);
    }
    grid->heard = (uint16_t)(grid->heard + frame.heard);
    grid->mu = (uint16_t)(grid->mu + frame.mu);
    grid->a = (uint16_t)(grid->a + frame.a);
    grid->eights = (uint16_t)(grid->eights + frame.eights);
    grid->small = (uint16_t)(grid->small + frame.small);
    grid->evens = (uint16_t)(grid->evens + frame.evens);
}

#endif
