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
