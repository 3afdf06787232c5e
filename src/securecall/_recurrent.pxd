"""The network that remembers: a block as numbers for it, and its weights from a row of numbers."""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy, memset

from securecall._block cimport BLOCK_BANDS, Block, NO_LEVEL

cdef extern from "_recurrent.h" nogil:
    enum:
        SC_REC_CHANGE
        SC_REC_KNOTS
        SC_REC_BLOCK
        SC_REC_INPUTS
        SC_REC_HIDDEN
        SC_REC_GATES
        SC_REC_KINDS

    ctypedef struct sc_recurrent:
        int32_t kinds
        float told[4]
        float knot[153][64]
        float in_bias[96]
        float gate_bias[288]
        float held_bias[288]
        float out_bias[4]
        float first "in"[226][96]
        float gate[96][288]
        float held[96][288]
        float out[192][4]

    void sc_recurrent_width(int lanes)
    int sc_rec_step(
        const sc_recurrent* net, const float* change, const float* block, float* memory,
        float* odds
    )

cdef enum:
    RECURRENT_NUMBERS = 4 + 153 * 63 + 96 + 288 + 288 + 4 + 226 * 96 + 2 * 96 * 288 + 192 * 4


cdef inline int sc_recurrent_unpack(
    const float* number, int64_t count, sc_recurrent* net
) noexcept nogil:
    """Fill the network, part by part as the struct has them; return -1 if the count is another."""
    cdef int k, n
    memset(net, 0, sizeof(sc_recurrent))
    if count != RECURRENT_NUMBERS:
        return -1
    for k in range(SC_REC_KINDS):
        net.told[k] = number[k]
    number += SC_REC_KINDS
    for n in range(SC_REC_CHANGE):
        for k in range(SC_REC_KNOTS):
            net.knot[n][k] = number[k]
        number += SC_REC_KNOTS
    memcpy(net.in_bias, number, sizeof(net.in_bias))
    number += SC_REC_HIDDEN
    memcpy(net.gate_bias, number, sizeof(net.gate_bias))
    number += SC_REC_GATES
    memcpy(net.held_bias, number, sizeof(net.held_bias))
    number += SC_REC_GATES
    memcpy(net.out_bias, number, sizeof(net.out_bias))
    number += SC_REC_KINDS
    memcpy(net.first, number, sizeof(net.first))
    number += SC_REC_INPUTS * SC_REC_HIDDEN
    memcpy(net.gate, number, sizeof(net.gate))
    number += SC_REC_HIDDEN * SC_REC_GATES
    memcpy(net.held, number, sizeof(net.held))
    number += SC_REC_HIDDEN * SC_REC_GATES
    memcpy(net.out, number, sizeof(net.out))
    net.kinds = SC_REC_KINDS
    return 0


@cython.cdivision(True)  # no spread is 0
cdef inline float _near(uint8_t value, float middle, float spread) noexcept nogil:
    return (value - middle) / spread


cdef inline void sc_block_numbers(const Block* block, float* number) noexcept nogil:
    """Write a block as 73 numbers of about the size of one; what there is none of is 0.

    Bands are told beside the level, so that how loud a line is says little.
    """
    cdef int k, noise = block.low != NO_LEVEL, talk = block.talks > 0
    cdef int steps = block.mu != NO_LEVEL
    memset(number, 0, SC_REC_BLOCK * sizeof(float))
    number[0] = noise
    number[18] = _near(block.high, 130, 40)
    number[19] = block.spoken * <float> 0.04 - <float> 0.3
    number[20] = block.other * <float> 0.04 - <float> 0.3
    number[21] = block.lost * <float> 0.04 - <float> 0.3
    number[22] = block.dead * <float> 0.04 - <float> 0.3
    number[23] = block.talks * <float> 0.04
    number[24] = talk
    if noise:
        number[1] = _near(block.low, 70, 40)
        for k in range(BLOCK_BANDS):
            number[2 + k] = _near(block.quiet[k], block.low, 30)
        number[66] = _near(block.even, 180, 50)
    if talk:
        number[25] = _near(block.talk, 130, 40)
        for k in range(BLOCK_BANDS):
            number[26 + k] = _near(block.talking[k], block.talk, 30)
        number[49] = _near(block.edge, 190, 40)
    if block.pitches:
        number[42] = 1
        number[43] = _near(block.pitch, 90, 50)
    number[44] = block.click * <float> 0.05
    number[45] = block.tonal * <float> 0.04
    number[46] = block.echo * <float> (1.0 / 255)
    if block.echo > 127:
        number[47] = _near(block.echo_level, 60, 40)
    number[48] = block.far_spoken * <float> 0.04
    if block.peak[0] != NO_LEVEL:
        number[50] = 1
        for k in range(8):
            number[51 + k] = _near(block.peak[1 + k], block.peak[0], 40)
    if block.strong:
        number[59] = 1
        number[60] = block.strong * <float> 0.04
        for k in range(5):
            number[61 + k] = _near(block.slope[k], 100, 40)
    if steps:
        number[67] = 1
        number[68] = block.mu * <float> 0.01 - 1
        number[69] = block.a * <float> 0.01 - 1
        number[70] = block.eights * <float> 0.01 - 1
    if block.evens != NO_LEVEL:
        number[71] = 1
        number[72] = block.evens * <float> 0.01 - 1
