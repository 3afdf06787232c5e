"""Files that were learnt: their lines, and what is said of a line that is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from securecall.errors import BuildError
from securecall.fraud import forest, learnt, operating, recurrent, speech
from securecall.fraud.learnt import Kind, read_lines


def test_comments_and_empty_lines_are_passed_over() -> None:
    found: list[list[str]] = []
    read_lines("# made by a test\nkind,a,1\n\nnode,a\n#end", "a.csv", found.append)
    assert found == [["kind", "a", "1"], ["node", "a"]]


@pytest.mark.parametrize("error", [KeyError, ValueError, IndexError, TypeError])
def test_a_wrong_line_is_told_with_its_file_and_its_number(error: type[Exception]) -> None:
    def take(words: list[str]) -> None:
        if words[0] == "wrong":
            raise error("why")

    with pytest.raises(BuildError, match=rf"^a\.csv, line 3: {error.__name__}\('why'\)$"):
        read_lines("# none\nright\nwrong", "a.csv", take)


@pytest.mark.parametrize(
    ("file", "made"),
    [
        (forest.FILE, forest.evidence), (recurrent.FILE, recurrent.network),
        (speech.NETWORK, speech.packed_network), (operating.CURVES, operating.curves),
    ],
)  # fmt: skip
def test_a_damaged_file_of_the_package_is_told_with_its_line(
    file: str, made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / file
    damaged.parent.mkdir()
    damaged.write_text("# made by a test\nkind,x,y,z,\n", encoding="utf-8")
    monkeypatch.setattr(learnt, "files", lambda package: tmp_path)
    with pytest.raises(BuildError, match=f"^{file}, line 2: "):
        made.__wrapped__()  # not the one that is kept


def test_probabilities_and_log_odds_are_each_others_inverse() -> None:
    kind = Kind("three_way", 0.0, 1.0, 2.0, 0.8, -1.5)
    for odds in (-3.0, 0.0, 2.5):
        assert kind.log_odds(kind.probability(odds)) == pytest.approx(odds)


def test_no_probability_is_beyond_reach() -> None:
    kind = Kind("three_way", 0.0, 1.0, 2.0, 0.8, -1.5)
    assert kind.log_odds(1.0) == kind.log_odds(1.0 - 1e-9) < 30
    assert kind.log_odds(0.0) == kind.log_odds(1e-9) > -30
