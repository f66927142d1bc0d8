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
from itertools import accumulate, chain

from baogao.chinese.numerals import NUMERAL_CHARS
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
    *((code, code) for code in (0x00AD, 0x034F, 0x061C, 0x3164, 0xFEFF, 0xFFA0)),
    *((0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
    *((0xFE00, 0xFE0F), (0xFFF9, 0xFFFB), (0xE0000, 0xE0FFF)),
)
"""Zero-width and soft characters, directions, variations, fillers: first and last of each row of them."""
_NOTHING = "".join(f"{chr(first)}-{chr(last)}" for first, last in _MEANINGLESS)
_THIN = "\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
"""Blanks that part the digits of one number, never two cells."""
_NOTES = (
    "¹²³⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚❶❷❸❹❺❻❼❽❾❿➀➁➂➃➄ªº†‡※"
)
_MEASURED = "[件份人场次个项户起条宗名册批部万亿%％]"
"""What may stand behind a number: a bracket before it may hold a count, 收到[12]件, or a note, 128[1]件."""
_BRACKETED = r"(?:\[ ?\d{1,2} ?\]|［ ?\d{1,2} ?］|〔 ?\d{1,2} ?〕|【 ?\d{1,2} ?】|\[\^[\w-]{1,9}\])"
_LEFT_OUT = re.compile(
    rf"[{_NOTHING}]+"
    rf"|(?<=\d)[{_THIN}](?=\d)|(?<=\d)\u00a0(?=\d\d\d(?!\d))"
    rf"|(?<=[\d{NUMERAL_CHARS}{_NOTHING}])[⁽(]?[{_NOTES}]++[⁾)]?(?![\s、.．]*[\d{NUMERAL_CHARS}])"
    rf"|(?<=[\u4e00-\u9fff%％])[⁽(]?[{_NOTES[:10]}†‡※]++[⁾)]?"
    rf"|(?<=[\d{NUMERAL_CHARS}余多]) ?{_BRACKETED}(?!\s?[号年])"
    rf"|(?<=[\w%％”）)]) ?{_BRACKETED}(?!\s?(?:[号年]|{_MEASURED}))"
    rf"|(?<=\d) ?(?:[（(] ?[1-3]?\d ?[）)]|[#＃]| \d[)）]) ?(?=(?![人万亿%％]){_MEASURED})"
    r"|(?<=[\u4e00-\u9fff])\^\d{1,2}\^?(?!\d)|<sup>[^<>\n]{1,9}</sup>"
    r"|[（(\[［〔【](?:详?见|备)?[注附][\d①-⑳一二三四五六七八九十释]{0,3}[)）\]］〕】]"
)
"""Characters without meaning; a thin blank inside a number; the mark of a note behind a figure."""
_NOTE_BEGINS = re.compile(
    r"[\d（(〔【^<](?:(?<=\d) ?(?:[#＃]|[（(〔【] ?\d{1,2} ?[）)〕】])|(?<=\d) \d[)）]|(?<=[（(〔【])[注见详备附]"
    r"|(?<=[〔【]) ?\d{1,2} ?[〕】]|(?<=\^)\d|(?<=<)sup>)"
)
"""What a text has that has the mark of a note in brackets."""
_ODD = frozenset(
    chain(*(map(chr, range(first, last + 1)) for first, last in _MEANINGLESS), _THIN, _NOTES, _PLAIN, "\u00a0[［")
)
"""Without one of these in a text there is nothing to do, and most have none."""


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
    if _ODD.isdisjoint(set(text)) and _NOTE_BEGINS.search(text) is None:
        return View(text)
    plain = text
    for char in _PLAIN.keys() & set(text):
        plain = plain.replace(char, _PLAIN[char])
    return View(plain).without(Cuts(match.span() for match in _LEFT_OUT.finditer(text)))
