from typing import final

from _typeshed import ReadableBuffer, WriteableBuffer

VERSION: int

@final
class Stack:
    fees: int
    def __new__(cls, rows: ReadableBuffer) -> Stack: ...
    def quote(
        self, deposit: int
    ) -> tuple[int, int, int, int, int, int, tuple[int, ...], tuple[int, ...]]: ...
    def reach(self, wanted: int, last_cents: int) -> int: ...
    def find(
        self,
        wanted: int,
        first_cents: int,
        last_cents: int,
        leaps: bool,
        first_hit: bool,
        work: int,
    ) -> tuple[int, int, int]: ...
    def neighbours(
        self,
        wanted: int,
        first_cents: int,
        last_cents: int,
        below: int,
        above: int,
        below_goal: int,
        above_goal: int,
        leaps: bool,
        work: int,
    ) -> tuple[int, int, int]: ...

def cents_of_decimals(values: ReadableBuffer, scale: int, cents: WriteableBuffer) -> None: ...
def cents_of_text(
    offsets: ReadableBuffer, content: ReadableBuffer, cents: WriteableBuffer
) -> None: ...
def quote_rows(
    stacks: list[Stack],
    starts: ReadableBuffer,
    stack_at: ReadableBuffer,
    first: ReadableBuffer,
    table: ReadableBuffer,
    method_codes: int,
    channel_codes: int,
    facility: tuple[ReadableBuffer, ReadableBuffer],
    method: tuple[ReadableBuffer, ReadableBuffer],
    channel: tuple[ReadableBuffer, ReadableBuffer],
    at: ReadableBuffer,
    at_unit: int,
    at_divisor: int,
    cents: ReadableBuffer,
    status: WriteableBuffer,
    amounts: WriteableBuffer,
    valid: WriteableBuffer,
) -> list[int]: ...
