"""A run of the evaluation: a folder that can be predicted, scored and reported, each step alone.

::

    RUN/run.json             what was run: versions, commit, model, parameters, digests, live or replay
    RUN/records/NAME.jsonl   what each extractor answered
    RUN/scores.jsonl         the verdict on every field of every document, with its sentence
    RUN/silence.json         of every stated field that was missed, why; not in runs of earlier versions
    RUN/summary.json         precision, recall, F1, intervals, comparisons; no times, the same bytes on replay
    RUN/timing.json          seconds and tokens, by extractor and document
    RUN/report.html, .md     the same for people
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from baogao.errors import GoldError, UsageError
from baogao.evaluation.asked import not_asked
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset, write_whole
from baogao.evaluation.groups import groups_of
from baogao.evaluation.rows import DocumentShapes, Row, read_rows, rows_of, write_rows
from baogao.evaluation.run_info import Mode, RunInfo
from baogao.evaluation.scoring import Scores, score_dataset
from baogao.evaluation.silence import Asked, Silence, Silences, Silent
from baogao.evaluation.submissions import read_submissions
from baogao.evaluation.summary import RunFile, Summary, summarise
from baogao.record import Record
from baogao.schema.fields import Schema
from baogao.schema.values import Strict
from baogao.usage import Counts, Usage

_File = TypeVar("_File", bound=RunFile)


class DocumentTiming(Strict):
    """What one document took."""

    seconds: float
    """By the clock, its own waiting for a busy server included."""
    requests: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = Field(default=0, exclude_if=lambda tokens: not tokens)
    """Those of the prompt tokens that the server had in its own cache."""
    completion_tokens: int = 0
    cost: float | None = Field(default=None, exclude_if=lambda cost: cost is None)
    """In the currency of the configured prices; not in the file where there are none."""
    readers: dict[str, Counts] | None = Field(default=None, exclude_if=lambda readers: not readers)
    """The same of each model, where several were asked."""

    @classmethod
    def of(cls, seconds: float, usage: Usage) -> DocumentTiming:
        """Seconds and what a model was asked for meanwhile."""
        return DocumentTiming(
            seconds=round(seconds, 3),
            requests=usage.requests,
            cached=usage.cached,
            prompt_tokens=usage.prompt_tokens,
            cached_prompt_tokens=usage.cached_prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost=usage.cost,
            readers=usage.readers,
        )


class ExtractorTiming(DocumentTiming):
    """What one extractor took in all, and for each document."""

    documents: dict[str, DocumentTiming]

    @classmethod
    def of_records(cls, records: Sequence[Record], seconds: Mapping[str, float], wall: float) -> ExtractorTiming:
        """What some records took.

        :param seconds: of each document; one that could not be read has none.
        :param wall: seconds in all; fewer than the sum where documents were done side by side.
        """
        total = DocumentTiming.of(wall, sum((record.usage for record in records), Usage()))
        documents = {one.doc_id: DocumentTiming.of(seconds.get(one.doc_id, 0.0), one.usage) for one in records}
        return ExtractorTiming(**dict(total), documents=documents)


class Timing(RunFile):
    """What a run took."""

    file_name = "timing.json"

    mode: Mode
    extractors: dict[str, ExtractorTiming]


@dataclass(frozen=True)
class Run:
    """The folder of one run."""

    path: Path

    @property
    def scores_path(self) -> Path:
        """Where the verdicts are."""
        return self.path / "scores.jsonl"

    def records_path(self, extractor: str) -> Path:
        """Where an extractor's answers are."""
        return self.path / "records" / f"{extractor}.jsonl"

    def info(self) -> RunInfo:
        """What was run.

        :raises UsageError: as :meth:`read`.
        """
        return self.read(RunInfo)

    def summary(self) -> Summary:
        """What came of it.

        :raises UsageError: as :meth:`read`.
        """
        return self.read(Summary)

    def timing(self) -> Timing:
        """What it took.

        :raises UsageError: as :meth:`read`.
        """
        return self.read(Timing)

    def rows(self) -> list[Row]:
        """The verdicts.

        :raises UsageError: the run has not been scored.
        """
        return read_rows(self.scores_path)

    def read(self, kind: type[_File]) -> _File:
        """One of the run's JSON files.

        :raises UsageError: as :meth:`read_json`; or the file does not fit, in which case it names the key.
        """
        return kind.of_json(self.read_json(kind.file_name), self.path / kind.file_name)

    def read_json(self, name: str) -> dict[str, Any]:
        """One of the run's JSON files, whatever is in it.

        :raises UsageError: it is not there or is not JSON.
        """
        path = self.path / name
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise UsageError(f"{self.path} is not a complete run: there is no {name}") from error
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from error
        if not isinstance(data, dict):
            raise UsageError(f"{path} is not a JSON object")
        return data

    def write(self, file: RunFile) -> None:
        """Write one of the run's JSON files.

        :raises UsageError: it cannot be written.
        """
        self.write_text(file.file_name, file.to_json())

    def write_records(self, extractor: str, records: Iterable[Record]) -> None:
        """Write an extractor's answers, one a line, in the order given.

        :raises UsageError: they cannot be written.
        """
        self.write_text(f"records/{extractor}.jsonl", "".join(f"{record.to_json()}\n" for record in records))

    def write_text(self, name: str, text: str) -> None:
        """Write a file of the run, folders and all; what stood there stays until all of it is written.

        :raises UsageError: it cannot be written.
        """
        write_whole(self.path / name, text.encode())


def load_datasets(folders: Sequence[Path], schema: Schema) -> list[Dataset]:
    """Load the gold of a run, without reports of which nobody has looked at anything.

    :raises GoldError: gold that does not hold, or of which nobody has looked at anything; two data sets of one name,
        or one document in two of them.
    """
    datasets = [load_dataset(folder, schema).looked_at([spec.id for spec in schema.specs]) for folder in folders]
    where: dict[str, str] = {}
    for dataset in datasets:
        if [other.name for other in datasets].count(dataset.name) > 1:
            raise GoldError(f"two data sets are called {dataset.name}; run them apart or rename a folder")
        if not dataset.items:
            raise GoldError(f"{dataset.name} is no gold yet: nobody has looked at anything in it")
        for item in dataset.items:
            doc_id = item.gold.doc_id
            if doc_id in where:
                raise GoldError(f"{item.gold_path}: doc_id: {doc_id!r} is also in the data set {where[doc_id]}")
            where[doc_id] = dataset.name
    return datasets


def score_run(run: Run, datasets: Sequence[Dataset], schema: Schema) -> Summary:
    """Score the records of a run: writes ``scores.jsonl``, ``silence.json`` and ``summary.json``; returns the summary.

    :raises UsageError: the gold is not the one that the run was made on.
    :raises GoldError: records that do not fit the gold; names file, document and field.
    """
    info = run.info()
    made_on = info.gold_digests
    given = {dataset.name: dataset.digest for dataset in datasets}
    changed = sorted(name for name in made_on.keys() | given.keys() if made_on.get(name) != given.get(name))
    if changed:
        raise UsageError(f"{run.path} was made on other gold: {', '.join(changed)} differs; run it again")
    home = {item.gold.doc_id: dataset.name for dataset in datasets for item in dataset.items}
    left_out = {doc_id for dataset in datasets for doc_id in dataset.left_out}
    shapes, scores, rows = DocumentShapes(schema.sought), dict[str, Scores](), list[Row]()
    silent, missed = Silent(schema), list[Silence]()
    unasked, read_as = dict[str, list[str]](), dict[str, str]()
    for extractor in info.extractors:
        name, asked = extractor.name, Asked(extractor.name, extractor.way, extractor.origin == "records")
        submissions = [one for one in read_submissions(run.records_path(name)) if one.doc_id not in left_out]
        for one in submissions:
            if one.doc_id not in home:
                raise GoldError(f"{one.where}: a record for {one.doc_id}, which {', '.join(given)} does not have")
        unasked[name] = not_asked(extractor, submissions, schema)
        read_as |= {one.doc_id: one.read_as for one in submissions if one.read_as}
        scores[name] = Scores(())
        for dataset in datasets:
            part = score_dataset(dataset, [one for one in submissions if home[one.doc_id] == dataset.name], schema)
            scores[name] += part
            rows += rows_of(name, dataset, part, submissions, shapes)
            missed += silent.of(asked, dataset.name, part, {one.gold.doc_id: shapes.of(one) for one in dataset.items})
    items = [item for dataset in datasets for item in dataset.items]
    groups = {item.gold.doc_id: groups_of(item, schema, read_as.get(item.gold.doc_id)) for item in items}
    summary = summarise(datasets, scores, groups=groups, unasked=unasked)
    write_rows(rows, run.scores_path)
    run.write(Silences(missed=missed))
    run.write(summary)
    return summary
