"""Accounting lines of Kamailio's acc module, joined to one record a call.

Two kinds of line matter: a transaction (``ACC: transaction answered: timestamp=...;method=INVITE``
and more), with the caller's account and the reply, and a CDR (``start_time=...; duration=...``),
written when the dialog ends. A call is the CDR and the INVITE of its Call-ID. An answered INVITE
without a CDR is a call still running or a CDR lost: a record without duration. An INVITE that
nobody answered is a record without answer. All other transactions of a call are kept as records
that are set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import pyarrow as pa

from securecall.rating.switches.raw import FILE, raw_table

__all__ = ["AccLines"]

_TRANSACTION = re.compile(r"\bACC: [a-z ]+: (.*)\Z", re.DOTALL)
_CDR = re.compile(r"(?:\A|[\s:])(start_time=.*)\Z", re.DOTALL)
_KEY: Final = r"[A-Za-z_][\w.-]*="
# A value may hold semicolons; one that a key follows ends it.
_PAIR = re.compile(rf"(?:\A|;)\s*({_KEY[:-1]})=((?:[^;]++|;(?!\s*{_KEY}))*+)")
_NEEDED: Final = ("timestamp", "method", "call_id", "code")
_OK_CODE = re.compile(r"2[0-9]{2}\Z")


@dataclass(slots=True)
class _Row:
    """A record to be: where it stands, its fields, why it is broken or set aside."""

    file: int
    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    broken: str | None = None
    aside: str | None = None


@dataclass(slots=True)
class _Call:
    """What the lines of one Call-ID say."""

    cdrs: list[_Row] = field(default_factory=list)
    invites: list[_Row] = field(default_factory=list)
    others: list[_Row] = field(default_factory=list)


class AccLines:
    """Reads the log files of one layout; lines of a call may stand in different files.

    Parameters
    ----------
    fields : sequence of str
        The keys that are wanted. Besides the log's own there is ``status``, the reply's code and
        reason.
    call_key : str
        The key of a CDR line that has the Call-ID.

    Attributes
    ----------
    other_lines : int
        Lines that are not accounting, and are left out.
    """

    def __init__(self, fields: Sequence[str], call_key: str) -> None:
        self.fields = tuple(fields)
        self.call_key = call_key
        self.other_lines = 0
        self._calls: dict[str, _Call] = {}
        self._broken: list[_Row] = []
        self._wanted = {*fields, call_key, *_NEEDED, "reason", "start_time", "duration"}

    def read(self, stream: BinaryIO, file: int) -> None:
        """Take in a file, by its number."""
        for line, raw in enumerate(stream, 1):
            text = raw.decode("utf-8", "replace").rstrip("\r\n")
            if match := _TRANSACTION.search(text):
                self._take(_Row(file, line), match[1], cdr=False)
            elif match := _CDR.search(text):
                self._take(_Row(file, line), match[1], cdr=True)
            elif text.strip():
                self.other_lines += 1

    def _take(self, row: _Row, text: str, cdr: bool) -> None:
        """Sort one accounting line into its call."""
        values, twice = _pairs(text)
        twice &= self._wanted
        key = self.call_key if cdr else "call_id"
        needed = (self.call_key, "start_time", "duration") if cdr else _NEEDED
        missing = [name for name in needed if not values.get(name, "").strip()]
        if twice:
            # A dialled number may hold ";pin=..." of the caller's choice: nobody can say which is
            # the switch's own.
            row.broken = f"the line has {min(twice)!r} twice"
        elif missing:
            row.broken = f"the line has no {missing[0]!r}"
        if row.broken is not None:
            self._broken.append(row)
            return
        values = {name: value.strip() for name, value in values.items() if name in self._wanted}
        values["call_id"] = values[key]
        row.values = values
        call = self._calls.setdefault(values[key], _Call())
        if cdr:
            call.cdrs.append(row)
            return
        values["status"] = f"{values['code']} {values.get('reason', '')}".rstrip()
        (call.invites if values["method"] == "INVITE" else call.others).append(row)

    def table(self, files: pa.Array) -> pa.Table:
        """Return the raw table of all that was read, with its files."""
        rows = [*self._broken, *(row for call in self._calls.values() for row in _joined(call))]
        rows.sort(key=lambda row: (row.file, row.line))
        table = raw_table(
            self.fields,
            {name: [row.values.get(name) or None for row in rows] for name in self.fields},
            [row.line for row in rows],
            [row.broken for row in rows],
            [row.aside for row in rows],
        )
        indices = pa.array([row.file for row in rows], pa.int32())
        return table.append_column(FILE, pa.DictionaryArray.from_arrays(indices, files))


def _joined(call: _Call) -> Iterator[_Row]:
    """Yield the record of a call, and the rest set aside."""
    answered = [row for row in call.invites if _OK_CODE.match(row.values["code"])]
    invite = next(iter(answered or call.invites), None)
    if call.cdrs:
        first, *again = call.cdrs
        known = {} if invite is None else invite.values
        first.values = {**known, **{name: value for name, value in first.values.items() if value}}
        yield first
        for row in again:
            row.aside = "a second CDR line of the same Call-ID"
            yield row
    elif invite is not None:
        if answered:
            # The only answer time there is, in whole seconds; how long it lasted nobody wrote.
            invite.values = {**invite.values, "start_time": invite.values["timestamp"]}
        yield invite
    for row in (*call.invites, *call.others):
        if row is invite:
            continue
        row.aside = f"the {row.values['method']} is another transaction of the Call-ID"
        yield row


def _pairs(text: str) -> tuple[dict[str, str], set[str]]:
    """Return the keys and values of ``a=b;c=d``, and the keys that stand twice."""
    pairs = _PAIR.findall(text)
    found = dict(pairs)
    if len(found) == len(pairs):
        return found, set()
    keys = [key for key, _ in pairs]
    return found, {key for key in keys if keys.count(key) > 1}
