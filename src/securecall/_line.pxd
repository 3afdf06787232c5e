"""One channel of audio: from bytes to hops of 5 ms and frames of 20 ms, and to who listens.

Hops and frames lie on the clock of the media, whatever pieces the audio comes in, so that any
cutting gives the same bits. A `Line` is all that a channel remembers; `Setup` is what all channels
share and nobody changes.
"""

cimport cython
from libc.stdint cimport int16_t, int64_t, uint8_t
from libc.string cimport memcmp, memcpy, memmove, memset

from securecall._dial cimport Dial, sc_dial_step, sc_without_dial
from securecall._forest cimport Forest
from securecall._frame cimport (
    Events, FRAME, Frame, HOPS, PAST, RING, SC_HOP, sc_hear, sc_heard, sc_sums_of,
    sc_sound, sc_tones,
)
from securecall._measures cimport (
    sc_measures, sc_measures_step, sc_measuring, sc_measuring_reset,
)
from securecall._pair_fit cimport PairPlan
from securecall._pairs cimport (
    PairState, sc_pair_end, sc_pair_gap, sc_pair_reset, sc_pair_screen, sc_pair_step, sc_screened,
)
from securecall._progress cimport (
    Progress, sc_progress_end, sc_progress_reset, sc_progress_step,
)
from securecall._recurrent cimport sc_recurrent
from securecall._speech cimport (
    HEARD_SILENCE, sc_speech, sc_speech_net, sc_speech_reset, sc_speech_step,
)
from securecall._tone_plan cimport TonePlan

cdef enum:
    TRIES = 64             # frames of a gap after which it is seen whether more change anything
    LEVEL_FRAMES = 4       # of so many frames one is looked at for direct current
    STILL = 256            # so much of it, in steps of 16 bits, is left: -39 dBm0
    TAPS = 47              # of the half-band filter
    PIECE = 160            # samples that are taken in at once: four hops
    S16LE = 0
    MULAW = 1
    ALAW = 2

cdef struct Setup:
    int encoding
    int rate_hz            # 8000 or 16000
    int digits             # listen for DTMF
    int mf                 # listen for MF
    int dial_filter        # take a dial tone away before listening for digits
    int tones              # listen for the tones of a plan
    int speech             # tell speech from other sound
    int measures           # fill a row of measures; needs speech
    PairPlan dtmf
    PairPlan multi
    TonePlan plan
    uint8_t classes[128]   # of the plan's tones, for _context.pxd
    sc_speech_net net
    Forest forest
    sc_recurrent recurrent
    int16_t decoded[256]   # of mu-law or A-law
    float half_band[12]    # every other of its taps, from the middle
    float turn_re[2][48]   # a tone's turn over half a hop and over one and a half
    float turn_im[2][48]

cdef struct Line:
    int64_t now            # samples at the end of the last hop
    int waiting            # samples of the hop that is under way
    int lost               # lost hops of the frame that is under way
    int broken             # lost samples in the hop that is under way
    int ids                # events so far
    int half               # 16 kHz: samples that the half-band filter holds
    int peak
    int crossings
    float direct           # direct current: the mean of the last seconds
    int16_t offset         # what of it is taken away
    int16_t last           # the last sample
    int16_t hop[40]
    int16_t ring[640]
    int16_t wide[48]       # 16 kHz: the past of the half-band filter
    float hop_power[4]
    float tone_power[48]   # of the frame before
    PairState dtmf
    PairState multi
    Dial dial
    Progress progress
    sc_speech speech
    int activity           # what the last whole frame was
    sc_measuring measuring
    sc_measures measures   # of the last whole frame


cdef inline void sc_line_reset(Line* line) noexcept nogil:
    """Begin at media time 0."""
    memset(line, 0, sizeof(Line))
    sc_pair_reset(&line.dtmf)
    sc_pair_reset(&line.multi)
    sc_progress_reset(&line.progress)
    sc_speech_reset(&line.speech)
    line.activity = HEARD_SILENCE
    sc_measuring_reset(&line.measuring)


@cython.cdivision(True)
cdef inline float _power(const float* x) noexcept nogil:
    """Return the mean square of a hop."""
    cdef float total = 0
    cdef int m
    for m in range(SC_HOP):
        total += x[m] * x[m]
    return total * <float> (1.0 / SC_HOP)


@cython.cdivision(True)
cdef inline void _follow_direct(Line* line) noexcept nogil:
    """Take a frame into the direct current that is taken away, which sways slower than any tone.

    What is little is left as it is, so that audio without any stays the same to the bit.
    """
    cdef int m, sum = 0
    for m in range(RING - FRAME, RING):
        sum += line.ring[m]
    line.direct += (<float> sum / FRAME + line.offset - line.direct) * <float> 0.0625
    line.offset = 0
    if line.direct > STILL:
        line.offset = <int16_t> (line.direct - STILL)
    elif line.direct < -STILL:
        line.offset = <int16_t> (line.direct + STILL)


@cython.cdivision(True)  # a line's clock is never below 0
cdef inline void _frame_end(Line* line, const Setup* setup, Events* events) noexcept nogil:
    """A frame is complete and its tones are known: let its rooms have it."""
    cdef Frame frame
    cdef sc_sound sound
    if setup.dial_filter:
        sc_dial_step(
            &line.dial, line.tone_power,
            0.25 * ((line.hop_power[0] + line.hop_power[1])
                    + (line.hop_power[2] + line.hop_power[3])),
            line.lost,
        )
    sound.known = 0
    frame.end = line.now
    frame.ring = line.ring
    frame.sound = &sound
    frame.hop_power = line.hop_power
    frame.tone_power = line.tone_power
    frame.gap = line.lost
    frame.peak = line.peak
    frame.crossings = line.crossings
    if setup.tones:
        sc_progress_step(&line.progress, &setup.plan, &frame, &line.ids, events)
    if setup.speech:
        line.activity = sc_speech_step(&line.speech, &setup.net, line.ring, &frame)
    if setup.measures:
        sc_measures_step(&line.measuring, &line.measures, &frame, line.activity, &line.speech)
    if line.lost == 0 and (line.now // FRAME) % LEVEL_FRAMES == 0:
        _follow_direct(line)


@cython.cdivision(True)
cdef inline void sc_line_frame(
    Line* line, const Setup* setup, const int16_t* samples, const sc_heard* heard, Events* events
) noexcept nogil:
    """Take in the four hops of a frame at once, as `sc_line_hop` one by one would.

    Needs the clock between two frames, nothing lost, and no dial tone to be taken away.
    """
    cdef sc_screened dtmf, multi
    cdef int hop, in_dtmf = 0, in_multi = 0
    cdef int64_t now = line.now
    memcpy(&line.ring[now % RING], samples, FRAME * sizeof(int16_t))
    line.now = now + FRAME
    line.last = samples[FRAME - 1]
    line.lost = line.peak = line.crossings = 0
    for hop in range(HOPS):
        line.peak = heard[hop].peak if heard[hop].peak > line.peak else line.peak
        line.crossings += heard[hop].crossings
        line.hop_power[hop] = heard[hop].power
    sc_tones(heard, setup.turn_re, setup.turn_im, line.tone_power)
    if setup.digits:
        in_dtmf = sc_pair_screen(&setup.dtmf, &line.dtmf, heard, HOPS, &dtmf)
    if setup.mf:
        in_multi = sc_pair_screen(&setup.multi, &line.multi, heard, HOPS, &multi)
    if in_dtmf or in_multi:
        for hop in range(HOPS):
            now += SC_HOP
            if in_dtmf:
                sc_pair_step(
                    &setup.dtmf, &line.dtmf, &dtmf, hop, line.ring, NULL, now, &line.ids, events
                )
            if in_multi:
                sc_pair_step(
                    &setup.multi, &line.multi, &multi, hop, line.ring, NULL, now, &line.ids, events
                )
    _frame_end(line, setup, events)


@cython.cdivision(True)
cdef inline void sc_line_hop(
    Line* line, const Setup* setup, const int16_t* samples, const sc_heard* heard, int lost,
    Events* events,
) noexcept nogil:
    """Take in a hop of 40 samples and what they are. Needs now >= 0."""
    cdef float past[640]
    cdef int index = <int> ((line.now // SC_HOP) % HOPS)
    cdef sc_heard own[4]
    cdef sc_screened screened

    memcpy(&line.ring[line.now % RING], samples, SC_HOP * sizeof(int16_t))
    line.now += SC_HOP
    line.last = samples[SC_HOP - 1]
    if index == 0:
        line.lost = line.peak = line.crossings = 0
    line.lost += lost
    line.peak = heard.peak if heard.peak > line.peak else line.peak
    line.crossings += heard.crossings
    line.hop_power[index] = heard.power
    if lost:
        sc_pair_gap(&line.dtmf)
        sc_pair_gap(&line.multi)
    else:
        if setup.digits and line.dial.on:
            sc_without_dial(line.ring, line.now, past)
            sc_sums_of(past + RING - SC_HOP, &own[0].sums)
            own[0].power = _power(past + RING - SC_HOP)
            if sc_pair_screen(&setup.dtmf, &line.dtmf, own, 1, &screened):
                sc_pair_step(
                    &setup.dtmf, &line.dtmf, &screened, 0, line.ring, past + RING - PAST, line.now,
                    &line.ids, events,
                )
        elif setup.digits:
            if sc_pair_screen(&setup.dtmf, &line.dtmf, heard, 1, &screened):
                sc_pair_step(
                    &setup.dtmf, &line.dtmf, &screened, 0, line.ring, NULL, line.now, &line.ids,
                    events,
                )
        if setup.mf:
            if sc_pair_screen(&setup.multi, &line.multi, heard, 1, &screened):
                sc_pair_step(
                    &setup.multi, &line.multi, &screened, 0, line.ring, NULL, line.now, &line.ids,
                    events,
                )
    if index == HOPS - 1:
        # Once more, all four: sums of a frame that came in pieces are not kept.
        sc_hear(&line.ring[(line.now - FRAME) % RING], 0, HOPS, own)
        sc_tones(own, setup.turn_re, setup.turn_im, line.tone_power)
        _frame_end(line, setup, events)


@cython.cdivision(True)
cdef inline void _take(
    Line* line, const Setup* setup, const int16_t* samples, int count, int lost, Events* events
) noexcept nogil:
    """Take in samples at 8 kHz up to the end of the frame that is under way. Needs count >= 0."""
    cdef int16_t whole[200]
    cdef int16_t level[160]
    cdef sc_heard heard[4]
    cdef int m, sample, hops, hop, total = line.waiting + count

    if line.offset and not lost:
        for m in range(count):
            sample = samples[m] - line.offset
            sample = 32767 if sample > 32767 else sample
            level[m] = <int16_t> (-32768 if sample < -32768 else sample)
        samples = level
    if line.waiting or lost:
        memcpy(whole, line.hop, line.waiting * sizeof(int16_t))
        memcpy(whole + line.waiting, samples, count * sizeof(int16_t))
        samples = whole
    hops = total // SC_HOP
    if hops > 4:  # 39 that waited and 160 that came are 199: never more than four
        hops = 4
    if hops and not lost:
        sc_hear(samples, line.last, hops, heard)
    elif hops:
        memset(whole, 0, hops * SC_HOP * sizeof(int16_t))
        memset(heard, 0, sizeof(heard))
    if (hops == HOPS and line.now % FRAME == 0 and not lost and not line.broken
            and not line.dial.on):
        sc_line_frame(line, setup, samples, heard, events)
    else:
        for hop in range(hops):
            sc_line_hop(
                line, setup, samples + hop * SC_HOP, &heard[hop],
                lost or (hop == 0 and line.broken), events,
            )
            line.broken = 0
    line.waiting = total - hops * SC_HOP
    memcpy(line.hop, samples + hops * SC_HOP, line.waiting * sizeof(int16_t))
    if lost and line.waiting:
        line.broken = 1


@cython.cdivision(True)  # the clock is never below 0
cdef inline void sc_line_take(
    Line* line, const Setup* setup, const int16_t* samples, int count, int lost, Events* events
) noexcept nogil:
    """Take in at most 160 samples at 8 kHz. Needs count >= 0."""
    cdef int room = FRAME - <int> ((line.now + line.waiting) % FRAME)
    if count <= room:
        _take(line, setup, samples, count, lost, events)
        return
    _take(line, setup, samples, room, lost, events)
    _take(line, setup, samples + room, count - room, lost, events)


cdef inline int sc_halve(
    Line* line, const Setup* setup, const int16_t* wide, int count, int16_t* out
) noexcept nogil:
    """Turn samples at 16 kHz into half as many at 8 kHz; return how many. Needs count <= 320."""
    cdef int16_t whole[368]
    cdef int at, k, made = 0, total = TAPS - 1 + count
    cdef float y
    memcpy(whole, line.wide, (TAPS - 1) * sizeof(int16_t))
    memcpy(whole + TAPS - 1, wide, count * sizeof(int16_t))
    at = TAPS // 2 + line.half
    while at + TAPS // 2 < total:
        y = 0.5 * whole[at]
        for k in range(12):
            y += setup.half_band[k] * (whole[at - 2 * k - 1] + whole[at + 2 * k + 1])
        y += 32768.5
        if y < 0:
            y = 0
        if y > 65535:
            y = 65535
        out[made] = <int16_t> (<int> y - 32768)
        made += 1
        at += 2
    line.half = at - TAPS // 2 - count
    memmove(line.wide, whole + count, (TAPS - 1) * sizeof(int16_t))
    return made


cdef inline void sc_line_feed(
    Line* line, const Setup* setup, const uint8_t* data, int64_t count, Events* events
) noexcept nogil:
    """Take in samples as the setup says that they are written."""
    cdef int16_t decoded[320]
    cdef int16_t narrow[161]
    cdef const int16_t* samples
    cdef int64_t at = 0
    cdef int m, piece, most = PIECE if setup.rate_hz == 8000 else 2 * PIECE
    cdef const int16_t* table = &setup.decoded[0]
    while at < count:
        piece = most if count - at > most else <int> (count - at)
        if setup.encoding == S16LE:
            samples = decoded
            memcpy(decoded, data + 2 * at, piece * sizeof(int16_t))
        else:
            samples = decoded
            for m in range(piece):
                decoded[m] = table[data[at + m]]
        at += piece
        if setup.rate_hz == 16000:
            piece = sc_halve(line, setup, samples, piece, narrow)
            samples = narrow
            if piece > PIECE:  # parity can make one more
                sc_line_take(line, setup, samples, PIECE, 0, events)
                sc_line_take(line, setup, samples + PIECE, piece - PIECE, 0, events)
                continue
        sc_line_take(line, setup, samples, piece, 0, events)


cdef inline int _is_still(const Line* line, const Line* before) noexcept nogil:
    """Return whether a lost frame moved nothing but the clock, so that no further one will.

    What a room does with a lost frame may depend on the clock in two ways: a ring is written at
    its place, so rings must hold nothing but zeros; and a tone that goes on ends when its time has
    come, so none may go on.
    """
    cdef Line moved
    cdef int i
    for i in range(RING):
        if line.ring[i]:
            return 0
    for i in range(64):
        if line.progress.bursts.hop[i] != 0:
            return 0
    for i in range(3):
        if line.progress.going[i].pattern >= 0:
            return 0
    memcpy(&moved, before, sizeof(Line))
    moved.now = line.now
    moved.progress.bursts.hops = line.progress.bursts.hops
    return memcmp(&moved, line, sizeof(Line)) == 0


@cython.cdivision(True)
cdef inline int64_t _skipped(
    Line* line, const Setup* setup, int64_t count, Events* events
) noexcept nogil:
    """Let a whole lost frame pass, and with it all that follow if none of them can change anything.

    Returns how many samples passed. Needs the clock between two frames, and count >= 160.
    """
    cdef Line before
    cdef int16_t zeros[160]
    cdef int64_t frames
    memset(zeros, 0, sizeof(zeros))
    memcpy(&before, line, sizeof(Line))
    sc_line_take(line, setup, zeros, PIECE, 1, events)
    if not _is_still(line, &before):
        return PIECE
    frames = count // PIECE - 1
    line.now += frames * PIECE
    if setup.tones:
        line.progress.bursts.hops += frames * HOPS
    return count - count % PIECE


@cython.cdivision(True)  # neither the clock nor a gap is below 0
cdef inline void sc_line_gap(
    Line* line, const Setup* setup, int64_t count, Events* events
) noexcept nogil:
    """Let so many samples at 8 kHz pass that were lost.

    A long gap costs what its first second costs: the state after it is the same, bit for bit.
    """
    cdef int16_t zeros[160]
    cdef int piece, pieces = 0
    memset(zeros, 0, sizeof(zeros))
    if count > 0 and line.waiting:
        line.broken = 1
    while count > 0:
        pieces += 1
        if (pieces % TRIES == 0 and count >= PIECE
                and (line.now + line.waiting) % PIECE == 0):
            count -= _skipped(line, setup, count, events)
            continue
        # Up to where a frame ends.
        piece = PIECE - <int> ((line.now + line.waiting) % PIECE)
        if count < piece:
            piece = <int> count
        if line.waiting + piece > SC_HOP and line.waiting:
            piece = SC_HOP - line.waiting  # the broken hop by itself; all of it is lost
        sc_line_take(line, setup, zeros, piece, 1, events)
        count -= piece


cdef inline void sc_line_finish(Line* line, const Setup* setup, Events* events) noexcept nogil:
    """End what lasts: the call is over."""
    if line.dtmf.held_low >= 0:
        sc_pair_end(&setup.dtmf, &line.dtmf, events, line.now)
    if line.multi.held_low >= 0:
        sc_pair_end(&setup.multi, &line.multi, events, line.now)
    if setup.tones:
        sc_progress_end(&line.progress, &setup.plan, line.now, events)
