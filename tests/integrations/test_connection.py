"""A connection: the host is asked once, told what was found, and told once that it is over."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integrations.noting import Noting, frame_of

from securecall.errors import InputError
from securecall.integrations.carrier import Listener
from securecall.integrations.connection import Connection
from securecall.integrations.media import Audio, Closed, Opened, Signal


class Hosting:
    """A host that notes everything; calls whose id is in ``refused`` it does not take."""

    def __init__(self, *refused: str) -> None:
        self.noting = Noting()
        self.said: list[tuple[str, Any]] = []
        self.over: list[str] = []
        self.refused = refused

    def opened(self, opened: Opened) -> Listener:
        if opened.call in self.refused:
            raise InputError(f"no call {opened.call!r} is awaited")
        return self.noting

    def found(self, opened: Opened, found: list[Any]) -> None:
        self.said += [(opened.call, each) for each in found]

    def closed(self, opened: Opened | None, reason: str) -> None:
        self.over.append(reason)


def test_from_beginning_to_end() -> None:
    host, now = Hosting(), [5.0]
    connection = Connection(host, lambda: now[0])
    connection.take([Signal("dtmf", "9"), Opened("c", ("called",)), Audio("called", frame_of(1))])
    now[0] += 1.5
    connection.take([Signal("dtmf", "5")])
    now[0] += 1.0
    connection.tick()
    assert not connection.over
    connection.close("idle", [Closed("hangup")])
    assert host.said == [("c", "heard 320"), ("c", "told 5")]
    assert host.noting.signals == [("dtmf", "5", 1500.0)]
    assert host.noting.gaps() == [1980]
    assert host.over == ["hangup"]
    assert connection.over


def test_what_the_end_brings_may_be_refused_too() -> None:
    host = Hosting()
    connection = Connection(host, lambda: 0.0)
    connection.take([Opened("c", ("called",))])
    connection.close("idle", [Audio("calling", b"")])
    assert host.over == ["audio: there is no leg 'calling' of ('called',)"]


def test_a_call_that_never_began() -> None:
    host = Hosting("c")
    connection = Connection(host, lambda: 0.0)
    connection.tick()
    with pytest.raises(InputError, match="no call 'c' is awaited"):
        connection.take([Opened("c", ("called",))])
    connection.close("refused")
    assert host.over == ["refused"]


def test_who_does_not_say_which_call_it_is_is_stale_soon_and_who_is_silent_later() -> None:
    now = [0.0]
    connection = Connection(Hosting(), lambda: now[0])
    for _ in range(6):
        now[0] += 0.9
        connection.take([])  # bytes that complete nothing
    assert connection.stale(60)
    now[0] = 0.0
    connection = Connection(Hosting(), lambda: now[0])
    connection.take([Opened("c", ("called",))])
    now[0] = 59.0
    assert not connection.stale(60)
    now[0] = 60.0
    assert connection.stale(60)
