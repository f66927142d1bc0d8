"""What a report is about: its place, its level, its period, by the roles that its schema gives to metadata."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from baogao.record import Record
from baogao.schema import Schema
from baogao.schema.fields import Role

_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_WHOLE_YEAR = ("-01", "-12")
"""What of a year's first and last month stands behind the year."""


@dataclass(frozen=True)
class Subject:
    """What a report is about; empty words where it does not say, or where the schema does not ask."""

    title: str = ""
    place: str = ""
    level: str = ""
    start: str = ""
    end: str = ""

    @classmethod
    def of(cls, record: Record, schema: Schema) -> Subject:
        """What a record's report is about."""

        def said(role: Role) -> str:
            answer = record.metadata.get(schema.id_of(role) or "")
            return (answer.value if answer else None) or ""

        return cls(said("title"), said("place"), said("level"), said("period_start"), said("period_end"))

    @cached_property
    def place_key(self) -> str:
        """The place as it is compared: NFKC, without white space; nothing else of a name is taken away."""
        return "".join(unicodedata.normalize("NFKC", self.place).split())

    @cached_property
    def year(self) -> int | None:
        """The year in which the period ends, else the one in which it begins."""
        found = _YEAR.search(self.end) or _YEAR.search(self.start)
        return int(found[1]) if found else None

    @cached_property
    def part_of_year(self) -> tuple[str, str]:
        """The two ends of the period without their years: periods that agree in it may be compared over the years."""
        start, end = (_YEAR.sub("", one, count=1) for one in (self.start, self.end))
        return start, end

    @property
    def period(self) -> str:
        """The period for people: ``2023``, ``2023-01–06``, ``2022-07–2023-06``."""
        found = _YEAR.match(self.start)
        if not (found and self.end.startswith(found[1])):
            return "–".join(one for one in (self.start, self.end) if one)
        if self.start == self.end or self.part_of_year == _WHOLE_YEAR:
            return self.start if self.start == self.end else found[1]
        return f"{self.start}–{self.end[len(found[1]) :].lstrip('-')}"
