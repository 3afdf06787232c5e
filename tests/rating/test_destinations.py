"""Where rates apply, as the engine looks them up: longest prefix, then class, each best first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from securecall.errors import Fault
from securecall.money import Rounding
from securecall.rating.calendar import Calendar
from securecall.rating.call import Call
from securecall.rating.contract import Contract, Deck, Rate, Step, Termination, Where
from securecall.rating.destinations import CANDIDATES_MAX, Destinations
from securecall.rating.numbering import prefix_key
from securecall.rating.pricings import Pricings
from securecall.rating.tariff import Tariff
from securecall.rating.windows import Window
from securecall.rating.words import CLASSES

STEPS = (Step(0, Fraction(1), 60_000, 60_000),)
OTHER = (Step(0, Fraction(2), 60_000, 60_000),)
HOUR = 3_600_000


def rate(name: str, *destinations: str, **options: Any) -> Rate:
    return Rate(name, destinations or ("any",), options.pop("steps", STEPS), **options)


def laid_out(*contracts: Contract) -> tuple[Destinations, list[Fault]]:
    faults: list[Fault] = []
    found = Destinations(Calendar(), Pricings(Rounding(), faults), faults)
    for contract in contracts:
        found.add(contract)
    return found, faults


def best_first(found: Destinations, contract: int, destination: str) -> list[str]:
    """Return the ids of the rates of a destination, as the engine meets them."""
    parts = {name: view.tolist() for name, view in found.parts().items()}
    names = list(found.rate_ids)
    first_prefix, prefixes, *rest = parts["contracts"][contract]
    if destination in CLASSES:
        index = CLASSES.index(destination)
        first, count = rest[index], rest[5 + index]
    else:
        rows = parts["prefixes"][first_prefix : first_prefix + prefixes]
        [(first, count)] = [row[2:] for row in rows if tuple(row[:2]) == prefix_key(destination)]
    return [names[row[1]] for row in parts["rates"][first : first + count]]


def test_the_rates_of_a_destination_stand_best_first() -> None:
    found, _ = laid_out(
        Contract(
            "c",
            (
                rate("plain", "any", "+52"),
                rate("later", "any", effective_from=date(2026, 1, 1)),
                rate("night", "any", when=(Window(from_ms=1, to_ms=2),)),
                rate("audio", "any", medium="audio"),
                rate("first", "any", priority=1),
            ),
        )
    )
    assert best_first(found, 0, "any") == ["first", "audio", "night", "later", "plain"]
    assert best_first(found, 0, "52") == ["plain"]
    assert best_first(found, 0, "local") == []


def test_prefixes_of_a_contract_are_sorted_and_each_contract_has_its_own() -> None:
    found, _ = laid_out(
        Contract("c", (rate("a", "+52", "+525", "+1713", "+4"),)),
        Contract("d", (rate("b", "+52"),)),
    )
    parts = found.parts()
    rows = [tuple(row[:2]) for row in parts["prefixes"].tolist()]
    own = [prefix_key(prefix) for prefix in ("1713", "4", "52", "525")]
    assert rows == [*own, prefix_key("52")]
    assert best_first(found, 0, "52") == ["a"]
    assert best_first(found, 1, "52") == ["b"]


def test_media_and_bill_types_are_sets_of_bits() -> None:
    found, _ = laid_out(
        Contract(
            "c",
            (
                rate("all", "any"),
                rate("some", "local", medium="video", bill_types=frozenset({"prepaid", "collect"})),
            ),
        )
    )
    by_name = {list(found.rate_ids)[row[1]]: row for row in found.parts()["rates"].tolist()}
    assert by_name["all"][3:] == [0b11, 0b11111]
    assert by_name["some"][3] == 0b10
    assert by_name["some"][4].bit_count() == 2


def test_a_deck_and_a_rate_of_one_prefix_are_sorted_together() -> None:
    deck = Deck(
        rate("", priority=1),
        ((STEPS, 0), (OTHER, 0)),
        ("52", "44"),
        ("+52", "+44"),
        (0, 1),
        "d",
        "",
    )
    found, _ = laid_out(Contract("c", (rate("r", "+52"),), (deck,)))
    assert best_first(found, 0, "52") == ["+52", "r"]
    assert best_first(found, 0, "44") == ["+44"]
    assert len(found.pricings.all) == 2  # one of them is the rate's as well


def test_terminations_are_laid_out_like_a_contract_behind_all_others() -> None:
    found, _ = laid_out(Contract("c", (rate("a"),)))
    assert found.add_terminations(()) == -1
    one = Termination("52", Fraction("0.01"))
    assert found.add_terminations((one, Termination("525", Fraction("0.02")))) == 1
    assert found.parts()["contracts"].tolist()[1][:2] == [0, 2]


# Bounds ------------------------------------------------------------------------------------------


def test_too_many_rates_that_take_turns_for_one_number_are_a_fault() -> None:
    window = (Window(from_ms=0, to_ms=1),)
    where = Where("t.toml", 3, "contract[0]")

    def contract(count: int, when: tuple[Window, ...] | None) -> Contract:
        rates = tuple(rate(f"r{n}", "+52", priority=n, when=when) for n in range(count))
        return Contract("c", (*rates, rate("any")), where=where)

    assert laid_out(contract(CANDIDATES_MAX, window))[1] == []
    assert laid_out(contract(CANDIDATES_MAX + 1, None))[1] == []  # the first one is always it
    [fault] = laid_out(contract(CANDIDATES_MAX + 1, window))[1]
    assert str(fault) == (
        't.toml:3: contract[0] = "c": has more than 250 rates with windows or dates for one number'
    )


def test_rates_of_shorter_prefixes_and_of_classes_count_for_a_number_too() -> None:
    window = (Window(from_ms=0, to_ms=1),)

    def spread(*destinations: str) -> Contract:
        rates = (
            rate(f"{destination}-{n}", destination, priority=n, when=window)
            for destination in destinations
            for n in range(100)
        )
        return Contract("c", tuple(rates))

    assert laid_out(spread("+5", "+525"))[1] == []
    assert laid_out(spread("+5", "+4", "+6"))[1] == []  # no number has two of these
    assert len(laid_out(spread("+5", "+525", "+52"))[1]) == 1
    assert len(laid_out(spread("+5", "+525", "any"))[1]) == 1


# What it comes to --------------------------------------------------------------------------------

TARIFF = """
[[facility]]
id = "f"
kind = "jail"
state = "TX"
timezone = "America/Chicago"
contract = "c"
local = ["+1713"]
[[contract]]
id = "c"
"""
STEP = 'steps = [{ price = "0.01", per_ms = 60_000, increment_ms = 60_000 }]\n'


def which(*rates: str, number: str = "+17135550123", **asked: Any) -> str | None:
    tables = "".join(f"[[contract.rate]]\n{each}\n{STEP}" for each in rates)
    start = asked.pop("start", datetime(2026, 5, 1, 18, tzinfo=UTC))
    rated = Tariff.loads(TARIFF + tables).rate(Call("f", number, start, 60_000, **asked))
    return rated.rate_id


def test_the_most_specific_destination_goes_before_any_priority() -> None:
    rates = [
        f'id = "{name}"\ndestinations = ["{name}"]\npriority = {n}'
        for n, name in enumerate(("+17135", "+1713", "local", "intrastate", "any"))
    ]
    for n in range(len(rates)):
        name = ("+17135", "+1713", "local", "intrastate", "any")[n]
        assert which(*rates[n:]) == name


def test_local_falls_back_to_the_class_of_the_jurisdiction() -> None:
    intrastate = 'id = "intra"\ndestinations = ["intrastate"]'
    assert which(intrastate, 'id = "any"') == "intra"
    assert which(intrastate, 'id = "any"', number="+12125550123") == "any"


def test_a_longer_prefix_that_is_not_in_force_gives_way_to_a_shorter_one() -> None:
    later = 'id = "later"\ndestinations = ["+1713"]\neffective_from = 2026-06-01'
    video = 'id = "video"\ndestinations = ["+17135"]\nmedium = "video"'
    assert which(later, video, 'id = "any"') == "any"
    assert which(later, video, 'id = "any"', medium="video") == "video"
    after = datetime(2026, 6, 1, 5, tzinfo=UTC)
    assert which(later, video, 'id = "any"', start=after) == "later"
