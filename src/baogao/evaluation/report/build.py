"""From the files of a run to the blocks of its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from statistics import median

from baogao.evaluation.reliability import JUDGED
from baogao.evaluation.report.content import (
    CauseRow,
    CostRow,
    Estimate,
    HeadlineRow,
    PairRow,
    ReliabilityRow,
    ReportModel,
    RiskCurve,
    RiskPoint,
)
from baogao.evaluation.report.discrepancies import answer_discrepancies, other_discrepancies
from baogao.evaluation.report.fields import cell_rows, field_rows, group_rows, kind_rows, missed_rows, why_rows
from baogao.evaluation.report.files import RunFiles
from baogao.evaluation.report.grid import grid_of
from baogao.evaluation.report.plain import baseline_sentence, plain_sentences, proof_sentences
from baogao.evaluation.report.render import support_sentences, verdict_sentence
from baogao.evaluation.report.sources import Sources
from baogao.evaluation.rows import ScoreRow
from baogao.evaluation.run_info import Mode, SchemaInfo
from baogao.evaluation.runs import ExtractorTiming, Run
from baogao.evaluation.summary import Summary
from baogao.evaluation.taxonomy import CAUSES

_BASELINE = "rules"
"""What the leading sentence compares with, where it is in the run."""
_COST_NOTES: Mapping[Mode, str] = {
    "replay": "Replies were replayed: tokens are those of the recording, seconds are not a model's.",
    "record": "Extractors share the recording: a question that was asked before is not sent again, and takes no time.",
}


def build_report(run: Run, folders: Iterable[Path] | None = None) -> ReportModel:
    """Build the report of a run that has been scored.

    :param folders: where its data sets are now; None for where they were when it was made. The report does without
        those that are not there.
    :raises UsageError: a file of the run is missing.
    """
    files = RunFiles.of(run)
    schema, names = files.info.schema_info, files.info.names
    headline, pairs = headline_rows(files), pair_rows(files)
    main = [row for row in headline if row.part == files.parts[0]]
    pair = leading_pair(main, pairs)
    by_name = {row.extractor: row for row in main}
    leader = by_name[pair.a] if pair else main[0]
    groups, together = group_rows(files)
    return ReportModel(
        title=schema.name if schema.title is None else schema.title,
        opening=plain_sentences(leader, things_asked(schema)),
        proof=[*proof_sentences(leader), *([baseline_sentence(by_name[pair.b])] if pair else [])],
        verdict=verdict_sentence(main, pair),
        support=support_sentences(main, pair),
        identity=files.info.lines(),
        extractors=names,
        lists={one.id: one.label for one in schema.fields if one.kind in ("items", "rows")},
        headline=headline,
        not_asked=unasked_labels(files),
        pairs=pairs,
        grid=grid_of(files, Sources.of(run, files.info, folders), leader.extractor),
        groups=groups,
        together=together,
        fields=field_rows(files),
        causes=cause_rows(files),
        discrepancies=answer_discrepancies([*files.figures, *files.cells], files.fields, files.silence),
        others=other_discrepancies(files.rows, files.fields),
        curves=risk_curves(files.figures, names),
        reliability=reliability_rows(files),
        costs=cost_rows(files.timings, names),
        cost_note=" ".join(cost_sentences(files)),
        kinds=kind_rows(files),
        cells=cell_rows(files),
        silence=why_rows(files),
        missed=missed_rows(files),
        notices=not_looked_at_notices(files.summary),
    )


def not_looked_at_notices(summary: Summary) -> list[str]:
    """What no annotator has looked at, a sentence or two for each data set that has any of it."""
    left_out = [
        f"In {one.name}, {one.left_out} reports are left out: nobody has looked at anything in them."
        for one in summary.datasets
        if one.left_out
    ]
    return left_out + [
        f"In {one.name}, {one.not_looked_at} fields of its reports were not looked at by an annotator: "
        "they have no verdict and are in no figure of this report."
        for one in summary.datasets
        if one.not_looked_at
    ]


def unasked_labels(files: RunFiles) -> dict[str, list[str]]:
    """What each extractor was not asked, by label; those that were asked everything are not there."""
    asked = {name: files.asked(name).fields for name in files.info.names}
    labels = {
        name: [one.label for one in files.fields.values() if one.id not in fields] for name, fields in asked.items()
    }
    return {name: without for name, without in labels.items() if without}


def reliability_rows(files: RunFiles) -> list[ReliabilityRow]:
    """Every extractor whose answers carry a confidence, on every part of the data."""
    return [
        ReliabilityRow(name, part, found)
        for part in files.parts
        for name in files.info.names
        if (found := files.summary.extractors[name].part(part).confidence) and found.answers
    ]


def cost_sentences(files: RunFiles) -> Iterator[str]:
    """What to know beside tokens and times."""
    yield from filter(None, [_COST_NOTES.get(files.info.mode)])
    yield from reader_sentences(files.timings, files.info.names)
    yield from held_sentences(files.timings, files.info.names)


def things_asked(schema: SchemaInfo) -> str:
    """What plain sentences call the answers: ``figures`` where there are no others."""
    words = any(one.kind in ("choice", "date", "quote") for one in schema.fields)
    return "answers" if words else "figures"


def headline_rows(files: RunFiles) -> list[HeadlineRow]:
    """Every extractor on every part of the data."""
    lists = [one for one in files.info.schema_info.fields if one.kind in ("items", "rows")]
    rows = []
    for part in files.parts:
        for name in files.info.names:
            found = files.summary.extractors[name].part(part)
            asked = files.asked(name)
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
                    metadata=Estimate(found.metadata_accuracy if "text" in asked.kinds else None),
                    lists={one.id: Estimate(None) for one in lists}
                    | {one: Estimate(asked.rate(one, rates.f1)) for one, rates in found.lists.items()}
                    | {
                        one: Estimate(asked.rate(one, rates.f1), asked.rate(one, rates.f1_ci))
                        for one, rates in found.rows.items()
                    },
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
