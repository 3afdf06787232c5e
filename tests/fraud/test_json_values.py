"""Values of dataclasses go to JSON and come back the same; what is wrong is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf, isnan, nan

import pytest

from securecall.errors import InputError
from securecall.fraud import Event
from securecall.fraud.json_values import object_of, told_of, typed, value_of

EVENT = Event(3, "tone", "note", 1.5, None, 320.0, 0.75, "busy", -14.0, {"snr_db": 31.0})


@dataclass(frozen=True)
class Named:
    names: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    near: float | None = None


def test_what_was_told_is_read_again() -> None:
    for value in (EVENT, replace(EVENT, end_ms=400.0, cues={"a": inf, "b": -inf})):
        assert value_of(Event, json.loads(json.dumps(told_of(value))), "event") == value
    value = Named(("a", "b"), {"x": 1}, 2.0)
    assert value_of(Named, json.loads(json.dumps(told_of(value))), "it") == value


def test_what_is_no_number_has_a_name_in_json() -> None:
    assert told_of({"a": nan, "b": (inf, 1)}) == {"a": "nan", "b": ["inf", 1]}
    assert isnan(typed("float", "nan", "it"))


def test_what_an_older_version_did_not_write_is_as_by_default() -> None:
    assert value_of(Named, {"names": ["a"]}, "it") == Named(("a",))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "it must be an object"),
        ({}, "it has no 'names'"),
        ({"names": [], "nere": 1}, "it has 'nere', which is unknown here; did you mean 'near'"),
        ({"names": "ab"}, "it.names must be of tuple"),
        ({"names": [1]}, "it.names must be of str"),
        ({"names": [], "counts": {"x": 1.5}}, "it.counts.x must be of int"),
        ({"names": [], "near": True}, "it.near must be of float | None"),
        ({"names": [], "near": "much"}, "it.near must be of float | None"),
    ],
)
def test_what_is_wrong_is_named(told: object, words: str) -> None:
    with pytest.raises(InputError) as error:
        value_of(Named, told, "it")
    assert words in str(error.value)


def test_a_line_is_an_object_with_these_keys() -> None:
    assert object_of('{"a": 1, "b": 2}', ["a", "b"]) == {"a": 1, "b": 2}
    for line, words in (("{", "no JSON"), ("[" * 100_000, "no JSON"), ('{"a": 1}', "no 'b'")):
        with pytest.raises(InputError, match=words):
            object_of(line, ["a", "b"])
