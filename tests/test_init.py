"""The public names: each there, each loaded when used, and nothing heavy before."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys
from importlib.metadata import version

import pytest
from tests.harris import by_minute, text

import securecall

HEAVY = ("pyarrow", "numpy", "typer", "rich", "pandas", "polars", "duckdb", "numba", "matplotlib")
OF_RATING = (
    *("Call", "RatedCall", "Line", "PriceCurve", "Tariff", "Comparison", "Ceiling", "Finding"),
    *("FeeQuote", "FeeLine", "FeeRefund", "TariffError", "regulation"),
)


def loaded(code: str, given: str = "") -> set[str]:
    """Return which modules some code loads in a fresh interpreter."""
    told = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", told], input=given, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", securecall.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(securecall, name) is not None
    assert name in dir(securecall)


def test_the_names_of_rating_are_public() -> None:
    assert set(OF_RATING) <= set(securecall.__all__)
    assert sorted(securecall.__all__) == sorted(set(securecall.__all__))


def test_a_star_brings_all_of_them() -> None:
    names: dict[str, object] = {}
    exec("from securecall import *", names)
    assert set(securecall.__all__) - {"__version__"} <= set(names)


def test_a_name_is_the_same_object_as_in_its_home() -> None:
    for name, home in securecall._HOMES.items():
        module = importlib.import_module(f"securecall.{home}")
        assert getattr(securecall, name) is getattr(module, name)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'securecall' has no attribute 'Tarif'"):
        _ = securecall.Tarif  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        exec("from securecall import Tarif", {})


def test_the_version_is_that_of_the_package() -> None:
    assert securecall.__version__ == version("securecall")


def test_importing_loads_nothing_heavy_and_no_wing() -> None:
    found = loaded("import securecall")
    assert found & set(HEAVY) == set()
    assert not [name for name in found if name.startswith("securecall.rating")]


LIVE = """
import sys
import securecall as sc

house = sc.Tariff.loads(sys.stdin.read())
call = sc.Call("f", "+17135550123", 1_777_658_400_000, 60_000)
house.rate(call).explain()
sc.PriceCurve.loads(house.curve(call).dumps()).reach("10.00")
"""


def test_a_live_call_is_rated_without_anything_heavy() -> None:
    assert loaded(LIVE, text(by_minute("0.10"), regulated=True)) & set(HEAVY) == set()


def test_names_are_loaded_one_by_one() -> None:
    found = loaded("import securecall\nsecurecall.Call")
    assert "securecall.rating.call" in found
    assert "securecall.rating.tariff" not in found
    found = loaded("from securecall import PriceCurve")
    assert "securecall.rating.tariff" not in found
    assert "securecall.regulation" in loaded("import securecall\nsecurecall.regulation")


def test_errors_are_called_by_their_public_name_and_pickle() -> None:
    error = securecall.ColumnError("number", "is missing")
    assert type(error).__module__ == "securecall"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.column) == (type(error), str(error), "number")
