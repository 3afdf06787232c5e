"""The tariff as a value: loaded with all its faults at once, compiled, frozen, a key."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests import strategies
from tests.harris import by_minute, by_second, call, records, tariff, text

from securecall.errors import InputError, InputTypeError, TariffError
from securecall.rating.tariff import Tariff
from securecall.regulation import Rules

DECK = "prefix,price,per_ms,initial_ms,increment_ms\n52,0.15,60000,60000,60000\n"
DECKED = text(by_minute("0.10"), tail='[[contract.deck]]\nfile = "az.csv"\n')


def test_a_file_and_its_text_are_the_same_tariff(tmp_path: Path) -> None:
    path = tmp_path / "tariff.toml"
    path.write_text(text(), encoding="utf-8")
    assert Tariff.load(path) == Tariff.load(str(path)) == Tariff.loads(text())
    path.write_bytes(b"\xef\xbb\xbf" + text().encode())
    assert Tariff.load(path) == Tariff.loads(text())


def test_decks_lie_beside_the_tariff(tmp_path: Path) -> None:
    (tmp_path / "tariff.toml").write_text(DECKED, encoding="utf-8")
    (tmp_path / "az.csv").write_text(DECK, encoding="utf-8")
    house = Tariff.load(tmp_path / "tariff.toml")
    assert house == Tariff.loads(DECKED, decks={"az.csv": DECK})
    assert house == Tariff.loads(DECKED, decks={"az.csv": DECK.encode()})
    assert house.rate(call(number="+525512345678")).total == Decimal("0.15")


def test_a_missing_file_or_deck_is_a_tariff_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(TariffError, match=r"nowhere\.toml: file: cannot be read: no such file"):
        Tariff.load(tmp_path / "nowhere.toml")
    with pytest.raises(TariffError, match="cannot be read: is a directory"):
        Tariff.load(tmp_path)
    with pytest.raises(TariffError, match=r"az\.csv.*cannot be read: no such file"):
        Tariff.loads(DECKED)


def test_text_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tariff.toml"
    path.write_bytes(b"# one\n# two \xff\n")
    with pytest.raises(TariffError, match=r"tariff\.toml:2: text: must be UTF-8"):
        Tariff.load(path)
    with pytest.raises(TariffError, match="<text>:2: text: must be UTF-8"):
        Tariff.loads("# one\n# two \ud800\n")


@pytest.mark.parametrize("thing", [None, 5, b"currency = 1", ["x"]])
def test_what_is_no_text_is_refused_by_type(thing: object) -> None:
    with pytest.raises(InputTypeError, match=f"text must be text, not {type(thing).__name__}"):
        Tariff.loads(thing)  # type: ignore[arg-type]


def test_every_fault_is_told_at_once_with_line_value_rule_and_nearest_name() -> None:
    bad = text(by_minute("0.10") + '\nswitch = "call_strat"\nconnect_fee = 0.5\nfre_ms = 1')
    with pytest.raises(TariffError) as caught:
        Tariff.loads(bad, file="t.toml")
    lines = bad.splitlines()
    told = {fault.key.rpartition(".")[2]: fault for fault in caught.value.faults}
    assert set(told) == {"switch", "connect_fee", "fre_ms"}
    for key, fault in told.items():
        assert fault.file == "t.toml"
        assert fault.line is not None
        assert lines[fault.line - 1].startswith(key)
    assert told["switch"].nearest == "call_start"
    assert told["fre_ms"].nearest == "free_ms"
    assert told["connect_fee"].value == "0.5"
    assert "in quotes" in told["connect_fee"].rule
    assert "t.toml:" in str(caught.value)
    assert str(caught.value).startswith("the tariff has 3 faults:")
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


@pytest.mark.parametrize(
    "deep",
    [
        "currency" + ".a" * 5000 + " = 1\n",
        "currency = " + "[" * 900 + "]" * 900 + "\n",
        "currency = " + "{ a = " * 400 + "1" + " }" * 400 + "\n",
        "[" + ".".join(["a"] * 3000) + "]\n",
        "x = " + "9" * 5000 + "\n",
    ],
    ids=["dotted", "lists", "tables", "header", "digits"],
)
def test_text_nested_beyond_reason_is_a_tariff_error(deep: str) -> None:
    with pytest.raises(TariffError):
        Tariff.loads(deep)


def test_equal_digests_are_equal_tariffs_and_keys() -> None:
    one, same, other = tariff(), tariff(), tariff(by_second("0.07"))
    assert one == same
    assert one.digest == same.digest
    assert len(one.digest) == 64
    assert one != other
    assert one != one.digest
    assert {one: 1, other: 2}[same] == 1


def test_the_digest_holds_the_text_the_decks_and_the_rules() -> None:
    known = Tariff.loads(text(), known_at=date(2024, 1, 1))
    assert known.digest != tariff().digest
    assert known == tariff().known(date(2024, 1, 1))
    assert tariff().known(None) == tariff()
    dearer = DECK.replace("0.15", "0.16")
    decks = [Tariff.loads(DECKED, decks={"az.csv": deck}) for deck in (DECK, dearer)]
    assert decks[0].digest != decks[1].digest


def test_a_tariff_never_changes() -> None:
    house = tariff()
    for name in ("digest", "document", "compiled", "anything"):
        with pytest.raises(AttributeError, match="a tariff never changes"):
            setattr(house, name, None)
    with pytest.raises(AttributeError, match="a tariff never changes"):
        del house.digest


def test_a_tariff_pickles_with_its_decks_and_rules() -> None:
    house = Tariff.loads(DECKED, decks={"az.csv": DECK}, known_at=date(2025, 1, 1))
    for again in (pickle.loads(pickle.dumps(house)), copy.deepcopy(house), copy.copy(house)):
        assert again == house
        assert hash(again) == hash(house)
        assert again.file == house.file
        assert again.rate(call(number="+525512345678")).total == Decimal("0.15")


def test_a_pickled_tariff_rates_the_same_in_another_process() -> None:
    house = tariff(by_second("0.07"), regulated=True)
    code = (
        "import pickle, sys\n"
        "house, call = pickle.load(sys.stdin.buffer)\n"
        "print(house.digest, house.rate(call).total, house.curve(call).reach('10.00'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps((house, call())),
        capture_output=True,
        check=True,
    )
    reached = house.curve(call()).reach("10.00")
    expected = f"{house.digest} {house.rate(call()).total} {reached}"
    assert done.stdout.decode().strip() == expected


def test_its_text_names_the_file_and_the_digest() -> None:
    house = Tariff.loads(text(), file="harris.toml")
    assert repr(house).startswith("Tariff('harris.toml', 1 facilities, 1 rates, digest=")


def test_rules_may_be_given_and_overridden(tmp_path: Path) -> None:
    house = text(by_minute("0.30"), regulated=True)
    assert Tariff.loads(house, rules=Rules.default()) == Tariff.loads(house)
    with pytest.raises(InputError):
        Tariff.loads(house, overrides=[tmp_path / "nowhere.csv"])


def test_compare_and_lint_are_asked_of_the_tariff() -> None:
    house = tariff(by_minute("0.10"))
    found = house.compare(records(), tariff(by_minute("0.20")))
    assert found.rows.num_rows == 1
    assert isinstance(tariff(by_minute("0.05"), regulated=True).lint(), list)


# Whatever the text -------------------------------------------------------------------------------

BITS = st.sampled_from(
    [
        *('""', '"x"', "-1", "0", "1", "1.5", "nan", "inf", "1e400", "true", "[]", "{}", "9" * 30),
        *("2026-04-06", "1969-12-31", "2100-01-01", "07:32:00", "2026-04-06T00:00:00-05:00"),
        *('"24:00"', '"07:00"', '"+1"', '"any"', '"0.0000000000001"', '"999999999999.999999"'),
        *(
            '["any", "any"]',
            '["+52"]',
            "[[]]",
            "{ from = 1 }",
            "[{}]",
            '"1E5"',
            '"-0.01"',
            '"\\u0000"',
        ),
        *("366_000_000_000_000", "31_622_400_000", '"TX"', '"UTC"', "'''a\nb'''", "0x10", "60_000"),
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw the text of a good tariff with values, keys and lines exchanged."""
    lines = draw(strategies.tariffs()).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        key, equals, value = lines[at].partition(" = ")
        kind = draw(st.sampled_from(("value", "inside", "drop", "double", "move", "key", "text")))
        if kind == "value" and equals:
            lines[at] = key + equals + draw(BITS)
        elif kind == "inside" and equals:
            cut = draw(st.integers(0, len(value)))
            lines[at] = key + equals + value[:cut] + draw(BITS) + value[cut:]
        elif kind == "drop":
            lines[at] = ""
        elif kind == "double":
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
        elif kind == "move":
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
        elif kind == "key" and equals:
            lines[at] = (
                draw(st.sampled_from(("id", "steps", "when", "x", "a.b", '""'))) + equals + value
            )
        else:
            lines[at] += draw(st.text(max_size=3))
    return "\n".join(lines) + "\n"


@given(mutated())
def test_a_mutated_tariff_is_refused_with_its_faults_or_rates(written: str) -> None:
    try:
        house = Tariff.loads(written)
    except TariffError as error:
        refused = error
    else:
        event("let in")
        facility = house.document.facilities[0].id
        table = house.rate_batch(records([0, 1, 613_000], facility=facility), explain=True)
        assert table["status"].null_count == 0
        return
    event("refused")
    lines = written.count("\n") + 1
    for fault in refused.faults:
        assert fault.rule
        assert fault.line is None or 1 <= fault.line <= lines
        assert str(fault) in str(refused)


@settings(max_examples=60)
@given(st.text(alphabet="[]{}=.,\"'#\\ab1\n\r\t-:_+\ud800é", max_size=60))
def test_any_text_is_refused_in_our_own_words(written: str) -> None:
    with pytest.raises(TariffError):
        Tariff.loads(written)
