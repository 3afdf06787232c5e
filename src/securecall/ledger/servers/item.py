"""What a server plans: an operation of the ledger at an instant, and how far it has come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from securecall.errors import InputError
from securecall.ledger.curve import Loaders, PriceCurve, loaded
from securecall.ledger.ledger import Ledger

__all__ = ["ENDS", "METHODS", "YIELDS", "Item", "curve_of", "run"]

# What the ledger can be asked for through a board.
METHODS: Final = (
    "start_call", "end_call", "recover", "deposit", "withdraw", "pay", "transfer",
    "set_credit_limit", "set_spending_limit", "chargeback", "chargeback_result", "refund",
    "release", "reload_result",
)  # fmt: skip
# What is refused rather than let it take what a server was promised. The rest has happened.
YIELDS: Final = frozenset(
    ("start_call", "withdraw", "transfer", "set_credit_limit", "set_spending_limit")
)
# What may come after its instant was closed.
ENDS: Final = frozenset(("end_call", "recover"))


@dataclass(frozen=True, slots=True)
class Item:
    """An operation on the board.

    Attributes
    ----------
    request_id : str
        The ledger's.
    server : str
        Who asked for it.
    method : str
        Of `securecall.ledger.ledger.Ledger`.
    accounts : tuple of str
        Whose money it is about.
    at_ms : int
        Its instant; ahead of now where it may cost another call its money.
    arguments : mapping
        All but the instant and the request id, as JSON has them; a curve as the text of its bytes.
    order : int
        Of arrival.
    state : {"waiting", "filed", "done", "refused"}
        Whether it waits for promises to be given back; counts from its instant on; has been done by
        the ledger; was never put to the ledger.
    code : str
        The ledger's, or ``late`` or ``promised`` of a refused one.

    Source
    ------
    own; docs/decisions/0120.
    """

    request_id: str
    server: str
    method: str
    accounts: tuple[str, ...]
    at_ms: int
    arguments: Mapping[str, Any] = field(default_factory=dict)
    order: int = 0
    state: str = "waiting"
    code: str = ""

    def __post_init__(self) -> None:
        """Check what kind it is."""
        if self.method not in METHODS:
            raise InputError(f"method must be one of {', '.join(METHODS)}, not {self.method!r}")

    @property
    def call_id(self) -> str | None:
        """The call that it is about."""
        found: str | None = self.arguments.get("call_id")
        return found

    def asks_as(self, other: Item) -> bool:
        """Say whether it asks for what another item of its request id asks for.

        As in the ledger, the instant and the curve do not count; nor does a limit that the office
        has set to what was not promised to others.
        """
        free = {"curve", "max_ms"} if "promised" in (self.code, other.code) else {"curve"}
        mine, theirs = (
            {name: value for name, value in each.arguments.items() if name not in free}
            for each in (self, other)
        )
        # As JSON has them, since one of the two may have been kept as text.
        return (self.method, *sorted(self.accounts)) == (
            other.method,
            *sorted(other.accounts),
        ) and (json.dumps(mine, sort_keys=True) == json.dumps(theirs, sort_keys=True))

    def dumped(self) -> str:
        """Return the arguments as text."""
        return json.dumps(dict(self.arguments), sort_keys=True)


def curve_of(item: Item, loaders: Loaders) -> PriceCurve:
    """Return the price curve of a call's start."""
    return _curve(item.arguments["curve"], tuple(loaders.items()))


@lru_cache(maxsize=4096)
def _curve(text: str, loaders: tuple[tuple[str, Any], ...]) -> PriceCurve:
    return loaded(text.encode(), dict(loaders))


def run(item: Item, ledger: Ledger, loaders: Loaders) -> str:
    """Do an item on a ledger, for good or on scratch paper; return the answer's code.

    Raises
    ------
    SecurecallError
        As the ledger's method.
    """
    arguments = dict(item.arguments)
    if "curve" in arguments:
        arguments["curve"] = curve_of(item, loaders)
    method = getattr(ledger, item.method)
    answer = method(**arguments, at=item.at_ms, request_id=item.request_id)
    return str(getattr(answer, "code", "ok"))
