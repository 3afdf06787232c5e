"""Which detectors a monitor has."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.errors import InputError, InputTypeError
from securecall.fraud import detectors
from securecall.fraud.detectors import DETECTORS, Keypad, makers


def test_each_is_named_by_what_it_finds() -> None:
    for kind, maker in DETECTORS.items():
        assert maker().kind == kind
    assert set(detectors.__all__) > {"Keypad", "CallWaiting", "CallForwarding", "Finding"}


def test_all_are_wanted_if_nobody_says_which() -> None:
    assert makers(None) == dict(DETECTORS)
    assert makers([]) == {}


def test_names_and_makers_may_be_mixed() -> None:
    class Mine(Keypad):
        kind = "mine"

    assert list(makers(["call_waiting", Mine])) == ["call_waiting", "mine"]
    assert makers([Keypad])["keypad"] is Keypad


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        (["keypd"], InputError, "did you mean 'keypad'"),
        (["theremin"], InputError, "there are keypad"),
        (["keypad", Keypad], InputError, "two detectors find 'keypad'"),
        ("keypad", InputTypeError, "several names"),
        ([None], InputTypeError, "is a name or makes one"),
        ([list], InputTypeError, "a detector has kind; list has none"),
    ],
)
def test_what_is_no_detector_is_refused(wanted: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        makers(wanted)
