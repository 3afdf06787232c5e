"""The engine of evidence: calls with one or two legs; securecall.fraud.monitor is its face.

`Watch` hears one call, `Watches` many with one leg each in one call without the GIL. What they tell
are items, each (detected, leg, kind, what): kind is -1 for an event of the ears, else a cue's.
Times are samples at 8 kHz.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport ceil
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from securecall._change cimport V_COUNT
from securecall._cue cimport CUE_CHANGE, CUE_VALUES, Cue, Cues
from securecall._dsp cimport Setup, event_of, samples_of
from securecall._frame cimport (
    Event, Events, SC_HOP, sc_ahead, sc_bank_prepare, sc_bank_width,
)
from securecall._line cimport sc_line_finish
from securecall._measures cimport sc_measures_prepare
from securecall._pairs cimport sc_pairs_prepare, sc_pairs_width
from securecall._recurrent cimport sc_recurrent_width
from securecall._spectrum cimport sc_spectrum_prepare, sc_spectrum_width
from securecall._watch cimport (
    Heard, LEGS, Leg, Watch as CWatch, sc_blocks_ahead, sc_leg_ahead, sc_leg_reset,
    sc_watch_feed, sc_watch_gap, sc_watch_settle,
)

cdef enum:
    CROWD = 128            # channels whose states outgrow the caches: memory is asked for ahead
    LONG_PIECE = 4000      # samples from which on a feed lets go of the GIL
    FEW_VALUES = 8         # more than any cue but a change has

cdef int64_t NEVER = 0x7fffffffffffffff
cdef int64_t REACHED = -1

sc_bank_prepare(8000.0)
sc_pairs_prepare(8000.0)
sc_spectrum_prepare()
sc_measures_prepare()

LEG_BYTES = sizeof(Leg)
CHANGE_VALUES = V_COUNT
ITEM_VALUES = CUE_VALUES
SAVED_MAGIC = b"scw6"


def bank_width(lanes=0):
    """Choose how many lanes a vector has, as `_dsp.bank_width` does. Return it."""
    if lanes not in (0, 4, 8, 16):
        raise ValueError("a vector has 4, 8 or 16 lanes; 0 is what the machine has")
    lanes = sc_bank_width(lanes)
    sc_pairs_width(lanes)
    sc_spectrum_width(lanes)
    sc_recurrent_width(lanes)
    return lanes


bank_width()


cdef tuple _cue(const Cue* cue):
    """Return a cue's begin and numbers: only a change has more than the first few."""
    cdef int k, count = CUE_VALUES if cue.kind == CUE_CHANGE else FEW_VALUES
    return (cue.start, tuple([cue.value[k] for k in range(count)]))


cdef tuple _of_cue(const Cue* cue):
    return (cue.at, cue.leg, cue.kind, _cue(cue))


cdef tuple _of_event(const Event* event, int leg):
    told = event_of(event)
    return (told[6], leg, -1, told)


cdef int _complain(Events* events, Cues* cues) except -1:
    """Say that items were lost, if any were; those that were not are given up with them."""
    if events.lost or cues.lost:
        events.lost = events.count = cues.lost = cues.count = 0
        raise MemoryError("no memory for what was heard in this call; the lines are heard on")
    return 0


cdef list _items(Events* events, Cues* cues, int leg):
    """Return what was told, and forget it. Events are of one leg."""
    cdef int k
    _complain(events, cues)
    items = [_of_event(&events.items[k], leg) for k in range(events.count)]
    items += [_of_cue(&cues.items[k]) for k in range(cues.count)]
    events.count = cues.count = 0
    return items


cdef bytes _saved(const CWatch* watch):
    """Return what a call remembers, without what is no matter: memory, and samples long heard."""
    cdef int n
    cdef const Leg* leg
    cdef Leg* kept
    parts = [SAVED_MAGIC, b"1" if watch.open else b"0"]
    for n in range(LEGS):
        leg = &watch.leg[n]
        parts.append(b"1" if leg.joined else b"0")
        if leg.joined:
            saved = PyBytes_FromStringAndSize(<char*> leg, sizeof(Leg))
            kept = <Leg*> PyBytes_AS_STRING(saved)
            kept.heard = NULL
            kept.room = 0
            memset(
                &kept.line.hop[kept.line.waiting], 0,
                (SC_HOP - kept.line.waiting) * sizeof(int16_t),
            )
            parts.append(saved)
            parts.append(PyBytes_FromStringAndSize(
                <char*> leg.heard, leg.waiting * sizeof(Heard)
            ))
    return b"".join(parts)


cdef _reset(CWatch* watch):
    """Begin a call anew, with no leg in it."""
    cdef int n
    watch.open = 0
    for n in range(LEGS):
        free(watch.leg[n].heard)
        watch.leg[n].heard = NULL
        watch.leg[n].room = 0
        sc_leg_reset(&watch.leg[n])


cdef _refuse(CWatch* watch):
    _reset(watch)
    raise ValueError("this was not saved by this version")


cdef _load(CWatch* watch, bytes saved):
    """Remember what another call saved; after a ValueError the call has no leg."""
    cdef int n
    cdef Leg* leg
    cdef Py_ssize_t at = len(SAVED_MAGIC), size
    cdef const char* first = PyBytes_AS_STRING(saved)
    _reset(watch)
    if not saved.startswith(SAVED_MAGIC) or saved[at:at + 1] not in (b"0", b"1"):
        _refuse(watch)
    watch.open = saved[at] == 49
    at += 1
    for n in range(LEGS):
        leg = &watch.leg[n]
        if saved[at:at + 1] not in (b"0", b"1"):
            _refuse(watch)
        at += 1
        if saved[at - 1] == 48:
            continue
        if at + <Py_ssize_t> sizeof(Leg) > len(saved):
            _refuse(watch)
        memcpy(leg, first + at, sizeof(Leg))
        leg.heard = NULL
        leg.room = 0
        at += sizeof(Leg)
        size = leg.waiting * sizeof(Heard)
        if leg.waiting < 0 or at + size > len(saved):
            leg.waiting = 0
            _refuse(watch)
        leg.heard = <Heard*> malloc(size + sizeof(Heard))
        if leg.heard == NULL:
            leg.waiting = 0
            raise MemoryError
        memcpy(leg.heard, first + at, size)
        leg.room = leg.waiting + 1
        at += size
    if at != len(saved):
        _refuse(watch)


cdef int _some_leg(int leg) except -1:
    if not 0 <= leg < LEGS:
        raise ValueError("a leg is 0 or 1")
    return 0


@cython.final
cdef class Watch:
    """One call. Not for two threads at once.

    Parameters
    ----------
    setup : Setup
        One that measures.
    legs : sequence of int
        Which of 0 and 1 take part.
    open : bool
        More legs may join: until `close`, what needs all legs waits.
    """

    cdef CWatch c
    cdef Events events
    cdef Cues cues
    cdef readonly Setup setup

    def __cinit__(self, Setup setup not None, legs=(0,), bint open=False):
        cdef int n
        if not setup.c.measures:
            raise ValueError("this setup does not measure")
        self.setup = setup
        self.events.items = <Event*> malloc(16 * sizeof(Event))
        if self.events.items == NULL:
            raise MemoryError
        self.events.room = 16
        _reset(&self.c)
        self.c.open = open
        for n in legs:
            self.join(n)

    def __dealloc__(self):
        cdef int n
        free(self.events.items)
        free(self.cues.items)
        for n in range(LEGS):
            free(self.c.leg[n].heard)

    def feed(self, int leg, data):
        """Hear samples of a leg; return items in no order."""
        cdef Py_buffer view
        cdef const uint8_t* first
        cdef int64_t count
        cdef int held, failed
        _some_leg(leg)
        held = samples_of(data, &view, self.setup, &first, &count)
        if count >= LONG_PIECE:
            with nogil:
                failed = sc_watch_feed(
                    &self.c, &self.setup.c, leg, first, count, &self.events, &self.cues, NULL
                )
        else:
            failed = sc_watch_feed(
                &self.c, &self.setup.c, leg, first, count, &self.events, &self.cues, NULL
            )
        if held:
            PyBuffer_Release(&view)
        if failed:
            raise MemoryError
        if self.events.count == 0 and self.cues.count == 0:
            return ()
        return _items(&self.events, &self.cues, leg)

    def gap(self, int leg, int64_t samples):
        """Let samples at 8 kHz of a leg pass that were lost; return items."""
        cdef int failed
        _some_leg(leg)
        with nogil:
            failed = sc_watch_gap(
                &self.c, &self.setup.c, leg, samples, &self.events, &self.cues
            )
        if failed:
            raise MemoryError
        return _items(&self.events, &self.cues, leg)

    def finish(self, int leg):
        """End what lasts on a leg; return items."""
        _some_leg(leg)
        sc_line_finish(&self.c.leg[leg].line, &self.setup.c, &self.events)
        return _items(&self.events, &self.cues, leg)

    def now(self, int leg):
        """Return the samples of a leg so far."""
        _some_leg(leg)
        return self.c.leg[leg].line.now + self.c.leg[leg].line.waiting

    def joined(self, int leg):
        """Return whether a leg has a part in the call."""
        _some_leg(leg)
        return self.c.leg[leg].joined != 0

    def join(self, int leg):
        """Let a leg have a part in the call; its blocks are compared from its beginning on."""
        _some_leg(leg)
        self.c.leg[leg].joined = 1

    @property
    def open(self):
        """Whether more legs may join."""
        return self.c.open != 0

    def close(self):
        """Settle which legs take part; return the items that waited for it."""
        self.c.open = 0
        sc_watch_settle(&self.c, &self.setup.c, &self.cues)
        return _items(&self.events, &self.cues, 0)

    def save(self):
        """Return what the call remembers."""
        return _saved(&self.c)

    def load(self, bytes saved not None):
        """Remember what another call of the same setup saved."""
        _load(&self.c, saved)


@cython.final
cdef class Watches:
    """Many calls that are fed at once. Not for two threads at once.

    Parameters
    ----------
    setup : Setup
        One that measures.
    count : int
        Calls.
    legs : sequence of int
        Which of 0 and 1 take part in every call: a row of samples each.
    """

    cdef CWatch* calls
    cdef Events events
    cdef Cues cues
    cdef int32_t* marks        # of each row, how many events and cues there were when it was done
    cdef int64_t* due          # of each call, the sample at which it is to be returned
    cdef int mine[2]
    cdef readonly int legs
    cdef readonly Setup setup
    cdef readonly Py_ssize_t count

    def __cinit__(self, Setup setup not None, Py_ssize_t count, legs=(0,)):
        cdef Py_ssize_t call
        cdef int n
        if not setup.c.measures:
            raise ValueError("this setup does not measure")
        if count < 1:
            raise ValueError("at least one call")
        if not 1 <= len(set(legs)) == len(legs) <= LEGS:
            raise ValueError("one leg or two")
        self.setup = setup
        self.legs = 0
        for n in legs:
            _some_leg(n)
            self.mine[self.legs] = n
            self.legs += 1
        self.calls = <CWatch*> calloc(count, sizeof(CWatch))
        self.events.items = <Event*> malloc(64 * sizeof(Event))
        self.marks = <int32_t*> calloc(2 * count * self.legs, sizeof(int32_t))
        self.due = <int64_t*> calloc(count, sizeof(int64_t))
        if (self.calls == NULL or self.events.items == NULL or self.marks == NULL
                or self.due == NULL):
            raise MemoryError
        self.events.room = 64
        self.count = count
        for call in range(count):
            self.reset(call)

    def __dealloc__(self):
        cdef Py_ssize_t call
        cdef int n
        for call in range(self.count):
            for n in range(LEGS):
                free(self.calls[call].leg[n].heard)
        free(self.calls)
        free(self.events.items)
        free(self.cues.items)
        free(self.marks)
        free(self.due)

    @cython.cdivision(True)  # there is at least one leg
    def feed(
        self, const int16_t[:, ::1] frames not None, const int32_t[::1] lengths=None,
        const int32_t[::1] gaps=None,
    ):
        """Hear a row of samples a leg, a call's rows side by side; return (call, items) of each
        call that has any, or that has come to where it is to be woken.

        ``lengths`` says how many samples of each row count; ``gaps`` how many at 8 kHz were lost
        before them.
        """
        cdef Py_ssize_t row, call, rows = self.count * self.legs
        cdef int64_t samples = frames.shape[1], most = frames.shape[1]
        cdef int n, failed = 0, woken = 0
        cdef const Leg* ahead
        if frames.shape[0] != rows:
            raise ValueError("a row a channel")
        if lengths is not None:
            if lengths.shape[0] != rows:
                raise ValueError("a length a channel")
            for row in range(rows):
                if not 0 <= lengths[row] <= samples:
                    raise ValueError("a length is longer than a row")
        if gaps is not None:
            if gaps.shape[0] != rows:
                raise ValueError("a gap a channel")
            for row in range(rows):
                if gaps[row] < 0:
                    raise ValueError("a gap is below 0")
        with nogil:
            for row in range(rows):
                call = row // self.legs
                n = self.mine[row % self.legs]
                ahead = NULL
                if CROWD <= rows and row + 1 < rows and samples > 0:
                    ahead = &self.calls[(row + 1) // self.legs].leg[
                        self.mine[(row + 1) % self.legs]
                    ]
                    sc_leg_ahead(ahead)
                    sc_ahead(&frames[row + 1, 0], samples * sizeof(int16_t))
                if gaps is not None and gaps[row]:
                    failed |= sc_watch_gap(
                        &self.calls[call], &self.setup.c, n, gaps[row], &self.events, &self.cues
                    )
                most = samples if lengths is None else lengths[row]
                if most:
                    if CROWD <= rows:
                        sc_blocks_ahead(&self.calls[call].leg[n])
                    failed |= sc_watch_feed(
                        &self.calls[call], &self.setup.c, n, <const uint8_t*> &frames[row, 0],
                        most, &self.events, &self.cues, ahead,
                    )
                self.marks[2 * row] = self.events.count
                self.marks[2 * row + 1] = self.cues.count
                if (row + 1) % self.legs == 0 and self._come(call) >= self.due[call]:
                    self.due[call] = REACHED
                    woken = 1
        if failed:
            raise MemoryError
        if self.events.count == 0 and self.cues.count == 0 and not woken:
            return ()
        return self._told()

    @cython.cdivision(True)
    cdef list _told(self):
        """Return (call, items), and forget them."""
        cdef Py_ssize_t row, call, last = -1
        cdef int event = 0, cue = 0
        _complain(&self.events, &self.cues)
        found = []
        items = []
        for row in range(self.count * self.legs):
            call = row // self.legs
            if (event == self.marks[2 * row] and cue == self.marks[2 * row + 1]
                    and self.due[call] != REACHED):
                continue
            if call != last:
                last = call
                items = []
                found.append((call, items))
                if self.due[call] == REACHED:
                    self.due[call] = NEVER
            while event < self.marks[2 * row]:
                items.append(_of_event(&self.events.items[event], self.mine[row % self.legs]))
                event += 1
            while cue < self.marks[2 * row + 1]:
                items.append(_of_cue(&self.cues.items[cue]))
                cue += 1
        self.events.count = self.cues.count = 0
        return found

    cdef int64_t _come(self, Py_ssize_t call) noexcept nogil:
        """Return the samples that all legs of a call have had."""
        cdef int k
        cdef int64_t now, least = NEVER
        cdef const Leg* leg
        for k in range(self.legs):
            leg = &self.calls[call].leg[self.mine[k]]
            now = leg.line.now + leg.line.waiting
            least = now if now < least else least
        return least

    cdef int _mine(self, Py_ssize_t call) except -1:
        if not 0 <= call < self.count:
            raise ValueError(f"channel must be 0 to {self.count - 1}, not {call}")
        return 0

    def finish(self, Py_ssize_t call):
        """End what lasts in a call; return items."""
        cdef int k
        self._mine(call)
        items = []
        for k in range(self.legs):
            sc_line_finish(
                &self.calls[call].leg[self.mine[k]].line, &self.setup.c, &self.events
            )
            items += _items(&self.events, &self.cues, self.mine[k])
        return items

    def now(self, Py_ssize_t call, int leg):
        """Return the samples of a leg so far."""
        self._mine(call)
        _some_leg(leg)
        return self.calls[call].leg[leg].line.now + self.calls[call].leg[leg].line.waiting

    def come(self, Py_ssize_t call):
        """Return the samples that all legs of a call have had."""
        self._mine(call)
        return self._come(call)

    def wake(self, Py_ssize_t call, double at):
        """Have `feed` return a call when all its legs have had so many samples, instead of what
        was asked for before; infinity is never."""
        self._mine(call)
        self.due[call] = <int64_t> ceil(max(at, 0.0)) if at < 1e18 else NEVER

    def reset(self, Py_ssize_t call):
        """Begin a call anew; it is not woken."""
        cdef int k
        self._mine(call)
        self.due[call] = NEVER
        _reset(&self.calls[call])
        for k in range(self.legs):
            self.calls[call].leg[self.mine[k]].joined = 1

    def save(self, Py_ssize_t call):
        """Return what a call remembers."""
        self._mine(call)
        return _saved(&self.calls[call])

    def load(self, Py_ssize_t call, bytes saved not None):
        """Remember what another call of the same setup and legs saved."""
        cdef int n, joined
        self._mine(call)
        self.due[call] = NEVER
        _load(&self.calls[call], saved)
        for n in range(LEGS):
            joined = n == self.mine[0] or (self.legs == 2 and n == self.mine[1])
            if self.calls[call].leg[n].joined != joined or self.calls[call].open:
                self.reset(call)
                raise ValueError("this is the state of a call with other legs")
