"""Finding the template that a text was filled from, and filling its translation with the same values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DEPTH = 4
"""How deep a value may be a message in a message."""


_WORDS = re.compile(r"[^\W\d_]")
_FEW = 8
"""A template of fewer letters than this says too little to be known by: its values must be single words."""
_ADDED = re.compile(r"[,;]? \(?")
_BETWEEN = re.compile(r" · |; |: (?=\S)")
"""What joins messages that were put together: a path and its fault, the facts of a line."""


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
        return sum(len(_WORDS.findall(literal)) for literal in self.literals)

    def values(self, text: str) -> dict[str, str] | None:
        """The values that the template was filled with; None where it does not fit. Linear in the text.

        Every literal is taken where it first occurs after the one before it, and the last one at the end of the text.
        """
        first, *between, last = self.literals
        end = len(text) - len(last)
        if end < len(first) or not (text.startswith(first) and text.endswith(last)):
            return None
        values: dict[str, str] = {}
        at = len(first)
        for name, literal in zip(self.names, [*between, None], strict=True):
            found = end if literal is None else _place(literal, text, at, end)
            if found < 0 or values.setdefault(name, text[at:found]) != text[at:found]:
                return None
            at = found + len(literal or "")
        if self.letters < _FEW and any(" " in value for value in values.values()):
            return None
        return values

    def said(self, values: Mapping[str, str]) -> str:
        """The translation with these values in their places."""
        return PLACEHOLDER.sub(lambda match: values[match[1]], self.words)


def _place(literal: str, text: str, at: int, end: int) -> int:
    """Where a literal stands; where there is none between two values, the second is what is added to the first."""
    if literal:
        return text.find(literal, at, end)
    added = _ADDED.search(text, at, end)
    return added.start() if added else end


class Templates:
    """A catalogue: messages and their translations, found by the text as it is shown."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self.messages = messages

    def exact(self, text: str) -> str | None:
        """The translation of a message; of a template with its placeholders."""
        return self.messages.get(text)

    def filled(self, text: str, depth: int = 0) -> str:
        """The translation of a text, its values translated too; the text itself where nothing fits."""
        is_value = depth > 0
        if text in self.messages and not (is_value and " " not in text):  # a file may be called as a message is
            return self.messages[text]
        if depth > _DEPTH or " " not in text:
            return text
        for template in self._templates:
            if (values := template.values(text)) is not None:
                return template.said({name: self.filled(value, depth + 1) for name, value in values.items()})
        parts = _BETWEEN.split(text)
        if len(parts) == 1:
            return text
        joints = [*_BETWEEN.findall(text), ""]
        return "".join(self.filled(part, depth + 1) + joint for part, joint in zip(parts, joints, strict=True))

    @cached_property
    def _templates(self) -> list[Template]:
        found = [
            Template(tuple(PLACEHOLDER.split(message)[::2]), tuple(PLACEHOLDER.findall(message)), words)
            for message, words in self.messages.items()
            if PLACEHOLDER.search(message)
        ]
        return sorted(
            (one for one in found if one.letters), key=lambda one: (-one.letters, -sum(map(len, one.literals)))
        )
