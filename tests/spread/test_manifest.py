"""Manifests: totals, text, and files that are none."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from securecall.errors import InputError
from securecall.spread import Made, Manifest, Part, Written, read_manifest
from securecall.spread.manifest import JOURNAL, MANIFEST

MADE = tuple(
    Made(Part(f"{n}", {"n": n}), Written(n, {"money": Decimal(f"0.{n}")}), 1, "f") for n in (1, 2)
)
WHOLE = Manifest("rate", "d", MADE)


def test_it_comes_back_from_its_file_with_its_totals(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(WHOLE.to_text(), encoding="utf-8")
    again, told = read_manifest(tmp_path)
    assert again == WHOLE
    assert (told["rows"], told["sums"]) == (3, {"money": "0.3"})
    assert (again.rows, again.sums) == (3, {"money": Decimal("0.3")})


def test_a_folder_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"_manifest\.json: there is no such file$"):
        read_manifest(tmp_path)
    (tmp_path / JOURNAL).touch()
    with pytest.raises(InputError, match="the job is not finished: run it again to go on"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 9}, {"parts": 3}, {"parts": [{}]}, {"parts": None}, {"what": None, "parts": [1]},
    ],
)  # fmt: skip
def test_a_damaged_one_is_told(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({**WHOLE.to_dict(), **change}), encoding="utf-8")
    with pytest.raises(InputError, match=r"_manifest\.json: is (damaged|of format 9, not 1)"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_bytes(b"\xff{")
    with pytest.raises(InputError, match="is damaged"):
        read_manifest(tmp_path)
    broken = WHOLE.to_dict()
    broken["parts"][0]["sums"]["money"] = "a lot"
    (tmp_path / MANIFEST).write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(InputError, match="is damaged"):
        read_manifest(tmp_path)
