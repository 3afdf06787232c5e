/* Exact integers for the engines: 128-bit intermediates and roundings with names.
 *
 * Amounts are whole micro-dollars below 2^60. What could leave 128 bits goes through sc_product, which stops at
 * SC_HUGE; all else stays within the bounds that the faces keep, and each function states its own.
 */
#ifndef SECURECALL_NATIVE_H
#define SECURECALL_NATIVE_H

#include <stdint.h>
#include <string.h>

typedef __int128 sc_int128;

#define SC_FOREVER (INT64_C(1) << 60)                      /* an elapsed time or instant that no call reaches */
#define SC_AMOUNT_MAX INT64_C(999999999999999999)          /* micro-dollars */
#define SC_DURATION_MS_MAX (INT64_C(366) * 86400000)
#define SC_START_MS_MAX INT64_C(4102444800000)             /* 2100-01-01 */
#define SC_CURVE_MS_MAX (INT64_C(1) << 40)                 /* some 34 years; a curve is asked no further */

enum { SC_DOWN = 0, SC_UP = 1, SC_HALF_UP = 2, SC_HALF_EVEN = 3 };

/* How many units to add to the quotient of a division with remainder. Needs 0 <= rest < divisor. */
static inline int sc_carry128(sc_int128 quotient, sc_int128 rest, sc_int128 divisor, int mode)
{
    if (rest == 0 || mode == SC_DOWN)
        return 0;
    if (mode == SC_UP)
        return 1;
    sc_int128 below = divisor - rest; /* rest against half the divisor, without doubling it */
    if (rest != below)
        return rest > below;
    return mode == SC_HALF_UP ? 1 : (int)(quotient & 1);
}

/* value / divisor, rounded. Needs value >= 0 and divisor > 0. */
static inline sc_int128 sc_round128(sc_int128 value, sc_int128 divisor, int mode)
{
    sc_int128 quotient = value / divisor;
    return quotient + sc_carry128(quotient, value - quotient * divisor, divisor, mode);
}

/* The same in 64 bits. Needs value >= 0 and divisor > 0. */
static inline int64_t sc_round64(int64_t value, int64_t divisor, int mode)
{
    uint64_t quotient = (uint64_t)value / (uint64_t)divisor;
    uint64_t rest = (uint64_t)value - quotient * (uint64_t)divisor;
    uint64_t below = (uint64_t)divisor - rest;
    uint64_t carry;
    if (mode == SC_HALF_EVEN)
        carry = (rest > below) | ((rest == below) & quotient & 1);
    else if (mode == SC_HALF_UP)
        carry = (rest >= below) & (rest != 0);
    else
        carry = (mode == SC_UP) & (rest != 0);
    return (int64_t)(quotient + carry);
}

/* Smallest multiple of step that is value or more. Needs value >= 0, step > 0, value + step < 2^63. */
static inline int64_t sc_whole(int64_t value, int64_t step)
{
    return (int64_t)(((uint64_t)value + (uint64_t)step - 1) / (uint64_t)step) * step;
}

/* value / divisor towards minus infinity. Needs divisor > 0. */
static inline int64_t sc_floor_div(int64_t value, int64_t divisor)
{
    int64_t quotient = value / divisor;
    return quotient - (value % divisor < 0);
}

/* More than any scaled amount that still fits an answer; sums and roundings of it stay in 128 bits. */
#define SC_HUGE ((sc_int128)1 << 125)

/* a x b, or SC_HUGE if it is that or more. Needs both >= 0. */
static inline sc_int128 sc_product(sc_int128 a, sc_int128 b)
{
    if (((a | b) >> 62) == 0)
        return a * b;
    if (a == 0 || b == 0)
        return 0;
    return a >= SC_HUGE / b ? SC_HUGE : a * b;
}

/* A 128-bit number as two halves, for the door to Python. */
static inline int64_t sc_high(sc_int128 value) { return (int64_t)(value >> 64); }
static inline uint64_t sc_low(sc_int128 value) { return (uint64_t)value; }
static inline sc_int128 sc_join(int64_t high, uint64_t low)
{
    return (sc_int128)(((unsigned __int128)(uint64_t)high << 64) | low);
}

static inline uint64_t sc_load64(const unsigned char *from)
{
    uint64_t word;
    memcpy(&word, from, 8);
    return word;
}

static inline int64_t sc_load_i64(const unsigned char *from)
{
    int64_t word;
    memcpy(&word, from, 8);
    return word;
}

static inline int32_t sc_load_i32(const unsigned char *from)
{
    int32_t word;
    memcpy(&word, from, 4);
    return word;
}

/* Eight ASCII digits, first digit in the lowest byte, as a number. Needs digits only. */
static inline uint32_t sc_eight_digits(uint64_t ascii)
{
    ascii -= UINT64_C(0x3030303030303030);
    ascii = ascii * 10 + (ascii >> 8);
    return (uint32_t)((((ascii & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
                       (((ascii >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >>
                      32);
}

/* 0 exactly if all eight bytes are ASCII digits. */
static inline uint64_t sc_not_digits(uint64_t ascii)
{
    return ((ascii & UINT64_C(0xF0F0F0F0F0F0F0F0)) ^ UINT64_C(0x3030303030303030)) |
           (((ascii + UINT64_C(0x0606060606060606)) & UINT64_C(0xF0F0F0F0F0F0F0F0)) ^
            UINT64_C(0x3030303030303030));
}

/* Read up to 15 digits, left-justified and padded with zeros, as two numbers of eight digits.
 *
 * `text` has `length` bytes, and `readable` bytes may be read from it. Returns the count of digits, or 0 if there
 * is anything but digits or more than 15. Byte order is little-endian, as on every machine that Arrow runs on
 * without conversion. */
static inline int sc_digits(const unsigned char *text, int64_t length, int64_t readable, uint32_t *high,
                            uint32_t *low)
{
    uint64_t first, second;
    if (length < 1 || length > 15)
        return 0;
    if (readable >= 16) {
        first = sc_load64(text);
        second = sc_load64(text + 8);
    } else {
        unsigned char copy[16];
        memset(copy, '0', sizeof copy);
        memcpy(copy, text, (size_t)length);
        first = sc_load64(copy);
        second = sc_load64(copy + 8);
    }
    const uint64_t zeros = UINT64_C(0x3030303030303030);
    if (length < 8) {
        uint64_t keep = (UINT64_C(1) << (8 * length)) - 1;
        first = (first & keep) | (zeros & ~keep);
        second = zeros;
    } else {
        uint64_t keep = length == 8 ? 0 : (UINT64_C(1) << (8 * (length - 8))) - 1;
        second = (second & keep) | (zeros & ~keep);
    }
    if (sc_not_digits(first) | sc_not_digits(second))
        return 0;
    *high = sc_eight_digits(first);
    *low = sc_eight_digits(second);
    return (int)length;
}

#endif
