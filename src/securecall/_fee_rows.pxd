"""Columns of deposits as the loop reads them: amounts, words, and the stack in force at a time."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from securecall._fee_law cimport Fee

cdef extern from *:
    """
    #define SC_FEES_CENTS_MAX (SC_AMOUNT_MAX / 10000)
    """
    const int64_t CENTS_MAX "SC_FEES_CENTS_MAX"

cdef enum:
    DIGITS_MAX = 40             # before the point and after it, as the face reads text


cdef inline int64_t cents_of(const uint8_t *text, int64_t length) noexcept nogil:
    """Read plain digits such as ``25.00`` as whole cents above 0; -1 for what is none."""
    cdef int64_t at = 0, whole = 0, digits = 0, decimals = 0
    if length > 0 and text[0] == 43:         # "+"; what begins with "-" is not above 0
        at = 1
    while at < length and 48 <= text[at] <= 57:
        digits += 1
        whole = whole * 10 + text[at] - 48
        if digits > DIGITS_MAX or whole > CENTS_MAX:
            return -1
        at += 1
    if digits == 0:
        return -1
    if at < length:
        if text[at] != 46 or at + 1 == length:
            return -1
        at += 1
        while at < length:
            if not 48 <= text[at] <= 57:
                return -1
            decimals += 1
            if decimals > DIGITS_MAX or (decimals > 2 and text[at] != 48):
                return -1
            if decimals <= 2:
                whole = whole * 10 + text[at] - 48
            at += 1
    while decimals < 2:
        whole *= 10
        decimals += 1
    return whole if 0 < whole <= CENTS_MAX else -1


# One column of words: the index of each row, -1 for a null, and codes by index, a null's first.
ctypedef struct Words:
    const int32_t *index
    const int32_t *code
    int32_t codes


cdef inline int32_t code_at(const Words *words, Py_ssize_t row) noexcept nogil:
    """Return a row's code; what is no index of the dictionary counts as a null."""
    cdef int32_t index = words.index[row]
    return words.code[index + 1] if 0 <= index < words.codes - 1 else words.code[0]


# The stacks in force at any time; calendar by calendar.
ctypedef struct Calendars:
    const Fee **fee
    int32_t *fees
    const int64_t *start
    const int32_t *stack
    const int32_t *first
    const int32_t *calendar     # by facility, method and channel
    Py_ssize_t methods
    Py_ssize_t channels


cdef inline int32_t stack_in_force(
    const Calendars *calendars, Py_ssize_t cell, int64_t instant
) noexcept nogil:
    """Return which stack holds; the first of a calendar begins at 0."""
    cdef int32_t low = calendars.first[calendars.calendar[cell]]
    cdef int32_t high = calendars.first[calendars.calendar[cell] + 1]
    cdef int32_t middle
    while high - low > 1:
        middle = (low + high) >> 1
        if calendars.start[middle] <= instant:
            low = middle
        else:
            high = middle
    return calendars.stack[low]
