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

#define SC_SHORT_MAX (INT64_C(1) << 62)                    /* sums of the short way stay below */

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

/* A divisor that is used often, and what turns dividing by it into multiplying. */
typedef struct {
    uint64_t divisor;
    uint64_t inverse; /* (2^64 - 1) / divisor */
    int64_t bias;     /* for rounding: what twice the rest is compared with, see sc_rounded */
    uint64_t odd;     /* 1: a tie goes to the even quotient */
} sc_divider;

/* Needs 0 < divisor < 2^62. */
static inline sc_divider sc_make_divider(uint64_t divisor, int mode)
{
    sc_divider by;
    by.divisor = divisor;
    by.inverse = UINT64_MAX / divisor;
    by.odd = mode == SC_HALF_EVEN;
    by.bias = mode == SC_DOWN ? INT64_MIN : mode == SC_UP ? (int64_t)divisor - 1 : mode == SC_HALF_UP;
    return by;
}

/* value / divisor without its rest, which is stored. The estimate is at most one too small. */
static inline uint64_t sc_divided(uint64_t value, const sc_divider *by, uint64_t *rest)
{
    uint64_t quotient = (uint64_t)(((unsigned __int128)value * by->inverse) >> 64);
    uint64_t left = value - quotient * by->divisor;
    uint64_t more = left >= by->divisor;
    *rest = left - (more ? by->divisor : 0);
    return quotient + more;
}

/* value / divisor, rounded as the divider was made for. Needs value < 2^63. */
static inline int64_t sc_rounded(int64_t value, const sc_divider *by)
{
    uint64_t rest;
    uint64_t quotient = sc_divided((uint64_t)value, by, &rest);
    /* Carry if twice the rest, a little raised, is above the divisor: by 1 for half up, by the last bit of the
     * quotient for half even, by so much that any rest carries for up, by less than nothing for down. */
    int64_t twice = (int64_t)(2 * rest) + (int64_t)(quotient & by->odd);
    return (int64_t)quotient + (by->bias > (int64_t)by->divisor - twice);
}

/* Smallest multiple of the divisor that is value or more. Needs 0 <= value < 2^62. */
static inline int64_t sc_whole_by(int64_t value, const sc_divider *step)
{
    uint64_t rest;
    return (int64_t)(sc_divided((uint64_t)value + step->divisor - 1, step, &rest) * step->divisor);
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

/* What a rate serves and how long its prefix is, in one word: bit 5m + b for medium m and bill type b, the
 * digits above. */
static inline uint32_t sc_fits(uint32_t media, uint32_t bills, int digits)
{
    return ((media & 1 ? bills : 0) | (media & 2 ? bills << 5 : 0)) | (uint32_t)digits << 16;
}

/* Whether a number of some digits, and a call of a medium and bill type, fit. */
static inline int sc_fit(uint32_t fits, int medium, int bill_type, int digits)
{
    return ((fits >> (5 * medium + bill_type)) & 1) & ((int)(fits >> 16) <= digits);
}

static inline void sc_prefetch(const void *memory)
{
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(memory);
#else
    (void)memory;
#endif
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

/* Eight digits, a byte each and the first in the lowest byte, as a number. */
static inline uint32_t sc_eight_digits(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8);
    return (uint32_t)((((digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
                       (((digits >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >>
                      32);
}

/* Bit 7 of some byte is set exactly if some byte is above 9. */
static inline uint64_t sc_above_nine(uint64_t bytes)
{
    return (bytes + UINT64_C(0x7676767676767676)) | bytes;
}

/* The bytes that the first `length` of sixteen take up in a word of eight. */
static const uint64_t sc_keep[17] = {
    0,
    UINT64_C(0xFF),
    UINT64_C(0xFFFF),
    UINT64_C(0xFFFFFF),
    UINT64_C(0xFFFFFFFF),
    UINT64_C(0xFFFFFFFFFF),
    UINT64_C(0xFFFFFFFFFFFF),
    UINT64_C(0xFFFFFFFFFFFFFF),
    UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
    UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
};

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
    /* A digit differs from '0' in its value's bits only; what is not kept becomes a digit 0. */
    first = (first ^ UINT64_C(0x3030303030303030)) & sc_keep[length];
    second = (second ^ UINT64_C(0x3030303030303030)) & sc_keep[length < 8 ? 0 : length - 8];
    if ((sc_above_nine(first) | sc_above_nine(second)) & UINT64_C(0x8080808080808080))
        return 0;
    *high = sc_eight_digits(first);
    *low = sc_eight_digits(second);
    return (int)length;
}

#endif
