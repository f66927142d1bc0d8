"""The names that a form asks about, in a reply: in lines as they were asked for, or as models like to write them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from baogao.llm.loose_json import without_fence

T = TypeVar("T")

# A line of a filled form: a bullet that models like to add, the field's name, its unit in brackets, the answer.
_LINE = re.compile(r"[-*]?\s*(?P<label>[^：:（(]{2,30})(?:[（(][^）)]*[）)])?\s*[：:](?P<answer>.*)")
_LOOSE_LINE = re.compile(r"(?P<label>[^：:=＝\t→]{1,60}?)\s*(?:[：:=＝\t→]|[-=]>)\s*(?P<answer>.*)")
_LEAD = re.compile(r"[\s>#*+•·●▪–—-]*(?:(?:[(（]?\d{1,2}(?:[、)）．]|\.(?!\d))|[①-⑳])\s*)?")
"""Bullets, signs of a heading or a quotation, the number of a list."""
_UNIT = re.compile(r"[（(][^）)]*[）)]$")
_EMPHASIS = re.compile(r"\*\*|__|`")
_FIGURE = re.compile(r"\d")
_DECIDES = re.compile(r"\d|^(?:无|暂无|零|未知|空|不存在|(?:未|没有)(?:发生|提及?|写|涉及)?|[-—/]+)$")
"""A cell with a figure, or one that says that there is none."""
TAKES_BACK = re.compile(r"不对|不，|等等|等一下|重新|再[看想]|[？?]|\b(?:wait|hmm|actually)\b", re.IGNORECASE)
"""What a model says while it thinks."""
_SAYS_NOTHING = re.compile(r"[\W_]*\Z|\s*```\w*\s*\Z|\s*\|.*\|")
"""A mark, a fence, a row of a table."""
DECORATION = " \t*_`\"'“”‘’「」『』"
"""What may stand around a name or an answer and is no part of it."""
_BRACKETS = "【】[]《》"
_VALUE_KEYS = frozenset({"数值", "数字", "值", "答案", "value", "answer", "number"})
_DEPTH = 4
"""Of JSON that is looked through."""


class Labels(Generic[T]):
    """What each name stands for.

    Widths, white space and the case of letters do not tell names apart, unless two names differ by just that.
    """

    def __init__(self, named: Mapping[str, T]) -> None:
        self._exact = named

    @cached_property
    def _loose(self) -> dict[str, T]:
        """By their keys, without names that share one; most replies need none of it."""
        keys = Counter(map(_key, self._exact))
        return {key: named for label, named in self._exact.items() if keys[key := _key(label)] == 1}

    def answers(self, text: str) -> Iterator[tuple[T, str]]:
        """What a reply names, with the answers, in its order; what names nothing is passed over."""
        if (data := _json(text)) is not None:
            yield from self._in_json(data, _DEPTH)
        else:
            yield from filter(None, map(self.line, text.split("\n")))

    def are_lost(self, text: str) -> bool:
        """Whether a reply that was cut says other things than answers before every name has one.

        So do thoughts that no mark tells from an answer: figures in them are guesses.
        """
        answered: list[T] = []
        *_, half = lines = text.split("\n")
        for line in lines:
            found = self.line(line)
            if found is not None:
                answered += [] if found[0] in answered else [found[0]]
            elif _SAYS_NOTHING.match(line) or (line is half and self._begins(line)):
                continue
            elif len(answered) < len(self._exact) or TAKES_BACK.search(line):
                return True
        return False

    def _begins(self, line: str) -> bool:
        """Whether half a line may become one that names something."""
        plain = _EMPHASIS.sub("", line)
        keys = [_key(plain[start:].strip(DECORATION + "-•·#>")) for start in (0, _end_of_lead(plain))]
        labels = list(map(_key, self._exact))
        return any(key.isdigit() or label.startswith(key) or key.startswith(label) for key in keys for label in labels)

    def line(self, line: str) -> tuple[T, str] | None:
        """What one line names, with its answer: ``name：answer``, or a row of a table."""
        match = _LINE.match(line.strip())
        if match is not None and (found := self._exact.get(match["label"].strip())) is not None:
            return found, undecorated(match["answer"])
        if line.count("|") > 1:
            return self._row([undecorated(cell) for cell in line.strip().strip("|").split("|")])
        plain = _EMPHASIS.sub("", line)
        for start in {0: None, _end_of_lead(plain): None}:
            match = _LOOSE_LINE.match(plain[start:].strip())
            if match is not None and (found := self.named(match["label"])) is not None:
                return found, undecorated(match["answer"].removesuffix(","))
        return None

    def named(self, label: str) -> T | None:
        """What a name stands for, a unit in brackets behind it or not."""
        label = label.strip(DECORATION)
        for name in (label, _UNIT.sub("", label), label.strip(_BRACKETS)):
            if (found := self._loose.get(_key(name))) is not None:
                return found
        return None

    def _row(self, cells: list[str]) -> tuple[T, str] | None:
        """The answer in a table's row: a figure, or what says that there is none; none where several could be it."""
        for place, cell in enumerate(cells):
            if (found := self.named(cell)) is not None:
                said = [one for one in cells[place + 1 :] if one]
                if (first := next(filter(_DECIDES.search, said), "")) and not _FIGURE.search(first):
                    return found, first
                figures = [one for one in said if _FIGURE.search(one)]
                return (found, [*figures, *said, ""][0]) if len(figures) < 2 else None
        return None

    def _in_json(self, data: Any, depth: int) -> Iterator[tuple[T, str]]:
        if isinstance(data, list) and depth:
            for one in data:
                yield from self._in_json(one, depth - 1)
        if not isinstance(data, dict) or not depth:
            return
        if (entry := self._entry(data)) is not None:
            yield entry
            return
        for key, value in data.items():
            found = self.named(key)
            if found is not None and isinstance(value, dict):
                value = next((value[one] for one in value if one in _VALUE_KEYS), None)
            if found is None:
                yield from self._in_json(value, depth - 1)
            elif isinstance(value, str | None):
                yield found, "" if value is None else undecorated(value)

    def _entry(self, data: dict[str, Any]) -> tuple[T, str] | None:
        """An object that holds a name and an answer under keys of its own."""
        texts = {key: value for key, value in data.items() if isinstance(value, str)}
        key = next((key for key, value in texts.items() if self.named(value) is not None), None)
        if key is None or any(self.named(one) is not None for one in data):
            return None
        found = self.named(texts.pop(key))
        said = [value for one, value in texts.items() if len(texts) == 1 or one in _VALUE_KEYS]
        return (found, undecorated(said[0])) if found is not None and len(said) == 1 else None


def undecorated(text: str) -> str:
    """A text without the quotes and the emphasis around it."""
    return text.strip().strip(DECORATION)


def _key(label: str) -> str:
    return "".join(unicodedata.normalize("NFKC", label).split()).casefold()


def _end_of_lead(line: str) -> int:
    lead = _LEAD.match(line)
    return lead.end() if lead else 0


def _json(text: str) -> Any:
    """The JSON that a whole reply is, its numbers as they are written; None where it is none."""
    text = without_fence(text)
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
