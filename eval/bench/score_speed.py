"""Scoring of 1,000 records with all statistics: ``score_speed.py [--records N] [--extractors N]``.

The example reports are copied until there are enough; two made-up extractors answer with what the gold says, a little
of it left out or changed. Timed is what ``baogao eval score`` does: gold, records, verdicts, intervals, comparison.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from command import load
from corpus import EXAMPLES

from baogao.evaluation.gold import Dataset
from baogao.evaluation.run_info import ExtractorInfo, Parameters, RunInfo
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.schema import load_schema

_KEPT = 0.9
_CHANGED = 0.05


def main() -> None:
    """Print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1000, help="of each extractor")
    parser.add_argument("--extractors", type=int, default=1)
    options = parser.parse_args()
    before = load()
    schema = load_schema("law_based_government")
    with TemporaryDirectory(prefix="baogao-bench-") as name:
        folder, run = Path(name, "gold"), Run(Path(name, "run"))
        _write_gold(folder, options.records)
        dataset = load_datasets([folder], schema)[0]
        extractors = [f"made-up-{number}" for number in range(1, options.extractors + 1)]
        infos = [ExtractorInfo(name=extractor, origin="records") for extractor in extractors]
        run.write(RunInfo.of(schema, {folder: dataset}, infos, "live", Parameters()))
        for number, extractor in enumerate(extractors):
            _write_records(run.records_path(extractor), dataset, random.Random(number))
        clock, processor = time.perf_counter(), time.process_time()
        datasets = load_datasets([folder], schema)
        loaded = time.perf_counter() - clock
        score_run(run, datasets, schema)
        seconds, busy = time.perf_counter() - clock, time.process_time() - processor
    print(
        f"scoring: {seconds:.1f} s by the clock, {busy:.1f} s of processor time for {options.records:,} records of "
        f"{options.extractors} extractor(s) and {len(schema.specs)} fields (target 20 s), {loaded:.1f} s of it to load "
        f"the gold; {before}"
    )


def _write_gold(folder: Path, number: int) -> None:
    """The example reports under new names."""
    folder.mkdir()
    golds = sorted(EXAMPLES.glob("*.gold.json"))
    for count in range(number):
        path = golds[count % len(golds)]
        gold = json.loads(path.read_text(encoding="utf-8"))
        text = (EXAMPLES / gold["text_file"]).read_bytes()
        gold |= {"doc_id": f"report-{count:05}", "text_file": f"report-{count:05}.txt"}
        (folder / gold["text_file"]).write_bytes(text)
        (folder / f"report-{count:05}.gold.json").write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")


def _write_records(path: Path, dataset: Dataset, chance: random.Random) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for item in dataset.items:
            gold = json.loads(item.gold.to_json())
            record = {"doc_id": gold["doc_id"], "status": "ok", "fields": _fields(gold, chance)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _fields(gold: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Most of the stated fields, a few of them with another value."""
    return {
        name: {
            "status": answer["status"],
            "value": answer["value"] + (answer["status"] == "reported" and chance.random() < _CHANGED),
            "bound": answer["bound"],
            "evidence": answer["evidence"][0],
        }
        for name, answer in gold["fields"].items()
        if answer["status"] != "not_reported" and chance.random() < _KEPT
    }


if __name__ == "__main__":
    main()
