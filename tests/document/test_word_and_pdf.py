"""PDFs."""

from __future__ import annotations

import pytest

from baogao.document import document_from_text, text_of, word_and_pdf
from baogao.errors import DocumentError


def test_pdf_text_layer(make_pdf, report):
    """The text of every page, line by line, with a notice; wrapped lines become one sentence again."""
    read = text_of(make_pdf(report.splitlines()[:4], report.splitlines()[4:]))
    text, notices = read.text, read.messages
    assert [line for line in text.splitlines() if line] == report.splitlines()
    assert notices == ("the text layer of a PDF",)
    assert len(document_from_text(text).sections) == len(document_from_text(report).sections)


def test_pdf_with_a_picture_page(make_pdf):
    """A page without text in a PDF with text is a notice."""
    assert "no text on page 2: a picture may be there" in text_of(make_pdf(["全年检查46次。"], None)).messages


def test_scanned_pdf(make_pdf):
    """A PDF of pictures says what to do instead."""
    with pytest.raises(DocumentError, match=r"scanned PDF.*OCR"):
        text_of(make_pdf(None, None))


def test_locked_pdf(make_pdf):
    """A PDF with a password says so."""
    with pytest.raises(DocumentError, match="locked by a password"):
        text_of(make_pdf(["全年检查46次。"], password="x"))


def test_pdf_of_many_pages(make_pdf, monkeypatch):
    """A book is no report: its pages, its characters and the time it takes have limits."""
    data = make_pdf(["甲。"], ["乙。"], ["丙。"])
    assert [line for line in text_of(data).text.splitlines() if line] == ["甲。", "乙。", "丙。"]
    for name, limit, message in (
        ("_MOST_PAGES", 2, "more than 2 pages"),
        ("_MOST_CHARACTERS", 3, "more than 3 characters"),
        ("_MOST_SECONDS", -1, "takes more than -1 seconds"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(word_and_pdf, name, limit)
            with pytest.raises(DocumentError, match=message):
                text_of(data)


def test_blank_pages_are_named(make_pdf):
    """All pages without text are listed, counted from one."""
    notices = text_of(make_pdf(None, ["全年检查46次。"], None)).messages
    assert notices == ("the text layer of a PDF", "no text on page 1, 3: a picture may be there")
