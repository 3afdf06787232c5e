"""What it costs: increments laid end to end, usage as one integer, ceilings, rounding, taxes.

The charging law's rules 1 to 3. Usage is counted in micro-dollars times the call's denominator
``scale``, so that it is a whole number; it is divided, and rounded, once.

Bounds that the face keeps, and that make 128 bits enough: a scale is at most 2^90, a rounding unit
times it below 2^124, an amount below 2^60. A product that would reach 2^125 (``HUGE``) stops there;
it ends as an overflow, or as a ceiling that never bites. With a scale below 2^64 that is beyond any
amount; with the largest, a call of more than some 34 000 dollars already counts as an overflow.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t

from securecall._match cimport best, offset_at
from securecall._plan cimport (
    AMOUNT_MAX,
    FOREVER,
    GOVERNS_FEDERAL,
    GOVERNS_MINUTE,
    GOVERNS_NONE,
    GOVERNS_STATE,
    GOVERNS_TOTAL,
    HUGE,
    SWITCH_CALL_START,
    Facility,
    Fraction64,
    PlanData,
    Pricing,
    Rate,
    Step,
    Tax,
    int128,
    sc_product,
    sc_round128,
    sc_rounded,
    sc_whole,
)

ctypedef struct Ceilings:
    int128 rate                 # scaled micro-dollars per millisecond; -1: none found
    int32_t rate_governs        # GOVERNS_FEDERAL or GOVERNS_STATE


# What is fixed at a call's start.
ctypedef struct Terms:
    int128 scale
    Ceilings ceilings
    int64_t connect             # as the contract has it
    int64_t minimum
    int64_t maximum             # -1: none
    int128 per_minute           # scaled max_per_started_minute; -1: none
    int64_t unit
    int32_t mode
    int64_t share_numerator
    int64_t share_denominator
    int32_t bars_connect
    int32_t actual_basis
    int32_t taxes
    const Tax *tax


ctypedef struct Charge:
    int64_t bought_ms
    int64_t net
    int64_t state_paid
    int64_t tax
    int64_t total
    int64_t saved
    int32_t governs


# Pieces of a call in which increments are equal, one after the other.
ctypedef struct Piece:
    int64_t begins              # elapsed ms
    int64_t ends                # where the next piece begins; FOREVER if none does
    int64_t increment_ms
    int128 price                # scaled micro-dollars per millisecond
    int32_t rate                # which candidate
    int32_t step                # which step of its pricing


ctypedef struct Walk:
    const PlanData *plan
    const Facility *facility
    const Rate **candidates
    int128 scale
    int128 ceiling              # on each step's price; -1: none
    int64_t start_ms
    int64_t horizon_ms          # elapsed time from which on the rate stays what it is
    int64_t elapsed
    int64_t change              # elapsed time at which to match again
    int32_t count
    int32_t current
    int32_t each_ms             # 1: every millisecond is its own increment (switch = "split")


@cython.cdivision(True)
cdef inline int128 scaled(
    const PlanData *plan, const Fraction64 *exact, int128 scale
) noexcept nogil:
    """Return a fraction's numerator over the scale. Its denominator divides the scale."""
    if plan.denominator == scale:
        return exact.scaled
    return sc_product(exact.numerator, scale // exact.denominator)


cdef inline void walk_until(Walk *walk, int64_t change_ms) noexcept nogil:
    """Keep the rate until an instant; for good if that lies at or beyond the horizon."""
    walk.change = change_ms - walk.start_ms
    if change_ms >= FOREVER or walk.change >= walk.horizon_ms:
        walk.change = FOREVER


cdef inline void walk_begin(
    Walk *walk,
    const PlanData *plan,
    const Facility *facility,
    const Rate **candidates,
    int count,
    int current,
    int64_t change_ms,
    int64_t start_ms,
    int64_t horizon_ms,
    const Terms *terms,
    int each_ms,
) noexcept nogil:
    """Stand at a call's start, where ``current`` is in force until ``change_ms``."""
    cdef const Pricing *pricing = plan.pricing + candidates[current].pricing
    walk.plan = plan
    walk.facility = facility
    walk.candidates = candidates
    walk.count = count
    walk.current = current
    walk.scale = terms.scale
    walk.ceiling = terms.ceilings.rate
    walk.start_ms = start_ms
    walk.horizon_ms = horizon_ms
    walk.elapsed = 0
    walk.each_ms = each_ms
    walk_until(walk, change_ms)
    if pricing.switch == SWITCH_CALL_START:
        walk.change = FOREVER


@cython.cdivision(True)
cdef inline void walk_next(Walk *walk, Piece *piece) noexcept nogil:
    """Describe the piece that begins where the walk stands, and step over it."""
    cdef const PlanData *plan = walk.plan
    cdef const Pricing *pricing
    cdef const Step *step
    cdef int64_t change_ms, until, offset_ms, until_ms, utc_ms
    cdef int32_t index, found
    if walk.elapsed >= walk.change:
        utc_ms = walk.start_ms + walk.elapsed
        offset_ms = offset_at(plan, plan.zone + walk.facility.zone, utc_ms, &until_ms)
        found = best(
            plan, walk.facility, walk.candidates, walk.count,
            utc_ms, offset_ms, until_ms, &change_ms,
        )
        if found >= 0:
            walk.current = found             # if none is in force the last one goes on
        walk_until(walk, change_ms)
    pricing = plan.pricing + walk.candidates[walk.current].pricing
    step = plan.step + pricing.step_first
    index = 0
    while index + 1 < pricing.steps and step[1].from_ms <= walk.elapsed:
        step += 1
        index += 1
    until = walk.change
    if index + 1 < pricing.steps and step[1].from_ms < until:
        until = step[1].from_ms
    piece.begins = walk.elapsed
    piece.increment_ms = 1 if walk.each_ms else step.increment_ms
    piece.price = scaled(plan, &step.price, walk.scale)
    if walk.ceiling >= 0 and walk.ceiling < piece.price:
        piece.price = walk.ceiling
    piece.rate = walk.current
    piece.step = index
    if until >= FOREVER:
        piece.ends = FOREVER
    else:
        # The last increment that begins before the change is sold whole.
        piece.ends = piece.begins + sc_whole(until - piece.begins, piece.increment_ms)
    walk.elapsed = piece.ends


cdef inline int64_t walk_bought(Walk *walk, int64_t duration_ms) noexcept nogil:
    """Return where the increment that contains a duration ends. Needs duration_ms > 0."""
    cdef Piece piece
    walk_next(walk, &piece)
    while piece.ends < duration_ms:
        walk_next(walk, &piece)
    return piece.begins + sc_whole(duration_ms - piece.begins, piece.increment_ms)


cdef inline int128 walk_usage(Walk *walk, int64_t bought_ms, int64_t free_ms) noexcept nogil:
    """Return the scaled usage of the time bought, the first ``free_ms`` of it being free.

    It is HUGE or more if it is out of bounds.
    """
    cdef Piece piece
    cdef int128 usage = 0
    cdef int64_t begins, ends = 0
    while ends < bought_ms:
        walk_next(walk, &piece)
        begins = piece.begins if piece.begins > free_ms else free_ms
        ends = piece.ends if piece.ends < bought_ms else bought_ms
        if ends > begins:
            usage += sc_product(piece.price, ends - begins)
            if usage >= HUGE:
                break
    return usage


@cython.cdivision(True)
cdef inline int64_t net_of(
    const Terms *terms, int128 usage, int64_t bought_ms, int64_t basis_ms, bint regulated,
    int32_t *governs,
) noexcept nogil:
    """Return the rounded net of a usage, or -1 for an amount out of bounds.

    ``regulated`` false leaves out what regulation does, for the figure that ``saved`` compares
    with; the usage is then one at prices that no ceiling held. Needs bought_ms > 0.
    """
    cdef int128 amount, lowest = -1, other, unit, units
    cdef int128 scale = terms.scale
    amount = usage
    if not (regulated and terms.bars_connect):
        amount += sc_product(terms.connect, scale)
    if terms.minimum:
        other = sc_product(terms.minimum, scale)
        if amount < other:
            amount = other
    governs[0] = GOVERNS_NONE
    if regulated and terms.ceilings.rate >= 0:
        lowest = sc_product(terms.ceilings.rate, basis_ms)
        governs[0] = terms.ceilings.rate_governs
    if terms.per_minute >= 0:
        other = sc_product(terms.per_minute, (bought_ms + 59_999) // 60_000)
        if lowest < 0 or other < lowest:
            lowest = other
            governs[0] = GOVERNS_MINUTE
    if terms.maximum >= 0:
        other = sc_product(terms.maximum, scale)
        if lowest < 0 or other < lowest:
            lowest = other
            governs[0] = GOVERNS_TOTAL
    if lowest >= 0 and lowest < amount:
        amount = lowest
    if amount >= HUGE:
        return -1
    unit = scale * terms.unit
    units = sc_round128(amount, unit, terms.mode)
    if lowest >= 0 and units * unit > lowest:
        units -= 1
    if units > AMOUNT_MAX:
        return -1
    units *= terms.unit
    return -1 if units > AMOUNT_MAX else <int64_t>units


@cython.cdivision(True)
cdef inline int64_t tax_of(const Tax *tax, int64_t base) noexcept nogil:
    """Return one tax on a base, rounded, or -1 for an amount out of bounds."""
    cdef int128 exact
    if base <= tax.short_base:
        return sc_rounded(base * tax.numerator, &tax.short_unit) * tax.unit
    exact = sc_round128(
        <int128>base * tax.numerator, <int128>tax.denominator * tax.unit, tax.mode
    )
    if exact > AMOUNT_MAX:
        return -1
    exact *= tax.unit
    return -1 if exact > AMOUNT_MAX else <int64_t>exact


cdef inline bint finish(const Terms *terms, Charge *charge) noexcept nogil:
    """Fill state_paid, tax and total from net; return whether an amount is out of bounds."""
    cdef int64_t left = charge.net, amount
    cdef int32_t index
    charge.state_paid = 0
    charge.tax = 0
    if terms.share_numerator:
        charge.state_paid = <int64_t>sc_round128(
            <int128>charge.net * terms.share_numerator, terms.share_denominator, 3
        )
        left -= charge.state_paid
    if left > 0:                             # nothing left pays no tax
        for index in range(terms.taxes):
            amount = tax_of(
                terms.tax + index, left + charge.tax if terms.tax[index].on_prior else left
            )
            if amount < 0:
                return True
            charge.tax += amount
            if left + charge.tax > AMOUNT_MAX:
                return True
    charge.total = left + charge.tax
    return False
