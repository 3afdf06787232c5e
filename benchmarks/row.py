"""One line of the report: a figure, what it must reach, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """A measured figure.

    Attributes
    ----------
    bench : str
        Which benchmark it is from.
    name : str
        What was measured.
    value : float
    unit : str
    target : float or None
        What it must reach; None: it is only shown.
    at : {"least", "most"}
        Whether the target is the least or the most it may be.
    note : str
    """

    bench: str
    name: str
    value: float
    unit: str
    target: float | None = None
    at: Literal["least", "most"] = "least"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at == "least" else self.value <= self.target
