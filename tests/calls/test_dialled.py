"""What kind of number was dialled, by its shape alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.dialled import DIALLED_KINDS, dialled


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("ordinary", "+17135550123 +19715550123 +525555551234 +442079460000 +12645550123"),
        ("toll_free", "+18005550123 +18335550123 +18445550123 +18555550123 +18665550123 "
                      "+18775550123 +18885550123 +80012345678"),
        ("premium", "+19005550123 +17139760123 +97912345678"),
        ("service", "411 911 711 +1411 1411 +411 988 0 00 1010288 10102880 *72 *727135550123 # "
                    "+17135551212"),
        ("invalid", "12 7135550123 17135550123 +1713555012 +171355501234 +10135550123 +17131550123 "
                    "+17139110123 +0123456789 +1234567890123456 + +52 tel:+17135550123"),
        ("invalid", "+1713555O123 +1713５550123"),
    ],
)  # fmt: skip
def test_numbers_are_of_a_kind(kind: str, numbers: str) -> None:
    assert {number: dialled(number) for number in numbers.split()} == dict.fromkeys(
        numbers.split(), kind
    )


def test_nothing_is_no_number() -> None:
    assert dialled("") == "invalid"


@given(st.text(max_size=20))
def test_whatever_is_dialled_has_a_kind_and_only_e164_can_be_called(number: str) -> None:
    kind = dialled(number)
    assert kind in DIALLED_KINDS
    if kind in ("ordinary", "toll_free", "premium"):
        assert number[0] == "+"
        assert number[1:].isascii()
        assert number[1:].isdigit()
