"""The benches that hear recordings, without any recording: rates, playing, catalogue, memory."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import numpy as np
import pytest
from benchmarks.corpora import catalogue, package, store
from benchmarks.corpora.__main__ import main as corpora
from benchmarks.corpora.convert import Unreadable, active, at_level, level_dbm0, read
from benchmarks.corpora.store import CLASSES, Clip, clips, write
from benchmarks.false_alarms import hearing, running
from benchmarks.false_alarms.__main__ import table
from benchmarks.false_alarms.playing import PAUSE_S, at_speed, mulaw, streams

from securecall.fraud.conform.companding import round_trip


def tone(seconds: float, peak: int = 8000, hz: float = 440.0) -> np.ndarray:
    return np.rint(peak * np.sin(2 * np.pi * hz * np.arange(int(8000 * seconds)) / 8000)).astype(
        np.int16
    )


def clip(
    source: str, pack: str, kind: str, first: int, samples: int, *, held: bool = False
) -> Clip:  # fmt: skip
    return Clip(
        source, "1", "none", kind, pack, held, f"{pack}-{first}.wav", samples / 8000, -9.0, first,
        samples,
    )  # fmt: skip


@pytest.fixture
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages of three clips, where the fetched ones would lie."""
    monkeypatch.setattr(store, "AUDIO", tmp_path)
    monkeypatch.setattr(running, "RUNS", tmp_path / "runs")
    parts = [tone(1.0), tone(0.5, 2000), tone(2.0, hz=1000.0)]
    rows = [
        clip("talk", "ann", "speech", 0, 8000),
        clip("talk", "ann", "speech", 8000, 4000),
        clip("talk", "bob", "speech", 12_000, 16_000),
    ]
    write("talk", rows, parts)
    write("home", [clip("home", "dog", "household", 0, 8000, held=True)], [tone(1.0, 300)])
    return tmp_path


class TestPlaying:
    def test_mu_law_is_the_recommendations(self) -> None:
        every = np.arange(-32_768, 32_768).astype(np.int16)
        assert np.array_equal(mulaw(every), round_trip("mulaw", every))

    @pytest.mark.parametrize("speed", [0.8, 1.0, 1.25])
    def test_speed_changes_length_and_pitch(self, speed: float) -> None:
        heard = at_speed(tone(4.0), speed)
        assert len(heard) == pytest.approx(32_000 / speed, abs=2)
        strongest = np.argmax(np.abs(np.fft.rfft(heard))) * 8000 / len(heard)
        assert strongest == pytest.approx(440 * speed, abs=1)

    def test_active_frames_are_brought_to_the_level(self) -> None:
        samples = np.concatenate([tone(1.0, 500), np.zeros(8000, np.int16)])
        scaled = at_level(samples, -20.0)
        assert level_dbm0(scaled[:8000]) == pytest.approx(-20.0, abs=0.1)
        assert active(scaled).sum() == 50
        assert np.array_equal(at_level(np.zeros(800, np.int16), -20.0), np.zeros(800, np.int16))

    def test_a_call_is_a_pack_and_an_alarm_finds_its_clip(self, recordings: Path) -> None:
        calls = list(streams(clips(["speech"]), 1.0, -20.0))
        assert [len(call.names) for call in calls] == [2, 1]
        assert calls[0].seconds == 1.5
        assert len(calls[0].samples) == 8000 * (1.5 + 3 * PAUSE_S)
        assert calls[0].clip_at(1000) == ("talk:ann-0.wav", 0.5)
        assert calls[0].clip_at(2100) == ("talk:ann-8000.wav", pytest.approx(0.1))


class TestCatalogue:
    def test_every_package_has_known_classes_and_both_halves_have_each(self) -> None:
        listed = catalogue.packages()
        halves = {(package.held, rule.kind) for package in listed for rule in package.rules}
        assert {kind for _, kind in halves} - {""} == set(CLASSES)
        for kind in set(CLASSES) - {"phone_ui"}:
            assert {(True, kind), (False, kind)} <= halves

    def test_the_first_rule_decides_and_names_the_speaker(self) -> None:
        named = {package.name: package for package in catalogue.packages()}
        stamps = named["tuxpaint-stamps-default"]
        assert stamps.label("stamps/animals/dog_desc_fr.ogg") == ("words", "stamps_fr")
        assert stamps.label("stamps/animals/dog.ogg") == ("household", "stamps")
        assert stamps.label("stamps/animals/dog.png") is None
        english = named["asterisk-core-sounds-en-wav"]
        assert english.label("sounds/en_US_f_Allison/beep.wav") is None

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('[[package]]\nname="a"\nrules=[]\n[[package]]\nname="a"\nrules=[]', "named twice"),
            ('[[package]]\nname="a"\nrules=[["x", "noise", "p"]]', "'noise'"),
        ],
    )
    def test_mistakes_are_named(self, tmp_path: Path, text: str, words: str) -> None:
        path = tmp_path / "catalogue.toml"
        path.write_text(text)
        with pytest.raises(ValueError, match=words):
            catalogue.packages(path)


class TestStore:
    def test_clips_come_by_class_and_half(self, recordings: Path) -> None:
        assert [c.package for c in clips(held=True)] == ["home"]
        assert sum(c.seconds for c in clips(["speech"])) == 3.5
        assert np.array_equal(next(clips(packages=["home"])).audio(), tone(1.0, 300))

    def test_an_unknown_class_and_an_empty_folder_are_said(
        self, recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(ValueError, match="no class 'noise'"):
            next(clips(["noise"]))
        monkeypatch.setattr(store, "AUDIO", tmp_path / "nothing")
        with pytest.raises(FileNotFoundError, match=r"benchmarks\.corpora fetch"):
            next(clips())

    def test_hours_are_printed_by_class(
        self, recordings: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert corpora(["hours"]) == 0
        assert "speech" in capsys.readouterr().out

    def test_a_package_that_is_not_listed_has_a_near_name(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert corpora(["fetch", "--only", "hedgewars"]) == 2
        assert "did you mean 'hedgewars-data'?" in capsys.readouterr().err

    def test_what_is_no_recording_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.wav"
        path.write_bytes(b"RIFF....WAVE")
        with pytest.raises(Unreadable):
            read(path)


class TestPackage:
    def test_a_machine_without_apt_is_told_so(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(package.shutil, "which", lambda _: None)
        assert corpora(["fetch", "--again", "--only", "saytime"]) == 1
        assert "apt-get and dpkg-deb are needed" in capsys.readouterr().err

    def test_a_failed_command_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(package.shutil, "which", lambda _: "here")
        failed = subprocess.CompletedProcess([], 100, "", "E: No packages found\n")
        monkeypatch.setattr(package.subprocess, "run", lambda *_, **__: failed)
        with pytest.raises(package.Unreachable, match=r"No packages found; run `apt-get update`"):
            package.source("saytime")

    def test_a_download_that_differs_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = package.Source("a", "1", 3, hashlib.sha256(b"abc").hexdigest(), "no:", "a.deb")
        path = tmp_path / "a.deb"
        monkeypatch.setattr(package, "_run", lambda *_: path.write_bytes(b"abd") and "")
        with pytest.raises(package.Unreachable, match=r"a\.deb is not the 3 bytes"):
            package.download(wanted, tmp_path)
        monkeypatch.setattr(package, "_run", lambda *_: path.write_bytes(b"abc") and "")
        assert package.download(wanted, tmp_path).read_bytes() == b"abc"
        monkeypatch.setattr(package, "_run", lambda *_: pytest.fail("it was whole"))
        assert package.download(wanted, tmp_path) == path

    def test_licences_are_read_from_the_copyright_file(self, tmp_path: Path) -> None:
        page = tmp_path / "usr/share/doc/a/copyright"
        page.parent.mkdir(parents=True)
        page.write_text(
            "Files: *\nLicense: GPL-2+\n\nFiles: x\nLicense: CC0\n\nLicense: GPL-2+\n text\n"
        )
        assert package.licences(tmp_path, "a") == "GPL-2+ | CC0"
        assert package.licences(tmp_path, "b") == "see the copyright file of b"


class TestRunning:
    def test_a_receiver_is_played_once_and_remembered(self, recordings: Path) -> None:
        listed = running.units(
            ["digits"], ["speech", "household"], [1.0, 1.25], held=None, packages=None
        )
        assert len(listed) == 4
        first = sorted(running.run(listed, jobs=1), key=lambda found: found.unit.key)
        files = list((recordings / "runs").iterdir())
        size = files[0].stat().st_size
        again = sorted(running.run(listed, jobs=1), key=lambda found: found.unit.key)
        assert [found.seconds for found in again] == [found.seconds for found in first]
        assert files[0].stat().st_size == size

    def test_the_table_counts_events_and_bounds_them(self, recordings: Path) -> None:
        listed = running.units(["digits"], ["speech"], [1.0], held=None, packages=None)
        row = table(list(running.run(listed, jobs=1)))[0]
        assert (row["events"], row["class"], row["hours"]) == (0, "speech", round(3.5 / 3600, 3))
        assert row["high_95"] == pytest.approx(2.9957 * 3600 / 3.5, rel=1e-4)

    def test_digits_in_a_recording_are_heard(self) -> None:
        samples = np.concatenate([tone(0.3, 0), tone(0.1, 6000, 770.0) + tone(0.1, 6000, 1336.0)])
        samples = np.concatenate([samples, tone(0.3, 0)])
        assert [alarm.detail for alarm in hearing.hearer("digits").hear(samples)] == ["5"]
