"""Which values samples take: the steps of what coded a line last; see _grid.h."""

from libc.stdint cimport int16_t, uint16_t

cdef extern from "_grid.h" nogil:
    ctypedef struct sc_grid:
        uint16_t heard
        uint16_t mu
        uint16_t a
        uint16_t eights
        uint16_t small
        uint16_t evens
    ctypedef struct sc_grid_usual:
        float heard
        float on
    void sc_grid_take(
        sc_grid* grid, sc_grid_usual* usual, const int16_t* sample, int offset
    )

cdef enum:
    GRID_LEAST = 120       # samples of half a second, of a thousand, that tell something
