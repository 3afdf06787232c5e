"""Terms: what all calls of a host have in common, so that a live call itself stays small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from securecall.calls.prompts import Prompts
from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.fraud.monitor import CallMonitor
from securecall.fraud.policy import Policy, named_policy

if TYPE_CHECKING:
    from securecall.ledger.ledger import Ledger
    from securecall.rating.tariff import Tariff

__all__ = ["Terms"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What all calls of a host have in common.

    Parameters
    ----------
    ledger : Ledger
    tariff : Tariff
    policy : Policy, optional
        What is done about what is heard; by default the one named ``default``.
    prompts : Prompts
    host : str
        Name of the process, so that after a crash its calls are told from those of others.
    split : bool
        Whether an increment may be paid by several accounts.
    hold : bool
        Whether a call that the policy would cut is parted for a review first.
    monitor : mapping or None
        Arguments of `securecall.fraud.CallMonitor`: ``encoding``, ``sample_rate_hz``, ...; None
        where the sound is heard elsewhere, by one `MonitorBank` for all calls.
    tape : bool
        Whether calls keep what they are told, so that they can be replayed.

    Raises
    ------
    InputError, InputTypeError
        One of them is of another type.

    Source
    ------
    own; docs/calls.md.
    """

    ledger: Ledger
    tariff: Tariff
    policy: Policy | None = None
    prompts: Prompts = field(default_factory=Prompts)
    host: str = ""
    split: bool = False
    hold: bool = False
    monitor: Mapping[str, Any] | None = field(default_factory=dict)
    tape: bool = False

    def __post_init__(self) -> None:
        if type(self.host) is not str or not (self.host == "" or self.host.isprintable()):
            raise InputError(f"host must be printable text, not {self.host!r}")
        if self.policy is not None and not isinstance(self.policy, Policy):
            raise InputTypeError(f"policy must be a Policy, not {self.policy!r}; see read_policy")
        if not isinstance(self.prompts, Prompts):
            raise InputTypeError(f"prompts must be Prompts, not {self.prompts!r}")
        for name in ("split", "hold", "tape"):
            if type(getattr(self, name)) is not bool:
                raise InputTypeError(f"{name} must be True or False, not {getattr(self, name)!r}")
        if self.monitor is not None:
            if not isinstance(self.monitor, Mapping):
                raise InputTypeError(f"monitor must be a mapping or None, not {self.monitor!r}")
            object.__setattr__(self, "monitor", MappingProxyType(dict(self.monitor)))

    @classmethod
    def of(cls, ledger: Ledger, tariff: Tariff, options: Mapping[str, Any]) -> Terms:
        """Make them from options by name.

        Parameters
        ----------
        ledger : Ledger
        tariff : Tariff
        options : mapping of str to object

        Raises
        ------
        InputTypeError
            There is no such option, or no monitor can be made of one.
        InputError
            As the class.

        Source
        ------
        own.
        """
        names = [each.name for each in fields(cls) if each.name not in ("ledger", "tariff")]
        for name in options:
            if name not in names:
                hint = did_you_mean(name, names)
                raise InputTypeError(f"calls have no option {name!r}{hint}")
        terms = cls(ledger, tariff, **options)
        if terms.monitor:
            # At once, and not when somebody has accepted and pays.
            try:
                terms.new_monitor()
            except TypeError as error:
                raise InputTypeError(f"monitor: {error}") from None
        return terms

    @property
    def judge(self) -> Policy:
        """What decides about what is heard."""
        return named_policy("default") if self.policy is None else self.policy

    def new_monitor(self) -> CallMonitor | None:
        """Return the monitor of a call that was accepted, if it has one of its own.

        Source
        ------
        own.
        """
        if self.monitor is None:
            return None
        monitor = CallMonitor(**self.monitor)
        # Who was accepted was answered: a ringback from now on is not the first one.
        monitor.signal("answer", at_ms=0)
        return monitor

    @property
    def sound(self) -> dict[str, Any]:
        """What is said of the sound itself: its rate and encoding."""
        options = self.monitor or {}
        return {name: options[name] for name in ("sample_rate_hz", "encoding") if name in options}
