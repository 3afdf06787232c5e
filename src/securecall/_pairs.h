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

#endif
