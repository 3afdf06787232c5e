"""Call waiting: alone, with a CAS, repeated, of other networks."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fraud.calls import laid, sas, watched
from tests.fraud.sounds import pair, silence, sine

from securecall.fraud import Event

CAS = pair(2130, 2750, 80, low_dbm0=-18, high_dbm0=-18)


def alerts(*placed: tuple[float, np.ndarray], seconds: float = 30, **rest: object) -> list[Event]:
    """Return what is said to be call waiting on a leg."""
    found = watched([("called", laid(seconds, *placed))], report_ends=False, **rest)
    return [event for event in found if event.kind == "call_waiting"]


@pytest.mark.parametrize(
    ("sound", "name"),
    [
        (sas(), "call_waiting"),
        (CAS, "cas"),
        (sine(400, -18, 100), "call_waiting_uk"),
        (np.concatenate([sine(440, -18, 200), silence(400), sine(440, -18, 200)]),
         "call_waiting_cellular"),
    ],
)  # fmt: skip
def test_each_network_has_its_own(sound: np.ndarray, name: str) -> None:
    (event,) = alerts((5, sound))
    assert (event.detail, event.grade) == (name, "note")
    assert event.start_ms == pytest.approx(5000, abs=15)
    assert event.cues["alerts"] == 1
    assert event.cues["snr_db"] > 15


def test_an_alert_with_its_cas_is_one() -> None:
    both = np.concatenate([sas(), silence(10), CAS])
    assert [event.detail for event in alerts((5, both))] == ["call_waiting"]


def test_repeated_ones_are_counted() -> None:
    found = alerts((2, sas()), (12, sas()), (29, sas()), seconds=31)
    assert [event.cues["alerts"] for event in found] == [1, 2, 1]
    assert found[1].cues["apart_ms"] == pytest.approx(9700, abs=50)
    assert found[1].cues["apart_ms_most"] >= 10_000
    assert "apart_ms" not in found[2].cues


def test_another_note_is_none() -> None:
    assert alerts((5, sine(466, -15, 300)), (15, sine(440, -15, 900))) == []


def test_where_no_tones_are_heard_there_is_none() -> None:
    assert alerts((5, sas()), plan=None) == []
