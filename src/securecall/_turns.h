/* Two tones turned to rest, measured and taken away again, both at once.
 *
 * Each turn is a product with the one before, so a sample waits for the last one: two tones in the lanes of one vector
 * take as long as one. Sums are added sample by sample, in one order, whatever the machine.
 */
#ifndef SECURECALL_TURNS_H
#define SECURECALL_TURNS_H

typedef float sc_quad __attribute__((vector_size(16), aligned(4)));

/* The sum of samples that were whole numbers over 32768, fewer than 512: exact in every order. */
static inline float sc_whole_sum(const float *x, int count)
{
    sc_quad sum[4] = {{0}};
    float total;
    int m = 0;
    for (; m + 16 <= count; m += 16)
        for (int k = 0; k < 4; k++)
            sum[k] += *(const sc_quad *)&x[m + 4 * k];
    sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    total = (sum[0][0] + sum[0][1]) + (sum[0][2] + sum[0][3]);
    for (; m < count; m++)
        total += x[m];
    return total;
}

/* Turn samples by a tone's table and by a step a sample; ``turned`` is re, re, im, im. */
static inline void sc_turn_two(
    const float *value, int count, const float *c0, const float *s0, const float *c1, const float *s1,
    const float *step_re, const float *step_im, sc_quad *turned)
{
    const sc_quad by_re = {step_re[0], step_re[1], 0, 0}, by_im = {step_im[0], step_im[1], 0, 0};
    sc_quad z_re = {1, 1, 0, 0}, z_im = {0, 0, 0, 0};
    for (int m = 0; m < count; m++) {
        const float v = value[m];
        const sc_quad re = {v * c0[m], v * c1[m], 0, 0}, im = {-v * s0[m], -v * s1[m], 0, 0};
        const sc_quad a = re * z_re - im * z_im, b = re * z_im + im * z_re, swap = z_re * by_re - z_im * by_im;
        turned[m] = __builtin_shuffle(a, b, (__attribute__((vector_size(16))) int){0, 1, 4, 5});
        z_im = z_re * by_im + z_im * by_re;
        z_re = swap;
    }
}

/* Sums under a window at the beginning, in the middle and at the end: re, im, re, im, re, im of each tone. */
static inline void sc_three_sums(const sc_quad *turned, const float *window, int count, int shift, float sums[2][6])
{
    sc_quad sum[3] = {{0}};
    for (int m = 0; m < count; m++)
        for (int at = 0; at < 3; at++)
            sum[at] += window[m] * turned[m + at * shift];
    for (int tone = 0; tone < 2; tone++)
        for (int at = 0; at < 3; at++) {
            sums[tone][2 * at] = sum[at][tone];
            sums[tone][2 * at + 1] = sum[at][2 + tone];
        }
}

/* The sum under a window, turned on by a step a sample. */
static inline void sc_turned_sum(
    const sc_quad *turned, const float *window, int count, const float *step_re, const float *step_im, float *sum_re,
    float *sum_im)
{
    const sc_quad by_re = {step_re[0], step_re[1], step_re[0], step_re[1]};
    const sc_quad by_im = {step_im[0], step_im[1], step_im[0], step_im[1]};
    sc_quad z_re = {1, 1, 1, 1}, z_im = {0}, sum = {0};
    for (int m = 0; m < count; m++) {
        const sc_quad x = turned[m], y = {-x[2], -x[3], x[0], x[1]}, swap = z_re * by_re - z_im * by_im;
        sum += window[m] * (x * z_re + y * z_im);
        z_im = z_re * by_im + z_im * by_re;
        z_re = swap;
    }
    for (int tone = 0; tone < 2; tone++) {
        sum_re[tone] = sum[tone];
        sum_im[tone] = sum[2 + tone];
    }
}

/* What two tones leave of samples, block by block: the sum of its squares, or -1 if a block's mean is above ``most``.
 *
 * Samples from hole to after count for nothing.
 */
static inline float sc_residue(
    const float *value, int count, int blocks, int hole, int after, const float *re, const float *im,
    const float *step_re, const float *step_im, float most)
{
    const sc_quad by_re = {step_re[0], step_re[1], 0, 0}, by_im = {step_im[0], step_im[1], 0, 0};
    sc_quad z_re = {re[0], re[1], 0, 0}, z_im = {im[0], im[1], 0, 0};
    float total = 0;
    int m = 0;
    for (int block = 0; block < blocks; block++) {
        const int end = (block + 1) * count / blocks;
        float part = 0;
        int counted = 0;
        for (; m < end; m++) {
            const sc_quad swap = z_re * by_re - z_im * by_im;
            const float left = value[m] - z_re[0] - z_re[1];
            z_im = z_re * by_im + z_im * by_re;
            z_re = swap;
            if (!(hole <= m && m < after)) {
                part += left * left;
                counted++;
            }
        }
        if (part > most * counted)
            return -1;
        total += part;
    }
    return total;
}

#endif
