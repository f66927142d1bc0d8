"""Tables as lines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import grid
from baogao.document.grid import Cell, in_one_line, lines_of_table
from baogao.document.signs import STRUCK, file_text, inserted, plain
from baogao.errors import DocumentError


def row(*texts: str) -> list[Cell]:
    """A row of cells of one line each."""
    return [Cell((text,)) for text in texts]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["45", "128"], "45；128"),
        (["4５", "１28"], "4５；１28"),
        (["45%", "128"], "45% 128"),
        (["1,", "128"], "1, 128"),
        (["45", "件"], "45 件"),
        (["共", "45"], "共 45"),
        (["行政", "复议"], "行政复议"),
        (["行政", "", "复议"], "行政复议"),
        (["Word", "PDF"], "Word PDF"),
        (["人员不足；", "经费紧张。"], "人员不足；经费紧张。"),
        (["一是人员不足", "二是经费紧张"], "一是人员不足 二是经费紧张"),
        (["收到\t12", "审结\t9"], "收到 12 审结 9"),
        (["12\t8"], "12；8"),
        (["  收案  数 "], "收案 数"),
        ([STRUCK, "12", STRUCK, "8"], f"{STRUCK}12{STRUCK}{inserted('；')}8"),
        ([inserted("1. "), "12"], inserted("1. ") + "12"),
        ([], ""),
    ],
)
def test_lines_of_a_cell_in_one(lines, text):
    """A broken word is whole, two numbers are two, and what parts them is marked."""
    assert plain(in_one_line(lines)) == plain(text)
    assert file_text(in_one_line(lines), "word").notices == file_text(text, "word").notices


@given(st.lists(st.text(alphabet="1２9 件.，\t", max_size=6), max_size=6))
def test_no_number_melts_with_another(lines):
    """The runs of digits of a cell are those of its lines."""
    digits = re.compile(r"\d+")
    assert digits.findall(plain(in_one_line(lines))) == [run for line in lines for run in digits.findall(line)]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([], []),
        ([row()], [""]),
        ([row("甲", "1"), row("乙")], ["甲\t1", "乙"]),
        ([[Cell(("甲",), columns=3)]], ["甲\t\t"]),
        (
            [[Cell(("部门",), rows=3), Cell(("职责一",))], row("职责二"), row("职责三")],
            ["部门\t职责一", "部门\t职责二", "部门\t职责三"],
        ),
        ([[Cell(("128",), rows=2), *row("甲")], row("乙")], ["128\t甲", "\t乙"]),
        ([[*row("甲"), Cell(("2022年",), rows=2)], row("乙")], ["甲\t2022年", "乙\t2022年"]),
        ([[*row("甲"), Cell(("12件",), rows=9)], row("乙"), row("丙", "丁")], ["甲\t12件", "乙\t", "丙\t\t丁"]),
        ([[Cell(("甲" * 61,), rows=2), *row("1")], row("2")], ["甲" * 61 + "\t1", "\t2"]),
        ([[Cell(("甲", "3件"), rows=2), *row("1")], row("2")], ["甲 3件\t1", "\t2"]),
        ([[Cell(("2022年", "1月"), rows=2), *row("1")], row("2")], ["2022年 1月\t1", "2022年 1月\t2"]),
        ([row("", "甲"), [Cell(rows=0), *row("乙")]], ["\t甲", "\t乙"]),
        ([[Cell(rows=0), *row("乙")]], ["\t乙"]),
    ],
)
def test_places(rows, lines):
    """Each cell stands in its column, and only words are repeated where a merged cell reaches."""
    assert [plain(line) for line in lines_of_table(rows)] == lines


@pytest.mark.parametrize(
    ("second", "heads"),
    [
        (row("甲", "上半年", "下半年"), "类 甲\t2022年 上半年\t2022年 下半年"),
        (row("", "1月", "2月"), "类\t2022年 1月\t2022年 2月"),
        (row("", "2021年", "2022年"), "类\t2022年 2021年\t2022年 2022年"),
        (row("复议", "12件", "9件"), "类\t2022年\t"),
        (row("复议", "12", "9"), "类\t2022年\t"),
        (row("复议", "98%", ""), "类\t2022年\t"),
    ],
)
def test_heads_of_two_rows(second, heads):
    """The second row belongs to the head where it divides what stands above and holds no figure."""
    rows = [[*row("类"), Cell(("2022年",), columns=2)], second, row("应诉", "5件", "6件")]
    assert plain(next(lines_of_table(rows))) == heads


def test_a_table_of_too_many_cells(monkeypatch):
    """A table that claims more cells than there is time for is refused in words."""
    monkeypatch.setattr(grid, "_MOST_PLACES", 10)
    with pytest.raises(DocumentError, match="a table of it has more than 10 cells"):
        list(lines_of_table([[Cell(columns=20)]]))


def cells() -> st.SearchStrategy[Cell]:
    """Any cells, merged or not."""
    text = st.sampled_from(["", "甲", "12件", "2022年", "5"])
    return st.builds(Cell, st.lists(text, max_size=1).map(tuple), st.integers(1, 3), st.integers(0, 3), st.booleans())


@given(st.lists(st.lists(cells(), max_size=4), max_size=5))
def test_no_figure_is_lost_or_said_twice(rows):
    """Whatever is merged with what, each figure of a table stands in its lines once, and what is repeated is marked."""
    said = [figure for line in rows for cell in line for figure in re.findall(r"12件|5", plain(cell.text)) if cell.rows]
    read = file_text("\n".join(lines_of_table(rows)), "word")
    found = list(re.finditer(r"12件|5", read.text))
    own = [match for match in found if not any(start <= match.start() < end for start, end in read.inserted)]
    if all(cell.rows for line in rows for cell in line):
        assert sorted(match[0] for match in own) == sorted(said)
    assert len(own) == len(found)
