"""What a compiled tariff looks like to the loops: plain structs, filled once, never changed.

Amounts are whole micro-dollars. A price is an exact number of micro-dollars per millisecond,
written as a fraction in lowest terms. All fractions that can meet in one call share a
*denominator*, so that usage is one integer sum; where the whole tariff has a small common
denominator (``Plan.denominator`` is not 0) the numerators over it are kept beside the fractions as
``scaled``.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "_native.h" nogil:
    ctypedef long long int128 "sc_int128"     # really 128 bits: never let it meet Python
    const int64_t FOREVER "SC_FOREVER"
    const int64_t AMOUNT_MAX "SC_AMOUNT_MAX"
    const int64_t DURATION_MS_MAX "SC_DURATION_MS_MAX"
    const int64_t START_MS_MAX "SC_START_MS_MAX"
    const int64_t CURVE_MS_MAX "SC_CURVE_MS_MAX"
    ctypedef struct Rounder "sc_rounder":
        pass
    Rounder sc_make_rounder(uint64_t divisor, int mode) noexcept
    int64_t sc_rounded(int64_t value, const Rounder *by) noexcept
    uint64_t sc_short_inverse(uint32_t step) noexcept
    int64_t sc_whole_by(int64_t value, uint32_t step, uint64_t inverse) noexcept
    const int64_t SHORT_MAX "SC_SHORT_MAX"
    const int128 HUGE "SC_HUGE"
    int128 sc_product(int128 a, int128 b) noexcept
    int128 sc_round128(int128 value, int128 divisor, int mode) noexcept
    int64_t sc_round64(int64_t value, int64_t divisor, int mode) noexcept
    int64_t sc_whole(int64_t value, int64_t step) noexcept
    int64_t sc_floor_div(int64_t value, int64_t divisor) noexcept
    void *sc_table(size_t rows, size_t size) noexcept
    void sc_put16(int64_t *to, int64_t value) noexcept
    void sc_put8(int64_t *to, int64_t value) noexcept
    void sc_put_done() noexcept
    void sc_put4(int32_t *to, int32_t value) noexcept
    int64_t sc_rank8(const uint16_t *rising, int64_t count, uint32_t value) noexcept
    void sc_prefetch(const void *memory) noexcept
    int64_t sc_high(int128 value) noexcept
    uint64_t sc_low(int128 value) noexcept
    int128 sc_join(int64_t high, uint64_t low) noexcept
    uint64_t sc_load64(const unsigned char *source) noexcept
    int64_t sc_load_i64(const unsigned char *source) noexcept
    int32_t sc_load_i32(const unsigned char *source) noexcept
    int sc_digits(
        const unsigned char *text, int64_t length, int64_t readable, uint32_t *high, uint32_t *low
    ) noexcept

cdef enum:
    DAY_MS = 86_400_000
    CANDIDATES = 256            # rates that may match one call; the face refuses tariffs with more
    CLASSES = 5                 # local, intrastate, interstate, international, any
    MEDIA = 2
    BILL_TYPES = 5
    RELAYS = 6
    SCOPES = 4                  # intrastate, interstate, international, mixed
    RULING_CELLS = MEDIA * SCOPES * 2 * RELAYS
    TAX_CELLS = MEDIA * 3 * BILL_TYPES
    DAY_TYPES = 28              # weekday, is a holiday, the day before was one
    ASK = 0xFFFF
    TABLES = 29                 # pointers at the end of PlanData

# The order is the precedence of the statuses, worst first, and their numbers in a batch.
cdef enum:
    BAD_FACILITY = 0
    BAD_TIME = 1
    BAD_DURATION = 2
    BAD_NUMBER = 3
    BAD_MEDIUM = 4
    BAD_BILL_TYPE = 5
    UNANSWERED = 6
    NO_RATE = 7
    OVERFLOW = 8
    OK = 9

cdef enum:
    SWITCH_INCREMENT_START = 0
    SWITCH_CALL_START = 1
    SWITCH_SPLIT = 2

cdef enum:
    GOVERNS_NONE = 0
    GOVERNS_FEDERAL = 1
    GOVERNS_STATE = 2
    GOVERNS_MINUTE = 3          # the contract's max_per_started_minute
    GOVERNS_TOTAL = 4           # the contract's max_total

cdef enum:
    LOCAL = 0
    INTRASTATE = 1
    INTERSTATE = 2
    INTERNATIONAL = 3
    ANY = 4

ctypedef struct Fraction64:
    int64_t numerator           # -1: there is none
    int64_t denominator
    int64_t scaled              # numerator over Plan.denominator, when that is not 0

ctypedef struct Step:
    int64_t from_ms
    int64_t increment_ms
    Fraction64 price            # micro-dollars per millisecond

ctypedef struct Pricing:
    int64_t connect
    int64_t minimum
    int64_t maximum             # -1: no max_total
    int64_t free_ms
    Fraction64 per_minute       # max_per_started_minute, micro-dollars
    int128 denominator          # common to this, all ceilings and all rates that come and go
    int32_t step_first
    int32_t steps
    int8_t switch
    int8_t prorate

# The same pricing for the short way: one cache line, all over Plan.denominator.
ctypedef struct Short:
    int64_t first_price
    int64_t rest_price          # of the second step; 0 if there is none
    int64_t per_minute          # max_per_started_minute; SHORT_MAX: none
    uint64_t first_inverse      # of the increments, see sc_whole_by
    uint64_t rest_inverse
    uint32_t first_increment_ms
    uint32_t rest_increment_ms  # of the second step; 1 if there is none
    uint32_t longest_ms         # up to here all sums fit 64 bits; 0: the short way cannot serve
    uint32_t first_ends         # where the increments of the first step end; 2^32 - 1 for one step
    int32_t more                # connect fee, minimum, max_total in PlanData.more; -1: none of them
    int8_t for_call             # the window of the start holds for the whole call
    int8_t prorate

ctypedef struct More:
    int64_t connect
    int64_t minimum
    int64_t limit               # max_total; SHORT_MAX: none

ctypedef struct Rate:
    int32_t pricing
    int32_t id
    int32_t term                # when it is in force; -1: always
    uint8_t media               # bit set of the media it serves
    uint8_t bills               # bit set of the bill types

ctypedef struct Node:
    int32_t rate_first
    int32_t rates
    int32_t parent              # the longest shorter prefix; -1: none
    int32_t length              # digits

# Part of the line of all numbers that one prefix owns.
ctypedef struct Stretch:
    uint64_t begins             # 16 digits, left-justified
    int32_t node                # -1: no prefix fits

# The same for the loop, coarse: cells of four digits behind a bucket's own. Where a cell is all one
# prefix's, whose only rate is always in force, that rate stands here; everywhere else one must ask
# the stretches. Cells and where they begin are small and lie apart, because memory that no cache
# holds costs more than all the sums.
cdef packed struct Cell:
    int32_t id
    uint16_t pricing            # from the contract's first; ASK: look at the stretches

ctypedef struct Prefixes:
    int32_t stretch_first
    int32_t stretches
    int32_t bucket_first        # of 10**digits + 1 buckets
    int32_t cell_first
    int32_t depth               # halvings that leave at most eight cells of the fullest bucket
    int32_t longest             # digits; a shorter number must ask the stretches
    int32_t pricing_first
    uint32_t fits               # bit 5m + b: the cells' rates serve medium m and bill type b
    uint32_t bucket_divisor     # high digits // this = bucket
    uint32_t rest_factor        # (high % bucket_divisor) * this + low * low_inverse >> 58 = rest
    int32_t bucket_shift        # high * bucket_inverse >> bucket_shift = high // bucket_divisor
    uint64_t bucket_inverse
    uint64_t low_inverse

ctypedef struct Contract:
    int32_t prefixes            # -1: none
    int32_t class_first[5]
    int32_t class_rates[5]

ctypedef struct Tax:
    int64_t numerator           # of the base; a percent over 100 in lowest terms
    int64_t denominator
    int64_t unit
    int64_t short_base          # a base up to here fits 64 bits all the way
    Rounder short_unit          # denominator x unit, rounding as the tax does
    int32_t term                # effective dates only; -1: always
    int32_t id
    int8_t mode
    int8_t on_prior

ctypedef struct Facility:
    const Tax *tax              # the taxes of all its calls; NULL: they differ, see tax_cells
    const Tax *tax_end
    int32_t contract
    int32_t prefixes            # the contract's
    int32_t zone
    int32_t state               # region number; -1: not stated
    int32_t rulings             # -1: regulation is "none"
    int32_t tax_cells           # where its taxes begin in PlanData.tax_first
    int32_t local_first
    int32_t locals
    int32_t holiday_first
    int32_t holidays
    int8_t actual_basis

ctypedef struct Span:
    uint64_t begins             # 16 digits, left-justified
    uint64_t ends               # not included
    int32_t length              # digits of the prefix

ctypedef struct Ruling:
    Fraction64 federal          # micro-dollars per millisecond
    Fraction64 state
    int64_t share_numerator     # of net; 0: the state pays nothing
    int64_t share_denominator
    int16_t federal_source
    int16_t state_source
    int8_t bars_connect
    int8_t termination          # which share of a termination add-on to take; -1: none

ctypedef struct RulingTable:
    int32_t interval_first
    int32_t intervals

ctypedef struct Zone:
    int32_t first
    int32_t changes

ctypedef struct Term:
    int64_t from_ms             # UTC
    int64_t to_ms
    int32_t schedule            # -1: at any time of day

ctypedef struct Edge:
    int32_t day_ms              # from here on
    int32_t in_force

ctypedef struct PlanData:
    int64_t denominator         # common to the whole tariff, or 0
    int64_t unit                # of net
    int64_t unit_scaled         # unit x denominator, when both fit
    Rounder short_unit          # the same, rounding as net does
    int32_t mode
    int32_t terms
    int32_t rulings
    int32_t termination_contract  # prefixes of the termination add-ons; -1: none
    int32_t termination_shares
    # From here on pointers only, TABLES of them: a plan that lies in a file is read by their order.
    Step *step
    Pricing *pricing
    Short *short
    More *more
    Rate *rate
    Node *node
    Stretch *stretch
    Cell *cell
    uint16_t *cell_begins       # digits after the bucket's own
    int32_t *bucket
    Prefixes *prefixes
    Contract *contract
    Facility *facility
    Span *local
    int32_t *holiday            # days since 1970-01-01, sorted within a facility
    Ruling *ruling
    RulingTable *ruling_table
    int32_t *ruling_start       # first day of each interval
    int32_t *ruling_cell        # RULING_CELLS an interval; -1: nothing rules
    Zone *zone
    int64_t *zone_utc           # ms; the offset holds from here on
    int64_t *zone_offset        # ms
    Term *term                  # terms an entry for each zone
    int32_t *edge_first         # DAY_TYPES + 1 a schedule
    Edge *edge
    Tax *tax                    # in cells, so that the taxes of a call lie together
    int32_t *tax_first          # TAX_CELLS + 1 a tax table
    Fraction64 *termination     # micro-dollars per millisecond, by rate id and share
    int16_t *area               # 1000: region of an area code; see numbering.py
