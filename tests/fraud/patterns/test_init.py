"""The face of the patterns is loaded name by name."""

from __future__ import annotations

import pytest

import securecall.fraud.patterns as face


def test_every_name_is_there() -> None:
    for name in face.__all__:
        assert getattr(face, name).__name__ == name
    assert set(face.__all__) == set(face._ROOMS)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'find'"):
        _ = face.find
