"""What is answered about calls: admitted, ended, settled, and how one stands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from securecall.ledger.values.answer import Answer
from securecall.ledger.values.quick import quick
from securecall.ledger.values.units import in_dollars, in_utc, in_utc_or_none
from securecall.money import dollars
from securecall.notebook import Shown

__all__ = ["Admission", "CallState", "Settled", "Settlement"]


@quick
@dataclass(frozen=True, slots=True)
class Admission(Answer):
    """Whether a call may begin, and when its money ends if nothing else happens.

    Attributes
    ----------
    cutoff_ms : int or None
        The earlier of the balance's cutoff and the maximum duration; None: no end is in sight.
    reason : str
        ``refused``; else what the cutoff comes from: ``balance``, ``limit`` or empty.
    cutoff_at : datetime or None

    Source
    ------
    own; charging law, rules 5 to 8.
    """

    code: str
    call_id: str
    at_ms: int
    cutoff_ms: int | None
    reason: str

    at = in_utc("at_ms")
    cutoff_at = in_utc_or_none("cutoff_ms")


@quick
@dataclass(frozen=True, slots=True)
class Settlement(Answer):
    """How a call ended.

    Attributes
    ----------
    charged_micros : int
    billed_ms : int
        The time bought.
    reason : str
        ``hangup`` or what the host said, ``balance``, ``limit``, ``refused``, ``recovered``,
        ``released``, ``transferred``.
    ended_ms : int
    corrected_micros : int
        What a late report gave back of an earlier settlement.
    by_account_micros : tuple of (str, int)
        Who paid what.

    Source
    ------
    own; charging law, rules 5 to 8.
    """

    code: str
    call_id: str
    charged_micros: int
    billed_ms: int
    reason: str
    ended_ms: int
    corrected_micros: int
    by_account_micros: tuple[tuple[str, int], ...]

    charged = in_dollars("charged_micros")
    corrected = in_dollars("corrected_micros")
    ended_at = in_utc("ended_ms")

    @property
    def by_account(self) -> dict[str, Decimal]:
        """Who paid what, dollars."""
        return {name: dollars(amount) for name, amount in self.by_account_micros}


@quick
@dataclass(frozen=True, slots=True)
class Settled(Answer):
    """What `Ledger.settle_due` settled.

    Source
    ------
    own.
    """

    code: str
    at_ms: int
    calls: tuple[Settlement, ...]

    at = in_utc("at_ms")


@quick
@dataclass(frozen=True, slots=True)
class CallState(Shown):
    """A call at an instant.

    Source
    ------
    own.
    """

    call_id: str
    accounts: tuple[str, ...]
    running: bool
    refused: bool
    started_ms: int
    ended_ms: int | None
    reason: str
    charged_micros: int
    refunded_micros: int
    billed_ms: int
    cutoff_ms: int | None
    parts_micros: tuple[tuple[str, int], ...]
    by_account_micros: tuple[tuple[str, int], ...]

    started_at = in_utc("started_ms")
    ended_at = in_utc_or_none("ended_ms")
    cutoff_at = in_utc_or_none("cutoff_ms")
    charged = in_dollars("charged_micros")
    refunded = in_dollars("refunded_micros")

    @property
    def parts(self) -> dict[str, Decimal]:
        """What of the charge is revenue and what tax, dollars."""
        return {name: dollars(amount) for name, amount in self.parts_micros}

    @property
    def by_account(self) -> dict[str, Decimal]:
        """Who paid what, dollars."""
        return {name: dollars(amount) for name, amount in self.by_account_micros}
