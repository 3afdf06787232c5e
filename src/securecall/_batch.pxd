"""A month of records: one pass over Arrow columns, row by row, into Arrow columns."""

cimport cython
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t

from securecall._call cimport (
    Call,
    Hint,
    Row,
    charge_walk,
    check,
    find_rate,
    find_ruling,
    fix_terms,
)
from securecall._match cimport SCOPE_MIXED
from securecall._plan cimport (
    GOVERNS_FEDERAL,
    GOVERNS_NONE,
    GOVERNS_STATE,
    NO_RATE,
    OK,
    OVERFLOW,
    START_MS_MAX,
    UNANSWERED,
    PlanData,
    sc_floor_div,
    sc_load_i32,
    sc_load_i64,
)
from securecall._price cimport Charge, Terms
from securecall._short cimport NOT_SERVED, charge_short

cdef enum:
    CONTRACT_SOURCE = 0


# An Arrow array: where its values and its validity bits lie, and how many rows to leave out first.
ctypedef struct Column:
    const unsigned char *data   # NULL: there is no such column
    const unsigned char *valid  # NULL: no nulls
    int64_t offset


# Codes of words: of a null first, then by index.
ctypedef struct Words:
    const int32_t *codes
    int32_t count


ctypedef struct Text:
    const unsigned char *content
    int64_t bytes
    bint wide                   # offsets of 64 bits


ctypedef struct Result:
    int8_t *status
    int64_t *net                # two halves a row, like all amounts here
    int64_t *tax
    int64_t *total
    int64_t *state_paid
    int64_t *saved
    int64_t *billed_ms
    int8_t *jurisdiction
    int8_t *rate_class
    int32_t *rate_id
    int16_t *cap_source


cdef inline bint is_valid(const Column *column, Py_ssize_t row) noexcept nogil:
    """Return whether a row is not null."""
    cdef int64_t at = column.offset + row
    return column.valid == NULL or column.valid[at >> 3] >> (at & 7) & 1


cdef inline int64_t whole(const Column *column, Py_ssize_t row, int64_t missing) noexcept nogil:
    """Return an int64 of a column that may be absent, or what a null stands for."""
    if column.data == NULL or not is_valid(column, row):
        return missing
    return sc_load_i64(column.data + 8 * (column.offset + row))


cdef inline int32_t word(
    const Column *column, const Words *words, Py_ssize_t row, int32_t missing
) noexcept nogil:
    """Return the code of a word; ``missing`` where there is no such column."""
    cdef int32_t index
    if column.data == NULL:
        return missing
    if not is_valid(column, row):
        return words.codes[0]
    index = sc_load_i32(column.data + 4 * (column.offset + row))
    return words.codes[index + 1] if 0 <= index < words.count else -1


cdef inline void read_number(
    const Column *column, const Text *text, Py_ssize_t row, Row *call_row
) noexcept nogil:
    """Point at a row's number; a null has no bytes, and offsets that lie about them none either."""
    cdef int64_t first, after
    cdef const unsigned char *at
    call_row.number = NULL
    call_row.number_bytes = 0
    call_row.readable_bytes = 0
    if not is_valid(column, row):
        return
    if text.wide:
        at = column.data + 8 * (column.offset + row)
        first = sc_load_i64(at)
        after = sc_load_i64(at + 8)
    else:
        at = column.data + 4 * (column.offset + row)
        first = sc_load_i32(at)
        after = sc_load_i32(at + 4)
    if 0 <= first < after <= text.bytes:
        call_row.number = text.content + first
        call_row.number_bytes = after - first
        call_row.readable_bytes = text.bytes - first


cdef inline void put(int64_t *amounts, Py_ssize_t row, int64_t value) noexcept nogil:
    """Store an amount of 0 or more as a decimal128."""
    amounts[2 * row] = value
    amounts[2 * row + 1] = 0


@cython.cdivision(True)
cdef inline void rate_all(
    const PlanData *plan,
    int32_t facilities,
    Hint *hints,
    Py_ssize_t rows,
    const Column *facility,
    const Words *facility_words,
    const Column *start,
    int64_t start_unit,
    int64_t start_divisor,
    const Column *duration,
    const Column *number,
    const Text *text,
    const Column *medium,
    const Words *medium_words,
    const Column *bill_type,
    const Words *bill_words,
    const Column *relay,
    const Words *relay_words,
    const Column *authorized,
    Result *result,
    int64_t *counts,
    int64_t *tallies,
) noexcept nogil:
    """Price every row. Zeroed hints belong to this call alone."""
    cdef Row row
    cdef Call call
    cdef Terms terms
    cdef Charge charge
    cdef Py_ssize_t index
    cdef int status
    cdef int64_t instant
    cdef int16_t source
    for index in range(10):
        counts[index] = 0
    tallies[0] = tallies[1] = tallies[2] = 0
    for index in range(rows):
        row.facility = word(facility, facility_words, index, -1)
        # An instant at the edge of 64 bits must not wrap into a good one when it is scaled up.
        instant = whole(start, index, -1)
        if start_divisor != 1:
            row.start_ms = sc_floor_div(instant, start_divisor)
        elif 0 <= instant < START_MS_MAX:
            row.start_ms = instant * start_unit
        else:
            row.start_ms = -1
        row.duration_ms = whole(duration, index, -1)
        row.authorized_ms = whole(authorized, index, -1)
        if row.authorized_ms < 0 and authorized.data != NULL and is_valid(authorized, index):
            row.authorized_ms = -2
        read_number(number, text, index, &row)
        row.medium = word(medium, medium_words, index, 0)
        row.bill_type = word(bill_type, bill_words, index, 0)
        row.relay = word(relay, relay_words, index, 0)
        status = check(plan, facilities, &row, &call, hints)
        if status == OK:
            status = find_rate(plan, &row, &call)
        if status == OK:
            find_ruling(plan, &row, &call)
            status = charge_short(plan, &row, &call, &charge)
            if status == NOT_SERVED:
                fix_terms(plan, &row, &call, &terms)
                status = charge_walk(plan, &row, &call, &terms, &charge)
        counts[status] += 1
        result.status[index] = <int8_t>status
        if status >= UNANSWERED:
            result.jurisdiction[index] = 1 if call.scope == SCOPE_MIXED else <int8_t>call.scope
            result.rate_class[index] = <int8_t>call.rate_class
        else:
            result.jurisdiction[index] = 0
            result.rate_class[index] = 0
        result.rate_id[index] = call.rate.id if status >= OVERFLOW else 0
        if status != OK:
            charge.net = charge.tax = charge.total = charge.state_paid = charge.saved = 0
            charge.governs = GOVERNS_NONE
            call.bought_ms = 0
        put(result.net, index, charge.net)
        put(result.tax, index, charge.tax)
        put(result.total, index, charge.total)
        put(result.state_paid, index, charge.state_paid)
        put(result.saved, index, charge.saved)
        result.billed_ms[index] = call.bought_ms
        tallies[0] += charge.state_paid != 0
        tallies[1] += charge.saved != 0
        if charge.governs == GOVERNS_NONE:
            source = -1
            tallies[2] += 1
        elif charge.governs == GOVERNS_FEDERAL:
            source = call.ruling.federal_source
        elif charge.governs == GOVERNS_STATE:
            source = call.ruling.state_source
        else:
            source = CONTRACT_SOURCE
        result.cap_source[index] = source
