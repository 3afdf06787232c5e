"""The table of reasons: closed, in the order of the checks, each row with words and a remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls import reasons
from securecall.calls.number_rules import PRECEDENCE
from securecall.calls.orders import ORDER_KINDS
from securecall.calls.reasons import CODES, RULES, STAGES, in_order, reason, rule_of, table
from securecall.errors import InputError

ROOT = Path(__file__).parents[2]


def test_codes_are_unique_and_stages_come_in_order() -> None:
    assert len(set(CODES)) == len(RULES)
    places = [STAGES.index(rule.stage) for rule in RULES]
    assert places == sorted(places)
    assert set(STAGES) == {rule.stage for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_row_has_a_code_words_and_a_remedy(rule: reasons.ReasonRule) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", rule.code)
    assert rule.severity in ("refusal", "alert")
    for words in (rule.text, rule.remedy):
        assert len(words) >= 4
        assert not words.endswith((".", " "))


def test_an_alert_refuses_nothing() -> None:
    alerts = {rule.code for rule in RULES if rule.severity == "alert"}
    assert alerts == {"number_hot", "courtesy_call"}
    assert {code for code in CODES if not reason(code).refuses} == alerts


def test_an_unknown_code_has_a_nearest_one() -> None:
    with pytest.raises(InputError, match="did you mean 'pin_invalid'"):
        rule_of("pin_invlid")


@given(st.lists(st.sampled_from(CODES), max_size=12))
def test_reasons_are_told_in_the_order_of_the_table(codes: list[str]) -> None:
    told = in_order([reason(code, detail=str(place)) for place, code in enumerate(codes)])
    assert [each.code for each in told] == sorted(codes, key=CODES.index)
    for code in set(codes):
        details = [int(each.detail) for each in told if each.code == code]
        assert details == sorted(details)


def test_every_code_can_come_from_somewhere() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src" / "securecall" / "calls").glob("*.py")
        if path.name not in ("reasons.py", "ending.py")
    )
    made = {row.code for row in PRECEDENCE} | set(ORDER_KINDS.values())
    made |= {f"terminal_{state}" for state in ("faulty", "off")}
    made |= {f"billing_{status}" for status in ("denied", "unknown")}
    made |= {code for code in CODES if f'"{code}"' in source}
    assert set(CODES) - made == set()


def test_the_page_has_the_table() -> None:
    page = (ROOT / "docs" / "calls.md").read_text(encoding="utf-8")
    assert table() in page
