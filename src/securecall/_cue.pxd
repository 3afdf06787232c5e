"""A cue: something that may be evidence, with its numbers; and where cues are gathered."""

from libc.stdint cimport int64_t
from libc.stdlib cimport realloc
from libc.string cimport memset

cdef enum:
    CUE_VALUES = 236
    CUE_FLASH = 0          # two clicks with nothing between them
    CUE_GAP = 1            # the line was dead for a moment
    CUE_CHANGE = 2         # a leg before and after, block by block
    CUE_SPOKEN = 3         # somebody has spoken for a while, for the first time
    CUE_PULSES = 4         # a row of clicks, as a rotary telephone makes

cdef struct Cue:
    int kind
    int leg
    int64_t start          # samples
    int64_t at             # when it was known
    float value[236]

cdef struct Cues:
    int count
    int room
    int lost               # no memory for them
    Cue* items


cdef inline Cue* sc_new_cue(
    Cues* cues, int kind, int leg, int64_t start, int64_t at
) noexcept nogil:
    """Return the next free cue, zeros but for what is given; NULL without memory."""
    cdef Cue* more
    if cues.count == cues.room:
        more = <Cue*> realloc(cues.items, (2 * cues.room + 4) * sizeof(Cue))
        if more == NULL:
            cues.lost += 1
            return NULL
        cues.items = more
        cues.room = 2 * cues.room + 4
    more = &cues.items[cues.count]
    cues.count += 1
    memset(more, 0, sizeof(Cue))
    more.kind = kind
    more.leg = leg
    more.start = start
    more.at = at
    return more
