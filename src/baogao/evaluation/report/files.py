"""What a report is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from baogao.evaluation.rows import CellRow, ScoreRow
from baogao.evaluation.run_info import FieldInfo, RunInfo
from baogao.evaluation.runs import ExtractorTiming
from baogao.evaluation.silence import Silence
from baogao.evaluation.summary import Summary

T = TypeVar("T")


@dataclass(frozen=True)
class AskedOf:
    """What one extractor was asked."""

    fields: Collection[str]
    """By id."""
    kinds: Collection[str]

    def rate(self, name: str, value: T | None) -> T | None:
        """A rate of a field, or of a cell as ``projects.investment``; None where it was not asked."""
        return value if name.partition(".")[0] in self.fields else None


@dataclass(frozen=True)
class RunFiles:
    """Everything that a report is made of."""

    info: RunInfo
    summary: Summary
    timings: Mapping[str, ExtractorTiming]
    """Of each extractor; none where the run was not timed."""
    figures: Sequence[ScoreRow]
    """The rows of fields that are answered once, figures and others."""
    cells: Sequence[CellRow] = ()
    silence: Sequence[Silence] = ()
    """None of a run that was scored before there was such a thing."""

    @cached_property
    def fields(self) -> dict[str, FieldInfo]:
        """The schema's fields by id."""
        return {one.id: one for one in self.info.schema_info.fields}

    def asked(self, extractor: str) -> AskedOf:
        """What an extractor was asked."""
        without = self.summary.extractors[extractor].not_asked
        asked = [one for one in self.info.schema_info.fields if one.id not in without]
        return AskedOf({one.id for one in asked}, {one.kind for one in asked})

    @cached_property
    def parts(self) -> list[str]:
        """Those of the data, the one that the report speaks of first."""
        return self.summary.parts(self.info.names[0])
