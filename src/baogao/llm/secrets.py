"""Texts that nobody may see, found in any spelling and struck out."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

SHORTEST_SECRET = 8
"""Characters. A shorter key is a stand-in, and what any text may hold by chance: it is not struck out."""
_TELLING = 12
"""So many characters from within a key are struck out; of its beginning as many as the shortest secret has."""
_MOST_LAYERS = 5
"""What was escaped may have been escaped again, so often."""
_ESCAPED = re.compile(
    r"(?:\\+(?:u(?:0000)?(?=[0-9a-f]{4})|u\{0*(?=[0-9a-f]{2}\})|x(?=[0-9a-f]{2}))|[%=](?=[0-9a-f]{2}))"
    r"(?P<hex>(?<=u)[0-9a-f]{4}|(?<=u0000)[0-9a-f]{4}|[0-9a-f]{2})\}?"
    r"|\\+(?P<octal>[0-3][0-7]{2})|(?P<entity>&#?\w{1,31};)"
    # Nothing: line ends, blanks and marks put between the characters, and a backslash before one.
    r"|\\+[rnt]?|=?[\s\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060\ufeff]+",
    re.I,
)
_FOLDED = {0xFEE0 + code: code for code in range(0x21, 0x7F)}
_FOLDED |= {code + wide: code + 32 for code in range(65, 91) for wide in (0, 0xFEE0)}
"""Small letters for capital ones, and half-width characters for full-width ones."""
_known: set[str] = set()
"""Keys and passwords that this process was given."""


class Secrets:
    """Texts that nobody may see, found in any spelling: escaped for JSON, Python, URLs or HTML, in base64, in hex, cut.

    :param values: those of fewer than ``SHORTEST_SECRET`` characters are left out.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._pieces: dict[str, list[tuple[str, int]]] = {}
        """Where in which spelling so many characters as the shortest secret has stand."""
        for spelling in sorted({spelling for value in values for spelling in _spellings(value)}):
            for at in range(len(spelling) - SHORTEST_SECRET + 1):
                self._pieces.setdefault(spelling[at : at + SHORTEST_SECRET], []).append((spelling, at))

    def within(self, text: str) -> bool:
        """Whether a text holds one, or a telling part of one."""
        return any(True for _ in self._spans(text))

    def strike(self, text: str) -> str:
        """The text with three asterisks for each."""
        kept, end = [], 0
        for start, stop in sorted(self._spans(text)):
            if start >= end:
                kept += [text[end:start], "***"]
            end = max(end, stop)
        return "".join([*kept, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for layer, starts, ends in _layers(text) if self._pieces else ():
            small, position = layer.translate(_FOLDED), 0
            while position <= len(small) - SHORTEST_SECRET:
                length = self._length_at(small, position)
                if length:
                    yield starts[position], ends[position + length - 1]
                position += length or 1

    def _length_at(self, text: str, position: int) -> int:
        """How many characters of a secret stand there; 0 where they are too few to tell it."""
        longest = 0
        for spelling, at in self._pieces.get(text[position : position + SHORTEST_SECRET], ()):
            pairs = zip(spelling[at:], text[position : position + len(spelling) - at], strict=False)
            shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            if at == 0 or shared >= _TELLING:
                longest = max(longest, shared)
        return longest


def _spellings(secret: str) -> set[str]:
    """A secret as it is, decoded as a text would be in which it stands, in hex, and in base64 wherever it begins."""
    if len(secret) < SHORTEST_SECRET:
        return set()
    data, spellings = secret.encode(), {layer for layer, _, _ in _layers(secret)} | {secret.encode().hex()}
    for before in range(3):
        # Whole groups of three bytes, without the characters that hold bits of what stands before or after it.
        group = base64.b64encode(b"\0" * before + data)
        inner = group[-(-before * 4 // 3) : (before + len(data)) * 4 // 3].decode()
        spellings |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {small for small in (one.translate(_FOLDED) for one in spellings) if len(small) >= SHORTEST_SECRET}


def _layers(text: str) -> Iterator[tuple[str, Sequence[int], Sequence[int]]]:
    """The text as it is, then decoded again and again; with each where its characters begin and end in the first."""
    starts: Sequence[int] = range(len(text))
    ends: Sequence[int] = range(1, len(text) + 1)
    for _ in range(_MOST_LAYERS):
        yield text, starts, ends
        parts: list[str] = []
        begins: list[int] = []
        stops: list[int] = []
        position = 0
        for found in _ESCAPED.finditer(text):
            first, last = found.span()
            char = _character(found)
            parts += text[position:first], char
            begins += [*starts[position:first], *[starts[first]] * len(char)]
            stops += [*ends[position:first], *[ends[last - 1]] * len(char)]
            position = last
        if not parts:
            return
        text = "".join([*parts, text[position:]])
        starts, ends = [*begins, *starts[position:]], [*stops, *ends[position:]]


def _character(found: re.Match[str]) -> str:
    """What an escape stands for; nothing for what only stands between characters."""
    if code := found["hex"] or found["octal"]:
        return chr(int(code, 16 if found["hex"] else 8))
    return html.unescape(found["entity"]) if found["entity"] else ""


@lru_cache(maxsize=32)
def secrets_of(*values: str) -> Secrets:
    """The same secrets are made ready once."""
    return Secrets(values)


def note_secrets(values: Iterable[str]) -> None:
    """Have some keys and passwords struck out of everything that this process shows and keeps."""
    _known.update(values)


def is_noted(value: str) -> bool:
    """Whether a key is among those."""
    return value in _known


def known_secrets(*more: str) -> Secrets:
    """Those and some others, together: one server may repeat the key of another, and two keys may be alike in part."""
    return secrets_of(*sorted(_known.union(more)))


def without_keys(text: str) -> str:
    """A text without any key or password that this process was given."""
    return known_secrets().strike(text)
