"""What columns are called, and how coded words are said, in a table: by ids for programs, in Chinese for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Literal

from baogao.schema import FieldSpec, Schema

Labels = Literal["id", "zh"]
Cell = str | int | float | Decimal | bool | None

SIDES = ("_upper", "_bound", "_status", "_text", "")
"""What stands behind a field's id in the name of a column; the value itself has nothing."""
_SIDES = {"_upper": "上限", "_bound": "界限", "_status": "状态", "_text": "原文"}
_HEADS = {
    "doc_id": "报告",
    "source": "文件",
    "status": "状态",
    "error": "错误",
    "held_back": "待核",
    "reviewed": "核对",
    "place": "所属地区",
    "year": "年份",
    "group": "类别",
    "field": "字段",
    "row": "序号",
    "label": "指标",
    "value": "数值",
    "upper": "上限",
    "words": "文字",
    "bound": "界限",
    "unit": "单位",
    "text": "原文",
    "sentence": "所在句",
    "page": "页",
    "start": "起",
    "end": "止",
    "confidence": "置信度",
    "by": "来源",
    "reviewer": "核对人",
    "reviewed_at": "核对时间",
    "comment": "备注",
    "reason": "原因",
    "link": "链接",
}
ACTS: dict[Cell, str] = {"accept": "确认", "correct": "更正", "none": "改为无", "absent": "确认未提及"}
"""What a person did with an answer."""
_SAID: dict[str, dict[Cell, str]] = {
    "status": {
        "ok": "已读取",
        "failed": "未能读取",
        "reported": "有数据",
        "reported_none": "明确为无",
        "not_reported": "未提及",
    },
    "bound": {"exact": "确数", "over": "以上", "under": "不足", "about": "约"},
    "reviewed": ACTS,
    "held_back": {True: "是", False: "否"},
}
_READERS = {"rules": "规则", "llm": "模型", "person": "人工"}
_LEVELS = {"province": "省级", "prefecture": "地级", "county": "县级", "township": "乡级", "department": "部门"}
VALUES = _READERS | _LEVELS
"""Values of records that are words for programs, and what people call them."""


def with_unit(spec: FieldSpec) -> str:
    """The label of a field with its unit: 投资（万元）."""
    return f"{spec.label}（{spec.unit}）" if spec.unit else spec.label


def readers(by: str) -> str:
    """Who spoke, in Chinese: 规则+模型; a model's name stays."""
    return "+".join(_READERS[kind] + rest for kind, rest in map(_parted, by.split("+")) if kind in _READERS) or by


def _parted(reader: str) -> tuple[str, str]:
    kind, colon, name = reader.partition(":")
    return kind, colon + name


class Headings:
    """The heads of a table's columns, and its coded words.

    :param specs: the fields that columns are called by: of a wide table those of the schema, of one of rows its cells.
    """

    def __init__(self, schema: Schema, labels: Labels, specs: Sequence[FieldSpec] = ()) -> None:
        self._schema = schema
        self._chinese = labels == "zh"
        self._specs = specs

    def heads(self, names: Sequence[str]) -> list[str]:
        """The heads of some columns; where two have one label, with their ids."""
        if not self._chinese:
            return list(names)
        heads = [self._head(name) for name in names]
        count = Counter(heads)
        return [head if count[head] == 1 else f"{head} [{name}]" for head, name in zip(heads, names, strict=True)]

    def said(self, name: str, value: Cell) -> Cell:
        """What a cell of a column says."""
        if not self._chinese or value is None:
            return value
        spec, side = self._meanings.get(name, (None, ""))
        if spec is not None:
            return self.words(spec, value) if not side else _SAID.get(side[1:], {}).get(value, value)
        if name == "by":
            return readers(str(value))
        if name == "words":
            return _LEVELS.get(str(value), value)
        if name == "group":
            return self._schema.groups.get(str(value), value)
        return _SAID.get(name, {}).get(value, value)

    def words(self, spec: FieldSpec, value: Cell) -> Cell:
        """The value of a field; a level is one of the engine's own words."""
        return _LEVELS.get(str(value), value) if self._chinese and spec.role == "level" else value

    def _head(self, name: str) -> str:
        spec, side = self._meanings.get(name, (None, ""))
        if spec is None:
            return _HEADS.get(name, name)
        if side:
            return f"{with_unit(spec) if side == '_upper' else spec.label}·{_SIDES[side]}"
        return with_unit(spec)

    @cached_property
    def _meanings(self) -> dict[str, tuple[FieldSpec, str]]:
        return {spec.id + side: (spec, side) for side in SIDES for spec in self._specs}
