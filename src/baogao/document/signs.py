"""Signs that travel in a text while a reader puts it together: where something was inserted, where something left out.

They are characters that Unicode keeps free for such use and that no file prints. So pieces of text can be joined,
stripped and laid out in tables, and at the end the offsets are still known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from baogao.document.file_text import FileText, Format, Notice, Span

_INSERTED, _INSERTED_END = "\ufdd0", "\ufdd1"
STRUCK, HIDDEN, DELETED, EMBEDDED, HIDDEN_ROWS = "\ufdd2", "\ufdd3", "\ufdd4", "\ufdd5", "\ufdd6"
"""Where text that is not the report's would stand."""
_LEFT_OUT = {
    STRUCK: "struck-out text is left out",
    HIDDEN: "hidden text is left out",
    DELETED: "text that tracked changes delete is left out",
    EMBEDDED: "another document that is embedded is not read",
    HIDDEN_ROWS: "hidden rows, columns or sheets are left out",
}
_SIGN = re.compile("[\ufdd0-\ufddf]")
_PLACE = re.compile("[\ufdd2-\ufddf]")
_EDGE = " \r" + "".join(map(chr, range(0xFDD2, 0xFDE0)))
"""What is taken off the ends of a line."""


def inserted(text: str) -> str:
    """The same, marked as what a reader sees and the file does not print as text."""
    return f"{_INSERTED}{text}{_INSERTED_END}" if text else ""


def plain(marked: str) -> str:
    """The text without signs, what is inserted included."""
    return _SIGN.sub("", marked)


def places(marked: str) -> str:
    """The signs of what was left out alone."""
    return "".join(_PLACE.findall(marked))


def printed_lines(lines: Iterable[str]) -> Iterator[str]:
    """The lines that are not empty, with blanks at their ends taken off.

    No sign is lost, and a tab at the beginning is an empty cell.
    """
    last: str | None = None
    carried = ""
    for line in lines:
        begun = line.lstrip(_EDGE)
        whole = begun.rstrip(_EDGE + "\t")
        line = places(line[: len(line) - len(begun)]) + whole + places(begun[len(whole) :])
        if not plain(line).strip():
            carried += places(line)
            continue
        if last is not None:
            yield last
        last, carried = carried + line, ""
    if last is not None:
        yield last + carried


def file_text(
    marked: str, file_format: Format, notices: Iterable[Notice] = (), converter: str | None = None
) -> FileText:
    """A text with signs as a ``FileText``: one notice for each kind of text that was left out, behind those given."""
    pieces: list[str] = []
    spans: list[Span] = []
    left_out: dict[str, list[int]] = {}
    length = start = last = 0
    for sign in _SIGN.finditer(marked):
        piece = marked[last : sign.start()]
        pieces.append(piece)
        length += len(piece)
        last = sign.end()
        if sign[0] == _INSERTED:
            start = length
        elif sign[0] == _INSERTED_END:
            spans.append((start, length))
        else:
            left_out.setdefault(sign[0], []).append(length)
    pieces.append(marked[last:])
    found = (notice_of(_LEFT_OUT[sign], [(at, at) for at in left_out[sign]]) for sign in _LEFT_OUT if sign in left_out)
    return FileText(
        "".join(pieces),
        file_format,
        (*notices, *found),
        tuple(span for span in spans if span[0] < span[1]),
        converter=converter,
    )


def notice_of(message: str, spans: list[Span]) -> Notice:
    """One notice for one or several places; it names the first."""
    different = len(set(spans))
    return Notice(message if different == 1 else f"{message}, in {different} places; the first", spans[0])
