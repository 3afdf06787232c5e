"""Sums of rated rows by group, in 128 bits: no number of rows reaches their end."""

from libc.stdint cimport int64_t

from securecall._batch cimport Column
from securecall._plan cimport int128


# Of each group its rows, then the sum of each column.
ctypedef struct Sums:
    int64_t groups
    int columns
    int128 *cells


cdef inline bint is_there(const Column *column, Py_ssize_t row) noexcept nogil:
    """Return whether a row of a column has a value."""
    cdef int64_t place = column.offset + row
    return column.valid == NULL or column.valid[place >> 3] >> (place & 7) & 1


cdef inline Py_ssize_t add_rows(
    const Sums *sums, Py_ssize_t rows, const Column *key, const Column *columns, const int *words,
) noexcept nogil:
    """Add rows that have a key and a value in the first column; return how many were refused.

    ``words`` says of how many int64 a value of each column is made; the first one is all of it.
    """
    cdef const int64_t *keys = <const int64_t *>key.data + key.offset
    cdef Py_ssize_t row, refused = 0
    cdef int64_t group
    cdef int128 *cell
    cdef int index
    for row in range(rows):
        if not (is_there(key, row) and is_there(&columns[0], row)):
            continue
        group = keys[row]
        if group < 0 or group >= sums.groups:
            refused += 1
            continue
        cell = &sums.cells[group * (sums.columns + 1)]
        cell[0] += 1
        for index in range(sums.columns):
            if is_there(&columns[index], row):
                cell[index + 1] += (<const int64_t *>columns[index].data)[
                    (columns[index].offset + row) * words[index]
                ]
    return refused
