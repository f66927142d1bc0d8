"""The workbook that is handed in: figures, evidence, lists, checks, what waits, how it was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from baogao.outputs.book.about import About
from baogao.outputs.book.evidence import Evidence, EvidenceSheet
from baogao.outputs.book.listing import Listing
from baogao.outputs.book.lists import ListSheets
from baogao.outputs.book.styles import FONT, Styles
from baogao.outputs.book.waiting import WaitingSheet
from baogao.outputs.book.wide import WideSheet
from baogao.outputs.exported import Exported
from baogao.outputs.long import LongTable, Sentences, link_to
from baogao.outputs.workbook import write_fields
from baogao.record import Record

_WIDE, _EVIDENCE, _CHECKS, _WAITING, _ABOUT, _FIELDS = "数据", "依据", "校验", "待核", "说明", "fields"
_CHECK_COLUMNS = (("报告", 24), ("校验", 22), ("结果", 8), ("涉及指标", 50), ("算式", 70), ("链接", 8))
_CHECK_NAMES = {
    "rate_matches_counts": "比率与计数相符",
    "not_more_than": "部分不超过整体",
    "parts_add_up": "分项之和等于合计",
    "rate_in_range": "比率在 0 到 100 之间",
}
_IN_FIGURES = {
    ", printed": "，原文",
    " of 0 has no rate": " 的分母为 0，无从计算",
    " is no share": " 不是占比",
    " (a bound among them)": "（其中有约数）",
}
"""What checks say beside figures."""


def write_book(exported: Exported, path: Path, place: Path, *, long_first: bool = False, silent: bool = False) -> int:
    """Write the workbook for people.

    :param path: the file to write.
    :param place: where it will be; links to the run's page are relative to it.
    :param long_first: the sheet of evidence comes first.
    :param silent: the sheet of evidence has rows of silent fields, too.
    :returns: how many reports it has.
    :raises UsageError: a text is longer than a cell can hold, a sheet longer than a workbook allows; another schema.
    """
    options = {"constant_memory": True, "default_format_properties": FONT}
    with xlsxwriter.Workbook(str(path), options) as file:
        file.set_properties({"title": exported.schema.title, "comments": "baogao"})
        return _Book(file, exported, place, silent=silent, long_first=long_first).write()


class _Book:
    """The sheets of one workbook, written in one pass over the reports."""

    def __init__(self, file: Any, exported: Exported, place: Path, *, silent: bool, long_first: bool) -> None:
        schema, styles, lined = exported.schema, Styles(file, lined=False), Styles(file)
        self._exported = exported
        self._styles = lined
        self._page = exported.page_from(place)
        self._long = LongTable(schema, exported.texts, silent, self._page, exported.astray)
        self._about = About(exported)
        order = [_EVIDENCE, _WIDE] if long_first else [_WIDE, _EVIDENCE]
        sheets = {name: file.add_worksheet(name) for name in order}
        self._evidence = EvidenceSheet(sheets[_EVIDENCE], schema, styles, silent=silent)
        self._lists = ListSheets(file, schema, styles, {*order, _CHECKS, _WAITING, _ABOUT, _FIELDS}, self._page)
        self._wide = WideSheet(sheets[_WIDE], schema, lined, _EVIDENCE, self._lists.names)
        self._checks = Listing(file.add_worksheet(_CHECKS), _CHECK_COLUMNS, styles, empty="没有可做的校验")
        self._waiting = WaitingSheet(file.add_worksheet(_WAITING), exported, styles, self._page)
        self._about_sheet = file.add_worksheet(_ABOUT)
        formats = {"head": styles.head, "lines": lined.words()}
        write_fields(file.add_worksheet(_FIELDS), schema, formats, self._wide.columns_at)

    def write(self) -> int:
        """Go through the reports; returns how many there are."""
        for record in self._exported.records:
            self._about.count(record)
            failing = {name for check in record.checks if not check.holds for name in check.fields}
            evidence: dict[str, Evidence] = {}
            for statement, row in self._long.rows(record):
                sentence = row.get("sentence")
                found = self._evidence.add(statement, row, failing)
                evidence[statement.key] = Evidence(found, None if sentence is None else str(sentence))
            self._add_checks(record)
            waiting = self._waiting.note(record, Sentences(record, self._exported.texts))
            self._wide.add(record, evidence, self._lists.add(record), waiting)
        for sheet in (self._evidence, self._lists, self._checks, self._waiting, self._wide):
            sheet.close()
        self._about.write(self._about_sheet, self._styles, [*self._notes()])
        return self._wide.height

    def _add_checks(self, record: Record) -> None:
        for check in record.checks:
            labels = "、".join(self._exported.schema.by_id[name].label for name in check.fields)
            _, _, figures = check.message.rpartition(": ")
            for words, chinese in _IN_FIGURES.items():
                figures = figures.replace(words, chinese)
            said = "相符" if check.holds else "不符"
            name = _CHECK_NAMES.get(check.check, check.check)
            link = f"external:{link_to(record.doc_id, check.fields[0], self._page)}"
            cells = (record.doc_id, name, said, labels, figures, "打开")
            self._checks.add(cells, {5: link}, mark="" if check.holds else "failing")

    def _notes(self) -> Iterator[str]:
        """What a reader should know of the tables."""
        yield "点“数据”表中的数，到“依据”表看原句；点“打开”，到原文页面看所在位置（须与运行文件夹一起移动）。"
        yield "“fields”表列出各字段的代号、含义、单位，以及在“数据”表中的列。"
        if self._wide.bare:
            yield f"最后 {self._wide.bare} 份报告不带批注和链接，原句见“依据”表。"
        if astray := self._exported.astray:
            yield f"{len(astray)} 份报告的原文已有改动，未列原句：{'、'.join(astray[:10])}"
