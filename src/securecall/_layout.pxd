"""From rows of int64 to the structs of ``_plan.pxd``, and from prefixes to the look-up's tables."""

cimport cython
from libc.stdint cimport int8_t, int32_t, int64_t, uint16_t, uint32_t, uint64_t

from securecall._plan cimport (
    ASK,
    SHORT_MAX,
    SWITCH_CALL_START,
    TAX_CELLS,
    Cell,
    Fraction64,
    Node,
    PlanData,
    Prefixes,
    Pricing,
    Rate,
    Short,
    Step,
    Stretch,
    Tax,
    sc_join,
    sc_make_rounder,
    sc_short_inverse,
    sc_table,
)


# How much of the shared arrays the contracts read so far have taken.
ctypedef struct Taken:
    int32_t stretches
    int32_t cells
    int32_t buckets


cdef inline void *allocate(Py_ssize_t rows, size_t size) except NULL:
    """Return zeroed memory for rows, at least one of them."""
    cdef void *memory = sc_table(rows + 1, size)
    if memory == NULL:
        raise MemoryError
    return memory


cdef inline int32_t *int32s(const int64_t[::1] values) except NULL:
    """Copy values that fit 32 bits."""
    cdef int32_t *copy = <int32_t *>allocate(values.shape[0], sizeof(int32_t))
    cdef Py_ssize_t index
    for index in range(values.shape[0]):
        copy[index] = <int32_t>values[index]
    return copy


cdef inline int64_t *int64s(const int64_t[::1] values) except NULL:
    """Copy values."""
    cdef int64_t *copy = <int64_t *>allocate(values.shape[0], sizeof(int64_t))
    cdef Py_ssize_t index
    for index in range(values.shape[0]):
        copy[index] = values[index]
    return copy


cdef inline Fraction64 fraction(const int64_t *row) noexcept nogil:
    """Read numerator, denominator, scaled."""
    cdef Fraction64 exact
    exact.numerator = row[0]
    exact.denominator = row[1]
    exact.scaled = row[2]
    return exact


cdef inline Tax tax(const int64_t *row) noexcept nogil:
    """Read a tax."""
    cdef Tax rule
    rule.numerator = row[0]
    rule.denominator = row[1]
    rule.unit = row[2]
    rule.short_base = row[3]
    rule.term = <int32_t>row[4]
    rule.id = <int32_t>row[5]
    rule.mode = <int8_t>row[6]
    rule.on_prior = <int8_t>row[7]
    rule.short_unit = sc_make_rounder(1, 0)
    if rule.short_base >= 0 and rule.denominator > 0:  # a row of zeros stands for no taxes
        rule.short_unit = sc_make_rounder(<uint64_t>(rule.denominator * rule.unit), rule.mode)
    return rule


cdef inline void read_pricing(PlanData *plan, const int64_t *row, Py_ssize_t index) noexcept nogil:
    """Read a pricing, for the walk and for the short way. Steps and plan.denominator are known."""
    cdef Pricing *pricing = plan.pricing + index
    cdef Short *short = plan.short + index
    cdef const Step *step
    cdef int64_t scale = plan.denominator
    pricing.connect = row[0]
    pricing.minimum = row[1]
    pricing.maximum = row[2]
    pricing.free_ms = row[3]
    pricing.per_minute = fraction(row + 4)
    pricing.denominator = sc_join(row[7], <uint64_t>row[8])
    pricing.step_first = <int32_t>row[11]
    pricing.steps = <int32_t>row[12]
    pricing.switch = <int8_t>row[13]
    pricing.prorate = <int8_t>row[14]
    short.longest_ms = <uint32_t>row[9]
    if short.longest_ms == 0:
        return
    step = plan.step + pricing.step_first
    short.first_ends = 0xFFFF_FFFF
    short.first_price = step.price.scaled
    short.first_increment_ms = <uint32_t>step.increment_ms
    short.first_inverse = sc_short_inverse(short.first_increment_ms)
    short.rest_price = 0
    short.rest_increment_ms = 1
    if pricing.steps > 1:
        short.first_ends = <uint32_t>min(row[10], <int64_t>0xFFFF_FFFF)
        short.rest_price = step[1].price.scaled
        short.rest_increment_ms = <uint32_t>step[1].increment_ms
    short.rest_inverse = sc_short_inverse(short.rest_increment_ms)
    short.more = -1
    if pricing.connect or pricing.minimum or pricing.maximum >= 0:
        short.more = <int32_t>index
        plan.more[index].connect = pricing.connect * scale
        plan.more[index].minimum = pricing.minimum * scale
        plan.more[index].limit = SHORT_MAX
        if pricing.maximum >= 0:
            plan.more[index].limit = pricing.maximum * scale
    short.per_minute = SHORT_MAX
    if pricing.per_minute.numerator >= 0:
        short.per_minute = pricing.per_minute.scaled
    short.for_call = pricing.switch == SWITCH_CALL_START
    short.prorate = pricing.prorate


cdef inline bint same_taxes(const PlanData *plan, int32_t cells) noexcept nogil:
    """Return whether all cells of a tax table hold the same undated taxes."""
    cdef const int32_t *first = plan.tax_first + cells
    cdef int32_t taxes = first[1] - first[0], cell, index
    for index in range(first[0], first[1]):
        if plan.tax[index].term >= 0:
            return False
    for cell in range(1, TAX_CELLS):
        if first[cell + 1] - first[cell] != taxes:
            return False
        for index in range(taxes):
            if plan.tax[first[cell] + index].id != plan.tax[first[0] + index].id:
                return False
    return True


cdef inline int inverse_shift(uint32_t divisor) noexcept nogil:
    """Return the shift with which a number of eight digits is divided exactly by multiplying.

    With 2^(36 + n) > number x divisor for n = log2(divisor), the inverse rounded up errs by less
    than one part in the number, and its product stays below 2^64.
    """
    cdef int bits = 0
    while divisor >> (bits + 1):
        bits += 1
    return 36 + bits


@cython.cdivision(True)
cdef inline uint64_t inverse_of(uint32_t divisor, int shift) noexcept nogil:
    """Return 2^shift / divisor, rounded up."""
    return ((<uint64_t>1 << shift) + divisor - 1) // divisor


cdef inline uint64_t power(int exponent) noexcept nogil:
    """Return ten to the exponent, 0 to 16."""
    cdef uint64_t value = 1
    cdef int _
    for _ in range(exponent):
        value *= 10
    return value


cdef inline int32_t longest_of(const int64_t *rows, Py_ssize_t count) noexcept nogil:
    """Return the digits of the longest prefix; a row is (key, length, first rate, rates)."""
    cdef int32_t longest = 0
    cdef Py_ssize_t index
    for index in range(count):
        if rows[4 * index + 1] > longest:
            longest = <int32_t>rows[4 * index + 1]
    return longest


cdef inline int bucket_digits(const int64_t *rows, Py_ssize_t count) noexcept nogil:
    """Return how many leading digits choose the bucket: 4, or 5 where prefixes are long."""
    return 5 if longest_of(rows, count) > 8 else 4


cdef inline void lay_out(
    PlanData *plan, const int64_t *rows, Py_ssize_t count, Py_ssize_t node_first,
    Prefixes *prefixes, Taken *taken,
) noexcept nogil:
    """Make nodes, stretches, cells and buckets of prefixes sorted by (key, length).

    The keys' line is cut into stretches, each owned by the longest prefix over it. A stack holds
    the prefixes around the place where the sweep stands.
    """
    cdef Stretch *stretch = plan.stretch + taken.stretches
    cdef int32_t stretches = 1, node
    cdef int32_t stack[17]
    cdef uint64_t ends[17]
    cdef uint64_t begins
    cdef int depth = 0
    cdef Py_ssize_t index
    stretch[0].node = -1
    stretch[0].begins = 0
    for index in range(count + 1):
        begins = <uint64_t>rows[4 * index] if index < count else power(16)
        while depth and ends[depth - 1] <= begins:
            depth -= 1
            begin(stretch, &stretches, ends[depth], stack[depth - 1] if depth else -1)
        if index == count:
            break
        node = <int32_t>(node_first + index)
        plan.node[node].parent = stack[depth - 1] if depth else -1
        plan.node[node].length = <int32_t>rows[4 * index + 1]
        plan.node[node].rate_first = <int32_t>rows[4 * index + 2]
        plan.node[node].rates = <int32_t>rows[4 * index + 3]
        begin(stretch, &stretches, begins, node)
        stack[depth] = node
        ends[depth] = begins + power(16 - <int>rows[4 * index + 1])
        depth += 1
    prefixes.stretch_first = taken.stretches
    prefixes.stretches = stretches
    prefixes.longest = longest_of(rows, count)
    taken.stretches += stretches
    lay_cells(plan, prefixes, bucket_digits(rows, count), taken)


cdef inline void begin(
    Stretch *stretch, int32_t *stretches, uint64_t begins, int32_t node
) noexcept nogil:
    """Begin a stretch at a key, or take over one that begins there already."""
    if stretch[stretches[0] - 1].begins == begins:
        stretch[stretches[0] - 1].node = node
        return
    stretch[stretches[0]].begins = begins
    stretch[stretches[0]].node = node
    stretches[0] += 1


@cython.cdivision(True)
cdef inline void lay_cells(
    PlanData *plan, Prefixes *prefixes, int digits, Taken *taken
) noexcept nogil:
    """Make the coarse copy of the stretches: cells of four digits behind a bucket's own."""
    cdef const Stretch *stretch = plan.stretch + prefixes.stretch_first
    cdef Cell *cell = plan.cell + taken.cells
    cdef uint16_t *cell_begins = plan.cell_begins + taken.cells
    cdef int32_t *bucket = plan.bucket + taken.buckets
    cdef uint64_t width = power(12 - digits), begins
    cdef int64_t last = -1                   # where the last cell begins, in cells
    cdef int32_t cells = 0, at = 0, index
    choose_common(plan, prefixes)
    for index in range(prefixes.stretches):
        begins = stretch[index].begins // width
        if stretch[index].begins % width:
            # It begins inside a cell, which then is no one prefix's.
            if last <= <int64_t>begins:
                put_cell(
                    plan, prefixes, NULL, begins, cell, cell_begins, &cells, &last, bucket, &at
                )
            begins += 1
        put_cell(
            plan, prefixes, stretch + index, begins, cell, cell_begins, &cells, &last, bucket, &at
        )
    while at <= <int32_t>power(digits):
        bucket[at] = cells
        at += 1
    prefixes.depth = depth_of(bucket, <int32_t>power(digits))
    prefixes.cell_first = taken.cells
    prefixes.bucket_first = taken.buckets
    prefixes.bucket_divisor = <uint32_t>power(8 - digits)
    prefixes.bucket_shift = inverse_shift(prefixes.bucket_divisor)
    prefixes.bucket_inverse = inverse_of(prefixes.bucket_divisor, prefixes.bucket_shift)
    # Of the number's lower half the first digit is wanted behind five, and none behind four.
    prefixes.rest_factor = 10 if digits == 5 else 1
    prefixes.low_inverse = inverse_of(10_000_000, 58) if digits == 5 else 0
    taken.cells += cells
    taken.buckets += <int32_t>power(digits) + 1


cdef inline void choose_common(const PlanData *plan, Prefixes *prefixes) noexcept nogil:
    """Choose what the cells' rates serve, and where their pricings begin: the first such rate's."""
    cdef const Stretch *stretch = plan.stretch + prefixes.stretch_first
    cdef const Node *node
    cdef const Rate *rate
    cdef int32_t index
    prefixes.fits = 0
    prefixes.pricing_first = 0
    for index in range(prefixes.stretches):
        if stretch[index].node < 0:
            continue
        node = plan.node + stretch[index].node
        rate = plan.rate + node.rate_first
        if node.rates == 1 and rate.term < 0:
            if prefixes.fits == 0:
                prefixes.fits = fits_of(rate)
                prefixes.pricing_first = rate.pricing
            elif fits_of(rate) == prefixes.fits and rate.pricing < prefixes.pricing_first:
                prefixes.pricing_first = rate.pricing


cdef inline uint32_t fits_of(const Rate *rate) noexcept nogil:
    """Return what a rate serves: bit 5m + b for medium m and bill type b."""
    return (rate.bills if rate.media & 1 else 0) | (rate.bills << 5 if rate.media & 2 else 0)


cdef inline void put_cell(
    const PlanData *plan, const Prefixes *prefixes, const Stretch *stretch, uint64_t begins,
    Cell *cell, uint16_t *cell_begins, int32_t *cells, int64_t *last, int32_t *bucket,
    int32_t *at,
) noexcept nogil:
    """Begin a cell, or take over one that begins there already; no stretch: one must ask."""
    cdef const Node *node
    cdef const Rate *rate
    cdef uint16_t pricing = ASK
    cdef int32_t rate_id = 0
    if stretch != NULL and stretch.node >= 0:
        node = plan.node + stretch.node
        rate = plan.rate + node.rate_first
        if (
            node.rates == 1 and rate.term < 0 and fits_of(rate) == prefixes.fits
            and 0 <= rate.pricing - prefixes.pricing_first < ASK
        ):
            pricing = <uint16_t>(rate.pricing - prefixes.pricing_first)
            rate_id = rate.id
    if last[0] != <int64_t>begins:
        # A bucket counts the cells that begin at or before its start.
        while at[0] * <uint64_t>10_000 < begins:
            bucket[at[0]] = cells[0]
            at[0] += 1
        cells[0] += 1
        last[0] = <int64_t>begins
    # One that begins exactly at a bucket's start is never compared within that bucket, and must
    # compare as larger than any number of the bucket before.
    cell_begins[cells[0] - 1] = (
        <uint16_t>0xFFFF if begins % <uint64_t>10_000 == 0
        else <uint16_t>(begins % <uint64_t>10_000)
    )
    cell[cells[0] - 1].pricing = pricing
    cell[cells[0] - 1].id = rate_id


cdef inline int32_t depth_of(const int32_t *bucket, int32_t buckets) noexcept nogil:
    """Return how many halvings leave at most eight cells of the fullest bucket."""
    cdef int32_t index, fullest = 0, depth = 0
    for index in range(buckets):
        if bucket[index + 1] - bucket[index] > fullest:
            fullest = bucket[index + 1] - bucket[index]
    while fullest > 8:
        fullest -= (fullest + 1) >> 1
        depth += 1
    return depth
