"""Receivers by name."""

from __future__ import annotations

import pytest

from securecall.errors import InputError
from securecall.fraud.conform.multi_frequency import SYSTEMS
from securecall.fraud.conform.receivers import OURS, RECEIVERS, NotInstalledError, receiver


def test_ours_comes_first_and_is_always_there() -> None:
    assert next(iter(RECEIVERS)) == OURS == receiver(OURS).name


def test_every_receiver_has_a_face_or_says_what_installs_it() -> None:
    for name in RECEIVERS:
        said = ""
        try:
            made = receiver(name)
        except NotInstalledError as missing:
            said = str(missing)
        else:
            assert made.name == name
            assert made.about
            assert made.hears <= {"digits", "tones", *SYSTEMS}
        assert said == "" or "apt-get install" in said


def test_a_name_that_is_none_gets_the_nearest() -> None:
    with pytest.raises(InputError, match="not 'spandps'; did you mean 'spandsp'"):
        receiver("spandps")
