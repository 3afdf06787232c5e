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

enum { SC_TAKEN = 160 / SC_EVERY, SC_FOURS = SC_TAKEN / 4, SC_BEHIND = (1 << 19) - 1, SC_STEP = 1 << 18 };
typedef int32_t sc_grid_four __attribute__((vector_size(16)));
typedef float sc_grid_float __attribute__((vector_size(16)));

/* The digits of numbers as floats have them: how large a number is does not move its first ones. */
static inline sc_grid_four sc_grid_digits(sc_grid_four value)
{
    return (sc_grid_four)__builtin_convertvector(value, sc_grid_float);
}

static inline int sc_grid_sum(sc_grid_four minus) { return -(minus[0] + minus[1] + minus[2] + minus[3]); }

/* Make amounts what mu-law makes of them: the middles of its steps. */
static inline void sc_grid_round(sc_grid_four *value)
{
    for (int k = 0; k < SC_FOURS; k++) {
        sc_grid_four over = value[k] > 32635;
        sc_grid_four biased = ((value[k] & ~over) | (32635 & over)) + 132;
        biased = (sc_grid_digits(biased) & ~SC_BEHIND) | SC_STEP;
        value[k] = __builtin_convertvector((sc_grid_float)biased, sc_grid_four) - 132;
    }
}

/* Count the steps of amounts. Without a table, which would push half of what else a frame needs out of the nearest
 * cache: a law's step is a number whose binary digits behind the first five are a 1 and then zeros, once its bias is
 * added, and a float's fraction shows them wherever they lie. A-law's first two segments have one step.
 */
static inline void sc_grid_laws(sc_grid *frame, const sc_grid_four *value)
{
    sc_grid_four heard = {0}, mu = {0}, a = {0};
    for (int k = 0; k < SC_FOURS; k++) {
        sc_grid_four some = value[k] != 0;
        sc_grid_four raised = value[k] + ((value[k] < 256) & 256);
        heard += some;
        mu += ((sc_grid_digits(value[k] + 132) & SC_BEHIND) == SC_STEP) & some;
        a += (sc_grid_digits(raised) & SC_BEHIND) == SC_STEP;
    }
    frame->heard = (uint16_t)sc_grid_sum(heard);
    frame->mu = (uint16_t)sc_grid_sum(mu);
    frame->a = (uint16_t)sc_grid_sum(a);
}

/* Count the steps of a frame of 160 samples, from which an offset was taken away before, and learn what line it is. */
static inline void sc_grid_take(sc_grid *grid, sc_grid_usual *usual, const int16_t *sample, int offset)
{
    sc_grid frame;
    sc_grid_four value[SC_FOURS], eights = {0}, small = {0}, evens = {0};
    for (int k = 0; k < SC_FOURS; k++) {
        const int16_t *four = sample + 4 * SC_EVERY * k;
        sc_grid_four one = {four[0], four[SC_EVERY], four[2 * SC_EVERY], four[3 * SC_EVERY]};
        one += offset;
        one = (one ^ (one >> 31)) - (one >> 31);
        value[k] = (one & (one <= 32768)) | (32768 & (one > 32768));
    }
    sc_grid_laws(&frame, value);
    usual->heard = usual->heard * SC_GRID_KEPT + frame.heard;
    usual->on = usual->on * SC_GRID_KEPT + (frame.mu > frame.a ? frame.mu : frame.a);
    if (sc_grid_off(usual)) {
        sc_grid_round(value);
        sc_grid_laws(&frame, value);
    }
    for (int k = 0; k < SC_FOURS; k++) {
        sc_grid_four eight = ((value[k] & 7) == 0) & (value[k] != 0);
        sc_grid_four low = eight & (value[k] <= 120);
        eights += eight;
        small += low;
        evens += low & ((value[k] & 15) == 0);
    }
    grid->heard = (uint16_t)(grid->heard + frame.heard);
    grid->mu = (uint16_t)(grid->mu + frame.mu);
    grid->a = (uint16_t)(grid->a + frame.a);
    grid->eights = (uint16_t)(grid->eights + sc_grid_sum(eights));
    grid->small = (uint16_t)(grid->small + sc_grid_sum(small));
    grid->evens = (uint16_t)(grid->evens + sc_grid_sum(evens));
}

#endif
