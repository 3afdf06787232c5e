"""CallAttempt: what somebody at a terminal asks for, before anything has been checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.ledger.identifier import identifier, word
from securecall.rating.words import BILL_TYPES, MEDIA, RELAYS

__all__ = ["CallAttempt"]

ACCOUNTS_MAX: Final = 16
DIALLED_LENGTH_MAX: Final = 64
PIN_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class CallAttempt:
    """What somebody at a terminal asks for.

    Parameters
    ----------
    call_id : str
        The switch's own, never used before.
    person : str
        Who calls: a token of the facility's records, never a name that a log should not have.
    number : str
        The number called, E.164, as ``"+17135550123"``. Anything else that was dialled is let in
        here and refused by the gate, in words.
    terminal : str
        From which telephone or tablet.
    bill_type : {"prepaid", "inmate_debit", "direct_bill", "collect", "prepaid_collect"}
    accounts : tuple of str
        Who pays, in order. Empty where nobody has to.
    pin : str, optional
        As it was keyed. It is in no representation of the attempt, and in no record.
    medium : {"audio", "video"}
    relay : {"none", "trs", "vrs", "tty", "asl", "cts"}, optional
        The relay class of a call through a relay service; None is "none".
    voice : object, optional
        What a voice verifier takes: a sample of this person's speech, say. Not kept.
    facility : str, optional
        Which facility's terminal it is, for a gate to see that it was sent to the right one.

    Raises
    ------
    InputTypeError, InputError
        An argument that no switch may send: another type, an unknown word, an id that is empty.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> CallAttempt("c-1", "p-77", "+17135550123", "A-01", accounts=("fam-1",), pin="4711")
    CallAttempt(call_id='c-1', person='p-77', number='+17135550123', terminal='A-01', \
bill_type='prepaid', accounts=('fam-1',), medium='audio', relay=None, facility=None)
    """

    call_id: str
    person: str
    number: str
    terminal: str
    bill_type: str = "prepaid"
    accounts: tuple[str, ...] = ()
    pin: str | None = field(default=None, repr=False)
    medium: str = "audio"
    relay: str | None = None
    voice: Any = field(default=None, repr=False, compare=False)
    facility: str | None = None

    def __post_init__(self) -> None:
        for name in ("call_id", "person"):
            identifier(getattr(self, name), name)
        word(self.terminal, "terminal")
        if self.facility is not None:
            word(self.facility, "facility")
        if not isinstance(self.number, str):
            raise InputTypeError(f"number must be text, not {type(self.number).__name__}")
        if len(self.number) > DIALLED_LENGTH_MAX:
            raise InputError(f"number must have at most {DIALLED_LENGTH_MAX} characters")
        if self.pin is not None and not isinstance(self.pin, str):
            raise InputTypeError(f"pin must be text, not {type(self.pin).__name__}")
        if self.pin is not None and len(self.pin) > PIN_LENGTH_MAX:
            raise InputError(f"pin must have at most {PIN_LENGTH_MAX} characters")
        _one_of("bill_type", self.bill_type, BILL_TYPES)
        _one_of("medium", self.medium, MEDIA)
        if self.relay is not None:
            _one_of("relay", self.relay, RELAYS)
        if isinstance(self.accounts, str) or not isinstance(self.accounts, tuple | list):
            raise InputTypeError(f"accounts must be a tuple of ids, not {self.accounts!r}")
        payers = tuple(identifier(each, "an account of accounts") for each in self.accounts)
        if len(set(payers)) != len(payers) or len(payers) > ACCOUNTS_MAX:
            raise InputError(
                f"accounts must name at most {ACCOUNTS_MAX} accounts, each once, not {payers}"
            )
        object.__setattr__(self, "accounts", payers)

    @property
    def relay_class(self) -> str:
        """The relay class as the tariff takes it: ``none`` where the attempt says nothing."""
        return "none" if self.relay is None else self.relay


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not in a closed list."""
    if not isinstance(value, str):
        raise InputTypeError(f"{name} must be text, not {type(value).__name__}")
    if value not in allowed:
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value[:40]!r}"
            + did_you_mean(value, allowed)
        )
