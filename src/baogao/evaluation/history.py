"""Runs over time: how each extractor fared on each gold, and how that differs from the run before it on the same gold.

Runs of other gold are never compared, whatever their data sets are called. A run that cannot be read is there and says
why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from baogao.errors import BaogaoError, UsageError
from baogao.evaluation.run_info import ExtractorInfo, RunInfo, short_digest
from baogao.evaluation.runs import Run
from baogao.evaluation.statistics import Interval
from baogao.evaluation.summary import Summary


@dataclass(frozen=True)
class PastRun:
    """One extractor in one run; of a run that cannot be read only its place, and why."""

    run: Path
    made: str = ""
    """When: ISO 8601, UTC."""
    data: str = ""
    """The data sets and how much of them: ``test, 22 reports, 8cafa1763244``."""
    gold: tuple[str, ...] = ()
    """The digests of the gold, in an order that does not depend on names."""
    extractor: str = ""
    model: str = ""
    """Empty for what asks none."""
    part: str = ""
    """The part of the data that the rates are of: ``test`` where there is one."""
    documents: int = 0
    f1: float | None = None
    f1_interval: Interval | None = None
    precision: float | None = None
    recall: float | None = None
    before: Path | None = None
    """The run before it of this extractor on the same gold; None for the first."""
    difference: float | None = None
    """F1 less that of the run before."""
    error: str = ""

    def to_data(self) -> dict[str, Any]:
        """The same as JSON data."""
        data = asdict(self)
        return data | {"run": str(self.run), "before": None if self.before is None else str(self.before)}


def find_runs(folders: Iterable[Path]) -> list[Path]:
    """The folders of runs below some folders, or these themselves, by name, each once.

    :raises UsageError: there is no such folder.
    """
    found: dict[Path, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}")
        for path in sorted(folder.rglob(RunInfo.file_name)):
            found.setdefault(path.parent.resolve(), path.parent)
    return list(found.values())


def history(runs: Iterable[Path]) -> list[PastRun]:
    """Every extractor of every run, those that cannot be read first, then the newest last."""
    known = sorted((past for run in runs for past in _past(run)), key=lambda past: past.made)
    last: dict[tuple[Sequence[str], str], PastRun] = {}
    told = []
    for past in known:
        before = last.get((past.gold, past.extractor)) if past.gold else None
        if before is not None:
            known_rates = past.f1 is not None and before.f1 is not None
            difference = (past.f1 or 0) - (before.f1 or 0) if known_rates else None
            past = replace(past, before=before.run, difference=difference)
        if not past.error:
            last[past.gold, past.extractor] = past
        told.append(past)
    return told


def _past(path: Path) -> Iterator[PastRun]:
    run = Run(path)
    try:
        info = run.info()
    except BaogaoError as error:
        yield PastRun(path, error=str(error))
        return
    data = "; ".join(f"{one.name}, {one.documents} reports, {short_digest(one.digest)}" for one in info.datasets)
    head = PastRun(path, info.made, data, tuple(sorted(info.gold_digests.values())))
    if not (path / Summary.file_name).is_file():
        yield replace(head, error="it was not scored: baogao eval score does that")
        return
    try:
        summary = run.summary()
        yield from [_of(head, one, summary) for one in info.extractors]
    except BaogaoError as error:
        yield replace(head, error=str(error))
    except KeyError as error:
        yield replace(head, error=f"its summary does not have the extractor {error}")


def _of(head: PastRun, extractor: ExtractorInfo, summary: Summary) -> PastRun:
    whole = summary.extractors[extractor.name]
    part = summary.parts(extractor.name)[0]
    found = whole.part(part)
    return replace(
        head,
        extractor=extractor.name,
        model=extractor.model or "",
        part=part,
        documents=found.documents,
        f1=found.f1,
        f1_interval=found.f1_ci,
        precision=found.precision,
        recall=found.recall,
    )
