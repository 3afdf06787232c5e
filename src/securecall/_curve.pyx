"""What one live call costs after any time, and what a balance buys; see securecall.rating.curve.

A `Curve` holds everything that the call's start fixed and the pieces in which its increments are
equal, so that every question is a search among a few pieces and, for the inverse, a search within
one. It reads no clock and no zone. It never changes after it was made: any number of threads may
ask one curve.
"""

cimport cython
from libc.stdint cimport int8_t, int32_t, int64_t, uint64_t
from libc.stdlib cimport calloc, free

from securecall._plan cimport (
    AMOUNT_MAX,
    CURVE_MS_MAX,
    FOREVER,
    HUGE,
    Tax,
    int128,
    sc_high,
    sc_join,
    sc_low,
    sc_make_rounder,
    sc_product,
)
from securecall._price cimport Charge, Terms, finish, net_of

cdef enum:
    PIECES_MAX = 1_000_000
    TAXES_MAX = 64
    SECOND_MS = 1000


# From an elapsed time on, increments of one length.
ctypedef struct Billing:
    int64_t begins
    int64_t increment_ms


# From an elapsed time on, one price; the usage up to there.
ctypedef struct Priced:
    int64_t begins
    int128 price
    int128 usage


cdef int128 _wide(object value, object low, object high) except? -2:
    """Return a Python int within bounds as a 128-bit number."""
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{value!r} is not a whole number from {low} to {high}")
    return sc_join(<int64_t>(value >> 64), <uint64_t>(value & 0xFFFF_FFFF_FFFF_FFFF))


cdef int64_t _narrow(object value, object low, object high) except? -2:
    """Return a Python int within bounds."""
    return <int64_t>_wide(value, low, high)


cdef class Curve:
    """What a call costs after any time; whole micro-dollars and milliseconds.

    ``state`` is the tuple that `_rating.Plan.curve` returns; it is checked here, because it may
    come from a file. Raises ValueError or TypeError for anything that no plan makes.
    """

    cdef Terms terms
    cdef Tax *tax
    cdef Billing *billing
    cdef Priced *priced
    cdef Py_ssize_t billings
    cdef Py_ssize_t prices
    cdef object _scale
    cdef readonly int64_t start_ms
    cdef readonly bint prorate

    def __cinit__(self, tuple state not None):
        cdef object amount = AMOUNT_MAX
        (
            start, scale, connect, minimum, maximum, per_minute, ceiling, governs, unit, mode,
            share_numerator, share_denominator, bars_connect, actual_basis, prorate,
            taxes, billing, prices,
        ) = state
        self._scale = scale
        self.start_ms = _narrow(start, 0, 1 << 43)
        self.terms.scale = _wide(scale, 1, 1 << 90)
        self.terms.connect = _narrow(connect, 0, amount)
        self.terms.minimum = _narrow(minimum, 0, amount)
        self.terms.maximum = _narrow(maximum, -1, amount)
        self.terms.per_minute = _wide(per_minute, -1, 1 << 126)
        self.terms.ceilings.rate = _wide(ceiling, -1, 1 << 126)
        self.terms.ceilings.rate_governs = <int32_t>_narrow(governs, 0, 2)
        self.terms.unit = _narrow(unit, 1, amount)
        if scale * unit >= 1 << 124:
            raise ValueError("scale and rounding unit are too large together")
        self.terms.mode = <int32_t>_narrow(mode, 0, 3)
        self.terms.share_denominator = _narrow(share_denominator, 1, 1 << 62)
        self.terms.share_numerator = _narrow(share_numerator, 0, share_denominator)
        self.terms.bars_connect = <int32_t>_narrow(bars_connect, 0, 1)
        self.terms.actual_basis = <int32_t>_narrow(actual_basis, 0, 1)
        self.prorate = _narrow(prorate, 0, 1)
        self._read_taxes(taxes)
        self._read_billing(billing)
        self._read_prices(prices)

    cdef int _read_taxes(self, tuple taxes) except -1:
        cdef Py_ssize_t index
        if len(taxes) > TAXES_MAX:
            raise ValueError("too many taxes")
        self.tax = <Tax *>calloc(len(taxes) + 1, sizeof(Tax))
        if self.tax == NULL:
            raise MemoryError
        for index in range(len(taxes)):
            numerator, denominator, unit, mode, on_prior, _ = taxes[index]
            self.tax[index].numerator = _narrow(numerator, 0, 1 << 60)
            self.tax[index].denominator = _narrow(denominator, 1, 1 << 60)
            self.tax[index].unit = _narrow(unit, 1, AMOUNT_MAX)
            self.tax[index].mode = <int8_t>_narrow(mode, 0, 3)
            self.tax[index].on_prior = <int8_t>_narrow(on_prior, 0, 1)
            self.tax[index].short_base = -1
            self.tax[index].short_unit = sc_make_rounder(1, 0)
            if denominator * unit < 1 << 62:
                self.tax[index].short_base = (1 << 62) // max(numerator, 16)
                self.tax[index].short_unit = sc_make_rounder(denominator * unit, mode)
        self.terms.tax = self.tax
        self.terms.taxes = <int32_t>len(taxes)
        return 0

    cdef int _read_billing(self, tuple billing) except -1:
        cdef Py_ssize_t index
        if not 1 <= len(billing) <= PIECES_MAX:
            raise ValueError("no pieces, or too many")
        self.billings = len(billing)
        self.billing = <Billing *>calloc(self.billings, sizeof(Billing))
        if self.billing == NULL:
            raise MemoryError
        for index in range(self.billings):
            begins, increment_ms = billing[index]
            self.billing[index].begins = _narrow(begins, 0, CURVE_MS_MAX)
            self.billing[index].increment_ms = _narrow(increment_ms, 1, 1 << 36)
            if index == 0:
                if begins != 0:
                    raise ValueError("the first piece must begin at 0")
            elif (
                begins <= self.billing[index - 1].begins
                or (begins - self.billing[index - 1].begins)
                % self.billing[index - 1].increment_ms
            ):
                raise ValueError("pieces must follow each other in whole increments")
        return 0

    cdef int _read_prices(self, tuple prices) except -1:
        cdef Py_ssize_t index
        cdef int128 usage = 0
        if not 1 <= len(prices) <= PIECES_MAX:
            raise ValueError("no prices, or too many")
        self.prices = len(prices)
        self.priced = <Priced *>calloc(self.prices, sizeof(Priced))
        if self.priced == NULL:
            raise MemoryError
        for index in range(self.prices):
            begins, price = prices[index]
            self.priced[index].begins = _narrow(begins, 0, CURVE_MS_MAX)
            self.priced[index].price = _wide(price, 0, 1 << 126)
            if index == 0:
                if begins != 0:
                    raise ValueError("the first price must begin at 0")
            elif self.priced[index].begins <= self.priced[index - 1].begins:
                raise ValueError("prices must follow each other")
            else:
                usage += sc_product(
                    self.priced[index - 1].price,
                    self.priced[index].begins - self.priced[index - 1].begins,
                )
                if usage > HUGE:
                    usage = HUGE
            self.priced[index].usage = usage
        return 0

    def __dealloc__(self):
        free(self.tax)
        free(self.billing)
        free(self.priced)

    cdef int128 _usage(self, int64_t bought_ms) noexcept nogil:
        """Return the scaled usage of the time bought."""
        cdef Py_ssize_t first = 0, after = self.prices, middle
        while after - first > 1:
            middle = (first + after) >> 1
            if self.priced[middle].begins < bought_ms:
                first = middle
            else:
                after = middle
        return self.priced[first].usage + sc_product(
            self.priced[first].price, bought_ms - self.priced[first].begins
        )

    cdef bint _charge(self, int64_t bought_ms, int64_t actual_ms, Charge *charge) noexcept nogil:
        """Fill a charge; return whether an amount is out of bounds. Times up to CURVE_MS_MAX."""
        charge.governs = 0
        if bought_ms == 0:
            charge.net = charge.state_paid = charge.tax = charge.total = 0
            return False
        charge.net = net_of(
            &self.terms, self._usage(bought_ms), bought_ms, actual_ms, True, &charge.governs
        )
        return charge.net < 0 or finish(&self.terms, charge)

    cdef int64_t _total(self, int64_t bought_ms) noexcept nogil:
        """Return the total, or more than any amount if it is out of bounds."""
        cdef Charge charge
        if self._charge(bought_ms, bought_ms, &charge):
            return FOREVER
        return charge.total

    cdef Py_ssize_t _piece(self, int64_t elapsed_ms) noexcept nogil:
        """Return the piece of the billing that an elapsed time lies in."""
        cdef Py_ssize_t first = 0, after = self.billings, middle
        while after - first > 1:
            middle = (first + after) >> 1
            if self.billing[middle].begins <= elapsed_ms:
                first = middle
            else:
                after = middle
        return first

    @cython.cdivision(True)
    cdef int64_t _next(self, int64_t elapsed_ms) noexcept nogil:
        """Return the first boundary after an elapsed time."""
        cdef Billing *piece = self.billing + self._piece(elapsed_ms)
        cdef int64_t inside = elapsed_ms - piece.begins
        return piece.begins + (inside // piece.increment_ms + 1) * piece.increment_ms

    cdef int _check(self, int64_t elapsed_ms) except -1:
        if not 0 <= elapsed_ms <= CURVE_MS_MAX:
            raise ValueError(f"a time must be from 0 to {CURVE_MS_MAX} ms, not {elapsed_ms}")
        return 0

    def next(self, int64_t bought_ms):
        """Return where the increment after ``bought_ms`` ends; inside one, where that one ends."""
        self._check(bought_ms)
        return self._next(bought_ms)

    def bought(self, int64_t elapsed_ms):
        """Return what a call has bought at an elapsed time; an increment is owed as it begins."""
        self._check(elapsed_ms)
        return self._next(elapsed_ms)

    def billed(self, int64_t duration_ms):
        """Return where the increment that contains a duration ends; 0 for 0."""
        self._check(duration_ms)
        return self._next(duration_ms - 1) if duration_ms else 0

    def total_micros(self, int64_t bought_ms):
        """Return the cumulative price of the time bought, micro-dollars."""
        cdef Charge charge
        self._check(bought_ms)
        if self._charge(bought_ms, bought_ms, &charge):
            raise OverflowError("the price is beyond 999 999 999 999.999999 dollars")
        return charge.total

    def parts(self, int64_t bought_ms, int64_t actual_ms=-1):
        """Return (net, state_paid, tax, total, governs), micro-dollars.

        ``actual_ms`` is the time that a rate ceiling is multiplied with, where it is not the time
        bought.
        """
        cdef Charge charge
        self._check(bought_ms)
        if actual_ms < 0:
            actual_ms = bought_ms
        if actual_ms > bought_ms:
            raise ValueError(f"actual time {actual_ms} is beyond the time bought, {bought_ms}")
        if self._charge(bought_ms, actual_ms, &charge):
            raise OverflowError("the price is beyond 999 999 999 999.999999 dollars")
        return (charge.net, charge.state_paid, charge.tax, charge.total, charge.governs)

    def final_micros(self, int64_t bought_ms, int64_t actual_ms):
        """Return the charge of a call that bought ``bought_ms`` and lasted ``actual_ms``."""
        return self.parts(bought_ms, actual_ms if self.terms.actual_basis else bought_ms)[3]

    def usage_micros(self, int64_t bought_ms):
        """Return the cumulative usage alone, at prices held to the ceiling: (numerator, scale)."""
        cdef int128 usage
        cdef object high
        self._check(bought_ms)
        usage = self._usage(bought_ms)
        high = sc_high(usage)
        return (high << 64) + sc_low(usage), self._scale

    @cython.cdivision(True)
    cdef int64_t _within(self, Py_ssize_t index, int64_t balance) noexcept nogil:
        """Return the last boundary of a piece that a balance pays; it pays the piece's start."""
        cdef Billing *piece = self.billing + index
        cdef int64_t begins = piece.begins, increment = piece.increment_ms
        cdef int64_t ends = (
            self.billing[index + 1].begins if index + 1 < self.billings else CURVE_MS_MAX
        )
        cdef int64_t low = 0, high = (ends - begins) // increment + 1, middle, leap
        cdef int64_t start_total = self._total(begins)
        cdef int64_t first_total
        cdef double cost
        if high > 2:
            # Guess from the cost of a long stretch; every guess is then checked in whole numbers.
            leap = high - 1 if high < 4096 else 4096
            first_total = self._total(begins + leap * increment)
            if first_total < FOREVER:
                cost = <double>(first_total - start_total) / leap
                if first_total <= balance:
                    low = leap
                else:
                    high = leap
                if cost > 0:
                    cost = (balance - start_total) / cost
                    middle = high - 1 if cost >= high - 1 else <int64_t>cost
                    leap = 1
                    # Gallop away from the guess until it is bracketed.
                    if middle <= low:
                        middle = low + 1
                    if middle < high and self._total(begins + middle * increment) <= balance:
                        low = middle
                        while low + leap < high:
                            if self._total(begins + (low + leap) * increment) > balance:
                                high = low + leap
                                break
                            low += leap
                            leap *= 2
                    elif middle < high:
                        high = middle
                        while high - leap > low:
                            if self._total(begins + (high - leap) * increment) <= balance:
                                low = high - leap
                                break
                            high -= leap
                            leap *= 2
        while high - low > 1:
            middle = (low + high) >> 1
            if self._total(begins + middle * increment) <= balance:
                low = middle
            else:
                high = middle
        return begins + low * increment

    @cython.cdivision(True)
    cdef int64_t _reach(self, int64_t balance) noexcept nogil:
        """Return the time that a balance buys, or -1 if it never ends."""
        cdef Py_ssize_t first = 0, after = self.billings, middle
        cdef int64_t reached, natural_end, low, high, second
        if balance < 0:
            balance = 0                      # what costs nothing is granted all the same
        while after - first > 1:
            middle = (first + after) >> 1
            if self._total(self.billing[middle].begins) <= balance:
                first = middle
            else:
                after = middle
        reached = self._within(first, balance)
        natural_end = self._next(reached)
        if natural_end > CURVE_MS_MAX:
            return -1
        if not self.prorate:
            return reached
        # Whole seconds of the next increment, from its start; its last piece may be shorter.
        low = 0
        high = (natural_end - reached + SECOND_MS - 1) // SECOND_MS
        while high - low > 1:
            second = (low + high) >> 1
            if self._total(reached + second * SECOND_MS) <= balance:
                low = second
            else:
                high = second
        return reached + low * SECOND_MS

    def reach_micros(self, int64_t balance):
        """Return the time that a balance of micro-dollars buys, or None if it never ends.

        Never means beyond some 34 years.
        """
        cdef int64_t reached = self._reach(balance)
        return None if reached < 0 else reached

    def cheap_micros(self, int64_t price, int64_t bought_ms, int64_t until_ms):
        """Return the first boundary in a stretch from which an increment costs so little.

        That is: more than 0, and ``price`` at most. ``bought_ms`` is a boundary; increments that
        begin before ``until_ms`` are looked at. None: none costs so little.
        """
        cdef int64_t begins = bought_ms, ends, before, after, last
        cdef bint found = False
        self._check(bought_ms)
        if until_ms > CURVE_MS_MAX:
            until_ms = CURVE_MS_MAX
        with nogil:
            before = self._total(begins)
            last = self._total(CURVE_MS_MAX)
            # From the last price on nothing costs anything more, however long the call may be.
            while begins < until_ms and before < last:
                ends = self._next(begins)
                if ends > CURVE_MS_MAX:
                    break
                after = self._total(ends)
                if before < after and after - before <= price:
                    found = True
                    break
                begins = ends
                before = after
        return begins if found else None
