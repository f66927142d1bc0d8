"""The Document as a whole: its parts fit, on any text, and no gold figure falls outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text

SHARED = Path(__file__).parents[2].parent / "shared" / "reports"
TEXT = st.text(alphabet="一二三、（）1.2是件。，；：\n\r\t 　|●—年报告标题首页来源：略()", max_size=400)


@given(TEXT)
def test_parts_fit_on_any_text(text):
    """Sentences lie in ``main``, in order; sections in the text; an offset finds its sentence."""
    document = document_from_text(text)
    last = 0
    for sentence in document.sentences:
        assert last <= sentence.span[0] < sentence.span[1] <= len(text)
        assert document.sentence_at(sentence.span[0]) == sentence
        assert any(start <= sentence.span[0] and sentence.span[1] <= end for start, end in document.main)
        last = sentence.span[1]
    for section in document.sections:
        assert section.span[0] <= section.title[0] <= section.title[1] <= section.span[1] <= len(text)
        assert section in document.sections_at(section.span[0])


@given(TEXT)
def test_everything_in_main_is_in_a_sentence(text):
    """No printed character of the main copy is lost between sentences, page numbers aside."""
    document = document_from_text(text)
    covered = {offset for sentence in document.sentences for offset in range(*sentence.span)}
    for start, end in document.main:
        for offset in range(start, end):
            line = text[:offset].splitlines()[-1:] + text[offset:].splitlines()[:1]
            if text[offset].strip() and not any(mark in "".join(line) for mark in "-—"):
                assert offset in covered


def test_offsets_outside_of_the_report_have_no_sentence(report):
    """Navigation is nobody's sentence."""
    text = f"来源：县粮食局\n{report}\n打印本页\n"
    document = document_from_text(text)
    assert document.sentence_at(0) is None
    assert document.sentence_at(text.index("打印")) is None
    assert document.slice(document.sentence_at(text.index("46次")).span).endswith("发现问题9个。")


def test_the_digest_is_of_the_text_by_default(report):
    """Without a file, the text in UTF-8 is what is digested."""
    assert document_from_text(report).sha256 != document_from_text(report + " ").sha256
    assert document_from_text("", sha256="ab").sha256 == "ab"


def test_a_copy_is_a_notice(report):
    """The user is told that a body was printed twice."""
    (notice,) = document_from_text(report + report).notices
    assert notice.endswith("characters are printed twice; one copy is read")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real reports are not here")
@pytest.mark.parametrize("name", ["sunite-left-2023h1", "wuda-2022", "yuanbaoshan-2023"])
def test_gold_of_the_real_reports_is_in_main(name):
    """Of every stated figure some copy lies in what is read; every list item is a title."""
    gold = json.loads((SHARED / f"{name}.gold.json").read_text(encoding="utf-8"))
    document = document_from_text((SHARED / gold["text_file"]).read_bytes().decode())
    for field, answer in gold["fields"].items():
        copies = answer.get("evidence") or [[]]
        assert any(all(document.sentence_at(start) for start, _ in copy) for copy in copies), field
    heads = {section.title for section in document.sections}
    for copies in (copies for items in gold["lists"].values() for copies in items):
        assert any(tuple(span) in heads for copy in copies for span in copy)
