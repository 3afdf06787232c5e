"""One call, from a row's values to its charge; the scalar door and the batch loop come here."""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from securecall._match cimport (
    SCOPE_MIXED,
    best,
    gather,
    in_force,
    is_local,
    node_of,
    offset_at,
    scope_of,
)
from securecall._plan cimport (
    BAD_BILL_TYPE,
    BAD_DURATION,
    BAD_FACILITY,
    BAD_MEDIUM,
    BAD_NUMBER,
    BAD_TIME,
    BILL_TYPES,
    CANDIDATES,
    DAY_MS,
    DURATION_MS_MAX,
    FOREVER,
    GOVERNS_FEDERAL,
    GOVERNS_STATE,
    INTERSTATE,
    INTRASTATE,
    LOCAL,
    MEDIA,
    NO_RATE,
    OK,
    OVERFLOW,
    RELAYS,
    RULING_CELLS,
    START_MS_MAX,
    SWITCH_CALL_START,
    SWITCH_SPLIT,
    UNANSWERED,
    Facility,
    Fraction64,
    Node,
    PlanData,
    Prefixes,
    Pricing,
    Rate,
    Ruling,
    RulingTable,
    Step,
    Tax,
    int128,
    sc_digits,
    sc_floor_div,
    sc_round64,
    sc_whole,
)
from securecall._price cimport (
    Charge,
    Terms,
    Walk,
    finish,
    net_of,
    scaled,
    tax_of,
    walk_begin,
    walk_bought,
    walk_usage,
)

# The first of the bill types that the 2013 rules call collect: collect and direct bill.
cdef enum:
    BILL_COLLECT = 3


# The row as it came in. A code of -1 is a word that nobody knows.
ctypedef struct Row:
    int64_t start_ms
    int64_t duration_ms
    int64_t authorized_ms       # -1: the record does not say
    int32_t facility
    int32_t medium
    int32_t bill_type
    int32_t relay
    uint32_t high               # the number, left-justified, in two halves of eight digits
    uint32_t low
    int32_t digits              # 0: no number


# Where a zone's wall clock was last looked up.
ctypedef struct Hint:
    int64_t from_ms
    int64_t until_ms
    int64_t offset_ms


# Where it is from, where it goes, and what the clocks show.
ctypedef struct Place:
    const Facility *facility
    Hint *hint                  # of the facility's zone
    int64_t offset_ms           # of the wall clock at the start; ask local_offset
    int64_t until_ms            # up to when that holds; before the start: not looked up yet
    int32_t scope
    int32_t rate_class


# What it meets: the rate at the start, and what regulation says.
ctypedef struct Match:
    const Rate *rate
    int32_t id                  # of the rate
    const Ruling *ruling        # NULL: nothing rules
    int64_t change_ms           # when another rate may come into force


# What pricing it by the walk needs besides.
ctypedef struct Call:
    Place place
    Match match
    int32_t count
    int32_t current
    const Rate *candidates[256]
    Tax taxes[64]


cdef inline void read_number(
    const unsigned char *text, int64_t length, int64_t readable, Row *row
) noexcept nogil:
    """Read a number's digits; ``readable`` bytes may be touched."""
    if length > 0 and text[0] == 43:         # "+"
        text += 1
        length -= 1
        readable -= 1
    row.digits = sc_digits(text, length, readable, &row.high, &row.low)


cdef inline int check(
    const PlanData *plan, int32_t facilities, const Row *row, Place *place, Hint *hints
) noexcept nogil:
    """Judge a row up to the point where a rate is looked for: a status, OK so far.

    The number's scope and class are filled if the number is good.
    """
    cdef const Facility *facility
    if <uint32_t>row.facility >= <uint32_t>facilities:
        return BAD_FACILITY
    facility = plan.facility + row.facility
    place.facility = facility
    place.hint = hints + facility.zone
    place.until_ms = -1
    if <uint64_t>row.start_ms >= <uint64_t>START_MS_MAX:
        return BAD_TIME
    if <uint64_t>row.duration_ms > <uint64_t>DURATION_MS_MAX:
        return BAD_DURATION
    if row.authorized_ms < -1 or row.authorized_ms > DURATION_MS_MAX:
        return BAD_DURATION
    if row.digits == 0:
        return BAD_NUMBER
    place.scope = scope_of(plan, facility, row.high, row.digits)
    if place.scope < 0:
        return BAD_NUMBER
    if (row.medium | row.relay) < 0:
        return BAD_MEDIUM
    if row.bill_type < 0:
        return BAD_BILL_TYPE
    place.rate_class = INTERSTATE if place.scope == SCOPE_MIXED else place.scope + 1
    if facility.locals and is_local(plan, facility, row.high, row.low, row.digits):
        place.rate_class = LOCAL
    if row.duration_ms == 0:
        return UNANSWERED
    return OK


cdef inline int64_t local_offset(
    const PlanData *plan, const Row *row, Place *place
) noexcept nogil:
    """Return what the facility's wall clock is ahead of UTC at the start; fills until_ms."""
    cdef Hint *hint = place.hint
    if place.until_ms < 0:
        if not hint.from_ms <= row.start_ms < hint.until_ms:
            hint.offset_ms = offset_at(
                plan, plan.zone + place.facility.zone, row.start_ms, &hint.until_ms
            )
            hint.from_ms = row.start_ms
        place.offset_ms = hint.offset_ms
        place.until_ms = hint.until_ms
    return place.offset_ms


cdef inline int32_t scope_class(const Place *place) noexcept nogil:
    """Return the class of the jurisdiction; a mixed number counts as interstate."""
    return INTERSTATE if place.scope == SCOPE_MIXED else place.scope + 1


cdef inline int find_rate(
    const PlanData *plan, const Row *row, const Node *node, Call *call
) noexcept nogil:
    """Find the rate in force at the start: OK or NO_RATE. ``node`` is the number's prefix."""
    cdef Place *place = &call.place
    # First of all, and alone: C may read until_ms before a call beside it has filled it in.
    cdef int64_t offset_ms = local_offset(plan, row, place)
    call.count = gather(
        plan, place.facility, node, place.rate_class, scope_class(place),
        row.medium, row.bill_type, row.start_ms, call.candidates,
    )
    call.current = best(
        plan, place.facility, call.candidates, call.count,
        row.start_ms, offset_ms, place.until_ms, &call.match.change_ms,
    )
    if call.current < 0:
        return NO_RATE
    call.match.rate = call.candidates[call.current]
    return OK


cdef inline const Node *find_node(
    const PlanData *plan, const Row *row, const Place *place
) noexcept nogil:
    """Return the longest prefix of the contract that fits the number, or NULL."""
    cdef int32_t prefixes = place.facility.prefixes
    if prefixes < 0:
        return NULL
    return node_of(plan, plan.prefixes + prefixes, row.high, row.low, row.digits)


cdef inline const Ruling *find_ruling(
    const PlanData *plan, const Row *row, Place *place
) noexcept nogil:
    """Return what regulation says of a call that begins on the facility's date; NULL: nothing."""
    cdef const RulingTable *table
    cdef const int32_t *starts
    cdef int64_t day
    cdef int32_t interval, cell
    if place.facility.rulings < 0:
        return NULL
    table = plan.ruling_table + place.facility.rulings
    starts = plan.ruling_start + table.interval_first
    day = sc_floor_div(row.start_ms + local_offset(plan, row, place), DAY_MS)
    interval = table.intervals - 1
    while starts[interval] > day:            # the first interval begins before all time
        interval -= 1
    cell = (row.medium * 4 + place.scope) * 2
    cell += row.bill_type >= BILL_COLLECT
    cell = cell * RELAYS + row.relay
    cell = plan.ruling_cell[<int64_t>(table.interval_first + interval) * RULING_CELLS + cell]
    return NULL if cell < 0 else plan.ruling + cell


cdef inline const Fraction64 *find_termination(
    const PlanData *plan, const Row *row, Place *place, const Ruling *ruling
) noexcept nogil:
    """Return what the provider pays to end a call abroad, or NULL if the tariff does not say."""
    cdef const Node *node
    cdef const Rate *rate
    cdef int64_t change_ms = FOREVER
    cdef int32_t index
    if plan.termination_contract < 0:
        return NULL
    node = node_of(
        plan, plan.prefixes + plan.contract[plan.termination_contract].prefixes,
        row.high, row.low, row.digits,
    )
    while node != NULL:
        rate = plan.rate + node.rate_first
        for index in range(node.rates):
            if rate[index].term < 0 or in_force(
                plan, place.facility, rate[index].term, row.start_ms,
                local_offset(plan, row, place), place.until_ms, &change_ms,
            ):
                return (
                    plan.termination + rate[index].id * plan.termination_shares
                    + ruling.termination
                )
        node = plan.node + node.parent if node.parent >= 0 else NULL
    return NULL


cdef inline int32_t tax_cell(const Row *row, const Place *place) noexcept nogil:
    """Return where the taxes of such a call begin in ``tax_first``."""
    cdef int32_t cell = row.medium * 3 + scope_class(place) - 1
    return place.facility.tax_cells + cell * BILL_TYPES + row.bill_type


cdef inline void fix_terms(
    const PlanData *plan, const Row *row, Call *call, Terms *terms
) noexcept nogil:
    """Fill in all that a call's start fixes."""
    cdef Place *place = &call.place
    cdef const Pricing *pricing = plan.pricing + call.match.rate.pricing
    cdef const Ruling *ruling = call.match.ruling
    cdef const Fraction64 *termination
    cdef const Tax *tax
    cdef int64_t change_ms = FOREVER
    cdef int128 rate
    cdef int32_t cell, first, after, index
    # The last candidate is the one that is always in force, if there is one: the only rate whose
    # units the denominators of the others do not hold already.
    terms.scale = plan.denominator
    if terms.scale == 0:
        terms.scale = plan.pricing[call.candidates[call.count - 1].pricing].denominator
    terms.connect = pricing.connect
    terms.minimum = pricing.minimum
    terms.maximum = pricing.maximum
    terms.per_minute = -1
    if pricing.per_minute.numerator >= 0:
        terms.per_minute = scaled(plan, &pricing.per_minute, terms.scale)
    terms.unit = plan.unit
    terms.mode = plan.mode
    terms.actual_basis = place.facility.actual_basis
    terms.ceilings.rate = -1
    terms.ceilings.rate_governs = 0
    terms.share_numerator = 0
    terms.share_denominator = 1
    terms.bars_connect = 0
    if ruling != NULL:
        terms.bars_connect = ruling.bars_connect
        terms.share_numerator = ruling.share_numerator
        terms.share_denominator = ruling.share_denominator
        if ruling.federal.numerator >= 0:
            rate = scaled(plan, &ruling.federal, terms.scale)
            if ruling.termination >= 0:
                termination = find_termination(plan, row, place, ruling)
                if termination != NULL:
                    rate += scaled(plan, termination, terms.scale)
            terms.ceilings.rate = rate
            terms.ceilings.rate_governs = GOVERNS_FEDERAL
        if ruling.state.numerator >= 0:
            rate = scaled(plan, &ruling.state, terms.scale)
            if terms.ceilings.rate < 0 or rate < terms.ceilings.rate:
                terms.ceilings.rate = rate
                terms.ceilings.rate_governs = GOVERNS_STATE
    cell = tax_cell(row, place)
    first = plan.tax_first[cell]
    after = plan.tax_first[cell + 1]
    terms.tax = plan.tax + first
    terms.taxes = after - first
    for index in range(first, after):
        if plan.tax[index].term >= 0:
            break
    else:
        return
    terms.taxes = 0                          # some are dated: copy those that hold today
    terms.tax = call.taxes
    for index in range(first, after):
        tax = plan.tax + index
        if tax.term < 0 or in_force(
            plan, place.facility, tax.term, row.start_ms,
            local_offset(plan, row, place), place.until_ms, &change_ms,
        ):
            call.taxes[terms.taxes] = tax[0]
            terms.taxes += 1


cdef inline int charge_walk(
    const PlanData *plan, const Row *row, Call *call, const Terms *terms, Charge *charge
) noexcept nogil:
    """Price a call by walking its increments: OK or OVERFLOW."""
    cdef const Pricing *pricing = plan.pricing + call.match.rate.pricing
    cdef Walk walk
    cdef Terms unheld
    cdef int64_t duration_ms = row.duration_ms, basis_ms
    cdef int32_t ignored
    cdef int each_ms = pricing.switch == SWITCH_SPLIT
    if 0 <= row.authorized_ms <= duration_ms:
        duration_ms = row.authorized_ms
    if duration_ms == 0:
        charge.bought_ms = 0
        charge.net = charge.state_paid = charge.tax = charge.total = charge.saved = 0
        charge.governs = _governs_nothing(terms)
        return OK
    if pricing.prorate and duration_ms == row.authorized_ms:
        charge.bought_ms = duration_ms         # the last increment is cut to what was authorised
    else:
        walk_begin(
            &walk, plan, call.place.facility, call.candidates, call.count, call.current,
            call.match.change_ms,
            row.start_ms, FOREVER, terms, 0,
        )
        charge.bought_ms = walk_bought(&walk, duration_ms)
    basis_ms = duration_ms if terms.actual_basis else charge.bought_ms
    walk_begin(
        &walk, plan, call.place.facility, call.candidates, call.count, call.current,
        call.match.change_ms,
        row.start_ms, FOREVER, terms, each_ms,
    )
    charge.net = net_of(
        terms, walk_usage(&walk, charge.bought_ms, pricing.free_ms), charge.bought_ms, basis_ms,
        True,
        &charge.governs,
    )
    if charge.net < 0:
        return OVERFLOW
    charge.saved = 0
    if terms.ceilings.rate >= 0 or (terms.bars_connect and terms.connect):
        unheld = terms[0]
        unheld.ceilings.rate = -1
        walk_begin(
            &walk, plan, call.place.facility, call.candidates, call.count, call.current,
            call.match.change_ms,
            row.start_ms, FOREVER, &unheld, each_ms,
        )
        charge.saved = net_of(
            terms, walk_usage(&walk, charge.bought_ms, pricing.free_ms), charge.bought_ms, basis_ms,
            False, &ignored,
        )
        if charge.saved < 0:
            return OVERFLOW
        charge.saved -= charge.net
    return OVERFLOW if finish(terms, charge) else OK


cdef inline int _governs_nothing(const Terms *terms) noexcept nogil:
    """Return what governs a charge of nothing: the first ceiling that is 0 at no time."""
    if terms.ceilings.rate >= 0:
        return terms.ceilings.rate_governs
    if terms.per_minute >= 0:
        return 3
    return 4 if terms.maximum >= 0 else 0
