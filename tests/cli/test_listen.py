"""``securecall listen``: what it prints, what it draws, and how it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.cli.running import run
from tests.fraud.sounds import MF, Pcm, companded, digit, noise, pair, pcm, silence

BUSY = [pair(480, 620, 500, low_dbm0=-24, high_dbm0=-24), silence(500)]


def dialling(keys: str) -> Pcm:
    parts = [silence(300)]
    for key in keys:
        parts += [digit(key, 80.0), silence(120.0)]
    return pcm(*parts)


def saved(path: Path, samples: Any, rate_hz: int = 8000, **options: Any) -> Path:
    soundfile.write(path, samples, rate_hz, **options)
    return path


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """Return a call of two legs: 1 5 9 D dialled on the left one, busy tone on the right one."""
    legs = [dialling("159D"), pcm(silence(400), *BUSY, *BUSY, silence(2000))]
    longest = max(map(len, legs))
    both = np.stack([np.pad(leg, (0, longest - len(leg))) for leg in legs], axis=1)
    return saved(tmp_path / "call.wav", both)


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_table_says_when_what_how_loud_and_why(call: Path) -> None:
    done = run("listen", call)
    assert (done.code, done.errors) == (0, "")
    assert f"{call}: 0:04, WAV PCM_16, 8,000 Hz, legs left, right" in done.out
    (row,) = (line.split() for line in done.out.splitlines() if " D " in line)
    assert row[:4] == ["0:00.900", "left", "dtmf", "D"]
    assert 70 <= int(row[4]) <= 90
    assert float(row[5]) == pytest.approx(-7, abs=0.3)
    assert int(row[6]) <= 45
    assert row[7:11] == ["941.0", "+", "1633.0", "0.0"]
    assert float(row[11]) > 30
    assert max(map(len, done.out.splitlines()[1:])) < 80
    assert "busy" in done.out
    assert "digits left: 159D" in done.out
    assert "-0.0" not in done.out


def test_json_is_an_event_a_line_with_its_end(call: Path) -> None:
    done = run("listen", call, "--json", "--legs", "caller, called")
    assert (done.code, done.errors) == (0, "")
    found = lines(done.out)
    assert [(each["leg"], each["kind"], each["detail"]) for each in found] == [
        ("caller", "dtmf", "1"), ("called", "tone", "busy"), ("caller", "dtmf", "5"),
        ("caller", "dtmf", "9"), ("caller", "dtmf", "D"),
    ]  # fmt: skip
    first = found[0]
    assert first["file"] == str(call)
    assert first["start_ms"] == pytest.approx(300, abs=2)
    assert first["end_ms"] == pytest.approx(380, abs=8)
    assert first["detected_ms"] - first["start_ms"] <= 45
    assert first["grade"] == "note"
    assert not first["ended"]
    assert first["cues"]["low_hz"] == pytest.approx(697, abs=1)
    assert 0.99 < first["probability"] <= 1


def test_with_ends_events_come_as_in_a_live_call(call: Path) -> None:
    found = lines(run("listen", call, "--json", "--ends").out)
    left = [each for each in found if each["leg"] == "left"]
    assert [(each["id"], each["ended"]) for each in left] == [
        (n, ended) for n in range(1, 5) for ended in (False, True)
    ]
    assert [each["end_ms"] is None for each in left] == [True, False] * 4
    table = run("listen", call, "--ends").out
    assert table.count("over") == len([each for each in found if each["ended"]])
    assert "digits left: 159D" in table


def test_only_what_lies_in_the_span_is_shown(call: Path) -> None:
    found = lines(run("listen", call, "--json", "--from", "0.45s", "--to", "800").out)
    assert [each["detail"] for each in found] == ["busy", "5", "9"]
    done = run("listen", call, "--from", "100s")
    assert (done.code, done.out.splitlines()[-1]) == (0, "nothing heard")


@pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
def test_a_file_without_a_header(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "call.bin"
    path.write_bytes(companded(dialling("042#"), encoding))
    done = run("listen", path, "--encoding", encoding, "--json")
    assert "".join(each["detail"] for each in lines(done.out)) == "042#"
    again = run("listen", "-", "--encoding", encoding, "--json", stdin=path.read_bytes())
    assert [each | {"file": ""} for each in lines(again.out)] == [
        each | {"file": ""} for each in lines(done.out)
    ]
    assert "digits mono: 042#" in run("listen", path, "--encoding", encoding).out


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_other_rates(rate_hz: int, tmp_path: Path) -> None:
    parts = [noise(-60, 200, 1, rate_hz)]
    for key in "37*A":
        parts += [digit(key, 80.0, rate_hz=rate_hz), noise(-60, 120, 2, rate_hz)]
    samples = np.concatenate(parts)
    done = run("listen", saved(tmp_path / "a.flac", samples, rate_hz))
    assert "digits mono: 37*A" in done.out
    heard = "heard at 8,000 Hz" in done.out
    assert heard == (rate_hz == 44_100)


def test_standards_systems_and_plans_can_be_chosen(tmp_path: Path) -> None:
    low, high = MF["r1"]["5"]
    path = saved(tmp_path / "a.wav", pcm(silence(300), pair(low, high, 80.0), silence(300)))
    (event,) = lines(run("listen", path, "--json", "--mf", "r1").out)
    assert (event["kind"], event["detail"]) == ("mf", "5")
    # Twist of +7 dB: Brazil's receivers must take it, Bellcore's need not.
    twisted = pair(770, 1336, 80.0, low_dbm0=-15, high_dbm0=-8)
    path = saved(tmp_path / "b.wav", pcm(silence(300), twisted, silence(300)))
    assert run("listen", path, "--json").out == ""
    assert len(lines(run("listen", path, "--json", "--dtmf", "brazil").out)) == 1
    assert run("listen", path, "--json", "--dtmf", "none").out == ""


def test_plans_by_name_and_by_file(call: Path, tmp_path: Path) -> None:
    plan = tmp_path / "ours.toml"
    plan.write_text(
        'name = "ours"\n[[tone]]\nname = "engaged"\nfrequencies_hz = [480, 620]\n'
        'source = "our own exchange"\n[[tone.cadence]]\n'
        "steps = [{ on_ms = 500, pause_ms = 500 }]\n",
        encoding="utf-8",
    )

    def tones(*options: object) -> list[str]:
        found = lines(run("listen", call, "--json", *options).out)
        return [each["detail"] for each in found if each["kind"] == "tone"]

    assert tones("--plan", plan) == ["engaged"]
    assert tones("--plan", "uk") == []
    assert tones("--plan", "none") == []
    plan.write_text("name = 7\n", encoding="utf-8")
    done = run("listen", call, "--plan", plan)
    assert (done.code, done.out) == (1, "")
    assert f"{plan}: name = 7" in done.errors


def test_a_picture(call: Path, tmp_path: Path) -> None:
    picture = tmp_path / "call.svg"
    done = run("listen", call, "--picture", picture, "--legs", "caller,called", "--to", "3s")
    assert (done.code, done.errors) == (0, "")
    text = picture.read_text(encoding="utf-8")
    for words in (str(call), "caller", "called", "digits", "busy"):
        assert f"<!-- {words} -->" in text, words
    assert "DTMF bellcore, tones north_america" in text


def test_speech_is_told_by_leg_and_as_lines(
    call: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from securecall.fraud import talk
    from securecall.fraud.speech import Activity

    class Talker(talk.SpeechDetector):
        def feed(self, frame: Any) -> list[Activity]:
            return [Activity.SPEECH if np.any(frame) else Activity.SILENCE] * (len(frame) // 160)

    monkeypatch.setattr(talk, "SpeechDetector", Talker)
    picture = tmp_path / "a.svg"
    done = run("listen", call, "--speech", "--picture", picture)
    assert done.code == 0
    assert "speech left: 1.0 s in all, 1 stretch shown" in done.out
    assert "<!-- speech -->" in picture.read_text(encoding="utf-8")
    found = lines(run("listen", call, "--speech", "--json", "--to", "2s").out)
    told = [each for each in found if each["kind"] == "speech"]
    assert [(each["leg"], each["start_ms"]) for each in told] == [("left", 0), ("right", 0)]
    assert set(told[0]) == {"file", "leg", "kind", "start_ms", "end_ms"}


def test_a_picture_of_standard_input_needs_an_end(tmp_path: Path) -> None:
    sound = companded(dialling("5"), "mulaw")
    options = ("--encoding", "mulaw", "--picture", tmp_path / "a.png")
    done = run("listen", "-", *options, stdin=sound)
    assert (done.code, "needs --to" in done.errors) == (1, True)
    assert run("listen", "-", *options, "--to", "1s", stdin=sound).code == 0
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_a_file_that_cannot_be_read_does_not_stop_the_others(call: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    done = run("listen", tmp_path / "no.wav", call, tmp_path / "bad.wav", "--json")
    assert done.code == 3
    assert {each["file"] for each in lines(done.out)} == {str(call)}
    assert f"securecall: {tmp_path / 'no.wav'}: cannot be opened" in done.errors
    assert f"securecall: {tmp_path / 'bad.wav'}: is no sound file" in done.errors
    done = run("listen", tmp_path / "no.wav", tmp_path / "bad.wav")
    assert (done.code, done.out) == (1, "")


def test_what_was_heard_before_damage_is_shown(tmp_path: Path) -> None:
    samples = dialling("123").astype(np.float32) / 32768
    samples = np.concatenate([samples, np.zeros(16_000, np.float32)])
    samples[-20] = np.nan
    path = saved(tmp_path / "a.wav", samples, subtype="FLOAT")
    done = run("listen", path)
    assert done.code == 1
    assert "digits mono: 123" in done.out
    assert "is nan, not a finite number" in done.errors
    found = lines(run("listen", path, "--json").out)
    assert [each["detail"] for each in found] == ["1", "2", "3"]


def test_names_are_not_taken_for_mark_up(call: Path) -> None:
    odd = call.rename(call.with_name("[red]call:smile:.wav"))
    done = run("listen", odd, "--legs", "[bold]a,b[/bold]")
    assert done.code == 0
    assert f"{odd}: 0:04" in done.out
    assert "digits [bold]a: 159D" in done.out
    assert ["b[/bold]", "tone", "busy"] in [line.split()[1:4] for line in done.out.splitlines()]


def test_clipping_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wav", np.array([0.0, 2.0, -3.0]), subtype="FLOAT")
    done = run("listen", path)
    assert done.code == 0
    assert "a.wav: 2 samples are beyond full scale and were cut" in done.errors
    assert done.out.splitlines()[-1] == "nothing heard"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--dtmf", "belcore"], 1, "did you mean 'bellcore'"),
        (["--mf", "r3"], 1, "mf must be one of r1, r2_forward, r2_backward, not 'r3'"),
        (["--plan", "north-america"], 1, "did you mean 'north_america'"),
        (["--plan", "no.toml"], 1, "no.toml"),
        (["--from", "soon"], 1, "--from must be a duration such as 10m13s"),
        (["--from", "3s", "--to", "2s"], 2, "--to must lie after --from"),
        (["--picture", "a.jpg"], 1, "must end in .png, .svg, .pdf"),
        (["--rate", "8000"], 1, "a rate goes with an encoding"),
        (["--legs", "a,b,c"], 1, "has 2 channels, and 3 legs are named"),
        (["--picture", "a.png", "other.wav"], 2, "--picture goes with one FILE"),
        (["--from", "100s", "--picture", "a.png"], 1, "nothing to draw"),
    ],
)  # fmt: skip
def test_a_bad_option_is_said_before_anything_is_heard(
    options: list[str], code: int, words: str, call: Path
) -> None:
    done = run("listen", call, *options)
    assert (done.code, done.out) == (code, "")
    assert words in " ".join(done.errors.replace("│", " ").split())


@pytest.mark.parametrize(
    ("package", "extra"),
    [("soundfile", "audio"), ("numpy", "audio"), ("matplotlib.figure", "report")],
)
def test_a_missing_extra_is_named(
    package: str, extra: str, call: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    done = run("listen", call, "--picture", call.with_suffix(".png"))
    assert (done.code, done.out) == (1, "")
    assert f"pip install 'securecall[{extra}]'" in done.errors


WIRES = Path(__file__).parents[1] / "data" / "wires"
CAPTURE = WIRES / "rtpengine-7e3cbe7c.pcap"


def test_a_capture_is_two_legs() -> None:
    done = run("listen", CAPTURE)
    assert (done.code, done.errors) == (0, "")
    assert f"{CAPTURE}: 0:05, pcap, RTP G.711, 8,000 Hz, legs called, calling" in done.out
    assert "digits calling: 15#" in done.out
    told = lines(run("listen", CAPTURE, "--json", "--legs", "inside=2466,outside=41032").out)
    assert [(each["leg"], each["detail"]) for each in told] == [
        ("inside", "ringback"), ("inside", "1"), ("inside", "5"), ("inside", "#"),
    ]  # fmt: skip
    assert [each["cues"].get("signalled") for each in told] == [None, None, 1.0, 1.0]
    named = lines(run("listen", CAPTURE, "--json", "--legs", "family,phone").out)
    assert {each["leg"] for each in named} == {"phone"}


def test_a_capture_can_be_drawn_and_its_speech_told(tmp_path: Path) -> None:
    picture = tmp_path / "call.svg"
    done = run("listen", CAPTURE, "--picture", picture, "--speech")
    assert done.code == 0
    assert "speech called:" in done.out
    assert picture.read_text(encoding="utf-8").startswith("<?xml")


def test_captures_that_cannot_be_heard_say_why(tmp_path: Path) -> None:
    path = tmp_path / "call.pcap"
    path.write_bytes(CAPTURE.read_bytes()[:24])
    done = run("listen", path)
    assert done.code == 1
    assert f"{path} has no packets of G.711" in done.errors
    path.write_bytes(bytes.fromhex("0a0d0d0a") + bytes(40))
    assert "is a pcapng; `editcap -F pcap`" in run("listen", path).errors
    assert "are 'x'" in run("listen", CAPTURE, "--legs", "called=x").errors
