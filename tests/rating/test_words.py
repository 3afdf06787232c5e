"""The closed lists: what the promise names, and the engine's numbering, which their order is."""

from __future__ import annotations

from securecall.rating import words


def test_statuses_stand_in_the_promised_order_of_precedence() -> None:
    assert words.STATUSES == (
        "bad_facility", "bad_time", "bad_duration", "bad_number", "bad_medium", "bad_bill_type",
        "unanswered", "no_rate", "overflow", "ok",
    )  # fmt: skip


def test_an_unanswered_call_is_not_rejected_but_one_without_a_rate_is() -> None:
    assert words.REJECTED == set(words.STATUSES) - {"unanswered", "ok"}


def test_classes_are_jurisdictions_with_local_before_and_any_behind() -> None:
    assert words.JURISDICTIONS == ("intrastate", "interstate", "international")
    assert words.CLASSES == ("local", *words.JURISDICTIONS, "any")


def test_words_of_calls_and_contracts_are_those_of_the_public_face() -> None:
    assert words.MEDIA == ("audio", "video")
    assert set(words.BILL_TYPES) == {
        "prepaid", "inmate_debit", "prepaid_collect", "collect", "direct_bill",
    }  # fmt: skip
    assert words.KINDS == ("prison", "jail")
    assert words.SWITCHES == ("increment_start", "call_start", "split")
    assert words.FINALS == ("whole", "prorate")
    assert words.DAYS == ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert words.RELAYS[0] == "none"


def test_no_list_says_a_word_twice() -> None:
    for name in words.__all__:
        listed = getattr(words, name)
        assert len(set(listed)) == len(listed) > 0, name
