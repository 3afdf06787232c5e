"""What the other engine needs of this one: the setup, how samples come and how events go."""

from libc.stdint cimport int64_t, uint8_t

from securecall._frame cimport Event
from securecall._line cimport Setup as CSetup


cdef class Setup:
    cdef CSetup c

cdef tuple event_of(const Event* event)
cdef int samples_of(
    object data, Py_buffer* view, Setup setup, const uint8_t** first, int64_t* count
) except -1
