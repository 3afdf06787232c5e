"""What a question says about the call."""

from __future__ import annotations

import pytest

from securecall.errors import InputError, InputTypeError
from securecall.regulation.callkind import CallKind

USUAL = {"medium": "audio", "jurisdiction": "interstate", "bill_type": "prepaid"}


def test_bill_types_fall_into_two_groups() -> None:
    groups = {
        word: CallKind.of(**{**USUAL, "bill_type": word}).bill_group
        for word in ("prepaid", "inmate_debit", "prepaid_collect", "collect", "direct_bill")
    }
    assert groups == {
        "prepaid": "prepaid_debit",
        "inmate_debit": "prepaid_debit",
        "prepaid_collect": "prepaid_debit",
        "collect": "collect",
        "direct_bill": "collect",
    }


def test_mixed_asks_for_both_domestic_jurisdictions() -> None:
    assert CallKind.of(**{**USUAL, "jurisdiction": "mixed"}).asked == ("interstate", "intrastate")
    assert CallKind.of(**USUAL).asked == ("interstate",)


@pytest.mark.parametrize(
    ("word", "value", "text"),
    [
        ("medium", "vidoe", "medium must be one of audio, video, not .vidoe.; did you mean"),
        ("jurisdiction", "intersate", "did you mean 'interstate'"),
        ("jurisdiction", "local", "local is a rate class, not a jurisdiction"),
        ("bill_type", "pre-paid", "did you mean 'prepaid'"),
        ("relay", "TTY", "did you mean 'tty'"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_refused_by_name(word: str, value: str, text: str) -> None:
    with pytest.raises(InputError, match=text):
        CallKind.of(**{**USUAL, word: value})


@pytest.mark.parametrize("word", ["medium", "jurisdiction", "bill_type", "relay"])
def test_a_word_must_be_text(word: str) -> None:
    with pytest.raises(InputTypeError, match=f"{word} must be text, not"):
        CallKind.of(**{**USUAL, word: None})
