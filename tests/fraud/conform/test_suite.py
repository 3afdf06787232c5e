"""The whole: which rows run, which columns stand, what the report says."""

from __future__ import annotations

import json

import pytest
from tests.fraud.conform.sounding import Deaf, Stubborn

from securecall.errors import InputError
from securecall.fraud.conform import receivers, suite
from securecall.fraud.conform.limits import limits, sweeps
from securecall.fraud.conform.progress import progress_rows
from securecall.fraud.conform.receivers import NotInstalledError, Receiver


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let receivers be ones that need no time, one of them not installed."""

    def missing() -> Receiver:
        raise NotInstalledError("apt-get install nothing")

    made = {"securecall": Deaf, "stubborn": Stubborn, "missing": missing}
    monkeypatch.setattr(receivers, "RECEIVERS", made)
    monkeypatch.setattr(Deaf, "name", "securecall")


def ids(**options: object) -> list[str]:
    asked: dict[str, object] = {"receivers": ["securecall"], "trials": 1, "seed": 1, **options}
    report = suite.run(**asked)  # type: ignore[arg-type]
    return [row.id for row in report.rows] + [f"sweep/{one.sweep.id}" for one in report.sweeps]


def test_a_row_can_be_asked_for_by_id_pattern_or_part() -> None:
    assert ids(only=["dtmf/decode"]) == ["dtmf/decode"]
    assert ids(only=["dtmf/tone-on-*"]) == ["dtmf/tone-on-accept", "dtmf/tone-on-refuse"]
    assert ids(only=["sweep/pause", "dtmf/hum"]) == ["dtmf/hum", "sweep/pause"]
    assert len(ids(only=["sweep"])) == len(sweeps())
    assert ids(only=["progress/g711/cas"]) == ["progress/g711/cas"]


def test_a_standard_has_its_rows() -> None:
    ntt = [f"dtmf/{row.id}" for row in limits() if row.standard == "ntt"]
    assert ids(standard="ntt") == ntt


def test_the_default_is_bellcore_and_call_progress() -> None:
    asked = [f"dtmf/{row.id}" for row in limits() if row.standard == "bellcore"]
    asked += [f"mf/{row.id}" for row in limits() if row.system != "dtmf"]
    asked += [f"progress/{row.id}" for row in progress_rows()]
    chosen = [name for name, _ in suite._chosen((), "bellcore", swept=False)]
    assert chosen == asked
    assert len(suite._chosen((), "bellcore", swept=True)) == len(asked) + len(sweeps())
    every = suite._chosen((), "all", swept=True)
    assert len(every) == len(limits()) + len(progress_rows()) + len(sweeps())


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"only": ["dtmf/frequncy"]}, "--only dtmf/frequncy: no row has such an id"),
        ({"standard": "itu"}, "a standard is one of bellcore, ntt, etsi"),
        ({"trials": 0}, "trials must be 1 or more, not 0"),
        ({"seed": -1}, "seed must be 0 or more, not -1"),
        ({"receivers": ["securecal"]}, "did you mean 'securecall'"),
    ],
)
def test_bad_input_is_named(options: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        ids(**options)


def test_the_report_says_everything_in_json() -> None:
    told: list[tuple[int, int]] = []
    report = suite.run(
        receivers=["securecall", "stubborn", "missing"], trials=2, seed=9,
        only=["dtmf/decode", "progress/g711/cas", "sweep/pause"],
        tell=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    said = json.loads(json.dumps(report.as_dict()))
    assert (said["seed"], said["trials"]) == (9, 2)
    assert [(one["name"], one["install"]) for one in said["receivers"]] == [
        ("securecall", None), ("stubborn", None), ("missing", "apt-get install nothing"),
    ]  # fmt: skip
    decode, cas = said["rows"]
    assert decode["receivers"]["securecall"]["sent"] == 16 * 2 * len(limits()[0].cases)
    assert decode["receivers"]["securecall"]["met"] is False
    assert decode["receivers"]["stubborn"]["rate"] == 1 / 16
    assert [one["case"] for one in decode["cases"]] == [one.text for one in limits()[0].cases]
    assert "stubborn" not in cas["receivers"]
    assert "missing" not in decode["receivers"]
    [pause] = said["sweeps"]
    assert len(pause["values"]) == len(pause["receivers"]["securecall"]["found"])
    assert told[-1][0] == told[-1][1] == len(told)
    assert report.missed() == ("dtmf/decode", "progress/g711/cas", "sweep/pause")
    assert report.missed("missing") == ()
