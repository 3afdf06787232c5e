"""Every exception: one tree, fields, texts that name the rule, and a pickle that keeps them."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from decimal import Decimal

import pytest

import securecall
from securecall import errors
from securecall.calls.decision import Decision, Limits, Reason
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
    did_you_mean,
    nearest,
)

FAULTS = (
    Fault("t.toml", 3, "facility[0].kind", '"jial"', 'must be "jail"', "jail"),
    Fault("d.csv", None, "rows", "", "must be at least one"),
)
REFUSED = Decision(
    "c-1", False, (Reason("no_rate", "the tariff has no price for this call", "ask"),),
    Limits(900_000, None, Decimal("0")), False, True, True, True, datetime(2026, 5, 1, tzinfo=UTC),
)  # fmt: skip
# One of each, and what it says of itself.
EXAMPLES = [
    (SecurecallError("anything"), {}, "anything"),
    (InputError("amount must be more than 0"), {}, "amount must be more than 0"),
    (InputTypeError("amount must not be int"), {}, "amount must not be int"),
    (
        SpreadError("out: 1 of 2 parts could not be made", {"a.parquet": "is damaged"}),
        {"parts": {"a.parquet": "is damaged"}},
        "out: 1 of 2 parts could not be made\n  a.parquet: is damaged",
    ),
    (WireError("Twilio", "'start' came twice"), {"wire": "Twilio"}, "Twilio: 'start' came twice"),
    (ColumnError("start", "is missing"), {"column": "start"}, "column 'start' is missing"),
    (
        TariffError(FAULTS),
        {"faults": FAULTS},
        "the tariff has 2 faults:\n"
        '  t.toml:3: facility[0].kind = "jial": must be "jail"; did you mean \'jail\'?\n'
        "  d.csv: rows: must be at least one",
    ),
    (
        RegulationError(iter(FAULTS[1:])),
        {"faults": FAULTS[1:]},
        "the rules file has 1 fault:\n  d.csv: rows: must be at least one",
    ),
    (
        TonePlanError(FAULTS[1:]),
        {"faults": FAULTS[1:]},
        "the tone plan has 1 fault:\n  d.csv: rows: must be at least one",
    ),
    (
        PolicyError(FAULTS[1:]),
        {"faults": FAULTS[1:]},
        "the policy has 1 fault:\n  d.csv: rows: must be at least one",
    ),
    (
        FacilityError(FAULTS[1:]),
        {"faults": FAULTS[1:]},
        "the facility file has 1 fault:\n  d.csv: rows: must be at least one",
    ),
    (
        CallRefused(REFUSED),
        {"decision": REFUSED},
        "call 'c-1' is refused:\n  no_rate: the tariff has no price for this call; ask",
    ),
    (
        CallRejected("no_rate", "no rate is in force"),
        {"status": "no_rate"},
        "no_rate: no rate is in force",
    ),
    (
        FeesExceedDeposit(Decimal("5.00"), "card", Decimal("3.5"), Decimal("3.000000")),
        {
            "deposit": Decimal("5.00"),
            "fee": "card",
            "charged": Decimal("3.5"),
            "left": Decimal("3.000000"),
        },
        "fees would eat the whole deposit of $5.00: fee 'card' takes $3.50 and $3.00 is left",
    ),
    (
        NoSuchAmount(Decimal("24.995"), Decimal("24.99"), None),
        {"wanted": Decimal("24.995"), "below": Decimal("24.99"), "above": None},
        "no payment of whole cents credits exactly $24.995; "
        "nearest below: $24.99, nearest above: none",
    ),
    (LedgerError("the ledger is closed"), {}, "the ledger is closed"),
    (
        RequestConflict("d-1", "deposit", "withdraw"),
        {"request_id": "d-1", "first": "deposit", "now": "withdraw"},
        "request id 'd-1' was used before, by deposit; this withdraw moved nothing",
    ),
    (
        RequestConflict("d-1", "deposit", "deposit"),
        {"request_id": "d-1", "first": "deposit", "now": "deposit"},
        "request id 'd-1' was used before, with other arguments; this deposit moved nothing",
    ),
    (
        Unknown("account", "fam-1"),
        {"what": "account", "id": "fam-1"},
        "no account has the id 'fam-1'",
    ),
    (
        TotalsDiffer({"rows": (6, 5), "total": (Decimal("1.06"), Decimal("1.05"))}, None),
        {
            "posting": None,
            "differing": {"rows": (6, 5), "total": (Decimal("1.06"), Decimal("1.05"))},
        },
        "the records are not those of the control totals: rows should be 6 and is 5; "
        "total should be 1.06 and is 1.05",
    ),
    (StoreError("the disk is full"), {}, "the disk is full"),
    (
        StoreUnsure("d-1", "connection lost"),
        {"request_id": "d-1", "why": "connection lost"},
        "whether request 'd-1' was kept is unknown (connection lost); ask again with the same id",
    ),
    (AmountOverflow("net is too large"), {}, "net is too large"),
    (BuildError("the engine is of version 1, not 2"), {}, "the engine is of version 1, not 2"),
]
BUILTIN = {
    InputError: ValueError,
    InputTypeError: TypeError,
    AmountOverflow: OverflowError,
    BuildError: ImportError,
}


def _named() -> set[type[Exception]]:
    classes = (getattr(errors, name) for name in errors.__all__)
    return {one for one in classes if isinstance(one, type) and issubclass(one, Exception)}


def test_the_examples_here_are_every_exception_there_is() -> None:
    assert {type(error) for error, _, _ in EXAMPLES} == _named()


@pytest.mark.parametrize(("error", "fields", "text"), EXAMPLES)
def test_an_exception_has_fields_and_says_what_is_wrong(
    error: Exception, fields: dict[str, object], text: str
) -> None:
    assert {name: getattr(error, name) for name in fields} == fields
    assert str(error) == text


@pytest.mark.parametrize(("error", "fields", "text"), EXAMPLES)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_exception_pickles_and_keeps_its_fields(
    error: Exception, fields: dict[str, object], text: str, protocol: int
) -> None:
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error)):
        assert type(again) is type(error)
        assert {name: getattr(again, name) for name in fields} == fields
        assert str(again) == text


@pytest.mark.parametrize("one", sorted(_named(), key=lambda one: one.__name__))
def test_everything_is_caught_by_its_name_under_securecall(one: type[Exception]) -> None:
    assert issubclass(one, SecurecallError)
    assert one.__module__ == "securecall"
    assert getattr(securecall, one.__name__) is one


@pytest.mark.parametrize(("one", "builtin"), BUILTIN.items())
def test_who_does_not_know_us_catches_what_they_know(
    one: type[Exception], builtin: type[Exception]
) -> None:
    assert issubclass(one, builtin)
    inputs = {one for one in _named() if issubclass(one, InputError)}
    assert all(issubclass(each, ValueError) for each in inputs)


# Faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("f", 7, "k", "1", "must be 2"), "f:7: k = 1: must be 2"),
        (Fault("f", None, "k", "", "is missing"), "f: k: is missing"),
        (Fault("f", 1, "k", "", "x", "kind"), "f:1: k: x; did you mean 'kind'?"),
    ],
)
def test_a_fault_prints_as_compilers_do(fault: Fault, text: str) -> None:
    assert str(fault) == text
    assert pickle.loads(pickle.dumps(fault)) == fault


def test_the_nearest_name_is_one_that_looks_alike_whatever_its_case() -> None:
    names = ("increment_ms", "per_ms", "Price")
    assert nearest("incremet_ms", names) == "increment_ms"
    assert nearest("PRICE", names) == "Price"
    assert nearest("xylophone", names) is None
    assert nearest(7, names) is None
    assert nearest("per_ms", ()) is None
    assert did_you_mean("incremet_ms", names) == "; did you mean 'increment_ms'?"
    assert did_you_mean("xylophone", names) == ""
