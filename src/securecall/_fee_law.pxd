"""What fees make of one payment: rule 11 of the charging law over plain structs.

The face keeps these bounds, and nothing here checks them again: flat, unit and cap are amounts, a
numerator is at most 1000 times 10^12 and a denominator at most 10^14, so that
flat x denominator + numerator x base stays below 2^111 for every base that is an amount.
"""

cimport cython
from libc.stdint cimport int8_t, int32_t, int64_t

cdef extern from "_native.h" nogil:
    ctypedef long long int128 "sc_int128"     # really 128 bits: never let it meet Python
    const int64_t AMOUNT_MAX "SC_AMOUNT_MAX"
    int128 sc_round128(int128 value, int128 divisor, int mode) noexcept
    int64_t sc_round64(int64_t value, int64_t divisor, int mode) noexcept

cdef extern from *:
    """
    /* More than any answer may be, and small enough that two of them add up in 64 bits. */
    #define SC_FEES_BEYOND (4 * SC_AMOUNT_MAX)
    """
    const int64_t BEYOND "SC_FEES_BEYOND"

cdef enum:
    CENT = 10_000

# The order is the precedence of the statuses, worst first, and their numbers in a batch.
cdef enum:
    BAD_FACILITY = 0
    BAD_TIME = 1
    BAD_AMOUNT = 2
    FEES_EXCEED_DEPOSIT = 3
    OVERFLOW = 4
    OK = 5

# What a percentage is of, where it is not the number of an earlier fee.
cdef enum:
    OF_DEPOSIT = -1
    OF_RUNNING = -2
    OF_NOTHING = -3             # an earlier fee that does not apply


ctypedef struct Fee:
    int64_t flat                # micro-dollars, like unit and cap
    int64_t numerator           # of the share; in lowest terms
    int64_t denominator
    int64_t unit
    int64_t cap                 # -1: none
    int64_t short_base          # the largest base for which 64 bits do; -1: none
    int64_t short_flat          # flat x denominator, where 64 bits do
    int64_t short_divisor       # denominator x unit, where 64 bits do
    int32_t base
    int8_t mode
    int8_t added


ctypedef struct Quote:
    int64_t paid
    int64_t credited
    int64_t removed
    int64_t left                # of the deposit, before the fee at which the stack stopped
    int32_t stopped


cdef inline int64_t rounded(const Fee *fee, int64_t base) noexcept nogil:
    """Return flat + share x base, rounded by the fee's rounding; BEYOND if it is that or more."""
    cdef int128 exact, amount
    if base <= fee.short_base:
        return sc_round64(
            fee.short_flat + fee.numerator * base, fee.short_divisor, fee.mode
        ) * fee.unit
    exact = <int128>fee.flat * fee.denominator + <int128>fee.numerator * base
    amount = sc_round128(exact, <int128>fee.denominator * fee.unit, fee.mode) * fee.unit
    return BEYOND if amount >= BEYOND else <int64_t>amount


cdef inline int work_out(
    const Fee *fee, int32_t fees, int64_t deposit, int64_t *charged, int64_t *removed, Quote *quote
) noexcept nogil:
    """Take a deposit of 0 or more through the stack: OK, or what the first fee that fails fails of.

    ``charged`` has room for every fee; ``removed`` too, or is NULL. If the fees exceed the deposit,
    ``credited`` is 0 or less: what the fees up to the one that failed leave.
    """
    cdef int64_t running = deposit, paid = deposit, taken_off = 0, base, amount, over
    cdef int32_t index
    for index in range(fees):
        if fee[index].base == OF_DEPOSIT:
            base = deposit
        elif fee[index].base == OF_RUNNING:
            base = running
        elif fee[index].base == OF_NOTHING:
            base = 0
        else:
            base = charged[fee[index].base]
        amount = rounded(fee + index, base)
        over = 0
        if 0 <= fee[index].cap < amount:
            over = amount - fee[index].cap
            amount = fee[index].cap
        charged[index] = amount
        if removed != NULL:
            removed[index] = over
        quote.stopped = index
        if not fee[index].added:
            if amount >= running:
                quote.left = running
                quote.credited = running - amount
                return FEES_EXCEED_DEPOSIT
            running -= amount
        taken_off += over
        if taken_off > AMOUNT_MAX:
            return OVERFLOW
        if fee[index].added:
            paid += amount
            if paid > AMOUNT_MAX:
                return OVERFLOW
    quote.paid = paid
    quote.credited = running
    quote.removed = taken_off
    return OK


@cython.cdivision(True)
cdef inline int64_t leap(int64_t short) noexcept nogil:
    """Return after how many cents at least a credit that falls short by so much can suffice."""
    return (short + CENT - 1) // CENT if short > CENT else 1
