"""Files that are larger than any report, or that hold none: read to the end, or refused in one clear line, and soon."""

from __future__ import annotations

import io
import time
import zipfile

import docx
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from baogao.document import document_from_text, text_of
from baogao.extraction import ReportText
from cli.conftest import rows
from security.test_hostile_files import paragraph, word_file

_PATIENCE = 30.0
"""Seconds of this process for what takes two or three; what these tests guard against takes minutes."""
_ROWS = 10_000
_MARKED_UP = 3_000
"""Rows where each cell is an element or a place on a page: what grows like the square shows in a third of them, too."""
_PAGES = 300


def pdf_of(pages: list[list[str]], password: str | None = None, picture: bool = False) -> bytes:
    """A PDF of pages of lines, cells parted by tabs; or with nothing but a picture on each."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    pdf = canvas.Canvas(out, encrypt=password)
    for lines in pages:
        pdf.setFont("STSong-Light", 12)
        for number, line in enumerate(lines):
            for column, cell in enumerate(line.split("\t")):
                pdf.drawString(60 + 150 * column, 780 - 18 * number, cell)
        if picture:
            pdf.drawImage(_picture(), 60, 100, width=400, height=600)
        pdf.showPage()
    pdf.save()
    return out.getvalue()


def _picture() -> ImageReader:
    from PIL import Image  # reportlab brings it

    return ImageReader(Image.new("RGB", (40, 60), "grey"))


def _bomb() -> bytes:
    """A .docx of some thousand bytes whose text unpacks to 40 MB."""
    whole, out = io.BytesIO(), io.BytesIO()
    docx.Document().save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = b"<w:document>" + b" " * 40_000_000 if name == "word/document.xml" else source.read(name)
            target.writestr(name, text)
    return out.getvalue()


REFUSED = {
    "locked.pdf": (lambda: pdf_of([["检查46次。"]], password="x"), "it is locked by a password"),
    "pictures.pdf": (lambda: pdf_of([[]] * 5, picture=True), "it is a scanned PDF"),
    "bomb.docx": (_bomb, "unpacks to more than 30 MB: that is no report"),
    "book.txt": (lambda: "全县检查46次。\n".encode() * 40_000, "more than 300,000 characters"),
    "book.pdf": (
        lambda: pdf_of([[f"第{page}批第{line}次检查46次，" * 4 for line in range(40)] for page in range(140)]),
        "more than 300,000 characters",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_report_is_one_line(extract, reports, name):
    """It is a line that says what it is and a row of its own, soon; the report beside it comes out."""
    make, words = REFUSED[name]
    (reports / name).write_bytes(make())
    started = time.monotonic()
    outcome = extract(reports)
    assert time.monotonic() - started < 4 * _PATIENCE
    assert outcome.code == 1
    assert len([line for line in outcome.err.splitlines() if name in line and words in line]) == 1
    assert "Traceback" not in outcome.err
    assert sorted((row.status, words in (row.error or "")) for row in rows()) == [("failed", True), ("ok", False)]


def _table(rows: int) -> list[tuple[str, str, str]]:
    return [("指标", "单位", "数量"), *((f"检查第{number}项", "次", f"{number}") for number in range(1, rows + 1))]


def _word_rows() -> bytes:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in _table(_MARKED_UP))
    return word_file(f"{paragraph('情况见下表。')}<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>")


def _page_rows() -> bytes:
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in _table(_MARKED_UP))
    return f"<html><body><p>情况见下表。</p><table>{''.join(f'<tr>{row}</tr>' for row in lines)}</table>".encode()


def _pdf_rows() -> bytes:
    lines = ["\t".join(row) for row in _table(_MARKED_UP)]
    return pdf_of([lines[start : start + 40] for start in range(0, len(lines), 40)])


def _pages() -> bytes:
    return pdf_of(
        [
            [f"第{page}项工作，全年检查{page}次，"] * 19 + [f"至此共检查{10_000 * page}次。"]
            for page in range(1, _PAGES + 1)
        ]
    )


LARGE = {
    ".docx": (_word_rows, _MARKED_UP),
    ".html": (_page_rows, _MARKED_UP),
    ".txt": (lambda: "\n".join("\t".join(row) for row in _table(_ROWS)).encode(), _ROWS),
    ".csv": (lambda: "\n".join(",".join(row) for row in _table(_ROWS)).encode(), _ROWS),
    ".pdf": (_pdf_rows, _MARKED_UP),
    "pages.pdf": (_pages, 10_000 * _PAGES),
}


@pytest.mark.parametrize("name", LARGE)
def test_ten_thousand_rows_and_three_hundred_pages_are_read_to_the_end(name):
    """However large a table or a report, its last figure is among the candidates, soon."""
    make, last = LARGE[name]
    data = make()
    started = time.process_time()
    report = ReportText.from_document(document_from_text(text_of(data, name[name.index(".") :])))
    assert time.process_time() - started < _PATIENCE
    assert last in {candidate.value for candidate in report.candidates}
