"""The short way to a charge: at most two steps, one window, all in 64 bits.

Nearly every record of a month goes this way. What it cannot serve it hands back, and the walk of
``_call.pxd`` prices it; both must agree to the micro-dollar.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint32_t

from securecall._call cimport Call, Row, find_termination
from securecall._match cimport in_force
from securecall._plan cimport (
    AMOUNT_MAX,
    BILL_TYPES,
    FOREVER,
    GOVERNS_FEDERAL,
    GOVERNS_MINUTE,
    GOVERNS_NONE,
    GOVERNS_STATE,
    GOVERNS_TOTAL,
    OK,
    OVERFLOW,
    SWITCH_CALL_START,
    TAX_CELLS,
    Fraction64,
    PlanData,
    Pricing,
    Ruling,
    Step,
    Tax,
    int128,
    sc_round64,
    sc_round128,
    sc_whole,
)
from securecall._price cimport Charge, tax_of

cdef enum:
    NOT_SERVED = -1


cdef inline int64_t short_net(
    const PlanData *plan, const Pricing *pricing, int64_t amount, int64_t bought_ms,
    int64_t ceiling, int64_t basis_ms, int32_t *governs,
) noexcept nogil:
    """Return the rounded net of a scaled amount; ``net_of`` in 64 bits."""
    cdef int64_t lowest = -1, other, units
    if pricing.minimum and amount < pricing.minimum * plan.denominator:
        amount = pricing.minimum * plan.denominator
    if ceiling >= 0:
        lowest = ceiling * basis_ms
    if pricing.per_minute.numerator >= 0:
        other = pricing.per_minute.scaled * <int64_t>(<uint32_t>(bought_ms + 59_999) // 60_000)
        if lowest < 0 or other < lowest:
            lowest = other
            governs[0] = GOVERNS_MINUTE
    if pricing.maximum >= 0:
        other = pricing.maximum * plan.denominator
        if lowest < 0 or other < lowest:
            lowest = other
            governs[0] = GOVERNS_TOTAL
    if lowest < 0:
        return sc_round64(amount, plan.unit_scaled, plan.mode) * plan.unit
    if lowest < amount:
        amount = lowest
    units = sc_round64(amount, plan.unit_scaled, plan.mode)
    if units * plan.unit_scaled > lowest:
        units -= 1
    return units * plan.unit


@cython.cdivision(True)
cdef inline int charge_short(
    const PlanData *plan, const Row *row, Call *call, Charge *charge
) noexcept nogil:
    """Price a call: OK, OVERFLOW, or NOT_SERVED. Fills bought_ms."""
    cdef const Pricing *pricing = plan.pricing + call.rate.pricing
    cdef const Step *step = plan.step + pricing.step_first
    cdef const Ruling *ruling = call.ruling
    cdef const Fraction64 *termination
    cdef const Tax *tax
    cdef const Tax *tax_end
    cdef int64_t duration_ms = row.duration_ms, bought_ms, basis_ms, ceiling = -1
    cdef int64_t first_ms, rest_ms, price, rest_price, usage, connect, amount, left
    cdef int64_t change_ms = FOREVER
    cdef int32_t cell, ignored
    if 0 <= row.authorized_ms <= duration_ms:
        duration_ms = row.authorized_ms
    if duration_ms > pricing.short_ms or duration_ms == 0:
        return NOT_SERVED
    if pricing.prorate and duration_ms == row.authorized_ms:
        bought_ms = duration_ms
    elif duration_ms <= step.increment_ms:
        bought_ms = step.increment_ms
    elif duration_ms <= pricing.first_ends:
        bought_ms = sc_whole(duration_ms, step.increment_ms)
    else:
        bought_ms = pricing.first_ends + sc_whole(
            duration_ms - pricing.first_ends, step[1].increment_ms
        )
    if bought_ms > pricing.short_ms or (
        row.start_ms + bought_ms > call.change_ms and pricing.switch != SWITCH_CALL_START
    ):
        return NOT_SERVED
    call.bought_ms = bought_ms
    basis_ms = duration_ms if call.facility.actual_basis else bought_ms
    first_ms = bought_ms if bought_ms < pricing.first_ends else pricing.first_ends
    rest_ms = bought_ms - first_ms
    price = step.price.scaled
    rest_price = step[1].price.scaled if rest_ms else 0
    connect = pricing.connect * plan.denominator
    usage = price * first_ms + rest_price * rest_ms
    charge.governs = GOVERNS_NONE
    charge.saved = 0
    if ruling == NULL:
        charge.net = short_net(
            plan, pricing, usage + connect, bought_ms, -1, basis_ms, &charge.governs
        )
    else:
        if ruling.federal.numerator >= 0:
            ceiling = ruling.federal.scaled
            if ruling.termination >= 0:
                termination = find_termination(plan, row, call)
                if termination != NULL:
                    ceiling += termination.scaled
            charge.governs = GOVERNS_FEDERAL
        if ruling.state.numerator >= 0 and (ceiling < 0 or ruling.state.scaled < ceiling):
            ceiling = ruling.state.scaled
            charge.governs = GOVERNS_STATE
        amount = usage
        if ceiling >= 0:
            amount = (price if price < ceiling else ceiling) * first_ms
            amount += (rest_price if rest_price < ceiling else ceiling) * rest_ms
        if not ruling.bars_connect:
            amount += connect
        charge.net = short_net(
            plan, pricing, amount, bought_ms, ceiling, basis_ms, &charge.governs
        )
        if amount != usage + connect or (
            ceiling >= 0 and (pricing.minimum or connect or basis_ms != bought_ms)
        ):
            charge.saved = short_net(
                plan, pricing, usage + connect, bought_ms, -1, basis_ms, &ignored
            ) - charge.net
            if charge.saved + charge.net > AMOUNT_MAX:
                return OVERFLOW
    if charge.net > AMOUNT_MAX:
        return OVERFLOW
    left = charge.net
    charge.state_paid = 0
    if ruling != NULL and ruling.share_numerator:
        charge.state_paid = <int64_t>sc_round128(
            <int128>left * ruling.share_numerator, ruling.share_denominator, 3
        )
        left -= charge.state_paid
    charge.tax = 0
    if left > 0:
        cell = row.medium * 3 + (1 if call.scope == 3 else call.scope)
        cell = call.facility.tax_cells * (TAX_CELLS + 1) + cell * BILL_TYPES + row.bill_type
        tax = plan.tax + plan.tax_first[cell]
        tax_end = plan.tax + plan.tax_first[cell + 1]
        while tax != tax_end:
            if tax.term < 0 or in_force(
                plan, call.facility, tax.term, row.start_ms,
                call.offset_ms, call.until_ms, &change_ms,
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
