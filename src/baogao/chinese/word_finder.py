"""Many words, each with a name, found in a text by one walk over the places where any of them may begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence


class WordFinder:
    """Finds words, also where one lies in another or two overlap.

    :param words: each with what it stands for; an empty word is found nowhere.
    """

    def __init__(self, words: Sequence[tuple[str, str]]) -> None:
        self._by_initial: dict[str, list[tuple[str, str]]] = {}
        for word, name in words:
            if word:
                self._by_initial.setdefault(word[0], []).append((word, name))
        # The first character of every word, with its rests looked ahead for: words may overlap, so the rest is left.
        starts = [
            f"{re.escape(initial)}(?={'|'.join(re.escape(word[1:]) for word, _ in found)})"
            for initial, found in self._by_initial.items()
        ]
        self._start = re.compile("|".join(starts) or "(?!)")

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Where each word begins, and its name; places in order."""
        for match in self._start.finditer(text):
            place = match.start()
            for word, name in self._by_initial[match[0]]:
                if text.startswith(word, place):
                    yield place, name
