"""Recordings in both layouts, and the split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.fraud.bench.recordings import folders

from securecall.errors import InputError
from securecall.fraud.bench.corpora import Corpora, open_corpora, split_of
from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.sound import active_dbm0

HEAD = "package,version,licence,kind,pack,held,file,seconds,level_dbm0,first,samples\n"


def test_a_folder_is_read_by_class_and_split_by_pack(tmp_path: Path) -> None:
    parts = [open_corpora(folders(tmp_path), split="development"), Corpora("sealed")]
    parts[1] = open_corpora(tmp_path, split="sealed")
    packs = [
        {clip.pack for talker in part.talkers for clip in talker.clips}
        | {clip.pack for found in part.clips.values() for clip in found}
        for part in parts
    ]
    assert not packs[0] & packs[1]
    assert len(packs[0] | packs[1]) >= 17
    for part, found in zip(("development", "sealed"), packs, strict=True):
        assert {split_of(pack) for pack in found if pack} <= {part}
    dogs = [clip for part in parts for clip in part.clips.get("dog", ())]
    assert len(dogs) == 6
    heard = dogs[0].audio()
    assert len(heard) == 8000  # of 16 kHz
    assert active_dbm0(heard) == pytest.approx(-20, abs=0.1)


def test_a_talker_is_one_speaker_clip_after_clip(tmp_path: Path) -> None:
    talker = open_corpora(folders(tmp_path)).talkers[0]
    assert len({clip.pack for clip in talker.clips}) == 1
    assert len(talker.speech()) == 2 * 96_000
    assert open_corpora(tmp_path).distinct_s() > 4 * 24


def fetched(root: Path) -> Path:
    samples = np.concatenate([np.full(400, n, "<i2") for n in (1000, 2000, 3000)])
    (root / "pack.s16").write_bytes(samples.tobytes())
    rows = [
        "pack,1,CC0,household,made,False,usr/door.wav,0.05,-20,0,400",
        "pack,1,CC0,music,made,True,usr/song.ogg,0.05,-20,400,400",
        "pack,1,CC0,phone_ui,made,False,usr/ringback.wav,0.05,-20,800,400",
    ]
    (root / "pack.csv").write_text(HEAD + "\n".join(rows) + "\n")
    return root


def test_what_was_fetched_is_read_with_its_own_split(tmp_path: Path) -> None:
    here, sealed = (open_corpora(fetched(tmp_path), split=s) for s in ("development", "sealed"))
    assert (list(here.clips), list(sealed.clips)) == (["door"], ["music"])
    assert len(set(sealed.clips["music"][0].audio().tolist())) == 1
    assert len(here.clips["door"][0].audio()) == 400
    assert "synthetic" in here.about  # no speech: talkers are made


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("snd/dog.wav", "dog"),
        ("BarkGrowl.ogg", "dog"),
        ("TowerClock.wav", "clock"),
        ("stickfighter_attack1.wav", "household"),
        ("warcry.ogg", "household"),
        ("cheeringloop.wav", "household"),
        ("string2.ogg", "household"),
        ("doorbell.ogg", "doorbell"),
        ("door2.wav", "door"),
        ("DoorSlam.wav", "door"),
        ("STEP_GRAVEL.ogg", "outdoors"),
        ("telephone_1.wav", "phone_ring"),
        ("infantry_01.mp3", "household"),
        ("BabyCry.mp3", "baby"),
        ("long-beep.wav", "microwave"),
    ],
)
def test_a_name_says_what_it_is_by_its_words(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / "p.s16").write_bytes(bytes(800))
    (tmp_path / "p.csv").write_text(f"{HEAD}p,1,CC0,household,m,False,usr/{name},0.05,-20,0,400\n")
    assert list(open_corpora(tmp_path).clips) == [kind]


def test_recordings_have_numbers_and_a_digest(tmp_path: Path) -> None:
    corpora = open_corpora(folders(tmp_path))
    assert [corpora.number(clip) for clip in corpora.recordings] == list(
        range(len(corpora.recordings))
    )
    assert corpora.digest() == open_corpora(tmp_path).digest() != Corpora("development").digest()


def test_it_is_noted_what_is_heard_when(tmp_path: Path) -> None:
    corpora = open_corpora(folders(tmp_path))
    noted: list[tuple[str, int, int]] = []
    made = corpora.sound(
        "dog", dice(4), 5.0, lambda clip, first, end: noted.append((clip.kind, first, end))
    )
    while not noted:  # three times in ten dogs are made
        made = corpora.sound(
            "dog", dice(4, len(made)), 5.0, lambda *told: noted.append((told[0].kind, *told[1:]))
        )
    heard = np.zeros(len(made), np.bool_)
    for kind, first, end in noted:
        assert kind == "dog"
        heard[first:end] = True
    assert not np.any(made[~heard])
    talker = corpora.talkers[0]
    first, second = talker.said(95_000, 97_000)
    assert first[1:] == (95_000, 96_000)
    assert second[1:] == (96_000, 97_000)
    assert (first[0], second[0]) == talker.clips


def test_sounds_fill_the_time_that_is_asked_for(tmp_path: Path) -> None:
    corpora = open_corpora(folders(tmp_path))
    for name in ("dog", "baby"):
        assert len(corpora.sound(name, dice(1), 3.0, lambda *_: None)) == 24_000


def test_made_talkers_are_split_too() -> None:
    names = [{one.name for one in Corpora(part).talkers} for part in ("development", "sealed")]
    assert not names[0] & names[1]
    assert min(map(len, names)) >= 10


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        open_corpora(tmp_path / "nowhere")
    with pytest.raises(InputError, match="has neither"):
        open_corpora(tmp_path)
    with pytest.raises(InputError, match="did you mean 'sealed'"):
        open_corpora(split="seeled")
    (tmp_path / "bad.s16").write_bytes(b"")
    (tmp_path / "bad.csv").write_text(HEAD + "p,1,l,music,m,False,f,x,1,0,1\n")
    with pytest.raises(InputError, match=r"bad\.csv, line 2"):
        open_corpora(tmp_path)
    (tmp_path / "bad.csv").unlink()
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "song.wav").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"song\.wav: is no sound file"):
        open_corpora(tmp_path)
