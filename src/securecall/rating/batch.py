"""Call records in, rated call records out: Arrow tables and streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from securecall import _rating
from securecall.errors import ColumnError
from securecall.rating.packed_words import PackedWords
from securecall.rating.words import CLASSES, JURISDICTIONS, REJECTED, STATUSES

if TYPE_CHECKING:
    import pyarrow as pa

    from securecall.rating.call import Line
    from securecall.rating.tariff import Tariff

__all__ = ["RATED", "Progress", "Rater", "rate_batch", "rate_stream"]

# Called with rows done so far, and all rows where that is known.
Progress: TypeAlias = Callable[[int, int | None], object]

#: The columns that rating adds, in order; ``lines`` only with ``explain``.
RATED: Final = (
    "status", "net", "tax", "total", "state_paid", "cap_saved", "billed_ms", "jurisdiction",
    "rate_class", "rate_id", "cap_source",
)  # fmt: skip
ROWS: Final = 1 << 16  # at a time: results of that many rows stay in a processor's cache

_PRICED: Final = 1 << STATUSES.index("ok") | 1 << STATUSES.index("unanswered")
_PLACED: Final = _PRICED | 1 << STATUSES.index("no_rate") | 1 << STATUSES.index("overflow")
_MATCHED: Final = 1 << STATUSES.index("ok") | 1 << STATUSES.index("overflow")


class Rater:
    """Rates the batches of one table; remembers what it counted.

    Where the columns that rating reads are not those that pass through (text of a CSV file), their
    schema is ``rating_schema``, and each batch comes with another that has them.

    Attributes
    ----------
    given : pyarrow.Schema
        Of the batches that come in.
    schema : pyarrow.Schema
        Of the rated batches: the input's columns, then the rated ones.
    counts : dict of str to int
        Rows so far by status.
    """

    def __init__(
        self,
        tariff: Tariff,
        schema: pa.Schema,
        explain: bool = False,
        replace: bool = False,
        rating_schema: pa.Schema | None = None,
    ) -> None:
        import pyarrow as pa

        from securecall.rating.columns import Columns

        self.tariff = tariff
        self.given, self._read = schema, rating_schema
        self.explain = explain
        self._columns = Columns(
            rating_schema or schema,
            tariff.compiled.facilities,
            None if rating_schema is None else schema.names,
        )
        compiled = tariff.compiled
        words = {
            "status": (pa.int8(), STATUSES),
            "jurisdiction": (pa.int8(), JURISDICTIONS),
            "rate_class": (pa.int8(), CLASSES[:-1]),
            "rate_id": (pa.int32(), compiled.rate_ids),
            "cap_source": (pa.int16(), compiled.sources),
        }
        self._dictionaries = {
            name: (values if isinstance(values, PackedWords) else PackedWords.of(values)).to_arrow()
            for name, (_, values) in words.items()
        }
        amount = pa.decimal128(18, 6)
        rated = {
            name: pa.dictionary(words[name][0], pa.string()) if name in words else amount
            for name in RATED
        }
        rated["billed_ms"] = pa.int64()
        if explain:
            rated["lines"] = pa.list_(
                pa.struct(
                    [
                        ("kind", pa.string()),
                        ("text", pa.string()),
                        ("quantity_ms", pa.int64()),
                        ("unit_price", pa.decimal128(30, 12)),
                        ("amount", amount),
                    ]
                )
            )
        taken = [name for name in rated if name in schema.names]
        if taken and not replace:
            raise ColumnError(
                taken[0],
                "is one that rating adds; drop or rename it, or rate with replace=True",
            )
        self._kept = [name for name in schema.names if name not in taken]
        self._rated = rated
        metadata = {**(schema.metadata or {}), b"securecall.tariff": tariff.digest.encode()}
        self.schema = pa.schema(
            [
                *(schema.field(name) for name in self._kept),
                *(pa.field(name, kind) for name, kind in rated.items()),
            ],
            metadata,
        )
        self.counts = dict.fromkeys(STATUSES, 0)
        self._zeros = pa.py_buffer(bytes(16 * ROWS))
        self._spare: list[pa.Buffer] = []

    @property
    def rejected(self) -> int:
        """Rows so far that somebody must look at."""
        return sum(self.counts[status] for status in REJECTED)

    def rate(
        self, batch: pa.RecordBatch, rating: pa.RecordBatch | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Rate a batch of any size; yield it in pieces of at most ``ROWS`` rows, in order."""
        from securecall.rating.columns import check_batch

        check_batch(batch, self.given)
        if rating is not None and self._read is not None:
            check_batch(rating, self._read)
        for first in range(0, batch.num_rows, ROWS):
            through = batch.slice(first, ROWS)
            yield self._rate(through, through if rating is None else rating.slice(first, ROWS))

    def rate_whole(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rate a batch of any size, also of no rows; one comes out."""
        from securecall.rating.columns import check_batch

        check_batch(batch, self.given)
        return self._rate(batch, batch)

    def _rate(self, batch: pa.RecordBatch, rating: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        rows = batch.num_rows
        amounts = [pa.allocate_buffer(16 * rows) for _ in range(3)]
        for _ in range(2):
            whole = rows == ROWS and self._spare
            amounts.append(self._spare.pop() if whole else pa.allocate_buffer(16 * rows))
        status = pa.allocate_buffer(rows)
        billed = pa.allocate_buffer(8 * rows)
        places = [pa.allocate_buffer(rows) for _ in range(2)]
        rate_id = pa.allocate_buffer(4 * rows)
        source = pa.allocate_buffer(2 * rows)
        counts, state_paid, saved, uncapped = self.tariff.compiled.plan.rate_rows(
            rows,
            self._columns.parts(rating),
            [status, *amounts, billed, *places, rate_id, source],
            *self._columns.start_unit,
        )
        for name, count in zip(STATUSES, counts, strict=True):
            self.counts[name] += count
        if len(self._zeros) < 16 * rows:
            self._zeros = pa.py_buffer(bytes(16 * rows))
        # Most pieces have no state's share and many nothing saved: they share one buffer of zeros.
        for place, count in ((3, state_paid), (4, saved)):
            if not count:
                if rows == ROWS:
                    self._spare.append(amounts[place])
                amounts[place] = self._zeros
        valid = self._validity(status, rows, counts)
        present = None
        if uncapped:
            present = pa.allocate_buffer((rows + 7) // 8)
            codes = memoryview(source).cast("B").cast("h")
            _rating.pack_present(codes, memoryview(present).cast("B"))
        buffers = {
            "status": (None, status),
            "net": (valid[_PRICED], amounts[0]),
            "tax": (valid[_PRICED], amounts[1]),
            "total": (valid[_PRICED], amounts[2]),
            "state_paid": (valid[_PRICED], amounts[3]),
            "cap_saved": (valid[_PRICED], amounts[4]),
            "billed_ms": (valid[_PRICED], billed),
            "jurisdiction": (valid[_PLACED], places[0]),
            "rate_class": (valid[_PLACED], places[1]),
            "rate_id": (valid[_MATCHED], rate_id),
            "cap_source": (present, source),
        }
        arrays = [batch.column(name) for name in self._kept]
        for name, pair in buffers.items():
            kind = self._rated[name]
            if name in self._dictionaries:
                indices = pa.Array.from_buffers(kind.index_type, rows, list(pair))
                arrays.append(
                    pa.DictionaryArray.from_arrays(indices, self._dictionaries[name], safe=False)
                )
            else:
                arrays.append(pa.Array.from_buffers(kind, rows, list(pair)))
        if self.explain:
            arrays.append(self._lines(rating))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    @staticmethod
    def _validity(status: pa.Buffer, rows: int, counts: list[int]) -> dict[int, pa.Buffer | None]:
        """Return validity bits for each set of statuses that leave a value; None if all do."""
        import pyarrow as pa

        found: dict[int, pa.Buffer | None] = {}
        for statuses in (_PRICED, _PLACED, _MATCHED):
            found[statuses] = None
            if any(count for number, count in enumerate(counts) if not statuses >> number & 1):
                bits = pa.allocate_buffer((rows + 7) // 8)
                _rating.pack_validity(memoryview(status), statuses, memoryview(bits).cast("B"))
                found[statuses] = bits
        return found

    def _lines(self, batch: pa.RecordBatch) -> pa.Array:
        """Explain every row, one at a time; rejected rows have no lines."""
        import pyarrow as pa

        from securecall.errors import AmountOverflow, CallRejected
        from securecall.rating.columns import calls_of
        from securecall.rating.rater import rate_call

        found: list[Any] = []
        for call in calls_of(batch):
            try:
                lines = None if call is None else rate_call(self.tariff, call).lines
            except (CallRejected, AmountOverflow):
                lines = None
            found.append(None if lines is None else [_fields(line) for line in lines])
        return pa.array(found, self._rated["lines"])


def _fields(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__slots__}


def rate_batch(
    tariff: Tariff, cdrs: Any, *, explain: bool = False, replace: bool = False
) -> pa.Table:
    """Rate a table; see `Tariff.rate_batch`."""
    import pyarrow as pa

    from securecall.rating.columns import open_stream

    reader = open_stream(cdrs)
    rater = Rater(tariff, reader.schema, explain, replace)
    batches = [rated for batch in reader for rated in rater.rate(batch)]
    return pa.Table.from_batches(batches, rater.schema)


def rate_stream(
    tariff: Tariff,
    cdrs: Any,
    *,
    progress: Progress | None = None,
    explain: bool = False,
    replace: bool = False,
) -> pa.RecordBatchReader:
    """Rate a stream; see `Tariff.rate_stream`."""
    import pyarrow as pa

    from securecall.rating.columns import open_stream

    total = getattr(cdrs, "num_rows", None)
    reader = open_stream(cdrs)
    rater = Rater(tariff, reader.schema, explain, replace)

    def rated() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in reader:
            for piece in rater.rate(batch):
                done += piece.num_rows
                yield piece
                if progress is not None:
                    progress(done, total if isinstance(total, int) else None)

    return pa.RecordBatchReader.from_batches(rater.schema, rated())
