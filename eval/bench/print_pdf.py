"""A report as a PDF, with reportlab: in one column or two, with head and foot."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from print_layout import Block
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table

_FONT = "STSong-Light"
_WIDE = "\xa0\xa0"
"""Printed for a blank as wide as a letter: reportlab takes one for the end of a word and prints a narrow one."""
_MARGIN = 72
_GAP = 24
"""Between two columns, in points."""
_CELL_POINTS = 9
_ALL = (0, 0), (-1, -1)
_TABLE = (("GRID", *_ALL, 0.5, colors.black), ("LEFTPADDING", *_ALL, 2), ("RIGHTPADDING", *_ALL, 2))
_ALIGNED = {"title": TA_CENTER, "signature": TA_RIGHT}


@dataclass(frozen=True)
class PdfLayout:
    """How the pages are laid out."""

    columns: int = 1
    head_and_foot: bool = False
    """The title at the head of every page, “第 3 页 共 9 页” at its foot; else the page's number alone."""
    points: int = 12

    def print(self, blocks: Sequence[Block]) -> bytes:
        """The bytes of a .pdf of pages of A4."""
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
        width = (A4[0] - 2 * _MARGIN - (self.columns - 1) * _GAP) / self.columns
        frames = [
            Frame(_MARGIN + number * (width + _GAP), _MARGIN, width, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
            for number in range(self.columns)
        ]
        title = "".join(block.text for block in blocks if block.kind == "title")
        out = io.BytesIO()
        document = BaseDocTemplate(out, pagesize=A4)
        document.addPageTemplates([PageTemplate(frames=frames)])
        document.build(list(self._flow(blocks, width)), canvasmaker=self._canvas(title))
        return out.getvalue()

    def _flow(self, blocks: Sequence[Block], width: float) -> Iterator[Flowable]:
        for block in blocks:
            indent = 2 * self.points if block.kind in ("paragraph", "heading") else 0
            points = _CELL_POINTS if block.kind == "table" else self.points
            style = ParagraphStyle(
                "block",
                fontName=_FONT,
                fontSize=points,
                leading=1.5 * points,
                alignment=_ALIGNED.get(block.kind, TA_LEFT),
                firstLineIndent=indent,
                wordWrap="CJK",
            )
            if block.kind == "table":
                cells = [[Paragraph(escape(cell), style) for cell in row] for row in block.rows]
                columns = len(cells[0])
                yield Table(cells, [width / columns] * columns, style=_TABLE)
            else:
                yield Paragraph(escape(block.text).replace("\u3000", _WIDE), style)

    def _canvas(self, title: str) -> type[Canvas]:
        """A canvas that writes head and foot when it is known how many pages there are."""
        layout = self

        class Numbered(Canvas):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                self.pages: list[dict[str, Any]] = []

            def showPage(self) -> None:
                self.pages.append(dict(self.__dict__))
                self._startPage()

            def save(self) -> None:
                for number, page in enumerate(self.pages, start=1):
                    self.__dict__.update(page)
                    layout._furnish(self, title, number, len(self.pages))
                    super().showPage()
                super().save()

        return Numbered

    def _furnish(self, canvas: Canvas, title: str, number: int, pages: int) -> None:
        canvas.setFont(_FONT, 9)
        if self.head_and_foot:
            canvas.drawString(_MARGIN, A4[1] - 48, title)
            canvas.line(_MARGIN, A4[1] - 52, A4[0] - _MARGIN, A4[1] - 52)
            canvas.drawCentredString(A4[0] / 2, 40, f"第 {number} 页 共 {pages} 页")
        else:
            canvas.drawCentredString(A4[0] / 2, 40, f"— {number} —")
