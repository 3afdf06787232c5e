"""spandsp, where it is; and what is said where it is not."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from ctypes.util import find_library
from typing import Any

import pytest
from tests.fraud.conform.hearing import DIAL, DIGITS, KEYS_SENT, SIGNALS, SIGNALS_SENT

from securecall.fraud.conform import spandsp
from securecall.fraud.conform.receivers import NotInstalledError


@pytest.fixture
def fresh() -> Iterator[None]:
    spandsp.library.cache_clear()
    yield
    spandsp.library.cache_clear()


def test_it_hears_digits_and_dial_tone_or_says_what_installs_it() -> None:
    if find_library("spandsp") is None:
        with pytest.raises(NotInstalledError, match=re.escape(spandsp.INSTALL)):
            spandsp.Spandsp(dial_tone_filter=False)
        return
    receiver = spandsp.Spandsp(dial_tone_filter=False)
    heard = receiver.digits(DIGITS)
    assert "".join(one.name for one in heard) == KEYS_SENT
    times = [one.detected_ms for one in heard]
    assert times == sorted(times)  # type: ignore[type-var]
    assert "dial" in {one.name for one in receiver.tones(DIAL)}
    assert receiver.tones(DIGITS[:800] * 0) == []
    assert tuple(one.name for one in receiver.signals(SIGNALS)) == SIGNALS_SENT
    assert receiver.knows("north_america", "busy")
    assert not receiver.knows("uk", "busy")
    assert not receiver.knows("north_america", "off_hook_warning")
    filtered = spandsp.Spandsp(dial_tone_filter=True)
    assert (filtered.name, filtered.hears) == ("spandsp-filter", {"digits"})


@pytest.mark.usefixtures("fresh")
def test_where_it_is_not_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Any:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    with pytest.raises(NotInstalledError, match="apt-get install libspandsp2"):
        spandsp.Spandsp(dial_tone_filter=False)


def test_what_it_is_told_of_tones_leaves_room_on_both_sides() -> None:
    for name in ("dial", "call_waiting", *spandsp.US):
        for _, _, shortest, longest in spandsp.elements(name):
            assert 0 < shortest
            assert longest == 0 or longest - shortest >= 40
    assert spandsp.elements("ringback") == ((440, 480, 1780, 2220), (0, 0, 3580, 4420))
