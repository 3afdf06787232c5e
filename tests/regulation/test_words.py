"""The words, and how wrong ones are refused."""

from __future__ import annotations

import pytest

from securecall.errors import InputError, InputTypeError
from securecall.regulation.words import FEE_KINDS, MEDIA, STATES, jurisdiction_of, one_of


def test_a_word_near_to_none_has_no_hint() -> None:
    with pytest.raises(InputError) as caught:
        one_of("medium", "smoke", MEDIA)
    assert str(caught.value) == "medium must be one of audio, video, not 'smoke'"


def test_a_word_is_text() -> None:
    with pytest.raises(InputTypeError, match="medium must be text, not int"):
        one_of("medium", 3, MEDIA)


def test_local_is_refused_with_its_reason() -> None:
    with pytest.raises(InputError, match="local is a rate class, not a jurisdiction"):
        jurisdiction_of("local")


def test_there_are_fifty_states_a_district_and_five_territories() -> None:
    assert len(STATES) == 56
    assert {"DC", "PR", "VI", "GU", "AS", "MP"} < STATES


def test_fee_kinds_are_the_five_of_the_rule_and_the_rest() -> None:
    assert len(FEE_KINDS) == 6
    assert FEE_KINDS[-1] == "other"
