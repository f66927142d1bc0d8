"""Every answer that needs no model at hand, one digest a line: what ``test_seeds.py`` compares from process to process.

``every_answer.py FOLDER [--all]``: FOLDER holds the data set of the communiqués, and takes what is written.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from baogao.assemble import ModelOptions
from baogao.evaluation.calibrating import CalibrationRequest, calibration_of, learn, observe
from baogao.evaluation.predict import EvalRequest, predict_run
from baogao.evaluation.runs import load_datasets, score_run
from baogao.extraction import ReportText
from baogao.inputs import find_sources
from baogao.outputs.export import write_table
from baogao.outputs.page import write_page
from baogao.outputs.records import read_records
from baogao.reading import provenance, read_record
from baogao.record import Record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema

ROOT = Path(__file__).parents[1]
READ_BY_RULES = ("examples", "fictional/dev", "fictional/test", "fresh/calibration", "fresh/tuning", "second-hand")
COMMUNIQUE = ROOT / "tests" / "fixtures" / "communique"
ASKING = ("llm", "hybrid")


def digest(data: bytes | str) -> str:
    """Short enough for a line, long enough to tell any two answers apart."""
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()[:20]


def line_of(record: Record) -> str:
    """A record without the seconds that it took."""
    data = json.loads(record.to_json())
    data["usage"].pop("seconds", None)
    return json.dumps(data, ensure_ascii=False)


def by_rules(schema: Schema, every: int) -> Iterator[str]:
    """Every data set: the records, and every candidate that any pattern found, which is what hybrid goes by.

    :param every: one report of so many is read.
    """
    rules, made_by = RulesExtractor(load_rulebook(None, schema)), provenance(schema, "rules")
    for name in READ_BY_RULES:
        for source in find_sources([f"eval/datasets/{name}"])[::every]:
            report = ReportText.from_document(source.read())
            extraction, ranked = rules.link(report)
            found = [
                (field, one.candidate_id, one.score, one.pattern.source) for field in ranked for one in ranked[field]
            ]
            record = read_record(report, extraction, schema, made_by)
            yield f"{name} {source.doc_id}: {digest(line_of(record))} {digest(repr(found))}"


def replayed(
    folder: Path, dataset: Path, recording: Path, schema: Schema, extractors: Sequence[str] = ASKING
) -> Iterator[str]:
    """The records of a recorded run, their tables and pages; where rules are among them, also the scores."""
    run = predict_run(EvalRequest([dataset], folder / "run", extractors, replay=recording), schema)
    for extractor in extractors:
        records = read_records(run.records_path(extractor))
        yield from (f"{dataset.name} {extractor} {record.doc_id}: {digest(line_of(record))}" for record in records)
        for record in records:
            record.usage.seconds = 0.0
        write_table(records, schema, folder / "table.csv")
        write_page(records, dataset, schema, folder / "page.html")
        for written in ("table.csv", "page.html"):
            yield f"{dataset.name} {extractor} {written}: {digest((folder / written).read_bytes())}"
    if "rules" in extractors:
        summary = score_run(run, load_datasets([dataset], schema), schema)
        yield f"{dataset.name} summary: {digest(summary.to_json())} {digest(run.scores_path.read_bytes())}"


def calibrated(schema: Schema) -> str:
    """What is learned from the recording that the calibration was learned from."""
    gold, recording = ROOT / "eval/datasets/fresh/calibration", ROOT / "eval/runs/fresh-calibration/cassettes"
    observed = observe(CalibrationRequest([gold], [recording], None, ModelOptions()), schema)
    return f"calibration: {digest(calibration_of(observed, learn(observed.judged), schema).to_json())}"


def main(folder: Path, *, everything: bool) -> None:
    """Print a line for each answer."""
    schema, communique = load_schema(), load_schema(COMMUNIQUE / "communique.py")
    lines = [
        *by_rules(schema, 1 if everything else 3),
        *replayed(folder, ROOT / "eval/datasets/examples", ROOT / "cassettes/examples", schema),
        *replayed(folder, folder / "communiques", COMMUNIQUE / "cassettes", communique),
    ]
    if everything:
        test = ROOT / "eval/datasets/fictional/test"
        lines += replayed(folder, test, ROOT / "eval/runs/fictional-test-untuned/cassettes", schema, ("rules", *ASKING))
        lines.append(calibrated(schema))
    print("\n".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]), everything="--all" in sys.argv)
