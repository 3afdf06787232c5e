"""Rating in parts: what a worker does with one, and what all of them came to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from securecall.rating.batch import Rater
from securecall.rating.files import format_of, open_groups, open_records, write_records
from securecall.rating.summarizer import Summarizer, rate_and_sum
from securecall.rating.tariff import Tariff
from securecall.rating.words import REJECTED, STATUSES
from securecall.spread import Made, Manifest, Part, Written
from securecall.spread.work import Tell

__all__ = ["AMOUNTS", "RatePart", "recount_rated", "summary_of"]

#: The rated columns that are added up, and held against the files again by `recount_rated`.
AMOUNTS = ("net", "tax", "total", "state_paid", "cap_saved")


@dataclass(frozen=True, slots=True)
class RatePart:
    """Rates one part of some files; work for `securecall.spread.write_parts`.

    Attributes
    ----------
    tariff : Tariff
        A worker gets it compiled.
    explain, replace : bool
        As in `Tariff.rate_batch`.

    Source
    ------
    own.
    """

    tariff: Tariff
    explain: bool = False
    replace: bool = False

    @property
    def what(self) -> str:
        """The kind of job."""
        return "rate"

    @property
    def digest(self) -> str:
        """Stands for the tariff and the options; time zones of another version are another job."""
        told = [self.tariff.digest, self.tariff.compiled.tzdata, self.explain, self.replace]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def start(self) -> None:
        """Leave the other processors to the other workers."""
        pa.set_cpu_count(1)
        pa.set_io_thread_count(1)

    def write(self, part: Part, path: Path, tell: Tell) -> Written:
        """Rate a part; see `securecall.spread.PartWork`.

        Raises
        ------
        InputError, ColumnError
            The file cannot be read, or its columns are not those of call records.
        """
        source = part.source
        file, form = str(source["file"]), str(source["format"])
        if "groups" in source:
            records = open_groups(file, form, source["first_group"], source["groups"])
        else:
            records = open_records(file, form)
        rater = Rater(
            self.tariff, records.schema, self.explain, self.replace, records.rating_schema
        )
        sums = Summarizer(self.tariff, places_only=True)
        told = 0

        def progress(done: int, total: int | None) -> None:
            nonlocal told
            tell(done - told)
            told = done

        batches = rate_and_sum(rater, records, sums, progress)
        write_records(str(path), rater.schema, batches, format_of(part.name))
        found = sums.summary()
        return Written(
            found.rows,
            {
                "rejected": found.rejected,
                "net": found.net,
                "tax": found.tax,
                "total": found.total,
                "state_paid": found.state_paid,
                "cap_saved": found.saved,
            },
            {
                "statuses": found.statuses,
                "by_facility": [_plain(row) for row in found.to_dict()["by_facility"]],
                "notes": list(records.notes),
            },
        )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in row.items()
    }


def summary_of(manifest: Manifest) -> dict[str, Any]:
    """Return what all parts of a rated job came to, as `Summary.to_dict` says it of one file.

    Parameters
    ----------
    manifest : Manifest

    Returns
    -------
    dict
        ``rows``, ``rejected``, ``statuses`` and ``by_facility``.

    Source
    ------
    own.
    """
    statuses: dict[str, int] = {}
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for made in manifest.made:
        detail = made.written.detail
        for status, count in detail["statuses"].items():
            statuses[status] = statuses.get(status, 0) + count
        for row in detail["by_facility"]:
            place = places.setdefault((row["facility"], row["jurisdiction"]), {})
            for name, value in row.items():
                if name in ("facility", "jurisdiction"):
                    place[name] = value
                elif name == "calls":
                    place[name] = place.get(name, 0) + value
                else:
                    place[name] = place.get(name, Decimal(0)) + Decimal(value)
    return {
        "rows": manifest.rows,
        "rejected": sum(count for status, count in statuses.items() if status in REJECTED),
        "statuses": {status: statuses[status] for status in STATUSES if status in statuses},
        "by_facility": [places[key] for key in sorted(places)],
    }


def recount_rated(path: Path, made: Made) -> Written:
    """Read a rated part again; for `securecall.spread.verify`.

    Parameters
    ----------
    path : path
    made : Made
        What was noted of it.

    Returns
    -------
    Written
        Its rows, and the sums of its amounts. Amounts in CSV are text there and read as such.

    Raises
    ------
    InputError
        The file cannot be read.

    Source
    ------
    own.
    """
    records = open_records(str(path), format_of(made.part.name))
    rows = 0
    sums = dict.fromkeys(AMOUNTS, Decimal("0.000000"))
    for batch, _ in records.batches:
        rows += batch.num_rows
        for name in AMOUNTS:
            column = batch.column(name)
            if not pa.types.is_decimal(column.type):
                column = pc.if_else(pc.equal(column, ""), None, column).cast(pa.decimal128(18, 6))
            sums[name] += pc.sum(column).as_py() or Decimal(0)
    return Written(rows, dict(sums))
