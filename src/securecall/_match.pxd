"""Which rate: the number's place and jurisdiction, the facility's wall clock, the rates in force.

Everything here takes and returns C values only; doors and bounds are the business of the face.
"""

cimport cython
from libc.stdint cimport int16_t, int32_t, int64_t, uint16_t, uint32_t, uint64_t

from securecall._plan cimport (
    ANY,
    CANDIDATES,
    DAY_MS,
    DAY_TYPES,
    FOREVER,
    INTERNATIONAL,
    LOCAL,
    Contract,
    Edge,
    Facility,
    Node,
    PlanData,
    Prefixes,
    Rate,
    Span,
    Stretch,
    Term,
    Zone,
    sc_floor_div,
    sc_rank8,
)

cdef enum:
    SCOPE_INTRASTATE = 0
    SCOPE_INTERSTATE = 1
    SCOPE_INTERNATIONAL = 2
    SCOPE_MIXED = 3


cdef inline const int32_t *bucket_of(
    const PlanData *plan, const Prefixes *prefixes, uint32_t high, uint32_t low, uint32_t *rest
) noexcept nogil:
    """Return a number's bucket, and the four digits behind the bucket's own."""
    cdef uint32_t bucket = <uint32_t>(high * prefixes.bucket_inverse >> prefixes.bucket_shift)
    rest[0] = (
        (high - bucket * prefixes.bucket_divisor) * prefixes.rest_factor
        + <uint32_t>(low * prefixes.low_inverse >> 58)
    )
    return plan.bucket + prefixes.bucket_first + bucket


cdef inline int32_t last_cell(
    const uint16_t *begins, int64_t count, int32_t depth, uint32_t rest
) noexcept nogil:
    """Return the last of the cell and the ``count`` after it that begins at or before a number.

    The first one begins before the number's bucket and always does. Halves are chosen, not branched
    on, and as many as the fullest bucket needs: which one a number lies in is anybody's guess.
    The last eight are compared at once.
    """
    cdef const uint16_t *at = begins
    cdef int64_t half
    cdef int32_t _
    for _ in range(depth):
        half = (count + 1) >> 1
        at += half if at[half] <= rest else 0
        count -= half
    return <int32_t>(at - begins + sc_rank8(at + 1, count, rest))


cdef inline const Node *node_of(
    const PlanData *plan, const Prefixes *prefixes, uint32_t high, uint32_t low, int digits
) noexcept nogil:
    """Return the longest prefix that fits a number, or NULL."""
    cdef uint64_t key = <uint64_t>high * 100_000_000 + low
    cdef const Stretch *stretch = plan.stretch + prefixes.stretch_first
    cdef int32_t count = prefixes.stretches - 1, half
    cdef const Node *node
    while count > 0:                         # the first stretch begins at 0
        half = (count + 1) >> 1
        stretch += half if stretch[half].begins <= key else 0
        count -= half
    if stretch.node < 0:
        return NULL
    node = plan.node + stretch.node
    # A number shorter than the prefix was padded with zeros, and the prefix fits the padding.
    while node.length > digits:
        if node.parent < 0:
            return NULL
        node = plan.node + node.parent
    return node


@cython.cdivision(True)
cdef inline int scope_of(
    const PlanData *plan, const Facility *facility, uint32_t high, int digits
) noexcept nogil:
    """Return the jurisdiction of a number seen from a facility, or -1 for a number that is bad."""
    cdef uint32_t country = high // <uint32_t>10_000_000
    cdef bint nanp = country == 1 and digits == 11 and high >= 12_000_000
    cdef int32_t region = plan.area[(high - 10_000_000) // <uint32_t>10_000 if nanp else 0]
    cdef int scope = SCOPE_INTRASTATE if region == facility.state else SCOPE_INTERSTATE
    if facility.rulings >= 0 and not nanp and country < 2:
        return -1                            # neither a country code nor a NANP number
    scope = SCOPE_MIXED if region == 0 else scope
    return SCOPE_INTERNATIONAL if region < 0 else scope


cdef inline bint is_local(
    const PlanData *plan, const Facility *facility, uint32_t high, uint32_t low, int digits
) noexcept nogil:
    """Return whether a number lies under one of a facility's local prefixes."""
    cdef uint64_t key = <uint64_t>high * 100_000_000 + low
    cdef const Span *span = plan.local + facility.local_first
    cdef int32_t index
    for index in range(facility.locals):
        if span[index].begins <= key and key < span[index].ends and digits >= span[index].length:
            return True
    return False


cdef inline int64_t offset_at(
    const PlanData *plan, const Zone *zone, int64_t utc_ms, int64_t *until_ms
) noexcept nogil:
    """Return what the wall clock is ahead of UTC, and until when."""
    cdef const int64_t *begins = plan.zone_utc + zone.first
    cdef int32_t first = 0, after = zone.changes, middle
    # The first change lies before all time, so that some change always applies.
    while after - first > 1:
        middle = (first + after) >> 1
        if begins[middle] <= utc_ms:
            first = middle
        else:
            after = middle
    until_ms[0] = begins[first + 1] if first + 1 < zone.changes else FOREVER
    return plan.zone_offset[zone.first + first]


cdef inline bint is_holiday(
    const PlanData *plan, const Facility *facility, int64_t day
) noexcept nogil:
    """Return whether a local day, counted from 1970-01-01, is a holiday of the facility."""
    cdef const int32_t *days = plan.holiday + facility.holiday_first
    cdef int32_t first = 0, after = facility.holidays, middle
    while first < after:
        middle = (first + after) >> 1
        if days[middle] < day:
            first = middle + 1
        else:
            after = middle
    return first < facility.holidays and days[first] == day


@cython.cdivision(True)
cdef inline bint in_force(
    const PlanData *plan,
    const Facility *facility,
    int32_t term_index,
    int64_t utc_ms,
    int64_t offset_ms,
    int64_t until_ms,
    int64_t *change_ms,
) noexcept nogil:
    """Return whether a term is in force; lower ``change_ms`` to when that may change.

    ``offset_ms`` holds at ``utc_ms`` and until ``until_ms``.
    """
    cdef const Term *term = plan.term + <int64_t>facility.zone * plan.terms + term_index
    cdef const Edge *edge
    cdef int64_t day, day_ms, next_ms
    cdef int32_t kind, first, after
    if utc_ms >= term.to_ms:
        return False
    if utc_ms < term.from_ms:
        if term.from_ms < change_ms[0]:
            change_ms[0] = term.from_ms
        return False
    if term.to_ms < change_ms[0]:
        change_ms[0] = term.to_ms
    if term.schedule < 0:
        return True
    day = sc_floor_div(utc_ms + offset_ms, DAY_MS)
    day_ms = utc_ms + offset_ms - day * DAY_MS
    kind = <int32_t>((day + 3) % 7) * 4      # 1970-01-01 was a Thursday; Monday is 0
    if facility.holidays:
        kind += 2 * is_holiday(plan, facility, day) + is_holiday(plan, facility, day - 1)
    first = plan.edge_first[term.schedule * (DAY_TYPES + 1) + kind]
    after = plan.edge_first[term.schedule * (DAY_TYPES + 1) + kind + 1]
    edge = plan.edge + first                 # the first edge of a day lies at midnight
    while first + 1 < after and edge[1].day_ms <= day_ms:
        edge += 1
        first += 1
    next_ms = utc_ms - day_ms + (edge[1].day_ms if first + 1 < after else DAY_MS)
    if until_ms < next_ms:
        next_ms = until_ms                   # the wall clock jumps first
    if next_ms < change_ms[0]:
        change_ms[0] = next_ms
    return edge.in_force


cdef inline int gather(
    const PlanData *plan,
    const Facility *facility,
    const Node *node,
    int rate_class,
    int scope_class,
    int medium,
    int bill_type,
    int64_t start_ms,
    const Rate **candidates,
) noexcept nogil:
    """List the rates that fit a call, best first, down to the first that is always in force.

    Returns how many. A rate that ended before the call began is left out.
    """
    cdef const Contract *contract = plan.contract + facility.contract
    cdef const Rate *rate
    cdef int count = 0, level = 0, rates, index, tried
    cdef int classes[3]
    classes[0] = LOCAL if rate_class == LOCAL else -1
    classes[1] = scope_class
    classes[2] = ANY
    while True:
        if node != NULL:
            rates = node.rates
            rate = plan.rate + node.rate_first
            node = plan.node + node.parent if node.parent >= 0 else NULL
        elif level < 3:
            tried = classes[level]
            level += 1
            if tried < 0:
                continue
            rates = contract.class_rates[tried]
            rate = plan.rate + contract.class_first[tried]
        else:
            return count
        for index in range(rates):
            if not (rate[index].media >> medium & 1 and rate[index].bills >> bill_type & 1):
                continue
            if rate[index].term < 0:
                candidates[count] = rate + index
                return count + 1
            if (
                plan.term[<int64_t>facility.zone * plan.terms + rate[index].term].to_ms > start_ms
                and count < CANDIDATES - 1
            ):
                candidates[count] = rate + index
                count += 1


cdef inline int best(
    const PlanData *plan,
    const Facility *facility,
    const Rate **candidates,
    int count,
    int64_t utc_ms,
    int64_t offset_ms,
    int64_t until_ms,
    int64_t *change_ms,
) noexcept nogil:
    """Return which candidate is in force, or -1; ``change_ms`` is when that may change.

    ``offset_ms`` is what the facility's wall clock is ahead of UTC, until ``until_ms``.
    """
    cdef int index
    change_ms[0] = FOREVER
    for index in range(count):
        if candidates[index].term < 0 or in_force(
            plan, facility, candidates[index].term, utc_ms, offset_ms, until_ms, change_ms
        ):
            return index
    return -1
