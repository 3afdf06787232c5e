"""From files to our columns: reads, sets other legs aside, converts, and notes what is doubtful."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from securecall.errors import InputError, InputTypeError
from securecall.rating.layout import Among, Field, Layout, NotNamed, Rule, Same
from securecall.rating.switches.acc_lines import AccLines
from securecall.rating.switches.converter import Converter
from securecall.rating.switches.csv_lines import CsvLines
from securecall.rating.switches.dialplan import numbers
from securecall.rating.switches.json_lines import JsonLines
from securecall.rating.switches.raw import ASIDE, BROKEN, FILE, LINE, raw_schema
from securecall.rating.switches.result import DialPlan, Given, Imported, Note
from securecall.rating.zones import Zone

__all__ = ["Importer"]

NOTES_MAX: Final = 1000


class Importer:
    """One run of `securecall.rating.records.read`, whose arguments have been checked."""

    def __init__(
        self,
        layout: Layout,
        *,
        given: Mapping[str, Given | int | None],
        asked: Mapping[str, Given | int | None],
        required: dict[str, str],
        extra: tuple[str, ...],
        zone: Zone | None,
        dial_plan: DialPlan,
    ) -> None:
        self.layout = layout
        self.given = given
        self.asked = asked
        self.required = required
        self.extra = extra
        self.zone = zone
        self.dial_plan = dial_plan
        self.notes: list[Note] = []
        numbers(pa.chunked_array([], pa.string()), dial_plan)  # refuses an unknown plan at once
        used = layout.fields()
        for name, value in given.items():
            used.pop(name, None)
            if isinstance(value, Field):
                used[name] = value
        names = [name for field in used.values() for name in field.names]
        self.fields = tuple(dict.fromkeys([*names, *extra]))

    def run(self, source: Any) -> Imported:
        """Read, and return what came of it."""
        raw = self._raw(_inputs(source, self.layout.suffix))
        aside = self._aside(raw)
        raw = raw.set_column(raw.schema.get_field_index(ASIDE), ASIDE, aside)
        ours = pc.is_null(aside)
        mine, others = raw.filter(ours), raw.filter(pc.invert(ours))
        del raw  # large
        self._remark(mine, others)
        calls = Converter(self, mine, self.note_rows, self.note).table()
        legs = Converter(self, others, _silent, _silent).table()
        reasons = pc.dictionary_encode(others.column(ASIDE))
        legs = legs.append_column("set_aside", reasons)
        self._repeated(calls)
        notes = sorted(self.notes, key=lambda note: (note.row is None, note.row or 0))
        return Imported(calls.unify_dictionaries(), legs.unify_dictionaries(), tuple(notes))

    # Reading

    def _raw(self, inputs: list[tuple[str, Path | BinaryIO]]) -> pa.Table:
        """Return every record of every file as text."""
        layout = self.layout
        files = pa.array([name for name, _ in inputs], pa.string())
        if layout.form == "acc":
            lines = AccLines(self.fields, layout.call_key)
            for number, (name, place) in enumerate(inputs):
                with _opened(place, name) as stream:
                    lines.read(stream, number)
            if lines.other_lines:
                what = "line is" if lines.other_lines == 1 else "lines are"
                self.note(f"{lines.other_lines} {what} not accounting, and left out")
            return lines.table(files)
        reader: CsvLines | JsonLines
        if layout.form == "json":
            reader = JsonLines(self.fields, layout.percent_encoded)
        else:
            header = layout.form == "csv_header"
            reader = CsvLines(layout.name, layout.columns, self.fields, header, self.required)
        pieces: list[pa.Table] = []
        for number, (name, place) in enumerate(inputs):
            before = len(pieces)
            with _opened(place, name) as stream:
                for piece in reader.read(stream, name):
                    indices = pa.repeat(pa.scalar(number, pa.int32()), piece.num_rows)
                    pieces.append(
                        piece.append_column(FILE, pa.DictionaryArray.from_arrays(indices, files))
                    )
            if len(pieces) == before:
                self.notes.append(Note(name, None, None, "the file has no record"))
        if not pieces:
            file = pa.field(FILE, pa.dictionary(pa.int32(), pa.string()))
            return raw_schema(self.fields).append(file).empty_table()
        raw = pa.concat_tables(pieces)
        if isinstance(reader, JsonLines):
            self._fits(raw, reader.keys)
        return raw

    def _fits(self, raw: pa.Table, keys: tuple[str, ...]) -> None:
        """Raise if objects were read and none of them has what the layout looks for."""
        whole = raw.filter(pc.is_null(raw.column(BROKEN)))
        if not whole.num_rows:
            return
        names = [name for field in self.layout.fields().values() for name in field.names]
        if all(
            whole.column(name).null_count == whole.num_rows for name in names if name in self.fields
        ):
            first = whole.slice(0, 1).to_pylist()[0]
            raise InputError(
                f"{first[FILE]}:{first[LINE]}: no record fits layout {self.layout.name!r}, which "
                f"looks for {', '.join(names[:4])} ...; the first has {', '.join(keys)}"
            )

    # Legs

    def _aside(self, raw: pa.Table) -> pa.ChunkedArray:
        """Return why each record is not the one to charge; null where it is."""
        aside = raw.column(ASIDE)
        whole = pc.is_null(raw.column(BROKEN))
        for rule in self.layout.billable:
            fails = pc.fill_null(_fails(rule, raw), False)
            fails = pc.and_(pc.and_(fails, whole), pc.is_null(aside))
            aside = pc.if_else(fails, pa.scalar(rule.reason, pa.string()), aside)
            names = [rule.field, rule.other] if isinstance(rule, Same | NotNamed) else [rule.field]
            missing = [name for name in names if raw.column(name).null_count == raw.num_rows]
            if missing and raw.num_rows and not isinstance(rule, NotNamed):
                if not isinstance(rule, Same):
                    continue  # a record that says nothing of it is an ordinary one
                self.note(
                    f"no record has {missing[0]!r}: legs of one call cannot be told apart, "
                    "and every record counts as a call"
                )
        return aside

    # Notes

    def note(self, reason: str) -> None:
        """Note something about the whole source."""
        self.notes.append(Note("", None, None, reason))

    def note_rows(
        self,
        raw: pa.Table,
        mask: pa.ChunkedArray,
        text: pa.ChunkedArray | None,
        reason: Callable[[Any], str],
    ) -> None:
        """Note something about each of some rows; ``reason`` gets the row's text."""
        if not len(mask):  # of no chunks at all, indices_nonzero crashes up to pyarrow 23
            return
        rows = pc.indices_nonzero(pc.fill_null(mask, False))
        if not len(rows):
            return
        first = rows.slice(0, NOTES_MAX)
        files, lines = (raw.column(name).take(first).to_pylist() for name in (FILE, LINE))
        texts = [None] * len(first) if text is None else text.take(first).to_pylist()
        for row, file, line, value in zip(first.to_pylist(), files, lines, texts, strict=True):
            self.notes.append(Note(file, line, row, reason(value)))
        if len(rows) > NOTES_MAX:
            self.note(f"{len(rows) - NOTES_MAX} more rows: {self.notes[-1].reason}")

    def _remark(self, mine: pa.Table, others: pa.Table) -> None:
        """Note what the records as a whole lack."""
        if others.num_rows and not mine.num_rows:
            self.note("every record was set aside: is the layout's rule the right one?")
        if self.given["facility"] is None and mine.num_rows:
            self.note("no facility is declared: rating rejects every row")
        for name, value in self.asked.items():
            if isinstance(value, Field) and mine.num_rows:
                columns = [mine.column(field) for field in value.names]
                if all(column.null_count == mine.num_rows for column in columns):
                    self.note(f"{name}: no record has a value of {' or '.join(value.names)}")

    def _repeated(self, calls: pa.Table) -> None:
        """Note call ids that stand in several rows."""
        ids = pc.drop_null(calls.column("call_id"))
        extra = len(ids) - pc.count_distinct(ids).as_py()
        if not extra:
            return
        counts = pc.value_counts(ids.combine_chunks() if ids.num_chunks else ids)
        often = pc.greater(counts.field("counts"), 1)
        first = counts.field("values").filter(often)[0].as_py()
        self.note(f"{extra} rows repeat the call_id of another row; the first is {first!r}")


def _silent(*_: Any) -> None:
    """Note nothing."""


def _fails(rule: Rule, raw: pa.Table) -> pa.ChunkedArray:
    """Tell which records a rule sets aside; null where a record has not the field."""

    def column(name: str) -> pa.ChunkedArray:
        text = raw.column(name)
        return pc.if_else(pc.equal(text, ""), None, text)

    field = column(rule.field)
    if isinstance(rule, Same):
        return pc.not_equal(field, column(rule.other))
    if isinstance(rule, NotNamed):
        named = pc.drop_null(pc.unique(column(rule.other)))
        return pc.is_in(field, value_set=named)
    among = pc.is_in(field, value_set=pa.array(rule.words, pa.string()))
    if isinstance(rule, Among):
        return pc.and_(pc.invert(among), pc.is_valid(field))
    return among


def _inputs(source: Any, suffix: str) -> list[tuple[str, Path | BinaryIO]]:
    """Return the files of a source, with their names, in order."""
    if isinstance(source, str | PathLike):
        path = Path(fspath(source))
        if path.is_dir():
            found = sorted(entry for entry in path.iterdir() if entry.name.endswith(suffix))
            if not found:
                raise InputError(f"source {str(path)!r} must have a file *{suffix}")
            return [(str(entry), entry) for entry in found]
        return [(str(path), path)]
    if hasattr(source, "read"):
        name = getattr(source, "name", None)
        return [(name if isinstance(name, str) else "<stream>", cast(BinaryIO, source))]
    if isinstance(source, Iterable) and not isinstance(source, bytes | bytearray | memoryview):
        return [pair for one in source for pair in _inputs(one, suffix)]
    raise InputTypeError(
        f"source must be a path, a binary file or several, not {type(source).__name__}"
    )


def _opened(place: Path | BinaryIO, name: str) -> Any:
    if not isinstance(place, Path):
        if isinstance(place.read(0), str):
            raise InputTypeError(f"source {name!r} must be a binary file, not a text file")
        return nullcontext(place)
    try:
        return place.open("rb")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"source {name!r} cannot be read: {reason}") from None
