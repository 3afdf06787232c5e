"""The values of an answer."""

from __future__ import annotations

import pickle

from tests.regulation.asking import ask

from securecall.regulation import PerCallBar, Ruling, StateShare


def test_none_found_is_none_and_never_zero() -> None:
    found = ask("2013-01-01")
    assert found.ceiling is None
    assert found.federal is None
    assert found.state is None
    assert found.per_call is None
    assert found.candidates


def test_candidates_do_not_count_as_value() -> None:
    found = ask("2026-05-01")
    bare = Ruling(found.federal, found.state, found.state_share, found.per_call)
    assert bare == found
    assert hash(bare) == hash(found)
    assert bare.candidates == ()


def test_answers_pickle_and_cite() -> None:
    found = ask("2025-08-01", state="CO", facility_kind="prison", adp=None)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.candidates == found.candidates
    assert isinstance(found.state_share, StateShare)
    assert isinstance(found.per_call, PerCallBar)
    for part in (found.state_share, found.per_call, found.federal):
        assert part is not None
        assert part.citation
        assert part.confidence in ("high", "medium", "low")
        assert part.effective_from is not None
