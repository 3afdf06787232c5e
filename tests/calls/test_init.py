"""The public names of the calls wing: each there, and none loaded before it is used."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from securecall import calls


@pytest.mark.parametrize("name", calls.__all__)
def test_every_public_name_is_there_and_the_same_as_in_its_home(name: str) -> None:
    home = importlib.import_module(f"securecall.calls.{calls._HOMES[name]}")
    assert getattr(calls, name) is getattr(home, name)
    assert name in dir(calls)


def test_names_are_listed_once_and_each_has_a_home() -> None:
    assert sorted(calls.__all__) == sorted(set(calls.__all__))
    assert set(calls.__all__) == set(calls._HOMES)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'securecall\.calls' has no attribute 'Gat'"):
        _ = calls.Gat


def test_asking_a_gate_loads_neither_ears_nor_anything_heavy() -> None:
    code = (
        "import sys\n"
        "from securecall.calls import CallAttempt, Directory, Facility, Gate, SqliteLidb\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "securecall.calls.gate" in loaded
    assert loaded & {"pyarrow", "numpy", "argon2", "securecall.fraud.monitor"} == set()
