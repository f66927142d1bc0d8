"""The shape of a report: paragraphs, sentences, sections, and which of its characters are to be read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from baogao.document.copies import find_copies
from baogao.document.model import Copy, Document, Section, Sentence, Span
from baogao.document.navigation import is_page_number, navigation_spans

_NUMERAL = "一二三四五六七八九十"
_HEADINGS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第[{_NUMERAL}]{{1,3}}(?:部分|章|篇)[、，：\s]?|[{_NUMERAL}]{{1,3}}\s*[、．]")),
    (2, re.compile(rf"[（(]\s*[{_NUMERAL}]{{1,3}}\s*[）)][、，．.]?")),
    (3, re.compile(r"(?:[（(]\s*\d{1,2}\s*[）)]|\d{1,2}\s*[、．]|\d{1,2}\.(?!\d)|[①-⑳])\s*")),
)
_ORDINAL = rf"[{_NUMERAL}]{{1,2}}是(?:要|在)?|第[{_NUMERAL}]{{1,2}}(?=[，、,：:]|是)[，、,：:是]|其[{_NUMERAL}][，、,是：:]|(?:首先|其次|再次|最后)[，,：:]"
_RUN_IN = re.compile(rf"(?:(?<=[。；;：:！!\n\t 　])|^)(?:{_ORDINAL})", re.MULTILINE)
_HEAD_CLAUSE = re.compile(r"[^，,。；;：:\n！!]*")
_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*")
_FINAL = re.compile(r"[。；：！？;:!?”）)]$")
_OPEN_END = re.compile(r"[，、,（(《“]$")
_CELL_BREAK = re.compile(r"\t+|\s*[|｜]\s*|[  　]{2,}")
_WRAP_LIMIT = 60
"""A text of which no line is longer was wrapped by hand or by a PDF: its lines are not paragraphs."""
_TITLE_LIMIT = 30


def document_from_text(
    text: str, doc_id: str = "text", source: str = "", sha256: str = "", notices: tuple[str, ...] = ()
) -> Document:
    """Work out the shape of a text.

    :param sha256: the digest of the file it came from; by default of the text in UTF-8.
    """
    lines = list(_lines(text))
    copies = find_copies(text)
    skipped = [*navigation_spans(text, lines), *(copy.span for copy in copies)]
    main = tuple(span for span in _complement(skipped, len(text)) if text[slice(*span)].strip())
    paragraphs = list(_paragraphs(text, main))
    return Document(
        doc_id=doc_id,
        source=source,
        text=text,
        sha256=sha256 or hashlib.sha256(text.encode()).hexdigest(),
        main=main,
        sections=_sections(text, paragraphs, main[-1][1] if main else 0),
        sentences=tuple(_sentences(text, paragraphs)),
        copies=copies,
        notices=notices + _copy_notice(copies),
    )


def _copy_notice(copies: tuple[Copy, ...]) -> tuple[str, ...]:
    repeated = sum(copy.span[1] - copy.span[0] for copy in copies)
    return (f"{repeated} characters are printed twice; one copy is read",) if repeated else ()


def _lines(text: str) -> Iterator[Span]:
    """The spans of the lines, line breaks excluded."""
    return (match.span() for match in re.finditer(r"[^\r\n\f\v\u2028\u2029]+", text))


def _complement(spans: list[Span], length: int) -> Iterator[Span]:
    """What is left of ``[0, length)`` without some spans."""
    position = 0
    for start, end in sorted(spans):
        if start > position:
            yield (position, start)
        position = max(position, end)
    if position < length:
        yield (position, length)


Paragraph = tuple[Span, bool]
"""Its span, and whether it is a row of a pasted table."""


def _paragraphs(text: str, main: tuple[Span, ...]) -> Iterator[Paragraph]:
    """Paragraphs of the main copy; a line that was broken in mid-sentence goes on in the next."""
    for start, end in main:
        lines = [(s + start, e + start) for s, e in _lines(text[start:end]) if text[s + start : e + start].strip()]
        longest = max((e - s for s, e in lines if not is_page_number(text[s:e])), default=0)
        current: Span | None = None
        for span in lines:
            if is_page_number(text[slice(*span)]):
                continue
            if is_row(text[slice(*span)]):
                if current:
                    yield current, False
                current = None
                yield span, True
            elif current and _goes_on(text, current, span, longest):
                current = (current[0], span[1])
            else:
                if current:
                    yield current, False
                current = span
        if current:
            yield current, False


def is_row(line: str) -> bool:
    """True for a line that looks like a row of a table: three cells or more, and no sentence in it."""
    stripped = line.strip().strip("|｜").strip()
    if "。" in stripped:
        return False
    if len([cell for cell in _CELL_BREAK.split(stripped) if cell]) >= 3:
        return True
    cells = stripped.split()
    return (
        len(cells) >= 3 and len(stripped) <= _WRAP_LIMIT and not re.search(r"[，；：]", stripped) and _has_figure(cells)
    )


def _has_figure(cells: list[str]) -> bool:
    """A header or a row of figures: some cell is a number alone, or a word that heads such a column."""
    return any(re.fullmatch(r"[\d,.，％%]+|单位|数量|序号|合计", cell) for cell in cells)


def _goes_on(text: str, before: Span, line: Span, longest: int) -> bool:
    """Whether ``line`` continues the sentence of ``before``."""
    previous, following = text[slice(*before)].rstrip(), text[slice(*line)].strip()
    gap = text[before[1] : line[0]]
    if heading_level(following) is not None or _FINAL.search(previous):
        return False
    if _OPEN_END.search(previous):
        return True
    last_line = re.split(r"[\r\n]", previous)[-1]
    blank_line = len(re.findall(r"\r\n|\r|\n", gap)) > 1 and not re.search(r"\d", gap)
    return longest <= _WRAP_LIMIT and not blank_line and len(last_line) >= 0.75 * longest


def heading_level(line: str) -> int | None:
    """The level of the heading that a line begins with, by its numbering (see ``Section.level``), or None."""
    stripped = line.lstrip()
    for level, pattern in _HEADINGS:
        if pattern.match(stripped):
            return level
    return 4 if _RUN_IN.match(stripped) else None


def _sentences(text: str, paragraphs: list[Paragraph]) -> Iterator[Sentence]:
    for number, ((start, end), row) in enumerate(paragraphs):
        if row:
            yield Sentence((start, end), number, row=True)
            continue
        position = start
        for match in _SENTENCE_END.finditer(text, start, end):
            yield Sentence((position, match.end()), number)
            position = match.end()
        if text[position:end].strip():
            yield Sentence((position, end), number)


def _sections(text: str, paragraphs: list[Paragraph], end: int) -> tuple[Section, ...]:
    heads: list[tuple[int, Span, Span]] = []
    for span, row in paragraphs:
        if not row:
            heads.extend(_heads_in(text, span))
    if not any(level == 1 for level, _, _ in heads):
        heads.extend(_bare_headings(text, paragraphs))
        heads.sort(key=lambda head: head[1])
    return tuple(
        Section(level, text[slice(*marker)].strip(), title, (marker[0], _section_end(heads, number, end)))
        for number, (level, marker, title) in enumerate(heads)
    )


def _section_end(heads: list[tuple[int, Span, Span]], number: int, end: int) -> int:
    level = heads[number][0]
    return next((marker[0] for other, marker, _ in heads[number + 1 :] if other <= level), end)


def _heads_in(text: str, paragraph: Span) -> Iterator[tuple[int, Span, Span]]:
    """``(level, span of the marker, span of the title)`` of the headings in a paragraph."""
    start = paragraph[0] + len(text[slice(*paragraph)]) - len(text[slice(*paragraph)].lstrip())
    for level, pattern in _HEADINGS:
        match = pattern.match(text, start, paragraph[1])
        if match:
            yield level, match.span(), _title(text, match.end(), paragraph[1], whole_line=level < 3)
            break
    for match in _RUN_IN.finditer(text, start, paragraph[1]):
        yield 4, match.span(), _title(text, match.end(), paragraph[1], whole_line=False)


def _title(text: str, start: int, end: int, whole_line: bool) -> Span:
    stop = re.compile(r"[^。；\n]*") if whole_line else _HEAD_CLAUSE
    match = stop.match(text, start, end)
    return (start, match.end() if match else start)


def _bare_headings(text: str, paragraphs: list[Paragraph]) -> Iterator[tuple[int, Span, Span]]:
    """Unnumbered headings: a short line without punctuation, between longer paragraphs."""
    for (span, row), (following, _) in zip(paragraphs[1:], paragraphs[2:], strict=False):
        line = text[slice(*span)].strip()
        short = 4 <= len(line) <= _TITLE_LIMIT and not re.search(r"[，。；：,;:\d]", line)
        if short and not row and following[1] - following[0] > _TITLE_LIMIT:
            yield 1, (span[0], span[0]), span
