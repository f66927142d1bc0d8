"""Hard-wrapped lines become sentences again; rows of pasted tables stay rows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text
from baogao.document.paragraphs import Paragraph, lines_of, paragraphs_of, sentences_of, wrap_width

LONG = (
    "全县认真落实上级部署，着力保障粮食安全，全年收购粮食6.5万吨，同比增长3.2%；新建粮仓12座，改造旧仓30余座，"
    "仓容达到历史最高水平。开展检查46次，发现问题9个，约谈企业3家，均已整改到位，群众满意度持续提升。"
)


def wrapped(text: str, width: int, pages: bool = False) -> str:
    """A text broken after every ``width`` characters, with page numbers between if wanted."""
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    return "\n－ 3 －\n".join(lines) if pages else "\n".join(lines)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without white space."""
    document = document_from_text(text)
    return ["".join(document.slice(sentence.span).split()) for sentence in document.sentences]


@pytest.mark.parametrize("width", [18, 28, 40])
def test_wrapped_prose_reads_as_one_paragraph(width):
    """Breaks in mid-sentence, at any width, do not part a figure from what it counts."""
    assert sentences(wrapped(LONG, width)) == sentences(LONG)


def test_page_numbers_do_not_part_sentences():
    """A page number between two lines begins nothing."""
    parts = sentences(wrapped(LONG, 30, pages=True))
    assert ["".join(part.split("－3－")) for part in parts] == sentences(LONG)


def test_paragraphs_of_a_clean_text_stay_apart():
    """Short lines of a telegraphic report, and lines of different length, are paragraphs of their own."""
    text = "检查46次\n约谈企业3家，均已整改\n新建粮仓12座\n收购6.5万吨"
    assert sentences(text) == text.split("\n")


def test_a_line_that_ends_with_a_comma_goes_on():
    """Open punctuation joins lines at any width, and so does a line that begins with closing punctuation."""
    assert sentences("全年检查46次，\n约谈企业3家。") == ["全年检查46次，约谈企业3家。"]
    assert sentences("全年检查46次\n，约谈企业3家。") == ["全年检查46次，约谈企业3家。"]


def test_wrap_width_is_zero_for_paragraph_lines():
    """A text of which the lines are paragraphs was not wrapped."""
    assert wrap_width([LONG, LONG * 2, "一、工作"]) == 0
    assert wrap_width(wrapped(LONG * 3, 30).split("\n")) in range(50, 61)


@pytest.mark.parametrize(
    "table",
    [
        "指标\t单位\t数量\n检查\t次\t46\n约谈\t家\t3",
        "| 指标 | 数量 |\n| 检查 | 46 |\n| 约谈 | 3 |",
        "序号   指标   数量\n1   检查   46\n2   约谈   3",
        "指标 单位 数量\n检查 次 46\n约谈 家 3",
    ],
)
def test_pasted_tables(table):
    """Rows parted by tabs, bars, wide or single blanks are sentences of their own."""
    document = document_from_text(f"{LONG}\n{table}\n{LONG[:60]}。")
    rows = [document.slice(sentence.span) for sentence in document.sentences if sentence.row]
    assert rows == table.split("\n")


def test_prose_with_blanks_is_no_table():
    """Words that a scan blew apart are prose."""
    document = document_from_text("全年 检查 46 次\n约谈 了 县城 的 企业 3 家。")
    assert not any(sentence.row for sentence in document.sentences)


def test_sentences_keep_closing_quotes():
    """A quotation mark or a bracket after the full stop belongs to the sentence."""
    assert sentences("他说：“检查46次。”约谈3家。") == ["他说：“检查46次。”", "约谈3家。"]


def test_lines():
    """Every kind of line break parts lines; empty ones are none; a stretch of the text has its own."""
    text = "甲\r\n乙\n\n丙\u2028丁\f戊"
    assert [text[slice(*span)] for span in lines_of(text)] == ["甲", "乙", "丙", "丁", "戊"]
    assert [text[slice(*span)] for span in lines_of(text, 3, 7)] == ["乙", "丙"]


def test_a_heading_never_goes_on_the_line_before():
    """A numbered line begins a paragraph, and so does a framed one, even behind a comma."""
    for line in ("一、检查", "（二）检查", "3.检查", "——检查", "【检查】"):
        text = f"全年约谈，\n{line}"
        assert len(paragraphs_of(text, [(0, len(text))])) == 2


def test_a_figure_goes_on_its_sentence():
    """A line that begins with a figure and its unit goes on from one with a comma; a date or a number does not."""
    for line, parts in (("46次检查", 1), ("2023年检查", 2), ("46、检查", 2)):
        text = f"全年开展，共\n{line}"
        assert len(paragraphs_of(text, [(0, len(text))])) == parts


def test_stretches_are_paragraphs_of_their_own():
    """What is left on both sides of a cut does not run together."""
    text = "全年检查，\n约谈3家。"
    assert len(paragraphs_of(text, [(0, len(text))])) == 1
    assert len(paragraphs_of(text, [(0, 5), (6, len(text))])) == 2


@pytest.mark.parametrize("mark", ["，", "；", "\t", ""])
def test_a_monstrous_sentence_comes_in_pieces(mark):
    """Without full stops a text is cut behind the last clause that fits, or where there is none in mid-clause."""
    text = f"{'长' * 700}{mark}" * 20
    pieces = list(sentences_of(text, [Paragraph((0, len(text)))]))
    assert "".join(text[slice(*piece.span)] for piece in pieces) == text
    assert all(piece.span[1] - piece.span[0] <= 3000 for piece in pieces)
    assert all(text[: piece.span[1]].endswith(mark) for piece in pieces)
    assert {piece.paragraph for piece in pieces} == {0}


@given(st.text(alphabet="检查46次，。；！”）\n\t 　|年一、", max_size=120))
def test_paragraphs_and_sentences_fit(text):
    """Paragraphs come in order, without overlap, and a row is one sentence."""
    paragraphs = paragraphs_of(text, [(0, len(text))])
    assert all(one.span[1] <= other.span[0] for one, other in pairwise(paragraphs))
    sentences = list(sentences_of(text, paragraphs))
    for sentence in sentences:
        paragraph = paragraphs[sentence.paragraph]
        assert paragraph.span[0] <= sentence.span[0] < sentence.span[1] <= paragraph.span[1]
        assert sentence.row == paragraph.row
    assert sum(sentence.row for sentence in sentences) == sum(paragraph.row for paragraph in paragraphs)
