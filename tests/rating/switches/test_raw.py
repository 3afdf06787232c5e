"""Records as text in Arrow."""

from __future__ import annotations

from securecall.rating.switches.raw import ASIDE, BROKEN, LINE, raw_schema, raw_table, text_array


def test_a_table_has_a_column_a_field_and_where_it_stands() -> None:
    table = raw_table(("a", "b"), {"a": ["1", None]}, [3, 4], [None, "why"])
    assert table.schema == raw_schema(("a", "b"))
    assert table.to_pylist() == [
        {"a": "1", "b": None, LINE: 3, BROKEN: None, ASIDE: None},
        {"a": None, "b": None, LINE: 4, BROKEN: "why", ASIDE: None},
    ]


def test_what_is_no_unicode_is_a_question_mark() -> None:
    assert text_array(["a", None, "b\ud800"]).to_pylist() == ["a", None, "b?"]
