"""Rows at a day of knowledge, and the digest that stands for them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from securecall.errors import InputTypeError
from securecall.regulation import Rules
from securecall.regulation.library import packaged_rows


def test_equal_rows_and_knowledge_have_equal_digests_whatever_their_order() -> None:
    rows = packaged_rows()
    one, two = Rules(rows), Rules(tuple(reversed(rows)))
    assert one.digest == two.digest
    assert one == two
    assert hash(one) == hash(two)
    assert one.rows == two.rows


def test_the_digest_changes_with_any_row_and_with_knowledge() -> None:
    rows = packaged_rows()
    base = Rules(rows)
    changed = (*rows[:-1], replace(rows[-1], citation="another"))
    digests = {
        base.digest,
        Rules(rows[1:]).digest,
        Rules(changed).digest,
        Rules(rows, date(2026, 1, 1)).digest,
    }
    assert len(digests) == 4
    assert all(len(digest) == 64 and int(digest, 16) >= 0 for digest in digests)
    assert base != Rules(rows[1:])
    assert base != "rules"


def test_the_digest_is_the_same_in_another_process() -> None:
    line = "from securecall.regulation import Rules; print(Rules.default().digest)"
    done = subprocess.run(
        [sys.executable, "-c", line], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == Rules.default().digest


def test_rules_pickle_with_their_knowledge() -> None:
    rules = Rules.load(known_at=date(2025, 7, 1))
    again = pickle.loads(pickle.dumps(rules))
    assert again == rules
    assert again.known_at == date(2025, 7, 1)
    assert type(again) is Rules


def test_rules_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Rules.default().known_at = None  # type: ignore[misc]


def test_a_representation_is_short() -> None:
    assert repr(Rules.default()).startswith("<Rules: ")
    assert len(repr(Rules.default())) < 100


def test_opting_out_takes_a_list() -> None:
    with pytest.raises(InputTypeError, match="opt_out must be a list"):
        Rules.default().table(facility_kind="prison", adp=None, state="NY", opt_out="NY_DOCCS_free")
