"""What a run took, and how far its confidence can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import Any

from baogao.evaluation.report.content import CostRow, ReliabilityBin, ReliabilityRow, RiskCurve, RiskPoint
from baogao.evaluation.rows import ScoreRow

_JUDGED = ("correct", "wrong", "spurious")


def risk_curves(rows: Iterable[ScoreRow], extractors: Sequence[str]) -> list[RiskCurve]:
    """Risk against coverage, the surest answers first; for extractors whose answers are not all equally sure.

    Answers of one confidence come together: nothing tells which of them would be kept first.
    """
    judged: dict[str, list[tuple[float, bool]]] = {name: [] for name in extractors}
    for row in rows:
        if row.verdict in _JUDGED and row.answer is not None and row.answer.confidence is not None:
            judged[row.extractor].append((row.answer.confidence, row.verdict == "correct"))
    curves = [RiskCurve(name, _points(answers)) for name, answers in judged.items()]
    return [curve for curve in curves if len(curve.points) > 1]


def _points(answers: Sequence[tuple[float, bool]]) -> list[RiskPoint]:
    ordered = sorted(answers, key=lambda answer: -answer[0])
    points, kept, right = [], 0, 0
    for confidence, same in groupby(ordered, key=lambda answer: answer[0]):
        outcomes = [outcome for _, outcome in same]
        kept += len(outcomes)
        right += sum(outcomes)
        points.append(RiskPoint(kept / len(ordered), 1 - right / kept, confidence))
    return points


def reliability_row(extractor: str, part: str, data: Mapping[str, Any]) -> ReliabilityRow:
    """The reliability of an extractor from its part of a summary; of a run that was scored before there was one,
    nothing is said."""
    found = data.get("confidence", {})
    return ReliabilityRow(
        extractor=extractor,
        part=part,
        answers=found.get("answers", 0),
        ece=found.get("ece"),
        coverage=found.get("coverage_at_98"),
        threshold=found.get("threshold_at_98"),
        bins=[ReliabilityBin(*one) for one in found.get("bins", [])],
    )


def cost_rows(timing: Mapping[str, Any], extractors: Sequence[str]) -> list[CostRow]:
    """Seconds and tokens for each report."""
    return [_cost(name, timing[name]) for name in extractors if timing.get(name, {}).get("documents")]


def _cost(name: str, data: Mapping[str, Any]) -> CostRow:
    documents = data["documents"].values()
    count = len(documents)
    cost = data.get("cost")
    return CostRow(
        extractor=name,
        documents=count,
        seconds=data["seconds"] / count,
        median_seconds=median(document["seconds"] for document in documents),
        prompt_tokens=data["prompt_tokens"] / count,
        completion_tokens=data["completion_tokens"] / count,
        requests=data["requests"] / count,
        cached=data["cached"] / count,
        cost=None if cost is None else cost / count,
    )
