"""The pattern language of rules files: regular expressions with word lists, ``№``, ``#``, ``~`` and ``…``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baogao.errors import RulesError
from baogao.rules.rules_file import line_of

FIGURE = "№"
"""The figure's own place."""
OTHER = "#"
"""Any other figure."""
_SHORT_GAP = r"[^，,；;。#№（）()\\n]{0,%s}?"
_SHORT_REACH = "16"
_WIDE_GAP = r"[^；;。№\n]{0,40}?"


@dataclass(frozen=True)
class PatternCompiler:
    """Compiles the patterns of one rules file."""

    path: Path
    source: str
    words: Mapping[str, str]
    """Word list name to its alternatives."""

    def regex(self, text: str, trail: Sequence[str]) -> re.Pattern[str]:
        """A pattern, compiled.

        :param trail: where it stands in the file: part, name, key.
        :raises RulesError: it does not compile, or names a word list that does not exist.
        """
        try:
            return re.compile(_with_gaps(self._expand(text)), re.MULTILINE)
        except re.error as error:
            raise self.error([*trail, text], f"{trail[1]}: the pattern {text} does not compile: {error}") from error
        except KeyError as error:
            raise self.error([*trail, text], f"{trail[1]}: there is no word list {error}") from error

    def optional(self, text: str | None, trail: Sequence[str]) -> re.Pattern[str] | None:
        """The same for a pattern that may be missing."""
        return None if text is None else self.regex(text, trail)

    def error(self, trail: Sequence[str], message: str) -> RulesError:
        """An error that names the file, and the line that ``trail`` leads to."""
        return RulesError(f"{self.path}, line {line_of(self.source, trail)}: {message}")

    def _expand(self, text: str) -> str:
        return re.sub(r"\{([a-z_]+)\}", lambda match: f"(?:{self._expand(self.words[match[1]])})", text)


def _with_gaps(text: str) -> str:
    text = re.sub(r"~(\d*)", lambda match: _SHORT_GAP % (match[1] or _SHORT_REACH), text)
    return text.replace("…", _WIDE_GAP)
