"""What a report is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from baogao.evaluation.rows import CellRow, Row, ScoreRow
from baogao.evaluation.run_info import FieldInfo, RunInfo
from baogao.evaluation.runs import ExtractorTiming, Run, Timing
from baogao.evaluation.silence import Silence, Silences
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
    rows: Sequence[Row]
    """All that was judged and was asked."""
    silence: Sequence[Silence] = ()
    """None of a run that was scored before there was such a thing."""

    @classmethod
    def of(cls, run: Run) -> RunFiles:
        """The files of a run that has been scored.

        What was not asked is neither wrong nor missed; only words that were not asked count as missed all the same.

        :raises UsageError: one is missing.
        """
        rows, info, summary = run.rows(), run.info(), run.summary()
        unasked = {(name, field) for name, one in summary.extractors.items() for field in one.not_asked}
        timings = run.timing().extractors if (run.path / Timing.file_name).is_file() else {}
        silence = run.read(Silences).missed if (run.path / Silences.file_name).is_file() else []
        return cls(
            info,
            summary,
            timings,
            [row for row in rows if isinstance(row, ScoreRow) or (row.extractor, row.field) not in unasked],
            [one for one in silence if (one.extractor, one.field.partition(".")[0]) not in unasked],
        )

    @cached_property
    def figures(self) -> list[ScoreRow]:
        """The rows of fields that are answered once, figures and others."""
        return [row for row in self.rows if isinstance(row, ScoreRow)]

    @cached_property
    def cells(self) -> list[CellRow]:
        """Those of the cells of rows."""
        return [row for row in self.rows if isinstance(row, CellRow)]

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
