"""PDFs drawn for tests, character by character where it matters."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from reportlab.lib import colors
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from baogao.document import text_of
from baogao.document.file_text import FileText

FONT = "STSong-Light"
PROSE = (
    "全县粮食系统坚持稳字当头，扎实推进收储制度改革，严格落实各项惠农政策，收购秩序总体平稳，农民满意度持续提高。"
    "各乡镇加强组织领导，完善工作机制，强化督促检查，确保颗粒归仓，切实守住粮食安全底线，各项任务圆满完成。"
)


def drawn(*pages: Callable[[Canvas], None], **options: object) -> FileText:
    """What is read of a PDF whose pages are drawn by these functions."""
    return text_of(made(*pages, **options))


def made(*pages: Callable[[Canvas], None], **options: object) -> bytes:
    """The bytes of a PDF whose pages are drawn by these functions."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    for draw in pages:
        canvas.setFont(FONT, 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def lines(
    texts: Sequence[str], x: float = 72, y: float = 760, size: float = 12, leading: float = 20
) -> Callable[[Canvas], None]:
    """Draws lines one below the other; blanks before a line indent it by the width of a character each."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, size)
        for number, text in enumerate(texts):
            inner = text.lstrip("　")
            canvas.drawString(x + size * (len(text) - len(inner)), y - leading * number, inner)

    return draw


def wrapped(text: str, count: int, indent: int = 0) -> list[str]:
    """A text broken after so many characters, its first line indented."""
    text = "　" * indent + text
    return [text[start : start + count] for start in range(0, len(text), count)]


def both(*draws: Callable[[Canvas], None]) -> Callable[[Canvas], None]:
    """Draws all of them on one page."""

    def draw(canvas: Canvas) -> None:
        for one in draws:
            one(canvas)

    return draw


def apart(text: str, pitch: float, x: float = 72, y: float = 400, size: float = 12) -> Callable[[Canvas], None]:
    """Draws every character by itself, at even distances."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, size)
        for number, char in enumerate(text):
            canvas.drawString(x + pitch * number, y, char)

    return draw


def run(*pieces: tuple[str, float, float], x: float = 72, y: float = 400) -> Callable[[Canvas], None]:
    """Draws pieces of one line one behind the other, each with its size and its rise."""

    def draw(canvas: Canvas) -> None:
        place = x
        for text, size, rise in pieces:
            canvas.setFont(FONT, size)
            canvas.drawString(place, y + rise, text)
            place += canvas.stringWidth(text, FONT, size)

    return draw


def table(
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    x: float = 72,
    y: float = 600,
    height: float = 24,
    ruled: str = "grid",
) -> Callable[[Canvas], None]:
    """Draws a table; lines of a cell are parted by ``/``.

    :param ruled: ``grid``, ``open`` (no lines at the sides), ``rows`` (above, below and under the head), ``none``.
    """

    def draw(canvas: Canvas) -> None:
        tall = [height * max(cell.count("/") + 1 for cell in row) for row in rows]
        xs = [x + sum(widths[:number]) for number in range(len(widths) + 1)]
        ys = [y - sum(tall[:number]) for number in range(len(tall) + 1)]
        canvas.setFont(FONT, 10.5)
        for row, top in zip(rows, ys, strict=False):
            for cell, left in zip(row, xs, strict=False):
                for number, text in enumerate(cell.split("/")):
                    canvas.drawString(left + 5, top - 16 - 14 * number, text)
        canvas.setLineWidth(0.5)
        canvas.setStrokeColor(colors.black)
        for number, level in enumerate(ys):
            if ruled in ("grid", "open") or (ruled == "rows" and number in (0, 1, len(ys) - 1)):
                canvas.line(xs[0], level, xs[-1], level)
        for place in xs if ruled == "grid" else xs[1:-1] if ruled == "open" else []:
            canvas.line(place, ys[0], place, ys[-1])

    return draw
