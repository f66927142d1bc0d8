"""Records and decisions made by hand: what people looked at in a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from baogao.outputs.corrected import text_digest
from baogao.outputs.decisions import Decision, ReviewsFile
from baogao.record import Provenance, Record
from baogao.schema.fields import Schema

TEXT = (
    "某市公交年报\n年末公交车辆共有1,234辆，客运量6.5万余人次。\n春季演练2场，秋季演练3场；未发生责任事故。\n"
    "问题：一是车辆老旧；二是线路不足。\n附件：年末公交车辆共有1,234辆，客运量6.5万余人次。\n"
    "年末公交车辆共有1,234辆，客运量 6.5万余人次。\n"
)
"""A report that prints one sentence three times, twice of them as a sentence of its own, and once with a blank."""


def figure(value: float, *printed: str, text: str = TEXT, **more: Any) -> dict[str, Any]:
    """An answer, as JSON, that was read where some characters are printed first."""
    spans = [[text.index(one), text.index(one) + len(one)] for one in printed]
    return {
        "status": "reported", "value": value, "bound": "exact", "text": "、".join(printed), "evidence": spans, **more,
    }  # fmt: skip


def entry(printed: str, text: str = TEXT) -> dict[str, Any]:
    """An entry of a list."""
    start = text.index(printed)
    return {"text": printed, "evidence": [[start, start + len(printed)]]}


def record_of(schema: Schema, doc_id: str = "r", **parts: Any) -> Record:
    """A record with some answers; the other fields are silent."""
    made_by = Provenance(baogao="0", extractor="rules", schema_digest="sha256:0")
    fields = {spec.id: {"status": "not_reported"} for spec in schema.fields} | parts.pop("fields", {})
    metadata = {spec.id: {"value": None} for spec in schema.metadata} | parts.pop("metadata", {})
    lists = {spec.id: [] for spec in schema.lists} | parts.pop("lists", {})
    data = {"doc_id": doc_id, "source": f"{doc_id}.txt", "sha256": "", "schema": schema.name, "status": "ok"}
    return Record.model_validate(
        {**data, "made_by": made_by, "fields": fields, "metadata": metadata, "lists": lists, **parts}
    )


def decide(
    key: str, act: str = "accept", after: Any = None, who: str = "李", text: str = TEXT, **more: Any
) -> Decision:
    """What one person says of one answer."""
    head = {"who": who, "doc_id": "r", "text_sha256": text_digest(text), "key": key, "act": act, "after": after}
    return Decision.model_validate({**head, **more})


def write_run(folder: Path, record: Record, *decisions: Decision, text: str = TEXT) -> Path:
    """The folder of a run of one report, with what people said of it."""
    (folder / "texts").mkdir(parents=True)
    (folder / "texts" / f"{record.doc_id}.txt").write_bytes(text.encode())
    (folder / "records.jsonl").write_bytes(f"{record.to_json()}\n".encode())
    ReviewsFile(folder).add(decisions)
    return folder
