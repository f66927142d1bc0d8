"""Page furniture between the lines of a text that was pasted from pages: page numbers and running heads.

Nothing but lines is left of the pages. So one is known by its form, by going up by one over the text, and by breaking a
sentence or a number in two. Where lines have places: ``baogao.document.furniture``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from baogao.document.file_text import Span
from baogao.document.furniture import LONGEST, PageNumber, page_number
from baogao.document.sections import heading_level

_LEAST_PAGE = 120
"""Characters of a text between two page numbers."""
_UNEVEN = 5.0
"""The longest page has at most so many times the characters of the shortest."""
_HEAD = range(4, 41)
"""Characters of a running head in a text."""
_ROOM_FOR_NUMBER = 5
"""Characters of a page number beside it."""
_LOOK = 4
"""Lines that are looked past on either side, if they may be furniture themselves."""
_NO_HEAD = re.compile(r"[，。；\t]|：$")
"""No head has that."""
_ITS_NUMBER = re.compile(r"^\d{1,3}(?!\d|年)|(?<!\d)\d{1,3}$|-\d{1,3}-$|第\d{1,3}页$")
"""The page number beside a running head."""
_DIGITS = re.compile(r"\d{1,4}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PROSE = re.compile(r"[，。；、,]")
_LONG_LINE = re.compile(r"[\u4e00-\u9fff\d]{14,}(?<![告况数率的件案计表称位期次额量])$")
"""A line that is no head of a number below it: it breaks off in the midst of a sentence."""
_CUT_NUMBER = re.compile(r"[\u4e00-\u9fff].{6,}[\d一二三四五六七八九十百千万亿]$")
_ENDED = re.compile(r"[。；：！？;:!?”）)】》]$")
_MEASURED = re.compile(r"[件个次人起项宗名部份条家场户万亿千余多％%元篇期处所吨公平例笔]")
"""A line that begins so may say what the number above it counts."""


def furniture_lines(text: str, lines: Sequence[Span]) -> list[Span]:
    """The lines of a text that are the furniture of pages that it was pasted from.

    Page numbers of a certain form are; a bare number is if it breaks a running sentence in two, or goes up by one over
    the text at even distances; a short line is if it comes again and breaks sentences in two.

    :param lines: the spans of the text's lines, without their line breaks.
    """
    stripped = [text[slice(*span)].strip() for span in lines]
    spans = [span for span, each in zip(lines, stripped, strict=True) if each]
    words = [each for each in stripped if each]
    short = [line for line, each in enumerate(words) if len(each) <= LONGEST]
    numbers = {line: number for line in short if (number := page_number(words[line])) is not None}
    keys = _heads(words, [line for line in short if line not in numbers])
    if not numbers and not keys:
        return []
    taken = {line for line, number in numbers.items() if number.sure}
    maybe = [line in numbers or line in keys for line in range(len(words))]
    broken = [may and _breaks_a_sentence(words, maybe, line) for line, may in enumerate(maybe)]
    bare = [line for line, number in numbers.items() if not number.sure and not _is_cell(numbers, line)]
    taken.update(line for line in bare if broken[line])
    taken.update(_lone_heads(words, taken))
    for chain in _chains(bare, numbers, spans):
        if 3 * sum(broken[line] or _beside(line, taken) for line in chain) >= len(chain):
            taken.update(chain)
    members: dict[str, list[int]] = defaultdict(list)
    for line, key in keys.items():
        members[key].append(line)
    for same in members.values():
        marked = [line for line in same if broken[line] or _beside(line, taken)]
        if any(broken[line] for line in same) and 2 * len(marked) >= len(same) - 1:
            # The first may be the title itself.
            taken.update(line for line in same if line != same[0] or line in marked)
    return [spans[line] for line in sorted(taken)]


def _heads(words: list[str], lines: Iterable[int]) -> dict[int, str]:
    """What lines say as running heads, their page numbers aside, of those that say the same as another."""
    said = {line: _head(words[line]) for line in lines if not _NO_HEAD.search(words[line])}
    counts = Counter(said.values())
    again = {line: key for line, key in said.items() if counts[key] > 1 and key}
    again = {line: key for line, key in again.items() if heading_level(words[line]) is None}
    counts = Counter(again.values())
    return {line: key for line, key in again.items() if counts[key] > 1}


def _lone_heads(words: list[str], taken: set[int]) -> list[int]:
    """Lines beside a page number that break a number in two with it: heads, though they come but once."""
    heads = []
    for line in taken:
        for first, last, head in ((line - 1, line + 2, line + 1), (line - 2, line + 1, line - 1)):
            if first < 0 or last >= len(words) or not _cuts_a_number(words[first], words[last]):
                continue
            if _head(words[head]) and not _NO_HEAD.search(words[head]) and heading_level(words[head]) is None:
                heads.append(head)
    return heads


def _head(line: str) -> str:
    """What a line would say as a running head, its page number aside; empty if it can be none."""
    squeezed = "".join(line.split())
    if len(squeezed) >= _HEAD.stop + _ROOM_FOR_NUMBER:
        return ""
    squeezed = unicodedata.normalize("NFKC", squeezed)
    if not squeezed.isalpha():
        squeezed = _ITS_NUMBER.sub("", squeezed)
    if len(squeezed) not in _HEAD or (_DIGITS.search(squeezed) and any(map(str.isdigit, _YEAR.sub("", squeezed)))):
        return ""
    return squeezed


def _breaks_a_sentence(words: list[str], maybe: list[bool], line: int) -> bool:
    """Whether a line stands between two lines of one sentence, other lines that may be furniture aside."""
    before, after = line - 1, line + 1
    while before >= 0 and maybe[before] and line - before < _LOOK:
        before -= 1
    while after < len(words) and maybe[after] and after - line < _LOOK:
        after += 1
    if before < 0 or after >= len(words) or maybe[before] or maybe[after]:
        return False
    upper, lower = words[before], words[after]
    if "\t" in upper or "\t" in lower or _ENDED.search(upper) or heading_level(lower) is not None:
        return False
    if _cuts_a_number(upper, lower):
        return True
    open_end = _PROSE.search(upper) or _LONG_LINE.search(upper)
    return bool(open_end and _PROSE.search(lower)) and not _MEASURED.match(lower)


def _cuts_a_number(upper: str, lower: str) -> bool:
    """Whether a number that was begun at the end of one line goes on, or has its measure word, in another."""
    return _CUT_NUMBER.search(upper) is not None and (lower[:1].isdigit() or _MEASURED.match(lower) is not None)


def _is_cell(numbers: dict[int, PageNumber], line: int) -> bool:
    """Whether a bare number stands beside another, as in a table that lost its shape."""
    return any(beside in numbers and not numbers[beside].sure for beside in (line - 1, line + 1))


def _beside(line: int, taken: set[int]) -> bool:
    return line - 1 in taken or line + 1 in taken


def _chains(bare: list[int], numbers: dict[int, PageNumber], spans: list[Span]) -> Iterator[list[int]]:
    """Bare numbers that go up by one, at distances of pages that are much alike."""
    open_chains: dict[int, list[int]] = {}
    finished: list[list[int]] = []
    for line in bare:
        value = numbers[line].value
        chain = open_chains.pop(value - 1, [])
        if chain and spans[line][0] - spans[chain[-1]][0] < _LEAST_PAGE:
            finished.append(chain)
            chain = []
        if value in open_chains:
            finished.append(open_chains[value])
        chain.append(line)
        open_chains[value] = chain
    for chain in [*finished, *open_chains.values()]:
        if len(chain) < 2:
            continue
        lengths = [spans[after][0] - spans[before][0] for before, after in pairwise(chain)]
        if max(lengths) <= _UNEVEN * min(lengths):
            yield chain
