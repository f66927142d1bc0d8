"""The Document as a whole: its parts fit, on any text, and no gold figure falls outside."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text

DATASETS = Path(__file__).parents[2] / "eval" / "datasets"
GOLD = sorted(
    path for name in ("examples", "fictional/dev", "fresh/tuning") for path in (DATASETS / name).glob("*.gold.json")
)
"""The reports that may be read while working on the readers."""
NAVIGATION = "首页\n机构概况\n政务公开\n政务服务\n互动交流\n当前位置：首页 > 政务公开\n来源：某局  浏览次数：318\n"
BELOW = "\n打印本页 关闭窗口\n上一篇：关于某某的通知\n下一篇：2022年总结，开展检查40次\n主办单位：某局 某ICP备1号\n"
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
    text = document.text
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
    assert notice.message.endswith("characters are printed twice; one copy is read")
    assert notice.span == (len(report), 2 * len(report.rstrip()) + 1)


def test_the_development_reports_are_here():
    """The tests below would pass on nothing."""
    assert {path.parent.name for path in GOLD} == {"examples", "dev", "tuning"}


def read_gold(path):
    """A gold file and the text of its report."""
    gold = json.loads(path.read_text(encoding="utf-8"))
    return gold, (path.parent / gold["text_file"]).read_bytes().decode()


def lost(gold, document, shift=0):
    """The stated figures of which no place lies in what is read, of a report that begins at ``shift``."""

    def read_at(offset):
        return document.sentence_at(document.view.read(offset))

    return [
        field
        for field, answer in gold["fields"].items()
        if answer["status"] != "not_reported"
        and not any(
            all(document.sentence_at(document.view.read(start + shift)) for start, _ in copy)
            for copy in answer["evidence"]
        )
    ]


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_gold_figures_are_read(path):
    """Of every stated figure some place lies in what is read."""
    gold, text = read_gold(path)
    assert lost(gold, document_from_text(text)) == []


@pytest.mark.parametrize("path", GOLD[:20], ids=lambda path: path.name)
def test_gold_figures_are_read_from_a_dirty_page(path):
    """So it is where a scraper left the page around the report, and none of the page is read."""
    gold, text = read_gold(path)
    document = document_from_text(NAVIGATION + text + BELOW)
    assert lost(gold, document, len(NAVIGATION)) == []
    assert not any("40次" in document.slice(span) and "2022年总结" in document.slice(span) for span in document.main)
    assert document.sentence_at(0) is None


@pytest.mark.parametrize("path", GOLD[:20], ids=lambda path: path.name)
def test_a_body_printed_twice_is_read_from_its_first_copy(path):
    """Every stated figure is read once, from the first of two copies that are alike."""
    gold, text = read_gold(path)
    document = document_from_text(f"{text.rstrip()}\n{text.rstrip()}\n")
    assert lost(gold, document) == []
    assert document.printed(document.main[-1])[1] <= len(text.rstrip()) + 1


@pytest.mark.parametrize("path", [p for p in GOLD if p.parent.name == "examples"], ids=lambda path: path.name)
def test_hard_wrapped_pages_keep_their_sections(path):
    """Lines broken at a width, with page numbers between them, have the numbered headings of the clean text."""
    _, text = read_gold(path)
    lines = [line[start : start + 30] for line in text.split("\n") for start in range(0, max(1, len(line)), 30)]
    pages = ["\n".join(lines[start : start + 25]) for start in range(0, len(lines), 25)]
    wrapped = "".join(f"{page}\n－ {number} －\n" for number, page in enumerate(pages, start=1))
    clean, dirty = document_from_text(text), document_from_text(wrapped)
    markers = [[s.marker for s in document.sections if s.level == 1 and s.marker] for document in (clean, dirty)]
    assert markers[0] == markers[1]


def test_sections_around_a_place(report):
    """They come outermost first, and there are none before the first heading."""
    document = document_from_text(report)
    around = document.sections_at(report.index("46次"))
    assert [section.level for section in around] == sorted(section.level for section in around)
    assert all(section.span[0] <= report.index("46次") < section.span[1] for section in around)
    assert document.sections_at(0) == []


@pytest.mark.parametrize("offset", [-1, 10**6])
def test_places_outside_of_the_text_have_no_sentence(report, offset):
    """An offset that lies nowhere is nobody's."""
    assert document_from_text(report).sentence_at(offset) is None


def test_a_document_cannot_be_changed(report):
    """What was read once is right for ever."""
    with pytest.raises(FrozenInstanceError):
        document_from_text(report).text = ""


def test_a_text_of_nothing():
    """White space, or nothing, is a document without parts."""
    for text in ("", " \n\t　\n"):
        document = document_from_text(text)
        assert (document.main, document.sections, document.sentences, document.copies) == ((), (), (), ())
