"""The order in which a page is read."""

from __future__ import annotations

import pytest

from document.sheets import PROSE, both, drawn, lines, table, wrapped

ROWS = [["指标", "2022年", "2023年"], ["检查", "45", "128"], ["约谈", "7", "97"], ["整改", "5", "6"]]
TEXT = PROSE * 3
COLUMN = wrapped(TEXT, 17)


@pytest.mark.parametrize("shift", [0, 3, 7, 9, 11, 15])
@pytest.mark.parametrize("height", [22, 24, 31])
def test_a_table_at_the_head_of_one_column(shift, height):
    """A table in one column does not mix its lines with those beside it, at whatever heights they stand."""
    half = (len(COLUMN) + 1) // 2
    below = 760 - height * len(ROWS) - 24 + shift
    page = both(
        lines(COLUMN[:half]),
        table(ROWS, [60, 60, 60], x=310, y=772, height=height),
        lines(COLUMN[half:], x=310, y=below),
    )
    read = drawn(page).text.split("\n")
    assert [line for line in read if "\t" in line] == ["\t".join(row) for row in ROWS]
    assert "".join(line for line in read if "\t" not in line) == TEXT


@pytest.mark.parametrize("at", [2, 4, 6])
def test_a_table_as_tall_as_the_lines_beside_it(at):
    """Entries beside a table come in their order, however far they are indented."""
    entries = ["（1）推动收储提质，压实监管责任；", "每月清仓一次，账实相符。", "（2）强化检查，问题清零；"] * at
    indented = [entry if "每月" in entry else "　　" + entry for entry in entries]
    rows = ROWS * ((at + 1) // 2)
    page = both(lines(indented), table(rows, [60, 60, 60], x=340, y=772))
    read = [line for line in drawn(page).text.split("\n") if "\t" not in line]
    assert "".join(read) == "".join(entries)


@pytest.mark.parametrize(
    "marks",
    [
        ["1.", "2.", "3."],
        ["6.1", "6.2", "6.3"],
        ["（一）", "（二）", "（三）"],
        ["(1)", "(2)", "(3)"],
        ["一、", "二、", "三、"],
        ["①", "②", "③"],
        ["●", "●", "●"],
        ["1、", "2、", "3、"],
        ["——", "——", "——"],
        ["a)", "b)", "c)"],
    ],
)
@pytest.mark.parametrize("room", [20, 36])
def test_entries_with_wide_room_behind_their_marks(marks, room):
    """Marks that are set apart, as word processors set automatic numbers, are no column of a table."""
    entries = ["检查粮库128座", "约谈企业97家，立案2件", "整改问题6项"]
    page = both(lines(marks), lines(entries, x=72 + 12 * max(map(len, marks)) + room))
    read = [line.replace(" ", "").replace("\u3000", "") for line in drawn(page).text.split("\n")]
    assert read == [mark + entry for mark, entry in zip(marks, entries, strict=True)]


def test_a_column_of_numbers_is_one():
    """Bare numbers before words are cells."""
    page = both(lines(["1", "2", "3"]), lines(["粮库", "粮站", "粮店"], x=120), lines(["128", "97", "6"], x=240))
    assert drawn(page).text.split("\n") == ["1\t粮库\t128", "2\t粮站\t97", "3\t粮店\t6"]
