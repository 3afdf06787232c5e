"""Limits of DTMF: every parameter acts, and what the standards ask for holds at the boundary."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from tests.fraud.sounds import KEYS, Sound, digit, heard, noise, pcm, silence, sine

from securecall import _dsp
from securecall.errors import InputError
from securecall.fraud import DtmfLimits, ToneDetector
from securecall.fraud.bench.codec import coded
from securecall.fraud.dsp import MF_SYSTEMS, STANDARDS, TONES_HZ, limits_of

# An onset every so many samples of the hop of 40: each key has them all, and drawn phases.
PLACES = range(0, 160, 11)


def digits(sound: Sound, limits: DtmfLimits | str | None = "bellcore", place: int = 0) -> str:
    """Return what is heard in a sound between silences."""
    line = pcm(silence(60), np.zeros(place), sound, silence(90))
    return heard(ToneDetector(dtmf=limits, plan=None).feed(line))


def phases(key: str, place: int) -> tuple[float, float]:
    drawn = np.random.default_rng((ord(key), place)).uniform(0, 2 * np.pi, 2)
    return float(drawn[0]), float(drawn[1])


def wrong(
    accepted: bool, places: range = PLACES, limits: Any = "bellcore", **how: Any
) -> list[str]:
    """Return where keys that are sent so are not judged as they must be."""
    found = []
    for key in KEYS:
        for place in places:
            sound = digit(key, phases=phases(key, place), **how)
            if digits(sound, limits, place) != (key if accepted else ""):
                found.append(f"{key} at {place}")
    return found


class TestEveryParameterActs:
    """Each changes what is heard of one signal, when it alone is changed."""

    @pytest.mark.parametrize(
        ("changed", "sound"),
        [
            ({"accept_ms": 60.0}, digit("5", 40)),
            ({"refuse_ms": 35.0, "accept_ms": 46.0}, digit("5", 36)),
            ({"accept_deviation": 0.005}, digit("5", low_off=0.0165)),
            ({"refuse_deviation": 0.0175}, digit("5", high_off=0.018)),
            ({"twist_db_max": 1.0}, digit("5", low_dbm0=-14)),
            ({"twist_db_min": -3.0}, digit("5", high_dbm0=-17)),
            ({"level_dbm0_min": -10.0}, digit("5", low_dbm0=-36, high_dbm0=-36)),
            ({"refuse_dbm0": -30.0}, digit("5", low_dbm0=-30, high_dbm0=-30)),
            ({"snr_db_min": 26.0}, digit("5") + noise(-27, 50, 1)),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
    )
    def test_stricter(self, changed: dict[str, float], sound: Sound) -> None:
        assert digits(sound) == "5"
        assert digits(sound, DtmfLimits(**changed)) == ""

    @pytest.mark.parametrize(
        ("changed", "sound"),
        [
            ({"accept_ms": 34.0}, digit("5", 30)),
            ({"refuse_ms": 10.0}, digit("5", 28)),
            ({"accept_deviation": 0.03}, digit("5", low_off=0.027, high_off=-0.027)),
            ({"refuse_deviation": 0.05}, digit("5", low_off=0.021)),
            ({"twist_db_max": 9.0}, digit("5", low_dbm0=-19)),
            ({"twist_db_min": -14.0}, digit("5", high_dbm0=-24)),
            ({"level_dbm0_min": -40.0}, digit("5", low_dbm0=-44, high_dbm0=-44)),
            ({"refuse_dbm0": -70.0}, digit("5", low_dbm0=-44, high_dbm0=-44)),
            ({"snr_db_min": 6.0}, digit("5") + noise(-15, 50, 1)),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
    )
    def test_laxer(self, changed: dict[str, float], sound: Sound) -> None:
        assert digits(sound) == ""
        assert digits(sound, DtmfLimits(**changed)) == "5"

    @pytest.mark.parametrize(
        ("changed", "pause_ms", "before", "after"),
        [
            ({"pause_ms": 20.0}, 21, "5", "5 5"),
            ({"pause_ms": 80.0}, 45, "5 5", "5"),
            ({"bridge_ms": 30.0}, 33, "5 5", "5"),
            ({"bridge_ms": 1.0, "pause_ms": 30.0}, 21, "5", "5 5"),
        ],
    )
    def test_of_pauses(
        self, changed: dict[str, float], pause_ms: float, before: str, after: str
    ) -> None:
        sound = np.concatenate([digit("5", 60), silence(pause_ms), digit("5", 60)])
        assert digits(sound) == before
        assert digits(sound, DtmfLimits(**changed)) == after

    def test_none_is_left_out(self) -> None:
        acting = {
            "accept_ms", "refuse_ms", "accept_deviation", "refuse_deviation", "twist_db_max",
            "twist_db_min", "level_dbm0_min", "refuse_dbm0", "pause_ms", "bridge_ms", "snr_db_min",
        }  # fmt: skip
        assert {field.name for field in fields(DtmfLimits)} == acting

    def test_the_dial_tone_filter_acts(self) -> None:
        # ITU-T Q.24 leaves it open; MT8870D: a dial tone 22 dB above the digit.
        dial = sine(350, -6, 900) + sine(440, -6, 900)
        dial[4000:4400] += digit("9", 50, low_dbm0=-28, high_dbm0=-28)
        line = pcm(dial)
        assert heard(ToneDetector().feed(line)) == "9"
        assert heard(ToneDetector(dial_tone_filter=False).feed(line)) == ""

    def test_none_hears_no_digit(self) -> None:
        assert digits(digit("5"), None) == ""


class TestBellcoreLimits:
    """ITU-T Q.24, column AT&T, for all keys, many places in a hop and drawn phases."""

    def test_40_ms_are_accepted(self) -> None:
        assert wrong(True, ms=40) == []

    def test_23_ms_are_refused(self) -> None:
        assert wrong(False, ms=23) == []

    @pytest.mark.parametrize(
        ("low", "high"), [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)]
    )
    def test_deviations_of_one_and_a_half_percent_are_accepted(self, low: int, high: int) -> None:
        how = {"low_off": 0.015 * low, "high_off": 0.015 * high}
        assert wrong(True, range(0, 160, 33), ms=45, **how) == []

    @pytest.mark.parametrize(
        ("low", "high"), [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)]
    )
    def test_deviations_of_three_and_a_half_are_refused(self, low: int, high: int) -> None:
        how = {"low_off": 0.035 * low, "high_off": 0.035 * high}
        assert wrong(False, range(0, 160, 33), ms=100, **how) == []

    @pytest.mark.parametrize(("low_dbm0", "high_dbm0"), [(-14, -10), (-10, -18), (-4, 0), (0, -8)])
    def test_twist_is_accepted(self, low_dbm0: float, high_dbm0: float) -> None:
        assert wrong(True, ms=40, low_dbm0=low_dbm0, high_dbm0=high_dbm0) == []

    @pytest.mark.parametrize(
        ("low_dbm0", "high_dbm0"), [(-25, -25), (0, 0), (-25, -21), (-17, -25)]
    )
    def test_levels_are_accepted(self, low_dbm0: float, high_dbm0: float) -> None:
        assert wrong(True, ms=40, low_dbm0=low_dbm0, high_dbm0=high_dbm0) == []

    def test_below_55_is_refused(self) -> None:
        assert wrong(False, ms=100, low_dbm0=-55, high_dbm0=-55) == []

    @pytest.mark.parametrize("hole_ms", [0.5, 1, 2, 3, 5, 7, 10])
    @pytest.mark.parametrize("ms", [50, 65, 80])
    def test_an_interruption_of_10_ms_or_less_is_none(self, ms: int, hole_ms: float) -> None:
        # A short one is the harder: it hides from what looks at 15 ms at once.
        for key in KEYS:
            for place in range(0, 160, 23):
                sound = digit(key, ms, phases=phases(key, place))
                begin = len(sound) // 4 + (len(sound) // 2 - round(8 * hole_ms)) * place // 160
                sound[begin : begin + round(8 * hole_ms)] = 0
                assert digits(sound, place=place) == key, (key, place)

    def test_a_pause_of_40_ms_is_one(self) -> None:
        for key in KEYS:
            for place in PLACES:
                one = digit(key, 53, phases=phases(key, place))
                two = digit(key, 53, phases=phases(key, place + 1))
                sound = np.concatenate([one, silence(40), two])
                assert digits(sound, place=place) == f"{key} {key}", (key, place)

    def test_digits_come_every_93_ms(self) -> None:
        keys = "1593D84A6#2*07CB"
        sounds = [part for key in keys for part in (digit(key, 45), silence(48))]
        assert digits(np.concatenate(sounds)) == " ".join(keys)

    def test_noise_15_db_below_is_borne(self) -> None:
        for key in KEYS:
            for place in PLACES:
                sounds = np.concatenate([silence(60), np.zeros(place), digit(key, 50), silence(90)])
                sounds += noise(-7 - 15, len(sounds) / 8, 1000 * place + ord(key))
                found = heard(ToneDetector(plan=None).feed(pcm(sounds)))
                assert found == key, (key, place)

    def test_an_echo_10_db_below_and_20_ms_late_is_borne(self) -> None:
        for key in KEYS:
            for place in PLACES:
                sound = np.concatenate([digit(key, 50, phases=phases(key, place)), silence(30)])
                sound[160:] += sound[:-160] * 10**-0.5
                assert digits(sound, place=place) == key, (key, place)


class TestStandards:
    def test_their_names(self) -> None:
        assert set(STANDARDS) == {
            "bellcore", "ntt", "etsi", "denmark", "brazil", "australia", "codec",
        }  # fmt: skip
        assert limits_of("bellcore") == DtmfLimits()
        assert limits_of(None) is None
        own = DtmfLimits(accept_ms=35)
        assert limits_of(own) is own

    @pytest.mark.parametrize("name", STANDARDS)
    def test_what_each_must_accept(self, name: str) -> None:
        limits = STANDARDS[name]
        off, low = limits.accept_deviation, limits.level_dbm0_min
        places = range(0, 160, 41)
        for twist_db in (limits.twist_db_max, limits.twist_db_min):
            how = {"low_dbm0": min(low, low - twist_db), "high_dbm0": min(low, low + twist_db)}
            how = {tone: dbm0 + abs(twist_db) for tone, dbm0 in how.items()}
            assert wrong(True, places, name, ms=limits.accept_ms, **how) == []
        for low_off, high_off in ((off, off), (-off, -off), (off, -off)):
            how = {"low_off": low_off, "high_off": high_off}
            assert wrong(True, places, name, ms=limits.accept_ms, **how) == []

    @pytest.mark.parametrize("name", STANDARDS)
    def test_what_each_must_refuse(self, name: str) -> None:
        limits = STANDARDS[name]
        places = range(0, 160, 41)
        assert wrong(False, places, name, ms=limits.refuse_ms) == []
        off = limits.refuse_deviation
        for how in ({"low_off": off}, {"high_off": -off}, {"low_off": -off, "high_off": off}):
            assert wrong(False, places, name, ms=100, **how) == []
        quiet = {"low_dbm0": limits.refuse_dbm0, "high_dbm0": limits.refuse_dbm0}
        assert wrong(False, places, name, ms=100, **quiet) == []

    @pytest.mark.parametrize(("wrong", "near"), [("NTT", "ntt"), ("brasil", "brazil")])
    def test_a_name_that_is_nearly_right(self, wrong: str, near: str) -> None:
        with pytest.raises(InputError, match=f"did you mean '{near}'"):
            limits_of(wrong)

    @pytest.mark.parametrize("wrong", [5, b"ntt", [], {}, 1.5])
    def test_what_is_no_standard(self, wrong: Any) -> None:
        with pytest.raises(InputError, match="no DTMF standard"):
            limits_of(wrong)


class TestLimitsThatCannotBe:
    @pytest.mark.parametrize("field", [field.name for field in fields(DtmfLimits)])
    @pytest.mark.parametrize(
        "wrong", [None, "40", True, float("nan"), float("inf"), float("-inf"), 1e300, -1e300, [1]]
    )
    def test_what_is_no_usual_number(self, field: str, wrong: Any) -> None:
        with pytest.raises(InputError):
            DtmfLimits(**{field: wrong})

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"accept_ms": 23.0}, "accept_ms"),
            ({"accept_ms": 33.0, "refuse_ms": 23.0}, "11 above"),
            ({"accept_ms": 20.0, "refuse_ms": 5.0}, "15 to 42"),
            ({"accept_ms": 60.0, "refuse_ms": 40.0}, "15 to 42"),
            ({"accept_deviation": 0.035}, "accept_deviation < refuse_deviation"),
            ({"accept_deviation": 0.0}, "0 < accept_deviation"),
            ({"refuse_deviation": 0.051}, "<= 0.05"),
            ({"twist_db_max": -0.1}, "0 <= twist_db_max"),
            ({"twist_db_min": 0.1}, "twist_db_min <= 0"),
            ({"level_dbm0_min": -55.0}, "refuse_dbm0 < level_dbm0_min"),
            ({"level_dbm0_min": 0.1}, "<= 0"),
            ({"refuse_dbm0": -80.1}, "-80"),
            ({"bridge_ms": 0.0}, "0 < bridge_ms"),
            ({"bridge_ms": 40.0}, "bridge_ms < pause_ms"),
            ({"pause_ms": 501.0}, "<= 500"),
            ({"snr_db_min": 2.9}, "3 to 30"),
            ({"snr_db_min": 31.0}, "3 to 30"),
        ],
    )
    def test_are_refused_with_the_rule(self, wrong: dict[str, float], told: str) -> None:
        with pytest.raises(InputError, match=told):
            DtmfLimits(**wrong)

    def test_those_at_the_edge_can_be(self) -> None:
        for fine in (
            {"accept_ms": 20.5, "refuse_ms": 9.5}, {"accept_ms": 48.0, "refuse_ms": 36.0},
            {"refuse_deviation": 0.05}, {"twist_db_max": 0, "twist_db_min": 0},
            {"level_dbm0_min": 0}, {"refuse_dbm0": -80}, {"bridge_ms": 39.9},
            {"pause_ms": 500}, {"snr_db_min": 3}, {"snr_db_min": 30},
        ):  # fmt: skip
            limits = DtmfLimits(**fine)
            assert digits(digit("5", 70, low_dbm0=-4, high_dbm0=-4), limits) == "5", fine
            assert limits != DtmfLimits()
        assert replace(DtmfLimits()) == DtmfLimits()


class TestBank:
    def test_the_face_knows_the_engines_tones(self) -> None:
        assert _dsp.LANE_HZ == TONES_HZ
        assert len(set(TONES_HZ)) == 48

    def test_the_tones_of_mf_are_those_of_their_lanes(self) -> None:
        hz = {name: tuple(TONES_HZ[lane] for lane in MF_SYSTEMS[name].lanes) for name in MF_SYSTEMS}
        assert hz == {
            "r1": (700, 900, 1100, 1300, 1500, 1700),
            "r2_forward": (1380, 1500, 1620, 1740, 1860, 1980),
            "r2_backward": (1140, 1020, 900, 780, 660, 540),
        }


class TestBehindCoders:
    """``codec`` takes digits that a coder of speech has roughened, at nominal frequencies."""

    def test_noise_at_12_db_is_let_pass(self) -> None:
        for key in KEYS:
            for seed in range(6):
                clean = digit(key, 60, phases=phases(key, seed))
                level = 10 * np.log10(2 * float(np.mean(clean**2))) + 3.14 - 12
                noisy = clean + noise(level, 61, seed)[: len(clean)]
                assert digits(noisy, "codec", seed) == key

    def test_frequencies_may_be_as_far_off_as_crystals_leave_them(self) -> None:
        for off in (-0.0075, 0.0075):
            assert wrong(True, PLACES[::4], "codec", low_off=off, high_off=off) == []
        assert wrong(False, PLACES[::4], "codec", low_off=0.016) == []
        assert wrong(True, PLACES[::4], "bellcore", low_off=0.015) == []

    def test_more_is_heard_behind_coders(self) -> None:
        found = {"bellcore": 0, "codec": 0}
        for key in KEYS:
            line = pcm(silence(200), digit(key, 60, low_dbm0=-18, high_dbm0=-17), silence(200))
            for limits in found:
                for chain in (("g723",), ("gsm", "gsm")):
                    behind = line
                    for each in chain:
                        behind = coded(behind, each)
                    found[limits] += heard(ToneDetector(dtmf=limits, plan=None).feed(behind)) == key
        assert found["codec"] > found["bellcore"]
        assert found["codec"] >= 24
