"""The engine knows no field by its id: with every id changed, records say the same."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import baogao
from baogao.assemble import ModelOptions
from baogao.evaluation.predict import EvalRequest, predict_run
from baogao.outputs.page import report_view, summary_view
from baogao.record import Record
from baogao.resources import digest_files, resource_dir
from baogao.schema import Schema, load_schema
from short_reports import COMMUNIQUE

CHECKOUT = Path(__file__).parents[1]
DATASETS = CHECKOUT / "eval" / "datasets"
FLAGSHIP = resource_dir("schemas") / "law_based_government.py"
WORK_REPORTS = resource_dir("schemas") / "government_work_report.py"
COMMUNIQUES = sorted(COMMUNIQUE.parent.glob("*.txt"))


def pinyin(name: str) -> str:
    """An id as somebody might choose it who calls the fields in another language."""
    return "zi_" + "".join(chr(ord("a") + (ord(char) - ord("a") + 7) % 26) if char.isalpha() else char for char in name)


def renamed(source: Path, folder: Path) -> Schema:
    """A copy of a schema and of all that stands beside it, with every field's id changed."""
    ids = {spec.id: pinyin(spec.id) for spec in load_schema(source).specs}
    text = source.read_text(encoding="utf-8")
    for old, new in ids.items():
        text = re.sub(rf"(?m)^(\s+){old}: (?=Annotated)", rf"\1{new}: ", text)
        text = re.sub(rf'(?<!role=)"{old}"', f'"{new}"', text)
    target = folder / source.name
    target.write_text(text, encoding="utf-8")
    for path in source.parent.glob(f"{source.stem}.*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        copied = with_ids(data, ids) if path.name.endswith(".rules.yaml") else with_keys(data, ids)
        (folder / path.name).write_text(yaml.safe_dump(copied, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for path in source.parent.glob(f"{source.stem}.*.json"):
        file = json.loads(path.read_text(encoding="utf-8"))
        for calibration in file["calibrations"]:  # else a notice says so
            calibration["fit_on"]["rules"] = digest_files([target.with_suffix(".rules.yaml")])
        (folder / path.name).write_text(json.dumps(file), encoding="utf-8")
    return load_schema(target)


def with_ids(rules: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """A rules file with other fields: topics and words may be called like a field, and stay."""
    parts = {
        part: {ids[name]: rule for name, rule in rules.get(part, {}).items()}
        for part in ("fields", "lists", "metadata", "choices", "dates", "quotes")
    }
    return rules | parts


def with_keys(data: Any, ids: dict[str, str]) -> Any:
    """Worked examples with other fields: ids stand as keys and in lists of fields."""
    if isinstance(data, dict):
        return {ids.get(key, key): with_keys(value, ids) for key, value in data.items()}
    if isinstance(data, list):
        return [with_keys(value, ids) for value in data]
    return ids.get(data, data) if isinstance(data, str) else data


def said(record: Record, ids: dict[str, str]) -> dict[str, Any]:
    """What a record says, under the first schema's ids, without what made it and where it lay."""
    data = json.loads(record.to_json())
    for part in ("fields", "metadata", "lists", "rows"):
        if part in data:
            data[part] = {ids.get(name, name): value for name, value in data[part].items()}
    for check in data["checks"]:
        check["fields"] = [ids.get(name, name) for name in check["fields"]]
    del data["made_by"], data["source"], data["usage"]["seconds"]
    return data


@pytest.mark.parametrize(
    ("source", "reports"),
    [
        (FLAGSHIP, sorted(DATASETS.glob("fictional/dev/*.txt"))[::2] + sorted(DATASETS.glob("second-hand/*.txt"))[::2]),
        (WORK_REPORTS, sorted(DATASETS.glob("work-reports/dev/*.txt"))[::3]),
        (COMMUNIQUE, COMMUNIQUES),
    ],
    ids=["flagship", "work reports", "communique"],
)
def test_rules_know_no_id(source, reports, tmp_path):
    """Figures, lists, metadata and checks come out alike, departments' own figures before their county's among them."""
    assert reports
    first, second = load_schema(source), renamed(source, tmp_path)
    ids = {new.id: old.id for old, new in zip(first.specs, second.specs, strict=True)}
    assert not set(ids) & {spec.id for spec in first.specs}
    for path in reports:
        old, new = (baogao.extract(path, schema=schema, extractor="rules") for schema in (first, second))
        assert said(new, ids) == said(old, {}) | {"schema": new.schema_name}


def test_ways_of_asking_and_the_page_know_no_id(tmp_path):
    """Recorded forms and choices are what a renamed schema asks, and the same answers come of them; the page has its
    titles."""
    first, second = load_schema(FLAGSHIP), renamed(FLAGSHIP, tmp_path)
    ids = {new.id: old.id for old, new in zip(first.specs, second.specs, strict=True)}
    records: dict[str, list[Record]] = {}
    gold = copied_gold(tmp_path / "gold", {old: new for new, old in ids.items()})
    for schema, data in ((first, DATASETS / "examples"), (second, gold)):
        out = tmp_path / f"out-{len(records)}"
        cassettes = CHECKOUT / "cassettes" / "examples"
        request = EvalRequest([data], out, ("llm", "hybrid"), {}, ModelOptions(), cassettes, strict=False)
        run = predict_run(request, schema)
        lines = [line for name in ("llm", "hybrid") for line in run.records_path(name).read_text("utf-8").splitlines()]
        records[schema.path.parent.name] = [Record.model_validate_json(line) for line in lines]
    old, new = records.values()
    assert [said(record, ids) for record in new] == [said(record, {}) for record in old]
    for one, other in zip(old, new, strict=True):
        text = (DATASETS / "examples" / f"{one.doc_id}.txt").read_bytes().decode()
        assert summary_view(one, first) == summary_view(other, second)
        assert report_view(one, text, first)["lines"] == report_view(other, text, second)["lines"]


def copied_gold(folder: Path, ids: dict[str, str]) -> Path:
    """The example reports with their gold under other ids."""
    folder.mkdir()
    for path in (DATASETS / "examples").glob("*.gold.json"):
        gold = json.loads(path.read_text(encoding="utf-8"))
        for part in ("fields", "metadata", "lists"):
            gold[part] = {ids[name]: value for name, value in gold[part].items()}
        (folder / path.name).write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")
        shutil.copy(path.with_name(gold["text_file"]), folder)
    return folder
