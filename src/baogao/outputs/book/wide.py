"""The first sheet of the workbook: one row a report, one column a figure, with its sentence a click away.

What a figure is, a person's, unsure, against a check, is its colour; where it stands is its comment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from baogao.language import in_chinese
from baogao.outputs.book.evidence import Evidence
from baogao.outputs.book.marks import comment_on, mark_of
from baogao.outputs.book.styles import LEGEND, Mark, Styles, height_of
from baogao.outputs.headings import Headings
from baogao.outputs.long import Statement, field_statements
from baogao.outputs.records import words_of
from baogao.outputs.tables import number_of
from baogao.outputs.workbook import fits_a_number, write_cell
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer

MOST_COMMENTS = 20_000
"""Cells with a comment and a link; with many more, spreadsheet programs get slow. Reports beyond have neither."""
_HEAD_ROW = 3
_A3 = 8
_FIGURE_WIDTH = 17
_WORDS_WIDTH = 24
_META_WIDTHS = {"title": 52, "place": 16, "level": 9, "period_start": 10, "period_end": 10}


class WideSheet:
    """The sheet of reports and figures.

    :param evidence: the name of the sheet of evidence.
    :param lists: by the id of a list, the name of the sheet that has its entries or rows.
    """

    def __init__(self, sheet: Any, schema: Schema, styles: Styles, evidence: str, lists: Mapping[str, str]) -> None:
        self._sheet = sheet
        self._schema = schema
        self._styles = styles
        self._evidence = evidence
        self._lists = lists
        """By the id of a list, the name of its sheet."""
        self._headings = Headings(schema, "zh", schema.specs)
        self._fields = _in_groups(schema)
        self._comments = 0
        self.bare = 0
        """How many reports have no comments and links, because there are too many already."""
        self.height = 0
        self._columns: list[tuple[str, int, str]] = []
        """The head of each column, its width, and the group that it belongs to."""
        self.columns_at: dict[str, str] = {}
        """By field, the letters of its column."""
        self._plan()
        self._begin()

    def _plan(self) -> None:
        """Which columns there are."""
        report = "报告"
        self._columns = [("报告", 24, ""), ("状态", 9, report)]
        for spec in self._schema.metadata:
            self._note(spec, _META_WIDTHS.get(spec.role or "", _WORDS_WIDTH), report)
        self._columns += [("校验", 12, report), ("待核", 8, report), ("人工核对", 10, report)]
        for spec in self._fields:
            group = self._schema.groups.get(spec.group, "") or "总体"
            self._note(spec, _FIGURE_WIDTH if spec.kind == "figure" else _WORDS_WIDTH, group)
            if "range" in spec.takes and spec.kind == "figure":
                self._columns.append((f"{_on_two_lines(spec)}·上限", _FIGURE_WIDTH, group))
        for spec in (*self._schema.lists, *self._schema.rows):
            self._note(spec, 12, "列表")

    def _note(self, spec: FieldSpec, width: int, group: str) -> None:
        self.columns_at[spec.id] = xl_col_to_name(len(self._columns))
        self._columns.append((_on_two_lines(spec), width, group))

    def _begin(self) -> None:
        """Write title, legend, groups and heads."""
        sheet, styles = self._sheet, self._styles
        for column, (_, width, _) in enumerate(self._columns):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, self._schema.title, styles.title)
        sheet.set_row(1, 20)
        sheet.write_string(1, 0, "颜色说明", styles.note)
        for column, (mark, words) in enumerate(LEGEND, start=1):
            sheet.write_string(1, column, words, styles.swatch(mark))
        first = 0
        for column, (_, _, group) in enumerate(self._columns):
            if column + 1 == len(self._columns) or self._columns[column + 1][2] != group:
                if column > first:
                    sheet.merge_range(2, first, 2, column, group, styles.band)
                else:
                    sheet.write_string(2, first, group, styles.band)
                first = column + 1
        sheet.set_row(_HEAD_ROW, 58)
        for column, (head, _, _) in enumerate(self._columns):
            sheet.write_string(_HEAD_ROW, column, head, styles.head)
        sheet.freeze_panes(_HEAD_ROW + 1, 1)
        sheet.set_landscape()
        sheet.set_paper(_A3)
        sheet.set_print_scale(65)
        sheet.repeat_rows(2, _HEAD_ROW)
        sheet.repeat_columns(0)

    def add(self, record: Record, evidence: Mapping[str, Evidence], entries: Mapping[str, int], waiting: int) -> None:
        """Write a report below the last one.

        :param evidence: by the key of a statement.
        :param entries: by the id of a list, where in its sheet its first entry stands.
        :param waiting: how many of its answers a person should look at.
        """
        self.height += 1
        row = _HEAD_ROW + self.height
        report = record.doc_id, self._styles.words("failing" if record.status == "failed" else "")
        self._write(row, 0, *report)
        if record.status == "failed":
            self._write(
                row, 1, f"未能读取：{in_chinese(record.error or '')}", self._styles.words("failing", wrap=False)
            )
            return
        with_comments = self._comments < MOST_COMMENTS
        self.bare += not with_comments
        failing = {name for check in record.checks if not check.holds for name in check.fields}
        column = self._add_report(record, row, failing, waiting)
        statements = {statement.spec.id: statement for statement in field_statements(record, self._schema)}
        for spec in self._fields:
            statement = statements[spec.id]
            mark = mark_of(statement, failing)
            found = evidence.get(statement.key) if with_comments else None
            self._add_figure(row, column, statement, mark, found)
            column += 1
            if "range" in spec.takes and spec.kind == "figure":
                upper = statement.said.upper if isinstance(statement.said, Answer) else None
                self._write(row, column, upper, self._styles.number(upper, "silent" if upper is None else mark))
                column += 1
        for spec in (*self._schema.lists, *self._schema.rows):
            self._add_count(row, column, record, spec, entries.get(spec.id) if with_comments else None)
            column += 1

    def close(self) -> None:
        """Let reports be filtered."""
        self._sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + max(self.height, 1), len(self._columns) - 1)

    def _add_report(self, record: Record, row: int, failing: set[str], waiting: int) -> int:
        """Write what is said of a report as a whole; returns the next column."""
        styles = self._styles
        cells: list[tuple[Any, Any]] = [("已读取", styles.words())]
        for spec in self._schema.metadata:
            answer = record.metadata.get(spec.id)
            value = self._headings.words(spec, answer.value) if answer else None
            reviewed = answer.reviewed if answer else None
            mark: Mark = "silent" if value is None else ""
            if reviewed is not None:
                mark = "accepted" if reviewed.act == "accept" else "person" if value is not None else "seen_silent"
            cells.append((value, styles.words(mark)))
        odd = sum(not check.holds for check in record.checks)
        said = f"{odd} 处不符" if odd else f"{len(record.checks)} 项全部相符" if record.checks else None
        looked = sum(answer.reviewed is not None for answer in record.fields.values())
        cells += [
            (said, styles.words("failing" if odd else "")),
            (waiting or None, styles.number(waiting, "unsure" if waiting else "")),
            (f"{looked}/{len(self._fields)} 项" if looked else None, styles.words("accepted" if looked else "")),
        ]
        words = ((cell, self._columns[column][1]) for column, (cell, _) in enumerate(cells, start=1))
        height = height_of(words)
        if height is not None:
            self._sheet.set_row(row, height)
        for column, (cell, style) in enumerate(cells, start=1):
            self._write(row, column, cell, style)
        return len(cells) + 1

    def _add_figure(self, row: int, column: int, statement: Statement, mark: Mark, found: Evidence | None) -> None:
        """Write a figure, with a link to its evidence and a comment that says it."""
        said, spec = statement.said, statement.spec
        value: Any = None
        style = self._styles.words(mark)
        if isinstance(said, Answer) and statement.stated:
            value = number_of(said) if spec.kind == "figure" else self._headings.words(spec, words_of(said.value))
            if spec.kind == "figure" and value is not None and fits_a_number(value):
                none = said.status == "reported_none"
                style = self._styles.none(mark) if none else self._styles.number(value, mark, said.bound)
        if found is not None and value is not None:
            self._sheet.write_url(row, column, f"internal:'{self._evidence}'!A{found.row}", style, str(value))
        self._write(row, column, value, style)
        comment = (
            comment_on(statement, found.sentence if found else None) if found or statement.given is not said else ""
        )
        if comment:
            self._comments += 1
            lines = sum(1 + len(line) // 24 for line in comment.split("\n"))
            size = {"width": 330, "height": 24 + 17 * lines, "font_size": 9, "author": "baogao"}
            self._sheet.write_comment(row, column, comment, size)

    def _add_count(self, row: int, column: int, record: Record, spec: FieldSpec, first: int | None) -> None:
        """Write how many entries a list has, with a link to the first."""
        count = len(record.lists.get(spec.id, ())) or len(record.rows.get(spec.id, ()))
        if first is not None:
            link = f"internal:'{self._lists[spec.id]}'!A{first}"
            self._sheet.write_url(row, column, link, self._styles.words(link=True), f"{count} 条")
        else:
            self._write(row, column, f"{count} 条" if count else None, self._styles.words("" if count else "silent"))

    def _write(self, row: int, column: int, value: Any, style: Any) -> None:
        if value is None:
            self._sheet.write_blank(row, column, None, style)
        else:
            write_cell(self._sheet, row, column, value, style, self._columns[column][0])


def _on_two_lines(spec: FieldSpec) -> str:
    """The label of a field, and below it its unit."""
    return f"{spec.label}\n（{spec.unit}）" if spec.unit else spec.label


def _in_groups(schema: Schema) -> Sequence[FieldSpec]:
    """The fields, those of a group side by side."""
    order = ["", *schema.groups]
    return sorted(schema.fields, key=lambda spec: order.index(spec.group) if spec.group in order else 0)
