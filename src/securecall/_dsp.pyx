"""The engine of the ears; securecall.fraud.dsp and securecall.fraud.detector are its faces.

`Setup` is compiled once and shared. `Channel` hears one line, `Channels` many in one call without
the GIL; both give the same events bit for bit, however the audio is cut.
"""

cimport cython
from cpython.buffer cimport PyBUF_FORMAT, PyBUF_C_CONTIGUOUS, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport (
    PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize, PyBytes_GET_SIZE,
)
from libc.math cimport cos, pow, sin
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from securecall._change cimport V_COUNT
from securecall._forest cimport sc_forest_unpack
from securecall._frame cimport (
    EVENT_DTMF, EVENT_MF, Event, Events, FRAME, SC_HOP, SC_LANES, sc_ahead, sc_bank_prepare,
    sc_bank_width, sc_dbm0, sc_lane_hz,
)
from securecall._line cimport (
    Line, S16LE, Setup as CSetup, sc_line_feed, sc_line_finish, sc_line_gap,
    sc_line_reset,
)
from securecall._measures cimport sc_measures, sc_measures_prepare
from securecall._pair_fit cimport BLOCKS, HOLE, PairPlan, Span, sc_places_prepare
from securecall._pairs cimport sc_pairs_prepare, sc_pairs_width
from securecall._spectrum cimport sc_spectrum_prepare, sc_spectrum_width
from securecall._recurrent cimport sc_recurrent_unpack
from securecall._speech cimport SPEECH_NUMBERS, sc_speech_unpack
from securecall._tone_plan cimport sc_plan_unpack

cdef enum:
    CROWD = 256            # channels whose states outgrow the caches: memory is asked for ahead
    LONG_PIECE = 4000      # samples from which on a channel's feed lets go of the GIL

cdef double PI = 3.141592653589793
# The middle tap of the half-band filter is 0.5; these are its neighbours, every other one
# (Kaiser, beta 6.2, 47 taps).
HALF_BAND = (
    0.3166147, -0.10108644, 0.055592611, -0.034763326, 0.022537263, -0.014563868, 0.009155836,
    -0.0054839594, 0.0030540916, -0.0015236475, 0.00063156323, -0.00017146043,
)

sc_bank_prepare(8000.0)
sc_pairs_prepare(8000.0)
sc_spectrum_prepare()
sc_measures_prepare()

LANE_HZ = tuple([float(f"{sc_lane_hz[lane]:.6g}") for lane in range(SC_LANES)])
LINE_BYTES = sizeof(Line)
MEASURES_COUNT = sizeof(sc_measures) // sizeof(float)
SAVED_MAGIC = b"sce2"


def bank_width(lanes=0):
    """Choose how many lanes a vector has: 4, 8, 16 or, with 0, what the machine has. Return it."""
    if lanes not in (0, 4, 8, 16):
        raise ValueError("a vector has 4, 8 or 16 lanes; 0 is what the machine has")
    lanes = sc_bank_width(lanes)
    sc_pairs_width(lanes)
    sc_spectrum_width(lanes)
    return lanes


bank_width()


cdef void _hann(float* window, int count, float* total) noexcept:
    cdef int m
    total[0] = 0
    for m in range(count):
        window[m] = <float> (0.5 - 0.5 * cos(2 * PI * (m + 0.5) / count))
        total[0] += window[m]


cdef void _fill_span(Span* span, int window, int blocks) noexcept:
    span.window = window
    span.blocks = blocks
    span.second = window * 3 // 5
    if (window - span.second) & 1:
        span.second -= 1
    _hann(span.hann_first, window - SC_HOP, &span.first_sum)
    _hann(span.hann_second, span.second, &span.second_sum)
    _hann(span.hann_whole, window, &span.whole_sum)


cdef _fill_pairs(PairPlan* plan, int kind, dict limits, lanes, codes, bint apart):
    """Fill a receiver of pairs from its limits; see fraud.dsp for their meaning."""
    cdef int lane
    cdef double turn, full = 0.5
    memset(plan, 0, sizeof(PairPlan))
    plan.kind = kind
    plan.lanes = len(lanes)
    plan.apart = apart
    for lane in range(64):
        plan.code[lane] = -1
    for low, high, code in codes:
        if not 0 <= low < high < plan.lanes or not 0 <= code < 64:
            raise ValueError("a code has two of the lanes, the lower one first")
        plan.code[8 * <int> low + <int> high] = code
    for lane in range(plan.lanes):
        if not 0 <= lanes[lane] < SC_LANES:
            raise ValueError("lanes must be 0 to 47")
        plan.lane[lane] = lanes[lane]
        turn = 2 * PI * sc_lane_hz[plan.lane[lane]] / 8000.0 * SC_HOP
        plan.turn_re[lane] = <float> cos(turn)
        plan.turn_im[lane] = <float> -sin(turn)
    sc_places_prepare(&plan.places, plan.lane, plan.lanes)
    cdef int window = limits["window_samples"]
    if not 2 * SC_HOP <= window <= 340:
        raise ValueError("window_samples must be 80 to 340")
    _fill_span(&plan.span, window, BLOCKS)
    _fill_span(&plan.bridged, window * (BLOCKS + HOLE - 1) // BLOCKS, BLOCKS + HOLE - 1)
    plan.power_min = full * pow(10.0, (<double> limits["level_dbm0_min"] - 3.14) / 10)
    plan.twist_max = pow(10.0, <double> limits["twist_db_max"] / 10)
    plan.twist_min = pow(10.0, <double> limits["twist_db_min"] / 10)
    plan.deviation_max = limits["deviation_max"]
    plan.deviation_hz = limits["deviation_hz"]
    plan.snr_min = pow(10.0, <double> limits["snr_db_min"] / 10)
    plan.block_max = limits["block_max"]
    plan.steady_max = pow(10.0, <double> limits["steady_db_max"] / 20)
    plan.bend_max = limits["bend_max"]
    plan.sure_snr = pow(10.0, <double> limits["sure_db"] / 10)
    plan.pause_hops = limits["pause_hops"]


@cython.final
cdef class Setup:
    """What all channels share: the encoding, the limits of the receivers, the plan of tones.

    Parameters
    ----------
    rate_hz : {8000, 16000}
    encoding : {0, 1, 2}
        s16le, mu-law, A-law.
    decoded : bytes
        The 256 samples of mu-law or A-law, int16 of this machine's order; empty for s16le.
    dtmf : dict or None
        Limits; see `fraud.dsp.DtmfLimits`.
    mf : tuple or None
        Limits, lanes, codes.
    dial_filter : bool
    plan : bytes or None
        Tones; see `fraud.tone_packing.packed`.
    speech : bytes or None
        The network that tells speech from other sound; see `fraud.speech`.
    measures : bool
        Measure frames; needs speech. See `fraud.measures`.
    classes : bytes
        Of the plan's tones, for evidence: see _context.pxd. Tones beyond it are of the last class.
    forest : bytes or None
        Trees that weigh evidence; see `fraud.forest`.
    recurrent : bytes or None
        The network that says which changes are told; see `fraud.recurrent`. None to be told every
        one.
    """

    def __cinit__(
        self, int rate_hz, int encoding, bytes decoded, dtmf, mf, bint dial_filter, bytes plan=None,
        bytes speech=None, bint measures=False, bytes classes=b"", bytes forest=None,
        bytes recurrent=None,
    ):
        cdef int lane, outer
        cdef double turn
        memset(&self.c, 0, sizeof(CSetup))
        if rate_hz not in (8000, 16000) or encoding not in (0, 1, 2):
            raise ValueError("rate_hz must be 8000 or 16000, and encoding 0, 1 or 2")
        if encoding and len(decoded) != 512:
            raise ValueError("a table has 256 samples")
        self.c.rate_hz = rate_hz
        self.c.encoding = encoding
        self.c.dial_filter = dial_filter
        if encoding:
            memcpy(self.c.decoded, PyBytes_AS_STRING(decoded), 512)
        for lane in range(12):
            self.c.half_band[lane] = HALF_BAND[lane]
        for lane in range(SC_LANES):
            for outer in range(2):
                turn = 2 * PI * sc_lane_hz[lane] / 8000.0 * SC_HOP * (1.5 if outer else 0.5)
                self.c.turn_re[outer][lane] = <float> cos(turn)
                self.c.turn_im[outer][lane] = <float> sin(turn)
        if dtmf is not None:
            self.c.digits = 1
            codes = [(row, 4 + column, 4 * row + column) for row in range(4) for column in range(4)]
            _fill_pairs(&self.c.dtmf, EVENT_DTMF, dtmf, range(8), codes, True)
        if mf is not None:
            self.c.mf = 1
            limits, lanes, codes = mf
            if len(lanes) != 6:
                raise ValueError("MF has six tones")
            _fill_pairs(&self.c.multi, EVENT_MF, limits, lanes, codes, False)
        if plan is not None:
            self.c.tones = 1
            if len(plan) % 8 or sc_plan_unpack(
                <const double*> PyBytes_AS_STRING(plan), len(plan) // 8, &self.c.plan
            ):
                raise ValueError("this is no packed plan of tones")
        if speech is not None:
            if len(speech) != SPEECH_NUMBERS * <Py_ssize_t> sizeof(float):
                raise ValueError("this is no packed network")
            self.c.speech = 1
            sc_speech_unpack(&self.c.net, <const float*> PyBytes_AS_STRING(speech))
        if len(classes) > 128 or any(each > 5 for each in classes):
            raise ValueError("a class of a tone is 0 to 5, of 128 tones at most")
        memset(self.c.classes, 5, 128)
        memcpy(self.c.classes, PyBytes_AS_STRING(classes), len(classes))
        if forest is not None and (len(forest) % 4 or sc_forest_unpack(
            <const float*> PyBytes_AS_STRING(forest), len(forest) // 4, V_COUNT, &self.c.forest
        )):
            raise ValueError("this is no packed forest")
        if recurrent is not None and (len(recurrent) % 4 or sc_recurrent_unpack(
            <const float*> PyBytes_AS_STRING(recurrent), len(recurrent) // 4, &self.c.recurrent
        )):
            raise ValueError("this is no packed network that remembers")
        if measures:
            if speech is None:
                raise ValueError("measures need the network of speech")
            self.c.measures = 1


cdef tuple event_of(const Event* event):
    """Return an event as plain values, in the order of its fields; evidence is a tuple."""
    return (
        event.kind, event.code, event.id, event.ended != 0, event.start, event.end, event.detected,
        event.level_dbm0, event.probability,
        (event.values[0], event.values[1], event.values[2],
         event.values[3], event.values[4], event.values[5]),
    )


cdef int samples_of(
    object data, Py_buffer* view, Setup setup, const uint8_t** first, int64_t* count
) except -1:
    """Find the samples of bytes or of a buffer; return 1 if the view has to be released."""
    cdef Py_ssize_t size
    cdef int wide = 2 if setup.c.encoding == S16LE else 1
    cdef int held = 0
    if PyBytes_CheckExact(data):
        first[0] = <const uint8_t*> PyBytes_AS_STRING(data)
        size = PyBytes_GET_SIZE(data)
    else:
        PyObject_GetBuffer(data, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT)
        held = 1
        first[0] = <const uint8_t*> view.buf
        size = view.len
        if view.ndim > 1:
            PyBuffer_Release(view)
            raise TypeError("samples of one channel lie in one row")
        if not (view.itemsize == 1 and view.format in (NULL, b"B", b"b", b"c")) and not (
            wide == 2 and view.itemsize == 2 and view.format != NULL
            and view.format in (b"h", b"<h")
        ):
            PyBuffer_Release(view)
            raise TypeError("samples must be bytes or int16")
    if size % wide:
        if held:
            PyBuffer_Release(view)
        raise ValueError("an odd number of bytes is no whole number of 16-bit samples")
    count[0] = size // wide
    return held


cdef int _complain(Events* events) except -1:
    """Say that events of a call were lost; those that were not are given up with them."""
    cdef int lost = events.lost
    events.lost = events.count = 0
    raise MemoryError(f"no memory for {lost} events of this call; the line is heard on")


cdef bytes _saved(Line* line):
    """Return what a line remembers; without what earlier pieces left in its unfinished hop."""
    memset(&line.hop[line.waiting], 0, (SC_HOP - line.waiting) * sizeof(int16_t))
    return SAVED_MAGIC + PyBytes_FromStringAndSize(<char*> line, sizeof(Line))


@cython.final
cdef class Channel:
    """One line. Not for two threads at once.

    A call that makes more than ``most`` events, or more than memory holds, raises MemoryError.
    """

    cdef Line line
    cdef Events events
    cdef readonly Setup setup

    def __cinit__(self, Setup setup not None, int most=0):
        self.setup = setup
        self.events.items = <Event*> malloc(16 * sizeof(Event))
        if self.events.items == NULL:
            raise MemoryError
        self.events.room = 16
        self.events.most = most
        self.events.count = self.events.lost = 0
        sc_line_reset(&self.line)

    def __dealloc__(self):
        free(self.events.items)

    cdef object _take(self):
        cdef int at
        if self.events.count == 0:
            return ()
        if self.events.lost:
            _complain(&self.events)
        found = tuple([event_of(&self.events.items[at]) for at in range(self.events.count)])
        self.events.count = 0
        return found

    def feed(self, data):
        """Hear samples; return the events that they complete."""
        cdef Py_buffer view
        cdef const uint8_t* first
        cdef int64_t count
        cdef int held = samples_of(data, &view, self.setup, &first, &count)
        if count >= LONG_PIECE:
            with nogil:
                sc_line_feed(&self.line, &self.setup.c, first, count, &self.events)
        else:
            sc_line_feed(&self.line, &self.setup.c, first, count, &self.events)
        if held:
            PyBuffer_Release(&view)
        if self.events.count == 0:
            return ()
        return self._take()

    def gap(self, int64_t samples):
        """Let samples at 8 kHz pass that were lost; return the events that this completes."""
        with nogil:
            sc_line_gap(&self.line, &self.setup.c, samples, &self.events)
        return self._take()

    def next_id(self):
        """Return a number for an event that comes from elsewhere."""
        self.line.ids += 1
        return self.line.ids

    def finish(self):
        """End what lasts; return the events."""
        sc_line_finish(&self.line, &self.setup.c, &self.events)
        return self._take()

    def activity(self, data):
        """Hear samples; return what each frame that they complete is: a byte a frame."""
        if not self.setup.c.speech:
            raise ValueError("this setup does not listen for speech")
        return self._frames(data, 1)

    def measures(self, data):
        """Hear samples; return a row of 32 floats for each frame that they complete."""
        if not self.setup.c.measures:
            raise ValueError("this setup does not measure")
        return self._frames(data, sizeof(sc_measures))

    @cython.cdivision(True)
    def measures_of_gap(self, int64_t samples):
        """Let samples at 8 kHz pass that were lost; return rows as `measures` does."""
        cdef int64_t piece, frame
        rows = []
        while samples > 0:
            frame = self.line.now // FRAME
            piece = FRAME - (self.line.now + self.line.waiting) % FRAME
            piece = samples if piece > samples else piece
            self.gap(piece)
            samples -= piece
            if self.line.now // FRAME > frame:
                rows.append(PyBytes_FromStringAndSize(
                    <char*> &self.line.measures, sizeof(sc_measures)
                ))
        return b"".join(rows)

    @cython.cdivision(True)  # a line's clock is never below 0
    cdef bytes _frames(self, data, int size):
        """Hear samples; return one byte of activity a frame, or as many as a row of measures."""
        cdef Py_buffer view
        cdef const uint8_t* first
        cdef int64_t count, at = 0, piece, frame
        cdef int ratio = self.setup.c.rate_hz // 8000
        cdef int wide = 2 if self.setup.c.encoding == S16LE else 1
        cdef int held
        cdef uint8_t* found
        cdef Py_ssize_t frames = 0
        held = samples_of(data, &view, self.setup, &first, &count)
        found = <uint8_t*> malloc((count // (FRAME * ratio) + 2) * size)
        if found == NULL:
            if held:
                PyBuffer_Release(&view)
            raise MemoryError
        with nogil:
            while at < count:
                # To where the frame ends, or two before: the half-band filter may hold some back.
                frame = self.line.now // FRAME
                piece = ratio * (FRAME - (self.line.now + self.line.waiting) % FRAME)
                if piece > count - at:
                    piece = count - at
                sc_line_feed(&self.line, &self.setup.c, first + wide * at, piece, &self.events)
                at += piece
                if self.line.now // FRAME > frame:
                    if size == 1:
                        found[frames] = <uint8_t> self.line.activity
                    else:
                        memcpy(found + frames * size, &self.line.measures, size)
                    frames += 1
        if held:
            PyBuffer_Release(&view)
        self.events.count = self.events.lost = 0  # who asks for speech is told of nothing else
        told = PyBytes_FromStringAndSize(<char*> found, frames * size)
        free(found)
        return told

    @property
    def now(self):
        """Samples at 8 kHz so far."""
        return self.line.now + self.line.waiting

    def tones(self):
        """Return the levels of the 48 tones in the last whole frame, dBm0."""
        cdef int lane
        return tuple([sc_dbm0(self.line.tone_power[lane]) for lane in range(SC_LANES)])

    def save(self):
        """Return what the channel remembers."""
        return _saved(&self.line)

    def load(self, bytes saved not None):
        """Remember what another channel of the same setup saved."""
        if (len(saved) != len(SAVED_MAGIC) + <Py_ssize_t> sizeof(Line)
                or not saved.startswith(SAVED_MAGIC)):
            raise ValueError("this was not saved by this version")
        memcpy(&self.line, PyBytes_AS_STRING(saved) + len(SAVED_MAGIC), sizeof(Line))


@cython.final
cdef class Channels:
    """Many lines that are fed in one call. Not for two threads at once."""

    cdef Line* lines
    cdef Events events
    cdef readonly Setup setup
    cdef readonly Py_ssize_t count

    def __cinit__(self, Setup setup not None, Py_ssize_t count, int most=0):
        cdef Py_ssize_t at
        if count < 1:
            raise ValueError("at least one channel")
        self.setup = setup
        self.count = count
        self.lines = <Line*> calloc(count, sizeof(Line))
        self.events.items = <Event*> malloc(64 * sizeof(Event))
        if self.lines == NULL or self.events.items == NULL:
            raise MemoryError
        self.events.room = 64
        self.events.most = most
        self.events.count = self.events.lost = 0
        for at in range(count):
            sc_line_reset(&self.lines[at])

    def __dealloc__(self):
        free(self.lines)
        free(self.events.items)

    def feed(
        self, const int16_t[:, ::1] frames not None, const int32_t[::1] lengths=None,
        const int32_t[::1] gaps=None,
    ):
        """Hear a row of samples a channel; return (channel, event) in order of the channels.

        ``lengths`` says how many samples of each row count; ``gaps`` how many at 8 kHz were lost
        before them.
        """
        cdef Py_ssize_t channel, at
        cdef int64_t samples = frames.shape[1], most = frames.shape[1]
        cdef int32_t* owners
        if frames.shape[0] != self.count:
            raise ValueError("a row a channel")
        if lengths is not None:
            if lengths.shape[0] != self.count:
                raise ValueError("a length a channel")
            for channel in range(self.count):
                if not 0 <= lengths[channel] <= samples:
                    raise ValueError("a length is longer than a row")
        if gaps is not None:
            if gaps.shape[0] != self.count:
                raise ValueError("a gap a channel")
            for channel in range(self.count):
                if gaps[channel] < 0:
                    raise ValueError("a gap is below 0")
        owners = <int32_t*> malloc((self.count + 1) * sizeof(int32_t))
        if owners == NULL:
            raise MemoryError
        with nogil:
            for channel in range(self.count):
                owners[channel] = self.events.count
                if CROWD <= self.count and channel + 1 < self.count and samples > 0:
                    sc_ahead(&self.lines[channel + 1], sizeof(Line))
                    sc_ahead(&frames[channel + 1, 0], samples * sizeof(int16_t))
                if gaps is not None and gaps[channel]:
                    sc_line_gap(&self.lines[channel], &self.setup.c, gaps[channel], &self.events)
                most = samples if lengths is None else lengths[channel]
                if most:
                    sc_line_feed(
                        &self.lines[channel], &self.setup.c, <const uint8_t*> &frames[channel, 0],
                        most, &self.events,
                    )
            owners[self.count] = self.events.count
        found = []
        try:
            if self.events.lost:
                _complain(&self.events)
            if self.events.count:
                for channel in range(self.count):
                    for at in range(owners[channel], owners[channel + 1]):
                        found.append((channel, event_of(&self.events.items[at])))
        finally:
            self.events.count = 0
            free(owners)
        return found

    def finish(self, Py_ssize_t channel):
        """End what lasts on a channel; return the events."""
        cdef int at
        self._mine(channel)
        sc_line_finish(&self.lines[channel], &self.setup.c, &self.events)
        if self.events.lost:
            _complain(&self.events)
        found = tuple([event_of(&self.events.items[at]) for at in range(self.events.count)])
        self.events.count = 0
        return found

    def reset(self, Py_ssize_t channel):
        """Begin a channel anew."""
        self._mine(channel)
        sc_line_reset(&self.lines[channel])

    cdef int _mine(self, Py_ssize_t channel) except -1:
        if not 0 <= channel < self.count:
            raise ValueError(f"channel must be 0 to {self.count - 1}, not {channel}")
        return 0

    def save(self, Py_ssize_t channel):
        """Return what a channel remembers."""
        self._mine(channel)
        return _saved(&self.lines[channel])

    def load(self, Py_ssize_t channel, bytes saved not None):
        """Have a channel remember what another of the same setup saved."""
        self._mine(channel)
        if (len(saved) != len(SAVED_MAGIC) + <Py_ssize_t> sizeof(Line)
                or not saved.startswith(SAVED_MAGIC)):
            raise ValueError("this was not saved by this version")
        memcpy(&self.lines[channel], PyBytes_AS_STRING(saved) + len(SAVED_MAGIC), sizeof(Line))
