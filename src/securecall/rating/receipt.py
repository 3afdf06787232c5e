"""Why a call costs what it costs: its lines, the ceiling that governed, a receipt for a pencil."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from securecall.money import MICROS_PER_DOLLAR, MODES, Rounding, decimal_of_fraction, dollars, shown
from securecall.notebook import table
from securecall.rating.call import Line, RatedCall
from securecall.rating.ceilings import profile
from securecall.rating.contract import Rate
from securecall.rating.curve import PriceCurve
from securecall.rating.numbering import digits_of, jurisdiction
from securecall.rating.rater import laid_out
from securecall.rating.zones import load_zone, tzdata_version
from securecall.regulation import Ceiling

if TYPE_CHECKING:
    from securecall.rating.contract import Facility
    from securecall.regulation import Ruling

__all__ = ["as_html", "ceiling_of", "explain", "lines_of", "ruling_of"]

MICRO: Final = Rounding("half_even", 1)
MINUTE_MS: Final = 60_000
FEDERAL, STATE, MINUTE, TOTAL = 1, 2, 3, 4  # the engine's numbers of what can govern


class Piece(NamedTuple):
    """A part of a call with one price."""

    begins: int
    ends: int
    increment_ms: int
    rate_id: str
    rate: Rate
    step: int


def _facility(rated: RatedCall) -> Facility:
    compiled = rated.tariff.compiled
    return rated.tariff.document.facilities[compiled.facilities[rated.call.facility]]


def local_date(facility: Facility, start_ms: int) -> date:
    """Return the facility's date at an instant."""
    wall_ms = start_ms + load_zone(facility.timezone).offset_ms(start_ms)
    return (datetime(1970, 1, 1) + timedelta(milliseconds=wall_ms)).date()


def _termination(rated: RatedCall) -> tuple[Decimal | None, str | None]:
    """Return what the tariff says of ending a call abroad, and the prefix it says it of."""
    digits = digits_of(rated.call.number)
    zone = load_zone(_facility(rated).timezone)
    start_ms = rated.call.start_ms
    fitting = [
        one
        for one in rated.tariff.document.terminations
        if digits.startswith(one.prefix)
        and (one.effective_from is None or zone.first_instant_ms(one.effective_from) <= start_ms)
        and (one.effective_to is None or start_ms < zone.first_instant_ms(one.effective_to))
    ]
    if rated.jurisdiction != "international" or not fitting:
        return None, None
    longest = max(fitting, key=lambda one: len(one.prefix))
    return decimal_of_fraction(longest.per_minute), "+" + longest.prefix


def ruling_of(rated: RatedCall) -> Ruling | None:
    """Return what regulation says of a call, with all it looked at; None where it is not asked."""
    facility = _facility(rated)
    if not facility.regulated:
        return None
    cost, destination = _termination(rated)
    return rated.tariff.rules.ruling(
        local_date(facility, rated.call.start_ms),
        medium=rated.call.medium,
        jurisdiction=jurisdiction(rated.call.number, facility.state),
        bill_type=rated.call.bill_type,
        relay=rated.call.relay,
        termination_per_minute=cost,
        destination=destination,
        **profile(facility),
    )


def _first_rate(rated: RatedCall) -> Rate:
    """Return the rate in force at the start, whose limits hold for the whole call."""
    (_, _, _, _, _, _, marks), _ = laid_out(rated.tariff, rated.call, walked=True)
    rate: Rate = rated.tariff.compiled.pricings[marks[0][2]].rate
    return rate


def ceiling_of(rated: RatedCall) -> Ceiling | None:
    """Return the ceiling that governed a call; see `RatedCall.cap`."""
    if rated._governs in (FEDERAL, STATE):
        ruling = ruling_of(rated)
        assert ruling is not None
        ceiling = ruling.federal if rated._governs == FEDERAL else ruling.state
        assert ceiling is not None
        return replace(ceiling, saved=dollars(rated.saved_micros), candidates=ruling.candidates)
    if rated._governs not in (MINUTE, TOTAL):
        return None
    rate = _first_rate(rated)
    per_minute = None
    what = f"max_total {shown(dollars(rate.max_total or 0))}"
    if rated._governs == MINUTE:
        assert rate.max_per_started_minute is not None
        per_minute = decimal_of_fraction(rate.max_per_started_minute)
        what = f"max_per_started_minute {shown(per_minute)}"
    return Ceiling(
        per_minute=per_minute,
        source="contract",
        citation=f'{what} of rate "{rated.rate_id}" of contract '
        f'"{_facility(rated).contract}" ({rate.where})',
        saved=dollars(rated.saved_micros),
    )


class _Account:
    """A call's price worked out again, line by line."""

    def __init__(self, rated: RatedCall) -> None:
        (_, _, _, _, _, state, marks), horizon_ms = laid_out(rated.tariff, rated.call, walked=True)
        self.rated = rated
        self.curve = PriceCurve(state, horizon_ms, tzdata_version(), rated.tariff.digest)
        (
            _, scale, _, _, _, _, ceiling, _, _, _, numerator, denominator, bars, actual, _,
            self.taxes, _, _,
        ) = state  # fmt: skip
        compiled = rated.tariff.compiled
        self.ceiling = None if ceiling < 0 else Fraction(ceiling, scale)  # micro-dollars per ms
        self.share = Fraction(numerator, denominator)
        self.bars_connect = bool(bars)
        self.rate = compiled.pricings[marks[0][2]].rate
        self.bought = rated.billed_ms
        call = rated.call
        lasted = call.duration_ms
        if call.authorized_ms is not None:
            lasted = min(lasted, call.authorized_ms)
        self.basis_ms = lasted if actual else self.bought
        ends = [mark[0] for mark in marks[1:]] + [self.bought]
        self.pieces = [
            Piece(
                begins,
                min(end, self.bought),
                increment_ms,
                compiled.rate_ids[rate_id],
                compiled.pricings[pricing].rate,
                step,
            )
            for (begins, rate_id, pricing, step, increment_ms), end in zip(marks, ends, strict=True)
            if begins < self.bought
        ]
        self.lines: list[Line] = []
        self.sum = 0
        self._build()

    def add(
        self,
        kind: str,
        text: str,
        amount: int,
        quantity_ms: int | None = None,
        unit_price: Decimal | None = None,
    ) -> None:
        self.lines.append(Line(kind, text, quantity_ms, unit_price, dollars(amount)))
        self.sum += amount

    def usage(self, bought_ms: int) -> Fraction:
        return Fraction(*self.curve.usage_micros(bought_ms))

    def _connect(self) -> None:
        fee = self.rate.connect_fee
        if not fee:
            return
        if self.bars_connect:
            ruling = ruling_of(self.rated)
            assert ruling is not None
            assert ruling.per_call is not None
            text = f"connect fee {shown(dollars(fee))} removed: {ruling.per_call.citation}"
            self.add("connect", text, 0)
        else:
            self.add("connect", "connect fee", fee)

    def _usage(self) -> None:
        free_ms = min(self.rate.free_ms, self.bought)
        if free_ms:
            self.add("free", f"first {_time(free_ms)} free", 0, free_ms)
        before = 0
        split = self.rate.switch == "split"
        for piece in self.pieces:
            begins = max(piece.begins, free_ms)
            if piece.ends <= begins:
                continue
            step = piece.rate.steps[piece.step]
            price = step.price * MINUTE_MS / step.per_ms
            text = f'{_time(piece.ends - begins)} at {shown(price)}/min, rate "{piece.rate_id}"'
            if len(piece.rate.steps) > 1:
                text += f" step {piece.step + 1}"
            whole, rest = divmod(piece.ends - piece.begins, piece.increment_ms)
            if not split and not rest:
                text += f", {whole} x {_time(piece.increment_ms)}"
            if self.ceiling is not None and self.ceiling < step.micros_per_ms:
                price = self.ceiling * MINUTE_MS / MICROS_PER_DOLLAR
                text += f", held to {shown(price)}/min"
            after = MICRO.apply(self.usage(piece.ends))
            self.add("usage", text, after - before, piece.ends - begins, decimal_of_fraction(price))
            before = after

    def lowest(self) -> Fraction | None:
        """Return the lowest ceiling on the whole call, micro-dollars."""
        ceilings = []
        if self.ceiling is not None:
            ceilings.append(self.ceiling * self.basis_ms)
        if self.rate.max_per_started_minute is not None:
            minutes = -(-self.bought // MINUTE_MS)
            ceilings.append(self.rate.max_per_started_minute * MICROS_PER_DOLLAR * minutes)
        if self.rate.max_total is not None:
            ceilings.append(Fraction(self.rate.max_total))
        return min(ceilings, default=None)

    def _build(self) -> None:
        rated = self.rated
        if not self.bought:
            return
        self._connect()
        self._usage()
        exact = self.usage(self.bought)
        if not self.bars_connect:
            exact += self.rate.connect_fee
        if exact < self.rate.min_total:
            text = f"minimum charge {shown(dollars(self.rate.min_total))}"
            self.add("minimum", text, self.rate.min_total - self.sum)
            exact = Fraction(self.rate.min_total)
        lowest = self.lowest()
        if lowest is not None and lowest < exact:
            cap = ceiling_of(rated)
            assert cap is not None
            text = f"ceiling {_limit(cap, self)}: {cap.source}"
            self.add("ceiling", text, MICRO.apply(lowest) - self.sum)
        if self.sum != rated.net_micros:
            rounding = rated.tariff.document.rounding
            text = f"rounding to {shown(dollars(rounding.unit_micros))}, {rounding.mode}"
            self.add("rounding", text, rated.net_micros - self.sum)
        if self.share:
            ruling = ruling_of(rated)
            assert ruling is not None
            assert ruling.state_share is not None
            text = f"the state pays {_percent(self.share)}: {ruling.state_share.citation}"
            self.add("state_paid", text, -rated.state_paid_micros)
        self._taxes()
        assert self.sum == rated.total_micros, "the lines do not sum to the total"

    def _taxes(self) -> None:
        left = self.sum
        prior = 0
        for numerator, denominator, unit, mode, on_prior, number in self.taxes:
            tax = self.rated.tariff.compiled.taxes[number]
            base = left + prior if on_prior else left
            exact = Fraction(numerator, denominator) * base
            amount = Rounding(MODES[mode], unit).apply(exact) if left else 0
            what = "net and earlier taxes" if on_prior else "net"
            text = (
                f"tax {tax.id}: {_percent(tax.percent / 100)} of {what} {shown(dollars(base))}, "
                f"rounded {MODES[mode]} to {shown(dollars(unit))}"
            )
            self.add(f"tax:{tax.id}", text, amount)
            prior += amount


def lines_of(rated: RatedCall) -> tuple[Line, ...]:
    """Return everything that makes up a call's total; see `RatedCall.lines`."""
    return () if rated.rate_id is None else tuple(_Account(rated).lines)


def _percent(share: Fraction) -> str:
    return f"{decimal_of_fraction(share * 100).normalize():f} %"


def _time(ms: int) -> str:
    """Return a time as people write it: 90 s, 10 min, 1 h 30 min, 613.250 s."""
    seconds, rest = divmod(ms, 1000)
    if rest:
        return f"{seconds}.{rest:03} s"
    if seconds % 3600 == 0 and seconds:
        return f"{seconds // 3600} h"
    if seconds % 60 == 0 and seconds:
        return f"{seconds // 60} min"
    return f"{seconds} s"


def _limit(cap: Ceiling, account: _Account) -> str:
    """Return a ceiling and the time it is multiplied with."""
    if cap.per_minute is None:
        return shown(dollars(account.rate.max_total or 0))
    if cap.source == "contract":
        return f"{shown(cap.per_minute)} x {-(-account.bought // MINUTE_MS)} started minutes"
    return f"{shown(cap.per_minute)}/min x {_time(account.basis_ms)}"


def explain(rated: RatedCall) -> str:
    """Return a receipt; see `RatedCall.explain`."""
    call = rated.call
    facility = _facility(rated)
    zone = load_zone(facility.timezone)
    offset_ms = zone.offset_ms(call.start_ms)
    utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=call.start_ms)
    wall = (utc + timedelta(milliseconds=offset_ms)).replace(tzinfo=None)
    sign = "-" if offset_ms < 0 else "+"
    offset = f"{sign}{abs(offset_ms) // 3_600_000:02}:{abs(offset_ms) // 60_000 % 60:02}"
    heads = [
        f"Call from {facility.id} to {call.number}"
        + (f" ({call.call_id})" if call.call_id else ""),
        f"  {call.medium}, {call.bill_type}, {rated.jurisdiction}, class {rated.rate_class}"
        + (f", relay {call.relay}" if call.relay != "none" else ""),
        f"  began {wall.isoformat(' ')}{offset} {facility.timezone}, {utc:%Y-%m-%dT%H:%M:%SZ}",
        f"  lasted {_time(call.duration_ms)}"
        + ("" if call.authorized_ms is None else f", authorised {_time(call.authorized_ms)}")
        + f", billed {_time(rated.billed_ms)}",
    ]
    if rated.rate_id is None:
        return "\n".join([*heads, "", "  not answered: nothing to pay"])
    account = _Account(rated)
    heads.append(f"  contract {facility.contract}, rate {rated.rate_id} ({account.rate.where})")
    rows: list[tuple[str, str]] = []
    told_net = False
    for line in account.lines:
        if not told_net and (line.kind == "state_paid" or line.kind.startswith("tax:")):
            rows.append(("net", shown(rated.net, 6)))
            told_net = True
        rows.append((line.text, shown(line.amount, 6)))
    if not told_net:
        rows.append(("net", shown(rated.net, 6)))
    rows.append(("total", shown(rated.total, 6)))
    width = max(len(amount) for _, amount in rows)
    body = [f"  {amount.rjust(width)}  {text}" for text, amount in rows]
    return "\n".join([*heads, "", *body, "", *_ceiling_text(rated, account)])


def as_html(rated: RatedCall) -> str:
    """Return a receipt for a notebook: what makes up the total, and the rule that governed."""
    call = rated.call
    began = f"{datetime(1970, 1, 1) + timedelta(milliseconds=call.start_ms):%Y-%m-%d %H:%M:%S}"
    caption = f"{call.facility} to {call.number}, {began} UTC, {_time(call.duration_ms)}"
    lines = lines_of(rated)
    cap = ceiling_of(rated) if lines else None
    told = f"{rated.jurisdiction}, class {rated.rate_class}, rate {rated.rate_id}"
    return table(
        caption,
        ("", "amount"),
        [(line.text, line.amount) for line in lines],
        total=("total", rated.total),
        note=("not answered" if rated.rate_id is None else told)
        + (f"; ceiling of {cap.source}: {cap.citation}" if cap is not None else ""),
    )


def _ceiling_text(rated: RatedCall, account: _Account) -> list[str]:
    facility = _facility(rated)
    if not facility.regulated and rated._governs == 0:
        return ["  no ceiling: the facility's regulation is none and its contract has no limit"]
    cap = ceiling_of(rated)
    if cap is None:
        text = ["  no ceiling was found for this call; that is no ceiling of 0"]
    else:
        text = [
            f"  ceiling: {_limit(cap, account)}, {cap.source}, confidence {cap.confidence}",
            f"    {cap.citation}",
        ]
        if rated.saved_micros:
            text.append(f"    regulation took off {shown(dollars(rated.saved_micros), 6)}")
    ruling = ruling_of(rated)
    if ruling is not None:
        others = {
            f"    not {other.regime} {shown(other.per_minute)}/min: {other.reason}": None
            for other in ruling.candidates
            if other.per_minute is not None and not other.governs
        }
        text += others  # those that concern such a facility; cap.candidates has all
    return text
