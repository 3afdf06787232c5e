"""Weights are read without running anything, and only those whose digest is known."""

from __future__ import annotations

import importlib.util
from hashlib import sha256
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
from tests.calls.old_torch import Named, write

from securecall.calls import voice_weights
from securecall.calls.voice_weights import PACKAGE, installed_weights, read_weights
from securecall.errors import InputError

TENSORS = {"a": np.arange(6.0).reshape(2, 3), "b": np.ones(4)}


def known(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take a file for the package's."""
    monkeypatch.setattr(voice_weights, "DIGEST", sha256(path.read_bytes()).hexdigest())
    return path


def test_tensors_are_read_as_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "w.pt", TENSORS)
    found = read_weights(known(tmp_path / "w.pt", monkeypatch))
    assert list(found) == ["a", "b"]
    for name, tensor in TENSORS.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], tensor)


def test_another_file_is_not_even_looked_into(tmp_path: Path) -> None:
    write(tmp_path / "w.pt", TENSORS)
    with pytest.raises(InputError, match="not those of resemblyzer"):
        read_weights(tmp_path / "w.pt")


@pytest.mark.parametrize("name", ["os system", "builtins eval", "torch.nn Module"])
def test_a_file_that_names_anything_else_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write(tmp_path / "w.pt", TENSORS, more=Named(name, f"touch {tmp_path}/ran"))
    with pytest.raises(InputError, match=name.replace(" ", r"\.")):
        read_weights(known(tmp_path / "w.pt", monkeypatch))
    assert not (tmp_path / "ran").exists()


def test_where_the_package_lies_is_found_without_loading_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ModuleSpec("resemblyzer", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(voice_weights, "find_spec", lambda name: spec)
    assert installed_weights() == tmp_path / "pretrained.pt"
    monkeypatch.setattr(voice_weights, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=f"pip install --no-deps {PACKAGE}"):
        read_weights()
    assert voice_weights.find_spec is not importlib.util.find_spec
