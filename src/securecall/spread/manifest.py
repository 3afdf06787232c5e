"""What a job made: parts with their rows, sums and digests; written when all is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from os import PathLike
from pathlib import Path
from typing import Any, Final

from securecall.errors import InputError
from securecall.spread.part import Made, added, plain_sums

__all__ = ["JOURNAL", "MANIFEST", "Manifest", "read_manifest"]

# Names that begin like this are no data to whoever reads a folder of parts.
MANIFEST: Final = "_manifest.json"
JOURNAL: Final = "_journal.jsonl"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder of parts must hold.

    Attributes
    ----------
    what : str
        The kind of job.
    digest : str
        Stands for the job's options: equal parts of equal digests have equal content.
    made : tuple of Made
        In the order of the job.

    Source
    ------
    own.
    """

    what: str
    digest: str
    made: tuple[Made, ...]

    @property
    def rows(self) -> int:
        """Rows of all parts.

        Source
        ------
        own.
        """
        return sum(one.written.rows for one in self.made)

    @property
    def sums(self) -> dict[str, int | Decimal]:
        """Sums over all parts, by name.

        Source
        ------
        own.
        """
        return added([one.written.sums for one in self.made])

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON.

        Source
        ------
        own.
        """
        return {
            "format": FORMAT,
            "what": self.what,
            "digest": self.digest,
            "rows": self.rows,
            "sums": plain_sums(self.sums),
            "parts": [one.to_dict() for one in self.made],
        }

    def to_text(self) -> str:
        """Return it as the text of its file: the same job gives the same.

        Source
        ------
        own.
        """
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"


def read_manifest(folder: str | PathLike[str]) -> tuple[Manifest, Mapping[str, Any]]:
    """Read the manifest of a folder of parts.

    Parameters
    ----------
    folder : path

    Returns
    -------
    manifest : Manifest
    told : mapping
        The file as it stands, whose totals may be other than the parts' sums.

    Raises
    ------
    InputError
        There is none, or it is damaged.

    Source
    ------
    own.
    """
    path = Path(folder) / MANIFEST
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise InputError(f"{path}: is of format {told['format']}, not {FORMAT}")
        made = tuple(Made.from_dict(one) for one in told["parts"])
        return Manifest(str(told["what"]), str(told["digest"]), made), told
    except FileNotFoundError:
        unfinished = (Path(folder) / JOURNAL).exists()
        raise InputError(
            f"{path}: there is no such file"
            + ("; the job is not finished: run it again to go on" if unfinished else "")
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: is damaged: {error!r}") from None
