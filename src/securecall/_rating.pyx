"""The engine that prices calls; securecall.rating is its face.

A `Plan` is a compiled tariff. It is filled once and never changed, so any number of threads may use
one at the same time. The loops release the GIL, take their results' memory from the caller and
start no threads. `_plan.pxd` has the structs, `_match.pxd` finds the rate, `_price.pxd` holds the
charging law, `_call.pxd` joins the two for one call, and `_short.pxd` is the short way that most
rows go.
"""

cimport cython
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy

from securecall._batch cimport (
    BLOCK,
    Column,
    Input,
    Result,
    Slot,
    Tally,
    Text,
    Words,
    rate_all,
)
from securecall._call cimport (
    Call,
    Hint,
    Row,
    charge_walk,
    check,
    find_node,
    find_rate,
    find_ruling,
    fix_terms,
    read_number,
)
from securecall._layout cimport (
    Taken,
    allocate,
    bucket_digits,
    fraction,
    int32s,
    int64s,
    lay_out,
    power,
    read_pricing,
    same_taxes,
    tax,
)
from securecall._plan cimport (
    BILL_TYPES,
    FOREVER,
    MEDIA,
    OK,
    OVERFLOW,
    RELAYS,
    SWITCH_SPLIT,
    TABLES,
    TAX_CELLS,
    UNANSWERED,
    Cell,
    Contract,
    Edge,
    Facility,
    More,
    Fraction64,
    Node,
    PlanData,
    Prefixes,
    Pricing,
    Rate,
    Ruling,
    RulingTable,
    Short,
    Span,
    Step,
    Stretch,
    Tax,
    Term,
    Zone,
    int128,
    sc_high,
    sc_load64,
    sc_low,
    sc_make_rounder,
)
from securecall._price cimport Charge, Piece, Terms, Walk, walk_begin, walk_next
from securecall._sums cimport Sums, add_rows

cdef enum:
    SLACK = 128                 # bytes that the loops may read behind a table
    SUMMED = 16                 # columns that are added up at a time, at most

# The face and the engine must be of one version; the face compares this with its own.
VERSION = 1

# In place of a plan's parts: `mapped` will bring its tables.
cdef object _UNFILLED = object()


cdef object _python_int(int128 value):
    """Return a 128-bit number as a Python int."""
    cdef object high = sc_high(value)
    return (high << 64) + sc_low(value)


cdef inline void **_tables(PlanData *plan) noexcept:
    """Return where a plan's pointers to its tables begin; they stand side by side."""
    return <void **>&plan.step


def layout():
    """Return what two builds must agree on before one can use the other's tables.

    The last is how many pointers a plan has, which `Plan.dump` and `mapped` count on.
    """
    cdef PlanData plan
    return (
        sizeof(Step), sizeof(Pricing), sizeof(Short), sizeof(More), sizeof(Rate), sizeof(Node),
        sizeof(Stretch), sizeof(Cell), sizeof(Prefixes), sizeof(Contract), sizeof(Facility),
        sizeof(Span), sizeof(Ruling), sizeof(RulingTable), sizeof(Zone), sizeof(Term),
        sizeof(Edge), sizeof(Tax), sizeof(Fraction64), sizeof(void *),
        (<char *>(&plan + 1) - <char *>_tables(&plan)) // sizeof(void *),
    )


def mapped(const unsigned char[::1] memory not None, list places not None, dict scalars not None):
    """Return a plan whose tables, as `Plan.dump` gave them, lie in a buffer and are not copied.

    ``places`` has where each begins, at a multiple of 64 bytes, and its size. At least 128 bytes of
    zeros follow each: the loops read a little further than they look. What the tables say is
    believed.
    """
    cdef Plan plan = Plan.__new__(Plan, _UNFILLED, scalars)
    plan._map(memory, places)
    return plan


@cython.final
cdef class Plan:
    """A compiled tariff: owns the structs of ``_plan.pxd``, or lies in somebody's buffer.

    ``parts`` maps the names below to flat int64 buffers whose rows are the structs' fields in
    order; ``securecall.rating.compile`` makes them and keeps the bounds that the loops rely on.
    """

    cdef PlanData data
    cdef size_t sizes[TABLES]
    cdef list held              # the buffer that the tables lie in; None: they are our own
    cdef int32_t facilities
    cdef int32_t zones
    cdef readonly dict scalars

    def __cinit__(self, object parts, dict scalars not None):
        if parts is not _UNFILLED and not isinstance(parts, dict):
            raise TypeError(f"parts must be a dict, not {type(parts).__name__}")
        self.scalars = dict(scalars)
        self._read_scalars(scalars)
        if parts is _UNFILLED:
            self.held = []
            return
        self._read_prices(parts)
        self._read_contracts(parts)
        self._read_facilities(parts)
        self._read_calendar(parts)

    def __dealloc__(self):
        cdef void **table = _tables(&self.data)
        cdef int index
        if self.held is None:
            for index in range(TABLES):
                free(table[index])
        elif self.held:
            free(self.data.facility)

    def dump(self):
        """Return the bytes of every table, in the order of ``PlanData``, for `mapped`.

        Pointers of facilities to their taxes are left out; `mapped` finds them again.
        """
        cdef void **table = _tables(&self.data)
        cdef Facility facility
        cdef Py_ssize_t row
        cdef int index
        cdef list found = []
        cdef bytearray facilities = bytearray()
        for index in range(TABLES):
            found.append((<char *>table[index])[:self.sizes[index]])
        for row in range(self.facilities):
            facility = self.data.facility[row]
            facility.tax = facility.tax_end = NULL
            facilities += (<char *>&facility)[:sizeof(Facility)]
        found[<void **>&self.data.facility - table] = bytes(facilities)
        return found

    cdef void *_table(self, void *place, Py_ssize_t rows, size_t size) except NULL:
        """Return zeroed memory for the table whose pointer stands at a place; note its size."""
        self.sizes[<void **>place - _tables(&self.data)] = rows * size
        return allocate(rows, size)

    cdef int32_t *_int32s(self, void *place, const int64_t[::1] values) except NULL:
        self.sizes[<void **>place - _tables(&self.data)] = values.shape[0] * sizeof(int32_t)
        return int32s(values)

    cdef int64_t *_int64s(self, void *place, const int64_t[::1] values) except NULL:
        self.sizes[<void **>place - _tables(&self.data)] = values.shape[0] * sizeof(int64_t)
        return int64s(values)

    cdef int _map(self, const unsigned char[::1] memory, list places) except -1:
        """Let every table lie in a buffer; facilities are copied, because they point to taxes."""
        cdef void **table = _tables(&self.data)
        cdef int index
        cdef size_t begins, size, room = memory.shape[0]
        cdef Py_ssize_t row
        cdef Facility *facility
        if len(places) != TABLES:
            raise ValueError(f"there are {len(places)} tables, not {TABLES}")
        for index in range(TABLES):
            begins, size = places[index]
            if begins > room or size > room or begins + size + SLACK > room:
                raise ValueError(f"table {index} does not lie in the buffer")
            if <size_t>&memory[begins] % 64:
                raise ValueError(f"table {index} does not begin at a multiple of 64 bytes")
            self.sizes[index] = size
            table[index] = <void *>&memory[begins]
        self.held.append(memory)
        self.facilities = <int32_t>(
            self.sizes[<void **>&self.data.facility - table] // sizeof(Facility)
        )
        facility = <Facility *>allocate(self.facilities, sizeof(Facility))
        memcpy(facility, self.data.facility, self.facilities * sizeof(Facility))
        self.data.facility = facility
        self.zones = <int32_t>(self.sizes[<void **>&self.data.zone - table] // sizeof(Zone))
        for row in range(self.facilities):
            facility = self.data.facility + row
            facility.tax = facility.tax_end = NULL
            if same_taxes(&self.data, facility.tax_cells):
                facility.tax = self.data.tax + self.data.tax_first[facility.tax_cells]
                facility.tax_end = self.data.tax + self.data.tax_first[facility.tax_cells + 1]
        return 0

    cdef int _read_scalars(self, dict scalars) except -1:
        self.data.denominator = scalars["denominator"]
        self.data.unit = scalars["unit"]
        self.data.unit_scaled = scalars["unit_scaled"]
        self.data.mode = scalars["mode"]
        self.data.short_unit = sc_make_rounder(max(self.data.unit_scaled, 1), self.data.mode)
        self.data.terms = scalars["terms"]
        self.data.termination_contract = scalars["termination_contract"]
        self.data.termination_shares = scalars["termination_shares"]
        return 0

    cdef int _read_prices(self, dict parts) except -1:
        cdef const int64_t[:, ::1] rows
        cdef Py_ssize_t row
        rows = parts["steps"]
        self.data.step = <Step *>self._table(&self.data.step, rows.shape[0], sizeof(Step))
        for row in range(rows.shape[0]):
            self.data.step[row].from_ms = rows[row, 0]
            self.data.step[row].increment_ms = rows[row, 1]
            self.data.step[row].price = fraction(&rows[row, 2])
        rows = parts["pricings"]
        self.data.pricing = <Pricing *>self._table(
            &self.data.pricing, rows.shape[0], sizeof(Pricing))
        self.data.short = <Short *>self._table(&self.data.short, rows.shape[0], sizeof(Short))
        self.data.more = <More *>self._table(&self.data.more, rows.shape[0], sizeof(More))
        for row in range(rows.shape[0]):
            read_pricing(&self.data, &rows[row, 0], row)
        rows = parts["taxes"]
        self.data.tax = <Tax *>self._table(&self.data.tax, rows.shape[0], sizeof(Tax))
        for row in range(rows.shape[0]):
            self.data.tax[row] = tax(&rows[row, 0])
        self.data.tax_first = self._int32s(&self.data.tax_first, parts["tax_first"])
        rows = parts["terminations"]
        self.data.termination = <Fraction64 *>self._table(
            &self.data.termination, rows.shape[0], sizeof(Fraction64))
        for row in range(rows.shape[0]):
            self.data.termination[row] = fraction(&rows[row, 0])
        return 0

    cdef int _read_contracts(self, dict parts) except -1:
        cdef const int64_t[:, ::1] rows
        cdef const int64_t[:, ::1] prefixes = parts["prefixes"]
        cdef const int64_t *first
        cdef Py_ssize_t row, index, cells, buckets = 0, tables = 0
        cdef Taken taken
        rows = parts["rates"]
        self.data.rate = <Rate *>self._table(&self.data.rate, rows.shape[0], sizeof(Rate))
        for row in range(rows.shape[0]):
            self.data.rate[row].pricing = <int32_t>rows[row, 0]
            self.data.rate[row].id = <int32_t>rows[row, 1]
            self.data.rate[row].term = <int32_t>rows[row, 2]
            self.data.rate[row].media = <uint8_t>rows[row, 3]
            self.data.rate[row].bills = <uint8_t>rows[row, 4]
        rows = parts["contracts"]
        self.data.contract = <Contract *>self._table(
            &self.data.contract, rows.shape[0], sizeof(Contract))
        self.data.prefixes = <Prefixes *>self._table(
            &self.data.prefixes, rows.shape[0], sizeof(Prefixes))
        # Every prefix begins and ends a stretch, and each of them at most two cells.
        cells = 4 * prefixes.shape[0] + 2 * rows.shape[0]
        self.data.cell = <Cell *>self._table(&self.data.cell, cells, sizeof(Cell))
        self.data.cell_begins = <uint16_t *>self._table(
            &self.data.cell_begins, cells + 8, sizeof(uint16_t))
        self.data.node = <Node *>self._table(&self.data.node, prefixes.shape[0], sizeof(Node))
        self.data.stretch = <Stretch *>self._table(
            &self.data.stretch, 2 * prefixes.shape[0] + rows.shape[0], sizeof(Stretch)
        )
        for row in range(rows.shape[0]):
            if rows[row, 1]:
                first = &prefixes[rows[row, 0], 0]
                buckets += 1 + power(bucket_digits(first, rows[row, 1]))
        self.data.bucket = <int32_t *>self._table(&self.data.bucket, buckets, sizeof(int32_t))
        taken.stretches = taken.cells = taken.buckets = 0
        for row in range(rows.shape[0]):
            for index in range(5):
                self.data.contract[row].class_first[index] = <int32_t>rows[row, 2 + index]
                self.data.contract[row].class_rates[index] = <int32_t>rows[row, 7 + index]
            self.data.contract[row].prefixes = -1
            if rows[row, 1]:
                self.data.contract[row].prefixes = <int32_t>tables
                lay_out(
                    &self.data, &prefixes[rows[row, 0], 0], rows[row, 1], rows[row, 0],
                    self.data.prefixes + tables, &taken,
                )
                tables += 1
        # There was room for more than they took.
        self._used(&self.data.stretch, taken.stretches * sizeof(Stretch))
        self._used(&self.data.cell, taken.cells * sizeof(Cell))
        self._used(&self.data.cell_begins, taken.cells * sizeof(uint16_t))
        self._used(&self.data.bucket, taken.buckets * sizeof(int32_t))
        self._used(&self.data.prefixes, tables * sizeof(Prefixes))
        return 0

    cdef void _used(self, void *place, size_t size) noexcept:
        self.sizes[<void **>place - _tables(&self.data)] = size

    cdef int _read_facilities(self, dict parts) except -1:
        cdef const int64_t[:, ::1] rows
        cdef Py_ssize_t row
        cdef Facility *facility
        rows = parts["facilities"]
        self.facilities = <int32_t>rows.shape[0]
        self.data.facility = <Facility *>self._table(
            &self.data.facility, rows.shape[0], sizeof(Facility))
        for row in range(rows.shape[0]):
            facility = self.data.facility + row
            facility.contract = <int32_t>rows[row, 0]
            facility.prefixes = self.data.contract[facility.contract].prefixes
            facility.zone = <int32_t>rows[row, 1]
            facility.state = <int32_t>rows[row, 2]
            facility.rulings = <int32_t>rows[row, 3]
            facility.tax_cells = <int32_t>rows[row, 4] * (TAX_CELLS + 1)
            if same_taxes(&self.data, facility.tax_cells):
                facility.tax = self.data.tax + self.data.tax_first[facility.tax_cells]
                facility.tax_end = self.data.tax + self.data.tax_first[facility.tax_cells + 1]
            facility.local_first = <int32_t>rows[row, 5]
            facility.locals = <int32_t>rows[row, 6]
            facility.holiday_first = <int32_t>rows[row, 7]
            facility.holidays = <int32_t>rows[row, 8]
            facility.actual_basis = <int8_t>rows[row, 9]
        rows = parts["locals"]
        self.data.local = <Span *>self._table(&self.data.local, rows.shape[0], sizeof(Span))
        for row in range(rows.shape[0]):
            self.data.local[row].begins = <uint64_t>rows[row, 0]
            self.data.local[row].ends = <uint64_t>rows[row, 1]
            self.data.local[row].length = <int32_t>rows[row, 2]
        rows = parts["rulings"]
        self.data.ruling = <Ruling *>self._table(&self.data.ruling, rows.shape[0], sizeof(Ruling))
        for row in range(rows.shape[0]):
            self.data.ruling[row].federal = fraction(&rows[row, 0])
            self.data.ruling[row].state = fraction(&rows[row, 3])
            self.data.ruling[row].share_numerator = rows[row, 6]
            self.data.ruling[row].share_denominator = rows[row, 7]
            self.data.ruling[row].federal_source = <int16_t>rows[row, 8]
            self.data.ruling[row].state_source = <int16_t>rows[row, 9]
            self.data.ruling[row].bars_connect = <int8_t>rows[row, 10]
            self.data.ruling[row].termination = <int8_t>rows[row, 11]
        rows = parts["ruling_tables"]
        self.data.ruling_table = <RulingTable *>self._table(
            &self.data.ruling_table, rows.shape[0], sizeof(RulingTable))
        for row in range(rows.shape[0]):
            self.data.ruling_table[row].interval_first = <int32_t>rows[row, 0]
            self.data.ruling_table[row].intervals = <int32_t>rows[row, 1]
        self.data.ruling_start = self._int32s(&self.data.ruling_start, parts["ruling_starts"])
        self.data.ruling_cell = self._int32s(&self.data.ruling_cell, parts["ruling_cells"])
        return 0

    cdef int _read_calendar(self, dict parts) except -1:
        cdef const int64_t[:, ::1] rows
        cdef const int64_t[::1] flat
        cdef Py_ssize_t row
        rows = parts["zones"]
        self.zones = <int32_t>rows.shape[0]
        self.data.zone = <Zone *>self._table(&self.data.zone, rows.shape[0], sizeof(Zone))
        for row in range(rows.shape[0]):
            self.data.zone[row].first = <int32_t>rows[row, 0]
            self.data.zone[row].changes = <int32_t>rows[row, 1]
        self.data.zone_utc = self._int64s(&self.data.zone_utc, parts["zone_utc"])
        self.data.zone_offset = self._int64s(&self.data.zone_offset, parts["zone_offset"])
        rows = parts["terms"]
        self.data.term = <Term *>self._table(&self.data.term, rows.shape[0], sizeof(Term))
        for row in range(rows.shape[0]):
            self.data.term[row].from_ms = rows[row, 0]
            self.data.term[row].to_ms = rows[row, 1]
            self.data.term[row].schedule = <int32_t>rows[row, 2]
        self.data.edge_first = self._int32s(&self.data.edge_first, parts["edge_first"])
        rows = parts["edges"]
        self.data.edge = <Edge *>self._table(&self.data.edge, rows.shape[0], sizeof(Edge))
        for row in range(rows.shape[0]):
            self.data.edge[row].day_ms = <int32_t>rows[row, 0]
            self.data.edge[row].in_force = <int32_t>rows[row, 1]
        self.data.holiday = self._int32s(&self.data.holiday, parts["holidays"])
        flat = parts["areas"]
        self.data.area = <int16_t *>self._table(&self.data.area, flat.shape[0], sizeof(int16_t))
        for row in range(flat.shape[0]):
            self.data.area[row] = <int16_t>flat[row]
        return 0

    cdef int _meet(
        self, bytes number, int32_t facility, int64_t start_ms, int64_t duration_ms,
        int64_t authorized_ms, int32_t medium, int32_t bill_type, int32_t relay,
        Row *row, Call *call, Terms *terms,
    ):
        """Take one call up to its terms; return its status so far."""
        cdef Hint hint
        cdef Hint *hints = &hint
        cdef int status
        read_number(number, len(number), len(number), row)
        row.facility = facility
        row.start_ms = start_ms
        row.duration_ms = duration_ms
        row.authorized_ms = authorized_ms
        row.medium = medium if medium < MEDIA else -1
        row.bill_type = bill_type if bill_type < BILL_TYPES else -1
        row.relay = relay if relay < RELAYS else -1
        hint.from_ms = 1
        hint.until_ms = 0
        if 0 <= facility < self.facilities:
            hints -= self.data.facility[facility].zone
        status = check(&self.data, self.facilities, row, &call.place, hints)
        if status == OK:
            status = find_rate(&self.data, row, find_node(&self.data, row, &call.place), call)
        if status == OK:
            call.match.ruling = find_ruling(&self.data, row, &call.place)
            fix_terms(&self.data, row, call, terms)
        return status

    def rate(
        self, bytes number not None, int32_t facility, int64_t start_ms, int64_t duration_ms,
        int64_t authorized_ms, int32_t medium, int32_t bill_type, int32_t relay,
    ):
        """Price one call by the walk.

        Returns (status, class, scope, rate id, ruling, governs, billed_ms, net, tax, total,
        state_paid, saved, connect fee); ids are -1 and amounts 0 where the status leaves none.
        """
        cdef Row row
        cdef Call call
        cdef Terms terms
        cdef Charge charge
        cdef int status = self._meet(
            number, facility, start_ms, duration_ms, authorized_ms, medium, bill_type, relay,
            &row, &call, &terms,
        )
        cdef Py_ssize_t ruling = -1
        if status == OK:
            status = charge_walk(&self.data, &row, &call, &terms, &charge)
            if call.match.ruling != NULL:
                ruling = call.match.ruling - self.data.ruling
        if status < UNANSWERED:
            return (status, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0)
        if status == OVERFLOW:
            return (
                status, call.place.rate_class, call.place.scope, call.match.rate.id, ruling,
                0, 0, 0, 0, 0, 0, 0, 0,
            )
        if status != OK:
            return (status, call.place.rate_class, call.place.scope, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0)
        return (
            status, call.place.rate_class, call.place.scope, call.match.rate.id, ruling,
            charge.governs, charge.bought_ms, charge.net, charge.tax, charge.total,
            charge.state_paid, charge.saved,
            0 if terms.bars_connect or charge.bought_ms == 0 else terms.connect,
        )

    def curve(
        self, bytes number not None, int32_t facility, int64_t start_ms, int64_t horizon_ms,
        int32_t medium, int32_t bill_type, int32_t relay, bint held=True,
    ):
        """Lay out what a call costs after any time.

        Returns (status, class, scope, ruling, governs, state, marks): ``state`` is what `Curve`
        takes; ``marks`` has (elapsed_ms, rate id, pricing, step, increment_ms) for each piece with
        one price.
        ``held`` false leaves the ceilings off the steps' prices and off the terms.
        """
        cdef Row row
        cdef Call call
        cdef Terms terms
        cdef Walk walk
        cdef Piece piece
        cdef const Pricing *pricing
        cdef const Tax *rule
        cdef int32_t index
        cdef int64_t begins
        cdef Py_ssize_t ruling = -1
        cdef list billing = [], prices = [], marks = [], taxes = []
        cdef tuple state
        cdef object price
        cdef int status = self._meet(
            number, facility, start_ms, 1, -1, medium, bill_type, relay, &row, &call, &terms
        )
        if status < OK:
            if status < UNANSWERED:
                return (status, -1, -1, -1, 0, None, None)
            return (status, call.place.rate_class, call.place.scope, -1, 0, None, None)
        if not held:
            terms.ceilings.rate = -1
            terms.bars_connect = 0
        if call.match.ruling != NULL:
            ruling = call.match.ruling - self.data.ruling
        pricing = self.data.pricing + call.match.rate.pricing
        walk_begin(
            &walk, &self.data, call.place.facility, call.candidates, call.count, call.current,
            call.match.change_ms, start_ms, horizon_ms, &terms, 0,
        )
        while walk.elapsed < FOREVER:
            walk_next(&walk, &piece)
            billing.append((piece.begins, piece.increment_ms))
        walk_begin(
            &walk, &self.data, call.place.facility, call.candidates, call.count, call.current,
            call.match.change_ms, start_ms, horizon_ms, &terms, pricing.switch == SWITCH_SPLIT,
        )
        if pricing.free_ms:
            prices.append((0, 0))
        while walk.elapsed < FOREVER:
            walk_next(&walk, &piece)
            marks.append((
                piece.begins, call.candidates[piece.rate].id, call.candidates[piece.rate].pricing,
                piece.step, piece.increment_ms,
            ))
            if piece.ends > pricing.free_ms:
                price = _python_int(piece.price)
                begins = piece.begins if piece.begins > pricing.free_ms else pricing.free_ms
                if not prices or prices[len(prices) - 1][1] != price:
                    prices.append((begins, price))
        for index in range(terms.taxes):
            rule = terms.tax + index
            taxes.append((
                rule.numerator, rule.denominator, rule.unit, rule.mode, rule.on_prior, rule.id
            ))
        state = (
            start_ms, _python_int(terms.scale), terms.connect, terms.minimum, terms.maximum,
            _python_int(terms.per_minute), _python_int(terms.ceilings.rate),
            terms.ceilings.rate_governs, terms.unit, terms.mode, terms.share_numerator,
            terms.share_denominator, terms.bars_connect, terms.actual_basis, pricing.prorate,
            tuple(taxes), tuple(billing), tuple(prices),
        )
        return (
            status, call.place.rate_class, call.place.scope, ruling, terms.ceilings.rate_governs,
            state, marks,
        )

    def rate_rows(
        self, Py_ssize_t rows, dict columns not None, list results not None,
        int64_t start_unit, int64_t start_divisor,
    ):
        """Price rows of columns; fill the results; return how many rows have each status.

        Parameters
        ----------
        rows : int
        columns : dict
            By name (data, validity, offset, codes) of Arrow arrays: ``facility``, ``start``,
            ``duration_ms``, ``number``, ``medium``, ``bill_type``, ``relay``, ``authorized_ms``. A
            missing one is absent. ``validity`` may be None. For numbers ``data`` is (offsets,
            bytes, width of an offset); for words it holds int32 indices into ``codes``, an int32
            table that leads with what a null means.
        results : list of writable buffers
            status int8, net, tax, total, state_paid, cap_saved (16 bytes a row), billed_ms int64,
            jurisdiction int8, rate_class int8, rate_id int32, cap_source int16. Where a status
            leaves no value there is 0; no ceiling is a cap_source of -1.
        start_unit, start_divisor : int
            A start value times the first, divided by the second and floored, is milliseconds.

        Returns
        -------
        counts : list of int
            Rows by status.
        state_paid, saved, uncapped : int
            Rows with a state's share, with something saved, and without a ceiling.
        """
        cdef list held = []
        cdef Input source
        cdef Result result
        cdef Tally tally
        cdef Py_ssize_t status
        cdef Hint *hints
        cdef Slot *slots
        if rows < 0:
            raise ValueError(f"rows must be 0 or more, not {rows}")
        if not (1 <= start_unit <= 1000 and start_divisor >= 1):
            raise ValueError(f"a start is no {start_unit} / {start_divisor} milliseconds")
        for name in ("facility", "number", "start", "duration_ms"):
            if columns.get(name) is None:
                raise ValueError(f"{name} is missing")
        if len(results) != 11:
            raise ValueError(f"there are {len(results)} results, not 11")
        _words(
            columns.get("facility"), held, rows, self.facilities,
            &source.facility, &source.facility_words,
        )
        _words(columns.get("medium"), held, rows, MEDIA, &source.medium, &source.medium_words)
        _words(
            columns.get("bill_type"), held, rows, BILL_TYPES,
            &source.bill_type, &source.bill_words,
        )
        _words(columns.get("relay"), held, rows, RELAYS, &source.relay, &source.relay_words)
        _column(columns.get("start"), held, 8 * rows, 8, rows, &source.start)
        _column(columns.get("duration_ms"), held, 8 * rows, 8, rows, &source.duration)
        _column(columns.get("authorized_ms"), held, 8 * rows, 8, rows, &source.authorized)
        _text(columns.get("number"), held, rows, &source.number, &source.text)
        source.start_unit = start_unit
        source.start_divisor = start_divisor
        _result(results, held, rows, &result)
        hints = <Hint *>allocate(self.zones, sizeof(Hint))
        try:
            slots = <Slot *>allocate(BLOCK, sizeof(Slot))
            with nogil:
                rate_all(
                    &self.data, self.facilities, hints, rows, &source, slots, &result, &tally
                )
            free(slots)
        finally:
            free(hints)
        return (
            [tally.status[status] for status in range(10)],
            tally.state_paid, tally.saved, tally.uncapped,
        )


def pack_validity(const int8_t[::1] status not None, int32_t statuses, uint8_t[::1] bits not None):
    """Set the bit of every row whose status is in a set of statuses."""
    cdef Py_ssize_t row, first, rows = status.shape[0]
    cdef uint64_t all_ok = OK * <uint64_t>0x0101_0101_0101_0101
    cdef int byte
    if bits.shape[0] * 8 < rows:
        raise ValueError("bits are too few for the rows")
    with nogil:
        for first in range(0, rows, 8):
            # Nearly always all eight are good.
            if first + 8 <= rows and sc_load64(<const unsigned char *>&status[first]) == all_ok:
                bits[first >> 3] = 0xFF if statuses >> OK & 1 else 0
                continue
            byte = 0
            for row in range(first, min(first + 8, rows)):
                byte |= (statuses >> status[row] & 1) << (row & 7)
            bits[first >> 3] = <uint8_t>byte


def pack_present(int16_t[::1] codes not None, uint8_t[::1] bits not None):
    """Set the bit of every row whose code is not -1, and make those that are 0."""
    cdef Py_ssize_t row, first, rows = codes.shape[0]
    cdef uint64_t below = <uint64_t>0x8000_8000 << 32 | <uint64_t>0x8000_8000
    cdef const unsigned char *eight
    cdef int byte, bit
    if bits.shape[0] * 8 < rows:
        raise ValueError("bits are too few for the rows")
    with nogil:
        for first in range(0, rows, 8):
            if first + 8 <= rows:
                eight = <const unsigned char *>&codes[first]
                if (sc_load64(eight) | sc_load64(eight + 8)) & below == 0:
                    bits[first >> 3] = 0xFF
                    continue
            byte = 0
            for row in range(first, min(first + 8, rows)):
                bit = codes[row] >= 0
                codes[row] &= -bit
                byte |= bit << (row & 7)
            bits[first >> 3] = <uint8_t>byte


@cython.final
cdef class GroupSums:
    """Adds up columns of rows by group; groups are numbers from 0.

    Parameters
    ----------
    groups, columns : int
    """

    cdef Sums sums

    def __cinit__(self, Py_ssize_t groups, int columns):
        if not (0 <= groups < 1 << 40 and 1 <= columns <= SUMMED):
            raise ValueError(f"there are no {groups} groups of {columns} columns")
        self.sums.cells = <int128 *>allocate(groups * (columns + 1), sizeof(int128))
        self.sums.groups = groups
        self.sums.columns = columns

    def __dealloc__(self):
        free(self.sums.cells)

    def add(self, Py_ssize_t rows, tuple key not None, list columns not None):
        """Add rows that have a group and a value in the first column.

        Parameters
        ----------
        rows : int
        key : tuple
            (data, validity, offset) of an Arrow array of int64, the groups.
        columns : list of tuple
            Each (data, validity, offset, bytes of a value: 8 or 16); of 16 the lower half is all of
            the value, as in a decimal of at most 18 digits.
        """
        cdef list held = []
        cdef Column keys
        cdef Column[SUMMED] summed
        cdef int[SUMMED] words
        cdef int index
        cdef Py_ssize_t refused
        if rows < 0 or len(columns) != self.sums.columns:
            raise ValueError(f"{rows} rows of {len(columns)} columns cannot be added up")
        _column(key, held, 8 * rows, 8, rows, &keys)
        for index in range(self.sums.columns):
            width = columns[index][3]
            if width not in (8, 16):
                raise ValueError(f"a value has 8 or 16 bytes, not {width}")
            _column(columns[index], held, width * rows, width, rows, &summed[index])
            words[index] = width // 8
        with nogil:
            refused = add_rows(&self.sums, rows, &keys, summed, words)
        if refused:
            raise ValueError(f"{refused} rows are of no group; there are {self.sums.groups}")

    def found(self):
        """Return (group, rows, sum of each column ...) of each group that has rows.

        Returns
        -------
        list of tuple of int
        """
        cdef int64_t group
        cdef int index
        cdef int128 *cell
        cdef list found = []
        for group in range(self.sums.groups):
            cell = &self.sums.cells[group * (self.sums.columns + 1)]
            if cell[0] != 0:
                found.append(
                    (group, *[_python_int(cell[index]) for index in range(self.sums.columns + 1)])
                )
        return found


cdef const unsigned char *_bytes(object buffer, list held, object needed) except? NULL:
    """Return the memory of a buffer and hold on to it; an empty one has none.

    Raises ValueError for one of fewer bytes than are needed.
    """
    cdef const unsigned char[::1] view = memoryview(buffer).cast("B")
    if view.shape[0] < needed:
        raise ValueError(f"a buffer has {view.shape[0]} bytes, not {needed}")
    held.append(view)
    return &view[0] if view.shape[0] else NULL


cdef int _column(
    object parts, list held, object size, object width, Py_ssize_t rows, Column *column
) except -1:
    """Read (data, validity, offset, ...) of an Arrow array; None for a column that is not there.

    ``size`` bytes are needed behind the offset, which counts values of ``width`` bytes.
    """
    cdef object offset
    column.data = column.valid = NULL
    column.offset = 0
    if parts is None:
        return 0
    offset = parts[2]
    if not 0 <= offset < 1 << 56:
        raise ValueError(f"an offset must be 0 or more, not {offset}")
    column.offset = offset
    column.data = _bytes(parts[0], held, offset * width + size)
    if parts[1] is not None:
        column.valid = _bytes(parts[1], held, (offset + rows + 7) // 8)
    return 0


cdef int _words(
    object parts, list held, Py_ssize_t rows, int32_t known, Column *column, Words *words
) except -1:
    """Read (data, validity, offset, codes) of a column of words; codes lie below ``known``."""
    cdef const int32_t[::1] codes
    cdef Py_ssize_t index
    _column(parts, held, 4 * rows, 4, rows, column)
    words.codes = NULL
    words.count = 0
    if parts is not None:
        codes = parts[3]
        if codes is None or codes.shape[0] == 0:
            raise ValueError("codes must lead with what a null means")
        for index in range(codes.shape[0]):
            if codes[index] >= known:
                raise ValueError(f"code {codes[index]} is not known, there are {known}")
        held.append(codes)
        words.codes = &codes[0]
        words.count = <int32_t>codes.shape[0] - 1
    return 0


cdef int _text(object parts, list held, Py_ssize_t rows, Column *column, Text *text) except -1:
    """Read ((offsets, bytes, width), validity, offset) of an Arrow array of text."""
    cdef const unsigned char[::1] content
    offsets, body, width = parts[0]
    if width not in (4, 8):
        raise ValueError(f"an offset has 4 or 8 bytes, not {width}")
    _column((offsets, parts[1], parts[2]), held, width * (rows + 1), width, rows, column)
    text.wide = width == 8
    text.content = NULL
    text.bytes = 0
    if body is not None:
        content = memoryview(body).cast("B")
        held.append(content)
        text.bytes = content.shape[0]
        if text.bytes:
            text.content = &content[0]
    return 0


cdef unsigned char *_writable(
    object buffer, list held, Py_ssize_t rows, int width
) except? NULL:
    """Return the memory of a result of so many bytes a row, and hold on to it.

    Stores past the caches need it aligned to that width.
    """
    cdef unsigned char[::1] view = memoryview(buffer).cast("B")
    if view.shape[0] < rows * width:
        raise ValueError(f"a result has {view.shape[0]} bytes, not {rows * width}")
    held.append(view)
    if view.shape[0] == 0:
        return NULL
    if <size_t>&view[0] % <size_t>width:
        raise ValueError(f"a result must begin at a multiple of {width} bytes")
    return &view[0]


cdef int _result(list results, list held, Py_ssize_t rows, Result *result) except -1:
    result.status = <int8_t *>_writable(results[0], held, rows, 1)
    result.net = <int64_t *>_writable(results[1], held, rows, 16)
    result.tax = <int64_t *>_writable(results[2], held, rows, 16)
    result.total = <int64_t *>_writable(results[3], held, rows, 16)
    result.state_paid = <int64_t *>_writable(results[4], held, rows, 16)
    result.saved = <int64_t *>_writable(results[5], held, rows, 16)
    result.billed_ms = <int64_t *>_writable(results[6], held, rows, 8)
    result.jurisdiction = <int8_t *>_writable(results[7], held, rows, 1)
    result.rate_class = <int8_t *>_writable(results[8], held, rows, 1)
    result.rate_id = <int32_t *>_writable(results[9], held, rows, 4)
    result.cap_source = <int16_t *>_writable(results[10], held, rows, 2)
    return 0
