"""A month of records: one pass over Arrow columns into Arrow columns.

Rows go through in blocks. A prefix of a large deck lies in memory that no cache holds, so a block's
look-ups are made in passes: each pass asks for what the next one reads, and all wait at the same
time.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t
from libc.string cimport memset

from securecall._call cimport (
    Call,
    Hint,
    Match,
    Place,
    Row,
    charge_walk,
    check,
    find_node,
    find_rate,
    find_ruling,
    fix_terms,
    read_number,
    scope_class,
)
from securecall._match cimport bucket_of, last_cell
from securecall._plan cimport (
    ASK,
    FOREVER,
    GOVERNS_FEDERAL,
    GOVERNS_NONE,
    GOVERNS_STATE,
    OK,
    OVERFLOW,
    START_MS_MAX,
    UNANSWERED,
    Cell,
    PlanData,
    Prefixes,
    Short,
    sc_floor_div,
    sc_load_i32,
    sc_load_i64,
    sc_prefetch,
    sc_put4,
    sc_put8,
    sc_put16,
    sc_put_done,
)
from securecall._price cimport Charge, Terms
from securecall._short cimport NOT_SERVED, charge_free, charge_ruled

cdef enum:
    CONTRACT_SOURCE = 0
    BLOCK = 128                # rows that are read before the first is priced


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
    int64_t *state_paid         # written from the first row on that is not 0; see Tally
    int64_t *saved
    int64_t *billed_ms
    int8_t *jurisdiction
    int8_t *rate_class
    int32_t *rate_id
    int16_t *cap_source


# A row on its way through a block.
ctypedef struct Slot:
    Row row
    Place place
    const Prefixes *prefixes    # NULL: the contract has none
    const int32_t *bucket
    const Cell *cell
    int64_t first_cell          # where the search for the number's begins
    int64_t cells               # how many more to look at
    const Short *short          # of the rate, if it is always in force; NULL: look for it
    uint32_t rest
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


# What the face wants to know of a piece: how many rows of each status, and what it can leave out.
ctypedef struct Tally:
    int64_t status[10]
    int64_t state_paid          # rows with a state's share; without any its column is not written
    int64_t saved               # rows with something saved; the same
    int64_t uncapped            # rows without a ceiling


cdef inline bint is_valid(const Column *column, int64_t at) noexcept nogil:
    """Return whether a value, counted from the array's beginning, is not null."""
    return column.valid == NULL or column.valid[at >> 3] >> (at & 7) & 1


cdef inline void read_whole(
    const Column *column, Py_ssize_t first, int rows, int64_t missing, int64_t negative,
    int64_t *into,
) noexcept nogil:
    """Read int64 values into the slots, from the field of the first one on.

    A null becomes ``missing``, a value below 0 ``negative``.
    """
    cdef Column of = column[0]               # a copy, which no store can change
    cdef const unsigned char *source = of.data + 8 * (of.offset + first)
    cdef int64_t value
    cdef int index
    for index in range(rows):
        value = sc_load_i64(source + 8 * index)
        value = negative if value < 0 else value
        if not is_valid(&of, of.offset + first + index):
            value = missing
        into[0] = value
        into = <int64_t *>(<char *>into + sizeof(Slot))


cdef inline void read_words(
    const Column *column, const Words *words, Py_ssize_t first, int rows, int32_t *into
) noexcept nogil:
    """Read the codes of words into the slots, from the field of the first one on."""
    cdef Column of = column[0]               # copies, which no store can change
    cdef Words known = words[0]
    cdef int64_t at = of.offset + first
    cdef uint32_t word
    cdef int32_t code
    cdef int index
    for index in range(rows):
        code = known.codes[0]
        if is_valid(&of, at + index):
            word = <uint32_t>sc_load_i32(of.data + 4 * (at + index))
            code = known.codes[word + 1] if word < <uint32_t>known.count else -1
        into[0] = code
        into = <int32_t *>(<char *>into + sizeof(Slot))


cdef inline int64_t text_begins(const Column *column, const Text *text, int64_t at) noexcept nogil:
    """Return where a text begins."""
    if text.wide:
        return sc_load_i64(column.data + 8 * at)
    return sc_load_i32(column.data + 4 * at)


cdef inline void read_numbers(
    const Column *column, const Text *text, Py_ssize_t first, int rows, Slot *slots
) noexcept nogil:
    """Read the numbers; a null has no digits, and offsets that lie about them give none either."""
    cdef Column of = column[0]               # copies, which no store can change
    cdef Text body = text[0]
    cdef int64_t at = of.offset + first, begins, ends
    cdef int index
    begins = text_begins(&of, &body, at)
    for index in range(rows):
        ends = text_begins(&of, &body, at + index + 1)
        if begins < 0 or ends > body.bytes or not is_valid(&of, at + index):
            slots[index].row.digits = 0
        else:
            read_number(
                body.content + begins, ends - begins, body.bytes - begins, &slots[index].row
            )
        begins = ends


cdef inline void scale_instants(const Input *source, int rows, Slot *slots) noexcept nogil:
    """Bring the starts to milliseconds."""
    cdef int index
    cdef int64_t instant
    if source.start_unit == 1 and source.start_divisor == 1:
        return
    for index in range(rows):
        instant = slots[index].row.start_ms
        if source.start_divisor != 1:
            instant = sc_floor_div(instant, source.start_divisor)
        else:
            # One too late to be good must not wrap into a good one.
            instant = instant * source.start_unit if instant < START_MS_MAX else -1
        slots[index].row.start_ms = instant


cdef inline void fill_slots(Slot *slots) noexcept nogil:
    """Put what a missing column stands for into every slot, once."""
    cdef int index
    for index in range(BLOCK):
        slots[index].row.medium = 0
        slots[index].row.bill_type = 0
        slots[index].row.relay = 0
        slots[index].row.authorized_ms = -1


cdef inline void read_block(
    const PlanData *plan, int32_t facilities, Hint *hints, const Input *source,
    Py_ssize_t first, int rows, Slot *slots,
) noexcept nogil:
    """Read a block, judge its rows, and ask for the buckets of their numbers."""
    cdef Slot *slot
    cdef int index
    read_words(&source.facility, &source.facility_words, first, rows, &slots.row.facility)
    if source.medium.data != NULL:
        read_words(&source.medium, &source.medium_words, first, rows, &slots.row.medium)
    if source.bill_type.data != NULL:
        read_words(&source.bill_type, &source.bill_words, first, rows, &slots.row.bill_type)
    if source.relay.data != NULL:
        read_words(&source.relay, &source.relay_words, first, rows, &slots.row.relay)
    if source.authorized.data != NULL:
        read_whole(&source.authorized, first, rows, -1, -2, &slots.row.authorized_ms)
    read_whole(&source.start, first, rows, -1, -1, &slots.row.start_ms)
    read_whole(&source.duration, first, rows, -1, -1, &slots.row.duration_ms)
    read_numbers(&source.number, &source.text, first, rows, slots)
    scale_instants(source, rows, slots)
    for index in range(rows):
        slot = slots + index
        slot.status = check(plan, facilities, &slot.row, &slot.place, hints)
        slot.prefixes = NULL
        if slot.status == OK and slot.place.facility.prefixes >= 0:
            slot.prefixes = plan.prefixes + slot.place.facility.prefixes
            slot.bucket = bucket_of(
                plan, slot.prefixes, slot.row.high, slot.row.low, &slot.rest
            )
            sc_prefetch(slot.bucket)


cdef inline void look_up(const PlanData *plan, Slot *slot) noexcept nogil:
    """Find where the search for a number's cell begins, and ask for that."""
    if slot.prefixes != NULL:
        slot.first_cell = slot.prefixes.cell_first + slot.bucket[0] - 1
        slot.cells = slot.bucket[1] - slot.bucket[0]
        sc_prefetch(plan.cell_begins + slot.first_cell)
        sc_prefetch(plan.cell_begins + slot.first_cell + slot.cells)


cdef inline void find_cell(const PlanData *plan, Slot *slot) noexcept nogil:
    """Find a number's cell, and ask for it."""
    if slot.prefixes != NULL:
        slot.cell = plan.cell + slot.first_cell + last_cell(
            plan.cell_begins + slot.first_cell, slot.cells,
            slot.prefixes.depth, slot.rest,
        )
        sc_prefetch(slot.cell)


cdef inline void find_short(const PlanData *plan, Slot *slot) noexcept nogil:
    """Find what nearly every row of a deck comes to, one rate always in force, and ask for it."""
    cdef const Prefixes *prefixes = slot.prefixes
    slot.short = NULL
    if prefixes != NULL and slot.row.digits >= prefixes.longest:
        if (
            slot.cell.pricing != ASK
            and prefixes.fits >> (5 * slot.row.medium + slot.row.bill_type) & 1
        ):
            slot.short = plan.short + prefixes.pricing_first + slot.cell.pricing
            sc_prefetch(slot.short)


cdef inline int price_slot(
    const PlanData *plan, Slot *slot, Call *call, Terms *terms, Match *found, Charge *charge
) noexcept nogil:
    """Price a row."""
    cdef const Short *short = slot.short
    cdef int status
    if short != NULL:
        found.id = slot.cell.id
        found.change_ms = FOREVER
    else:
        call.place = slot.place
        status = find_rate(plan, &slot.row, find_node(plan, &slot.row, &call.place), call)
        if status != OK:
            return status
        slot.place = call.place
        short = plan.short + call.match.rate.pricing
        found.id = call.match.rate.id
        found.change_ms = call.match.change_ms
    found.ruling = find_ruling(plan, &slot.row, &slot.place)
    if found.ruling == NULL:
        status = charge_free(plan, short, &slot.row, &slot.place, found.change_ms, charge)
    else:
        status = charge_ruled(
            plan, short, &slot.row, &slot.place, found.ruling, found.change_ms, charge
        )
    if status == NOT_SERVED:
        status = price_by_walk(plan, slot, call, terms, found, charge)
    return status


cdef inline int price_by_walk(
    const PlanData *plan, Slot *slot, Call *call, Terms *terms, const Match *found, Charge *charge
) noexcept nogil:
    """Price a row that the short way did not serve."""
    cdef int status
    call.place = slot.place
    status = find_rate(plan, &slot.row, find_node(plan, &slot.row, &call.place), call)
    if status == OK:
        call.match.ruling = found.ruling
        fix_terms(plan, &slot.row, call, terms)
        status = charge_walk(plan, &slot.row, call, terms, charge)
    return status


cdef inline void put(int64_t *amounts, Py_ssize_t row, int64_t value) noexcept nogil:
    """Store an amount of 0 or more as a decimal128."""
    sc_put16(amounts + 2 * row, value)


cdef inline int64_t put_rare(
    int64_t *amounts, Py_ssize_t row, Py_ssize_t rows, int64_t value, int64_t seen
) noexcept nogil:
    """Store an amount that is mostly 0: nothing is written before the first that is not."""
    if value == 0:
        return seen
    if seen == 0:
        memset(amounts, 0, 16 * rows)
    amounts[2 * row] = value
    return seen + 1


cdef inline int16_t source_of(const Match *found, int governs) noexcept nogil:
    """Return the code of what governs; -1 for nothing."""
    if governs == GOVERNS_FEDERAL:
        return found.ruling.federal_source
    if governs == GOVERNS_STATE:
        return found.ruling.state_source
    return -1 if governs == GOVERNS_NONE else CONTRACT_SOURCE


cdef inline void rate_all(
    const PlanData *plan,
    int32_t facilities,
    Hint *hints,
    Py_ssize_t rows,
    const Input *source,
    Slot *slots,
    const Result *result,
    Tally *tally,
) noexcept nogil:
    """Price every row. Zeroed hints, and a block of slots, belong to this call alone."""
    cdef Result to = result[0]
    cdef Call call
    cdef Match found
    cdef Terms terms
    cdef Charge charge
    cdef Py_ssize_t first = 0, row
    cdef Slot *slot
    cdef int index, block, status
    memset(tally, 0, sizeof(Tally))
    memset(&found, 0, sizeof(Match))
    fill_slots(slots)
    while first < rows:
        block = <int>(rows - first) if rows - first < BLOCK else BLOCK
        read_block(plan, facilities, hints, source, first, block, slots)
        for index in range(block):
            look_up(plan, slots + index)
        for index in range(block):
            find_cell(plan, slots + index)
        for index in range(block):
            find_short(plan, slots + index)
        for index in range(block):
            slot = slots + index
            row = first + index
            status = slot.status
            if status == OK:
                status = price_slot(plan, slot, &call, &terms, &found, &charge)
            if status != OK:
                memset(&charge, 0, sizeof(Charge))
            tally.status[status] += 1
            to.status[row] = <int8_t>status
            put(to.net, row, charge.net)
            put(to.tax, row, charge.tax)
            put(to.total, row, charge.total)
            tally.state_paid = put_rare(
                to.state_paid, row, rows, charge.state_paid, tally.state_paid
            )
            tally.saved = put_rare(to.saved, row, rows, charge.saved, tally.saved)
            sc_put8(to.billed_ms + row, charge.bought_ms)
            to.cap_source[row] = source_of(&found, charge.governs)
            tally.uncapped += charge.governs == GOVERNS_NONE
            sc_put4(to.rate_id + row, found.id if status >= OVERFLOW else 0)
            if status >= UNANSWERED:
                to.jurisdiction[row] = <int8_t>(scope_class(&slot.place) - 1)
                to.rate_class[row] = <int8_t>slot.place.rate_class
            else:
                to.jurisdiction[row] = 0
                to.rate_class[row] = 0
        first += block
    sc_put_done()
