"""The price of a call of which only the total is known."""

from __future__ import annotations

from typing import Final

__all__ = ["Whole"]

FORMAT: Final = "securecall.whole/1"


class Whole:
    """A call sold as one piece: what a rated record says of its price, and all that it says.

    Parameters
    ----------
    bought_ms : int
        Above 0.
    price_micros : int

    Source
    ------
    own; docs/posting.md.
    """

    __slots__ = ("bought_ms", "price_micros")

    def __init__(self, bought_ms: int, price_micros: int) -> None:
        self.bought_ms, self.price_micros = bought_ms, price_micros

    def next(self, bought_ms: int) -> int:
        """Return where the piece that begins there ends."""
        return (bought_ms // self.bought_ms + 1) * self.bought_ms

    def bought(self, elapsed_ms: int) -> int:
        """Return where the piece that contains an instant ends."""
        return self.next(elapsed_ms)

    def total_micros(self, bought_ms: int) -> int:
        """Return the price: of the whole piece, wherever in it one stops."""
        return -(-bought_ms // self.bought_ms) * self.price_micros

    def reach_micros(self, balance_micros: int) -> int | None:
        """Return the time that a balance buys; None if the call was free."""
        if self.price_micros == 0:
            return None
        return max(balance_micros, 0) // self.price_micros * self.bought_ms

    def dumps(self) -> bytes:
        """Return it as bytes that `loads` reads."""
        return b'{"format":"%s","of":[%d,%d]}' % (
            FORMAT.encode(), self.bought_ms, self.price_micros,
        )  # fmt: skip

    @classmethod
    def loads(cls, body: bytes) -> Whole:
        """Return what `dumps` wrote."""
        bought_ms, price_micros = body[body.index(b"[") + 1 : -2].split(b",")
        return cls(int(bought_ms), int(price_micros))
