"""One call: its legs, what is heard on each, and what both together say.

Each leg is heard by itself. What needs both, block by block, waits until both have got there, so
that it does not matter how the legs' pieces follow each other.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport realloc
from libc.string cimport memcpy, memmove, memset

from securecall._block cimport (
    BLOCK_FRAMES, Block, Building, NO_LEVEL, sc_building_finish, sc_building_next,
    sc_building_reset, sc_building_take,
)
from securecall._change cimport Change, sc_change_reset, sc_change_step
from securecall._context cimport (
    Context, sc_context_cue, sc_context_event, sc_context_reset,
)
from securecall._cue cimport CUE_SPOKEN, Cues, sc_new_cue
from securecall._echo cimport Echo, sc_echo_step
from securecall._frame cimport Events, FRAME, RING, sc_ahead
from securecall._grid cimport sc_grid_take
from securecall._gap cimport Gap, sc_gap_reset, sc_gap_step
from securecall._line cimport (
    Line, S16LE, Setup, sc_line_feed, sc_line_finish, sc_line_gap, sc_line_reset,
)
from securecall._pulses cimport Pulses, sc_pulses_reset, sc_pulses_step
from securecall._speech cimport HEARD_SPEECH

cdef enum:
    LEGS = 2
    BASE_BLOCKS = 8        # the line's noise is the quietest of the last four seconds
    SPOKEN_FRAMES = 10     # frames of voiced speech, of every other one, after which somebody spoke
    TONE_DB = -25          # the evenness of tones is below, that of speech above

cdef struct Heard:         # a block that waits for the other leg's
    Block block
    float hop[100]
    Context context        # as it was then

cdef struct Leg:
    int joined
    int64_t done           # blocks that are compared
    int waiting            # blocks that wait
    int room
    Heard* heard
    uint8_t lows[8]        # of the last blocks, the latest first
    int spoken             # frames of voiced speech, until somebody has spoken
    Line line
    Gap gap
    Pulses pulses
    Context context
    Building building
    Echo echo
    Change change

cdef struct Watch:
    int open               # it is not settled yet which legs take part: blocks wait
    Leg leg[2]


cdef inline void sc_leg_reset(Leg* leg) noexcept nogil:
    """Begin anew; memory is kept."""
    leg.joined = leg.waiting = 0
    leg.done = 0
    leg.spoken = 0
    memset(leg.lows, NO_LEVEL, BASE_BLOCKS)
    sc_line_reset(&leg.line)
    sc_gap_reset(&leg.gap)
    sc_pulses_reset(&leg.pulses)
    sc_context_reset(&leg.context)
    sc_building_reset(&leg.building)
    memset(&leg.echo, 0, sizeof(Echo))
    sc_change_reset(&leg.change)


cdef inline int64_t _often(const Leg* leg) noexcept nogil:
    """Return how many bytes of a leg, from its first on, every frame needs."""
    return <const char*> &leg.echo - <const char*> leg


@cython.cdivision(True)
cdef inline int64_t _half(const Leg* leg) noexcept nogil:
    return _often(leg) // 2 // 64 * 64


cdef inline void sc_leg_ahead(const Leg* leg) noexcept nogil:
    """Ask for the first half of a leg's memory that every frame needs."""
    sc_ahead(leg, _half(leg))


cdef inline void sc_rest_ahead(const Leg* leg) noexcept nogil:
    """Ask for the other half; all at once is more than a core waits for without standing still."""
    sc_ahead(<const char*> leg + _half(leg), _often(leg) - _half(leg))


cdef inline void sc_blocks_ahead(const Leg* leg) noexcept nogil:
    """Ask for a leg's earlier blocks, if the next frame is the last of one."""
    if leg.building.frames == BLOCK_FRAMES - 1:
        sc_ahead(&leg.change, sizeof(Change))


cdef inline void _follow_base(Leg* leg, const Block* block) noexcept nogil:
    """Take the line's noise from its last blocks."""
    cdef int k, least = NO_LEVEL
    if block.dead >= 3 or block.lost > 5:
        return
    memmove(&leg.lows[1], &leg.lows[0], BASE_BLOCKS - 1)
    leg.lows[0] = block.low
    for k in range(BASE_BLOCKS):
        if leg.lows[k] < least:
            least = leg.lows[k]
    if least < NO_LEVEL:
        leg.gap.base = least * <float> 0.5 - 100


cdef inline int _queue(Leg* leg) noexcept nogil:
    """Write down a whole block for later; return -1 without memory."""
    cdef Heard* more
    if leg.waiting == leg.room:
        more = <Heard*> realloc(leg.heard, (2 * leg.room + 2) * sizeof(Heard))
        if more == NULL:
            return -1
        leg.heard = more
        leg.room = 2 * leg.room + 2
    # Padding is saved, too: a state is the same for any cutting, to the byte.
    memset(&leg.heard[leg.waiting], 0, sizeof(Heard))
    sc_building_finish(&leg.building, &leg.heard[leg.waiting].block)
    memcpy(leg.heard[leg.waiting].hop, leg.building.hop, sizeof(leg.building.hop))
    memcpy(&leg.heard[leg.waiting].context, &leg.context, sizeof(Context))
    _follow_base(leg, &leg.heard[leg.waiting].block)
    leg.waiting += 1
    return 0


cdef inline void _compare(
    Watch* watch, const Setup* setup, const int* at, int n, Cues* cues
) noexcept nogil:
    """Compare a leg's next block with those before it."""
    cdef Leg* leg = &watch.leg[n]
    leg.done += 1
    if n and watch.leg[0].joined:
        return  # the facility's own line is compared with nothing while there is an outside one
    sc_change_step(
        &leg.change, &setup.forest, &setup.recurrent, &leg.heard[at[n]].block,
        &leg.heard[at[n]].context, n, 4000 * leg.done, cues,
    )


cdef inline void sc_watch_settle(Watch* watch, const Setup* setup, Cues* cues) noexcept nogil:
    """Compare all blocks that every leg has; a leg that came later catches up by itself first."""
    cdef int n, behind
    cdef int at[2]
    cdef Leg* leg
    cdef Leg* other

    if watch.open:
        return
    at[0] = at[1] = 0
    while True:
        if watch.leg[0].joined and watch.leg[1].joined:
            behind = 0 if watch.leg[0].done <= watch.leg[1].done else 1
            if at[behind] == watch.leg[behind].waiting:
                break
            if watch.leg[0].done < watch.leg[1].done or watch.leg[1].done < watch.leg[0].done:
                _compare(watch, setup, at, behind, cues)
                at[behind] += 1
                continue
            if at[1] == watch.leg[1].waiting:
                break
            for n in range(LEGS):
                leg = &watch.leg[n]
                other = &watch.leg[1 - n]
                sc_echo_step(
                    &leg.echo, &leg.heard[at[n]].block, leg.heard[at[n]].hop,
                    other.heard[at[1 - n]].hop, &other.heard[at[1 - n]].block,
                )
            for n in range(LEGS):
                _compare(watch, setup, at, n, cues)
                at[n] += 1
        else:
            behind = 0 if watch.leg[0].joined else 1
            if not watch.leg[behind].joined or at[behind] == watch.leg[behind].waiting:
                break
            _compare(watch, setup, at, behind, cues)
            at[behind] += 1
    for n in range(LEGS):
        leg = &watch.leg[n]
        if at[n]:
            leg.waiting -= at[n]
            memmove(leg.heard, leg.heard + at[n], leg.waiting * sizeof(Heard))


cdef inline void _listen(Leg* leg, int number, Cues* cues) noexcept nogil:
    """Tell, once, that somebody has spoken on a leg."""
    if (leg.spoken < SPOKEN_FRAMES and leg.line.activity == HEARD_SPEECH
            and leg.line.measures.voiced and leg.line.measures.evenness_db > TONE_DB):
        leg.spoken += 1
        if leg.spoken == SPOKEN_FRAMES:
            sc_new_cue(cues, CUE_SPOKEN, number, leg.line.now, leg.line.now)


@cython.cdivision(True)  # the clock is never below 0
cdef inline int _frame(Watch* watch, const Setup* setup, int number, Cues* cues) noexcept nogil:
    """Take in the frame that a leg has just completed; return -1 without memory."""
    cdef Leg* leg = &watch.leg[number]
    cdef int k, first = cues.count

    _listen(leg, number, cues)
    sc_pulses_step(&leg.pulses, &leg.line.measures, leg.line.now, number, cues)
    sc_gap_step(
        &leg.gap, &leg.line.measures, leg.building.usual, leg.line.now, number, cues
    )
    for k in range(first, cues.count):
        sc_context_cue(&leg.context, &cues.items[k])
    if not leg.line.lost:
        sc_grid_take(
            &leg.building.grid, &leg.building.steps,
            &leg.line.ring[(leg.line.now - FRAME) % RING], leg.line.offset
        )
    if sc_building_take(&leg.building, &leg.line.measures):
        if _queue(leg):
            return -1
        sc_building_next(&leg.building)
        sc_watch_settle(watch, setup, cues)
    return 0


@cython.cdivision(True)
cdef inline int sc_watch_feed(
    Watch* watch, const Setup* setup, int number, const uint8_t* data, int64_t count,
    Events* events, Cues* cues, const Leg* ahead,
) noexcept nogil:
    """Hear samples of a leg; return -1 without memory.

    ``ahead`` is the leg that is fed next, or NULL: the rest of its memory is asked for in mid-way.
    """
    cdef Leg* leg = &watch.leg[number]
    cdef int ratio = setup.rate_hz // 8000, wide = 2 if setup.encoding == S16LE else 1
    cdef int64_t at = 0, piece, frame
    cdef int k, first

    while at < count:
        # To where the frame ends, or two before: the half-band filter may hold some back.
        frame = leg.line.now // FRAME
        first = events.count
        piece = ratio * (FRAME - (leg.line.now + leg.line.waiting) % FRAME)
        if piece > count - at:
            piece = count - at
        sc_line_feed(&leg.line, setup, data + wide * at, piece, events)
        if at == 0 and ahead != NULL:
            sc_rest_ahead(ahead)
        at += piece
        for k in range(first, events.count):
            sc_context_event(&leg.context, &events.items[k], setup.classes)
        if leg.line.now // FRAME > frame and _frame(watch, setup, number, cues):
            return -1
    return 0


@cython.cdivision(True)
cdef inline int sc_watch_gap(
    Watch* watch, const Setup* setup, int number, int64_t count, Events* events, Cues* cues
) noexcept nogil:
    """Let samples at 8 kHz of a leg pass that were lost; return -1 without memory."""
    cdef Leg* leg = &watch.leg[number]
    cdef int64_t piece, frame

    while count > 0:
        frame = leg.line.now // FRAME
        piece = FRAME - (leg.line.now + leg.line.waiting) % FRAME
        if piece > count:
            piece = count
        sc_line_gap(&leg.line, setup, piece, events)
        count -= piece
        if leg.line.now // FRAME > frame and _frame(watch, setup, number, cues):
            return -1
    return 0
