"""Tables of a page that have lines between their cells."""

from __future__ import annotations

import pytest

from baogao.document.page_lines import Line
from baogao.document.page_tables import cell_text
from document.sheets import FONT, drawn, table

SIZE = 10.0


def cell(*texts: str, width: float) -> str:
    """The text of a cell with these lines, one below the other."""
    lines = [
        Line(text, 0.0, SIZE * sum(0.5 if char.isascii() else 1.0 for char in text), 14.0 * number, SIZE)
        for number, text in enumerate(texts)
    ]
    return cell_text(lines, width)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("42,31", "7"), "42,317"),
        (("42,3", "17"), "42,317"),
        (("42,", "317"), "42,317"),
        (("1,042,31", "7"), "1,042,317"),
        (("39,80", "2"), "39,802"),
        (("33", "8"), "33 8"),
        (("12", "34"), "12 34"),
        (("42,317", "39"), "42,317 39"),
        (("42,3", "7"), "42,3 7"),
        (("42,3", "173"), "42,3 173"),
        (("1.5", "2"), "1.5 2"),
        (("42,31", "7,205"), "42,31 7,205"),
    ],
)
def test_a_figure_that_a_cell_broke(lines, text):
    """A group of three digits that is not whole goes on in the next line; any other two figures stay two."""
    assert cell(*lines, width=SIZE * len(lines[0]) / 2 + 12) == text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("3", "3", "8"), "338"),
        (("3", "01"), "301"),
        (("1", "2", "8", "件"), "128件"),
        (("4", "5"), "45"),
        (("16", "4"), "164"),
        (("12", "34"), "12 34"),
        (("2", "0", "21", "年"), "2021年"),
    ],
)
def test_a_cell_too_narrow_for_two_digits(lines, text):
    """Digit below digit is one figure."""
    assert cell(*lines, width=1.9 * SIZE) == text


@pytest.mark.parametrize("mark", "，。；、：")
@pytest.mark.parametrize("words", ["撤销变更", "确认违法", "收到申请"])
def test_a_mark_that_hangs_over_the_side_of_its_cell(words, mark):
    """A mark behind a full line of a cell may stand on the line or beyond it, and belongs to the cell all the same."""

    def draw(canvas):
        table([["年度", "", "审结"], ["2023年", "128", "97"]], [60, 47, 60], height=48)(canvas)
        canvas.setFont(FONT, 10.5)
        canvas.drawString(72 + 60 + 3, 584, words + mark)
        canvas.drawString(72 + 60 + 3, 568, "等")

    assert drawn(draw).text.split("\n")[0].split("\t") == ["年度", f"{words}{mark}等", "审结"]
