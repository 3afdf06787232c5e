"""A month of records: one pass over Arrow columns into Arrow columns.

Rows go through in blocks. A prefix of a large deck lies in memory that no cache holds, so a block's look-ups
are made in passes: each pass asks for what the next one reads, and all wait at the same time.
"""

cimport cython
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t

from securecall._call cimport (
    Call,
    Hint,
    Match,
    Place,
    Row,
    charge_walk,
    check,
    find_rate,
    find_ruling,
    fix_terms,
    scope_class,
    serves,
)
from securecall._match cimport last_stretch, shorter
from securecall._plan cimport (
    FOREVER,
    GOVERNS_FEDERAL,
    GOVERNS_NONE,
    GOVERNS_STATE,
    OK,
    OVERFLOW,
    START_MS_MAX,
    UNANSWERED,
    Node,
    PlanData,
    Prefixes,
    Stretch,
    sc_floor_div,
    sc_load_i32,
    sc_load_i64,
    sc_prefetch,
)
from securecall._price cimport Charge, Terms
from securecall._short cimport NOT_SERVED, charge_short

cdef enum:
    CONTRACT_SOURCE = 0
    BLOCK = 128                 # rows whose look-ups are under way together


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


# A row on its way through a block.
ctypedef struct Slot:
    Row row
    Place place
    const Node *node            # the longest prefix that fits, or NULL
    const Stretch *stretch      # where the search for it begins
    uint32_t rest
    int32_t stretches
    int32_t status


ctypedef struct Input:
    Column facility
    Column start
    Column duration
    Column number
    Column medium
    Column bill_type
    Column relay
    Column authorized
    Words facility_words
    Words medium_words
    Words bill_words
    Words relay_words
    Text text
    int64_t start_unit
    int64_t start_divisor


@cython.cdivision(True)
cdef inline void read_row(const Input *source, Py_ssize_t index, Row *row) noexcept nogil:
    """Read one row of the columns."""
    cdef int64_t instant = whole(&source.start, index, -1)
    row.facility = word(&source.facility, &source.facility_words, index, -1)
    if source.start_divisor != 1:
        row.start_ms = sc_floor_div(instant, source.start_divisor)
    elif 0 <= instant < START_MS_MAX:
        row.start_ms = instant * source.start_unit
    else:
        row.start_ms = -1                    # and never one that wrapped into a good one
    row.duration_ms = whole(&source.duration, index, -1)
    row.authorized_ms = whole(&source.authorized, index, -1)
    if row.authorized_ms < 0 and source.authorized.data != NULL:
        row.authorized_ms = -2 if is_valid(&source.authorized, index) else -1
    read_number(&source.number, &source.text, index, row)
    row.medium = word(&source.medium, &source.medium_words, index, 0)
    row.bill_type = word(&source.bill_type, &source.bill_words, index, 0)
    row.relay = word(&source.relay, &source.relay_words, index, 0)


cdef inline void read_block(
    const PlanData *plan, int32_t facilities, Hint *hints, const Input *source,
    Py_ssize_t first, int rows, Slot *slots,
) noexcept nogil:
    """Read a block, judge its rows, and ask for the buckets of their numbers."""
    cdef Slot *slot
    cdef int32_t prefixes
    cdef int index
    for index in range(rows):
        slot = slots + index
        read_row(source, first + index, &slot.row)
        slot.status = check(plan, facilities, &slot.row, &slot.place, hints)
        slot.stretch = NULL
        if slot.status == OK:
            prefixes = plan.contract[slot.place.facility.contract].prefixes
            if prefixes >= 0:
                bucket_of(plan, plan.prefixes + prefixes, slot)


@cython.cdivision(True)
cdef inline void bucket_of(const PlanData *plan, const Prefixes *prefixes, Slot *slot) noexcept nogil:
    """Find a number's bucket and what is left of the number. Divisors are powers of ten."""
    cdef uint32_t high = slot.place.high
    cdef uint32_t bucket = high // prefixes.bucket_divisor
    slot.rest = (
        (high - bucket * prefixes.bucket_divisor) * prefixes.rest_factor
        + slot.place.low // prefixes.rest_divisor
    )
    slot.stretch = <const Stretch *>(plan.bucket + prefixes.bucket_first + bucket)
    sc_prefetch(slot.stretch)


cdef inline void look_up_block(const PlanData *plan, int rows, Slot *slots) noexcept nogil:
    """Find the prefixes of a block: three passes, each asking for the memory of the next."""
    cdef Slot *slot
    cdef const Prefixes *prefixes
    cdef const int32_t *bounds
    cdef const Node *node
    cdef int index
    for index in range(rows):
        slot = slots + index
        if slot.stretch != NULL:
            prefixes = plan.prefixes + plan.contract[slot.place.facility.contract].prefixes
            bounds = <const int32_t *>slot.stretch
            slot.stretch = plan.stretch + prefixes.stretch_first + bounds[0] - 1
            slot.stretches = bounds[1] - bounds[0]
            sc_prefetch(slot.stretch)
    for index in range(rows):
        slot = slots + index
        slot.node = NULL
        if slot.stretch != NULL:
            slot.stretch = last_stretch(slot.stretch, slot.stretches, slot.rest)
            if slot.stretch.node >= 0:
                slot.node = plan.node + slot.stretch.node
                sc_prefetch(slot.node)
    for index in range(rows):
        slot = slots + index
        node = slot.node
        if node != NULL:
            if node.length > slot.place.digits:
                slot.node = node = shorter(plan, node, slot.place.digits)
            if node != NULL:
                sc_prefetch(plan.pricing + node.first.pricing)
                sc_prefetch(<const char *>(plan.pricing + node.first.pricing) + 64)


cdef inline int price_slot(
    const PlanData *plan, const Slot *slot, Call *call, Terms *terms, Match *match, Charge *charge
) noexcept nogil:
    """Price a row whose prefix is known."""
    cdef const Node *node = slot.node
    cdef int status
    if node != NULL and node.rates == 1 and node.first.term < 0 and serves(&node.first, &slot.row):
        # What nearly every row of a deck comes to.
        match.rate = &node.first
        match.change_ms = FOREVER
        match.ruling = find_ruling(plan, &slot.row, &slot.place)
        status = charge_short(plan, &slot.row, &slot.place, match, charge)
        if status != NOT_SERVED:
            return status
    call.place = slot.place
    status = find_rate(plan, &slot.row, node, call)
    if status != OK:
        return status
    call.match.ruling = find_ruling(plan, &slot.row, &slot.place)
    match[0] = call.match
    status = charge_short(plan, &slot.row, &slot.place, match, charge)
    if status == NOT_SERVED:
        fix_terms(plan, &slot.row, call, terms)
        status = charge_walk(plan, &slot.row, call, terms, charge)
    return status


cdef inline void rate_all(
    const PlanData *plan,
    int32_t facilities,
    Hint *hints,
    Py_ssize_t rows,
    const Input *source,
    Slot *slots,
    Result *result,
    int64_t *counts,
    int64_t *tallies,
) noexcept nogil:
    """Price every row. Zeroed hints, and a block of slots, belong to this call alone."""
    cdef Call call
    cdef Match match
    cdef Terms terms
    cdef Charge charge
    cdef Py_ssize_t first = 0, row
    cdef const Slot *slot
    cdef int index, block, status
    for index in range(10):
        counts[index] = 0
    tallies[0] = tallies[1] = tallies[2] = 0
    while first < rows:
        block = <int>(rows - first) if rows - first < BLOCK else BLOCK
        read_block(plan, facilities, hints, source, first, block, slots)
        look_up_block(plan, block, slots)
        for index in range(block):
            slot = slots + index
            row = first + index
            status = slot.status
            if status == OK:
                status = price_slot(plan, slot, &call, &terms, &match, &charge)
            counts[status] += 1
            result.status[row] = <int8_t>status
            if status != OK:
                charge.net = charge.tax = charge.total = charge.state_paid = charge.saved = 0
                charge.governs = GOVERNS_NONE
                charge.bought_ms = 0
            put(result.net, row, charge.net)
            put(result.tax, row, charge.tax)
            put(result.total, row, charge.total)
            put(result.state_paid, row, charge.state_paid)
            put(result.saved, row, charge.saved)
            result.billed_ms[row] = charge.bought_ms
            tallies[0] += charge.state_paid != 0
            tallies[1] += charge.saved != 0
            tallies[2] += charge.governs == GOVERNS_NONE
            result.rate_id[row] = match.rate.id if status >= OVERFLOW else 0
            result.cap_source[row] = source_of(&match, charge.governs)
            if status >= UNANSWERED:
                result.jurisdiction[row] = <int8_t>(scope_class(&slot.place) - 1)
                result.rate_class[row] = <int8_t>slot.place.rate_class
            else:
                result.jurisdiction[row] = 0
                result.rate_class[row] = 0
        first += block


cdef inline int16_t source_of(const Match *match, int governs) noexcept nogil:
    """Return the code of what governs; -1 for nothing."""
    if governs == GOVERNS_FEDERAL:
        return match.ruling.federal_source
    if governs == GOVERNS_STATE:
        return match.ruling.state_source
    return -1 if governs == GOVERNS_NONE else CONTRACT_SOURCE
