"""What other engines need of the ears: the setup that all channels share."""

from securecall._line cimport Setup as CSetup


cdef class Setup:
    cdef CSetup c
