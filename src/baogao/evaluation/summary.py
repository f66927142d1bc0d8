"""The summary of a run: every headline with its interval, every pair of extractors compared.

It holds no times and its floats are rounded, so that a replayed run gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, get_args

from baogao.evaluation.gold import Dataset, Split
from baogao.evaluation.reliability import reliability_of
from baogao.evaluation.scoring import Scores
from baogao.evaluation.statistics import (
    F1,
    PRECISION,
    RECALL,
    Bootstrap,
    Counts,
    Interval,
    compare,
    compare_fields,
    document_counts,
    field_counts,
)
from baogao.evaluation.tally import Hits, Tally

SPLITS: tuple[Split, ...] = get_args(Split)
_DIGITS = 6


def summarise(datasets: Sequence[Dataset], scores: Mapping[str, Scores], seed: int = 0) -> dict[str, Any]:
    """The content of ``summary.json``.

    :param scores: for each extractor, in the order of the run, its scores over all data sets, documents in one order.
    """
    return {
        "datasets": [_dataset(dataset) for dataset in datasets],
        "extractors": {name: _extractor(one, datasets, seed) for name, one in scores.items()},
        "comparisons": [_comparison(scores, a, b, seed) for b, a in combinations(scores, 2)],
    }


def to_json(data: Mapping[str, Any]) -> str:
    """JSON that is the same bytes for the same content: keys sorted, floats rounded."""
    return json.dumps(_rounded(data), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _dataset(dataset: Dataset) -> dict[str, Any]:
    splits = {split: len(dataset.part(split).items) for split in SPLITS}
    return {
        "name": dataset.name,
        "documents": len(dataset.items),
        "digest": dataset.digest,
        "splits": {split: count for split, count in splits.items() if count},
    }


def _extractor(scores: Scores, datasets: Sequence[Dataset], seed: int) -> dict[str, Any]:
    data = _headline(scores, seed) | {"fields": _fields(scores, seed)}
    data["splits"] = {split: _headline(part, seed) for split, part in _splits(scores)}
    if len(datasets) > 1:
        data["by_dataset"] = {dataset.name: _headline(_of_dataset(scores, dataset), seed) for dataset in datasets}
    return data


def _splits(scores: Scores) -> Iterator[tuple[Split, Scores]]:
    for split in SPLITS:
        part = scores.split(split)
        if part.documents:
            yield split, part


def _of_dataset(scores: Scores, dataset: Dataset) -> Scores:
    ids = {item.gold.doc_id for item in dataset.items}
    return Scores(tuple(document for document in scores.documents if document.doc_id in ids))


def _headline(scores: Scores, seed: int) -> dict[str, Any]:
    tally, counts = scores.tally, document_counts(scores)
    bootstrap = Bootstrap(len(counts), seed)
    return {
        "documents": len(scores.documents),
        "failed": sum(document.error is not None for document in scores.documents),
        "precision": tally.precision,
        "precision_ci": bootstrap.interval(counts, PRECISION),
        "recall": tally.recall,
        "recall_ci": bootstrap.interval(counts, RECALL),
        "f1": tally.f1,
        "f1_ci": bootstrap.interval(counts, F1),
        "specificity": tally.specificity,
        "bound_accuracy": tally.bound_accuracy,
        "grounding": tally.grounding,
        "metadata_accuracy": scores.metadata_accuracy,
        "lists": {name: _rates(hits) for name, hits in scores.list_hits().items()},
        "verdicts": tally.verdicts,
        "confidence": reliability_of(scores).as_dict(),
    }


def _fields(scores: Scores, seed: int) -> dict[str, Any]:
    tallies, counts = scores.field_tallies(), field_counts(scores)
    bootstrap = Bootstrap(len(scores.documents), seed)
    return {
        name: tally.verdicts | {"stated": tally.stated, "f1_ci": bootstrap.interval(counts[name], F1)} | _rates(tally)
        for name, tally in tallies.items()
    }


def _rates(counted: Tally | Hits) -> dict[str, float | None]:
    return {"precision": counted.precision, "recall": counted.recall, "f1": counted.f1}


def _comparison(scores: Mapping[str, Scores], a: str, b: str, seed: int) -> dict[str, Any]:
    first, second = field_counts(scores[a]), field_counts(scores[b])
    data = {"a": a, "b": b} | _difference(document_counts(scores[a]), document_counts(scores[b]), seed)
    data["splits"] = {
        split: _difference(document_counts(part), document_counts(scores[b].split(split)), seed)
        for split, part in _splits(scores[a])
    }
    corrected = compare_fields(first, second, seed)
    data["fields_p"] = {name: p for name, p in corrected.items() if p is not None}
    return data


def _difference(a: Counts, b: Counts, seed: int) -> dict[str, Any]:
    found = compare(a, b, Bootstrap(len(a), seed))
    interval: Interval | None = found.interval
    return {
        "documents": len(a),
        "difference": found.difference,
        "ci": interval,
        "p": found.p,
        "minimum_detectable": found.minimum_detectable,
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0  # -0.0 would print differently from 0.0
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
