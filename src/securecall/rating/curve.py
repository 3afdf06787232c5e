"""What a live call costs after any time, and what a balance buys: the price curve."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from securecall._curve import Curve
from securecall.errors import AmountOverflow, InputError, InputTypeError
from securecall.money import MODES, Money, Rounding, dollars, micros

__all__ = ["PriceCurve"]

FORMAT: Final = "securecall.curve/1"
SIZE_MAX: Final = 64 << 20
CURVE_MS_MAX: Final = 1 << 40  # some 34 years, as in the engine
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS: Final = (
    "start_ms", "scale", "connect", "minimum", "maximum", "per_minute", "ceiling", "governs",
    "unit", "mode", "share_numerator", "share_denominator", "bars_connect", "actual_basis",
    "prorate", "taxes", "billing", "prices",
)  # fmt: skip


class PriceCurve(Curve):
    """What one call costs after any time. Made by `Tariff.curve`; never changes.

    The integer methods ``total_micros``, ``next``, ``bought`` and ``reach_micros`` are the protocol
    that a ledger needs; they count whole micro-dollars and milliseconds. The others speak dollars.

    A curve holds the edges of windows for the maximum duration of the facility's calls, for the
    call's own duration or for 24 hours, whichever is longest; beyond, the last rate goes on.

    Attributes
    ----------
    start_ms : int
        When the call starts, UTC epoch milliseconds.
    prorate : bool
        Whether an increment that cannot be paid whole is sold by the second (``final``).
    horizon_ms : int
        The elapsed time up to which windows were looked at.
    tzdata : str
        IANA version of the zones that the edges come from.
    tariff_digest : str
        Of the tariff that made it.
    tax_ids : tuple of str
        Ids of the taxes of the call, in the order in which they are added.

    Source
    ------
    own; charging law, rules 1 to 6.
    """

    horizon_ms: int
    tzdata: str
    tariff_digest: str
    tax_ids: tuple[str, ...]
    _state: tuple[Any, ...]

    def __new__(
        cls,
        state: tuple[Any, ...],
        horizon_ms: int,
        tzdata: str,
        tariff_digest: str,
        tax_ids: tuple[str, ...] = (),
    ) -> PriceCurve:
        """Make a curve from the engine's state; see `Tariff.curve` and `loads`."""
        curve: PriceCurve = super().__new__(cls, state)
        curve._state = state
        curve.horizon_ms = horizon_ms
        curve.tzdata = tzdata
        curve.tariff_digest = tariff_digest
        curve.tax_ids = tax_ids
        return curve

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state."""
        known = (self.horizon_ms, self.tzdata, self.tariff_digest, self.tax_ids)
        return PriceCurve, (self._state, *known)

    def __eq__(self, other: object) -> bool:
        """Compare by what the curves cost."""
        return isinstance(other, PriceCurve) and self._state == other._state

    def __hash__(self) -> int:
        """Hash by what the curve costs."""
        return hash(self._state)

    @property
    def start(self) -> datetime:
        """When the call starts, aware UTC."""
        return _EPOCH + timedelta(milliseconds=self.start_ms)

    def total(self, bought_ms: int) -> Decimal:
        """Return the cumulative price of the time bought.

        Parameters
        ----------
        bought_ms : int
            0 to 2^40. Inside an increment: that increment cut to it.

        Raises
        ------
        AmountOverflow
            The price is beyond 999 999 999 999.999999 dollars.
        ValueError
            The time is out of bounds.

        Source
        ------
        own; charging law, rule 2.
        """
        return dollars(self._checked(self.total_micros, bought_ms))

    def final(self, bought_ms: int, actual_ms: int) -> Decimal:
        """Return the charge of a call that bought ``bought_ms`` and lasted ``actual_ms``.

        Differs from `total` only with ``cap_basis = "actual"``.

        Raises
        ------
        AmountOverflow
            The price is beyond 999 999 999 999.999999 dollars.
        ValueError
            A time is out of bounds, or ``actual_ms`` is beyond ``bought_ms``.

        Source
        ------
        own; charging law, rule 3.
        """
        return dollars(self._checked(self.final_micros, bought_ms, actual_ms))

    def parts_micros(self, bought_ms: int, actual_ms: int | None = None) -> dict[str, int]:
        """Return what a charge is made of: ``revenue`` and ``tax:<id>``, micro-dollars.

        They add up to ``final_micros(bought_ms, actual_ms)``; what a state pays is in none of them.
        A tax without a known id is ``tax:1``, ``tax:2``, ... by its place.

        Parameters
        ----------
        bought_ms : int
            The time bought.
        actual_ms : int, optional
            How long the call lasted; default the time bought.

        Raises
        ------
        OverflowError, ValueError
            As `final`.

        Source
        ------
        own; charging law, rules 2 and 3.
        """
        held_ms = bought_ms if actual_ms is None or not self._state[13] else actual_ms
        net, paid, tax, total, _ = self.parts(bought_ms, held_ms)
        left = net - paid
        found, running = {"revenue": left}, 0
        for place, row in enumerate(self._state[15] if left > 0 else ()):
            numerator, denominator, unit, mode, on_prior = row[:5]
            base = left + running if on_prior else left
            exact = Fraction(base * numerator, denominator)
            amount = Rounding(MODES[mode], unit).apply(exact)
            name = self.tax_ids[place] if place < len(self.tax_ids) else str(place + 1)
            found[f"tax:{name}"] = found.get(f"tax:{name}", 0) + amount
            running += amount
        assert running == tax, "the parts of a charge must add up to it"
        assert left + running == total
        return found

    def reach(self, balance: Money) -> int | None:
        """Return how many milliseconds a balance buys.

        Parameters
        ----------
        balance : Decimal or str
            Dollars. Below 0 it buys what costs nothing.

        Returns
        -------
        int or None
            0: not even the first increment. None: there is no end at this balance (within 2^40
            ms). The maximum duration of a call is not in the curve.

        Raises
        ------
        InputTypeError, InputError, AmountOverflow
            The balance is no amount; see `securecall.money.micros`.

        Source
        ------
        own; charging law, rule 6.
        """
        return self.reach_micros(micros(balance, "balance"))

    @staticmethod
    def _checked(function: Any, *times: int) -> int:
        try:
            return int(function(*times))
        except OverflowError as error:
            raise AmountOverflow(str(error)) from None
        except ValueError as error:
            raise InputError(str(error)) from None

    def dumps(self) -> bytes:
        """Return the curve as bytes that `loads` takes, on any machine and without the tariff.

        Source
        ------
        own.
        """
        body = {
            "format": FORMAT,
            "horizon_ms": self.horizon_ms,
            "tzdata": self.tzdata,
            "tariff_digest": self.tariff_digest,
            "tax_ids": self.tax_ids,
            **dict(zip(_FIELDS, self._state, strict=True)),
        }
        return json.dumps(body, separators=(",", ":")).encode("ascii")

    @classmethod
    def loads(cls, content: bytes) -> PriceCurve:
        """Read what `dumps` wrote; needs neither the tariff nor any time zone.

        Parameters
        ----------
        content : bytes
            Checked before use: it may come from anywhere.

        Raises
        ------
        InputError
            The bytes are not a curve, or one of a version that this library does not know.
        InputTypeError
            ``content`` is not bytes.

        Source
        ------
        own.
        """
        if not isinstance(content, bytes | bytearray | str):
            raise InputTypeError(f"content must be bytes, not {type(content).__name__}")
        if len(content) > SIZE_MAX:
            raise InputError(f"a curve has at most {SIZE_MAX} bytes, not {len(content)}")
        try:
            body = json.loads(content)
            if not isinstance(body, dict) or body.get("format") != FORMAT:
                found = body.get("format") if isinstance(body, dict) else type(body).__name__
                raise InputError(f"a curve must be of format {FORMAT}, not {found!r}")
            state = tuple(_tuples(body[name]) for name in _FIELDS)
            horizon_ms, tzdata, digest = body["horizon_ms"], body["tzdata"], body["tariff_digest"]
            if type(horizon_ms) is not int or type(tzdata) is not str or type(digest) is not str:
                raise InputError("a curve's horizon_ms, tzdata or tariff_digest is of another type")
            if not 0 <= horizon_ms <= CURVE_MS_MAX:
                raise InputError(f"a curve's horizon_ms must be from 0 to {CURVE_MS_MAX}")
            names = body.get("tax_ids", [])
            if type(names) is not list or not all(type(name) is str for name in names):
                raise InputError("a curve's tax_ids must be a list of text")
            if names and len(names) != len(state[15]):
                raise InputError("a curve's tax_ids must be as many as its taxes")
            return cls(state, horizon_ms, tzdata, digest, tuple(names))
        except InputError:
            raise
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            raise InputError(f"these bytes are not a curve: {error}") from None


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
