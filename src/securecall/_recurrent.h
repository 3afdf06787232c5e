/* A network that remembers: one step a block of half a second, one gated recurrent layer.
 *
 * It takes in what differs before and behind (153 numbers of a change, each as its place among 63
 * knots) and the block itself (73 numbers), and gives the log odds of each kind of event. Products
 * are added input by input in one order, and what bends is made of products and quotients, so that
 * each machine gives the same bits. benchmarks/evidence trains it.
 *
 * Source: K. Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014, in
 * the form in which the reset acts on the product (as cuDNN and PyTorch have it).
 */
#ifndef SECURECALL_RECURRENT_H
#define SECURECALL_RECURRENT_H

#include <stdint.h>
#include <string.h>

enum {
    SC_REC_CHANGE = 153,
    SC_REC_KNOTS = 63,
    SC_REC_BLOCK = 73,
    SC_REC_INPUTS = SC_REC_CHANGE + SC_REC_BLOCK,
    SC_REC_HIDDEN = 96,
    SC_REC_GATES = 3 * SC_REC_HIDDEN, /* reset, update, new */
    SC_REC_KINDS = 4
};

typedef struct {
    int32_t kinds;                        /* 0: there is no network */
    float told[SC_REC_KINDS];             /* log odds from which on a change is told */
    float knot[SC_REC_CHANGE][SC_REC_KNOTS + 1];
    float in_bias[SC_REC_HIDDEN];
    float gate_bias[SC_REC_GATES];
    float held_bias[SC_REC_GATES];
    float out_bias[SC_REC_KINDS];
    float in[SC_REC_INPUTS][SC_REC_HIDDEN];
    float gate[SC_REC_HIDDEN][SC_REC_GATES];
    float held[SC_REC_HIDDEN][SC_REC_GATES];
    float out[2 * SC_REC_HIDDEN][SC_REC_KINDS];
} sc_recurrent;

/* Lambert's continued fraction, to 0.0001; beyond 4.97 it stays as it is there. */
static inline float sc_rec_tanh(float x)
{
    float square;
    x = x > 4.97f ? 4.97f : x;
    x = x < -4.97f ? -4.97f : x;
    square = x * x;
    return x * (135135.0f + square * (17325.0f + square * (378.0f + square)))
        / (135135.0f + square * (62370.0f + square * (3150.0f + square * 28.0f)));
}

static inline float sc_rec_share(float x) { return 0.5f + 0.5f * sc_rec_tanh(0.5f * x); }

/* Add to sums the products of inputs with their rows of weights. Inputs that are 0 (half of what the
 * first layer makes) are left out beforehand, so that nothing branches within. Every lane adds in one
 * order: each width of vector gives the same bits (-ffp-contract=off keeps it so). */
#define SC_REC_ADD(name, target, WIDE, TILE)                                                            \
    target static void name(const float *input, int inputs, const float *weight, int width, float *sum) \
    {                                                                                                   \
        typedef float vector __attribute__((vector_size(WIDE * 4), aligned(4), may_alias));             \
        int place[SC_REC_INPUTS], count = 0;                                                            \
        for (int n = 0; n < inputs; n++) {                                                              \
            place[count] = n;                                                                           \
            count += input[n] != 0.0f;                                                                  \
        }                                                                                               \
        for (int tile = 0; tile < width; tile += TILE) {                                                \
            vector all[TILE / WIDE];                                                                    \
            for (int k = 0; k < TILE / WIDE; k++)                                                       \
                all[k] = *(const vector *)&sum[tile + WIDE * k];                                        \
            for (int n = 0; n < count; n++) {                                                           \
                const float *row = weight + (long)place[n] * width + tile;                              \
                float x = input[place[n]];                                                              \
                for (int k = 0; k < TILE / WIDE; k++)                                                   \
                    all[k] += x * *(const vector *)&row[WIDE * k];                                      \
            }                                                                                           \
            for (int k = 0; k < TILE / WIDE; k++)                                                       \
                *(vector *)&sum[tile + WIDE * k] = all[k];                                              \
        }                                                                                               \
    }

typedef void sc_rec_adder(const float *input, int inputs, const float *weight, int width, float *sum);

SC_REC_ADD(sc_rec_add_4, , 4, 48)
static sc_rec_adder *sc_rec_add = sc_rec_add_4;

#if defined(__x86_64__)
SC_REC_ADD(sc_rec_add_8, __attribute__((target("avx2"))), 8, 96)
SC_REC_ADD(sc_rec_add_16, __attribute__((target("avx512f,prefer-vector-width=512"))), 16, 96)
#endif

/* As sc_bank_width, whose answer it takes. */
static void sc_recurrent_width(int lanes)
{
    sc_rec_add = sc_rec_add_4;
#if defined(__x86_64__)
    if (lanes == 8)
        sc_rec_add = sc_rec_add_8;
    else if (lanes == 16)
        sc_rec_add = sc_rec_add_16;
#endif
    (void)lanes;
}

/* Where a number lies among knots in order: how many are below it. */
static inline int sc_rec_place(const float *knot, float value)
{
    int below = 0, step;
    for (step = 32; step; step >>= 1)
        below += step & -(knot[below + step - 1] < value); /* without a branch: it would be guessed wrongly */
    return below;
}

/* Go on by one block; return whether one of the kinds is to be told. `memory` has HIDDEN numbers. */
static inline int sc_rec_step(
    const sc_recurrent *net, const float *change, const float *block, float *memory, float *odds)
{
    float input[SC_REC_INPUTS], seen[2 * SC_REC_HIDDEN];
    float gate[SC_REC_GATES], held[SC_REC_GATES];
    float *hidden = seen, *taken = seen + SC_REC_HIDDEN;
    int k, n, told = 0;
    for (k = 0; k < SC_REC_CHANGE; k++)
        input[k] = (float)sc_rec_place(net->knot[k], change[k]) * (1.0f / 32.0f) - 1.0f;
    memcpy(input + SC_REC_CHANGE, block, SC_REC_BLOCK * sizeof(float));
    memcpy(taken, net->in_bias, sizeof(net->in_bias));
    sc_rec_add(input, SC_REC_INPUTS, net->in[0], SC_REC_HIDDEN, taken);
    for (k = 0; k < SC_REC_HIDDEN; k++)
        if (taken[k] < 0.0f)
            taken[k] = 0.0f;
    memcpy(gate, net->gate_bias, sizeof(gate));
    memcpy(held, net->held_bias, sizeof(held));
    sc_rec_add(taken, SC_REC_HIDDEN, net->gate[0], SC_REC_GATES, gate);
    sc_rec_add(memory, SC_REC_HIDDEN, net->held[0], SC_REC_GATES, held);
    for (k = 0; k < SC_REC_HIDDEN; k++) {
        float reset = sc_rec_share(gate[k] + held[k]);
        float update = sc_rec_share(gate[SC_REC_HIDDEN + k] + held[SC_REC_HIDDEN + k]);
        float fresh = sc_rec_tanh(
            gate[2 * SC_REC_HIDDEN + k] + reset * held[2 * SC_REC_HIDDEN + k]);
        memory[k] = hidden[k] = (1.0f - update) * fresh + update * memory[k];
    }
    for (k = 0; k < SC_REC_KINDS; k++)
        odds[k] = net->out_bias[k];
    for (n = 0; n < 2 * SC_REC_HIDDEN; n++)
        for (k = 0; k < SC_REC_KINDS; k++)
            odds[k] += seen[n] * net->out[n][k];
    for (k = 0; k < net->kinds; k++)
        told |= odds[k] >= net->told[k];
    return told;
}

#endif
