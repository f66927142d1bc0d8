"""Runs made by hand: a data set of eight short reports, and extractors that err in known ways."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.run_info import ExtractorInfo, Parameters, RunInfo
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.schema.fields import Schema

MARKED = """---
metadata: {{title: 某市公交年报, issuer: null}}
---
某市公交年报
年末公交车辆{{{buses}辆|buses={buses}}}，上年为{old}辆。全年客运量{{{passengers}万余人次|passengers>{passengers}0000}}，其中城区1.5万人次。
明年客运量力争达到99万人次。正点率{{98.48%|punctuality=98.48}}。
春季演练{{2场|drills+=2}}，秋季演练{{3场|drills+=3}}；{{未发生责任事故|accidents=none}}。
存在的问题：一是{{车辆老旧|problems}}，更新不及时；二是{{线路不足|problems}}。
"""
HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=hacked=1>|*_"
"""What must come out of a report as text, and never run."""
NAMES = [f"town{number}" for number in range(8)]
Record = dict[str, Any]


def make_dataset(folder: Path, schema: Schema) -> Path:
    """Eight reports, two in ``dev`` and six in ``test``."""
    for number, name in enumerate(NAMES):
        marked = folder / "marked" / f"{name}.marked.txt"
        marked.parent.mkdir(parents=True, exist_ok=True)
        text = MARKED.format(buses=100 + number, old=90 + number, passengers=2 + number)
        marked.write_text(text, encoding="utf-8", newline="\n")
        assert build_dataset([marked], folder / "set" / ("dev" if number < 2 else "test"), schema) == []
    return folder / "set"


def perfect_records(folder: Path, schema: Schema) -> list[Record]:
    """What an extractor answers that has read the gold."""
    records = []
    for item in load_datasets([folder], schema)[0].items:
        gold = json.loads(item.gold.to_json())
        fields = {
            name: {key: field[key] for key in ("status", "value", "bound") if key in field}
            | {"evidence": field["evidence"][0], "confidence": 0.9}
            for name, field in gold["fields"].items()
        }
        lists = {
            name: [{"text": "…", "evidence": copies[0]} for copies in items] for name, items in gold["lists"].items()
        }
        metadata = {name: {"value": value} for name, value in gold["metadata"].items()}
        records.append(
            {
                "doc_id": gold["doc_id"],
                "status": "ok",
                "sha256": gold["sha256"],
                "fields": fields,
                "metadata": metadata,
                "lists": lists,
            }
        )
    return records


def point_at(record: Record, folder: Path, field: str, phrase: str, value: float, **more: Any) -> None:
    """Make a record answer a field with the first place of a phrase."""
    text = next(folder.rglob(f"{record['doc_id']}.txt")).read_bytes().decode()
    start = text.index(phrase)
    place = [[start, start + len(phrase)]]
    record["fields"][field] = {"status": "reported", "value": value, "bound": "exact", "evidence": place, **more}


def make_run(path: Path, folder: Path, schema: Schema, **extractors: list[Record]) -> Run:
    """A scored run of some extractors' records."""
    run = Run(path)
    datasets = load_datasets([folder], schema)
    infos = [ExtractorInfo(name=name) for name in extractors]
    run.write(RunInfo.of(schema, {folder: datasets[0]}, infos, "live", Parameters(ask="auto")))
    for name, records in extractors.items():
        lines = (json.dumps(record, ensure_ascii=False) for record in records)
        run.write_text(f"records/{name}.jsonl", "".join(f"{line}\n" for line in lines))
    score_run(run, datasets, schema)
    return run
