"""Runs made by hand: a data set of eight short reports, and extractors that err in known ways."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.gold import Gold
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
EVERY_MARKED = """---
metadata: {{title: 某港年报}}
---
某港年报
（{{2025年1月8日|issued_on=2025-01-08}}，港长{{王 海川|issued_by}}）
全年计划{{圆满完成|plan_met=完成}}。货物吞吐量{{{cargo}万吨|cargo={cargo}}}，下降{{2.3%|cargo_growth=-2.3}}，居全国{{第三|place=3}}。
煤炭、矿石、箱之比为{{15|coal_share=15}}:61.9:23.1。今年吞吐量力争增长{{6%—6.5%|cargo_target=6..6.5}}。完成投资{{3.2亿元|invested=3.2}}。
{{城东泊位|berths.1.name}}投资{{0.8亿元|berths.1.cost=0.8}}{{建成|berths.1.stage=建成, berths.2.stage=建成}}；
{{城西泊位|berths.2.name}}于{{2024年3月|berths.2.opened=2024-03}}启用。另有{{老泊位|berths.3.name?}}。
问题：{{设备老旧|problems}}。
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


def make_every_dataset(folder: Path, schema: Schema, reports: int = 2) -> Path:
    """Reports with fields of every kind."""
    for number in range(reports):
        marked = folder / "marked" / f"port{number}.marked.txt"
        marked.parent.mkdir(parents=True, exist_ok=True)
        marked.write_text(EVERY_MARKED.format(cargo=1200 + number), encoding="utf-8", newline="\n")
        assert build_dataset([marked], folder / "every", schema) == []
    return folder / "every"


def perfect_records(folder: Path, schema: Schema) -> list[Record]:
    """What an extractor answers that has read the gold of a folder."""
    return [perfect_record(item.gold) for item in load_datasets([folder], schema)[0].items]


def perfect_record(gold: Gold) -> Record:
    """The record of an extractor that has read the gold: as anybody would write it."""
    data = json.loads(gold.to_json())
    fields = _answers(data["fields"])
    rows = {name: [one for row in rows if (one := _answers(row))] for name, rows in data.get("rows", {}).items()}
    lists = {name: [{"text": "…", "evidence": copies[0]} for copies in items] for name, items in data["lists"].items()}
    metadata = {name: {"value": value} for name, value in data["metadata"].items()}
    head = {"doc_id": gold.doc_id, "status": "ok", "sha256": gold.sha256}
    return {**head, "fields": fields, "metadata": metadata, "lists": lists} | ({"rows": rows} if rows else {})


def _answers(fields: Record) -> Record:
    """Those of gold's fields, or of the cells of a row, that are stated, as answers."""
    return {
        name: {key: field[key] for key in ("status", "value", "upper", "bound") if key in field}
        | {"evidence": field["evidence"][0], "confidence": 0.9}
        for name, field in fields.items()
        if field["status"] != "not_reported"
    }


def write_records(path: Path, *records: Record) -> Path:
    """A file of records, a line for each."""
    lines = (json.dumps(record, ensure_ascii=False, default=str) for record in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return path


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
    (path / "records").mkdir()
    for name, records in extractors.items():
        write_records(run.records_path(name), *records)
    score_run(run, datasets, schema)
    return run
