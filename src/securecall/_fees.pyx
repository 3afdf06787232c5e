"""The loops that work out fees on payments; securecall.rating.fees and its neighbours are the face.

A `Stack` holds the fees of one kind of payment at one time, in order, each with what regulation
makes of it. It never changes after it was made: any number of threads may ask one stack. The loops
release the GIL, take their results' memory from the caller and start no threads. `_fee_law.pxd` has
the law, `_fee_rows.pxd` says how the loop reads a table.
"""

cimport cython
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from securecall._fee_law cimport (
    AMOUNT_MAX,
    BAD_AMOUNT,
    BAD_FACILITY,
    BAD_TIME,
    CENT,
    OF_NOTHING,
    OK,
    OVERFLOW,
    Fee,
    Quote,
    int128,
    leap,
    work_out,
)
from securecall._fee_rows cimport (
    CENTS_MAX,
    Calendars,
    Words,
    cents_of,
    code_at,
    stack_in_force,
)

cdef extern from "_native.h" nogil:
    const int64_t START_MS_MAX "SC_START_MS_MAX"
    int64_t sc_floor_div(int64_t value, int64_t divisor) noexcept

# The face and this module must be of one version; the face compares this with its own.
VERSION = 1

cdef enum:
    FIELDS = 11
    STATUSES = 6


cdef void *_allocate(Py_ssize_t rows, size_t size) except NULL:
    """Return zeroed memory for rows, at least one of them."""
    cdef void *memory = calloc(rows + 1, size)
    if memory == NULL:
        raise MemoryError
    return memory


@cython.final
cdef class Stack:
    """Fees in order.

    ``rows`` is flat: flat, numerator, denominator, unit, cap, base, mode, added, short_base,
    short_flat and short_divisor of each fee.
    """

    cdef Fee *fee
    cdef readonly int32_t fees

    def __cinit__(self, const int64_t[::1] rows not None):
        cdef Py_ssize_t index, first
        if rows.shape[0] % FIELDS:
            raise ValueError(f"a fee has {FIELDS} numbers")
        self.fees = <int32_t>(rows.shape[0] // FIELDS)
        self.fee = <Fee *>_allocate(self.fees, sizeof(Fee))
        for index in range(self.fees):
            first = index * FIELDS
            self.fee[index].flat = rows[first]
            self.fee[index].numerator = rows[first + 1]
            self.fee[index].denominator = rows[first + 2]
            self.fee[index].unit = rows[first + 3]
            self.fee[index].cap = rows[first + 4]
            self.fee[index].base = <int32_t>rows[first + 5]
            self.fee[index].mode = <int8_t>rows[first + 6]
            self.fee[index].added = <int8_t>rows[first + 7]
            self.fee[index].short_base = rows[first + 8]
            self.fee[index].short_flat = rows[first + 9]
            self.fee[index].short_divisor = rows[first + 10]
            if self.fee[index].denominator < 1 or self.fee[index].unit < 1:
                raise ValueError("denominator and unit must be 1 or more")
            if not OF_NOTHING <= self.fee[index].base < index:
                raise ValueError("base must be an earlier fee")

    def __dealloc__(self):
        free(self.fee)

    def quote(self, int64_t deposit):
        """Take one deposit through the stack.

        Returns (status, stopped, left, paid, credited, removed, charged by fee, removed by fee).
        If it stopped, the second and third say at which fee and what was left before it; the rest
        is 0 then, and the tuples end there.
        """
        cdef int64_t room[32]
        cdef int64_t *charged = room
        cdef Quote quote
        cdef int32_t index, worked
        cdef int status
        if not 0 <= deposit <= AMOUNT_MAX:
            raise ValueError("deposit must be an amount of 0 or more")
        if 2 * self.fees > 32:
            charged = <int64_t *>_allocate(2 * self.fees, sizeof(int64_t))
        quote.paid = quote.credited = quote.removed = quote.left = 0
        quote.stopped = -1
        status = work_out(self.fee, self.fees, deposit, charged, charged + self.fees, &quote)
        worked = self.fees if status == OK else quote.stopped + 1
        amounts = tuple([charged[index] for index in range(worked)])
        taken_off = tuple([charged[self.fees + index] for index in range(worked)])
        if charged != room:
            free(charged)
        return (
            status, quote.stopped, quote.left, quote.paid, quote.credited if status == OK else 0,
            quote.removed, amounts, taken_off,
        )

    @cython.cdivision(True)
    def reach(self, int64_t wanted, int64_t last_cents):
        """Return the least deposit in cents that credits ``wanted`` or more, or overflows.

        1 to ``last_cents``, or one more if none does. Only for stacks in which more deposited never
        credits less.
        """
        cdef int64_t low = 0, high = last_cents + 1, middle
        cdef int64_t *charged = <int64_t *>_allocate(self.fees, sizeof(int64_t))
        cdef Quote quote
        cdef int status
        with nogil:
            while high - low > 1:            # low does not reach it, high does
                middle = low + (high - low) // 2
                status = work_out(self.fee, self.fees, middle * CENT, charged, NULL, &quote)
                if status == OVERFLOW or (status == OK and quote.credited >= wanted):
                    high = middle
                else:
                    low = middle
        free(charged)
        return high

    @cython.cdivision(True)
    def find(
        self, int64_t wanted, int64_t first_cents, int64_t last_cents, bint leaps, bint first_hit,
        int64_t work,
    ):
        """Look for the deposit of a range that credits exactly ``wanted`` for the least payment.

        Parameters
        ----------
        wanted : int
            Micro-dollars.
        first_cents, last_cents : int
            The range, whole cents, both ends included.
        leaps : bool
            Whether deducted fees never fall when the deposit grows: then a deposit whose credit
            falls short by some cents is followed by none that suffices for as many cents, and those
            are left out.
        first_hit : bool
            Whether the first hit has the least payment; otherwise the search goes on up to the
            deposit that equals the best payment, since a payment is never less than its deposit.
        work : int
            How many deposits may be looked at.

        Returns
        -------
        found, paid, work : int
            The deposit in cents or 0, its payment, and the work left; -1 if it ran out.
        """
        cdef int64_t cents = first_cents, found = 0, best = AMOUNT_MAX + 1, short
        cdef int64_t *charged = <int64_t *>_allocate(self.fees, sizeof(int64_t))
        cdef Quote quote
        cdef int status
        quote.credited = 0
        with nogil:
            while cents <= last_cents:
                work -= 1
                if work < 0:
                    break
                status = work_out(self.fee, self.fees, cents * CENT, charged, NULL, &quote)
                short = wanted - quote.credited
                if status == OK and short == 0 and quote.paid < best:
                    best = quote.paid
                    found = cents
                    if first_hit:
                        break
                    last_cents = min(last_cents, best // CENT)
                cents += leap(short) if leaps and status != OVERFLOW else 1
        free(charged)
        return found, best, work

    def neighbours(
        self, int64_t wanted, int64_t first_cents, int64_t last_cents, int64_t below, int64_t above,
        int64_t below_goal, int64_t above_goal, bint leaps, int64_t work,
    ):
        """Look for the credits of a range that are nearest to ``wanted`` on both sides.

        Parameters
        ----------
        wanted, first_cents, last_cents, leaps, work : int
            As in `find`.
        below, above : int
            The nearest known so far: 0 and one beyond all amounts for none.
        below_goal, above_goal : int
            What none can be nearer than: the search ends once it knows both.

        Returns
        -------
        below, above, work : int
        """
        cdef int64_t cents = first_cents
        cdef int64_t *charged = <int64_t *>_allocate(self.fees, sizeof(int64_t))
        cdef Quote quote
        cdef int status
        quote.credited = 0
        with nogil:
            while cents <= last_cents and (below < below_goal or above > above_goal):
                work -= 1
                if work < 0:
                    break
                status = work_out(self.fee, self.fees, cents * CENT, charged, NULL, &quote)
                if status == OK and quote.credited < wanted:
                    below = max(below, quote.credited)
                elif status == OK and quote.credited > wanted:
                    above = min(above, quote.credited)
                # Only a credit above the nearest below is any news.
                cents += leap(below + 1 - quote.credited) if leaps and status != OVERFLOW else 1
        free(charged)
        return below, above, work


@cython.cdivision(True)
def cents_of_decimals(const uint8_t[::1] values not None, int scale, int64_t[::1] cents not None):
    """Read decimal128 amounts as whole cents above 0; -1 for what is none.

    ``scale`` is that of the Arrow type, -38 to 38.
    """
    cdef Py_ssize_t row, rows = cents.shape[0]
    cdef int128 value, factor = 1, bound
    cdef int _
    if values.shape[0] < 16 * rows:
        raise ValueError("values are too few for the rows")
    for _ in range(abs(scale - 2) if abs(scale - 2) < 38 else 38):
        factor *= 10
    bound = CENTS_MAX                        # before it is scaled up, a value is compared with less
    with nogil:
        for row in range(rows):
            memcpy(&value, &values[16 * row], 16)
            cents[row] = -1
            if value <= 0:
                continue
            if scale >= 2:
                if value % factor == 0 and value // factor <= bound:
                    cents[row] = <int64_t>(value // factor)
            elif value <= bound // factor:
                cents[row] = <int64_t>(value * factor)


def cents_of_text(
    const int64_t[::1] offsets not None, const uint8_t[::1] content not None,
    int64_t[::1] cents not None,
):
    """Read amounts of text as whole cents above 0; -1 for what is none.

    ``offsets`` says where each row begins in ``content``, and where the last one ends.
    """
    cdef Py_ssize_t row, rows = cents.shape[0]
    cdef const uint8_t *first = NULL
    if offsets.shape[0] < rows + 1:
        raise ValueError("offsets are too few for the rows")
    if content.shape[0]:
        first = &content[0]
    with nogil:
        for row in range(rows):
            cents[row] = -1
            # Offsets that lie about their content point at nothing.
            if 0 <= offsets[row] < offsets[row + 1] <= content.shape[0]:
                cents[row] = cents_of(first + offsets[row], offsets[row + 1] - offsets[row])


cdef int _read_words(
    tuple pair, Py_ssize_t rows, int32_t lowest, Py_ssize_t beyond, list held, Words *words
) except -1:
    """Read (indices, codes); codes must lie from ``lowest`` to below ``beyond``."""
    cdef const int32_t[::1] index = pair[0]
    cdef const int32_t[::1] code = pair[1]
    cdef Py_ssize_t place
    if index.shape[0] < rows or code.shape[0] < 1:
        raise ValueError("words are too few for the rows")
    for place in range(code.shape[0]):
        if not lowest <= code[place] < beyond:
            raise ValueError("a code is out of bounds")
    held.append((index, code))
    words.index = &index[0] if index.shape[0] else NULL
    words.code = &code[0]
    words.codes = <int32_t>code.shape[0]
    return 0


cdef int _check_calendars(
    Py_ssize_t stacks, const int64_t[::1] starts, const int32_t[::1] stack_at,
    const int32_t[::1] first, const int32_t[::1] table,
) except -1:
    """Raise unless every number points at something; the loop looks at none of them twice."""
    cdef Py_ssize_t index, calendars = first.shape[0] - 1
    if calendars < 0 or first[calendars] > starts.shape[0] or starts.shape[0] != stack_at.shape[0]:
        raise ValueError("calendars differ in length")
    for index in range(calendars):
        if not 0 <= first[index] < first[index + 1]:
            raise ValueError("a calendar must have at least one stack")
    for index in range(stack_at.shape[0]):
        if not 0 <= stack_at[index] < stacks:
            raise ValueError("a calendar names a stack that is not there")
    for index in range(table.shape[0]):
        if not 0 <= table[index] < calendars:
            raise ValueError("the table names a calendar that is not there")
    return 0


def quote_rows(
    list stacks not None,
    const int64_t[::1] starts not None,
    const int32_t[::1] stack_at not None,
    const int32_t[::1] first not None,
    const int32_t[::1] table not None,
    Py_ssize_t method_codes,
    Py_ssize_t channel_codes,
    tuple facility not None,
    tuple method not None,
    tuple channel not None,
    const int64_t[::1] at not None,
    int64_t at_unit,
    int64_t at_divisor,
    const int64_t[::1] cents not None,
    int8_t[::1] status not None,
    int64_t[::1] amounts not None,
    uint8_t[::1] valid not None,
):
    """Quote rows of deposits; return how many rows have each status.

    Parameters
    ----------
    stacks : list of Stack
    starts, stack_at, first : arrays
        Calendars one after the other: from ``starts`` on (milliseconds, the first of a calendar 0)
        the stack ``stack_at`` holds; ``first`` has where each calendar begins, and the end.
    table : array
        Which calendar, by the codes of facility, method and channel, the last going fastest.
    method_codes, channel_codes : int
        How many there are.
    facility, method, channel : tuple of two int32 arrays
        Indices by row, -1 for a null, and codes by index, that of a null first. A facility may have
        the code -1: it is none.
    at : array
        Times ``at_unit``, divided by ``at_divisor`` and floored: milliseconds.
    cents : array
        Deposits; -1 for what is no amount.
    status, amounts, valid : writable arrays
        ``amounts`` is paid, fees, credited and removed, one after the other, each 16 bytes a row as
        int64; ``valid`` has a bit a row.
    """
    cdef Py_ssize_t row, rows = status.shape[0], index, places, most = 0
    cdef list held = []
    cdef Words facilities, methods, channels
    cdef Calendars calendars
    cdef Stack stack
    cdef int64_t *charged = NULL
    cdef int64_t tally[STATUSES]
    cdef int64_t instant
    cdef int32_t place, found
    cdef int outcome, bits = 0
    cdef Quote quote
    if at.shape[0] < rows or cents.shape[0] < rows or valid.shape[0] * 8 < rows:
        raise ValueError("columns differ in length")
    if amounts.shape[0] < 8 * rows:
        raise ValueError("amounts are too short for the rows")
    if method_codes < 1 or channel_codes < 1 or at_divisor < 1:
        raise ValueError("method_codes, channel_codes and at_divisor must be 1 or more")
    _check_calendars(len(stacks), starts, stack_at, first, table)
    places = table.shape[0] // (method_codes * channel_codes)
    _read_words(facility, rows, -1, places, held, &facilities)
    _read_words(method, rows, 0, method_codes, held, &methods)
    _read_words(channel, rows, 0, channel_codes, held, &channels)
    for index in range(STATUSES):
        tally[index] = 0
    # Without a facility there is no calendar, and none is looked at.
    calendars.start = &starts[0] if starts.shape[0] else NULL
    calendars.stack = &stack_at[0] if stack_at.shape[0] else NULL
    calendars.first = &first[0]
    calendars.calendar = &table[0] if table.shape[0] else NULL
    calendars.methods = method_codes
    calendars.channels = channel_codes
    calendars.fee = NULL
    calendars.fees = NULL
    try:
        calendars.fee = <const Fee **>_allocate(len(stacks), sizeof(Fee *))
        calendars.fees = <int32_t *>_allocate(len(stacks), sizeof(int32_t))
        for index in range(len(stacks)):
            stack = stacks[index]            # the list holds on to it
            calendars.fee[index] = stack.fee
            calendars.fees[index] = stack.fees
            most = max(most, stack.fees)
        charged = <int64_t *>_allocate(most, sizeof(int64_t))
        with nogil:
            for row in range(rows):
                place = code_at(&facilities, row)
                # An instant at the edge of 64 bits must not wrap into a good one when scaled up.
                instant = at[row]
                if at_divisor != 1:
                    instant = sc_floor_div(instant, at_divisor)
                elif 0 <= instant < START_MS_MAX:
                    instant *= at_unit
                if place < 0:
                    outcome = BAD_FACILITY
                elif not 0 <= instant < START_MS_MAX:
                    outcome = BAD_TIME
                elif cents[row] <= 0:
                    outcome = BAD_AMOUNT
                else:
                    index = place * calendars.methods + code_at(&methods, row)
                    index = index * calendars.channels + code_at(&channels, row)
                    found = stack_in_force(&calendars, index, instant)
                    outcome = work_out(
                        calendars.fee[found], calendars.fees[found], cents[row] * CENT, charged,
                        NULL, &quote,
                    )
                tally[outcome] += 1
                status[row] = <int8_t>outcome
                if outcome != OK:
                    quote.paid = quote.credited = quote.removed = 0
                amounts[2 * row] = quote.paid
                amounts[2 * (rows + row)] = quote.paid - quote.credited
                amounts[2 * (2 * rows + row)] = quote.credited
                amounts[2 * (3 * rows + row)] = quote.removed
                for index in range(4):
                    amounts[2 * (index * rows + row) + 1] = 0
                bits |= (outcome == OK) << (row & 7)
                if row & 7 == 7 or row == rows - 1:
                    valid[row >> 3] = <uint8_t>bits
                    bits = 0
    finally:
        free(calendars.fee)
        free(calendars.fees)
        free(charged)
    return [tally[index] for index in range(STATUSES)]
