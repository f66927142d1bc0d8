"""A run of the evaluation: a folder that can be predicted, scored and reported, each step alone.

::

    RUN/run.json             what was run: versions, commit, model, parameters, digests, live or replay
    RUN/records/NAME.jsonl   what each extractor answered
    RUN/scores.jsonl         the verdict on every field of every document, with its sentence
    RUN/summary.json         precision, recall, F1, intervals, comparisons; no times, the same bytes on replay
    RUN/timing.json          seconds and tokens, by extractor and document
    RUN/report.html, .md     the same for people
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baogao.errors import GoldError, UsageError
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset
from baogao.evaluation.rows import DocumentShapes, Row, read_rows, rows_of, write_rows
from baogao.evaluation.scoring import Scores, score_dataset
from baogao.evaluation.submissions import Submission, read_submissions
from baogao.evaluation.summary import summarise, to_json
from baogao.schema.fields import Schema


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

    def read(self, name: str) -> dict[str, Any]:
        """One of the run's JSON files.

        :raises UsageError: it is not there or is not JSON.
        """
        path = self.path / name
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise UsageError(f"{self.path} is not a complete run: there is no {name}") from error
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from error
        if not isinstance(data, dict):
            raise UsageError(f"{path} is not a JSON object")
        return data

    def write(self, name: str, data: Mapping[str, Any]) -> None:
        """Write one of the run's JSON files.

        :raises UsageError: it cannot be written.
        """
        self.write_text(name, to_json(data))

    def write_text(self, name: str, text: str) -> None:
        """Write a file of the run, folders and all.

        :raises UsageError: it cannot be written.
        """
        try:
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"cannot write {self.path / name}: {error.strerror or error}") from error

    def rows(self) -> list[Row]:
        """The verdicts.

        :raises UsageError: the run has not been scored.
        """
        return read_rows(self.scores_path)

    def extractors(self) -> list[str]:
        """The extractors of the run, in the order in which they were named."""
        return [str(entry["name"]) for entry in self.read("run.json")["extractors"]]

    def gold_digests(self) -> dict[str, str]:
        """Each data set's name and digest."""
        return {str(entry["name"]): str(entry["digest"]) for entry in self.read("run.json")["datasets"]}


def load_datasets(folders: Sequence[Path], schema: Schema) -> list[Dataset]:
    """Load the gold of a run.

    :raises GoldError: gold that does not hold, two data sets of one name, or one document in two of them.
    """
    datasets = [load_dataset(folder, schema) for folder in folders]
    where: dict[str, str] = {}
    for dataset in datasets:
        if [other.name for other in datasets].count(dataset.name) > 1:
            raise GoldError(f"two data sets are called {dataset.name}; run them apart or rename a folder")
        for item in dataset.items:
            doc_id = item.gold.doc_id
            if doc_id in where:
                raise GoldError(f"{item.gold_path}: doc_id: {doc_id!r} is also in the data set {where[doc_id]}")
            where[doc_id] = dataset.name
    return datasets


def score_run(run: Run, datasets: Sequence[Dataset], schema: Schema) -> dict[str, Any]:
    """Score the records of a run: writes ``scores.jsonl`` and ``summary.json``, and returns the summary.

    :raises UsageError: the gold is not the one that the run was made on.
    :raises GoldError: records that do not fit the gold; names file, document and field.
    """
    _check_gold(run, datasets)
    shapes = DocumentShapes()
    scores: dict[str, Scores] = {}
    rows: list[Row] = []
    for name in run.extractors():
        submissions = read_submissions(run.records_path(name))
        parts = list(_score_parts(submissions, datasets, schema))
        scores[name] = sum((part for _, part in parts), Scores(()))
        for dataset, part in parts:
            rows += rows_of(name, dataset, part, submissions, shapes)
    summary = summarise(datasets, scores)
    write_rows(rows, run.scores_path)
    run.write("summary.json", summary)
    return summary


def _score_parts(
    submissions: Sequence[Submission], datasets: Sequence[Dataset], schema: Schema
) -> Iterator[tuple[Dataset, Scores]]:
    ids = [{item.gold.doc_id for item in dataset.items} for dataset in datasets]
    for submission in submissions:
        if not any(submission.doc_id in known for known in ids):
            names = ", ".join(dataset.name for dataset in datasets)
            raise GoldError(f"{submission.where}: a record for {submission.doc_id}, which {names} does not have")
    for dataset, known in zip(datasets, ids, strict=True):
        yield dataset, score_dataset(dataset, [one for one in submissions if one.doc_id in known], schema)


def _check_gold(run: Run, datasets: Iterable[Dataset]) -> None:
    made_on = run.gold_digests()
    given = {dataset.name: dataset.digest for dataset in datasets}
    if made_on != given:
        changed = sorted(name for name in made_on.keys() | given.keys() if made_on.get(name) != given.get(name))
        raise UsageError(f"{run.path} was made on other gold: {', '.join(changed)} differs; run it again")
