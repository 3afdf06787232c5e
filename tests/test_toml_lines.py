"""Every key and item of a TOML text is found on the line on which it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import decked_tariffs, tariffs

from securecall.toml_lines import Path, line_of_paths, written


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _paths(item, (*path, key))


def _lines(text: str) -> dict[str, int]:
    return {written(path): line for path, line in line_of_paths(text).items()}


def test_a_key_stands_where_its_name_does_and_an_item_where_it_begins() -> None:
    assert _lines('a = 1\n\n# b = 2\nb = [\n  10, 20,\n  30\n]\n[c]\nd.e = "x"\n') == {
        "a": 1, "b": 4, "b[0]": 5, "b[1]": 5, "b[2]": 6, "c": 8, "c.d": 9, "c.d.e": 9,
    }  # fmt: skip


def test_arrays_of_tables_count_within_the_table_around_them() -> None:
    text = "[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\nx = 2\n[[a]]\n[[a.b]]\n[a.b.c]\ny = 3\n"
    lines = _lines(text)
    assert lines["a[0].b[1].x"] == 5
    assert lines["a[1].b[0]"] == 7
    assert lines["a[1].b[0].c.y"] == 9
    assert "a[1].b[1]" not in lines


@pytest.mark.parametrize(
    "value",
    [
        '"#, ]}\\" \\\\"',
        "'C:\\'",
        '"""a\n"quoted" \\""" # no comment\n"""""',
        "'''x\n''y'''''",
        "[ 1, # ]\n 2 ]",
        "{ a = [ 1, { b = '}' } ], c = 2 }",
        "1979-05-27 07:32:00",
        "[[1,\n2], [],\n[{}]]",
    ],
)
def test_whatever_a_value_holds_the_next_key_is_found(value: str) -> None:
    text = f"first = {value}\nlast = 1\n"
    values = tomllib.loads(text)
    lines = line_of_paths(text)
    assert lines["last",] == text.count("\n")
    assert set(_paths(values)) <= set(lines)


def test_lines_are_counted_with_either_kind_of_ending() -> None:
    text = "a = '''\n1\n'''\n[b]\nc = 2\n"
    assert _lines(text.replace("\n", "\r\n")) == _lines(text)


def test_quoted_keys_are_found_by_what_stands_between_the_quotes() -> None:
    assert line_of_paths("\n\"a b\".'c.d' = 1\n") == {("a b",): 2, ("a b", "c.d"): 2}


def test_a_text_without_keys_has_no_lines() -> None:
    assert line_of_paths("") == line_of_paths("# nothing\n\n") == {}


@given(tariffs() | decked_tariffs().map(lambda drawn: drawn[0]), st.booleans())
def test_every_path_that_tomllib_finds_has_the_line_that_shows_it(
    text: str, carriage: bool
) -> None:
    lines = line_of_paths(text.replace("\n", "\r\n") if carriage else text)
    rows = text.splitlines()
    for path in _paths(tomllib.loads(text)):
        shown = rows[lines[path] - 1]
        name = next(str(part) for part in reversed(path) if isinstance(part, str))
        assert name in shown


def test_a_path_is_written_as_people_write_it() -> None:
    path: Path = ("contract", 0, "rate", 2, "steps", 1, "price")
    assert written(path) == "contract[0].rate[2].steps[1].price"
    assert written(()) == ""
