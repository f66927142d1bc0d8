"""Score an extractor on a folder of reports with gold: ``score_reports.py FOLDER [--records FILE] [--errors]``.

Without ``--records`` the rules are run on the texts; with it, the records of any run are scored (``records.jsonl``).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from baogao.candidates.find import find_candidates
from baogao.console import print_in_any_encoding
from baogao.document import read_document
from baogao.document.document import Document
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset
from baogao.evaluation.scoring import DocumentScore, Score, score_dataset
from baogao.evaluation.submissions import Submission, read_submissions, submission_of
from baogao.extraction import ReportText
from baogao.reading import provenance, read_record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema

BAD = ("wrong", "missing", "spurious", "errored")


def main() -> None:
    """Print one line a report, the totals, and on demand every disagreement with its sentence."""
    print_in_any_encoding()
    arguments = _arguments()
    schema = load_schema(arguments.schema)
    dataset = load_dataset(arguments.folder, schema)
    submissions = read_submissions(arguments.records) if arguments.records else _run_rules(dataset, schema)
    scores = score_dataset(dataset, submissions, schema)
    for document in scores.documents:
        tally = document.tally
        print(f"{document.doc_id:32} P {_percent(tally.precision)} R {_percent(tally.recall)} F1 {_percent(tally.f1)}")
    tally = scores.tally
    print(f"{'all':32} P {_percent(tally.precision)} R {_percent(tally.recall)} F1 {_percent(tally.f1)}", end="")
    print(f"  bounds {_percent(tally.bound_accuracy)} grounding {_percent(tally.grounding)}", end="")
    print(f"  metadata {_percent(scores.metadata_accuracy)}  {tally.verdicts}")
    for name, hits in scores.list_hits().items():
        print(f"{name:32} P {_percent(hits.precision)} R {_percent(hits.recall)} F1 {_percent(hits.f1)}")
    if arguments.errors:
        texts = {item.gold.doc_id: read_document(item.text_path) for item in dataset.items}
        for document in scores.documents:
            print(f"\n== {document.doc_id}", *_errors(document, texts[document.doc_id]), sep="\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=Path, help="score these records instead of running the rules")
    parser.add_argument("--schema", default="law_based_government")
    parser.add_argument("--errors", action="store_true", help="print every disagreement")
    return parser.parse_args()


def _run_rules(dataset: Dataset, schema: Schema) -> list[Submission]:
    extractor = RulesExtractor(load_rulebook(None, schema))
    submissions = []
    started = time.perf_counter()
    for item in dataset.items:
        document = read_document(item.text_path, item.gold.doc_id)
        candidates = find_candidates(document, schema.sought)
        extraction = extractor.link(ReportText(document, candidates))[0]
        record = read_record(ReportText(document, candidates), extraction, schema, provenance(schema, "rules"))
        submissions.append(submission_of(record))
    seconds = time.perf_counter() - started
    print(f"{len(submissions)} reports in {seconds:.2f} s, {len(submissions) / seconds:.0f} a second")
    return submissions


def _percent(share: float | None) -> str:
    return "   n/a" if share is None else f"{share:6.1%}"


def _errors(document: DocumentScore, text: Document) -> Iterator[str]:
    for score in document.fields:
        if score.verdict in BAD:
            yield _figure_line(score, text)
    for entry in document.metadata:
        if not entry.right:
            yield f"metadata  {entry.field}: {entry.answer!r}, gold {entry.gold!r}"
    for found in document.lists:
        if found.hits.found < max(found.hits.gold, found.hits.answers):
            yield f"list      {found.name}: {found.hits.found} of {found.hits.gold} in {found.hits.answers} answers"


def _figure_line(score: Score, text: Document) -> str:
    answer = score.answer
    said = f"{answer.value} {answer.text}" if answer and answer.value is not None else "nothing"
    spans = [*(answer.evidence or [] if answer else []), *(span for copy in score.gold.evidence or [] for span in copy)]
    places = {text.sentence_at(span[0]) for span in spans[:3]}
    context = " / ".join(text.slice(place.span).strip() for place in places if place)
    return f"{score.verdict:9} {score.field}: {said}, gold {score.gold.value}\n          {context[:240]}"


if __name__ == "__main__":
    main()
