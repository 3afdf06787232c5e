"""spandsp through ctypes: its DTMF receiver and its supervisory tone detector.

Only functions that the library exports are called, and its states stay its own; the library itself
(LGPL 2.1) is neither linked nor shipped.
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, c_char_p, c_int, c_size_t, c_void_p
from ctypes.util import find_library
from functools import cache
from typing import Any, Final

from securecall.fraud.conform.levels import SAMPLE_RATE_HZ, Pcm
from securecall.fraud.conform.receivers import Heard, NotInstalledError

__all__ = ["INSTALL", "US", "Spandsp", "elements", "library"]

INSTALL: Final = "apt-get install libspandsp2 (Debian, Ubuntu), or `make peers`"
# Files by their versions: Debian 12 and Ubuntu 24.04 have .2, FreeSWITCH's fork .3.
NAMES: Final = ("libspandsp.so.2", "libspandsp.so.3")
# It is given 2 ms at a time, so that what it says is dated to 2 ms; its own blocks are 12.75 ms.
# Tones are longer, and so are what it is given of them, 10 ms, and its blocks, 16 ms.
PIECE: Final = 16
TONE_PIECE: Final = 80
REPORT: Final = CFUNCTYPE(None, c_void_p, c_int, c_int, c_int)

# Twist, reverse twist and threshold (dB, dB, dBm0) that it is set to; it is not told frequencies.
AS_IT_IS: Final = (-1, -1, -99)
SETTINGS: Final = {
    "ntt": (5, 5, -29),
    "etsi": (6, 6, -99),
    "denmark": (6, 6, -99),
    "brazil": (9, 9, -99),
    "australia": (10, 10, -99),
}

# What it calls the signals of R1 that are no digits.
BELL: Final = {"C": "ST3P", "A": "STP", "*": "KP", "B": "KP2", "#": "ST"}
PLAN: Final = "north_america"
# Elements (Hz, Hz, nominal ms) of the North American plan; 0 Hz is no frequency. The header says -1
# for silence, but the library takes only 0 for it.
US: Final[dict[str, tuple[tuple[int, int, int], ...]]] = {
    "stutter": ((350, 440, 100), (0, 0, 100), (350, 440, 100), (0, 0, 100)),
    "ringback": ((440, 480, 2000), (0, 0, 4000)),
    "busy": ((480, 620, 500), (0, 0, 500)),
    "reorder": ((480, 620, 250), (0, 0, 250)),
    "cas": ((2130, 2750, 80),),
    "sit_ro": ((914, 0, 274), (1429, 0, 380), (1777, 0, 380)),
    "sit_vc": ((985, 0, 380), (1371, 0, 274), (1777, 0, 380)),
    "sit_nc": ((985, 0, 380), (1429, 0, 380), (1777, 0, 380)),
    "sit_ic": ((914, 0, 274), (1371, 0, 274), (1777, 0, 380)),
    "sit_ro_interlata": ((985, 0, 274), (1371, 0, 380), (1777, 0, 380)),
    "sit_nc_interlata": ((914, 0, 380), (1371, 0, 380), (1777, 0, 380)),
    "sit_io": ((914, 0, 380), (1429, 0, 274), (1777, 0, 380)),
    "sit_future": ((985, 0, 274), (1429, 0, 274), (1777, 0, 380)),
}


def elements(name: str) -> tuple[tuple[int, int, int, int], ...]:
    """Return what it is told of a tone: Hz, Hz, shortest and longest ms (0: no limit).

    Lengths may be 10 % off and a little more than one of its blocks of 16 ms.
    """
    if name == "dial":
        return ((350, 440, 700, 0),)
    if name == "call_waiting":
        return ((440, 0, 250, 350), (0, 0, 500, 0))
    return tuple((a, b, int(ms * 0.9) - 20, int(ms * 1.1) + 20) for a, b, ms in US[name])


@cache
def library() -> Any:
    """Return the library.

    Raises
    ------
    NotInstalledError
        It is not there.
    """
    found = find_library("spandsp")
    for name in (*NAMES, *([found] if found else [])):
        try:
            loaded = ctypes.CDLL(name)
        except OSError:
            continue
        for name in ("dtmf_rx", "bell_mf_rx", "super_tone_rx"):
            getattr(loaded, f"{name}_init").restype = c_void_p
        loaded.super_tone_rx_make_descriptor.restype = c_void_p
        loaded.bell_mf_rx_init.argtypes = [c_void_p, c_void_p, c_void_p]
        loaded.bell_mf_rx.argtypes = [c_void_p, c_void_p, c_int]
        loaded.bell_mf_rx_get.argtypes = [c_void_p, c_char_p, c_int]
        loaded.bell_mf_rx_get.restype = c_size_t
        loaded.bell_mf_rx_free.argtypes = [c_void_p]
        loaded.dtmf_rx_init.argtypes = [c_void_p, c_void_p, c_void_p]
        loaded.dtmf_rx_parms.argtypes = [c_void_p, c_int, c_int, c_int, c_int]
        loaded.dtmf_rx.argtypes = [c_void_p, c_void_p, c_int]
        loaded.dtmf_rx_get.argtypes = [c_void_p, c_char_p, c_int]
        loaded.dtmf_rx_get.restype = c_size_t
        loaded.dtmf_rx_free.argtypes = [c_void_p]
        loaded.super_tone_rx_make_descriptor.argtypes = [c_void_p]
        loaded.super_tone_rx_add_tone.argtypes = [c_void_p]
        loaded.super_tone_rx_add_element.argtypes = [c_void_p, *[c_int] * 5]
        loaded.super_tone_rx_init.argtypes = [c_void_p, c_void_p, REPORT, c_void_p]
        loaded.super_tone_rx.argtypes = [c_void_p, c_void_p, c_int]
        loaded.super_tone_rx_free.argtypes = [c_void_p]
        return loaded
    raise NotInstalledError(INSTALL)


def _queued(receive: Any, get: Any, state: Any, audio: Pcm) -> list[Heard]:
    """Give audio to a receiver in pieces and take out of its queue what it heard in each."""
    keys = ctypes.create_string_buffer(129)
    heard = []
    start, count = audio.ctypes.data, len(audio)
    for at in range(0, count, PIECE):
        piece = min(PIECE, count - at)
        receive(state, start + 2 * at, piece)
        if get(state, keys, 128):
            when = (at + piece) * 1000 / SAMPLE_RATE_HZ
            heard += [Heard(chr(code), when) for code in keys.value]
    return heard


class Spandsp:
    """spandsp's receivers, with or without the filter that takes dial tone away."""

    def __init__(self, *, dial_tone_filter: bool) -> None:
        # The filter is one of digits: the rest would be the same again.
        self.hears = frozenset({"digits"} if dial_tone_filter else {"digits", "tones", "r1"})
        self._library = library()
        self._filter = dial_tone_filter
        self.name = "spandsp-filter" if dial_tone_filter else "spandsp"
        self.about = "spandsp " + ("with its dial-tone filter" if dial_tone_filter else "as it is")
        self._names: list[str] = []
        self._descriptor: int | None = None

    def digits(self, audio: Pcm, standard: str = "bellcore") -> list[Heard]:
        """Return the keys heard."""
        lib = self._library
        state = lib.dtmf_rx_init(None, None, None)
        lib.dtmf_rx_parms(state, int(self._filter), *SETTINGS.get(standard, AS_IT_IS))
        heard = _queued(lib.dtmf_rx, lib.dtmf_rx_get, state, audio)
        lib.dtmf_rx_free(state)
        return heard

    def signals(self, audio: Pcm, system: str = "r1") -> list[Heard]:
        """Return the R1 signals heard; its R2 receiver keeps no queue of signals."""
        lib = self._library
        state = lib.bell_mf_rx_init(None, None, None)
        heard = _queued(lib.bell_mf_rx, lib.bell_mf_rx_get, state, audio)
        lib.bell_mf_rx_free(state)
        return [Heard(BELL.get(one.name, one.name), one.detected_ms) for one in heard]

    def knows(self, plan: str, tone: str) -> bool:
        """Return whether it is told of a tone; other plans, and four tones at once, it is not."""
        return plan == PLAN and tone in (*US, "dial", "call_waiting")

    def tones(self, audio: Pcm, plan: str = PLAN) -> list[Heard]:
        """Return the tones heard."""
        lib = self._library
        heard: list[Heard] = []
        now = 0

        def report(_: object, code: int, level: int, delay: int) -> None:
            if code >= 0:
                heard.append(Heard(self._names[code], now * 1000 / SAMPLE_RATE_HZ))

        callback = REPORT(report)
        state = lib.super_tone_rx_init(None, self._plan(), callback, None)
        start, count = audio.ctypes.data, len(audio)
        for at in range(0, count, TONE_PIECE):
            piece = min(TONE_PIECE, count - at)
            now = at + piece
            lib.super_tone_rx(state, start + 2 * at, piece)
        lib.super_tone_rx_free(state)
        return heard

    def _plan(self) -> int:
        """Return the descriptor, made once."""
        if self._descriptor is None:
            lib = self._library
            made = lib.super_tone_rx_make_descriptor(None)
            for name in ("dial", "call_waiting", *US):
                tone = lib.super_tone_rx_add_tone(made)
                assert tone == len(self._names)
                self._names.append(name)
                for element in elements(name):
                    lib.super_tone_rx_add_element(made, tone, *element)
            self._descriptor = made
        return self._descriptor
