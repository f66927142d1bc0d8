"""Page furniture: running heads, footers and page numbers of pages whose lines have a place, as in a PDF.

It is known by its form, by its place and by its repetition: page numbers go up by one from page to page, heads say the
same on every page, and both stand at the edge of a page. Texts without pages: ``baogao.document.text_furniture``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from baogao.chinese.numerals import chinese_number

_N = r"(\d{1,4}|[ivxl]{1,7}|[一二三四五六七八九十百〇零]{1,4})"
_DASH = r"[-—–―─~·•]+"
_SURE = re.compile(
    rf"{_DASH}\s*{_N}\s*{_DASH}"
    rf"|第\s*{_N}\s*页(?:.{{0,3}}共\s*{_N}\s*页[)）]?)?"
    rf"|共\s*(?P<all>\d{{1,4}})\s*页.{{0,3}}第\s*{_N}\s*页"
    rf"|(\d{{1,3}})\s*/\s*(\d{{1,3}})"
    rf"|page\s*{_N}(?:\s*(?:of|/)\s*{_N})?"
    rf"|{_N}\s+of\s+{_N}|p\.\s*{_N}|p\.?\s?(\d{{1,3}})",
    re.IGNORECASE,
)
"""What cannot be anything but a page number, alone on its line."""
_BARE = re.compile(
    r"\d{1,3}|[\[<|]\s?\d{1,3}\s?[\]>|]|【\s?\d{1,3}\s?】|[ivxl]{1,7}|[IVXL]{1,7}|[一二三四五六七八九十百〇零]{1,3}"
)
"""What may be a page number by its place."""
_ROMAN = re.compile(r"(x{0,4})(ix|iv|v?i{0,3})", re.IGNORECASE)
_PRINTED_FROM_WEB = re.compile(
    r"(?:https?|file)://\S+|\d{2,4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?,?\s+(?:[上下]午)?\d{1,2}:\d{2}"
)
"""What a browser prints at the edge of a page."""
_NUMBER = re.compile(r"\d{1,4}")
_SENTENCE = re.compile(r"[，。；]")
_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]|[\u4e00-\u9fff]")
"""Two letters, or a Chinese one: fewer are no head, nor the second line of one."""

LONGEST = 120
"""Characters of a line of furniture."""
_LONGEST_NUMBER = 40
"""Characters of a line that is nothing but a page number."""
_EDGE_LINES = 3
"""Of a page, at its head and at its foot, can be furniture."""
_SAME_PLACE = 0.008
"""Of a page's height: furniture stands in one place on every page."""
_LONG = 20
"""Characters of a line that no two pages begin with by chance."""
_FEW_PAGES = 5
"""With so many pages or fewer two that say the same are enough, with more it takes three."""
_OUTER = 0.1
"""Of a page's height: a lone number nearer to the edge than that is a page number, if it stands apart."""
_HEAD_PLACE = 0.08
"""Of a page's height: a small line above that, standing apart, is a running head even where there is one page."""
_APART = 0.028
"""Of a page's height: two lines of text, the room that lies between a page's text and its number."""


class PageNumber(NamedTuple):
    """A line that is nothing but a page number, or may be one."""

    value: int
    sure: bool
    """False for a bare number: only its place can tell."""


class PageLine(NamedTuple):
    """What is printed at one height of a page."""

    text: str
    place: float
    """How far down: 0 at the upper edge of the page, 1 at the lower."""
    small: bool = False
    """Whether it is smaller than the text of the document."""


def page_number(line: str) -> PageNumber | None:
    """The page number that a line holds and nothing else; None for any other line."""
    words = line.strip()
    if len(words) > _LONGEST_NUMBER:
        return None
    words = unicodedata.normalize("NFKC", words)
    if sure := _SURE.fullmatch(words):
        numbers = [group for name, group in _named(sure) if group is not None and name != "all"]
        value = _value(numbers[0])
        if value is None or ("/" in words and words[0].isdigit() and value > (_value(numbers[1]) or 0)):
            return None
        return PageNumber(value, True)
    if _BARE.fullmatch(words) and (value := _value(words.strip("[]<>|【】 "))):
        return PageNumber(value, False)
    return None


def _named(match: re.Match[str]) -> Iterator[tuple[str, str | None]]:
    """The groups of a match in order, each with its name or an empty one."""
    names = {index: name for name, index in match.re.groupindex.items()}
    return ((names.get(index, ""), match[index]) for index in range(1, match.re.groups + 1))


def _value(number: str) -> int | None:
    if number.isdigit():
        return int(number)
    if (roman := _ROMAN.fullmatch(number)) and number:
        ones = roman[2].lower()
        small = {"ix": 9, "iv": 4}.get(ones, 5 * ones.count("v") + ones.count("i"))
        return 10 * len(roman[1]) + small
    value = chinese_number(number)
    return int(value) if value is not None and value == int(value) else None


def is_page_number(line: str) -> bool:
    """True for a line that can be nothing but a page number."""
    number = page_number(line)
    return number is not None and number.sure


@dataclass
class Furniture:
    """What of some pages is furniture."""

    lines: list[set[int]]
    """For each page the numbers of its lines that are."""
    numbers: int = 0
    """Pages whose number is among them."""
    heads: Counter[str] = field(default_factory=Counter)
    """Running heads and footers, with the pages that have them."""

    def words(self) -> str:
        """What was found, for a user; empty if nothing was."""
        found = [f"page numbers ({_pages(self.numbers)})"] if self.numbers else []
        found += [f"“{text[:40]}” ({_pages(count)})" for text, count in self.heads.most_common(4)]
        more = len(self.heads) - 4
        return ", ".join([*found, f"{more} more"] if more > 0 else found)


def _pages(count: int) -> str:
    return f"{count} page{'s' if count != 1 else ''}"


def page_furniture(pages: Sequence[Sequence[PageLine]], tabled: Collection[int] = ()) -> Furniture:
    """The furniture of the pages of a document.

    :param pages: the lines of each page from the top to the bottom, those of tables left out.
    :param tabled: the pages, counted from 0, that have tables beside their lines.
    """
    found = Furniture([set() for _ in pages])
    edges = [(page, line) for page, lines in enumerate(pages) for line in _edge(len(lines))]
    said = _said_on_pages(pages, edges)
    for page, lines in enumerate(pages):
        taken = _taken(page, lines, said)
        if len(taken) == len(lines) and page not in tabled:  # what stands alone on its page is its text
            taken = {line for line in taken if page_number(lines[line].text)}
        found.lines[page] = taken
        numbers = {line for line in taken if page_number(lines[line].text)}
        found.numbers += bool(numbers)
        found.heads.update(said.get((page, line), lines[line].text) for line in taken - numbers)
    return found


def _taken(page: int, lines: Sequence[PageLine], said: dict[tuple[int, int], str]) -> set[int]:
    """The lines of a page that are furniture: from either edge inwards, to the first that is text."""
    alone = _standing_apart(lines)
    taken: set[int] = set()
    count = min(_EDGE_LINES, len(lines))
    for inwards in (range(count), range(len(lines) - 1, len(lines) - 1 - count, -1)):
        for line in inwards:
            if (page, line) not in said and line not in alone and not _PRINTED_FROM_WEB.search(lines[line].text):
                break
            taken.add(line)
    return taken


def _edge(count: int) -> Iterable[int]:
    """The numbers of the lines at the head and at the foot of a page."""
    return sorted({*range(min(_EDGE_LINES, count)), *range(max(0, count - _EDGE_LINES), count)})


def _standing_apart(lines: Sequence[PageLine]) -> set[int]:
    """The first and the last line of a page where one page alone shows that they are furniture.

    They are page numbers by their form, or numbers that stand apart from the text, or a small head that does.
    """
    found = set()
    for line, beside in ((0, 1), (len(lines) - 1, len(lines) - 2)):
        if not lines:
            break
        text, place, small = lines[line]
        number = page_number(text)
        outer = min(place, 1 - place) < _OUTER
        apart = len(lines) > 1 and abs(place - lines[beside].place) > _APART
        if (number and number.sure) or (outer and apart and (number or (small and place < _HEAD_PLACE))):
            found.add(line)
    return found


def _said_on_pages(pages: Sequence[Sequence[PageLine]], edges: list[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The lines at the edges of pages that say the same in the same place, but for the number of the page."""
    groups: dict[tuple[str, int | None], list[tuple[float, int, int]]] = defaultdict(list)
    for page, line in edges:
        for key in _keys(pages[page][line].text, page):
            groups[key].append((pages[page][line].place, page, line))
    few = 2 if len(pages) <= _FEW_PAGES else 3
    said: dict[tuple[int, int], str] = {}
    near: list[tuple[str, list[tuple[int, int]]]] = []
    for (text, offset), members in groups.items():
        members.sort()
        start = 0
        for end in range(1, len(members) + 1):
            if end < len(members) and members[end][0] - members[end - 1][0] <= _SAME_PLACE:
                continue
            same = [(page, line) for _, page, line in members[start:end]]
            start = end
            # Two pages may begin with the same words by chance, in the midst of their text.
            apart = offset is not None or len(text) >= _LONG or all(_is_apart(pages[page], line) for page, line in same)
            if len({page for page, _ in same}) >= (few if apart else max(few, 3)):
                said.update(dict.fromkeys(same, text))
            elif len({page for page, _ in same}) >= few:
                near.append((text, same))
    for text, same in near:
        if all(_is_second(pages[page], page, line, said) for page, line in same):
            said.update(dict.fromkeys(same, text))
    return said


def _is_second(lines: Sequence[PageLine], page: int, line: int, said: dict[tuple[int, int], str]) -> bool:
    """Whether a line stands right behind or before one that is furniture, as the second line of a head does."""
    beside = [other for other in (line - 1, line + 1) if (page, other) in said]
    return any(abs(lines[other].place - lines[line].place) < _APART for other in beside)


def _keys(text: str, page: int) -> Iterator[tuple[str, int | None]]:
    """What a line at the edge of a page says: as it is, and with ``#`` for a number that may be that of the page.

    The second of each is by how much that number differs from the page's own; None for a line as it is.
    """
    number = page_number(text)
    squeezed = "".join(unicodedata.normalize("NFKC", text[:LONGEST]).split())
    if len(text) > LONGEST or (number is None and (not _LETTERS.search(squeezed) or _SENTENCE.search(text))):
        return
    if number is None:  # the same number on every page is none
        yield squeezed, None
    elif not squeezed.isdigit():
        yield "#", number.value - page
    for digits in _NUMBER.finditer(squeezed):
        yield f"{squeezed[: digits.start()]}#{squeezed[digits.end() :]}", int(digits[0]) - page


def _is_apart(lines: Sequence[PageLine], line: int) -> bool:
    """Whether a line at the edge of a page is small, or further from the next one than lines of text are."""
    if lines[line].small or len(lines) < 2 * _EDGE_LINES:
        return True
    inwards = line + 1 if line < len(lines) / 2 else line - 1
    steps = sorted(after.place - before.place for before, after in pairwise(lines))
    return abs(lines[inwards].place - lines[line].place) > 1.2 * steps[len(steps) // 2]
