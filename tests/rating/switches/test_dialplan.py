"""Dialled digits to E.164."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import InputError, InputTypeError
from securecall.rating.switches.dialplan import numbers


def dial(plan: object, *digits: str | None) -> list[str | None]:
    chunk = pa.array(list(digits), pa.string())
    found: list[str | None] = numbers(pa.chunked_array([chunk]), plan).to_pylist()  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("digits", "nanp", "e164"),
    [
        ("7135550123", "+17135550123", "+7135550123"),
        ("17135550123", "+17135550123", "+17135550123"),
        ("+17135550123", "+17135550123", "+17135550123"),
        ("01117135550123", "+17135550123", None),
        ("011442071234567", "+442071234567", None),
        ("442071234567", None, "+442071234567"),
        ("+442071234567", "+442071234567", "+442071234567"),
        ("+6834000", "+6834000", "+6834000"),
        ("0115", None, None),
        ("0113", None, None),
        ("1135550123", None, None),
        ("7130550123", None, "+7130550123"),
        ("+1713555012", None, None),
        ("+171355501234", None, None),
        ("+4", None, None),
        ("+4420712345678901", None, None),
        ("200", None, None),
        ("911", None, None),
        ("*99", None, None),
        ("s", None, None),
        ("", None, None),
        ("713 555 0123", None, None),
        ("17135550123\n", None, None),
        ("٧١٣٥٥٥٠١٢٣", None, None),
        (None, None, None),
    ],
)
def test_plans(digits: str | None, nanp: str | None, e164: str | None) -> None:
    assert dial("nanp", digits) == [nanp]
    assert dial("e164", digits) == [e164]


@given(st.lists(st.text("+0123456789", max_size=18)))
def test_what_comes_out_is_e164(digits: list[str]) -> None:
    for plan in ("nanp", "e164"):
        for number in dial(plan, *digits):
            assert number is None or (number[0] == "+" and 8 <= len(number) <= 16)


def test_a_callable_is_asked_once_for_each_text() -> None:
    asked = []

    def plan(text: str) -> str | None:
        asked.append(text)
        return "+17135550123" if text == "9" else None

    assert dial(plan, "9", "8", "9", None) == ["+17135550123", None, "+17135550123", None]
    assert asked == ["9", "8"]


def test_a_callable_must_return_e164() -> None:
    with pytest.raises(InputError, match=r"dial_plan must return E.164 .* not '713' for '9'"):
        dial(lambda text: "713", "9")
    with pytest.raises(InputTypeError, match="dial_plan must return text or None, not int"):
        dial(lambda text: 7, "9")


def test_unknown_plans_are_refused() -> None:
    with pytest.raises(InputError, match=r"not 'E\.164'; did you mean 'e164'"):
        dial("E.164", "9")
    with pytest.raises(InputTypeError, match=r"dial_plan must be .*, not int"):
        dial(7, "9")
