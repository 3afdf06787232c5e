"""Exact rating, fraud detection and ledgers for calls from prisons and jails.

Importing this package is cheap: each name below loads what it needs when it is first used, and
pyarrow is loaded only for tables.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from securecall.errors import (
    AmountOverflow,
    BuildError,
    CallRejected,
    ColumnError,
    Fault,
    FeesExceedDeposit,
    InputError,
    InputTypeError,
    NoSuchAmount,
    RegulationError,
    SecurecallError,
    TariffError,
)

if TYPE_CHECKING:
    from securecall import regulation
    from securecall.rating.call import Call, Line, RatedCall
    from securecall.rating.compare import Comparison
    from securecall.rating.curve import PriceCurve
    from securecall.rating.fee_quote import FeeLine, FeeQuote, FeeRefund
    from securecall.rating.lint import Finding
    from securecall.rating.tariff import Tariff
    from securecall.regulation import Ceiling

__version__ = "0.1.0"

__all__ = [
    "AmountOverflow",
    "BuildError",
    "Call",
    "CallRejected",
    "Ceiling",
    "ColumnError",
    "Comparison",
    "Fault",
    "FeeLine",
    "FeeQuote",
    "FeeRefund",
    "FeesExceedDeposit",
    "Finding",
    "InputError",
    "InputTypeError",
    "Line",
    "NoSuchAmount",
    "PriceCurve",
    "RatedCall",
    "RegulationError",
    "SecurecallError",
    "Tariff",
    "TariffError",
    "__version__",
    "regulation",
]

_HOMES = {
    "Call": "rating.call",
    "Ceiling": "regulation",
    "Comparison": "rating.compare",
    "FeeLine": "rating.fee_quote",
    "FeeQuote": "rating.fee_quote",
    "FeeRefund": "rating.fee_quote",
    "Finding": "rating.lint",
    "Line": "rating.call",
    "PriceCurve": "rating.curve",
    "RatedCall": "rating.call",
    "Tariff": "rating.tariff",
}


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives."""
    if name == "regulation":
        return import_module("securecall.regulation")
    if name not in _HOMES:
        raise AttributeError(f"module 'securecall' has no attribute {name!r}")
    value = getattr(import_module(f"securecall.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
