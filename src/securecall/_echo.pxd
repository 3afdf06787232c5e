"""Echo of the other leg: how alike are the levels of both legs, hop by hop, and how late.

An echo is the other leg's sound 10 to 75 ms later and 10 to 40 dB softer. Where the other leg
speaks and this one does not, this leg's hops follow its hops; the correlation of powers over half a
second says so, without a filter that adapts (which costs a hundred times as much).
"""

cimport cython
from libc.string cimport memcpy

from securecall._block cimport BLOCK_HOPS, Block, sc_level_step, sc_step

cdef extern from "_measures.h" nogil:
    float sc_power_of(float dbm0)
    float sc_ratio_db(float ratio)

cdef enum:
    LATE_HOPS = 16         # 0 to 75 ms

cdef struct Echo:          # hops of the other leg's block before
    float late[16]         # power


@cython.cdivision(True)
cdef inline void sc_echo_step(
    Echo* state, Block* block, const float* own_hop, const float* far_hop, const Block* far,
) noexcept nogil:
    """Compare a block with that of the other leg; write what is found into it."""
    cdef float own[100]
    cdef float other[116]
    cdef int h, late
    cdef float mean, most = 0, x, xx, y, yy, xy, alike, slope = 0, own_mean = 0, own_square = 0

    for h in range(LATE_HOPS):
        other[h] = state.late[h]
    for h in range(BLOCK_HOPS):
        own[h] = sc_power_of(own_hop[h])
        own_mean += own[h]
        own_square += own[h] * own[h]
        other[LATE_HOPS + h] = sc_power_of(far_hop[h])
    memcpy(state.late, &other[BLOCK_HOPS], LATE_HOPS * sizeof(float))
    block.far_spoken = far.spoken
    block.echo = block.echo_level = 0
    yy = own_square - own_mean * own_mean * <float> (1.0 / BLOCK_HOPS)
    if block.lost or far.lost or far.spoken + far.other < 5 or yy <= 0:
        return
    for late in range(LATE_HOPS):
        x = xx = xy = 0
        for h in range(BLOCK_HOPS):
            y = other[LATE_HOPS - late + h]
            x += y
            xx += y * y
            xy += y * own[h]
        mean = x * <float> (1.0 / BLOCK_HOPS)
        xx -= x * mean
        xy -= own_mean * mean
        if xx <= 0 or xy <= 0:
            continue
        alike = xy * xy / (xx * yy)
        if alike > most:
            most = alike
            slope = xy / xx
    block.echo = sc_step(most, 0, 254)
    block.echo_level = sc_step(sc_ratio_db(slope), -60, 2)
