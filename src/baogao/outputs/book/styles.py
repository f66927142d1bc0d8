"""What cells of the workbook look like, and the legend that says what colours mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Literal

from baogao.outputs.delimited import digits
from baogao.outputs.headings import Cell
from baogao.schema.values import Bound

Mark = Literal["", "person", "accepted", "person_failing", "failing", "unsure", "none", "silent", "seen_silent", "held"]
"""What a reader should see of a figure at a glance."""

FONT: dict[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_LINE = {"border": 1, "border_color": "#d9d4cb"}
_HEAD = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#eae4d8"} | _LINE
_MARKS: dict[Mark, dict[str, Any]] = {
    "": {},
    "person": {"bg_color": "#cfe2f7", "bold": True},
    "person_failing": {"bg_color": "#cfe2f7", "bold": True, "font_color": "#9c1c00"},
    "accepted": {"bg_color": "#dcefdc"},
    "failing": {"bg_color": "#f9d0c4", "font_color": "#9c1c00"},
    "unsure": {"bg_color": "#fff0b8"},
    "none": {"font_color": "#4a6b4a", "italic": True},
    "silent": {"bg_color": "#f1efeb"},
    "seen_silent": {"bg_color": "#dfe8df"},
    "held": {"bg_color": "#ffffff", "fg_color": "#e8a33d", "pattern": 14},
}
LEGEND: Sequence[tuple[Mark, str]] = (
    ("person", "人工更正"),
    ("accepted", "人工确认"),
    ("failing", "校验不符"),
    ("unsure", "把握不足"),
    ("none", "明确为无"),
    ("silent", "报告未提及"),
    ("seen_silent", "未提及，已确认"),
    ("held", "待核，未采用"),
)
_BOUNDS: dict[Bound | None, tuple[str, str]] = {"over": ("", '"以上"'), "under": ('"不足"', ""), "about": ('"约"', "")}
_MOST_DECIMALS = 10
_LINE_HEIGHT = 14.5
"""Of a line of text in a cell, in points."""
_MOST_LINES = 12


class Styles:
    """The formats of one workbook, each made once.

    :param lined: whether cells have borders.
    """

    def __init__(self, book: Any, *, lined: bool = True) -> None:
        self._book = book
        self._line = _LINE if lined else {}
        self._made: dict[tuple[Any, ...], Any] = {}

    def none(self, mark: Mark = "") -> Any:
        """Of a stated none: the 0 is a word."""
        look = {"num_format": '"无（"0"）"', "align": "right"} | _MARKS["none"] | _MARKS[mark] | self._line
        return self._format(("none", mark), look)

    def number(self, value: Cell, mark: Mark = "", bound: Bound | None = None) -> Any:
        """Of a figure: grouped by thousands, with the decimals that it has, with its bound in words."""
        places = min(_decimals(value), _MOST_DECIMALS)
        before, after = _BOUNDS.get(bound, ("", ""))
        printed = f"{before}#,##0{'.' + '0' * places if places else ''}{after}"
        look = {"num_format": printed, "align": "right"} | _MARKS[mark] | self._line
        return self._format(("number", printed, mark), look)

    def words(self, mark: Mark = "", *, wrap: bool = True, link: bool = False) -> Any:
        """Of anything that is no figure."""
        look: dict[str, Any] = {"text_wrap": wrap} | _MARKS[mark] | self._line
        look |= {"font_color": "#1a5fb4", "underline": 1} if link else {}
        return self._format(("words", mark, wrap, link), look)

    def name(self, mark: Mark = "") -> Any:
        """Of a number that is no amount: a year has no comma."""
        return self._format(("name", mark), {"num_format": "0", "align": "center"} | _MARKS[mark] | self._line)

    @cached_property
    def head(self) -> Any:
        """Of the head of a column."""
        return self._format(("head",), _HEAD)

    @cached_property
    def band(self) -> Any:
        """Of the band above the heads of a group."""
        return self._format(("band",), _HEAD | {"align": "left", "bg_color": "#d8cfbd"})

    @cached_property
    def title(self) -> Any:
        """Of the title of a sheet."""
        return self._format(("title",), {"bold": True, "font_size": 14, "valign": "vcenter"})

    @cached_property
    def note(self) -> Any:
        """Of what is said beside a table."""
        return self._format(("note",), {"font_color": "#6d665c", "valign": "vcenter"})

    def swatch(self, mark: Mark) -> Any:
        """Of an entry of the legend."""
        return self._format(("swatch", mark), {"align": "center", "valign": "vcenter"} | _MARKS[mark] | _LINE)

    def _format(self, key: tuple[Any, ...], look: dict[str, Any]) -> Any:
        if key not in self._made:
            self._made[key] = self._book.add_format(FONT | look)
        return self._made[key]


def lines_in(text: str, width: int) -> int:
    """How many lines a text takes in a column.

    :param width: of the column, in characters; a Chinese one takes two.
    """
    if 2 * len(text) <= width and "\n" not in text:
        return 1
    return sum(max(1, -(-sum(1 + (char > "\u2000") for char in line) // width)) for line in text.split("\n"))


def height_of(texts: Iterable[tuple[Cell, int]]) -> float | None:
    """How high a row must be for some texts in columns of some widths; None where one line will do.

    Programs do not find it out by themselves when they open a workbook.
    """
    most = max((lines_in(text, width) for text, width in texts if isinstance(text, str)), default=1)
    return None if most == 1 else _LINE_HEIGHT * min(most, _MOST_LINES)


def _decimals(value: Cell) -> int:
    """How many digits stand behind the point of a number."""
    return 0 if value is None or isinstance(value, str) else len(digits(value).partition(".")[2])
