"""The limits that the page of security tells are those that the code has."""

from __future__ import annotations

import re
from pathlib import Path

from securecall.integrations import limits

PAGE = Path(__file__).parents[2] / "docs" / "security.md"


def test_the_page_and_the_code_have_the_same_limits() -> None:
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {name: int(value) for name, value in rows}
    assert told == {name: getattr(limits, name) for name in limits.__all__}


def test_a_text_message_holds_the_most_audio_in_base64() -> None:
    assert limits.AUDIO_BYTES_MAX * 4 / 3 + 1000 < limits.TEXT_CHARACTERS_MAX
