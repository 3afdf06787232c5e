"""Number reviews: asked by one, decided by another, on evidence, told in the log."""

from __future__ import annotations

import pytest

from securecall.calls.directory import Directory
from securecall.calls.number_review import NumberReview, NumberReviews
from securecall.errors import InputError, Unknown

NUMBER = "+17135550123"


def asked(kind: str = "facility", person: str | None = None) -> tuple[Directory, NumberReviews]:
    directory = Directory()
    blocked = "+1713" if kind == "prefix" else NUMBER
    directory.block(blocked, kind=kind, at=0, by="desk", why="asked by mail")
    reviews = NumberReviews(directory)
    reviews.request(NUMBER, kind=kind, at=10, by="p-1", why="my mother", person=person)
    return directory, reviews


def decide(reviews: NumberReviews, granted: bool = True, by: str = "lt-3") -> NumberReview:
    return reviews.decide(1, granted=granted, at=30, by=by, because="as it is")


def test_a_granted_review_lifts_the_block_and_all_of_it_is_told() -> None:
    directory, reviews = asked()
    reviews.add_evidence(1, kind="statement", at=20, by="p-1", text="it was a mistake")
    found = decide(reviews)
    assert (found.state, found.decided_by, found.because) == ("granted", "lt-3", "as it is")
    assert [(each.kind, each.by, each.text) for each in found.evidence] == [
        ("statement", "p-1", "it was a mistake")
    ]
    assert directory.facts("p-1", NUMBER, 29).facility
    assert not directory.facts("p-1", NUMBER, 30).facility
    assert [line.what for line in directory.log()] == [
        "block", "review_request", "review_evidence", "review_granted", "unblock",
    ]  # fmt: skip
    assert reviews.of_number(NUMBER) == (found,)
    assert reviews.open() == ()


def test_a_denied_review_leaves_the_block_and_another_may_follow() -> None:
    directory, reviews = asked()
    assert decide(reviews, granted=False).state == "denied"
    assert directory.facts("p-1", NUMBER, 30).facility
    again = reviews.request(NUMBER, kind="facility", at=40, by="p-1", why="once more")
    assert (again.id, again.state) == (2, "open")


def test_nobody_decides_what_he_asked_or_without_evidence() -> None:
    _, reviews = asked()
    with pytest.raises(InputError, match="no evidence to be granted on"):
        decide(reviews)
    reviews.add_evidence(1, kind="document", at=20, by="p-1", text="letter 7")
    with pytest.raises(InputError, match="'p-1' asked for review 1"):
        decide(reviews, by="p-1")
    assert reviews.get(1).state == "open"


def test_what_the_called_party_asked_for_needs_her_consent() -> None:
    directory, reviews = asked("customer")
    reviews.add_evidence(1, kind="statement", at=20, by="p-1", text="she is not angry any more")
    with pytest.raises(InputError, match="'consent' only"):
        decide(reviews)
    assert directory.facts("p-1", NUMBER, 30).customer
    reviews.add_evidence(1, kind="consent", at=25, by="desk", text="called back, token repeated")
    assert decide(reviews).state == "granted"
    assert not directory.facts("p-1", NUMBER, 30).customer


def test_of_a_blocked_prefix_one_number_is_approved_and_the_rest_stays_blocked() -> None:
    directory, reviews = asked("prefix", person="p-1")
    reviews.add_evidence(1, kind="call", at=20, by="desk", text="record c-9")
    decide(reviews)
    facts = directory.facts("p-1", NUMBER, 30)
    assert (facts.prefix, facts.approved) == ("+1713", True)
    assert not directory.facts("p-2", NUMBER, 30).approved


def test_a_request_can_be_taken_back() -> None:
    _, reviews = asked()
    found = reviews.withdraw(1, at=20, by="p-1", because="she moved")
    assert found.state == "withdrawn"
    with pytest.raises(InputError, match="was withdrawn by 'p-1'"):
        decide(reviews)
    with pytest.raises(InputError, match="was withdrawn by 'p-1'"):
        reviews.add_evidence(1, kind="call", at=21, by="p-1", text="x")


def test_a_decision_that_cannot_be_carried_out_is_not_made() -> None:
    directory, reviews = asked()
    reviews.add_evidence(1, kind="call", at=20, by="desk", text="record c-9")
    directory.unblock(NUMBER, kind="facility", at=25, by="lt-3")  # somebody was quicker
    with pytest.raises(Unknown, match="entry to unblock"):
        decide(reviews)
    assert reviews.get(1).state == "open"


def test_what_cannot_be_asked_is_refused() -> None:
    directory, reviews = asked()
    with pytest.raises(InputError, match="is open"):
        reviews.request(NUMBER, kind="facility", at=11, by="p-1", why="w")
    with pytest.raises(InputError, match="has no customer block"):
        reviews.request(NUMBER, kind="customer", at=11, by="p-1", why="w")
    with pytest.raises(InputError, match="needs a person"):
        reviews.request(NUMBER, kind="prefix", at=11, by="p-1", why="w")
    with pytest.raises(InputError, match="did you mean 'customer'"):
        reviews.request(NUMBER, kind="custmer", at=11, by="p-1", why="w")
    with pytest.raises(InputError, match="did you mean 'consent'"):
        reviews.add_evidence(1, kind="consnt", at=11, by="p-1", text="w")
    with pytest.raises(Unknown, match="review has the id '9'"):
        reviews.get(9)
    assert [line.what for line in directory.log()] == ["block", "review_request"]
