"""The sheet that says how the tables were made: by what, from which reports, and who looked at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from baogao._version import __version__
from baogao.language import in_chinese
from baogao.outputs.book.styles import LEGEND, Mark, Styles, height_of
from baogao.outputs.exported import Exported
from baogao.outputs.headings import readers
from baogao.outputs.long import all_statements
from baogao.record import Jury, Provenance, Record

_LEADERS = {"rules": "规则为主", "model": "模型为主", "both": "两者按把握加权"}
_MEANT: dict[Mark, str] = {
    "person": "由人改定的数，以人工为准；红字的与其他数对不上",
    "accepted": "有人看过原文，确认无误",
    "failing": "与同一报告中其他数对不上（见“校验”），报告本身有误或读取有误",
    "unsure": "置信度低于 0.5，建议核对原文",
    "none": "报告明文写“无”“未发生”等，记为 0",
    "silent": "报告没有说到，不等于 0",
    "seen_silent": "有人看过，报告确实没有说到",
    "held": "读到了但把握不够，未填入，内容见批注和“待核”",
}


class About:
    """Counts what goes into the workbook, and writes it down."""

    def __init__(self, exported: Exported) -> None:
        self._exported = exported
        self._made: dict[str, tuple[Provenance, int]] = {}
        self._failed: list[tuple[str, str, str]] = []
        self._people: dict[str, Counter[str]] = {}
        self._states: Counter[str] = Counter()
        self.reports = 0

    def count(self, record: Record) -> None:
        """Take a report."""
        self.reports += 1
        if record.status == "failed":
            self._failed.append((record.doc_id, record.source, in_chinese(record.error or "")))
            return
        key = record.made_by.model_dump_json()
        self._made[key] = (record.made_by, self._made.get(key, (record.made_by, 0))[1] + 1)
        self._states.update(answer.status for answer in record.fields.values())
        for statement in all_statements(record, self._exported.schema):
            if (reviewed := statement.reviewed) is not None:
                self._people.setdefault(reviewed.who, Counter())[reviewed.act] += 1

    def write(self, sheet: Any, styles: Styles, notes: Sequence[str]) -> None:
        """Write the sheet.

        :param notes: what a reader should know of the tables themselves.
        """
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 96)
        sheet.set_column(2, 2, 70)
        sheet.set_row(0, 26)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, "制作说明", styles.title)
        row = 2
        for block in (self._general(), self._how(), self._looked_at(), [("说明", note) for note in notes]):
            for name, said in block:
                sheet.set_row(row, height_of([(said, 96)]))
                sheet.write_string(row, 0, name, styles.head)
                sheet.write_string(row, 1, said, styles.words())
                row += 1
            row += bool(block)
        row = self._write_legend(sheet, styles, row)
        if self._failed:
            for column, head in enumerate(("未能读取的报告", "文件", "原因")):
                sheet.write_string(row, column, head, styles.head)
            for cells in self._failed:
                row += 1
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, cell, styles.words())

    def _write_legend(self, sheet: Any, styles: Styles, row: int) -> int:
        sheet.write_string(row, 0, "颜色", styles.head)
        sheet.write_string(row, 1, "含义", styles.head)
        for mark, words in LEGEND:
            row += 1
            sheet.write_string(row, 0, words, styles.swatch(mark))
            sheet.write_string(row, 1, _MEANT[mark], styles.words())
        return row + 2

    def _general(self) -> list[tuple[str, str]]:
        schema, states = self._exported.schema, self._states
        read = self._exported.read_at
        failed = f"，其中 {len(self._failed)} 份未能读取" if self._failed else ""
        said = f"有数据 {states['reported']}，明确为无 {states['reported_none']}，未提及 {states['not_reported']}"
        return [
            ("报告种类", f"{schema.title}（{schema.name}，第 {schema.version} 版，{len(schema.specs)} 个字段）"),
            ("报告数", f"{self.reports} 份{failed}"),
            ("字段状态合计", said),
            *([("读取日期", f"{read:%Y-%m-%d %H:%M} UTC")] if read else []),
            ("制表日期", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC，baogao {__version__}"),
        ]

    def _how(self) -> list[tuple[str, str]]:
        """How the records were made; in blocks, where not all were made alike."""
        lines = []
        for made, count in self._made.values():
            if len(self._made) > 1:
                lines.append(("其中", f"{count} 份"))
            lines += [
                ("读取方法", "规则+模型（hybrid）" if made.extractor == "hybrid" else readers(made.extractor)),
                ("模型", made.model or "未使用"),
                ("程序版本", f"baogao {made.baogao}"),
                *([("提示词", made.prompts)] if made.prompts else []),
                ("字段表摘要", made.schema_digest),
                ("置信度", f"按人工标注校准（{made.calibration}）" if made.calibration else "未经校准，只分先后"),
                *([("采用下限", f"{made.min_confidence:g}")] if made.min_confidence is not None else []),
                *([("规则与模型", _jury(made.jury))] if made.jury else []),
            ]
        return lines

    def _looked_at(self) -> list[tuple[str, str]]:
        if self._exported.as_read:
            return [("人工核对", "本表为程序所读原样，未计入人工更正")]
        if not self._people:
            return [("人工核对", "尚无人核对")]
        return [("人工核对", _looked(who, acts)) for who, acts in self._people.items()]


def _looked(who: str, acts: Counter[str]) -> str:
    changed = acts["correct"] + acts["none"]
    return f"{who}：{acts.total()} 项（确认 {acts['accept']}，更正 {changed}，确认未提及 {acts['absent']}）"


def _jury(jury: Jury) -> str:
    return (
        f"{_LEADERS[jury.leader]}（据 {jury.reports} 份样本估计：规则 {jury.rules_f1:.2f}，模型 {jury.model_f1:.2f}）"
    )
