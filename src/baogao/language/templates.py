"""Finding the template that a text was filled from, and filling its translation with the same values.

Most texts are one message, filled. Some were put together: a path, a colon and its fault; facts with dots between them;
a message and what was added to it. What joins them is known, and the parts are messages again.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DEPTH = 6
"""How deep a value may be a message in a message."""
_LETTER = re.compile(r"[^\W\d_]")
_FEW, _FEW_IN_FRONT = 8, 12
"""A template of fewer letters than this, or all of them in front, says too little: its values must be single words."""
_NOUNS = ("figures", "answers", "all", "none")
"""Single words that are translated where they are values, too."""
_SURE = 6
"""A template that begins with so many letters of its own is tried before those that begin with a value."""
_FACTS = re.compile(r" · |  +")
_ADDED, _BLANK = re.compile(r"[,;] | \("), re.compile(" ")
_JOINT = re.compile(r"[:;,] (?=\S)")
_JOINTS = {": ": "：", "; ": "；", ", ": "，"}
_CUT = re.compile(r": |, (?!line \d)")
_MOST_JOINTS = 8
"""So many colons, semicolons and commas of a text are looked behind for a message, from its start on."""
_COLOURED = re.compile(r"\[(\w+)\](?P<words>(?:(?!\[/\]).)+)\[/\]", re.DOTALL)
"""A text in one colour, in rich's markup. Values have none: their brackets have backslashes in front."""
_MARKUP = "[/]"
_BEGINNINGS = {"note: ": "提示：", " · ": " · ", ", ": "，", "; ": "；"}
"""How messages begin that are added to others, and their translations."""
_IN_CHINESE = re.compile(r"(?:(?<=[\u4e00-\u9fff]) )?\{(\w+)\}(?: (?=[\u4e00-\u9fff]))?")
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Template:
    """A message with places for values, cut at them."""

    literals: tuple[str, ...]
    """What stands before, between and after the values: one more than there are values."""
    names: tuple[str, ...]
    words: str
    """The translation."""

    @cached_property
    def letters(self) -> int:
        """How many letters are given: of two templates that fit, the one that says more is meant."""
        return sum(len(_LETTER.findall(literal)) for literal in self.literals)

    @property
    def is_label(self) -> bool:
        """Whether it only stands before a message: ``note: {notice}``."""
        return self.literals[-1] == "" and len(self.names) == 1 and self.literals[0].endswith((": ", "[/] ", "  "))

    @cached_property
    def takes_sentences(self) -> bool:
        """Whether the template is sure enough that a value may be of several words."""
        in_front = len(self.names) == 1 and not self.literals[-1]
        return self.letters >= (_FEW_IN_FRONT if in_front else _FEW) or any(
            ": " in one or _MARKUP in one or "  " in one for one in self.literals
        )

    @cached_property
    def is_sure(self) -> bool:
        """Whether it begins with words of its own."""
        return len(_LETTER.findall(self.literals[0])) >= _SURE

    @cached_property
    def has_markup(self) -> bool:
        """Whether a part of it is coloured, which no text of a report or a file is."""
        return any(_MARKUP in one for one in self.literals)

    @cached_property
    def _groups(self) -> list[tuple[list[str], str]]:
        """Values, mostly one, and what stands behind them."""
        groups: list[tuple[list[str], str]] = []
        together: list[str] = []
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            together.append(name)
            if literal:
                groups.append((together, literal))
                together = []
        return [*groups, (together, "")] if together else groups

    def values(self, text: str) -> dict[str, str] | None:
        """The values that the template was filled with; None where it does not fit. Linear in the text.

        Every literal is taken where it first occurs after the one before it, and the last one at the end of the text.
        """
        first, last = self.literals[0], self.literals[-1]
        end = len(text) - len(last)
        if end < len(first) or not (text.startswith(first) and text.endswith(last)):
            return None
        values: dict[str, str] = {}
        at, behind = len(first), len(self._groups)
        for names, literal in self._groups:
            behind -= 1
            # A bracket at the end holds less than what stands before it.
            find = text.rfind if literal == " (" and behind == 1 else text.find
            found = find(literal, at, end) if behind else end
            if found < 0:
                return None
            for name, value in zip(names, _apart(text[at:found], len(names)), strict=True):
                if values.setdefault(name, value) != value:
                    return None
            at = found + len(literal)
        return values if self.takes_sentences or not any(" " in value.strip() for value in values.values()) else None

    def is_doubtful(self, values: Mapping[str, str]) -> bool:
        """Whether a value that something follows has a colon or comma in it: it may be of several messages."""
        if self.has_markup:
            return False
        followed = list(values.values()) if self.literals[-1] else list(values.values())[:-1]
        return any(map(_CUT.search, followed))

    def said(self, values: Mapping[str, str], names: Container[str] = ()) -> str:
        """The translation with these values in their places; no blanks between Chinese and Chinese.

        :param names: the values that are no messages, such as paths: they are not to run into the words beside them.
        """

        def put(match: re.Match[str]) -> str:
            value = values[match[1]]
            is_name = match[1] in names
            before = " " if match[0].startswith(" ") and (is_name or not _CHINESE.match(value[:1])) else ""
            after = " " if match[0].endswith(" ") and (is_name or not _CHINESE.match(value[-1:])) else ""
            return f"{before}{value}{after}"

        return _IN_CHINESE.sub(put, self.words)


def _apart(text: str, count: int) -> list[str]:
    """Values side by side: one, and what is added to it."""
    if count == 1:
        return [text]
    added = _ADDED.search(text) or _BLANK.search(text)
    at = added.start() if added else len(text)
    return [text[:at], *_apart(text[at:], count - 1)]


class _ByEnds:
    """Templates in an order, found by the first and the last character of a text that may have been made of them."""

    def __init__(self, templates: Iterable[Template]) -> None:
        self._all = list(templates)
        self._firsts = {one.literals[0][:1] for one in self._all}
        self._lasts = {one.literals[-1][-1:] for one in self._all}
        self._found: dict[tuple[str, str], list[Template]] = {}

    def of(self, text: str) -> list[Template]:
        """Those that begin and end as a text does, or with a value, in their order."""
        first, last = text[:1], text[-1:]
        ends = first if first in self._firsts else "", last if last in self._lasts else ""
        if ends not in self._found:
            self._found[ends] = [
                one
                for one in self._all
                if one.literals[0][:1] in ("", ends[0]) and one.literals[-1][-1:] in ("", ends[1])
            ]
        return self._found[ends]


class Templates:
    """A catalogue: messages and their translations, found by the text as it is shown."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self.messages = dict(messages)
        for message, words in messages.items():
            for beginning, chinese in _BEGINNINGS.items():
                if message.startswith(beginning):
                    self.messages.setdefault(message.removeprefix(beginning), words.removeprefix(chinese))

    def exact(self, text: str) -> str | None:
        """The translation of a message; of a template with its placeholders."""
        return self.messages.get(text)

    def filled(self, text: str, depth: int = 0) -> str:
        """The translation of a text, its values translated too; the text itself where nothing fits."""
        coloured = _COLOURED.fullmatch(text)
        if coloured:
            return f"[{coloured[1]}]{self.filled(coloured['words'], depth)}{_MARKUP}"
        return (
            self._message(text, depth)
            or self._by_joints(text, depth)
            or (self._by_template(self._all, text, depth, doubtful=True) if " " in text and depth <= _DEPTH else None)
            or text
        )

    def _message(self, text: str, depth: int) -> str | None:
        """The translation of a message, or of facts side by side."""
        is_word = " " not in text and text not in _NOUNS
        if text in self.messages and not (is_word and depth):  # a file may be called as a message is
            return self.messages[text]
        if is_word or depth > _DEPTH:
            return None
        return (
            self._by_template(self._first, text, depth)
            or self._by_facts(text, depth)
            or self._by_template(self._templates, text, depth)
        )

    def _by_template(self, templates: _ByEnds, text: str, depth: int, *, doubtful: bool = False) -> str | None:
        """The first template that fits, one after another; those that are in doubt come last."""
        for template in templates.of(text):
            values = template.values(text)
            if values is not None and template.is_doubtful(values) is doubtful:
                told = {name: self.filled(value, depth + 1) for name, value in values.items()}
                return template.said(told, {name for name, words in told.items() if words == values[name]})
        return None

    def _by_facts(self, text: str, depth: int) -> str | None:
        """Facts side by side, each a message."""
        parts = _FACTS.split(text)
        if len(parts) == 1:
            return None
        return "".join(map(str.__add__, [self.filled(one, depth + 1) for one in parts], [*_FACTS.findall(text), ""]))

    def _by_joints(self, text: str, depth: int) -> str | None:
        """Something and a colon before a message, or several messages one after another."""
        at = 0
        for _ in range(_MOST_JOINTS if depth <= _DEPTH else 0):
            joint = _JOINT.search(text, at)
            if not joint:
                return None
            at = joint.end()
            head, rest = text[: joint.start()], text[at:]
            begun = self._message(head, depth + 1)
            said = self._message(rest, depth + 1)
            if not said and (begun or (joint[0] == ": " and not depth)):
                said = self._by_joints(rest, depth + 1)
            if said and (begun or joint[0] == ": "):
                return f"{begun}{_JOINTS[joint[0]]}{said}" if begun else f"{head}{joint[0]}{said}"
        return None

    @cached_property
    def _first(self) -> _ByEnds:
        """What is tried before a text is cut: labels, what begins with its own words, what has the signs of a cut."""
        return _ByEnds(
            one
            for one in self._sorted
            if one.is_label or one.is_sure or one.has_markup or any(map(_FACTS.search, one.literals))
        )

    @cached_property
    def _templates(self) -> _ByEnds:
        return _ByEnds(one for one in self._sorted if not one.is_label)

    @cached_property
    def _all(self) -> _ByEnds:
        return _ByEnds(self._sorted)

    @cached_property
    def _sorted(self) -> list[Template]:
        """The one that says most first."""
        found = [
            Template(tuple(PLACEHOLDER.split(message)[::2]), tuple(PLACEHOLDER.findall(message)), words)
            for message, words in self.messages.items()
            if PLACEHOLDER.search(message)
        ]
        return sorted(
            (one for one in found if one.letters), key=lambda one: (not one.is_sure, -one.letters, len(one.names))
        )
