"""What a question says about the facility: kind, size, state, commission, additive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isfinite
from typing import Literal, TypeAlias

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.money import Money, decimal_of, price_of
from securecall.regulation.exact import EXACT
from securecall.regulation.words import FACILITY_KINDS, STATES, one_of

__all__ = ["Adp", "Commission", "CommissionLike", "Profile", "adp_of"]

Adp: TypeAlias = int | Decimal | Fraction | float | None

_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Commission:
    """What the provider pays the facility for each minute, and why.

    Attributes
    ----------
    per_minute : Decimal
        Dollars, 0 or more; text is taken too.
    kind : {"contract", "law"}
        Agreed in the contract, or demanded by a statute or a regulation.

    Source
    ------
    47 CFR 64.6030(d) (2021): "Contractually Prescribed" and "Legally Mandated".

    Examples
    --------
    >>> Commission("0.0137").rounded
    Decimal('0.014')
    """

    per_minute: Decimal
    kind: Literal["contract", "law"] = "contract"

    def __post_init__(self) -> None:
        price_of(self.per_minute, "commission")
        one_of("commission kind", self.kind, ("contract", "law"))
        object.__setattr__(self, "per_minute", decimal_of(self.per_minute, "commission"))

    @property
    def rounded(self) -> Decimal:
        """Three decimals, half up: how a contract's commission is counted; ties are our choice."""
        return self.per_minute.quantize(_THOUSANDTH, ROUND_HALF_UP, EXACT)

    @classmethod
    def of(cls, value: CommissionLike) -> Commission | None:
        """Read a commission from itself, a table ``{per_minute, kind}``, an amount, or None.

        Parameters
        ----------
        value : Commission, mapping, Decimal, str or None
            An amount by itself is dollars a minute, agreed in the contract.

        Raises
        ------
        InputError
            A negative amount, another key or another kind.
        InputTypeError
            An int, a bool, a float or anything else.

        Source
        ------
        own; 47 CFR 64.6030(d) (2021).
        """
        if value is None or isinstance(value, Commission):
            return value
        if isinstance(value, Mapping):
            for key in value:
                if key not in ("per_minute", "kind"):
                    raise InputError(
                        f"commission has no key {key!r}, only per_minute and kind"
                        + did_you_mean(key, ("per_minute", "kind"))
                    )
            if "per_minute" not in value:
                raise InputError("commission must have the key per_minute")
            return cls(value["per_minute"], value.get("kind", "contract"))  # type: ignore[arg-type]
        return cls(value)  # type: ignore[arg-type]


CommissionLike: TypeAlias = "Commission | Mapping[str, str] | Money | None"


def adp_of(adp: Adp) -> Fraction | None:
    """Return the average daily population as an exact number, None where it is not known.

    Raises
    ------
    InputTypeError
        Text, a bool or anything else that is not a number.
    InputError
        Negative or not finite.

    Source
    ------
    47 CFR 64.6000 (2024): an average, so it may have a fraction.

    Examples
    --------
    >>> adp_of(Decimal("999.5"))
    Fraction(1999, 2)
    """
    if adp is None:
        return None
    if isinstance(adp, bool) or not isinstance(adp, int | Decimal | Fraction | float):
        raise InputTypeError(
            f"adp must be int, Decimal, Fraction, float or None, not {type(adp).__name__}"
        )
    finite = adp.is_finite() if isinstance(adp, Decimal) else isfinite(adp)
    if not finite or adp < 0:
        raise InputError(f"adp must be 0 or more, not {adp}")
    return Fraction(adp)


@dataclass(frozen=True, slots=True)
class Profile:
    """What stays the same for every call of a facility; made by `Profile.of` only.

    Attributes
    ----------
    facility_kind : {"prison", "jail"}
    adp : Fraction or None
        None where it is not known; always None for a prison, which has no tiers.
    state : str or None
        Two letters; None finds no state rule.
    commission : Commission or None
    additive : Decimal or None
        None is the whole additive.
    opt_out : frozenset of str
        Regimes of agency policies that this facility does not follow.
    facility : str or None
        Its id, for rules that name facilities.
    """

    facility_kind: str
    adp: Fraction | None = None
    state: str | None = None
    commission: Commission | None = None
    additive: Decimal | None = None
    opt_out: frozenset[str] = frozenset()
    facility: str | None = None

    @property
    def adp_unknown(self) -> bool:
        """Whether tiers matter and the tier cannot be told."""
        return self.facility_kind == "jail" and self.adp is None

    @classmethod
    def of(
        cls,
        *,
        facility_kind: str,
        adp: Adp = None,
        state: str | None = None,
        commission: CommissionLike = None,
        additive: Money | None = None,
        opt_out: Iterable[str] = (),
        facility: str | None = None,
    ) -> Profile:
        """Check every part and make the profile.

        Raises
        ------
        InputError, InputTypeError
            A part cannot be used; the text names it.
        """
        kind = one_of("facility_kind", facility_kind, FACILITY_KINDS)
        population = adp_of(adp)
        if state is not None and not (isinstance(state, str) and state in STATES):
            one_of("state", state, sorted(STATES))
        if additive is not None:
            price_of(additive, "additive")
            additive = decimal_of(additive, "additive")
        if facility is not None and not isinstance(facility, str):
            raise InputTypeError(f"facility must be text, not {type(facility).__name__}")
        return cls(
            facility_kind=kind,
            adp=None if kind == "prison" else population,
            state=state,
            commission=Commission.of(commission),
            additive=additive,
            opt_out=frozenset(opt_out),
            facility=facility,
        )
