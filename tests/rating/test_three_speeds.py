"""One meaning, three speeds: the judge, the scalar engine and the batch agree on all that is drawn.

And the price curve agrees with both, forwards and backwards.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests import strategies
from tests.oracles import charging
from tests.rulings import packaged_ruling

from securecall.errors import AmountOverflow, CallRejected, TariffError
from securecall.money import AMOUNT_MICROS_MAX
from securecall.rating.call import Call
from securecall.rating.tariff import Tariff

SCHEMA = pa.schema(
    [
        ("facility", pa.string()),
        ("number", pa.string()),
        ("start", pa.int64()),
        ("duration_ms", pa.int64()),
        ("medium", pa.string()),
        ("bill_type", pa.string()),
        ("authorized_ms", pa.int64()),
        ("relay", pa.string()),
    ]
)


def load(text: str, decks: Mapping[str, Sequence[Mapping[str, str]]] | None = None) -> Tariff:
    """Load a drawn tariff; one whose units have no common measure is refused: not of interest."""
    files = {name: _csv(rows) for name, rows in (decks or {}).items()}
    try:
        return Tariff.loads(text, decks=files)
    except TariffError as error:
        assume("has no exact price" not in str(error))
        raise


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    names = list(rows[0])
    lines = [",".join(names), *(",".join(row[name] for name in names) for row in rows)]
    return "\n".join(lines) + "\n"


def fits_arrow(call: Mapping[str, Any]) -> bool:
    """Whether a drawn call can stand in a typed column at all."""
    try:
        pa.Table.from_pylist([_row(call)], SCHEMA)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
        return False
    return True


def _row(call: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {"medium": "audio", "bill_type": "prepaid", "authorized_ms": None, "relay": "none"}
    return {
        "start": call["start_ms"],
        **defaults,
        **{name: value for name, value in call.items() if name != "start_ms"},
    }


def of_result(result: charging.Result) -> dict[str, Any]:
    return {
        "status": result.status,
        "jurisdiction": result.jurisdiction,
        "rate_class": result.rate_class,
        "rate_id": result.rate_id,
        "billed_ms": result.billed_ms,
        "net": result.net,
        "tax": result.tax,
        "total": result.total,
        "state_paid": result.state_paid,
        "cap_saved": result.saved,
        "cap_source": result.cap_source,
    }


def of_scalar(tariff: Tariff, call: Mapping[str, Any]) -> dict[str, Any]:
    row = _row(call)
    try:
        rated = tariff.rate(Call(**row))
    except CallRejected as error:
        return {"status": error.status}
    except AmountOverflow:
        return {"status": "overflow"}
    cap = rated.cap
    assert rated.total_micros == sum(int(line.amount * 1_000_000) for line in rated.lines)
    assert rated.explain()
    return {
        "status": rated.status,
        "jurisdiction": rated.jurisdiction,
        "rate_class": rated.rate_class,
        "rate_id": rated.rate_id,
        "billed_ms": rated.billed_ms,
        "net": rated.net_micros,
        "tax": rated.tax_micros,
        "total": rated.total_micros,
        "state_paid": rated.state_paid_micros,
        "cap_saved": rated.saved_micros,
        "cap_source": None if cap is None else cap.source,
    }


def of_batch(row: Mapping[str, Any]) -> dict[str, Any]:
    amounts = ("net", "tax", "total", "state_paid", "cap_saved")
    return {
        **{name: row[name] for name in ("status", "jurisdiction", "rate_class", "rate_id")},
        "billed_ms": row["billed_ms"],
        "cap_source": row["cap_source"],
        **{name: None if row[name] is None else int(row[name] * 1_000_000) for name in amounts},
    }


def same(tariff: Tariff, judge: dict[str, Any], engine: dict[str, Any]) -> None:
    """Compare what both say; a rejected call has nothing but its status for the judge."""
    if engine["status"] == "overflow" and judge["status"] == "ok":
        # Units with a huge common denominator leave less room for the amount; see `_price.pxd`.
        scale = max(pricing.denominator for pricing in tariff.compiled.pricings)
        assert scale > 1 << 62
        assert (judge["net"] + judge["cap_saved"]) * scale >= 1 << 124
        return
    if judge["status"] not in ("ok", "unanswered"):
        assert engine["status"] == judge["status"]
        return
    assert engine == judge


@given(data=st.data())
def test_judge_scalar_and_batch_agree(data: st.DataObject) -> None:
    text = data.draw(strategies.tariffs(), label="tariff")
    doc = tomllib.loads(text)
    tariff = load(text)
    calls = data.draw(st.lists(strategies.calls(doc), min_size=1, max_size=6), label="calls")
    compare(tariff, doc, calls, {})


@given(data=st.data())
def test_they_agree_on_decks(data: st.DataObject) -> None:
    text, decks = data.draw(strategies.decked_tariffs(), label="tariff")
    doc = tomllib.loads(text)
    tariff = load(text, decks)
    calls = data.draw(
        st.lists(strategies.calls(doc, decks=decks), min_size=1, max_size=6), label="calls"
    )
    compare(tariff, doc, calls, decks)


def compare(
    tariff: Tariff,
    doc: Mapping[str, Any],
    calls: Sequence[Mapping[str, Any]],
    decks: Mapping[str, Sequence[Mapping[str, str]]],
) -> None:
    typed = [call for call in calls if fits_arrow(call)]
    judged = [of_result(charging.rate(doc, call, packaged_ruling, decks)) for call in typed]
    table = pa.Table.from_pylist([_row(call) for call in typed], SCHEMA)
    batch = tariff.rate_batch(table).to_pylist()
    assert len(batch) == len(typed)
    for call, judge, row in zip(typed, judged, batch, strict=True):
        event(judge["status"])
        same(tariff, judge, of_batch(row))
        if row["facility"] is not None and row["number"] is not None:
            if row["start"] is not None and row["duration_ms"] is not None and row["bill_type"]:
                known = {name: value for name, value in call.items() if value is not None}
                same(tariff, judge, of_scalar(tariff, known))


@given(data=st.data())
def test_the_curve_agrees_with_the_judge(data: st.DataObject) -> None:
    text = data.draw(strategies.tariffs(), label="tariff")
    doc = tomllib.loads(text)
    tariff = load(text)
    call = data.draw(strategies.calls(doc, bad=False), label="call")
    judge = charging.rate(doc, call, packaged_ruling)
    assume(judge.status == "ok")
    assert judge.total is not None
    assert judge.billed_ms is not None
    rated = tariff.rate(Call(**_row(call)))
    curve = tariff.curve(Call(**_row(call)))
    judged = charging.Curve(doc, call, packaged_ruling)
    inside = data.draw(st.integers(0, max(call["duration_ms"], 1)), label="inside")
    for elapsed in (0, 1, inside, call["duration_ms"], rated.billed_ms):
        assert curve.billed(elapsed) == judged.billed(elapsed)
        assert curve.next(elapsed) == judged.next(elapsed)
        assert curve.bought(elapsed) == judged.bought(elapsed)
        if judged.total(elapsed) <= AMOUNT_MICROS_MAX:
            assert curve.total_micros(elapsed) == judged.total(elapsed)
    lasted = min(call["duration_ms"], rated.billed_ms)
    assert curve.final_micros(rated.billed_ms, lasted) == judged.final(rated.billed_ms, lasted)
    balance = data.draw(
        st.sampled_from([judge.total, judge.total - 1, judge.total + 1, judge.total // 2, 0, -5]),
        label="balance",
    )
    limit = max(call["duration_ms"], 1) + 1
    reached, wanted = curve.reach_micros(balance), judged.reach(balance, limit)
    if wanted is None:
        assert reached is None or reached >= limit
    else:
        assert reached == wanted
    if reached is not None and not curve.prorate:
        assert curve.total_micros(reached) <= max(balance, 0)
        try:
            assert max(balance, 0) < curve.total_micros(curve.next(reached))
        except OverflowError:
            event("the next increment is beyond all amounts")


@given(data=st.data())
def test_a_price_is_cumulative_and_never_falls(data: st.DataObject) -> None:
    text = data.draw(strategies.tariffs(), label="tariff")
    tariff = load(text)
    call = data.draw(strategies.calls(tomllib.loads(text), bad=False), label="call")
    try:
        curve = tariff.curve(Call(**_row(call)))
        times = sorted(data.draw(st.lists(st.integers(0, 10_000_000), min_size=2, max_size=20)))
        totals = [curve.total_micros(elapsed) for elapsed in times]
    except (CallRejected, OverflowError):
        assume(False)
    assert totals == sorted(totals)
    assert curve.total_micros(0) == 0
    bought = 0
    for _ in range(5):  # however it is cut: increments follow each other without a gap
        after = curve.next(bought)
        assert curve.billed(bought + 1) == curve.billed(after) == after
        bought = after


@given(data=st.data(), pieces=st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_results_do_not_depend_on_how_a_table_is_split(
    data: st.DataObject, pieces: list[int]
) -> None:
    text = data.draw(strategies.tariffs(), label="tariff")
    tariff = load(text)
    calls = [data.draw(strategies.calls(tomllib.loads(text))) for _ in range(sum(pieces))]
    calls = [call for call in calls if fits_arrow(call)]
    table = pa.Table.from_pylist([_row(call) for call in calls], SCHEMA)
    whole = tariff.rate_batch(table)
    parts = []
    at = 0
    for size in pieces:
        parts.append(table.slice(at, size))
        at += size
    split = pa.concat_tables([tariff.rate_batch(part) for part in parts if part.num_rows])
    assert split.to_pylist() == whole.to_pylist()[: split.num_rows]
    assert tariff.rate_batch(pa.concat_tables(parts)).to_pylist() == whole.to_pylist()
