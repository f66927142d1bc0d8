"""Where a report prints the words of a reply: white space and widths do not tell words apart."""

from __future__ import annotations

import re
import unicodedata

from baogao.document.document import Document, Span


def place_of(words: str, document: Document) -> Span | None:
    """Where words are first printed; None where they are not."""
    wanted = r"\s*".join(re.escape(char) for char in squeeze(_fold(words)))
    found = re.search(wanted, _fold(document.text)) if wanted else None
    return found.span() if found else None


def squeeze(text: str) -> str:
    """Without any white space."""
    return re.sub(r"\s+", "", text)


class _Folded(dict[int, str]):
    """A character in its plain width, by its number; one that would become several characters is kept."""

    def __missing__(self, number: int) -> str:
        char = chr(number)
        folded = unicodedata.normalize("NFKC", char)
        return self.setdefault(number, folded if len(folded) == 1 else char)


_FOLDED = _Folded()


def _fold(text: str) -> str:
    """Widths folded character by character, so that offsets stay."""
    return text.translate(_FOLDED)
