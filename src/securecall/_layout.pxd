"""From flat rows of int64 to the structs of ``_plan.pxd``, and from prefixes to the look-up's tables."""

cimport cython
from libc.stdint cimport int8_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc

from securecall._plan cimport (
    SHORT_MAX,
    TAX_CELLS,
    Fraction64,
    Node,
    PlanData,
    Prefixes,
    Pricing,
    Step,
    Stretch,
    Tax,
    sc_fits,
    sc_join,
    sc_make_divider,
)


# How much of the shared arrays the contracts read so far have taken.
ctypedef struct Taken:
    int32_t stretches
    int32_t buckets


cdef inline void *allocate(Py_ssize_t rows, size_t size) except NULL:
    """Return zeroed memory for rows, at least one of them."""
    cdef void *memory = calloc(rows + 1, size)
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
    rule.short_divider = sc_make_divider(1, 0)
    if rule.short_base >= 0:
        rule.short_divider = sc_make_divider(<uint64_t>(rule.denominator * rule.unit), rule.mode)
    return rule


cdef inline void read_pricing(
    PlanData *plan, const int64_t *row, Pricing *pricing
) noexcept nogil:
    """Read a pricing whose steps were read already; plan.denominator is known."""
    cdef const Step *step
    cdef int64_t scale = plan.denominator
    pricing.connect = row[0]
    pricing.minimum = row[1]
    pricing.maximum = row[2]
    pricing.free_ms = row[3]
    pricing.per_minute = fraction(row + 4)
    pricing.denominator = sc_join(row[7], <uint64_t>row[8])
    pricing.short_ms = row[9]
    pricing.first_ends = row[10]
    pricing.step_first = <int32_t>row[11]
    pricing.steps = <int32_t>row[12]
    pricing.switch = <int8_t>row[13]
    pricing.prorate = <int8_t>row[14]
    step = plan.step + pricing.step_first
    pricing.first_increment = sc_make_divider(<uint64_t>step.increment_ms, 0)
    pricing.rest_increment = sc_make_divider(1, 0)
    pricing.rest_price = 0
    if pricing.steps > 1:
        pricing.rest_increment = sc_make_divider(<uint64_t>step[1].increment_ms, 0)
    if pricing.short_ms == 0:
        return                               # the short way never comes here
    pricing.first_price = step.price.scaled
    if pricing.steps > 1:
        pricing.rest_price = step[1].price.scaled
    pricing.short_connect = pricing.connect * scale
    pricing.short_minimum = pricing.minimum * scale
    pricing.short_limit = SHORT_MAX
    if pricing.maximum >= 0:
        pricing.short_limit = pricing.maximum * scale
    pricing.short_per_minute = SHORT_MAX
    if pricing.per_minute.numerator >= 0:
        pricing.short_per_minute = pricing.per_minute.scaled


cdef inline int32_t same_taxes(const PlanData *plan, int32_t cells) noexcept nogil:
    """Return the first cell of a tax table if all its cells hold the same undated taxes, or -1."""
    cdef const int32_t *first = plan.tax_first + cells
    cdef int32_t taxes = first[1] - first[0], cell, index
    for index in range(first[0], first[1]):
        if plan.tax[index].term >= 0:
            return -1
    for cell in range(1, TAX_CELLS):
        if first[cell + 1] - first[cell] != taxes:
            return -1
        for index in range(taxes):
            if plan.tax[first[cell] + index].id != plan.tax[first[0] + index].id:
                return -1
    return cells


cdef inline int inverse_shift(uint32_t divisor) noexcept nogil:
    """Return the shift with which a number of eight digits is divided exactly by multiplying.

    With 2^(36 + n) > number x divisor for n = log2(divisor), the inverse rounded up errs by less than one
    part in the number, and its product stays below 2^64.
    """
    cdef int bits = 0
    while divisor >> (bits + 1):
        bits += 1
    return 36 + bits


@cython.cdivision(True)
cdef inline uint64_t inverse_of(uint32_t divisor, int shift) noexcept nogil:
    """Return 2^shift / divisor, rounded up."""
    return ((<uint64_t>1 << shift) + divisor - 1) // divisor


@cython.cdivision(True)
cdef inline int bucket_digits(Py_ssize_t prefixes, int32_t longest) noexcept nogil:
    """Return how many leading digits choose the bucket.

    Some ten prefixes a bucket at most, were they spread evenly; and never more than nine digits after
    them, so that the rest fits 32 bits.
    """
    cdef int digits = 3 if prefixes <= 2_000 else 4 if prefixes <= 20_000 else 5
    return max(digits, longest - 9)


cdef inline uint64_t power(int exponent) noexcept nogil:
    """Return ten to the exponent, 0 to 16."""
    cdef uint64_t value = 1
    cdef int _
    for _ in range(exponent):
        value *= 10
    return value


cdef inline int32_t longest_of(const int64_t *rows, Py_ssize_t count) noexcept nogil:
    """Return the digits of the longest prefix; a row is (key, length, first rate, rates)."""
    cdef int32_t longest = 8                 # the look-up takes eight digits at once anyway
    cdef Py_ssize_t index
    for index in range(count):
        if rows[4 * index + 1] > longest:
            longest = <int32_t>rows[4 * index + 1]
    return longest


@cython.cdivision(True)
cdef inline void lay_out(
    PlanData *plan, const int64_t *rows, Py_ssize_t count, Py_ssize_t node_first,
    Prefixes *prefixes, Taken *taken,
) noexcept nogil:
    """Make nodes, stretches and buckets of prefixes sorted by (key, length).

    The keys' line is cut into stretches, each owned by the longest prefix over it. A stack holds the
    prefixes around the place where the sweep stands.
    """
    cdef int32_t longest = longest_of(rows, count)
    cdef int digits = bucket_digits(count, longest)
    cdef uint64_t bucket_width = power(16 - digits)
    cdef uint64_t rest_unit = power(16 - longest)
    cdef Stretch *stretch = plan.stretch + taken.stretches
    cdef int32_t *node_of = plan.stretch_node + taken.stretches
    cdef int32_t *bucket = plan.bucket + taken.buckets
    cdef int32_t stretches = 1, buckets = <int32_t>power(digits), at, node
    cdef int32_t stack[17]
    cdef uint64_t ends[17]
    cdef uint64_t begins, last_begins = 0
    cdef int depth = 0
    cdef Py_ssize_t index
    node_of[0] = -1
    stretch[0].begins = 0
    at = 0                                   # the bucket whose start the sweep has not passed yet
    for index in range(count + 1):
        begins = <uint64_t>rows[4 * index] if index < count else power(16)
        while depth and ends[depth - 1] <= begins:
            depth -= 1
            _begin(
                stretch, node_of, &stretches, bucket, &at, &last_begins, ends[depth],
                stack[depth - 1] if depth else -1, bucket_width, rest_unit,
            )
        if index == count:
            break
        node = <int32_t>(node_first + index)
        plan.node[node].parent = stack[depth - 1] if depth else -1
        plan.node[node].length = <int32_t>rows[4 * index + 1]
        plan.node[node].rate_first = <int32_t>rows[4 * index + 2]
        plan.node[node].rates = <int32_t>rows[4 * index + 3]
        plan.node[node].first = plan.rate[rows[4 * index + 2]]
        _begin(
            stretch, node_of, &stretches, bucket, &at, &last_begins, begins, node, bucket_width, rest_unit,
        )
        stack[depth] = node
        ends[depth] = begins + power(16 - <int>rows[4 * index + 1])
        depth += 1
    while at <= buckets:
        bucket[at] = stretches
        at += 1
    fill_stretches(plan, stretch, node_of, stretches)
    prefixes.depth = depth_of(bucket, buckets)
    prefixes.bucket_first = taken.buckets
    prefixes.stretch_first = taken.stretches
    prefixes.bucket_divisor = <uint32_t>power(8 - digits)
    prefixes.rest_factor = <uint32_t>power(longest - 8)
    prefixes.rest_divisor = <uint32_t>rest_unit
    prefixes.bucket_shift = inverse_shift(prefixes.bucket_divisor)
    prefixes.bucket_inverse = inverse_of(prefixes.bucket_divisor, prefixes.bucket_shift)
    prefixes.rest_shift = inverse_shift(prefixes.rest_divisor)
    prefixes.rest_inverse = inverse_of(prefixes.rest_divisor, prefixes.rest_shift)
    taken.stretches += stretches
    taken.buckets += buckets + 1


cdef inline void fill_stretches(
    PlanData *plan, Stretch *stretch, const int32_t *node_of, int32_t stretches
) noexcept nogil:
    """Copy the essentials of each prefix's only rate into its stretches."""
    cdef const Node *node
    cdef int32_t index
    for index in range(stretches):
        stretch[index].pricing = -1
        if node_of[index] >= 0:
            node = plan.node + node_of[index]
            if node.rates == 1 and node.first.term < 0:
                stretch[index].pricing = node.first.pricing
                stretch[index].id = node.first.id
                stretch[index].fits = sc_fits(node.first.media, node.first.bills, node.length)


cdef inline int32_t depth_of(const int32_t *bucket, int32_t buckets) noexcept nogil:
    """Return how many halvings the fullest bucket needs."""
    cdef int32_t index, fullest = 0, depth = 0
    for index in range(buckets):
        if bucket[index + 1] - bucket[index] > fullest:
            fullest = bucket[index + 1] - bucket[index]
    while fullest > 0:
        fullest -= (fullest + 1) >> 1
        depth += 1
    return depth


@cython.cdivision(True)
cdef inline void _begin(
    Stretch *stretch, int32_t *node_of, int32_t *stretches, int32_t *bucket, int32_t *at,
    uint64_t *last_begins, uint64_t begins, int32_t node, uint64_t bucket_width, uint64_t rest_unit,
) noexcept nogil:
    """Begin a stretch at a key, or take over one that begins there already."""
    if begins == last_begins[0]:
        node_of[stretches[0] - 1] = node
        return
    # A bucket counts the stretches that begin at or before its start.
    while at[0] * bucket_width < begins:
        bucket[at[0]] = stretches[0]
        at[0] += 1
    node_of[stretches[0]] = node
    # One that begins exactly at a bucket's start is never compared within that bucket, and must
    # compare as larger than any number of the bucket before.
    stretch[stretches[0]].begins = (
        0xFFFF_FFFF if begins % bucket_width == 0
        else <uint32_t>(begins % bucket_width // rest_unit)
    )
    stretches[0] += 1
    last_begins[0] = begins
