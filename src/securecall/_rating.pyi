from typing import Any, Final, TypeAlias, final

from _typeshed import ReadableBuffer, WriteableBuffer

VERSION: int

# (status, class, scope, rate id, ruling, governs, billed_ms, net, tax, total, state_paid, saved,
# connect fee); amounts are micro-dollars.
_Rated: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int]

# (elapsed_ms, rate id, pricing, step, increment_ms)
_Mark: TypeAlias = tuple[int, int, int, int, int]

@final
class Plan:
    scalars: Final[dict[str, int]]
    def __new__(cls, parts: dict[str, Any], scalars: dict[str, int]) -> Plan: ...
    def dump(self) -> list[bytes]: ...
    def rate(
        self,
        number: bytes,
        facility: int,
        start_ms: int,
        duration_ms: int,
        authorized_ms: int,
        medium: int,
        bill_type: int,
        relay: int,
    ) -> _Rated: ...
    def curve(
        self,
        number: bytes,
        facility: int,
        start_ms: int,
        horizon_ms: int,
        medium: int,
        bill_type: int,
        relay: int,
        held: bool = True,
    ) -> tuple[int, int, int, int, int, tuple[Any, ...] | None, list[_Mark] | None]: ...
    def rate_rows(
        self,
        rows: int,
        columns: dict[str, Any],
        results: list[WriteableBuffer],
        start_unit: int,
        start_divisor: int,
    ) -> tuple[list[int], int, int, int]: ...

@final
class GroupSums:
    def __new__(cls, groups: int, columns: int) -> GroupSums: ...
    def add(
        self,
        rows: int,
        key: tuple[ReadableBuffer, ReadableBuffer | None, int],
        columns: list[tuple[ReadableBuffer, ReadableBuffer | None, int, int]],
    ) -> None: ...
    def found(self) -> list[tuple[int, ...]]: ...

def pack_validity(status: ReadableBuffer, statuses: int, bits: WriteableBuffer) -> None: ...
def pack_present(codes: WriteableBuffer, bits: WriteableBuffer) -> None: ...
def layout() -> tuple[int, ...]: ...
def mapped(
    memory: ReadableBuffer, places: list[tuple[int, int]], scalars: dict[str, int]
) -> Plan: ...
