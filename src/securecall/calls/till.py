"""Till: the money of one live call: its admission, its cutoff, its settlement, what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from securecall.errors import CallRejected, RequestConflict
from securecall.rating.call import Call

if TYPE_CHECKING:
    from securecall.ledger.values.calls import CallState, Settlement
    from securecall.rating.curve import PriceCurve
    from securecall.rating.tariff import Tariff

__all__ = ["Amounts", "Till", "amounts_of"]


class Amounts(NamedTuple):
    """What a call cost, in the columns that a rated table has."""

    status: str
    billed_ms: int
    net_micros: int
    tax_micros: int
    total_micros: int
    state_paid_micros: int
    cap_saved_micros: int
    jurisdiction: str | None
    rate_class: str | None
    rate_id: str | None
    cap_source: str | None


class Till:
    """The money of one live call.

    Attributes
    ----------
    curve : PriceCurve or None
        What it costs; None where nobody has to pay.
    metered : bool
        Whether the ledger has admitted it.
    request_ids : tuple of str
    charged_micros, billed_ms : int
        Once it has ended.

    Source
    ------
    own; charging law, rules 5 to 8.
    """

    __slots__ = (
        "_asked", "_ledger", "billed_ms", "call_id", "charged_micros", "curve", "metered",
        "request_ids",
    )  # fmt: skip

    def __init__(self, ledger: Any, call_id: str) -> None:
        self._ledger = ledger
        self.call_id = call_id
        self.curve: PriceCurve | None = None
        # What was asked and had no answer: it is asked again as it was.
        self._asked: tuple[str, int, dict[str, str]] | None = None
        self.metered = False
        self.request_ids: tuple[str, ...] = ()
        self.charged_micros = 0
        self.billed_ms = 0

    @property
    def tries(self) -> int:
        """How often the ledger has answered whether it admits the call."""
        return len(self.request_ids)

    def admit(
        self, accounts: tuple[str, ...], curve: PriceCurve, now_ms: int, limit_ms: int,
        *, split: bool, about: dict[str, str],
    ) -> tuple[str, int | None, int]:  # fmt: skip
        """Have the ledger admit the call; return its code, the cutoff, and when charging began.

        A ledger that could not say whether it kept an admission is asked again by the same request:
        then the first instant counts.
        """
        self.curve = curve
        if not accounts:
            return "ok", now_ms + limit_ms, now_ms
        if self._asked is None:
            again = f":{self.tries}" if self.tries else ""
            request_id = f"{self.call_id}:start{again}"
            self._asked = request_id, limit_ms, about
        request_id, limit_ms, about = self._asked
        try:
            answer = self._ledger.start_call(
                self.call_id, accounts, curve, at=now_ms, request_id=request_id, split=split,
                max_ms=limit_ms, about=about,
            )  # fmt: skip
        except RequestConflict:
            return "call_exists", None, now_ms
        self._asked = None
        self.request_ids = (*self.request_ids, request_id)
        self.metered = answer.ok
        return answer.code, answer.cutoff_ms, answer.at_ms

    def take_up(self, curve: PriceCurve) -> None:
        """Go on with a call that the ledger has admitted before."""
        self.curve, self.metered = curve, True
        self.request_ids = (f"{self.call_id}:start",)

    def due(self, cutoff_ms: int) -> CallState | None:
        """Ask the ledger about a cutoff that has come; None: nobody asked it for this call."""
        if not self.metered:
            return None
        state: CallState = self._ledger.call(self.call_id)
        come = state.cutoff_ms is not None and state.cutoff_ms <= cutoff_ms
        # One that reads as over, since others went on, but has no parts is over in nobody's books:
        # reading never writes, and a deposit might still save it.
        if come if state.running else not state.parts_micros:
            self._ledger.settle_due(at=cutoff_ms)
            state = self._ledger.call(self.call_id)
        if not state.running:
            self.charged_micros, self.billed_ms = state.charged_micros, state.billed_ms
        return state

    def close(self, at_ms: int, reason: str) -> Settlement | None:
        """Settle the call, once; None: the ledger never had it."""
        if not self.metered:
            return None
        answer: Settlement = self._ledger.end_call(self.call_id, at=at_ms, reason=reason)
        self.request_ids = (*self.request_ids, self.call_id)
        self.charged_micros, self.billed_ms = answer.charged_micros, answer.billed_ms
        return answer


def amounts_of(tariff: Tariff, call: Call, till: Till, *, free: bool) -> Amounts:
    """Return what a call cost that has ended.

    The total is what the ledger took. Where a call never had an account it is what the tariff says.

    Parameters
    ----------
    tariff : Tariff
    call : Call
        From acceptance to the end, with what it was authorised for.
    till : Till
    free : bool
        Whether nobody had to pay.
    """
    try:
        rated = tariff.rate(call)
    except CallRejected as error:
        return Amounts(error.status, 0, 0, 0, 0, 0, 0, None, None, None, None)
    cap = rated.cap
    words = (
        rated.jurisdiction,
        rated.rate_class,
        rated.rate_id,
        None if cap is None else cap.source,
    )
    if rated.status == "unanswered":
        return Amounts("unanswered", 0, 0, 0, 0, 0, 0, *words)
    if free:
        return Amounts("free", 0, 0, 0, 0, 0, 0, *words)
    billed, net, tax = rated.billed_ms, rated.net_micros, rated.tax_micros
    total, paid, saved = rated.total_micros, rated.state_paid_micros, rated.saved_micros
    if till.metered and (total, billed) != (till.charged_micros, till.billed_ms):
        # The ledger sold an increment by the second, or a late report gave something back.
        billed, total, saved = till.billed_ms, till.charged_micros, 0
        net, paid, tax, _, _ = (
            till.curve.parts(billed, min(call.duration_ms, billed))
            if till.curve is not None and billed
            else (0, 0, 0, 0, 0)
        )
    return Amounts("ok", billed, net, tax, total, paid, saved, *words)
