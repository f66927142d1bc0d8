"""Packages of parts, within limits."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from baogao.document import package, text_of
from baogao.errors import DocumentError


@pytest.mark.parametrize("kind", ["styles", "numbering", "footnotes", "endnotes"])
def test_each_part_that_is_read_is_capped(word_xml, monkeypatch, kind):
    """No part is parsed that is larger than a report needs, whatever it is for."""
    data = word_xml("<w:p><w:r><w:t>报告</w:t></w:r></w:p>", **{kind: " " * 5_000})
    assert text_of(data).text == "报告"
    monkeypatch.setattr(package, "LARGEST_PART", 4_000)
    with pytest.raises(DocumentError, match="a part of it unpacks to more than"):
        text_of(data)


@pytest.mark.parametrize("kind", ["styles", "numbering", "footnotes"])
def test_a_part_that_cannot_be_parsed(word_xml, kind):
    """A damaged part makes a damaged document, in words."""
    with pytest.raises(DocumentError, match="not a Word document that can be opened"):
        text_of(word_xml("<w:p/>", **{kind: "<w:x>"}))


def test_parts_that_are_not_there(word_xml):
    """A document that names parts which it does not have is read without them."""
    data = word_xml("<w:p><w:r><w:t>报告</w:t></w:r></w:p>", styles="", numbering="")
    assert text_of(data.replace(b"word/styles.xml", b"word/stylex.xml")).text == "报告"


def test_a_relation_that_leads_out(word_xml):
    """A part is looked for in the package, wherever its name would lead."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word_xml("<w:p><w:r><w:t>报告</w:t></w:r></w:p>", styles=""))) as source,
        zipfile.ZipFile(buffer, "w") as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'Target="styles.xml"', b'Target="../../../etc/passwd"'))
    assert text_of(buffer.getvalue()).text == "报告"


def test_no_memory_is_no_damage(word_xml, monkeypatch):
    """A parser that has no memory left says nothing of the document, for that is its error's number."""

    def parse(data: bytes) -> None:
        raise etree.XMLSyntaxError("unknown error", etree.ErrorTypes.ERR_NO_MEMORY, 0, 0)

    data = word_xml("<w:p/>")
    monkeypatch.setattr(package, "parse_xml", parse)
    with pytest.raises(MemoryError):
        text_of(data)
