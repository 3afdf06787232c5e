"""From flat rows of int64 to the structs of ``_plan.pxd``, and from prefixes to the look-up's tables."""

cimport cython
from libc.stdint cimport int8_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc

from securecall._plan cimport Fraction64, Node, PlanData, Prefixes, Stretch, Tax


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
    return rule


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
    cdef int32_t *bucket = plan.bucket + taken.buckets
    cdef int32_t stretches = 1, buckets = <int32_t>power(digits), at, node
    cdef int32_t stack[17]
    cdef uint64_t ends[17]
    cdef uint64_t begins, last_begins = 0
    cdef int depth = 0
    cdef Py_ssize_t index
    stretch[0].node = -1
    stretch[0].begins = 0
    at = 0                                   # the bucket whose start the sweep has not passed yet
    for index in range(count + 1):
        begins = <uint64_t>rows[4 * index] if index < count else power(16)
        while depth and ends[depth - 1] <= begins:
            depth -= 1
            _begin(
                stretch, &stretches, bucket, &at, &last_begins, ends[depth],
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
            stretch, &stretches, bucket, &at, &last_begins, begins, node, bucket_width, rest_unit,
        )
        stack[depth] = node
        ends[depth] = begins + power(16 - <int>rows[4 * index + 1])
        depth += 1
    while at <= buckets:
        bucket[at] = stretches
        at += 1
    prefixes.bucket_first = taken.buckets
    prefixes.stretch_first = taken.stretches
    prefixes.bucket_divisor = <uint32_t>power(8 - digits)
    prefixes.rest_factor = <uint32_t>power(longest - 8)
    prefixes.rest_divisor = <uint32_t>rest_unit
    taken.stretches += stretches
    taken.buckets += buckets + 1


@cython.cdivision(True)
cdef inline void _begin(
    Stretch *stretch, int32_t *stretches, int32_t *bucket, int32_t *at, uint64_t *last_begins,
    uint64_t begins, int32_t node, uint64_t bucket_width, uint64_t rest_unit,
) noexcept nogil:
    """Begin a stretch at a key, or take over one that begins there already."""
    if begins == last_begins[0]:
        stretch[stretches[0] - 1].node = node
        return
    # A bucket counts the stretches that begin at or before its start.
    while at[0] * bucket_width < begins:
        bucket[at[0]] = stretches[0]
        at[0] += 1
    stretch[stretches[0]].node = node
    # One that begins exactly at a bucket's start is never compared within that bucket, and must
    # compare as larger than any number of the bucket before.
    stretch[stretches[0]].begins = (
        0xFFFF_FFFF if begins % bucket_width == 0
        else <uint32_t>(begins % bucket_width // rest_unit)
    )
    stretches[0] += 1
    last_begins[0] = begins
