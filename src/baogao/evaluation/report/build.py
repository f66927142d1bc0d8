"""From the files of a run to the blocks of its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from statistics import median

from baogao.evaluation.reliability import JUDGED
from baogao.evaluation.report.content import (
    ALPHA,
    CauseRow,
    CostRow,
    Estimate,
    FieldCell,
    FieldRow,
    HeadlineRow,
    KindRow,
    MissedRow,
    PairRow,
    ReliabilityRow,
    ReportModel,
    RiskCurve,
    RiskPoint,
    WhyRow,
)
from baogao.evaluation.report.discrepancies import answer_discrepancies, other_discrepancies
from baogao.evaluation.report.render import support_sentences, verdict_sentence
from baogao.evaluation.rows import CellRow, ScoreRow
from baogao.evaluation.run_info import FieldInfo, Mode, RunInfo
from baogao.evaluation.runs import ExtractorTiming, Run, Timing
from baogao.evaluation.silence import REASONS, Silence, Silences
from baogao.evaluation.summary import Summary
from baogao.evaluation.taxonomy import CAUSES

_BASELINE = "rules"
"""What the leading sentence compares with, where it is in the run."""
_COST_NOTES: Mapping[Mode, str] = {
    "replay": "Replies were replayed: tokens are those of the recording, seconds are not a model's.",
    "record": "Extractors share the recording: a question that was asked before is not sent again, and takes no time.",
}


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

    @cached_property
    def parts(self) -> list[str]:
        """The held-out split first, because it is what counts."""
        first = self.summary.extractors[self.info.names[0]]
        splits: list[str] = [split for split in ("test", "dev") if split in first.splits]
        others = [name for name in first.by_dataset if name not in splits]
        only = not others and [part.documents for part in first.splits.values()] == [first.documents]
        return splits if only else [*splits, "all", *others]


def build_report(run: Run) -> ReportModel:
    """Build the report of a run that has been scored.

    :raises UsageError: a file of the run is missing.
    """
    rows = run.rows()
    timings = run.timing().extractors if (run.path / Timing.file_name).is_file() else {}
    figures = [row for row in rows if isinstance(row, ScoreRow)]
    cells = [row for row in rows if isinstance(row, CellRow)]
    silence = run.read(Silences).missed if (run.path / Silences.file_name).is_file() else []
    files = RunFiles(run.info(), run.summary(), timings, figures, cells, silence)
    schema, names = files.info.schema_info, files.info.names
    headline = headline_rows(files)
    main = [row for row in headline if row.part == files.parts[0]]
    pairs = pair_rows(files)
    pair = leading_pair(main, pairs)
    reliability = [
        ReliabilityRow(name, part, found)
        for part in files.parts
        for name in names
        if (found := files.summary.extractors[name].part(part).confidence) and found.answers
    ]
    return ReportModel(
        title=schema.name if schema.title is None else schema.title,
        verdict=verdict_sentence(main, pair),
        support=support_sentences(main, pair),
        identity=files.info.lines(),
        extractors=names,
        lists={one.id: one.label for one in schema.fields if one.kind in ("items", "rows")},
        headline=headline,
        pairs=pairs,
        fields=field_rows(files),
        causes=cause_rows(files),
        discrepancies=answer_discrepancies([*figures, *cells], files.fields, silence),
        others=other_discrepancies(rows, files.fields),
        curves=risk_curves(figures, names),
        reliability=reliability,
        costs=cost_rows(timings, names),
        cost_note=" ".join(
            [
                *filter(None, [_COST_NOTES.get(files.info.mode)]),
                *reader_sentences(timings, names),
                *held_sentences(timings, names),
            ]
        ),
        kinds=kind_rows(files),
        cells=cell_rows(files),
        silence=why_rows(files),
        missed=missed_rows(files),
    )


def headline_rows(files: RunFiles) -> list[HeadlineRow]:
    """Every extractor on every part of the data."""
    rows = []
    for part in files.parts:
        for name in files.info.names:
            found = files.summary.extractors[name].part(part)
            rows.append(
                HeadlineRow(
                    extractor=name,
                    part=part,
                    documents=found.documents,
                    failed=found.failed,
                    f1=Estimate(found.f1, found.f1_ci),
                    precision=Estimate(found.precision, found.precision_ci),
                    recall=Estimate(found.recall, found.recall_ci),
                    bound_accuracy=Estimate(found.bound_accuracy),
                    grounding=Estimate(found.grounding),
                    specificity=Estimate(found.specificity),
                    metadata=Estimate(found.metadata_accuracy),
                    lists={name: Estimate(rates.f1) for name, rates in found.lists.items()}
                    | {name: Estimate(rates.f1, rates.f1_ci) for name, rates in found.rows.items()},
                    verdicts=found.verdicts,
                )
            )
    return rows


def pair_rows(files: RunFiles) -> list[PairRow]:
    """Every comparison on every part of the data that has one: there is none by data set."""
    rows = []
    for pair in files.summary.comparisons:
        for part in files.parts:
            one = pair.part(part)
            if one is not None:
                numbers = (one.documents, one.difference, one.ci, one.p, one.minimum_detectable)
                rows.append(PairRow(pair.a, pair.b, part, *numbers))
    return rows


def leading_pair(rows: Sequence[HeadlineRow], pairs: Sequence[PairRow]) -> PairRow | None:
    """The best extractor against the baseline, which is ``rules`` where it is in the run, else the first named.

    :param rows: the part of the data that the sentence is about.
    :returns: ``a`` is the best one; None where there is one extractor only.
    """
    names = [row.extractor for row in rows]
    if len(names) < 2:
        return None
    baseline = _BASELINE if _BASELINE in names else names[0]
    best = max((row for row in rows if row.extractor != baseline), key=lambda row: row.f1.value or 0.0).extractor
    for pair in pairs:
        if pair.part == rows[0].part and {pair.a, pair.b} == {best, baseline}:
            return pair if pair.a == best else pair.turned()
    return None


def field_rows(files: RunFiles) -> list[FieldRow]:
    """Every field of the schema that is answered once, the extractors side by side."""
    errored = Counter(
        (row.extractor, row.field) for row in files.figures if row.verdict == "errored" and row.gold.stated
    )
    rows = []
    for spec in files.info.schema_info.fields:
        if spec.kind not in ("figure", "choice", "date", "quote"):
            continue
        found = {name: files.summary.extractors[name].fields[spec.id] for name in files.info.names}
        cells = {
            name: FieldCell(
                f1=Estimate(one.f1, one.f1_ci),
                precision=one.precision,
                recall=one.recall,
                correct=one.correct,
                wrong=one.wrong,
                missing=one.missing + errored[name, spec.id],
                spurious=one.spurious,
            )
            for name, one in found.items()
        }
        notable = [
            f"{pair.a} / {pair.b}" for pair in files.summary.comparisons if pair.fields_p.get(spec.id, 1.0) < ALPHA
        ]
        stated = found[files.info.names[0]].stated
        rows.append(FieldRow(spec.id, spec.label, spec.unit, spec.group, stated, cells, notable))
    return rows


def cell_rows(files: RunFiles) -> list[FieldRow]:
    """Every cell of the schema's rows, the extractors side by side."""
    rows = []
    for spec in files.info.schema_info.fields:
        for cell in spec.cells:
            name = f"{spec.id}.{cell.id}"
            found = {one: files.summary.extractors[one].rows.get(name) for one in files.info.names}
            cells = {
                one: FieldCell(
                    f1=Estimate(rates.f1, rates.f1_ci),
                    precision=rates.precision,
                    recall=rates.recall,
                    correct=rates.correct,
                    wrong=rates.wrong,
                    missing=rates.missing,
                    spurious=rates.spurious,
                )
                for one, rates in found.items()
                if rates is not None
            }
            stated = max((rates.stated for rates in found.values() if rates), default=0)
            if len(cells) == len(found):
                rows.append(FieldRow(name, cell.label, cell.unit, spec.label, stated, cells))
    return rows


def kind_rows(files: RunFiles) -> list[KindRow]:
    """Every kind of field on every part of the data; none where there are plain figures only."""
    rows = []
    for part in files.parts:
        found = {name: files.summary.extractors[name].part(part).kinds for name in files.info.names}
        for kind in dict.fromkeys(kind for kinds in found.values() for kind in kinds):
            f1 = {
                name: Estimate(kinds[kind].f1, kinds[kind].f1_ci) if kind in kinds else Estimate(None)
                for name, kinds in found.items()
            }
            stated = max(kinds[kind].stated for kinds in found.values() if kind in kinds)
            rows.append(KindRow(part, kind, stated, f1))
    return rows


def why_rows(files: RunFiles) -> list[WhyRow]:
    """Every reason for silence that there is, counted for each extractor."""
    counts = Counter((one.reason, one.extractor) for one in files.silence)
    rows = [
        WhyRow(name, meaning, {one: counts[reason, one] for one in files.info.names})
        for reason, (name, meaning) in REASONS.items()
    ]
    return [row for row in rows if any(row.counts.values())]


def missed_rows(files: RunFiles) -> list[MissedRow]:
    """Every field that was missed and every cell, with the reasons of each extractor, in the schema's order."""
    labels = {one.id: one.label for one in files.info.schema_info.fields}
    labels |= {
        f"{one.id}.{cell.id}": f"{one.label}：{cell.label}"
        for one in files.info.schema_info.fields
        for cell in one.cells
    }
    rows = []
    for name, label in labels.items():
        here = [one for one in files.silence if one.field == name]
        why = {
            extractor: ", ".join(
                f"{reason} {count}"
                for reason, count in Counter(one.why() for one in here if one.extractor == extractor).most_common()
            )
            for extractor in files.info.names
        }
        if here:
            rows.append(MissedRow(name, label, len(here), why))
    return rows


def cause_rows(files: RunFiles) -> list[CauseRow]:
    """Every cause of error that there is, counted for each extractor."""
    counts = Counter((row.cause, row.extractor) for row in [*files.figures, *files.cells])
    rows = [
        CauseRow(cause, name, meaning, {one: counts[cause, one] for one in files.info.names})
        for cause, (name, meaning) in CAUSES.items()
    ]
    return [row for row in rows if any(row.counts.values())]


def risk_curves(rows: Iterable[ScoreRow], extractors: Sequence[str]) -> list[RiskCurve]:
    """Risk against coverage, the surest answers first; for extractors whose answers are not all equally sure.

    Answers of one confidence come together: nothing tells which of them would be kept first.
    """
    judged: dict[str, list[tuple[float, bool]]] = {name: [] for name in extractors}
    for row in rows:
        if row.verdict in JUDGED and row.answer is not None and row.answer.confidence is not None:
            judged[row.extractor].append((row.answer.confidence, row.verdict == "correct"))
    curves = []
    for name, answers in judged.items():
        points, kept, right = [], 0, 0
        surest_first = sorted(answers, key=lambda answer: -answer[0])
        for confidence, same in groupby(surest_first, key=lambda answer: answer[0]):
            outcomes = [outcome for _, outcome in same]
            kept += len(outcomes)
            right += sum(outcomes)
            points.append(RiskPoint(kept / len(answers), 1 - right / kept, confidence))
        if len(points) > 1:
            curves.append(RiskCurve(name, points))
    return curves


def reader_sentences(timings: Mapping[str, ExtractorTiming], extractors: Sequence[str]) -> Iterator[str]:
    """What each of several models took of what an extractor took, one sentence each."""
    for name in extractors:
        took = timings.get(name)
        for reader, counts in ((took.readers or {}) if took else {}).items():
            documents = (took.documents if took else {}).values()
            asked = sum(bool(one.readers and reader in one.readers and one.readers[reader].asked) for one in documents)
            cost = "" if counts.cost is None else f", cost {counts.cost:.4f}"
            part = f"{asked} of {len(documents)} reports"
            yield f"{name} asked {reader} about {part}: {counts.tokens:,} tokens in all{cost}."


def held_sentences(timings: Mapping[str, ExtractorTiming], extractors: Sequence[str]) -> Iterator[str]:
    """How many of the prompt tokens the server had in its own cache, where it had any."""
    for name in extractors:
        held, tokens = (timings[name].cached_prompt_tokens, timings[name].prompt_tokens) if name in timings else (0, 0)
        if held:
            yield f"Of the prompt tokens of {name} the server had {held / tokens:.0%} in its own cache."


def cost_rows(timings: Mapping[str, ExtractorTiming], extractors: Sequence[str]) -> list[CostRow]:
    """Seconds and tokens for each report; of an extractor that was not timed, none."""
    rows = []
    for name in extractors:
        if name not in timings or not timings[name].documents:
            continue
        took, count = timings[name], len(timings[name].documents)
        rows.append(
            CostRow(
                extractor=name,
                documents=count,
                seconds=took.seconds / count,
                median_seconds=median(one.seconds for one in took.documents.values()),
                prompt_tokens=took.prompt_tokens / count,
                completion_tokens=took.completion_tokens / count,
                requests=took.requests / count,
                cached=took.cached / count,
                cost=None if took.cost is None else took.cost / count,
            )
        )
    return rows
