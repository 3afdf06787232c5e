"""What a worker is told to do is a protocol: what has its methods is work."""

from __future__ import annotations

import inspect

from tests.spread.works import Doing, Lines

from securecall.spread.work import PartWork, Work


def test_the_works_of_these_tests_have_what_the_protocols_ask() -> None:
    for protocol, work in ((Work, Doing), (PartWork, Lines)):
        for name, asked in inspect.getmembers(protocol, inspect.isfunction):
            if name.startswith("_"):
                continue
            given = inspect.signature(getattr(work, name)).parameters
            assert list(given) == list(inspect.signature(asked).parameters), name
    assert (Lines().what, Lines().digest) == ("lines", "d1")
