"""What every answer of the ledger has: a code of `Outcome`, ``ok`` and ``refused``."""

from __future__ import annotations

from dataclasses import dataclass

from securecall.ledger.values.quick import quick
from securecall.ledger.values.units import in_utc
from securecall.notebook import Shown

__all__ = ["Answer", "Done"]


class Answer(Shown):
    """What every answer has."""

    __slots__ = ()
    code: str

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.code == "ok"

    @property
    def refused(self) -> bool:
        """Whether it was refused; nothing moved then."""
        return self.code != "ok"


@quick
@dataclass(frozen=True, slots=True)
class Done(Answer):
    """An operation that has nothing more to say.

    Source
    ------
    own.
    """

    code: str
    at_ms: int

    at = in_utc("at_ms")
