"""The engine of evidence: calls with one or two legs; securecall.fraud.monitor is its face.

`Watch` hears one call, `Watches` many with one leg each in one call without the GIL. What they tell
are items, each (detected, leg, kind, what): kind is -1 for an event of the ears, else that of a cue.
Times are samples at 8 kHz.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from securecall._cue cimport CUE_VALUES, Cue, Cues
from securecall._dsp cimport Setup, event_of, samples_of
from securecall._frame cimport (
    Event, Events, FRAME, sc_ahead, sc_bank_prepare, sc_bank_width,
)
from securecall._line cimport sc_line_finish
from securecall._measures cimport sc_measures_prepare
from securecall._pairs cimport sc_pairs_prepare, sc_pairs_width
from securecall._spectrum cimport sc_spectrum_prepare, sc_spectrum_width
from securecall._watch cimport (
    Heard, LEGS, Leg, Watch as CWatch, sc_leg_reset, sc_watch_feed, sc_watch_gap,
)

cdef enum:
    CROWD = 128            # channels whose states outgrow the caches: memory is asked for ahead
    LONG_PIECE = 4000      # samples from which on a feed lets go of the GIL

sc_bank_prepare(8000.0)
sc_pairs_prepare(8000.0)
sc_spectrum_prepare()
sc_measures_prepare()

LEG_BYTES = sizeof(Leg)
SAVED_MAGIC = b"scw1"


def bank_width(lanes=0):
    """Choose how many lanes a vector has, as `_dsp.bank_width` does. Return it."""
    if lanes not in (0, 4, 8, 16):
        raise ValueError("a vector has 4, 8 or 16 lanes; 0 is what the machine has")
    lanes = sc_bank_width(lanes)
    sc_pairs_width(lanes)
    sc_spectrum_width(lanes)
    return lanes


bank_width()


cdef tuple _cue(const Cue* cue):
    cdef int k
    return (cue.start, tuple([cue.value[k] for k in range(CUE_VALUES)]))


cdef list _items(Events* events, Cues* cues, int leg):
    """Return what was told, and forget it. Events are of one leg."""
    cdef int k
    items = []
    for k in range(events.count):
        told = event_of(&events.items[k])
        items.append((told[6], leg, -1, told))
    for k in range(cues.count):
        items.append((
            cues.items[k].at, cues.items[k].leg, cues.items[k].kind, _cue(&cues.items[k])
        ))
    events.count = cues.count = 0
    if events.lost or cues.lost:
        events.lost = cues.lost = 0
        raise MemoryError("no memory for what was heard")
    return items


@cython.final
cdef class Watch:
    """One call. Not for two threads at once."""

    cdef CWatch c
    cdef Events events
    cdef Cues cues
    cdef readonly Setup setup

    def __cinit__(self, Setup setup not None, legs=(0,)):
        cdef int n
        if not setup.c.measures:
            raise ValueError("this setup does not measure")
        self.setup = setup
        self.events.items = <Event*> malloc(16 * sizeof(Event))
        if self.events.items == NULL:
            raise MemoryError
        self.events.room = 16
        for n in range(LEGS):
            sc_leg_reset(&self.c.leg[n])
        for n in legs:
            self._mine(n)
            self.c.leg[n].joined = 1

    def __dealloc__(self):
        cdef int n
        free(self.events.items)
        free(self.cues.items)
        for n in range(LEGS):
            free(self.c.leg[n].heard)

    cdef int _mine(self, int leg) except -1:
        if not 0 <= leg < LEGS:
            raise ValueError("a leg is 0 or 1")
        return 0

    def feed(self, int leg, data):
        """Hear samples of a leg; return items in no order."""
        cdef Py_buffer view
        cdef const uint8_t* first
        cdef int64_t count
        cdef int held, failed
        self._mine(leg)
        held = samples_of(data, &view, self.setup, &first, &count)
        if count >= LONG_PIECE:
            with nogil:
                failed = sc_watch_feed(
                    &self.c, &self.setup.c, leg, first, count, &self.events, &self.cues
                )
        else:
            failed = sc_watch_feed(
                &self.c, &self.setup.c, leg, first, count, &self.events, &self.cues
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
        self._mine(leg)
        with nogil:
            failed = sc_watch_gap(
                &self.c, &self.setup.c, leg, samples, &self.events, &self.cues
            )
        if failed:
            raise MemoryError
        return _items(&self.events, &self.cues, leg)

    def finish(self, int leg):
        """End what lasts on a leg; return items."""
        self._mine(leg)
        sc_line_finish(&self.c.leg[leg].line, &self.setup.c, &self.events)
        return _items(&self.events, &self.cues, leg)

    def now(self, int leg):
        """Return the samples of a leg so far."""
        self._mine(leg)
        return self.c.leg[leg].line.now + self.c.leg[leg].line.waiting

    def joined(self, int leg):
        """Return whether a leg has a part in the call."""
        self._mine(leg)
        return self.c.leg[leg].joined != 0

    def join(self, int leg):
        """Let a leg have a part in the call from its beginning on."""
        self._mine(leg)
        self.c.leg[leg].joined = 1

    def save(self):
        """Return what the call remembers."""
        cdef int n
        cdef Leg* leg
        parts = [SAVED_MAGIC]
        for n in range(LEGS):
            leg = &self.c.leg[n]
            parts.append(b"%d" % leg.joined)
            if leg.joined:
                parts.append(PyBytes_FromStringAndSize(<char*> leg, sizeof(Leg)))
                parts.append(
                    PyBytes_FromStringAndSize(<char*> leg.heard, leg.waiting * sizeof(Heard))
                )
        return b"".join(parts)

    def load(self, bytes saved not None):
        """Remember what another call of the same setup saved."""
        cdef int n
        cdef Leg* leg
        cdef Heard* heard
        cdef Py_ssize_t at = len(SAVED_MAGIC), size
        cdef const char* first = PyBytes_AS_STRING(saved)
        if not saved.startswith(SAVED_MAGIC):
            raise ValueError("this was not saved by this version")
        for n in range(LEGS):
            leg = &self.c.leg[n]
            if at >= len(saved) or saved[at] not in b"01":
                raise ValueError("this was not saved by this version")
            at += 1
            free(leg.heard)
            leg.heard = NULL
            leg.room = 0
            sc_leg_reset(leg)
            if saved[at - 1:at] == b"0":
                continue
            if at + <Py_ssize_t> sizeof(Leg) > len(saved):
                raise ValueError("this was not saved by this version")
            memcpy(leg, first + at, sizeof(Leg))
            leg.heard = NULL
            leg.room = 0
            at += sizeof(Leg)
            size = leg.waiting * sizeof(Heard)
            if leg.waiting < 0 or at + size > len(saved):
                leg.waiting = 0
                raise ValueError("this was not saved by this version")
            heard = <Heard*> malloc(size + sizeof(Heard))
            if heard == NULL:
                leg.waiting = 0
                raise MemoryError
            memcpy(heard, first + at, size)
            leg.heard = heard
            leg.room = leg.waiting + 1
            at += size
        if at != len(saved):
            raise ValueError("this was not saved by this version")
