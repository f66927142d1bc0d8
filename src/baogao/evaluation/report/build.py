"""From the files of a run to the blocks of its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from statistics import median
from typing import Any

from baogao.evaluation.report.content import (
    CauseRow,
    CostRow,
    Estimate,
    FieldCell,
    FieldRow,
    HeadlineRow,
    PairRow,
    ReliabilityBin,
    ReliabilityRow,
    ReportModel,
    RiskCurve,
    RiskPoint,
)
from baogao.evaluation.report.disagreements import figure_disagreements, other_disagreements
from baogao.evaluation.report.render import support_sentences, verdict_sentence
from baogao.evaluation.rows import ScoreRow
from baogao.evaluation.runs import Run
from baogao.evaluation.taxonomy import CAUSES

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


_MODES = {"live": "live", "record": "live, recorded", "replay": "replayed from a recording"}
_USE_RULES = ("rules", "hybrid")


def identity_lines(info: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of everything that tells one run from another; ``info`` is ``run.json``."""
    return [
        *(("data set", _dataset(dataset)) for dataset in info["datasets"]),
        *((entry["name"], _extractor(entry, info.get("rules"))) for entry in info["extractors"]),
        ("parameters", _parameters(info["parameters"])),
        ("schema", f"{info['schema']['name']}, {_short(info['schema']['digest'])}"),
        ("model replies", _MODES[info["mode"]]),
        ("code", _code(info)),
        ("made", f"{info['made']}, Python {info['python']}"),
    ]


def _dataset(dataset: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{count} {split}" for split, count in dataset["splits"].items())
    counted = f"{dataset['documents']} reports" + (f" ({splits})" if splits else "")
    return f"{dataset['name']}: {counted}, gold {_short(dataset['digest'])}"


def _extractor(entry: Mapping[str, Any], rules: str | None) -> str:
    return ", ".join(_made_of(entry, rules)) or "no model"


def _made_of(entry: Mapping[str, Any], rules: str | None) -> Iterator[str]:
    if entry.get("origin") == "records":
        yield "records made elsewhere"
        return
    if entry.get("model"):
        yield f"model {entry['model']}"
    if entry.get("prompts"):
        yield f"prompts {_short(entry['prompts'])}"
    if entry["name"] in _USE_RULES and rules:
        yield f"rules {_short(rules)}"


def _parameters(parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value not in (None, False)}
    return ", ".join(f"{name} {value}" for name, value in given.items()) or "defaults"


def _code(info: Mapping[str, Any]) -> str:
    commit = info.get("commit")
    if not commit:
        return f"baogao {info['baogao']}"
    state = " with changes that are not committed" if info.get("dirty") else ""
    return f"baogao {info['baogao']}, commit {commit[:12]}{state}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


_BASELINE = "rules"
_ALPHA = 0.05


@dataclass(frozen=True)
class RunFiles:
    """Everything that a report is made of."""

    info: Mapping[str, Any]
    summary: Mapping[str, Any]
    timing: Mapping[str, Any]
    figures: Sequence[ScoreRow]

    @cached_property
    def extractors(self) -> list[str]:
        """In the order of the run."""
        return [entry["name"] for entry in self.info["extractors"]]

    @cached_property
    def fields(self) -> dict[str, Mapping[str, Any]]:
        """What the schema says of each field."""
        return {entry["id"]: entry for entry in self.info["schema"]["fields"]}

    @property
    def lists(self) -> dict[str, str]:
        """Id to label of the lists."""
        return {name: entry["label"] for name, entry in self.fields.items() if entry["kind"] == "items"}

    def part(self, extractor: str, part: str) -> Mapping[str, Any]:
        """One extractor's part of the summary."""
        data: Mapping[str, Any] = self.summary["extractors"][extractor]
        if part == "all":
            return data
        found: Mapping[str, Any] = data["splits"].get(part) or data["by_dataset"][part]
        return found

    @cached_property
    def parts(self) -> list[str]:
        """The held-out split first, because it is what counts."""
        first: Mapping[str, Any] = self.summary["extractors"][self.extractors[0]]
        splits = [split for split in ("test", "dev") if split in first["splits"]]
        others = [name for name in first.get("by_dataset", {}) if name not in splits]
        only = len(splits) == 1 and not others and first["splits"][splits[0]]["documents"] == first["documents"]
        return splits if only else [*splits, "all", *others]


def build_report(run: Run) -> ReportModel:
    """Build the report of a run that has been scored.

    :raises UsageError: a file of the run is missing.
    """
    rows = run.rows()
    timing = run.read("timing.json") if (run.path / "timing.json").is_file() else {"extractors": {}}
    figures = [row for row in rows if isinstance(row, ScoreRow)]
    files = RunFiles(run.read("run.json"), run.read("summary.json"), timing, figures)
    headline = list(_headline(files))
    main_part = files.parts[0]
    main = [row for row in headline if row.part == main_part]
    pairs = list(_pairs(files))
    pair = _leading_pair(main, pairs)
    return ReportModel(
        title=files.info["schema"].get("title", files.info["schema"]["name"]),
        verdict=verdict_sentence(main, pair),
        support=support_sentences(main, pair),
        identity=identity_lines(files.info),
        extractors=files.extractors,
        lists=files.lists,
        headline=headline,
        pairs=pairs,
        fields=list(_fields(files)),
        causes=_causes(files),
        disagreements=figure_disagreements(figures, files.fields),
        others=other_disagreements(rows, files.fields),
        curves=risk_curves(figures, files.extractors),
        reliability=_reliability(files),
        costs=cost_rows(timing["extractors"], files.extractors),
        cost_note=_cost_note(files),
    )


def _headline(files: RunFiles) -> Iterator[HeadlineRow]:
    for part in files.parts:
        for name in files.extractors:
            data = files.part(name, part)
            yield HeadlineRow(
                extractor=name,
                part=part,
                documents=data["documents"],
                failed=data["failed"],
                f1=Estimate.of(data, "f1"),
                precision=Estimate.of(data, "precision"),
                recall=Estimate.of(data, "recall"),
                bound_accuracy=Estimate.of(data, "bound_accuracy"),
                grounding=Estimate.of(data, "grounding"),
                specificity=Estimate.of(data, "specificity"),
                metadata=Estimate.of(data, "metadata_accuracy"),
                lists={key: Estimate.of(value, "f1") for key, value in data["lists"].items()},
                verdicts=data["verdicts"],
            )


def _reliability(files: RunFiles) -> list[ReliabilityRow]:
    rows = [reliability_row(name, part, files.part(name, part)) for part in files.parts for name in files.extractors]
    return [row for row in rows if row.answers]


def _pairs(files: RunFiles) -> Iterator[PairRow]:
    for entry in files.summary["comparisons"]:
        for part in files.parts:
            data = entry if part == "all" else entry["splits"].get(part)
            if data is None:
                continue
            yield PairRow(
                entry["a"],
                entry["b"],
                part,
                data["documents"],
                data["difference"],
                (data["ci"][0], data["ci"][1]) if data["ci"] else None,
                data["p"],
                data["minimum_detectable"],
            )


def _leading_pair(rows: Sequence[HeadlineRow], pairs: Sequence[PairRow]) -> PairRow | None:
    """The best extractor against the baseline, which is ``rules`` where it is in the run, else the first named."""
    names = [row.extractor for row in rows]
    if len(names) < 2:
        return None
    baseline = _BASELINE if _BASELINE in names else names[0]
    best = max((row for row in rows if row.extractor != baseline), key=lambda row: row.f1.value or 0.0).extractor
    for pair in pairs:
        if pair.part == rows[0].part and {pair.a, pair.b} == {best, baseline}:
            return pair if pair.a == best else _turned(pair)
    return None


def _turned(pair: PairRow) -> PairRow:
    """The same comparison, seen from the other side."""
    return replace(
        pair,
        a=pair.b,
        b=pair.a,
        difference=None if pair.difference is None else -pair.difference,
        interval=(-pair.interval[1], -pair.interval[0]) if pair.interval else None,
    )


def _fields(files: RunFiles) -> Iterator[FieldRow]:
    by_extractor = {name: files.summary["extractors"][name]["fields"] for name in files.extractors}
    errored: dict[tuple[str, str], int] = {}
    for row in files.figures:
        if row.verdict == "errored" and row.gold.stated:
            errored[row.extractor, row.field] = errored.get((row.extractor, row.field), 0) + 1
    for name, spec in files.fields.items():
        if spec["kind"] != "figure":
            continue
        cells = {
            extractor: _cell(fields[name], errored.get((extractor, name), 0))
            for extractor, fields in by_extractor.items()
        }
        stated = by_extractor[files.extractors[0]][name]["stated"]
        notable = [
            f"{entry['a']} / {entry['b']}"
            for entry in files.summary["comparisons"]
            if entry["fields_p"].get(name, 1.0) < _ALPHA
        ]
        yield FieldRow(name, spec["label"], spec["unit"], spec["group"], stated, cells, notable)


def _cell(data: Mapping[str, Any], errored: int) -> FieldCell:
    return FieldCell(
        f1=Estimate.of(data, "f1"),
        precision=data["precision"],
        recall=data["recall"],
        correct=data["correct"],
        wrong=data["wrong"],
        missing=data["missing"] + errored,
        spurious=data["spurious"],
    )


def _causes(files: RunFiles) -> list[CauseRow]:
    counts: dict[tuple[str, str], int] = {}
    for row in files.figures:
        if row.cause:
            counts[row.cause, row.extractor] = counts.get((row.cause, row.extractor), 0) + 1
    rows = [
        CauseRow(cause, name, meaning, {one: counts.get((cause, one), 0) for one in files.extractors})
        for cause, (name, meaning) in CAUSES.items()
    ]
    return [row for row in rows if any(row.counts.values())]


def _cost_note(files: RunFiles) -> str:
    if files.info["mode"] == "replay":
        return "Replies were replayed: tokens are those of the recording, seconds are not a model's."
    if files.info["mode"] == "record":
        return "Extractors share the recording: a question that was asked before is not sent again, and takes no time."
    return ""
