"""The text of Word documents (.docx), as somebody sees it who opens them.

Numbers of lists and headings are text that is marked as inserted; struck-out, hidden and deleted text is left out, with
notices; raised and lowered characters keep their place by their form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from docx.oxml.ns import qn

from baogao.document.equations import MATH, math_text
from baogao.document.file_text import FileText
from baogao.document.grid import MOST_COLUMNS, Cell, lines_of_table
from baogao.document.package import Package, opened
from baogao.document.scripts import lowered, raised
from baogao.document.signs import DELETED, EMBEDDED, HIDDEN, HIDDEN_ROWS, STRUCK, file_text, inserted, places, plain
from baogao.document.word_numbering import Numbering
from baogao.document.word_styles import VALUE, Styles, number, switched
from baogao.document.word_symbols import symbol
from baogao.errors import DocumentError

_DAMAGED = "it is not a Word document that can be opened; save it again as .docx or as text"
_PARAGRAPH, _TABLE, _ROW, _CELL = (qn(name) for name in ("w:p", "w:tbl", "w:tr", "w:tc"))
_PROPERTIES, _RUN, _RUN_PROPERTIES = qn("w:pPr"), qn("w:r"), qn("w:rPr")
_BOX = qn("w:txbxContent")
_CHOICE, _FALLBACK = (
    f"{{http://schemas.openxmlformats.org/markup-compatibility/2006}}{name}" for name in ("Choice", "Fallback")
)
_FIELD = qn("w:fldChar")
_SKIPPED = frozenset(
    {qn("w:instrText"), qn("w:delText"), qn("w:delInstrText"), _PROPERTIES, _RUN_PROPERTIES, qn("w:rt")}
)
"""Field codes, and what stands above characters."""
_DELETED = frozenset({qn("w:del"), qn("w:moveFrom")})
_MARKS = {
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:softHyphen"): "\xad",
    qn("w:altChunk"): EMBEDDED,
    qn("w:subDoc"): EMBEDDED,
}
_FAR = 6
"""Half points above or below the line of the run before: a mark so far away is a superscript, however large."""
_LONGEST_MARK = 4
_UNSEEN = 3.0
"""Half points: letters so small are not seen."""
_SMALL = 0.8
"""Of the size of the letters beside it: a raised run that is no larger is a superscript."""

Element = Any
"""An lxml element."""


def read_word(data: bytes) -> FileText:
    """The text of a .docx: one line for each paragraph, one tab-separated line for each row of a table, notes last.

    Tracked insertions and text boxes are read; headers, footers and comments are not. A merged cell stands in its first
    column, and the others keep theirs.

    :raises DocumentError: it is damaged, unpacks to more than a report needs, or is a zip file of another kind.
    """
    with opened(data, _DAMAGED) as package:
        body = package.main().find(qn("w:body"))
        if body is None:
            raise DocumentError(_DAMAGED)
        story = _Story(package)
        lines = [*story.lines(body), *story.notes(package)]
        return file_text("\n".join(lines), "word", converter=f"python-docx {version('python-docx')}")


class _Story:
    """A document while it is read in order: its lists count on."""

    def __init__(self, package: Package) -> None:
        self._styles = Styles(package.related("styles"))
        self._numbering = Numbering(package.related("numbering"), self._styles)
        self._around: Element | None = None
        """The paragraph of the last raised run, the size of the largest letters in it, and what precedes each run."""
        self._largest = 0.0
        self._before: dict[Element, Element] = {}
        self._fields: list[bool] = []
        """The fields that are open in this paragraph: whether what comes is the code of one, and not what it shows."""

    def lines(self, container: Element) -> Iterator[str]:
        """The lines of everything that holds paragraphs and tables: the body, a content control, a text box, a cell."""
        before = ""  # of a paragraph whose end is deleted or hidden: the next goes on from it
        for child in container:
            if child.tag == _PARAGRAPH:
                properties = child.find(_PROPERTIES)
                text = before + self._labelled(child, properties, bool(plain(before).strip()))
                before = text if _has_no_end(properties) else ""
                if not before:
                    yield text
                for box in _boxes_of(child):
                    yield from self.lines(box)
                continue
            if before and child.find(f".//{_PARAGRAPH}") is not None:
                yield before
                before = ""
            if child.tag == _TABLE:
                yield from lines_of_table(list(self._rows(child)))
            elif child.tag in _MARKS:
                yield _MARKS[child.tag]
            elif child.tag not in _SKIPPED and child.tag not in _DELETED and not _is_second(child):
                yield from self.lines(child)
        if before:
            yield before

    def _labelled(self, paragraph: Element, properties: Element | None, goes_on: bool) -> str:
        """The text of a paragraph behind its number; one that goes on from another has none."""
        text = self._paragraph(paragraph)
        if _has_no_end(properties) and not plain(text).strip():
            return text
        label = self._numbering.label(properties)  # an empty one counts as well
        label = "" if goes_on or not plain(text).strip() else label
        glued = label[-1:].isdigit() or (label[-1:] in (".", "．") and plain(text)[:1].isdigit())
        return inserted(f"{label} " if glued else label) + text

    def notes(self, package: Package) -> Iterator[str]:
        """The footnotes, then the endnotes, a line for each paragraph. They explain figures, so they are part of it."""
        for kind in ("footnotes", "endnotes"):
            root = package.related(kind)
            for count, note in enumerate(_real_notes(root), start=1):
                lines = [line for line in self.lines(note) if plain(line).strip()]
                yield from (inserted(f"注{count}：") + line if place == 0 else line for place, line in enumerate(lines))

    def _paragraph(self, paragraph: Element) -> str:
        properties = paragraph.find(_PROPERTIES)
        named = None if properties is None else properties.find(qn("w:pStyle"))
        style = None if named is None else named.get(VALUE)
        self._fields = []
        return "".join(self._pieces(paragraph, style))

    def _pieces(self, element: Element, style: str | None) -> Iterator[str]:
        """The pieces of text of a paragraph, those in its boxes aside."""
        for child in element:
            if child.tag == _FIELD:
                self._pass_field(child.get(qn("w:fldCharType")))
            elif child.tag == qn("w:t"):
                yield "" if any(self._fields) else plain(child.text or "")
            elif child.tag in _MARKS:
                yield _MARKS[child.tag]
            elif child.tag == qn("w:sym"):
                yield symbol(child.get(qn("w:char"), ""), child.get(qn("w:font"), ""))
            elif child.tag == _RUN:
                yield self._run(child, style)
            elif child.tag in _DELETED:
                yield DELETED if child.find(f".//{_RUN}") is not None else ""
            elif child.tag == MATH:
                yield math_text(child)
            elif child.tag not in _SKIPPED and child.tag != _BOX and not _is_second(child):
                yield from self._pieces(child, style)

    def _pass_field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(True)
        elif self._fields and kind == "separate":
            self._fields[-1] = False
        elif self._fields and kind == "end":
            self._fields.pop()

    def _run(self, run: Element, style: str | None) -> str:
        text = "".join(self._pieces(run, style))
        if not text:
            return ""
        shown = self._styles.of_run(run, style)
        hidden = shown.hidden or _is_white(run) or 0 < self._styles.size(run, style) <= _UNSEEN
        if hidden or shown.struck:
            return places(text) + ((HIDDEN if hidden else STRUCK) if text.strip() else "")
        if shown.place == "superscript" or (shown.place == "baseline" and self._is_lifted(run, style, 1, text)):
            return raised(text)
        if shown.place == "subscript" or (shown.place == "baseline" and self._is_lifted(run, style, -1, text)):
            return lowered(text)
        return text

    def _is_lifted(self, run: Element, style: str | None, direction: int, text: str) -> bool:
        """Whether a run stands above its line (direction 1) or below (-1): in smaller letters, or far away."""
        own = self._styles.position(run, style)
        if direction * own <= 0:
            return False
        around = _nearest(run, _PARAGRAPH)
        if around is not self._around and around is not None:
            runs = list(around.iter(_RUN))
            self._around, self._largest = around, max(self._styles.size(each, style) for each in runs)
            self._before = dict(zip(runs[1:], runs, strict=False))
        before = self._before.get(run)
        apart = before is not None and self._styles.position(before, style) != own
        if direction * own >= _FAR and apart and len(text.strip()) <= _LONGEST_MARK:
            return True
        return 0 < self._styles.size(run, style) <= _SMALL * self._largest

    def _rows(self, table: Element) -> Iterator[list[Cell]]:
        left_out = ""
        for row in table.iter(_ROW):
            if _nearest(row, _TABLE) is not table:
                continue
            properties = row.find(qn("w:trPr"))
            if _has(properties, "w:del") or _has(properties, "w:hidden"):
                left_out += DELETED if _has(properties, "w:del") else HIDDEN_ROWS
                continue
            gap = _whole(properties, "w:gridBefore")
            head = _has(properties, "w:tblHeader")
            cells = [Cell(columns=gap)] if gap else []
            for each in (cell for cell in row.iter(_CELL) if _nearest(cell, _ROW) is row):
                own = each.find(qn("w:tcPr"))
                if _has(own, "w:cellDel"):
                    left_out += DELETED
                elif cells and _goes_on(own, "w:hMerge"):
                    cells[-1] = replace(cells[-1], columns=min(cells[-1].columns + 1, MOST_COLUMNS))
                else:
                    cells.append(self._cell(each, head))
            if left_out and cells:
                first, *others = cells[0].lines or ("",)
                cells[0] = replace(cells[0], lines=(left_out + first, *others))
                left_out = ""
            yield cells
        if left_out:
            yield [Cell((left_out,))]

    def _cell(self, cell: Element, head: bool) -> Cell:
        properties = cell.find(qn("w:tcPr"))
        lines = [part for line in self.lines(cell) for part in line.split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        return Cell(
            tuple(lines), max(1, _whole(properties, "w:gridSpan")), 0 if _goes_on(properties, "w:vMerge") else 1, head
        )


def _real_notes(root: Element | None) -> Iterable[Element]:
    """The notes of a part, without the lines that part them from the text."""
    return [] if root is None else [note for note in root if note.get(qn("w:type"), "normal") == "normal"]


def _has_no_end(properties: Element | None) -> bool:
    """Whether the end of a paragraph is hidden, or tracked changes delete it."""
    found = None if properties is None else properties.find(_RUN_PROPERTIES)
    if found is None:
        return False
    return found.find(qn("w:del")) is not None or bool(switched(found, ("w:vanish", "w:specVanish")))


def _boxes_of(paragraph: Element) -> Iterator[Element]:
    """The text boxes that hang on a paragraph, each once."""
    for box in paragraph.iter(_BOX):
        if not any(map(_is_second, box.iterancestors(_FALLBACK))) and _nearest(box, _PARAGRAPH) is paragraph:
            yield box


def _is_second(element: Element) -> bool:
    """Whether it is what old programs show instead of what stands beside it: the second drawing of a text box."""
    return element.tag == _FALLBACK and element.getparent().find(_CHOICE) is not None


def _is_white(run: Element) -> bool:
    """Whether a piece of a paragraph is white where nothing says that what stands behind it is not."""
    properties = run.find(_RUN_PROPERTIES)
    colour = None if properties is None else properties.find(qn("w:color"))
    if colour is None or colour.get(VALUE, "").upper() != "FFFFFF" or _nearest(run, _TABLE) is not None:
        return False
    if _has(properties, "w:shd") or _has(properties, "w:highlight") or _nearest(run, _BOX) is not None:
        return False
    around = _nearest(run, _PARAGRAPH)
    if around is None or around.find(f"{_PROPERTIES}/{qn('w:shd')}") is not None:
        return False
    colours = (each.find(f"{_RUN_PROPERTIES}/{qn('w:color')}") for each in around.iterchildren(_RUN))
    return any(each is None or each.get(VALUE, "").upper() != "FFFFFF" for each in colours)


def _has(properties: Element | None, tag: str) -> bool:
    return properties is not None and properties.find(qn(tag)) is not None


def _goes_on(properties: Element | None, tag: str) -> bool:
    """Whether a cell is the rest of one before it or above it."""
    found = None if properties is None else properties.find(qn(tag))
    return found is not None and found.get(VALUE) != "restart"


def _whole(properties: Element | None, tag: str) -> int:
    """A count of columns that a property gives: 0 if it is not there, and never more than a table may have."""
    found = None if properties is None else properties.find(qn(tag))
    return 0 if found is None else max(0, min(int(number(found.get(VALUE), 1)), MOST_COLUMNS))


def _nearest(element: Element, tag: str) -> Element | None:
    """The nearest ancestor of a kind."""
    return next(element.iterancestors(tag), None)
