"""Hard-wrapped lines become sentences again; rows of pasted tables stay rows."""

from __future__ import annotations

import pytest

from baogao.document import document_from_text
from baogao.document.paragraphs import wrap_width

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
