"""Files made to break, to hold up, or to leave the reader."""

from __future__ import annotations

import io
import os
import time
import zipfile

import docx
import pytest

from baogao.document import document_from_text, package, pdf, read_document, readers, text_of, webpage
from baogao.errors import DocumentError

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PATIENCE = 20.0
"""Seconds of this process for what takes a fraction of one; what these tests guard against takes minutes or years."""


def paragraph(text: str) -> str:
    """A Word paragraph."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word_file(body: str, doctype: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """A Word document with any body, document type and further parts."""
    whole, out = io.BytesIO(), io.BytesIO()
    docx.Document().save(whole)
    own = {"word/document.xml": f"{doctype}<w:document {_NAMESPACE}><w:body>{body}</w:body></w:document>".encode()}
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        contents = {name: source.read(name) for name in source.namelist()} | own | (parts or {})
        for name, content in contents.items():
            target.writestr(name, content)
    return out.getvalue()


def laughs() -> str:
    """A document type whose entity &j; stands for some thousand million characters."""
    entities = [f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)]
    return f'<!DOCTYPE w:document [<!ENTITY a "lol">{"".join(entities)}]>'


def outcome(data: bytes, suffix: str = "") -> str:
    """The text of some bytes, or why there is none."""
    try:
        return text_of(data, suffix).text
    except DocumentError as error:
        return str(error)


def test_an_entity_bomb_is_not_expanded():
    """A billion laughs, in text and in an attribute, is no document; nothing is expanded."""
    started = time.process_time()
    for body in (paragraph("&j;报告"), f'<w:p w:x="&j;"/>{paragraph("报告")}'):
        assert len(outcome(word_file(body, laughs()))) < 100
    assert time.process_time() - started < _PATIENCE


def test_an_external_entity_is_not_fetched(tmp_path):
    """No file of this machine and no address gets into a text through an entity or a document type."""
    secret = tmp_path / "secret.txt"
    secret.write_text("密码12345", encoding="utf-8")
    doctype = f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert "密码" not in text_of(word_file(paragraph("报&x;告"), doctype)).text
    page = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><body><p>报告，&x;</p></body></html>'
    assert "密码" not in text_of(page.encode(), ".html").text
    remote = '<!DOCTYPE w:document SYSTEM "http://192.0.2.1/x.dtd">'
    assert text_of(word_file(paragraph("报告"), remote)).text == "报告"


def test_a_zip_bomb_is_not_unpacked(monkeypatch):
    """What an archive says it unpacks to, in all or for one part that would be parsed, is checked before it is."""
    big = word_file(paragraph("报告"), parts={"word/media/a.bin": bytes(package.LARGEST_UNPACKED + 1)})
    part = word_file(paragraph("报告"), parts={"word/styles2.XML": b" " * (package.LARGEST_PART + 1)})
    assert len(big) < readers.LARGEST
    monkeypatch.setattr(package, "parse_xml", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(DocumentError, match="it unpacks to more than 200 MB"):
        text_of(big)
    with pytest.raises(DocumentError, match="a part of it unpacks to more than 30 MB"):
        text_of(part)


@pytest.mark.parametrize("name", ["word/document.bin", "报告", "word/document.xml.txt"])
def test_a_part_of_any_name_is_capped(monkeypatch, name):
    """A main part is held to what it may be by what is read of it, whatever it is called."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word_file(paragraph("报告" * 500)))) as source:
        parts = {part: source.read(part) for part in source.namelist()}
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"word/document.xml", name.encode())
    parts[name] = parts.pop("word/document.xml")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part, content in parts.items():
            target.writestr(part, content)
    assert text_of(out.getvalue()).text == "报告" * 500
    monkeypatch.setattr(package, "LARGEST_PART", len(parts[name]) - 1)
    for part in [part for part in parts if len(parts[part]) >= len(parts[name]) and part != name]:
        parts[part] = b""
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as target:
        for part, content in parts.items():
            target.writestr(part, content)
    with pytest.raises(DocumentError, match="a part of it unpacks to more than"):
        text_of(small.getvalue())


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_says():
    """A part that unpacks to more than the archive's list says is damaged, not read to its end."""
    true = word_file(paragraph("甲" * 3000))
    with zipfile.ZipFile(io.BytesIO(true)) as archive:
        size = archive.getinfo("word/document.xml").file_size.to_bytes(4, "little")
    with pytest.raises(DocumentError, match="not a Word document"):
        text_of(true.replace(size, (10).to_bytes(4, "little")))


def test_a_cell_that_claims_a_million_columns():
    """A cell is never wider than Word allows, so that a few bytes do not fill the memory."""
    cell = f'<w:tc><w:tcPr><w:gridSpan w:val="%s"/></w:tcPr>{paragraph("12件")}</w:tc>'
    row = f"<w:tbl><w:tr>{cell % 100_000_000}<w:tc>{paragraph('3件')}</w:tc></w:tr></w:tbl>"
    assert text_of(word_file(row)).text.split("\t") == ["12件", *[""] * 62, "3件"]
    assert text_of(word_file(f"<w:tbl><w:tr>{cell % -5}</w:tr></w:tbl>")).text == "12件"


@pytest.mark.parametrize("depth", [100, 250, 3000])
def test_deep_nesting(depth):
    """However deep a document or a page is nested, it is read or refused in words."""
    tables = depth // 10
    nested = [
        (word_file("<w:sdt>" * depth + paragraph("报告") + "</w:sdt>" * depth), ".docx"),
        (word_file("<w:tbl><w:tr><w:tc>" * tables + paragraph("报告") + "</w:tc></w:tr></w:tbl>" * tables), ".docx"),
        (b"<div>" * depth + "报告，12件。".encode() + b"</div>" * depth, ".html"),
        (b"<table><tr><td>" * tables + "报告，12件。".encode(), ".html"),
    ]
    for data, suffix in nested:
        said = outcome(data, suffix)
        assert "报告" in said or "save" in said


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"<!-- -->" * 400 + b"x", ""),
        (b"<p>" + "报告".encode() * 20_000 + b"</p>", ".html"),
        (b"<table><tr>" + "<td>报</td>".encode() * 1500 + b"</tr></table>", ".html"),
        (b"<table><tr><td>" + "<p>报告，12件</p>".encode() * 1500 + b"</td></tr></table>", ".html"),
    ],
    ids=["comments", "no punctuation", "a row without figures", "a page in one cell"],
)
def test_pages_made_to_take_for_ever(data, suffix):
    """Markup that could be read in more ways than there is time for is read in one."""
    started = time.process_time()
    assert text_of(data, suffix).text
    assert time.process_time() - started < _PATIENCE


@pytest.mark.parametrize("unit", ["。", "；", "：", "\n", "1\n", "一、", "暂", "。一是"])
def test_texts_made_to_take_for_ever(unit):
    """A text that is one thing over and over has its shape in time that grows with its length."""
    started = time.process_time()
    document = document_from_text(unit * (20_000 // len(unit)))
    assert all(end - start <= 3000 for start, end in (sentence.span for sentence in document.sentences))
    assert time.process_time() - started < _PATIENCE


def test_a_sentence_of_monstrous_length_comes_in_pieces():
    """The pieces are the sentence, each ends with a clause where there is one, and a short sentence stays whole."""
    text = "全年办理案件12件，" * 2000
    spans = [sentence.span for sentence in document_from_text(text).sentences]
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(text[end - 1] == "，" for _, end in spans)
    assert len(document_from_text("全年办理案件12件，" * 300).sentences) == 1


def test_a_page_of_too_many_elements(monkeypatch):
    """A page has at most so many elements."""
    monkeypatch.setattr(webpage, "_MOST_ELEMENTS", 10)
    with pytest.raises(DocumentError, match="more than 10 elements"):
        text_of("<p>报告，</p>".encode() * 11, ".html")


def test_a_text_of_too_many_characters():
    """A text that no report can be is refused, whatever file it came in."""
    with pytest.raises(DocumentError, match="more than 300,000 characters"):
        text_of("报告。".encode() * 100_001)


@pytest.mark.parametrize(
    ("name", "limit", "words"),
    [
        ("_MOST_PAGES", 1, "more than 1 pages"),
        ("_MOST_CHARACTERS", 3, "more than 3 characters"),
        ("_MOST_SECONDS", -1.0, "takes more than"),
    ],
)
def test_a_pdf_that_is_too_much(monkeypatch, name, limit, words):
    """Pages, characters and time of a PDF have an end."""
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    made = canvas.Canvas(out)
    for _ in range(2):
        made.drawString(60, 700, "report 12")
        made.showPage()
    made.save()
    assert "report 12" in text_of(out.getvalue()).text
    monkeypatch.setattr(pdf, name, limit)
    with pytest.raises(DocumentError, match=words):
        text_of(out.getvalue())


def test_pipes_and_devices_are_not_opened(tmp_path):
    """A pipe would keep the run waiting, and a device never ends."""
    os.mkfifo(tmp_path / "report.txt")
    for path in (tmp_path / "report.txt", "/dev/zero"):
        with pytest.raises(DocumentError, match="not a file"):
            read_document(path)


def test_a_name_that_no_file_can_have():
    """A name that the system refuses is an error in words."""
    for name in ("a\0b.txt", "x" * 5000):
        with pytest.raises(DocumentError, match="cannot be opened"):
            read_document(name)
