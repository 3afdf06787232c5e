/* Exact integers for the engines: 128-bit intermediates and roundings with names.
 *
 * Amounts are whole micro-dollars below 2^60. What could leave 128 bits goes through sc_product, which stops at
 * SC_HUGE; all else stays within the bounds that the faces keep, and each function states its own.
 */
#ifndef SECURECALL_NATIVE_H
#define SECURECALL_NATIVE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* What turns dividing by a divisor that is used often into multiplying. Needs divisor > 0. */
static inline uint64_t sc_inverse(uint64_t divisor) { return UINT64_MAX / divisor; }

/* value / divisor without its rest, which is stored. The estimate is at most one too small. */
static inline uint64_t sc_divided(uint64_t value, uint64_t divisor, uint64_t inverse, uint64_t *rest)
{
    uint64_t quotient = (uint64_t)(((unsigned __int128)value * inverse) >> 64);
    uint64_t left = value - quotient * divisor;
    uint64_t more = left >= divisor;
    *rest = left - (more ? divisor : 0);
    return quotient + more;
}

/* A unit that much is rounded to, and how. */
typedef struct {
    uint64_t unit;
    uint64_t inverse;
    int64_t bias; /* see sc_rounded */
    uint64_t odd; /* 1: a tie goes to the even quotient */
} sc_rounder;

/* Needs 0 < unit < 2^62. */
static inline sc_rounder sc_make_rounder(uint64_t unit, int mode)
{
    sc_rounder by;
    by.unit = unit;
    by.inverse = sc_inverse(unit);
    by.odd = mode == SC_HALF_EVEN;
    by.bias = mode == SC_DOWN ? INT64_MIN : mode == SC_UP ? (int64_t)unit - 1 : mode == SC_HALF_UP;
    return by;
}

/* value / unit, rounded as the rounder was made for. Needs value < 2^63. */
static inline int64_t sc_rounded(int64_t value, const sc_rounder *by)
{
    uint64_t rest;
    uint64_t quotient = sc_divided((uint64_t)value, by->unit, by->inverse, &rest);
    /* Carry if twice the rest, a little raised, is above the unit: by 1 for half up, by the last bit of the
     * quotient for half even, by so much that any rest carries for up, by less than nothing for down. */
    int64_t twice = (int64_t)(2 * rest) + (int64_t)(quotient & by->odd);
    return (int64_t)quotient + (by->bias > (int64_t)by->unit - twice);
}

/* What makes dividing short numbers exact without looking at the rest: 2^63 / step, rounded up. Needs step > 0. */
static inline uint64_t sc_short_inverse(uint32_t step)
{
    return ((UINT64_C(1) << 63) - 1) / step + 1;
}

/* Smallest multiple of step that is value or more, by the step's short inverse. Needs 0 <= value <= 2^31 and
 * step <= 2^31: the inverse is less than 1 too large, and 1 x (value + step) x step stays below 2^63. */
static inline int64_t sc_whole_by(int64_t value, uint32_t step, uint64_t inverse)
{
    uint64_t raised = (uint64_t)value + step - 1;
    return (int64_t)((uint64_t)(((unsigned __int128)raised * inverse) >> 63) * step);
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

/* Zeroed memory, or NULL; free() takes it back. It begins on a cache line. Large tables ask for large pages, so
 * that a look-up anywhere in them does not first have to look up the page. */
static inline void *sc_table(size_t rows, size_t size)
{
    const size_t page = (size_t)2 << 20;
    size_t align = 64, bytes;
    void *memory;
    if (size == 0 || rows > (SIZE_MAX >> 2) / size)
        return NULL;
    bytes = rows * size;
    if (bytes >= page / 8)
        align = page;
    bytes = (bytes + align) / align * align;
    if (posix_memalign(&memory, align, bytes) != 0)
        return NULL;
#ifdef __linux__
    if (align == page)
        (void)madvise(memory, bytes, MADV_HUGEPAGE); /* a wish: without it all is right, and slower */
#endif
    return memset(memory, 0, bytes);
}

/* Store what will not be read again soon, past the caches where that can be said. `to` is aligned to its size. */
#ifdef __SSE2__
static inline void sc_put16(int64_t *to, int64_t value)
{
    _mm_stream_si128((__m128i *)to, _mm_cvtsi64_si128(value));
}
static inline void sc_put8(int64_t *to, int64_t value) { _mm_stream_si64((long long *)to, value); }
static inline void sc_put4(int32_t *to, int32_t value) { _mm_stream_si32((int *)to, value); }
static inline void sc_put_done(void) { _mm_sfence(); }
#else
static inline void sc_put16(int64_t *to, int64_t value)
{
    to[0] = value;
    to[1] = 0;
}
static inline void sc_put8(int64_t *to, int64_t value) { *to = value; }
static inline void sc_put4(int32_t *to, int32_t value) { *to = value; }
static inline void sc_put_done(void) {}
#endif

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

/* From 16 - n on, sixteen bytes of which the first n are kept. */
static const unsigned char sc_keep[32] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
};

/* Read up to 15 digits, left-justified and padded with zeros, as two numbers of eight digits.
 *
 * `text` has `length` bytes, and `readable` bytes may be read from it. Returns the count of digits, or 0 if there
 * is anything but digits or more than 15. Byte order is little-endian, as on every machine that Arrow runs on
 * without conversion. */
static inline int sc_digits(const unsigned char *text, int64_t length, int64_t readable, uint32_t *high,
                            uint32_t *low)
{
    unsigned char copy[16];
    if ((uint64_t)length - 1 > 14)
        return 0;
    if (readable < 16) {
        memset(copy, 0, sizeof copy);
        memcpy(copy, text, (size_t)length);
        text = copy;
    }
#ifdef __SSE2__
    /* Pairs of neighbours are joined three times over: to two digits, to four, to eight. */
    const __m128i nought = _mm_setzero_si128();
    __m128i digits = _mm_xor_si128(_mm_loadu_si128((const __m128i *)text), _mm_set1_epi8('0'));
    digits = _mm_and_si128(digits, _mm_loadu_si128((const __m128i *)(sc_keep + 16 - length)));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_subs_epu8(digits, _mm_set1_epi8(9)), nought)) != 0xFFFF)
        return 0;
    const __m128i tens = _mm_set1_epi32(1 << 16 | 10);
    __m128i front = _mm_madd_epi16(_mm_unpacklo_epi8(digits, nought), tens);
    __m128i back = _mm_madd_epi16(_mm_unpackhi_epi8(digits, nought), tens);
    __m128i fours = _mm_madd_epi16(_mm_packs_epi32(front, back), _mm_set1_epi32(1 << 16 | 100));
    __m128i eights = _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(1 << 16 | 10000));
    uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    *high = (uint32_t)both;
    *low = (uint32_t)(both >> 32);
#else
    uint64_t first, second, keep[2];
    memcpy(keep, sc_keep + 16 - length, 16);
    /* A digit differs from '0' in its value's bits only; what is not kept becomes a digit 0. */
    first = (sc_load64(text) ^ UINT64_C(0x3030303030303030)) & keep[0];
    second = (sc_load64(text + 8) ^ UINT64_C(0x3030303030303030)) & keep[1];
    if ((sc_above_nine(first) | sc_above_nine(second)) & UINT64_C(0x8080808080808080))
        return 0;
    *high = sc_eight_digits(first);
    *low = sc_eight_digits(second);
#endif
    return (int)length;
}

/* How many of the first `count`, at most eight, of numbers that rise are `value` or less. Reads eight. */
static inline int64_t sc_rank8(const uint16_t *rising, int64_t count, uint32_t value)
{
#ifdef __SSE2__
    __m128i above = _mm_subs_epu16(_mm_loadu_si128((const __m128i *)rising), _mm_set1_epi16((short)value));
    uint32_t within = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi16(above, _mm_setzero_si128()));
    within &= (1u << 2 * count) - 1;
    return __builtin_ctz(~within) >> 1; /* two bits a number, the first lowest */
#else
    int64_t rank = 0;
    while (rank < count && rising[rank] <= value)
        rank++;
    return rank;
#endif
}

#endif
