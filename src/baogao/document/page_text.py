"""The text of a web page's elements as a reader sees it: lines, tables, numbers of lists, nothing that is hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from baogao.document.counting import counted
from baogao.document.equations import mathml_text
from baogao.document.grid import MOST_COLUMNS, Cell, lines_of_table
from baogao.document.scripts import lowered, raised
from baogao.document.signs import HIDDEN, STRUCK, inserted, plain, printed_lines
from baogao.document.style_sheet import Declared, StyleSheet, hides, is_white, rise, strikes

_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "nav", "header", "footer", "aside", "select", "button", "iframe"}
    | {"svg", "object", "rt", "rp", "head", "title", "datalist", "audio", "video", "canvas", "meter", "progress"}
)
"""Elements that hold no text of the report, or none that is shown."""
_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "main", "dd", "dt", "dl"}
    | {
        "blockquote",
        "center",
        "body",
        "figure",
        "figcaption",
        "hr",
        "fieldset",
        "caption",
        "details",
        "summary",
        "form",
    }
    | {"address", "legend", "menu", "dir"}
)
"""Elements that begin a line of their own."""
_BREAKING = _BLOCKS | {"br", "td", "th"}
_NOTHING: Declared = {}
_FOR_EARS = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|screen-reader-(?:text|only))(?:\s|$)")
"""Names that common style sheets give to what is read aloud and not shown; such sheets are often files apart."""
_BLOCK_LIKE = frozenset(
    {"block", "flex", "grid", "table", "list-item", "flow-root", "-webkit-box", "box"}
    | {"table-row", "table-cell", "table-caption", "table-row-group", "table-header-group", "table-footer-group"}
)
"""What ``display`` says of an element that begins a line of its own."""
_ROWS = frozenset({"flex", "inline-flex", "grid", "inline-grid", "-webkit-box"})
"""What it says of one whose parts stand apart."""
_KEPT = frozenset({"pre", "pre-wrap", "pre-line", "break-spaces"})
"""What ``white-space`` says where the line ends of the source are shown."""
_FLOWING = frozenset({"normal", "nowrap"})
_RISEN = 0.25
"""Of the size of its letters: a few that stand so much higher are a note mark, or an exponent."""
_LONGEST_MARK = 4
_TABLES = frozenset({"table", "tbody", "thead", "tfoot"})
_STRUCK = frozenset({"del", "s", "strike"})
_INLINE = frozenset({"span", "font", "b", "i", "em", "strong", "u"})
_BROKEN = re.compile(r"(?<=[!-~])[ \t\r]*\n\s*(?=[!-~])")
"""A line break of the source between Latin words or digits: a blank."""
_BLANKS = re.compile(r"[ \t\r\n\xa0]+")
_LABEL_ALONE = re.compile("(?<=\ufdd1)\n+")
"""The line break of a block that begins an item: its number stands on the same line."""
_NUMBERED = re.compile(
    r"\W*[\d一二三四五六七八九十]{1,3}[）)、.．]|\s*[①-⑳●•·■◆○]|\s*[一二三四五六七八九十]是|\s*第[一二三四五六七八九十\d]+[章节条项，、]"
)
"""An item that prints a number or a bullet of its own."""
_SENTENCE = re.compile(r"[。；]\s*$")
_LIST_FORMS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "decimal": "decimal",
    "decimal-leading-zero": "decimalZero",
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCounting",
    "simp-chinese-informal": "chineseCounting",
    "trad-chinese-informal": "chineseCounting",
    "cjk-decimal": "ideographDigital",
    "simp-chinese-formal": "chineseLegalSimplified",
    "cjk-heavenly-stem": "ideographTraditional",
}
"""Kinds of list, as the element and as a style sheet names them, and what ``counting`` calls them."""
_BULLETS = frozenset({"disc", "circle", "square"})
_BEGINNING = 40
"""Characters in which a number of its own shows itself."""
_FEWEST_SENTENCES = 2
"""A form with so many holds a page, as some sites make them; others are for searching."""
_LARGEST_COUNT = 1_000_000

Element = Any
"""An lxml element."""


class PageText:
    """The elements of a page, and what is seen of each.

    :param page: the root of the page.
    :raises DocumentError: its style sheets are made to take too long.
    """

    def __init__(self, page: Element) -> None:
        self._elements = [element for element in page.iter() if isinstance(element.tag, str)]
        """All of them, so that none is forgotten and made anew: they are keys below."""
        sheet = StyleSheet(
            style.text_content() for style in page.iter("style") if (style.get("media") or "all") in {"all", "screen"}
        )
        self._shown = {element: said for element in self._elements if (said := sheet.of(element))}
        self._tables: dict[tuple[Element, bool], list[str]] = {}
        self._keeps_lines = False
        """Whether white space of the source is shown where the text is taken now."""
        self._counts: dict[tuple[Element, bool], int] = {}
        """The numbers of items; a list that was counted is there as well."""

    def text(self, element: Element, links: bool = True) -> str:
        """The text of an element with signs: one line for each block, row or ``<br>``, cells parted by tabs.

        :param links: False leaves out what can be clicked on.
        """
        return "\n".join(printed_lines(self._lines(element, links)))

    def _lines(self, element: Element, links: bool) -> list[str]:
        pieces: list[str] = []
        self._add(element, links, pieces)
        return _LABEL_ALONE.sub("", "".join(pieces)).split("\n")

    def _add(self, element: Element, links: bool, pieces: list[str]) -> None:
        """Add the text of an element, piece by piece, with what parts it from the next."""
        if not isinstance(element.tag, str) or (element.tag == "a" and not links):
            return
        said = self._shown.get(element, _NOTHING)
        if self._is_dropped(element) or self._is_unseen(element, said):
            pieces.append(HIDDEN if element.tag not in _DROPPED and _has_text(element) else "")
        elif element.tag in _STRUCK or (said and strikes(said)):
            pieces.append(STRUCK if _has_text(element) else "")
        elif element.tag in _TABLES or element.tag == "tr":
            pieces.extend(("\n", "\n".join(self._table(element, links)), "\n"))
        elif element.tag == "math":
            pieces.append(mathml_text(element))
        else:
            self._add_flow(element, said, links, pieces)

    def _add_flow(self, element: Element, said: Declared, links: bool, pieces: list[str]) -> None:
        kept = self._keeps_lines
        self._keeps_lines = (
            element.tag in {"pre", "textarea"}
            or said.get("white-space") in _KEPT
            or (kept and said.get("white-space") not in _FLOWING)
        )
        moved = self._moved(element, said)
        end = "\n" if self._is_block(element, said) else ""
        pieces.append(end)
        if element.tag == "li":
            pieces.append(inserted(self._label(element)))
        inside: list[str] = [] if moved else pieces
        inside.append(self._words(element.text))
        for child in element:
            self._add(child, links, inside)
            inside.append(self._words(child.tail))
        if moved:
            pieces.append(moved("".join(inside)))
        pieces.append(end)
        self._keeps_lines = kept

    def _words(self, text: str | None) -> str:
        return plain(text or "") if self._keeps_lines else _inline(text)

    def _moved(self, element: Element, said: Declared) -> Callable[[str], str] | None:
        """What raises or lowers the text of an element; None for one that stands on its line."""
        place = said.get("vertical-align")
        if element.tag == "sup" or place in {"super", "text-top"}:
            return raised
        if element.tag == "sub" or place in {"sub", "text-bottom"}:
            return lowered
        height = rise(said) if said and element.tag in _INLINE else 0.0
        if abs(height) < _RISEN or len("".join(element.text_content().split())) > _LONGEST_MARK:
            return None
        return raised if height > 0 else lowered

    def _is_block(self, element: Element, said: Declared) -> bool:
        """Whether an element begins a line of its own, or stands apart from what is beside it."""
        above = self._shown.get(element.getparent(), _NOTHING)
        if element.tag in _BREAKING or element.tag in {"pre", "textarea"} or above.get("display") in _ROWS:
            return True
        return bool(said) and (said.get("display") in _BLOCK_LIKE or said.get("float") in {"left", "right"})

    def _is_dropped(self, element: Element) -> bool:
        if element.tag in {"form", "textarea"}:
            return not _holds_prose(element)
        return element.tag in _DROPPED or (element.tag == "dialog" and element.get("open") is None)

    def _is_unseen(self, element: Element, said: Declared) -> bool:
        if (element.get("hidden") is not None and "display" not in said) or (said and hides(said)):
            return True
        if said.get("position") is None and _FOR_EARS.search(element.get("class") or ""):
            return True
        return element.tag in _INLINE and self._is_white_on_white(element, said)

    def _is_white_on_white(self, element: Element, said: Declared) -> bool:
        """Whether a piece of a sentence is white where nothing says that its page is not."""
        white = is_white(said) or (element.tag == "font" and is_white({"color": (element.get("color") or "").lower()}))
        if not white or element.getparent() is None:
            return False
        if not ((element.getparent().text or "").strip() or (element.tail or "").strip()):
            return False
        around = [element, *element.iterancestors()]
        dark = (name.startswith("background") for each in around for name in self._shown.get(each, {}))
        return not any(dark) and all(each.get("bgcolor") is None for each in around)

    def _table(self, table: Element, links: bool) -> list[str]:
        """The lines of a table, of a part of it or of a row by itself; laid out once, however often it is asked for."""
        if (table, links) not in self._tables:
            above: list[str] = []
            rows = [[*self._cells(row, links)] for row in ([table] if table.tag == "tr" else self._rows(table, above))]
            self._tables[table, links] = [*above, *lines_of_table([row for row in rows if row])]
        return self._tables[table, links]

    def _rows(self, table: Element, above: list[str]) -> Iterator[Element]:
        """What makes a row of a table or of a part of one: its rows, and what stands between them by mistake.

        :param above: where captions go, and signs of rows that are hidden.
        """
        for child in sorted(table, key=_place_in_table):
            if not isinstance(child.tag, str) or child.tag in {"colgroup", "col"}:
                continue
            if self._is_unseen(child, self._shown.get(child, _NOTHING)):
                above.append(HIDDEN if _has_text(child) else "")
            elif child.tag == "caption":
                above.extend(self._lines(child, links=True))
            elif child.tag in {"tbody", "thead", "tfoot", "form"}:
                yield from self._rows(child, above)
            else:
                yield child

    def _cells(self, row: Element, links: bool) -> Iterator[Cell]:
        if row.tag != "tr":
            yield Cell(tuple(printed_lines(self._lines(row, links))))
            return
        for child in row:
            if child.tag in {"td", "th"}:
                if not self._is_row_unseen(child):
                    yield self._cell(child, links)
            elif child.tag == "form":
                yield from (self._cell(cell, links) for cell in child.iterchildren("td", "th"))

    def _is_row_unseen(self, row: Element) -> bool:
        return self._is_unseen(row, self._shown.get(row, {}))

    def _cell(self, cell: Element, links: bool) -> Cell:
        lines = tuple(printed_lines(self._lines(cell, links)))
        columns = min(_whole(cell.get("colspan"), 1), MOST_COLUMNS) or 1
        rows = _whole(cell.get("rowspan"), 1) or _LARGEST_COUNT  # 0: to the end of the table
        return Cell(lines, columns, rows, cell.tag == "th")

    def _label(self, item: Element) -> str:
        """What a browser prints before an item of a list: its number, or a bullet before a sentence."""
        parent = item.getparent()
        text = item.text_content()[:_BEGINNING] if parent is not None else ""
        if not text.strip() or _NUMBERED.match(text):
            return ""
        kind = self._list_style(item) or self._list_style(parent)
        if kind == "none":
            return ""
        if parent.tag != "ol":
            return "● " if parent.tag == "ul" and _is_sentence(item) else ""
        form = _LIST_FORMS.get(kind or item.get("type") or parent.get("type") or "1")
        if form is None:
            return "● "
        number = counted(self._number(item, parent), form)
        return f"{number}、" if not number.isascii() else f"{number}. "

    def _list_style(self, element: Element) -> str:
        """The kind of its list, as the page's style names it; empty where it names none."""
        said = self._shown.get(element, {})
        words = f"{said.get('list-style', '')} {said.get('list-style-type', '')}".split()
        return next((word for word in reversed(words) if word == "none" or word in _LIST_FORMS or word in _BULLETS), "")

    def _number(self, item: Element, parent: Element) -> int:
        """The number of an item of a list."""
        if (parent, True) not in self._counts:
            items = [each for each in parent.iterchildren("li") if not self._is_row_unseen(each)]
            step = 1 if parent.get("reversed") is None else -1
            count = _whole(parent.get("start"), 1 if step > 0 else len(items))
            for each in items:
                count = _whole(each.get("value"), count)
                self._counts[each, False] = count
                count += step
            self._counts[parent, True] = 0
        return self._counts.get((item, False), 1)


def _place_in_table(part: Element) -> int:
    """The head of a table stands first and its foot last, wherever they are in the source."""
    return -1 if part.tag in {"caption", "thead"} else 1 if part.tag == "tfoot" else 0


def _holds_prose(element: Element) -> bool:
    stops = 0
    for piece in element.itertext():
        stops += piece.count("。")
        if stops >= _FEWEST_SENTENCES:
            return True
    return False


def _has_text(element: Element) -> bool:
    return any(piece.strip() for piece in element.itertext())


def _is_sentence(item: Element) -> bool:
    return bool(_SENTENCE.search(item.text_content())) and item.find(".//a") is None


def _whole(value: str | None, default: int) -> int:
    """A whole number of an attribute, kept within reason."""
    match = re.match(r"\s*(-?\d{1,9})", value or "")
    return max(-_LARGEST_COUNT, min(int(match[1]), _LARGEST_COUNT)) if match else default


def _inline(text: str | None) -> str:
    """White space of the source is one blank, and none where a line was broken beside Chinese."""
    if not text:
        return ""
    flowing = _BROKEN.sub(" ", plain(text)) if "\n" in text else plain(text)
    return _BLANKS.sub(lambda match: "" if "\n" in match[0] else " ", flowing)
