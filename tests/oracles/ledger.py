"""When money ends: the judge, walking time increment by increment in plain fractions.

It follows rules 5 to 10 of the charging law and imports nothing from securecall. A case is what
`tests/data/ledger_cases.jsonl` describes: accounts, tariffs, events at instants. `simulate` walks
it and says how each call ended, who paid what, and what is left; `draw` makes random cases whose
instants sit on and beside the edges of increments.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from random import Random
from typing import Any, Final

from tests.oracles.charging import zone_of

__all__ = ["Price", "draw", "simulate"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_MS: Final = 60_000
# Nothing in a drawn case goes on for longer; a call that would is one that never ends.
HORIZON_MS: Final = 5 * 3_600_000


# What a call costs --------------------------------------------------------------------------------


def _half_even(exact: Fraction) -> int:
    return round(exact)  # a fraction rounds to the even neighbour


def _to_unit(exact: Fraction, unit: int, mode: str) -> int:
    units = exact / unit
    if mode == "half_up":
        return floor(units + Fraction(1, 2)) * unit
    if mode == "half_even":
        return round(units) * unit
    return (ceil(units) if mode == "up" else floor(units)) * unit


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class Price:
    """What one call costs after any time; increments are walked and kept."""

    def __init__(self, tariff: Mapping[str, Any], start_ms: int) -> None:
        self.tariff, self.start_ms = tariff, start_ms
        self.zone = zone_of(tariff.get("tz", "UTC"))
        self.ends: list[int] = [0]  # where increments end
        self.rates: list[int] = []  # micro-dollars a minute, of each
        self.usage: list[Fraction] = [Fraction(0)]  # up to each end
        self._rates_at_start = self._rates(0)

    def __deepcopy__(self, memo: object) -> Price:
        return self  # what was walked is the same for every copy

    def _rates(self, elapsed_ms: int) -> Any:
        instant = EPOCH + timedelta(milliseconds=self.start_ms + elapsed_ms)
        wall = instant.astimezone(self.zone)
        now = wall.hour * 60 + wall.minute
        for window in reversed(self.tariff.get("windows", ())):
            begins, ends = _minutes(window["from"]), _minutes(window["to"])
            inside = begins <= now < ends if begins < ends else now >= begins or now < ends
            if inside:
                return window["rates"]
        return self.tariff["rates"]

    def _walk(self) -> None:
        begins = self.ends[-1]
        length = self.tariff["initial_ms"] if begins == 0 else self.tariff["increment_ms"]
        if self.tariff.get("switch") == "call_start":
            rates = self._rates_at_start
        else:
            rates = self._rates(begins)
        rate = [price for from_ms, price in rates if from_ms <= begins][-1]
        self.rates.append(rate)
        self.ends.append(begins + length)
        self.usage.append(self.usage[-1] + Fraction(rate * length, MINUTE_MS))

    def increment(self, elapsed_ms: int) -> int:
        """Return the number of the increment that an elapsed time lies in."""
        while self.ends[-1] <= elapsed_ms:
            self._walk()
        low, high = 0, len(self.ends) - 1
        while high - low > 1:
            middle = (low + high) // 2
            if self.ends[middle] <= elapsed_ms:
                low = middle
            else:
                high = middle
        return low

    def next(self, bought_ms: int) -> int:
        return self.ends[self.increment(bought_ms) + 1]

    def parts(self, bought_ms: int) -> dict[str, int]:
        """Return net and taxes of the time bought."""
        if bought_ms == 0:
            return {"net": 0}
        number = self.increment(bought_ms - 1)
        usage = self.usage[number]
        usage += Fraction(self.rates[number] * (bought_ms - self.ends[number]), MINUTE_MS)
        most = usage + self.tariff.get("connect_fee", 0)
        cap = self.tariff.get("cap_per_started_min")
        if cap is not None:
            most = min(most, Fraction(cap * ceil(Fraction(bought_ms, MINUTE_MS))))
        cap = self.tariff.get("cap_per_call")
        if cap is not None:
            most = min(most, Fraction(cap))
        net = _half_even(Fraction(most))
        found, prior = {"net": net}, 0
        for tax in self.tariff.get("taxes", ()) if net else ():
            base = net + prior if tax.get("base") == "net+prior" else net
            exact = base * Fraction(tax["pct"]) / 100
            amount = _to_unit(exact, tax["unit"], tax.get("mode", "half_up"))
            found[tax["name"]] = amount
            prior += amount
        return found

    def total(self, bought_ms: int) -> int:
        return sum(self.parts(bought_ms).values())


# When the money ends ------------------------------------------------------------------------------


class _Account:
    def __init__(self, name: str, doc: Mapping[str, Any]) -> None:
        self.name, self.direct = name, doc["type"] == "direct"
        self.posted = -doc.get("owed", 0) if self.direct else doc["balance"]
        self.limit = doc.get("credit_limit", 0)
        self.held = 0

    @property
    def available(self) -> int:
        return self.posted + self.limit - self.held


class _Call:
    def __init__(self, event: Mapping[str, Any], start_ms: int, price: Price) -> None:
        self.name = event["call"]
        self.funding = event["funding"]
        self.split = event.get("split", False)
        self.max_ms = event.get("max_ms")
        self.start_ms, self.price = start_ms, price
        self.bought = 0
        self.seconds: list[tuple[int, int]] = []
        self.taken: list[tuple[str, int]] = []
        self.end: int | None = None
        self.reason = ""
        self.refunded = 0
        self.refund_parts: dict[str, int] = {}

    @property
    def charged(self) -> int:
        return sum(amount for _, amount in self.taken)

    @property
    def due_ms(self) -> int:
        until = self.bought if self.max_ms is None else min(self.bought, self.max_ms)
        return self.start_ms + until


class _Walk:
    def __init__(self, case: Mapping[str, Any], t0: int) -> None:
        self.case, self.t0 = case, t0
        self.accounts = {name: _Account(name, doc) for name, doc in case["accounts"].items()}
        self.calls: dict[str, _Call] = {}  # in order of arrival
        self.deposits: dict[str, Any] = {}
        self.results: dict[str, Any] = {}

    def running(self) -> list[_Call]:
        live = [call for call in self.calls.values() if call.end is None]
        return sorted(live, key=lambda call: call.start_ms)  # stable: order of arrival

    def pay(self, call: _Call, price: int) -> bool:
        """Rule 6."""
        if price == 0:
            return True
        funding = [self.accounts[name] for name in call.funding]
        if call.split:
            if sum(max(each.available, 0) for each in funding) < price:
                return False
            for each in funding:
                part = min(max(each.available, 0), price)
                if part:
                    each.held += part
                    call.taken.append((each.name, part))
                    price -= part
            return True
        for each in funding:
            if each.available >= price:
                each.held += price
                call.taken.append((each.name, price))
                return True
        return False

    def due(self, call: _Call) -> None:
        """Do what falls due for a call: rules 5, 6 and 8."""
        elapsed = call.due_ms - call.start_ms
        if call.max_ms is not None and elapsed >= call.max_ms:
            self.finish(call, call.due_ms, "limit")
            return
        price, begins = call.price, call.bought
        if call.seconds and begins < call.seconds[-1][1]:
            after = min(begins + 1000, call.seconds[-1][1])
        else:
            after = price.next(begins)
            if self.pay(call, price.total(after) - price.total(begins)):
                call.bought = after
                return
            if self.case["tariffs"][self._tariff(call)].get("final", "whole") == "whole":
                self.finish(call, call.due_ms, "balance")
                return
            call.seconds.append((begins, after))
            after = min(begins + 1000, after)
        if self.pay(call, price.total(after) - price.total(begins)):
            call.bought = after
        else:
            self.finish(call, call.due_ms, "balance")

    def _tariff(self, call: _Call) -> str:
        for event in self.case["events"]:
            if event.get("call") == call.name and event["type"] == "call_start":
                return str(event["tariff"])
        raise KeyError(call.name)

    def finish(self, call: _Call, now: int, reason: str) -> None:
        call.end, call.reason = now, reason
        for name, amount in call.taken:
            self.accounts[name].held -= amount
            self.accounts[name].posted -= amount

    def settle(self, until: int, only: set[str] | None = None) -> None:
        """Do all that falls due up to an instant, it included, oldest call first."""
        while True:
            live = [call for call in self.running() if only is None or only & set(call.funding)]
            instant = min((call.due_ms for call in live), default=until + 1)
            if instant > until:
                return
            for call in live:
                if call.end is None and call.due_ms == instant:
                    self.due(call)

    def tied(self, names: list[str]) -> set[str]:
        """Return the accounts that running calls tie to some."""
        found = set(names)
        while True:
            ties = [set(call.funding) for call in self.running()]
            more = set().union(*(each for each in ties if found & each))
            if more <= found:
                return found
            found |= more

    # Events ---------------------------------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        for event in self.case["events"]:
            now = self.t0 + event["at"]
            self.settle(now - 1)
            getattr(self, f"do_{event['type']}")(event, now)
        self.settle(self.t0 + HORIZON_MS)
        return self.told()

    def do_settle(self, event: Mapping[str, Any], now: int) -> None:
        self.settle(now)

    def do_call_start(self, event: Mapping[str, Any], now: int) -> None:
        self.settle(now, self.tied(event["funding"]))
        tariff = self.case["tariffs"][event["tariff"]]
        call = _Call(event, now, Price(tariff, now))
        self.calls[call.name] = call
        self.due(call)
        if call.end is not None:
            call.reason = "refused"

    def do_hangup(self, event: Mapping[str, Any], now: int) -> None:
        call = self.calls[event["call"]]
        if call.end is not None:
            return
        if now == call.start_ms:  # rule 5: the first increment goes back
            for name, amount in call.taken:
                self.accounts[name].held -= amount
            call.taken, call.bought = [], 0
        self.finish(call, now, event.get("reason", "hangup"))

    def do_deposit(self, event: Mapping[str, Any], now: int) -> None:
        if self.accounts[event["account"]].direct:
            self.results[event["id"]] = "wrong_kind"
            return
        self.accounts[event["account"]].posted += event["gross"]
        self.deposits[event["id"]] = event

    def do_payment(self, event: Mapping[str, Any], now: int) -> None:
        if not self.accounts[event["account"]].direct:
            self.results[event["id"]] = "wrong_kind"
            return
        self.accounts[event["account"]].posted += event["amount"]

    def do_withdraw(self, event: Mapping[str, Any], now: int) -> None:
        account = self.accounts[event["account"]]
        if event["amount"] > account.available:
            self.results[event["id"]] = "insufficient_funds"
            return
        account.posted -= event["amount"]

    def do_limit(self, event: Mapping[str, Any], now: int) -> None:
        if not self.accounts[event["account"]].direct:
            self.results[event["id"]] = "wrong_kind"
            return
        self.accounts[event["account"]].limit = event["amount"]

    def do_chargeback(self, event: Mapping[str, Any], now: int) -> None:
        deposit = self.deposits[event["deposit"]]
        self.accounts[deposit["account"]].posted -= deposit["gross"] + event["fee"]

    def do_refund(self, event: Mapping[str, Any], now: int) -> None:
        call = self.calls[event["call"]]
        left = call.charged - call.refunded
        if call.end is None:
            self.results[event["id"]] = "call_running"
            return
        amount = left
        if event["policy"] == "amount":
            amount = event["amount"]
        elif event["policy"] == "rerate":
            amount = left - self._until(call, event["until_ms"])
        if amount > left:
            self.results[event["id"]] = "refund_exceeds_charge"
            return
        if amount <= 0:
            self.results[event["id"]] = "nothing_left"
            return
        # Every micro-dollar taken, the last first; what went back before is passed over.
        skip, rest = call.refunded, amount
        for name, taken in reversed(call.taken):
            passed = min(skip, taken)
            skip -= passed
            part = min(taken - passed, rest)
            rest -= part
            self.accounts[name].posted += part
        call.refunded += amount

    def _until(self, call: _Call, until_ms: int) -> int:
        """Return what a call would have cost, had it ended after a time."""
        assert call.end is not None
        if until_ms >= call.end - call.start_ms:
            return call.charged
        bought = 0
        while bought < until_ms:
            inside = [ends for begins, ends in call.seconds if begins <= bought < ends]
            bought = min(bought + 1000, inside[0]) if inside else call.price.next(bought)
        return call.price.total(bought)

    def told(self) -> dict[str, Any]:
        calls = {}
        for call in self.calls.values():
            parts = call.price.parts(call.bought) if call.end is not None else {"net": 0}
            by_account: dict[str, int] = {}
            for name, amount in call.taken:
                by_account[name] = by_account.get(name, 0) + amount
            calls[call.name] = {
                "connected": call.reason != "refused",
                "end_ms": None if call.end is None else call.end - call.start_ms,
                "reason": call.reason,
                "billed_ms": call.bought,
                "net": parts.pop("net"),
                "taxes": parts,
                "total": call.charged,
                "refunded": call.refunded,
                "by_account": by_account,
            }
        return {
            "calls": calls,
            "available": {name: each.available for name, each in self.accounts.items()},
            "posted": {name: each.posted for name, each in self.accounts.items()},
            "refusals": self.results,
        }


def simulate(case: Mapping[str, Any], t0: int) -> dict[str, Any]:
    """Walk a case from an instant on; a call that has not ended after five hours never does."""
    return _Walk(case, t0).run()


# Random cases -------------------------------------------------------------------------------------

ZONES: Final = ("America/Chicago", "America/St_Johns", "Australia/Lord_Howe", "UTC")
# Clocks change a little later: in spring, in autumn, half an hour at Lord Howe; and no change.
STARTS: Final = (
    datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 20, tzinfo=UTC),
    datetime(2026, 4, 4, 14, 30, tzinfo=UTC),
    datetime(2026, 1, 5, 15, 0, tzinfo=UTC),
    datetime(2026, 2, 1, 5, 59, tzinfo=UTC),
)
RATES: Final = (0, 1, 70_000, 210_000, 100_000, 60_000, 333_333, 900_000, 7)
INCREMENTS: Final = (1_000, 6_000, 30_000, 60_000, 60_000, 7_000, 61_500)


def _tariff(random: Random) -> dict[str, Any]:
    increment = random.choice(INCREMENTS)
    tariff: dict[str, Any] = {
        "rates": [[0, random.choice(RATES)]],
        "initial_ms": random.choice((increment, 60_000, 30_000)),
        "increment_ms": increment,
    }
    if random.random() < 0.3:
        tariff["rates"].append([random.choice((60_000, 90_000, 125_000)), random.choice(RATES)])
    if random.random() < 0.35:
        tariff["tz"] = random.choice(ZONES)
        edges = ("00:00", "01:00", "02:00", "02:30", "07:00", "09:05", "19:00", "23:59")
        begins, ends = random.sample(edges, 2)
        rates = [[0, random.choice(RATES)]]
        tariff["windows"] = [{"from": begins, "to": ends, "rates": rates}]
        if random.random() < 0.3:
            tariff["switch"] = "call_start"
    if random.random() < 0.25:
        tariff["connect_fee"] = random.choice((1, 250_000, 1_000_000))
    if random.random() < 0.2:
        tariff["cap_per_started_min"] = random.choice((0, 60_000, 160_000))
    if random.random() < 0.2:
        tariff["cap_per_call"] = random.choice((500_000, 1_234_567, 0))
    if random.random() < 0.4:
        tariff["taxes"] = [
            {
                "name": f"x{number}",
                "pct": random.choice(("6.25", "8.875", "3", "0.5")),
                "unit": random.choice((10_000, 10_000, 1, 1_000)),
                "mode": random.choice(("half_up", "half_even", "up", "down")),
                "base": random.choice(("net", "net+prior")),
            }
            for number in range(random.randint(1, 3))
        ]
    if random.random() < 0.35:
        tariff["final"] = "prorate_1s"
    return tariff


def _account(random: Random) -> dict[str, Any]:
    amount = random.choice((0, 1, 209_999, 210_000, 420_000, 1_000_000, 1_500_001, 3_333_333))
    amount += random.choice((0, 0, random.randint(0, 2_000_000)))
    kind = random.choice(("prepaid", "prepaid", "debit", "direct"))
    if kind == "direct":
        return {"type": kind, "credit_limit": amount, "owed": random.choice((0, 500_000))}
    return {"type": kind, "balance": amount}


def draw(seed: int) -> tuple[dict[str, Any], int]:
    """Return a random case and where its time begins; the same for the same seed."""
    random = Random(seed)
    tariffs = {f"t{number}": _tariff(random) for number in range(random.randint(1, 3))}
    accounts = {name: _account(random) for name in "abc"[: random.randint(1, 3)]}
    events: list[dict[str, Any]] = []
    started: list[str] = []
    deposits: list[str] = []
    now = 0
    for number in range(random.randint(2, 14)):
        now += random.choice((0, 0, 1, 999, 1_000, 30_000, 60_000, 60_000, 59_999, 120_000))
        now += random.choice((0, 0, 0, random.randint(0, 400_000)))
        kinds = ["call_start"] * 4 + ["deposit", "withdraw", "limit", "payment", "settle"]
        kinds += ["hangup", "hangup", "refund"] if started else []
        kinds += ["chargeback"] if deposits else []
        kind = random.choice(kinds)
        event: dict[str, Any] = {"at": now, "type": kind, "id": f"e{number}"}
        name = random.choice(list(accounts))
        if kind == "call_start":
            funding = random.sample(list(accounts), random.randint(1, len(accounts)))
            if random.random() < 0.5:
                funding = funding[:1]
            event |= {"call": f"c{number}", "tariff": random.choice(list(tariffs))}
            event |= {"funding": funding, "split": random.random() < 0.4}
            if random.random() < 0.3:
                event["max_ms"] = random.choice((1, 30_000, 60_000, 90_001, 600_000, 3_600_000))
            started.append(event["call"])
        elif kind == "hangup":
            event["call"] = random.choice(started)
        elif kind == "deposit":
            event |= {"account": name, "gross": random.choice((1, 210_000, 1_000_000, 630_000))}
            if accounts[name]["type"] != "direct":
                deposits.append(event["id"])
        elif kind in ("withdraw", "payment"):
            event |= {"account": name, "amount": random.choice((1, 210_000, 500_000))}
        elif kind == "limit":
            event |= {"account": name, "amount": random.choice((0, 210_000, 2_000_000))}
        elif kind == "chargeback":
            event |= {"deposit": deposits.pop(random.randrange(len(deposits)))}
            event["fee"] = random.choice((0, 150_000))
        elif kind == "refund":
            event |= {"call": random.choice(started)}
            event["policy"] = random.choice(("full", "amount", "rerate"))
            if event["policy"] == "amount":
                event["amount"] = random.choice((1, 100_000, 210_000))
            if event["policy"] == "rerate":
                event["until_ms"] = random.choice((0, 1, 59_999, 60_000, 60_001, 65_000))
        events.append(event)
    case = {"accounts": accounts, "tariffs": tariffs, "events": events}
    return case, round((random.choice(STARTS) - EPOCH).total_seconds() * 1000)
