"""The reading view: a text as it is read, without what means nothing, and with the way back to what is printed.

Files bring much that no reader sees or means: zero-width characters, radicals in place of characters, the mark of a
note glued to a figure, a line end or a page number inside a sentence, blanks between single characters. A grammar that
meets them reads a part of a number for the whole. So they are left out, or replaced one by one; every character that
stays knows where it was printed, and evidence points there.

Two steps, because lines must be known before line ends can go: :func:`clean_characters`, then what
``baogao.document.debris`` finds.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from baogao.document.file_text import Span

_RADICALS = dict(
    zip(
        "⺁⺋⺎⺒⺠⺟⺫⺮⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
        "厂㔾兀巳民母目竹虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
        strict=True,
    )
)
"""Radicals that Unicode gives no plain form (CJK Radicals Supplement), and that PDFs print in their stead."""
_COMPATIBLE = (
    (0x2E80, 0x2FE0),
    (0x3038, 0x303B),
    (0xF900, 0xFB00),
    (0xFE30, 0xFE70),
    (0x1D7CE, 0x1D800),
    (0x2F800, 0x2FA20),
)
"""Kangxi radicals, Hangzhou tens, compatibility ideographs, vertical and small forms, mathematical digits."""
_PLAIN = {
    char: plain
    for first, last in _COMPATIBLE
    for char in map(chr, range(first, last))
    if len(plain := _RADICALS.get(char) or unicodedata.normalize("NFKC", char)) == 1 and plain != char
} | dict.fromkeys("\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
"""Each character that is replaced, and what stands for it: one for one."""
_MEANINGLESS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Zero-width and soft characters, directions, variations, fillers."""
_THIN = "\u2004-\u200a\u202f\u205f"
"""Blanks that part the digits of one number, never two cells."""
_NOTE = "¹²³⁰⁴-⁹①-⑳⑴-⒇㈠-㈩†‡※"
_LEFT_OUT = re.compile(
    rf"[{_MEANINGLESS}]+"
    rf"|(?<=\d)[{_THIN}](?=\d)|(?<=\d)\u00a0(?=\d\d\d(?!\d))"
    rf"|(?<=[\d{_MEANINGLESS}])[⁽(]?[{_NOTE}]++[⁾)]?(?![\s、.．]*\d)"
    r"|(?<=[\d件个人次项条份场户家万亿%])(?:\[\d{1,2}\]|［\d{1,2}］|[（(\[]注\s?\d{0,2}[)）\]])(?!\s?[号年])"
)
"""Characters without meaning; a thin blank inside a number; the mark of a note behind a figure."""
_ODD = re.compile(f"[{_MEANINGLESS}{_THIN}{_NOTE}\u00a0\\[［注{''.join(_PLAIN)}]")
"""Whether there is anything to do: most texts have none of these."""


@dataclass(frozen=True)
class View:
    """A text and where each character of it comes from."""

    text: str
    origins: Sequence[int] | None = None
    """For each character its place in the text that is printed; None where the two are the same."""
    doubtful: tuple[Span, ...] = ()
    """Stretches of ``text`` whose digits cannot be told to be one number or several: no figure is read in them."""

    def printed(self, span: Span) -> Span:
        """Where a stretch of ``text`` is printed: from its first character to its last, what was left out between
        included."""
        start, end = span
        if self.origins is None:
            return span
        if start < end:
            return self.origins[start], self.origins[end - 1] + 1
        place = self.origins[start] if start < len(self.origins) else self.origins[-1] + 1 if self.origins else 0
        return place, place

    def read(self, offset: int) -> int:
        """Where a printed character is read; for one that was left out, the next one that was not."""
        return offset if self.origins is None else bisect_left(self.origins, offset)

    def without(self, cuts: Cuts) -> View:
        """The same with something left out of its text."""
        if not cuts.spans:
            return self
        kept = list(cuts.kept(len(self.text)))
        origins: list[int] = []
        for start, end in kept:
            origins.extend(range(start, end) if self.origins is None else self.origins[start:end])
        return View("".join(self.text[start:end] for start, end in kept), origins)


class Cuts:
    """Stretches that are left out of a text, in order and apart."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans: list[Span] = []
        for start, end in sorted(spans):
            if self.spans and start <= self.spans[-1][1]:
                self.spans[-1] = (self.spans[-1][0], max(self.spans[-1][1], end))
            elif start < end:
                self.spans.append((start, end))
        self._starts = [start for start, _ in self.spans]
        self._gone = [0, *accumulate(end - start for start, end in self.spans)]

    def kept(self, length: int) -> Iterator[Span]:
        """The stretches that stay, of a text so long."""
        position = 0
        for start, end in (*self.spans, (length, length)):
            if position < start:
                yield position, start
            position = end

    def moved(self, span: Span) -> Span:
        """Where a stretch stands once they are left out."""
        return self._moved(span[0]), self._moved(span[1])

    def _moved(self, offset: int) -> int:
        before = bisect_right(self._starts, offset)
        inside = max(0, self.spans[before - 1][1] - offset) if before else 0
        return offset + inside - self._gone[before]


def clean_characters(text: str) -> View:
    """A text without characters that mean nothing, every other in its plain form; lines stay as they are."""
    if _ODD.search(text) is None:
        return View(text)
    plain = text
    for char in _PLAIN.keys() & set(text):
        plain = plain.replace(char, _PLAIN[char])
    return View(plain).without(Cuts(match.span() for match in _LEFT_OUT.finditer(text)))
