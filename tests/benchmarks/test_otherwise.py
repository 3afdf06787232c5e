"""The same calls as other lines and rooms would bring them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from benchmarks.evidence.calls import Batch
from benchmarks.evidence.making import Hearer
from benchmarks.evidence.otherwise import (
    OUTSIDE,
    coders,
    otherwise,
    people,
    recordings,
    rooms,
    switches,
    voices,
)
from benchmarks.evidence.otherwise.endings import ENDINGS, as_float, ended
from parselmouth import Sound

from securecall.errors import BuildError, InputError
from securecall.fraud.bench import Call, Label, Simulator
from securecall.fraud.bench.codec import coded, missing
from securecall.fraud.bench.corpora import Clip, Corpora, open_corpora
from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.bench.sound import Audio, at_level
from securecall.fraud.conform.levels import Pcm, level_dbm0

RATE = 8000
HERE = tuple(
    name for name in coders.CODERS
    if name not in missing() and (name not in coders.SPEEX or shutil.which("speexenc"))
)  # fmt: skip


@pytest.fixture(autouse=True)
def coders_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speex is a package of Debian that nothing else here needs."""
    for module in ("benchmarks.evidence.otherwise", "benchmarks.evidence.otherwise.switches"):
        monkeypatch.setattr(f"{module}.CODERS", HERE)


def calls(count: int = 8) -> tuple[list[Call], Corpora]:
    corpora = open_corpora()
    simulator = Simulator(5, corpora, call_s=80.0)
    return [simulator.call(index) for index in range(count)], corpora


def talk(seconds: float = 100.0, dbm0: float = -20.0) -> Pcm:
    """Turns of a made voice with pauses of faint noise."""
    voice = open_corpora().talkers[0].speech()
    said = np.resize(voice, round(seconds * RATE)) * np.float32(10 ** ((dbm0 + 20) / 20))
    at_s = np.arange(len(said)) / RATE
    said[(at_s % 5) > 3] = 0
    noise = np.random.default_rng(1).normal(0, 8, len(said))
    return np.clip(np.rint(said * 32768 + noise), -32768, 32767).astype(np.int16)


def on_law(samples: Pcm, law: str = "mulaw") -> float:
    return float(np.mean(coded(samples, law) == samples))


class One(Dice):
    """Dice that choose one thing wherever it can be chosen."""

    def __init__(self, *wanted: object, seed: int = 1) -> None:
        super().__init__(np.random.default_rng(seed))
        self.wanted = wanted

    def one_of(self, choices: Sequence[Any]) -> Any:
        return next((one for one in choices if one in self.wanted), None) or super().one_of(choices)


class TestCalls:
    def test_the_same_call_is_the_same_otherwise(self) -> None:
        made, corpora = calls(3)
        for call in made:
            one, other = (otherwise(call, corpora) for _ in range(2))
            assert one.labels == other.labels
            assert all(np.array_equal(one.legs[leg], other.legs[leg]) for leg in call.legs)

    def test_nothing_that_happens_is_lost_and_legs_stay_as_long(self) -> None:
        made, corpora = calls()
        changed = 0
        for call in made:
            other = otherwise(call, corpora)
            assert set(call.labels) <= set(other.labels)
            assert len(other.labels) <= len(call.labels) + 1
            assert other.lost is call.lost
            for leg, samples in call.legs.items():
                assert other.legs[leg].shape == samples.shape
                assert other.legs[leg].dtype == np.int16
                changed += not np.array_equal(other.legs[leg], samples)
        assert changed > len(made) / 2

    def test_a_call_that_goes_elsewhere_gets_no_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made, corpora = calls(1)
        third = Label("three_way", "analogue", OUTSIDE, 20, 24, 22)

        roomy = []

        def told(samples: Pcm, *_: object) -> Pcm:
            roomy.append(samples)
            return samples

        monkeypatch.setattr("benchmarks.evidence.otherwise.lived_in", told)
        for index in range(40):
            otherwise(replace(made[0], index=index, labels=(third,)), corpora)
        assert not roomy
        for index in range(40):
            otherwise(replace(made[0], index=index, labels=()), corpora)
        assert 15 < len(roomy) < 40


class TestVoices:
    def test_faster_is_shorter_and_higher(self) -> None:
        tone = np.sin(2 * np.pi * 500 / RATE * np.arange(RATE)).astype(np.float32)
        made = voices.faster(tone, 1.2)
        assert len(made) == pytest.approx(RATE / 1.2, abs=2)
        peak = np.argmax(np.abs(np.fft.rfft(made))) * RATE / len(made)
        assert peak == pytest.approx(600, abs=2)

    def test_each_voice_is_another_and_has_its_name(self) -> None:
        corpora = open_corpora()
        one, other = (voices.varied(corpora, dice(1, "voices", n)) for n in range(2))
        same = 0
        for plain, first, second in zip(
            corpora.talkers[:8], one.talkers[:8], other.talkers[:8], strict=True
        ):
            assert plain.name == first.name == second.name
            said = [talker.speech() for talker in (plain, first, second)]
            assert all(np.isfinite(each).all() for each in said)
            assert len(said[0]) not in {len(each) for each in said[1:]}
            same += len(said[1]) == len(said[2])  # the same person by chance
        assert same < 4
        again = voices.varied(corpora, dice(1, "voices", 0))
        assert np.array_equal(again.talkers[0].speech(), one.talkers[0].speech())

    def test_people_of_one_speaker_have_other_pitch_and_are_as_loud(self) -> None:
        speaker = open_corpora().talkers[2]
        hz = []
        for number in range(4):
            said = people.person(speaker, number)
            assert level_dbm0(said[np.abs(said) > 0]) == pytest.approx(people.SPOKEN_DBM0, abs=3)
            heard = Sound(said.astype(np.float64), RATE).to_pitch(0.01, 75, 600)
            found = heard.selected_array["frequency"]
            hz.append(float(np.median(found[found > 0])))
        assert max(hz) / min(hz) > 1.1

    def test_nobody_speaks_below_nothing(self) -> None:
        # A melody that falls there makes Praat go on for ever.
        for number in range(people.PEOPLE):
            assert len(people.person(open_corpora().talkers[5], number)) > 10 * RATE

    def test_who_was_made_is_kept(self, tmp_path: Path) -> None:
        speaker = open_corpora().talkers[0]
        made = people.person(speaker, 3, tmp_path)
        (kept,) = tmp_path.iterdir()
        assert kept.stat().st_size == 2 * len(made)
        assert np.array_equal(people.person(speaker, 3, tmp_path), made)
        assert np.array_equal(people.person(speaker, 3), made)
        other = replace(speaker, clips=(Clip("a", "speech", "a", "development", tmp_path / "a"),))
        assert people._digest(other) != people._digest(speaker)
        np.zeros(8, np.int16).tofile(kept)
        assert not people.person(speaker, 3, tmp_path).any()

    def test_speakers_of_a_folder_speak_too(self, tmp_path: Path) -> None:
        for n in range(12):
            samples = talk(30) if n % 2 else talk(40)
            path = tmp_path / "speech" / f"speaker {n}" / "a.wav"
            path.parent.mkdir(parents=True)
            soundfile.write(path, samples, RATE, subtype="PCM_16")
        more = Batch(5, 1, voices=tmp_path).speakers()
        assert {each.name for each in more} == {f"speaker {n}" for n in range(12)}
        corpora = open_corpora()
        other = voices.varied(corpora, dice(1, "voices"), None, more)
        assert len(other.talkers) == len(corpora.talkers) + 12
        assert len(other.talkers[-1].speech()) > 20 * RATE

    def test_a_folder_without_speakers_is_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "speech" / "short" / "a.wav"
        path.parent.mkdir(parents=True)
        soundfile.write(path, talk(5), RATE, subtype="PCM_16")
        with pytest.raises(InputError, match="no speakers"):
            Batch(5, 1, voices=tmp_path).speakers()

    def test_a_microphone_strays_from_flat_by_some_decibels(self) -> None:
        strays = []
        for seed in range(20):
            taps = np.array(voices.microphone(dice(seed, "microphone")))
            db = 20 * np.log10(np.abs(np.fft.rfft(taps, 256))[10:110] + 1e-9)
            strays.append(np.std(db))
        assert 1 < np.mean(strays) < 5

    def test_sounds_are_as_long_as_they_were_wanted(self) -> None:
        other = voices.varied(open_corpora(), dice(1, "voices"))
        for seconds in (0.5, 3.0):
            assert len(other.sound("dog", dice(2, "x"), seconds, print)) == round(seconds * RATE)

    def test_a_call_is_as_long_as_it_would_be_and_has_other_audio(self) -> None:
        simulator = Simulator(5, open_corpora(), call_s=40.0)
        plain, other = simulator.call(1), voices.call_of(simulator, 1)
        assert (other.index, other.seed, other.split) == (1, 5, "development")
        assert other.legs[OUTSIDE].shape == plain.legs[OUTSIDE].shape
        assert not np.array_equal(other.legs[OUTSIDE], plain.legs[OUTSIDE])
        again = voices.call_of(simulator, 1)
        assert np.array_equal(other.legs[OUTSIDE], again.legs[OUTSIDE])


class TestRecordings:
    SPEECH = as_float(talk(20))

    def pauses_dbm0(self, samples: Audio) -> float:
        frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
        quiet = np.sqrt(np.percentile(np.mean(np.square(frames), axis=1), 10))
        return level_dbm0(np.array([max(quiet, 1e-7)]))

    def test_the_same_draw_is_the_same_recording_and_others_differ(self) -> None:
        made = [recordings.recorded(self.SPEECH, dice(n // 2, "recording")) for n in range(8)]
        for one, same in zip(made[::2], made[1::2], strict=True):
            assert np.array_equal(one, same)
        assert len({each.tobytes() for each in made}) == 4

    def test_each_is_as_long_and_as_loud(self) -> None:
        for n in range(30):
            made = recordings.recorded(self.SPEECH, dice(n, "recording"))
            assert made.shape == self.SPEECH.shape
            assert made.dtype == np.float32
            assert np.isfinite(made).all()
            loud = np.abs(made) > 10 ** (-40 / 20)
            assert level_dbm0(made[loud]) == pytest.approx(people.SPOKEN_DBM0, abs=5)

    def test_pauses_are_as_loud_as_they_are_on_many_tapes(self) -> None:
        found = [
            self.pauses_dbm0(recordings.recorded(self.SPEECH, dice(n, "recording")))
            for n in range(60)
        ]
        assert sum(-68 < each < -42 for each in found) > 20
        assert min(found) < -75

    def test_noise_of_its_own_has_its_level(self) -> None:
        for n in range(10):
            draw = dice(n, "noise")
            made = recordings.own_noise(8000, draw)
            assert recordings.NOISE_DBM0[0] - 2 < level_dbm0(made) < recordings.NOISE_DBM0[1] + 10

    def test_a_room_goes_on_after_the_talk(self) -> None:
        click = np.zeros(8000, np.float32)
        click[1000] = 0.5
        heard = recordings.in_a_room(click, dice(1, "room"))
        assert np.argmax(np.abs(heard)) == 1000
        assert not np.abs(heard[:999]).max() > 1e-6
        assert np.abs(heard[1100:1800]).max() > 1e-4

    def test_squeezed_speech_has_louder_pauses(self) -> None:
        made = at_level(recordings.squeezed(self.SPEECH, 0.5), -20)
        assert self.pauses_dbm0(made) > self.pauses_dbm0(self.SPEECH) + 5

    def test_a_gate_leaves_nothing_of_pauses(self) -> None:
        made = recordings.gated(self.SPEECH, -45.0)
        assert np.mean(made == 0) > 0.25
        loud = np.abs(self.SPEECH) > 0.1
        assert np.mean(made[loud] == self.SPEECH[loud]) > 0.8

    def test_next_to_nothing_stays(self) -> None:
        for samples in (np.zeros(0, np.float32), np.zeros(50, np.float32)):
            for n in range(20):
                assert recordings.recorded(samples, dice(n, "recording")).shape == samples.shape


class TestEndings:
    def test_some_lines_end_in_a_law_and_some_on_no_steps(self) -> None:
        law = coded(talk(20), "mulaw")
        assert on_law(ended(law, One("as it is"))) == 1
        for ending in ("mixed", "off law", "resampled"):
            assert on_law(ended(law, One(ending))) < 0.75, ending
        for ending in ("amplified", "law"):
            made = ended(law, One(ending))
            assert max(on_law(made), on_law(made, "alaw")) == 1, ending

    def test_each_is_as_long_and_as_loud_within_its_gain(self) -> None:
        samples = talk(20)
        for ending in ENDINGS:
            made = ended(samples, One(ending))
            assert made.shape == samples.shape
            now, before = (level_dbm0(each / 32768) for each in (made, samples))
            assert -8.5 < now - before < 6.5, ending


class TestCoders:
    @pytest.mark.parametrize("name", HERE)
    def test_what_is_left_is_as_long_and_in_step(self, name: str) -> None:
        samples = talk(10)
        made = coders.through(samples, name)
        assert made.shape == samples.shape
        assert abs(coders._lateness(samples, made)) < 16
        assert np.corrcoef(samples, made)[0, 1] > 0.5

    def test_none_of_them_is_of_the_sealed_part(self) -> None:
        assert not {"g723", "opus", "amr475"} & set(coders.CODERS)

    def test_where_there_is_no_speex_it_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)
        with pytest.raises(BuildError, match="apt install speex"):
            coders.through(talk(1), "speex5")

    @pytest.mark.parametrize("late", [0, 7, 700, -7])
    def test_lateness_is_found(self, late: int) -> None:
        samples = talk(10)
        assert coders._lateness(samples, np.roll(samples, late)) == late


class TestRooms:
    @pytest.mark.parametrize("room", sorted(set(rooms.ROOMS)))
    def test_something_is_other_and_a_muted_microphone_hears_nothing(self, room: str) -> None:
        corpora = open_corpora()
        samples = talk(60)
        samples[20 * RATE : 30 * RATE] = 0
        muted = Label("innocent", "mute", OUTSIDE, 20, 30, 20)
        others = 0  # what begins after a minute is not in a call of a minute
        for seed in range(6):
            made = rooms.lived_in(samples, [muted], corpora, One(room, seed=seed))
            assert made.shape == samples.shape
            assert not made[round(20.1 * RATE) : round(29.9 * RATE)].any()
            others += not np.array_equal(made, samples)
        assert others

    def test_a_walk_moves_voice_and_pauses_alike(self) -> None:
        samples = talk(100)
        made = rooms.lived_in(samples, [], open_corpora(), One("moving"))
        frames = samples.reshape(-1, RATE).astype(np.float64), made.reshape(-1, RATE)
        moved = [20 * np.log10(np.std(each, axis=1) + 1e-9) for each in frames]
        by = moved[1] - moved[0]
        assert 1 < np.std(by) < 8
        assert abs(float(np.corrcoef(by[:-1], by[1:])[0, 1])) > 0.3  # slowly

    def test_where_the_line_is_cut_the_room_is_not_heard(self) -> None:
        samples = talk(60)
        samples[20 * RATE : 21 * RATE] = 0
        gap = Label("innocent", "cellular_gap", OUTSIDE, 19, 22, 19)
        is_open = rooms._open(samples, [gap])
        assert not is_open[20 * RATE : 21 * RATE].any()
        assert is_open[: 19 * RATE].all()


class TestSwitches:
    def test_another_line_is_louder_in_pauses_and_is_labelled(self) -> None:
        samples = talk(100)
        for seed in range(5):
            made, label = switches.switched(samples, [], One("amr67", seed=seed))
            assert label is not None
            assert (label.kind, label.stratum, label.leg) == ("line_switch", "codec", OUTSIDE)
            first, end = (round(at * RATE) for at in (label.start_s, label.end_s))
            assert np.array_equal(made[:first], samples[:first])
            assert not made[first:end].any()
            before, after = (
                switches._floor_dbm0(each.astype(np.float32) / np.float32(32768))
                for each in (samples, made[end:])
            )
            assert after > before + 4
            assert on_law(made[end:]) == 1

    def test_without_a_place_the_leg_stays_as_it_was(self) -> None:
        samples = talk(100)
        busy = Label("innocent", "television", OUTSIDE, 40, 95, 40)
        made, label = switches.switched(samples, [busy], dice(1, "x"))
        assert label is None
        assert made is samples


class TestHearing:
    def test_rows_are_of_the_call_otherwise_and_count_no_false_alarms(self, tmp_path: Path) -> None:
        plain = Batch(5, 4, call_s=40.0)
        other = replace(plain, otherwise=True)
        assert (plain.natural, other.natural) == (True, False)
        assert other.name == plain.name + "-otherwise"
        heard = []
        for batch in (plain, other):
            hearer = Hearer(tmp_path, batch)
            for index in hearer.waiting():
                hearer.work(index)
            heard.append(hearer.journal.all())
        changed = 0
        simulator = other.simulator()
        for one, another in zip(*heard, strict=True):
            further_out = voices.call_of(simulator, another.index, tmp_path / "people")
            assert set(further_out.labels) <= set(another.labels)
            changed += not np.array_equal(one.blocks, another.blocks)
        assert changed
