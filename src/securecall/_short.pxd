"""The short way to a charge: at most two steps, one rate, all in 64 bits.

Nearly every record of a month goes this way. What it cannot serve it hands back, and the walk of
``_call.pxd`` prices it; both must agree to the micro-dollar. It is written for a loop: what differs
from row to row at random is chosen, not branched on, because a wrong guess costs more than the sum;
and what is divided by often is multiplied by its inverse.
"""

from libc.stdint cimport int32_t, int64_t, uint32_t

from securecall._call cimport Place, Row, find_termination, local_offset, tax_cell
from securecall._match cimport in_force
from securecall._plan cimport (
    AMOUNT_MAX,
    FOREVER,
    GOVERNS_FEDERAL,
    GOVERNS_MINUTE,
    GOVERNS_NONE,
    GOVERNS_STATE,
    GOVERNS_TOTAL,
    OK,
    OVERFLOW,
    SHORT_MAX,
    Fraction64,
    More,
    PlanData,
    Ruling,
    Short,
    Tax,
    int128,
    sc_round128,
    sc_rounded,
    sc_whole_by,
)
from securecall._price cimport Charge, tax_of

cdef enum:
    NOT_SERVED = -1


# What was bought, and what may bound its price.
ctypedef struct Bought:
    int64_t duration_ms         # up to what was authorised
    int64_t first_ms            # at the first step's price
    int64_t rest_ms             # at the second's
    int64_t connect             # scaled, as is what follows
    int64_t minimum
    int64_t own                 # the contract's own ceiling, scaled; SHORT_MAX: none
    int32_t governs             # which of them that is


cdef inline int64_t lower(int64_t one, int64_t other) noexcept nogil:
    """Return the lower of two."""
    return one if one < other else other


cdef inline bint buy(
    const PlanData *plan, const Short *short, const Row *row, int64_t change_ms, Bought *bought
) noexcept nogil:
    """Lay the increments of a call; return whether the short way can go on.

    Another rate may come into force at ``change_ms``.
    """
    cdef const More *more
    cdef int64_t duration_ms = row.duration_ms, total_ms, minutes
    if 0 <= row.authorized_ms <= duration_ms:
        duration_ms = row.authorized_ms
    if duration_ms > short.longest_ms or duration_ms == 0:
        return False
    bought.duration_ms = duration_ms
    bought.first_ms = lower(duration_ms, short.first_ends)
    bought.rest_ms = duration_ms - bought.first_ms
    if not (short.prorate and duration_ms == row.authorized_ms):
        bought.first_ms = sc_whole_by(
            bought.first_ms, short.first_increment_ms, short.first_inverse
        )
        bought.rest_ms = sc_whole_by(bought.rest_ms, short.rest_increment_ms, short.rest_inverse)
    total_ms = bought.first_ms + bought.rest_ms
    if total_ms > short.longest_ms:
        return False
    if row.start_ms + total_ms > change_ms and not short.for_call:
        return False
    bought.own = SHORT_MAX
    bought.governs = GOVERNS_NONE
    bought.connect = 0
    bought.minimum = 0
    if short.more >= 0:
        more = plan.more + short.more
        bought.own = more.limit
        bought.governs = GOVERNS_NONE if bought.own == SHORT_MAX else GOVERNS_TOTAL
        bought.connect = more.connect
        bought.minimum = more.minimum
    if short.per_minute != SHORT_MAX:
        minutes = <int64_t>(<uint32_t>(total_ms + 59_999) // <uint32_t>60_000)
        minutes *= short.per_minute
        # On a tie the limit on minutes is named.
        bought.governs = GOVERNS_MINUTE if minutes <= bought.own else bought.governs
        bought.own = lower(minutes, bought.own)
    return True


cdef inline int64_t short_net(
    const PlanData *plan, int64_t minimum, int64_t amount, int64_t lowest
) noexcept nogil:
    """Return the rounded net of a scaled amount under its lowest ceiling; ``net_of`` in 64 bits."""
    cdef int64_t units
    amount = amount if amount > minimum else minimum
    units = sc_rounded(lower(amount, lowest), &plan.short_unit)
    units -= units * plan.unit_scaled > lowest
    return units * plan.unit


cdef inline int add_taxes(
    const PlanData *plan, const Row *row, Place *place, int64_t left, Charge *charge
) noexcept nogil:
    """Add the taxes on what is left: OK or OVERFLOW."""
    cdef const Tax *tax = place.facility.tax
    cdef const Tax *end = place.facility.tax_end
    cdef int64_t amount, total = left
    if tax == NULL:
        return add_dated_taxes(plan, row, place, left, charge)
    while tax != end:
        amount = tax_of(tax, total if tax.on_prior else left)
        if amount < 0:
            return OVERFLOW
        total += amount
        if total > AMOUNT_MAX:
            return OVERFLOW
        tax += 1
    charge.tax = total - left
    charge.total = total
    return OK


cdef inline int add_dated_taxes(
    const PlanData *plan, const Row *row, Place *place, int64_t left, Charge *charge
) noexcept nogil:
    """The same where taxes differ between kinds of calls or have dates."""
    cdef int32_t cell = tax_cell(row, place)
    cdef const Tax *tax = plan.tax + plan.tax_first[cell]
    cdef const Tax *end = plan.tax + plan.tax_first[cell + 1]
    cdef int64_t amount, total = left, change_ms = FOREVER
    while tax != end:
        if tax.term < 0 or in_force(
            plan, place.facility, tax.term, row.start_ms,
            local_offset(plan, row, place), place.until_ms, &change_ms,
        ):
            amount = tax_of(tax, total if tax.on_prior else left)
            if amount < 0:
                return OVERFLOW
            total += amount
            if total > AMOUNT_MAX:
                return OVERFLOW
        tax += 1
    charge.tax = total - left
    charge.total = total
    return OK


cdef inline int charge_free(
    const PlanData *plan, const Short *short, const Row *row, Place *place,
    int64_t change_ms, Charge *charge,
) noexcept nogil:
    """Price a call that no regulation rules: OK, OVERFLOW, or NOT_SERVED."""
    cdef Bought bought
    if not buy(plan, short, row, change_ms, &bought):
        return NOT_SERVED
    charge.bought_ms = bought.first_ms + bought.rest_ms
    charge.governs = bought.governs
    charge.saved = 0
    charge.state_paid = 0
    charge.net = short_net(
        plan, bought.minimum,
        short.first_price * bought.first_ms + short.rest_price * bought.rest_ms
        + bought.connect,
        bought.own,
    )
    if charge.net > AMOUNT_MAX:
        return OVERFLOW
    return add_taxes(plan, row, place, charge.net, charge)


cdef inline int charge_ruled(
    const PlanData *plan, const Short *short, const Row *row, Place *place,
    const Ruling *ruling, int64_t change_ms, Charge *charge,
) noexcept nogil:
    """Price a call that regulation rules: OK, OVERFLOW, or NOT_SERVED."""
    cdef Bought bought
    cdef const Fraction64 *termination
    cdef int64_t ceiling = SHORT_MAX, law = SHORT_MAX, basis_ms, held, unheld
    cdef int32_t governs = GOVERNS_NONE
    if not buy(plan, short, row, change_ms, &bought):
        return NOT_SERVED
    charge.bought_ms = bought.first_ms + bought.rest_ms
    basis_ms = bought.duration_ms if place.facility.actual_basis else charge.bought_ms
    if ruling.federal.numerator >= 0:
        ceiling = ruling.federal.scaled
        governs = GOVERNS_FEDERAL
        if ruling.termination >= 0:
            termination = find_termination(plan, row, place, ruling)
            if termination != NULL:
                ceiling += termination.scaled
    if ruling.state.numerator >= 0 and ruling.state.scaled < ceiling:
        ceiling = ruling.state.scaled
        governs = GOVERNS_STATE
    if governs:
        law = ceiling * basis_ms
    charge.governs = governs if governs and law <= bought.own else bought.governs
    held = (
        lower(short.first_price, ceiling) * bought.first_ms
        + lower(short.rest_price, ceiling) * bought.rest_ms
        + (0 if ruling.bars_connect else bought.connect)
    )
    unheld = (
        short.first_price * bought.first_ms + short.rest_price * bought.rest_ms
        + bought.connect
    )
    charge.net = short_net(plan, bought.minimum, held, lower(law, bought.own))
    unheld = short_net(plan, bought.minimum, unheld, bought.own)
    if charge.net > AMOUNT_MAX or unheld > AMOUNT_MAX:
        return OVERFLOW
    charge.saved = unheld - charge.net
    charge.state_paid = 0
    if ruling.share_numerator:
        charge.state_paid = <int64_t>sc_round128(
            <int128>charge.net * ruling.share_numerator, ruling.share_denominator, 3
        )
    return add_taxes(plan, row, place, charge.net - charge.state_paid, charge)
