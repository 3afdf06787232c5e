"""Every exception that securecall raises.

::

    SecurecallError                    catch this to catch everything from here
    ├── InputError(ValueError)         an argument, a file or a whole column cannot be used
    │   ├── ColumnError                missing, of the wrong type, or in the way; .column
    │   ├── TariffError                every fault of a tariff file at once; .faults
    │   ├── RegulationError            every fault of a rules file at once; .faults
    │   ├── TonePlanError              every fault of a tone plan at once; .faults
    │   ├── PolicyError                every fault of a fraud policy at once; .faults
    │   ├── FacilityError              every fault of a facility file at once; .faults
    │   ├── WireError                  a peer sent what its wire does not allow; .wire
    │   ├── CallRejected               one call cannot be rated; .status, as in a batch
    │   ├── FeesExceedDeposit          fees would eat a whole deposit; .fee, .charged, .left
    │   └── NoSuchAmount               no payment makes exactly this credit; .below, .above
    ├── InputTypeError(TypeError)      money as int, bool or float, and other wrong types
    ├── LedgerError                    what only the ledger raises
    │   ├── RequestConflict(InputError)    a request id came again with other content
    │   ├── Unknown(InputError)            no account, call, ... of that id; .what, .id
    │   ├── TotalsDiffer                   records were not those of their control totals
    │   └── StoreError                     the store cannot be opened, written or believed
    │       └── StoreUnsure                whether it was kept is unknown; ask again
    ├── CallRefused                    a gate lets no call through; .decision has every reason
    ├── SpreadError                    some parts of a job could not be made; .parts
    ├── AmountOverflow(OverflowError)  beyond +-999 999 999 999.999999 dollars
    └── BuildError(ImportError)        the compiled modules are missing or of another version
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

__all__ = [
    "AmountOverflow",
    "BuildError",
    "CallRefused",
    "CallRejected",
    "ColumnError",
    "FacilityError",
    "Fault",
    "FeesExceedDeposit",
    "InputError",
    "InputTypeError",
    "LedgerError",
    "NoSuchAmount",
    "PolicyError",
    "RegulationError",
    "RequestConflict",
    "SecurecallError",
    "SpreadError",
    "StoreError",
    "StoreUnsure",
    "TariffError",
    "TonePlanError",
    "TotalsDiffer",
    "Unknown",
    "WireError",
    "did_you_mean",
    "nearest",
]


def nearest(word: object, allowed: Iterable[str]) -> str | None:
    """Return the allowed name that looks most like a word, or None if none does.

    Parameters
    ----------
    word : object
        What somebody wrote; its text is looked at.
    allowed : iterable of str

    Source
    ------
    own, over ``difflib``.

    Examples
    --------
    >>> nearest("prepayed", ["prepaid", "collect"]), nearest("x", ["prepaid"])
    ('prepaid', None)
    """
    names = {name.lower(): name for name in allowed}
    found = get_close_matches(str(word).lower(), list(names), n=1, cutoff=0.6)
    return names[found[0]] if found else None


def did_you_mean(word: object, allowed: Iterable[str]) -> str:
    """Return the end of a message that names what was probably meant; empty if nothing was.

    Parameters
    ----------
    word : object
        What somebody wrote.
    allowed : iterable of str

    Source
    ------
    own.

    Examples
    --------
    >>> did_you_mean("prepayed", ["prepaid", "collect"]), did_you_mean("x", ["prepaid"])
    ("; did you mean 'prepaid'?", '')
    """
    found = nearest(word, allowed)
    return f"; did you mean {found!r}?" if found else ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file, and where.

    Attributes
    ----------
    file : str
        Path as it was given, or ``<text>``.
    line : int or None
        Counted from 1; None where the fault has no line (a missing file).
    key : str
        The key as it would be written, ``contract[0].rate[2].steps[1].price``, or a column.
    value : str
        What stands there, as text; empty if nothing does.
    rule : str
        What must hold, as a clause that follows the key.
    nearest : str or None
        The allowed name that was probably meant.

    Source
    ------
    own.
    """

    file: str
    line: int | None
    key: str
    value: str
    rule: str
    nearest: str | None = None

    def __str__(self) -> str:
        """Return ``file:line: key = value: rule; did you mean ...?``."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        value = f" = {self.value}" if self.value else ""
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{place}: {self.key}{value}: {self.rule}{hint}"


class SecurecallError(Exception):
    """Anything that securecall raises on purpose."""

    __module__ = "securecall"


class InputError(SecurecallError, ValueError):
    """An argument, a file or a whole column cannot be used."""

    __module__ = "securecall"


class InputTypeError(SecurecallError, TypeError):
    """An argument is of a type that is refused, such as money in binary floating point."""

    __module__ = "securecall"


class ColumnError(InputError):
    """A column of a table is missing, of the wrong type, or in the way.

    Attributes
    ----------
    column : str
    """

    __module__ = "securecall"

    def __init__(self, column: str, rule: str) -> None:
        super().__init__(column, rule)
        self.column = column

    def __str__(self) -> str:
        return f"column {self.args[0]!r} {self.args[1]}"


class _FaultsError(InputError):
    """A file with faults; the text lists every one of them."""

    what = "file"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        count = len(self.faults)
        head = f"the {self.what} has {count} fault{'' if count == 1 else 's'}:"
        return "\n".join([head, *(f"  {fault}" for fault in self.faults)])


class TariffError(_FaultsError):
    """A tariff cannot be used; ``faults`` lists everything that is wrong, in file order."""

    __module__ = "securecall"
    what = "tariff"


class RegulationError(_FaultsError):
    """A file of rules cannot be used; ``faults`` lists everything that is wrong."""

    __module__ = "securecall"
    what = "rules file"


class TonePlanError(_FaultsError):
    """A tone plan cannot be used; ``faults`` lists everything that is wrong."""

    __module__ = "securecall"
    what = "tone plan"


class PolicyError(_FaultsError):
    """A fraud policy cannot be used; ``faults`` lists everything that is wrong."""

    __module__ = "securecall"
    what = "policy"


class FacilityError(_FaultsError):
    """A facility file cannot be used; ``faults`` lists everything that is wrong."""

    __module__ = "securecall"
    what = "facility file"


class CallRefused(SecurecallError):
    """A gate lets a call not through.

    Attributes
    ----------
    decision : securecall.calls.Decision
        With every reason, and what would change it.
    """

    __module__ = "securecall"

    def __init__(self, decision: Any) -> None:
        super().__init__(decision)
        self.decision = decision

    def __str__(self) -> str:
        refusals = self.decision.refusals
        head = f"call {self.decision.call_id!r} is refused:"
        return "\n".join([head, *(f"  {reason}" for reason in refusals)])


class WireError(InputError):
    """A peer sent what its wire does not allow, or more of it than is allowed.

    Attributes
    ----------
    wire : str
        ``AudioSocket``, ``Twilio``, ``pcap``, ...
    """

    __module__ = "securecall"

    def __init__(self, wire: str, rule: str) -> None:
        super().__init__(wire, rule)
        self.wire = wire

    def __str__(self) -> str:
        return f"{self.args[0]}: {self.args[1]}"


class CallRejected(InputError):
    """One call cannot be rated.

    Attributes
    ----------
    status : str
        The status that a batch would give the row: ``bad_number``, ``no_rate``, ...
    """

    __module__ = "securecall"

    def __init__(self, status: str, rule: str) -> None:
        super().__init__(status, rule)
        self.status = status

    def __str__(self) -> str:
        return f"{self.args[0]}: {self.args[1]}"


def _shown(amount: Decimal | None) -> str:
    """Write dollars with at least two decimals."""
    if amount is None:
        return "none"
    whole, _, part = f"{amount:f}".partition(".")
    return f"${whole}.{part.rstrip('0').ljust(2, '0')}"


class FeesExceedDeposit(InputError):
    """The fees would eat a whole deposit; it is rejected and nothing moves.

    Attributes
    ----------
    deposit : Decimal
    fee : str
        Id of the first fee that leaves nothing.
    charged, left : Decimal
        What that fee takes, and what the fees before it left of the deposit.
    """

    __module__ = "securecall"

    def __init__(self, deposit: Decimal, fee: str, charged: Decimal, left: Decimal) -> None:
        super().__init__(deposit, fee, charged, left)
        self.deposit = deposit
        self.fee = fee
        self.charged = charged
        self.left = left

    def __str__(self) -> str:
        return (
            f"fees would eat the whole deposit of {_shown(self.deposit)}: fee {self.fee!r} takes "
            f"{_shown(self.charged)} and {_shown(self.left)} is left"
        )


class NoSuchAmount(InputError):
    """No payment of whole cents makes exactly the credit that was asked for.

    Attributes
    ----------
    below, above : Decimal or None
        The nearest credits that a payment does make; None where there is none.
    """

    __module__ = "securecall"

    def __init__(self, wanted: Decimal, below: Decimal | None, above: Decimal | None) -> None:
        super().__init__(wanted, below, above)
        self.wanted = wanted
        self.below = below
        self.above = above

    def __str__(self) -> str:
        return (
            f"no payment of whole cents credits exactly {_shown(self.wanted)}; "
            f"nearest below: {_shown(self.below)}, nearest above: {_shown(self.above)}"
        )


class AmountOverflow(SecurecallError, OverflowError):
    """An amount is beyond +-999 999 999 999.999999 dollars."""

    __module__ = "securecall"


class SpreadError(SecurecallError):
    """Some parts of a job could not be made.

    Attributes
    ----------
    parts : dict of str to str
        By the name of each part, what is wrong.
    """

    __module__ = "securecall"

    def __init__(self, message: str, parts: Mapping[str, str] | None = None) -> None:
        super().__init__(message, dict(parts or {}))
        self.message = message
        self.parts = dict(parts or {})

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {name}: {why}" for name, why in self.parts.items())])


class BuildError(SecurecallError, ImportError):
    """The compiled modules are missing or belong to another version."""

    __module__ = "securecall"


class LedgerError(SecurecallError):
    """Anything that only the ledger raises."""

    __module__ = "securecall"


class RequestConflict(LedgerError, InputError):
    """A request id came again with other content; nothing moved.

    Attributes
    ----------
    request_id, first, now : str
        The id, and the methods that used it.
    """

    __module__ = "securecall"

    def __init__(self, request_id: str, first: str, now: str) -> None:
        super().__init__(request_id, first, now)
        self.request_id = request_id
        self.first = first
        self.now = now

    def __str__(self) -> str:
        what = f"by {self.first}" if self.first != self.now else "with other arguments"
        return (
            f"request id {self.request_id!r} was used before, {what}; this {self.now} moved nothing"
        )


class Unknown(LedgerError, InputError):
    """An account, call, deposit, chargeback or reload does not exist.

    Attributes
    ----------
    what, id : str
    """

    __module__ = "securecall"

    def __init__(self, what: str, id: str) -> None:
        super().__init__(what, id)
        self.what = what
        self.id = id

    def __str__(self) -> str:
        return f"no {self.what} has the id {self.id!r}"


class TotalsDiffer(LedgerError):
    """A stream of records was not what its control totals say.

    Attributes
    ----------
    differing : dict
        By name, what was expected and what came.
    posting : Posting
        What became of the records that came; what was posted stays in the books.
    """

    __module__ = "securecall"

    def __init__(self, differing: dict[str, tuple[Any, Any]], posting: Any) -> None:
        super().__init__(differing, posting)
        self.differing, self.posting = differing, posting

    def __str__(self) -> str:
        told = "; ".join(
            f"{name} should be {wanted} and is {found}"
            for name, (wanted, found) in self.differing.items()
        )
        return f"the records are not those of the control totals: {told}"


class StoreError(LedgerError):
    """The store cannot be opened, written or believed; nothing is known to be lost."""

    __module__ = "securecall"


class StoreUnsure(StoreError):
    """The store could not say whether an operation was kept: ask again with the same request id.

    Attributes
    ----------
    request_id : str or None
    """

    __module__ = "securecall"

    def __init__(self, request_id: str | None, why: str) -> None:
        super().__init__(request_id, why)
        self.request_id = request_id
        self.why = why

    def __str__(self) -> str:
        return (
            f"whether request {self.request_id!r} was kept is unknown ({self.why}); "
            "ask again with the same id"
        )
