"""Finding the template that a text was filled from, and filling its translation with the same values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DEPTH = 4
"""How deep a value may be a message in a message."""


@dataclass(frozen=True)
class Template:
    """A message with places for values, cut at them."""

    literals: tuple[str, ...]
    """What stands before, between and after the values: one more than there are values."""
    names: tuple[str, ...]
    words: str
    """The translation."""

    @cached_property
    def weight(self) -> int:
        """How many characters are given: of two templates that fit, the one that says more is meant."""
        return sum(map(len, self.literals))

    def values(self, text: str) -> dict[str, str] | None:
        """The values that the template was filled with; None where it does not fit. Linear in the text.

        Every literal is taken where it first occurs, and the last at the end: a value that holds the literal behind it
        goes on into the next value, so that nothing is lost.
        """
        first, *between, last = self.literals
        end = len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last) and end >= len(first)):
            return None
        values: dict[str, str] = {}
        at = len(first)
        for name, literal in zip(self.names, between, strict=False):
            found = text.find(literal, at, end)
            if found < 0 or values.setdefault(name, text[at:found]) != text[at:found]:
                return None
            at = found + len(literal)
        if values.setdefault(self.names[-1], text[at:end]) != text[at:end]:
            return None
        return values

    def said(self, values: Mapping[str, str]) -> str:
        """The translation with these values in their places."""
        return PLACEHOLDER.sub(lambda match: values[match[1]], self.words)


class Templates:
    """A catalogue: messages and their translations, found by the text as it is shown."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self._messages = messages

    def exact(self, text: str) -> str | None:
        """The translation of a message; of a template with its placeholders."""
        return self._messages.get(text)

    def filled(self, text: str, depth: int = 0) -> str:
        """The translation of a text, its values translated too; the text itself where nothing fits."""
        if text in self._messages:
            return self._messages[text]
        if depth > _DEPTH:
            return text
        for template in self._templates:
            if (values := template.values(text)) is not None:
                return template.said({name: self.filled(value, depth + 1) for name, value in values.items()})
        return text

    @cached_property
    def _templates(self) -> list[Template]:
        found = [
            Template(tuple(PLACEHOLDER.split(message)[::2]), tuple(PLACEHOLDER.findall(message)), words)
            for message, words in self._messages.items()
            if PLACEHOLDER.search(message)
        ]
        return sorted(found, key=lambda template: -template.weight)
