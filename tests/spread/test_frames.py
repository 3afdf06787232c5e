"""Messages over pipes, cut anywhere."""

from __future__ import annotations

import os
import pickle

from hypothesis import given
from hypothesis import strategies as st

from securecall.spread.frames import END, Inbox, frame, read_frame

MESSAGES = st.lists(st.one_of(st.integers(), st.text(max_size=300), st.none()), max_size=8)


@given(MESSAGES, st.integers(1, 40))
def test_messages_come_whole_however_the_pipe_cuts_them(messages: list[object], size: int) -> None:
    sent = b"".join(map(frame, messages))
    inbox = Inbox()
    got = [
        message
        for first in range(0, len(sent), size)
        for message in inbox.add(sent[first : first + size])
    ]
    assert got == messages


def test_a_reader_gets_frames_then_the_end_then_nothing() -> None:
    reads, writes = os.pipe()
    os.write(writes, frame({"a": 1}) + END + frame("cut")[:5])
    os.close(writes)
    first = read_frame(reads)
    assert first is not None
    assert pickle.loads(first) == {"a": 1}
    assert read_frame(reads) == b""
    assert read_frame(reads) is None
    os.close(reads)
