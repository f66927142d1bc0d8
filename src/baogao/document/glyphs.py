"""The printed characters of a PDF's page with their places, and the lines and pictures that are drawn beside them.

Places are turned so that the text of a page runs to the right and down, however the page lies: x grows along the lines,
y from line to line, in points.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

_MOST_OBJECTS = 20_000
"""Of a page; lines and pictures beyond are not looked at."""
_MOST_GROUNDS = 200
"""The largest surfaces on which white letters are looked for."""
_MOST_POINTS = 2_000
"""Of a drawn path; a chart or a map has more, a table has fewer."""
_DEEPEST_FORM = 4
_THIN = 2.5
"""Points. A filled stripe that is thinner is a line."""
_SHORTEST_RULE = 3.0
"""Points."""
_TINY = 2.0
"""Points. Nobody reads smaller letters."""
_WHITE = 245
"""Of 255, in all three colours."""
_INVISIBLE = 3
"""The way of drawing text that leaves no ink: the layer of words under a scan."""
_MARGIN = 1.0
"""Points that a character may lie outside of its page."""

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point lies in it."""
        return self.x0 - margin <= x <= self.x1 + margin and self.y0 - margin <= y <= self.y1 + margin


@dataclass(slots=True)
class Glyph:
    """One printed character."""

    text: str
    x0: float
    x1: float
    base: float
    """Of its line: where the letters stand."""
    size: float
    """Of its font, in points."""
    count: int = 1
    """Characters that it stands for, those without ink behind it included."""

    @property
    def middle(self) -> float:
        """Half the height of a letter above the line."""
        return self.base - 0.38 * self.size


@dataclass
class Page:
    """What is printed on a page."""

    glyphs: list[Glyph] = field(default_factory=list)
    """In the order of the file, without white space; those that run the way of most."""
    aside: dict[int, list[Glyph]] = field(default_factory=dict)
    """Those that run other ways, by the degrees between: words beside a table, a stamp, a watermark."""
    frame: Box = field(default_factory=lambda: Box(0.0, 0.0, 0.0, 0.0))
    """Where the page lies."""
    across: list[Box] = field(default_factory=list)
    """Lines along the text: those of tables, those that strike out."""
    down: list[Box] = field(default_factory=list)
    """Lines across it: those between the columns of a table."""
    hidden: int = 0
    """Characters that leave no ink, or lie outside of the page, or are too small to be seen."""


@dataclass
class _Drawn:
    """What is drawn on a page beside text, in the page's own coordinates."""

    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    grounds: list[Box] = field(default_factory=list)
    """Pictures and surfaces that are not white: white letters can be seen on them."""
    pictures: list[Box] = field(default_factory=list)
    objects: int = 0


@dataclass(frozen=True)
class _Style:
    """What the characters of one text object share."""

    size: float
    way: int
    """Degrees by which its line is turned, counter-clockwise."""
    ink: str
    """``ink``, ``none`` (drawn in no way), ``white``."""


_Character = tuple[_Style, str, Box, tuple[float, float]]
"""A character in the page's own coordinates: its style, itself, its box, where it stands on its line."""


def page_of(page: pypdfium2.PdfPage) -> Page:
    """The characters of a page, and what is drawn on it."""
    textpage = page.get_textpage()
    try:
        drawn = _Drawn()
        _draw(page.raw, pdfium.FPDFPage_CountObjects(page), pdfium.FPDFPage_GetObject, _IDENTITY, drawn, 0)
        for grounds in (drawn.grounds, drawn.pictures):
            grounds.sort(key=lambda box: (box.x0 - box.x1) * (box.y1 - box.y0))
            del grounds[_MOST_GROUNDS:]
        left, bottom, right, top = page.get_cropbox()
        shown = Box(left, bottom, right, top)
        result = Page()
        found: list[_Character] = []
        counts: list[int] = []
        for character in _characters(textpage.raw):
            if character is None:
                if counts:
                    counts[-1] += 1
                continue
            style, _, box, _ = character
            x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
            if style.size < _TINY or not shown.holds(x, y, _MARGIN) or not _is_seen(style, x, y, drawn):
                result.hidden += 1
            else:
                found.append(character)
                counts.append(1)
    finally:
        textpage.close()
    ways = Counter(style.way for style, *_ in found)
    way = ways.most_common(1)[0][0] if ways else 0
    for _, group in groupby(zip(found, counts, strict=True), _place):
        together = list(group)
        for number, ((style, text, box, origin), count) in enumerate(together):
            glyph = _turned(style.size, text, box, origin, style.way, count)
            width = (glyph.x1 - glyph.x0) / len(together)
            glyph.x0, glyph.x1 = glyph.x0 + number * width, glyph.x0 + (number + 1) * width
            if style.way == way:
                result.glyphs.append(glyph)
            else:
                result.aside.setdefault((style.way - way) % 360, []).append(glyph)
    corners = [_turn(x, y, way) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    result.frame = Box(min(xs), min(ys), max(xs), max(ys))
    for line in drawn.lines:
        x0, y0 = _turn(line[0], line[1], way)
        x1, y1 = _turn(line[2], line[3], way)
        turned = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        (result.across if turned.x1 - turned.x0 >= turned.y1 - turned.y0 else result.down).append(turned)
    return result


def _place(character: tuple[_Character, int]) -> tuple[int, Box, tuple[float, float]]:
    """What the characters share that one piece of print stands for: ``fi``, a long dash.

    They stand in one text object; what is printed twice to look bold does not.
    """
    (style, _, box, origin), _ = character
    return id(style), box, origin


def _characters(textpage: Any) -> Iterator[_Character | None]:
    """The characters that a page's text objects hold, without what PDFium adds of itself; None for white space."""
    styles: dict[int, _Style] = {}
    rect = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    high = 0
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code, high = (0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD), 0
        text = "-" if code in (0x2, 0xFFFE) else chr(code)  # PDFium's signs for a hyphen at the end of a line
        drawn = pdfium.FPDFText_GetTextObject(textpage, index) if code else None
        if not drawn:
            continue
        if text.isspace():
            yield None
            continue
        key = ctypes.addressof(drawn.contents)
        if key not in styles:
            styles[key] = _style(textpage, index, drawn)
        pdfium.FPDFText_GetLooseCharBox(textpage, index, rect)
        pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
        if not all(map(math.isfinite, (rect.left, rect.bottom, rect.right, rect.top, x.value, y.value))):
            continue
        yield styles[key], text, Box(rect.left, rect.bottom, rect.right, rect.top), (x.value, y.value)


def _style(textpage: Any, index: int, drawn: Any) -> _Style:
    """The style of the text object that holds a character."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(textpage, index, matrix)
    size = pdfium.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
    if not all(map(math.isfinite, (size, matrix.a, matrix.b))):
        return _Style(0.0, 0, "none")
    degrees = round(math.degrees(math.atan2(matrix.b, matrix.a))) % 360
    near = round(degrees / 90) * 90
    way = near % 360 if abs(degrees - near) <= 2 else degrees
    ink = "ink"
    if pdfium.FPDFTextObj_GetTextRenderMode(drawn) == _INVISIBLE:
        ink = "none"
    else:
        colour = _fill(drawn)
        if colour is not None and colour[3] == 0:
            ink = "none"
        elif colour is not None and min(colour[:3]) >= _WHITE:
            ink = "white"
    return _Style(size, way, ink)


def _fill(drawn: Any) -> tuple[int, int, int, int] | None:
    """The colour that an object is filled with: red, green, blue, and how dense it is."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetFillColor(drawn, *parts):
        return None
    red, green, blue, alpha = (part.value for part in parts)
    return red, green, blue, alpha


def _is_seen(style: _Style, x: float, y: float, drawn: _Drawn) -> bool:
    """Whether a character leaves ink that is seen, or stands for what a picture shows there."""
    if style.ink == "ink":
        return True
    grounds = drawn.pictures if style.ink == "none" else drawn.grounds
    return any(ground.holds(x, y) for ground in grounds)


def _turn(x: float, y: float, way: int) -> tuple[float, float]:
    """A point of the page as whoever holds the page so that its text is upright sees it."""
    if way == 0:
        return x, -y
    cosine, sine = math.cos(math.radians(way)), math.sin(math.radians(way))
    return x * cosine + y * sine, x * sine - y * cosine


def _turned(size: float, text: str, box: Box, origin: tuple[float, float], way: int, count: int) -> Glyph:
    corners = [_turn(x, y, way) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
    x, base = _turn(*origin, way)
    left, right = min(corner[0] for corner in corners), max(corner[0] for corner in corners)
    if way % 90:  # the box is that of a slanted letter
        left, right = x, x + size * (1.0 if ord(text[0]) > 0x2E80 else 0.5)
    return Glyph(text, left, right, base, size, count)


def _draw(holder: Any, count: int, get: Any, matrix: Matrix, drawn: _Drawn, depth: int) -> None:
    """Collect the lines, surfaces and pictures of a page or of a form on it."""
    for index in range(count):
        drawn.objects += 1
        if drawn.objects > _MOST_OBJECTS:
            return
        one = get(holder, index)
        kind = pdfium.FPDFPageObj_GetType(one)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            _draw_path(one, matrix, drawn)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            box = _bounds(one, matrix)
            drawn.pictures.append(box)
            drawn.grounds.append(box)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            inner = _product(_matrix(one), matrix)
            _draw(one, pdfium.FPDFFormObj_CountObjects(one), pdfium.FPDFFormObj_GetObject, inner, drawn, depth + 1)


def _draw_path(path: Any, matrix: Matrix, drawn: _Drawn) -> None:
    """Collect the straight lines of a path, and its box where it is a surface."""
    count = pdfium.FPDFPath_CountSegments(path)
    if not 2 <= count <= _MOST_POINTS:
        return
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, mode, stroked)
    if not (mode.value or stroked.value):
        return
    whole = _product(_matrix(path), matrix)
    for points in _strokes(path, count, whole):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = Box(min(xs), min(ys), max(xs), max(ys))
        thin = min(box.x1 - box.x0, box.y1 - box.y0) <= _THIN
        if mode.value and not stroked.value and thin:
            _add_rule(box, drawn)
        elif stroked.value:
            for (x0, y0), (x1, y1) in pairwise(points):
                _add_rule(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), drawn)
        if mode.value and not thin:
            colour = _fill(path)
            if colour is None or (min(colour[:3]) < _WHITE and colour[3]):
                drawn.grounds.append(box)


def _strokes(path: Any, count: int, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The parts of a path that are drawn without lifting the pen."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points
            points = []
        points.append(_moved(x.value, y.value, matrix))
        if pdfium.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if len(points) > 1:
        yield points


def _add_rule(box: Box, drawn: _Drawn) -> None:
    """Keep a line that is long, straight and level or upright."""
    width, height = box.x1 - box.x0, box.y1 - box.y0
    if math.isfinite(width + height) and max(width, height) >= _SHORTEST_RULE and min(width, height) <= _THIN:
        drawn.lines.append(box)


def _bounds(one: Any, matrix: Matrix) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(one, left, bottom, right, top)
    corners = [_moved(x.value, y.value, matrix) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _matrix(one: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(one, matrix):
        return _IDENTITY
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
