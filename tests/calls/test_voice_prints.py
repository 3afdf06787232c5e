"""VoicePrints: enrolled voices, and an honest "not verified" where nothing can be said.

The encoder here has learned nothing; a stand-in tells voices by their loudness. How well the real
one does on recordings is measured by ``benchmarks/voices.py``.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.calls.gates import NOON_MS, asked, fast_identity, gate
from tests.calls.old_torch import random_weights, write
from tests.fraud.talk import talk

from securecall.calls import voice_weights
from securecall.calls.voice import VoiceAnswer, VoiceVerifier
from securecall.calls.voice_prints import VoicePrints
from securecall.errors import InputError, InputTypeError, Unknown


class ByLoudness:
    """Takes loud voices for one person's and soft ones for another's."""

    def encode(self, samples: Any) -> Any:
        loud = float(np.sqrt(np.mean(samples.astype(float) ** 2))) > 600
        found = np.zeros(256, np.float32)
        found[0 if loud else 1] = 1.0
        return found


LOUD = [talk(3.5, seed=seed).tobytes() for seed in (1, 2)]
SOFT = talk(3.5, level_dbm0=-35.0, seed=3).tobytes()


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "w.pt"
    write(path, random_weights())
    monkeypatch.setattr(voice_weights, "DIGEST", sha256(path.read_bytes()).hexdigest())
    return path


@pytest.fixture
def prints(weights: Path) -> VoicePrints:
    found = VoicePrints(weights=weights, speech_ms_least=1_600)
    found._encoder = ByLoudness()  # type: ignore[assignment]
    found.enrol("p-1", LOUD, at=0, by="sgt-12")
    return found


def test_a_voice_is_that_persons_or_another(prints: VoicePrints) -> None:
    assert isinstance(prints, VoiceVerifier)
    same = prints.verify("p-1", LOUD[1], at_ms=5)
    assert same == VoiceAnswer(True, pytest.approx(1.0), 0.85)
    assert prints.verify("p-1", SOFT, at_ms=5) == VoiceAnswer(False, 0.0, 0.85)


def test_where_nothing_can_be_said_it_is_not_verified(prints: VoicePrints) -> None:
    for person, voice, why in (
        ("p-2", LOUD[0], "no voice is enrolled"),
        ("p-1", talk(1.0).tobytes(), "ms of speech, 1600 are needed"),
        ("p-1", bytes(160_000), "0 ms of speech"),
        ("p-1", b"", "0 ms of speech"),
        ("p-1", LOUD[0] + b"x", "odd number of bytes"),
        ("p-1", bytes(960_002), "longer than a minute"),
    ):
        answer = prints.verify(person, voice, at_ms=5)
        assert answer.verified is None
        assert why in answer.why
    with prints.records.change():
        prints.records.run("UPDATE prints SET print = ?", b"1234")
    assert prints.verify("p-1", LOUD[0], at_ms=5).why == "the print is damaged"


def test_a_voice_is_bytes(prints: VoicePrints) -> None:
    with pytest.raises(InputTypeError, match="must be bytes, s16le, not list"):
        prints.verify("p-1", [1, 2], at_ms=5)


def test_enrolment_needs_two_samples_of_one_voice(prints: VoicePrints) -> None:
    with pytest.raises(InputError, match="2 samples or more, not 1"):
        prints.enrol("p-3", LOUD[:1], at=0, by="s")
    with pytest.raises(InputError, match="sample 1 is not of the same voice"):
        prints.enrol("p-3", [LOUD[0], SOFT], at=0, by="s")
    with pytest.raises(InputError, match="sample 2 cannot be used: 0 ms of speech"):
        prints.enrol("p-3", [LOUD[0], bytes(96_000)], at=0, by="s")
    assert prints.verify("p-3", LOUD[0], at_ms=5).verified is None


def test_a_print_is_kept_and_the_speech_is_not(tmp_path: Path, weights: Path) -> None:
    path = tmp_path / "prints.db"
    first = VoicePrints(path, weights=weights, speech_ms_least=1_600)
    first.enrol("p-1", LOUD, at=7, by="sgt-12")
    first.close()
    assert path.stat().st_size < len(LOUD[0])
    again = VoicePrints(path, weights=weights, speech_ms_least=1_600)
    answer = again.verify("p-1", LOUD[0], at_ms=9)
    assert answer.verified
    assert [(line.by, line.what, line.detail["samples"]) for line in again.log()] == [
        ("sgt-12", "enrol_voice", 2)
    ]
    again.forget("p-1", at=9, by="lt-3")
    assert again.verify("p-1", LOUD[0], at_ms=9).verified is None
    with pytest.raises(Unknown, match="voice of a person"):
        again.forget("p-1", at=9, by="lt-3")
    again.close()


def test_a_gate_asks_for_pin_and_voice(prints: VoicePrints) -> None:
    found = gate(pins=fast_identity(voice=prints), identity="pin+voice")
    decision = found.check(asked(voice=LOUD[1]), at=NOON_MS)
    assert (decision.allowed, decision.identity) == (True, "pin+voice")
    assert found.check(asked(voice=SOFT), at=NOON_MS).codes == ("voice_mismatch",)
    short = found.check(asked(voice=bytes(320)), at=NOON_MS)
    assert short.codes == ("voice_not_verified",)
    assert "1600 are needed" in short.reasons[0].detail


@pytest.mark.parametrize(
    ("options", "words"),
    [({"threshold": 1.0}, "threshold must be"), ({"threshold": 1}, "threshold must be"),
     ({"speech_ms_least": 1_599}, "speech_ms_least must be")],
)  # fmt: skip
def test_options_that_cannot_be_are_refused(
    options: dict[str, Any], words: str, weights: Path
) -> None:
    with pytest.raises(InputError, match=words):
        VoicePrints(weights=weights, **options)
