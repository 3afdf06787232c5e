"""Batches for engines: text instead of dictionaries, the columns that were asked for."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.integrations.engine_month import FEW, calls, tariff

from securecall.errors import ColumnError, InputTypeError
from securecall.integrations.plain_batches import plain_batches, plain_schema


@pytest.mark.parametrize("explain", [False, True])
@pytest.mark.parametrize("columns", [None, FEW])
def test_batches_are_as_the_schema_says(columns: list[str] | None, explain: bool) -> None:
    asked = {"columns": columns, "explain": explain}
    batches = calls().slice(0, 300).to_batches(max_chunksize=90)
    said = plain_schema(tariff(), batches[0].schema, **asked)
    made = list(plain_batches(tariff(), batches, **asked))
    assert [batch.num_rows for batch in made] == [90, 90, 90, 30]
    for batch in made:
        assert batch.schema.equals(said, check_metadata=True)
        batch.validate(full=True)
    assert said.names == (FEW if columns else said.names)
    assert not any(pa.types.is_dictionary(kind) for kind in said.types)


def test_they_say_what_rating_a_table_says() -> None:
    table = calls()
    [made] = plain_batches(tariff(), [table])
    whole = tariff().rate_batch(table)
    assert pa.table(made).to_pylist() == whole.to_pylist()
    assert set(whole["status"].to_pylist()) >= {"ok", "unanswered", "bad_facility"}


def test_views_and_dictionaries_that_pass_through_become_plain() -> None:
    table = calls().slice(0, 5)
    numbers = table["number"].cast(pa.string_view())
    table = table.set_column(table.schema.get_field_index("number"), "number", numbers)
    facility = table["facility"].dictionary_encode()
    table = table.set_column(table.schema.get_field_index("facility"), "facility", facility)
    [made] = plain_batches(tariff(), [table])
    assert made.schema.field("number").type == pa.large_string()
    assert made.schema.field("facility").type == pa.string()
    assert made.schema.equals(plain_schema(tariff(), table.schema))
    assert made.column("number").to_pylist() == calls()["number"].to_pylist()[:5]


def test_no_rows_have_columns_too() -> None:
    [made] = plain_batches(tariff(), [calls().slice(0, 0)], columns=FEW)
    assert (made.num_rows, made.schema.names) == (0, FEW)


def test_a_column_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(ColumnError, match=r"'totle' is asked for.*did you mean 'total'"):
        plain_schema(tariff(), calls().schema, columns=["id", "totle"])
    with pytest.raises(ColumnError, match=r"there are id, facility, .*cap_source"):
        plain_schema(tariff(), calls().schema, columns=["xyzzyxyzzy"])


@pytest.mark.parametrize("columns", ["total", [], ["id", None]])
def test_what_is_no_list_of_names_is_refused(columns: Any) -> None:
    with pytest.raises(InputTypeError, match="columns must be a list of names, one or more, not"):
        plain_schema(tariff(), calls().schema, columns=columns)
    with pytest.raises(InputTypeError, match="columns must be a list of names"):
        next(plain_batches(tariff(), [calls()], columns=columns))


def test_a_column_twice_is_refused() -> None:
    with pytest.raises(ColumnError, match="'id' is asked for twice"):
        plain_schema(tariff(), calls().schema, columns=["id", "total", "id"])


def test_a_worker_that_knows_no_schema_tells_the_same_of_a_column() -> None:
    with pytest.raises(ColumnError, match=r"'totle' is asked for.*did you mean 'total'"):
        next(plain_batches(tariff(), [calls()], columns=["totle"]))


def test_a_path_is_no_tariff() -> None:
    with pytest.raises(InputTypeError, match="tariff must be a Tariff, not str"):
        plain_schema("tariff.toml", calls().schema)  # type: ignore[arg-type]
