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
    CallRefused,
    CallRejected,
    ColumnError,
    FacilityError,
    Fault,
    FeesExceedDeposit,
    InputError,
    InputTypeError,
    LedgerError,
    NoSuchAmount,
    PolicyError,
    RegulationError,
    RequestConflict,
    SecurecallError,
    SpreadError,
    StoreError,
    StoreUnsure,
    TariffError,
    TonePlanError,
    TotalsDiffer,
    Unknown,
    WireError,
)

if TYPE_CHECKING:
    from securecall import regulation
    from securecall.ledger.ledger import Ledger
    from securecall.ledger.values.calls import Admission, CallState, Settlement
    from securecall.ledger.values.giving_back import Chargeback, Refund
    from securecall.ledger.values.money import Balance, Deposit, Entry, Reload
    from securecall.ledger.values.periods import Payout, Statement
    from securecall.ledger.values.posting import Posting, PostingState, Reconciliation
    from securecall.ledger.verify import Verification
    from securecall.rating.batches import rate_batches, rated_schema
    from securecall.rating.call import Call, Line, RatedCall
    from securecall.rating.compare import Comparison
    from securecall.rating.compiled_file import load_compiled
    from securecall.rating.curve import PriceCurve
    from securecall.rating.fee_quote import FeeLine, FeeQuote, FeeRefund
    from securecall.rating.lint import Finding
    from securecall.rating.tariff import Tariff
    from securecall.regulation import Ceiling

__version__ = "0.1.0"

__all__ = [
    "Admission",
    "AmountOverflow",
    "Balance",
    "BuildError",
    "Call",
    "CallRefused",
    "CallRejected",
    "CallState",
    "Ceiling",
    "Chargeback",
    "ColumnError",
    "Comparison",
    "Deposit",
    "Entry",
    "FacilityError",
    "Fault",
    "FeeLine",
    "FeeQuote",
    "FeeRefund",
    "FeesExceedDeposit",
    "Finding",
    "InputError",
    "InputTypeError",
    "Ledger",
    "LedgerError",
    "Line",
    "NoSuchAmount",
    "Payout",
    "PolicyError",
    "Posting",
    "PostingState",
    "PriceCurve",
    "RatedCall",
    "Reconciliation",
    "Refund",
    "RegulationError",
    "Reload",
    "RequestConflict",
    "SecurecallError",
    "Settlement",
    "SpreadError",
    "Statement",
    "StoreError",
    "StoreUnsure",
    "Tariff",
    "TariffError",
    "TonePlanError",
    "TotalsDiffer",
    "Unknown",
    "Verification",
    "WireError",
    "__version__",
    "load_compiled",
    "rate_batches",
    "rated_schema",
    "regulation",
]

_HOMES = {
    "Admission": "ledger.values.calls",
    "Balance": "ledger.values.money",
    "Call": "rating.call",
    "CallState": "ledger.values.calls",
    "Ceiling": "regulation",
    "Chargeback": "ledger.values.giving_back",
    "Comparison": "rating.compare",
    "Deposit": "ledger.values.money",
    "Entry": "ledger.values.money",
    "FeeLine": "rating.fee_quote",
    "FeeQuote": "rating.fee_quote",
    "FeeRefund": "rating.fee_quote",
    "Finding": "rating.lint",
    "Ledger": "ledger.ledger",
    "Line": "rating.call",
    "Payout": "ledger.values.periods",
    "Posting": "ledger.values.posting",
    "PostingState": "ledger.values.posting",
    "PriceCurve": "rating.curve",
    "RatedCall": "rating.call",
    "Reconciliation": "ledger.values.posting",
    "Refund": "ledger.values.giving_back",
    "Reload": "ledger.values.money",
    "Settlement": "ledger.values.calls",
    "Statement": "ledger.values.periods",
    "Tariff": "rating.tariff",
    "Verification": "ledger.verify",
    "load_compiled": "rating.compiled_file",
    "rate_batches": "rating.batches",
    "rated_schema": "rating.batches",
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
