"""The short way to a charge: at most two steps, one rate, all in 64 bits.

Nearly every record of a month goes this way. What it cannot serve it hands back, and the walk of
``_call.pxd`` prices it; both must agree to the micro-dollar. It is written for a loop: what differs from
row to row at random is chosen, not branched on, because a wrong guess costs more than the sum.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint32_t

from securecall._call cimport Match, Place, Row, find_termination, tax_cell
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
    SWITCH_CALL_START,
    Fraction64,
    PlanData,
    Pricing,
    Ruling,
    Tax,
    int128,
    sc_round64,
    sc_round128,
    sc_whole,
)
from securecall._price cimport Charge, tax_of

cdef enum:
    NOT_SERVED = -1


cdef inline int64_t lower(int64_t one, int64_t other) noexcept nogil:
    """Return the lower of two."""
    return one if one < other else other


cdef inline int64_t short_net(
    const PlanData *plan, const Pricing *pricing, int64_t amount, int64_t lowest
) noexcept nogil:
    """Return the rounded net of a scaled amount under its lowest ceiling; ``net_of`` in 64 bits."""
    cdef int64_t least = pricing.minimum * plan.denominator
    cdef int64_t units
    amount = amount if amount > least else least
    amount = lower(amount, lowest)
    units = sc_round64(amount, plan.unit_scaled, plan.mode)
    units -= units * plan.unit_scaled > lowest
    return units * plan.unit


@cython.cdivision(True)
cdef inline int charge_short(
    const PlanData *plan, const Row *row, const Place *place, const Match *match, Charge *charge
) noexcept nogil:
    """Price a call: OK, OVERFLOW, or NOT_SERVED."""
    cdef const Pricing *pricing = plan.pricing + match.rate.pricing
    cdef const Ruling *ruling = match.ruling
    cdef const Fraction64 *termination
    cdef const Tax *tax
    cdef const Tax *tax_end
    cdef int64_t duration_ms = row.duration_ms, bought_ms, basis_ms, ceiling = SHORT_MAX
    cdef int64_t first_ms, rest_ms, usage, connect, amount, left, own, law
    cdef int64_t change_ms = FOREVER
    cdef int32_t cell, governs
    if 0 <= row.authorized_ms <= duration_ms:
        duration_ms = row.authorized_ms
    if duration_ms > pricing.short_ms or duration_ms == 0:
        return NOT_SERVED
    if pricing.prorate and duration_ms == row.authorized_ms:
        bought_ms = duration_ms
    else:
        first_ms = lower(duration_ms, pricing.first_ends)
        bought_ms = (
            sc_whole(first_ms, pricing.first_increment_ms)
            + sc_whole(duration_ms - first_ms, pricing.rest_increment_ms)
        )
    if bought_ms > pricing.short_ms or (
        row.start_ms + bought_ms > match.change_ms and pricing.switch != SWITCH_CALL_START
    ):
        return NOT_SERVED
    charge.bought_ms = bought_ms
    first_ms = lower(bought_ms, pricing.first_ends)
    rest_ms = bought_ms - first_ms
    connect = pricing.connect * plan.denominator
    usage = pricing.first_price * first_ms + pricing.rest_price * rest_ms + connect
    # The contract's own limits: max_total, then max_per_started_minute if that is lower.
    own = pricing.short_limit
    governs = GOVERNS_NONE if own == SHORT_MAX else GOVERNS_TOTAL
    if pricing.short_per_minute != SHORT_MAX:
        amount = pricing.short_per_minute * <int64_t>(<uint32_t>(bought_ms + 59_999) // 60_000)
        governs = GOVERNS_MINUTE if amount <= own else governs
        own = lower(amount, own)
    if ruling == NULL:
        charge.governs = governs
        charge.net = short_net(plan, pricing, usage, own)
        charge.saved = 0
        charge.state_paid = 0
    else:
        basis_ms = duration_ms if place.facility.actual_basis else bought_ms
        law = SHORT_MAX
        cell = GOVERNS_NONE
        if ruling.federal.numerator >= 0:
            ceiling = ruling.federal.scaled
            cell = GOVERNS_FEDERAL
            if ruling.termination >= 0:
                termination = find_termination(plan, row, place, ruling)
                if termination != NULL:
                    ceiling += termination.scaled
        if ruling.state.numerator >= 0 and ruling.state.scaled < ceiling:
            ceiling = ruling.state.scaled
            cell = GOVERNS_STATE
        if cell:
            law = ceiling * basis_ms
        charge.governs = cell if cell and law <= own else governs
        amount = (
            lower(pricing.first_price, ceiling) * first_ms
            + lower(pricing.rest_price, ceiling) * rest_ms
            + (0 if ruling.bars_connect else connect)
        )
        charge.net = short_net(plan, pricing, amount, lower(law, own))
        charge.saved = short_net(plan, pricing, usage, own) - charge.net
        if charge.saved + charge.net > AMOUNT_MAX:
            return OVERFLOW
        charge.state_paid = 0
        if ruling.share_numerator:
            charge.state_paid = <int64_t>sc_round128(
                <int128>charge.net * ruling.share_numerator, ruling.share_denominator, 3
            )
    if charge.net > AMOUNT_MAX:
        return OVERFLOW
    left = charge.net - charge.state_paid
    charge.tax = 0
    cell = tax_cell(row, place)
    tax = plan.tax + plan.tax_first[cell]
    tax_end = plan.tax + plan.tax_first[cell + 1]
    while tax != tax_end:
        if tax.term < 0 or in_force(
            plan, place.facility, tax.term, row.start_ms,
            place.offset_ms, place.until_ms, &change_ms,
        ):
            amount = tax_of(tax, left + charge.tax if tax.on_prior else left)
            if amount < 0:
                return OVERFLOW
            charge.tax += amount
            if left + charge.tax > AMOUNT_MAX:
                return OVERFLOW
        tax += 1
    charge.total = left + charge.tax
    return OK
