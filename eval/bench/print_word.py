"""A report as a Word document, with python-docx: plain, or with automatic numbers, columns, head and foot."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from print_layout import Block

from baogao.chinese.numerals import chinese_number

_FONT = "Noto Serif CJK SC"
_FIRST_LINE = 2
"""Characters by which a paragraph is indented."""
_ALIGNED = {"title": WD_ALIGN_PARAGRAPH.CENTER, "signature": WD_ALIGN_PARAGRAPH.RIGHT}


@dataclass(frozen=True)
class WordLayout:
    """How the document is laid out."""

    numbered: bool = False
    """The numbers of headings and paragraphs are automatic, so that the text does not hold them;
    headings have styles."""
    columns: int = 1
    head_and_foot: bool = False
    justified: bool = False
    points: int = 12

    def print(self, blocks: Sequence[Block]) -> bytes:
        """The bytes of a .docx."""
        document = docx.Document()
        style = document.styles["Normal"]
        style.font.size = Pt(self.points)
        style.element.get_or_add_rPr().get_or_add_rFonts().attrib.update(
            {f"{{{_W}}}{kind}": _FONT for kind in ("eastAsia", "ascii", "hAnsi")}
        )
        numbers = _Numbers(document, blocks) if self.numbered else None
        for block in blocks:
            if block.kind == "table":
                _add_table(document, block, self.columns)
            else:
                self._add_paragraph(document, block, numbers)
        section = document.sections[0]._sectPr
        if self.columns > 1:
            for old in section.findall(f"{{{_W}}}cols"):
                section.remove(old)
            section.append(parse_xml(f'<w:cols {nsdecls("w")} w:num="{self.columns}" w:space="425"/>'))
        if self.head_and_foot:
            _add_head_and_foot(document, "".join(block.text for block in blocks if block.kind == "title"))
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    def _add_paragraph(self, document: Any, block: Block, numbers: _Numbers | None) -> None:
        mark = block.mark if numbers else None
        text = block.text[mark.end() :] if mark else block.text
        styled = self.numbered and block.kind == "heading"
        paragraph = document.add_paragraph(style=f"Heading {min(block.level, 3)}" if styled else None)
        paragraph.add_run(text).bold = block.kind in ("title", "heading")
        layout = paragraph.paragraph_format
        layout.space_after = Pt(0)
        layout.alignment = _ALIGNED.get(block.kind, WD_ALIGN_PARAGRAPH.JUSTIFY if self.justified else None)
        if block.kind in ("paragraph", "heading"):
            layout.first_line_indent = Pt(_FIRST_LINE * self.points)
        if numbers:
            numbers.give(paragraph, block)


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class _Numbers:
    """The automatic numbers of a document: a list of its own for each row of numbers that goes on by one.

    Where all headings of the first level are one such row, it is their style that numbers them.
    """

    def __init__(self, document: Any, blocks: Sequence[Block]) -> None:
        self.numbering = document.part.numbering_part.element
        self.open: dict[tuple[str, str, bool], tuple[int, int]] = {}
        """For each way to write a number the list that goes on, and its last number."""
        self.lists = 100
        first = [block for block in blocks if block.mark and block.level == 1]
        ways = {(mark["before"], mark["after"] + mark["blank"]) for block in first if (mark := block.mark)}
        values = [chinese_number(mark["number"]) for block in first if (mark := block.mark)]
        self.styled = (
            len(ways) == 1
            and values == list(range(1, len(values) + 1))
            and all(block.kind == "heading" for block in first)
        )
        if self.styled:
            (before, after), style = ways.pop(), document.styles["Heading 1"]
            number = self._add(before, after, chinese=True, start=1, style=style.style_id)
            style.element.get_or_add_pPr()._insert_numPr(_numbered_by(number))

    def give(self, paragraph: Any, block: Block) -> None:
        """Number a paragraph as its block is, or not at all where its style would."""
        mark, styled = block.mark, self.styled and block.kind == "heading" and block.level == 1
        if mark and not styled:
            number = self._list_of(mark["before"], mark["number"], mark["after"] + mark["blank"])
            paragraph._p.get_or_add_pPr()._insert_numPr(_numbered_by(number))
        elif styled and not mark:
            paragraph._p.get_or_add_pPr()._insert_numPr(_numbered_by(0))

    def _list_of(self, before: str, printed: str, after: str) -> int:
        """The list that goes on with a number, or a new one."""
        chinese = not printed.isdecimal()
        value = int(chinese_number(printed) or 1) if chinese else int(printed)
        key = (before, after, chinese)
        number, last = self.open.get(key, (0, 0))
        if value != last + 1 or not number:
            number = self._add(before, after, chinese, value)
        self.open[key] = (number, value)
        return number

    def _add(self, before: str, after: str, chinese: bool, start: int, style: str = "") -> int:
        self.lists += 1
        kind = "chineseCountingThousand" if chinese else "decimal"
        of_style = f'<w:pStyle w:val="{style}"/>' if style else ""
        level = (
            f'<w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{of_style}'
            f'<w:suff w:val="nothing"/><w:lvlText w:val="{before}%1{after}"/><w:lvlJc w:val="left"/></w:lvl>'
        )
        names = nsdecls("w")
        abstract = f'<w:abstractNum {names} w:abstractNumId="{self.lists}">{level}</w:abstractNum>'
        self.numbering.insert(0, parse_xml(abstract))
        one = f'<w:num {names} w:numId="{self.lists}"><w:abstractNumId w:val="{self.lists}"/></w:num>'
        self.numbering.append(parse_xml(one))
        return self.lists


def _numbered_by(number: int) -> Any:
    """The property of a paragraph or a style that a list numbers it; list 0 is none."""
    return parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')


def _add_table(document: Any, block: Block, columns: int) -> None:
    table = document.add_table(rows=len(block.rows), cols=len(block.rows[0]), style="Table Grid")
    width = int(document._block_width / columns / len(block.rows[0]))
    for column in table.columns:
        column.width = width
    for cells, texts in zip(table.rows, block.rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text, cell.width = text, width


def _add_head_and_foot(document: Any, title: str) -> None:
    """The title at the head of every page; “第 3 页 共 9 页” at its foot."""
    section = document.sections[0]
    section.header.paragraphs[0].text = title
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for before, field, after in (("第 ", "PAGE", " 页 "), ("共 ", "NUMPAGES", " 页")):
        foot.add_run(before)
        foot._p.append(
            parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
        )
        foot.add_run(after)
