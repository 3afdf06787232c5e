"""When things hold, for the engine: zones, schedules of local time, terms.

A term is a time in force: effective dates, and for a rate its windows. Terms are numbered once and
worked out for every zone, because a local date is another instant in each.
"""

from __future__ import annotations

from typing import Any, Final

from securecall.rating.contract import Moment
from securecall.rating.numbering import area_regions
from securecall.rating.packing import flat, rows
from securecall.rating.windows import DAY_TYPES, Window, day_edges
from securecall.rating.zones import load_zone

__all__ = ["Calendar"]

FOREVER: Final = 1 << 60


class Calendar:
    """Numbers zones and terms as they are asked for."""

    def __init__(self) -> None:
        self.zones: dict[str, int] = {}
        self.terms: dict[tuple[Moment | None, Moment | None, int], int] = {}
        self.schedules: dict[tuple[Window, ...], int] = {}

    def zone(self, name: str) -> int:
        """Return the number of a zone."""
        return self.zones.setdefault(name, len(self.zones))

    def term(
        self,
        begins: Moment | None,
        ends: Moment | None,
        when: tuple[Window, ...] | None = None,
    ) -> int:
        """Return the number of a time in force, or -1 for always."""
        if begins is None and ends is None and when is None:
            return -1
        schedule = -1
        if when is not None:
            schedule = self.schedules.setdefault(when, len(self.schedules))
        return self.terms.setdefault((begins, ends, schedule), len(self.terms))

    def parts(self) -> dict[str, Any]:
        """Return terms by zone, schedules, zones and area codes, packed."""
        zones = [load_zone(name) for name in self.zones]
        terms = [
            (
                -FOREVER if begins is None else zone.first_instant_ms(begins),
                FOREVER if ends is None else zone.first_instant_ms(ends),
                schedule,
            )
            for zone in zones
            for begins, ends, schedule in self.terms
        ]
        edges: list[tuple[int, int]] = []
        edge_first = []
        for when in self.schedules:
            for day_type in DAY_TYPES:
                edge_first.append(len(edges))
                edges += [(ms, int(holds)) for ms, holds in day_edges(when, *day_type)]
            edge_first.append(len(edges))
        firsts: list[tuple[int, int]] = []
        utc: list[int] = []
        offsets: list[int] = []
        for zone in zones:
            firsts.append((len(utc), len(zone.begins_ms)))
            utc += zone.begins_ms
            offsets += zone.offsets_ms
        return {
            "terms": rows(terms, 3),
            "edges": rows(edges, 2),
            "edge_first": flat(edge_first),
            "zones": rows(firsts, 2),
            "zone_utc": flat(utc),
            "zone_offset": flat(offsets),
            "areas": area_regions(),
        }
