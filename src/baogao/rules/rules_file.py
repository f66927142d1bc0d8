"""The rules file as it is written: its shape, its patterns compiled, and errors that name the line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from baogao.errors import RulesError
from baogao.resources import read_yaml
from baogao.schema.values import Strict

FIGURE = "№"
"""The figure's own place."""
OTHER = "#"
"""Any other figure."""
_SHORT_GAP = r"[^，,；;。#№（）()\\n]{0,%s}?"
"""``~``: the words between a name and its figure, none of them across punctuation, brackets or another figure."""
_SHORT_REACH = "16"
"""Characters that ``~`` spans where no number stands behind it; as docs/rules.md promises."""
_WIDE_GAP = r"[^；;。№\n]{0,40}?"
"""``…``: commas and other figures allowed, for a name that stands some clauses before."""
AFTER_FACTOR = 0.93
"""What a pattern scores less where its figure stands before what it counts: set by hand on the development reports, so
that of two figures around one name the one behind it wins, and one alone in front of it is still found."""


@dataclass(frozen=True)
class PatternCompiler:
    """Compiles the patterns of one rules file."""

    path: Path
    source: str
    words: Mapping[str, str]
    """Word list name to its alternatives."""

    def regex(self, text: str, trail: Sequence[str]) -> re.Pattern[str]:
        """A pattern, its words filled in and its gaps opened, compiled.

        :param trail: where it stands in the file: part, name, key.
        :raises RulesError: it does not compile, or names a word list that does not exist.
        """
        try:
            words = self._expand(text)
            gaps = re.sub(r"~(\d*)", lambda match: _SHORT_GAP % (match[1] or _SHORT_REACH), words)
            return re.compile(gaps.replace("…", _WIDE_GAP), re.MULTILINE)
        except (re.error, OverflowError) as error:
            raise self.error([*trail, text], f"{trail[1]}: the pattern {text} does not compile: {error}") from error
        except KeyError as error:
            raise self.error([*trail, text], f"{trail[1]}: there is no word list {error}") from error

    def optional(self, text: str | None, trail: Sequence[str]) -> re.Pattern[str] | None:
        """The same for a pattern that may be missing."""
        return None if text is None else self.regex(text, trail)

    def error(self, trail: Sequence[str], message: str) -> RulesError:
        """An error that names the file, and the line that ``trail`` leads to."""
        return RulesError(f"{self.path}, line {line_of(self.source, trail)}: {message}")

    def _expand(self, text: str, within: tuple[str, ...] = ()) -> str:
        """A text with the alternatives of every word list that it names; lists may name others, but not in a circle."""

        def alternatives(match: re.Match[str]) -> str:
            name = match[1]
            if name in within:
                raise self.error(["words", name], f"the word list {name} holds itself")
            return f"(?:{self._expand(self.words[name], (*within, name))})"

        return re.sub(r"\{([A-Za-z_]\w*)\}", alternatives, text)


class AlternativeModel(Strict):
    """One way to put a field, as written in the file."""

    match: str
    topic: str | list[str] | None = None
    not_topic: str = ""
    """A topic that must not be near: with it, another field is likelier to own the figure."""
    score: float = Field(default=0.9, ge=0, le=1)
    share: bool = False
    """True when the figure may serve this field beside another one (“受理并审结9件”)."""
    least: float = Field(default=0, ge=0, le=1)
    """How near its topic must be: from 0.87 on, no rival of it may stand in between."""
    role: str = Field(default="", pattern="^(|total|part)$")
    """For additive fields: does this pattern find a printed total, or one part of it?"""

    @classmethod
    def of(cls, entry: str | AlternativeModel) -> AlternativeModel:
        """An entry of a list of patterns, which may be the pattern alone."""
        return cls(match=entry) if isinstance(entry, str) else entry

    def both_sides(self) -> list[AlternativeModel]:
        """The pattern with its figure behind it, and with its figure before it; itself where it says where that is."""
        if FIGURE in self.match:
            return [self]
        behind, before = f"(?:{self.match})~{FIGURE}", f"{FIGURE}~(?:{self.match})"
        return [
            self.model_copy(update={"match": behind}),
            self.model_copy(update={"match": before, "score": self.score * AFTER_FACTOR}),
        ]


class FieldModel(Strict):
    """All rules of one field, as written in the file."""

    units: list[str]
    topic: str | list[str]
    match: list[str | AlternativeModel] = Field(default_factory=list)
    exclude: str | None = None
    """No figure whose own clause matches this answers the field."""
    exclude_passage: str | None = None
    """The same for the clause and what its sentence says before it (one theme, one group), but not for a total."""
    prefer: Literal["", "largest"] = ""
    """``largest``: of several good answers take the largest value, not the best match."""
    none: list[str | AlternativeModel] = Field(default_factory=list)
    allow: list[str] = Field(default_factory=list)
    """Cues and common excludes that do not exclude here."""


class ExcludeModel(Strict):
    """A kind of clause whose figures answer nothing."""

    match: str
    inherited: str | None = None
    """What earlier clauses of the sentence, back to a semicolon, say when this one goes on about the same."""
    unless: str | None = None
    """What in the figure's own clause breaks such an inheritance."""


class ListModel(Strict):
    """Where the entries of a list stand."""

    heading: str
    """What the section's heading says."""
    not_heading: str | None = None
    """What a heading says that only looks like one."""
    lead: str
    """What a running sentence says just before the first entry, where there is no heading of its own."""
    late: float = Field(default=0.45, gt=0, le=1)
    """The last part of a report in which a lead is believed: before it stands the work, which speaks of problems that
    were solved."""
    not_item: str | None = None
    """What an entry says that only looks like one."""
    figures: bool = True
    """False when no figure of the section answers a field: it tells of the future."""


class MetadataModel(Strict):
    """Where a piece of metadata is read from."""

    source: Literal["title", "place", "level", "period_start", "period_end", "issuer", "addressee"] = Field(
        alias="from"
    )
    about: str | None = None
    """What the title of such a report speaks of."""
    ends: str | None = None
    """How the title of such a report ends."""


class RulesFileModel(Strict):
    """A rules file as written."""

    words: dict[str, str] = Field(default_factory=dict)
    units: dict[str, list[str]] = Field(default_factory=dict)
    collective: dict[str, list[str]] = Field(default_factory=dict)
    """A word that names several things at once, and their own words, in the order in which their figures follow."""
    topics: dict[str, list[str]] = Field(default_factory=dict)
    background: list[str] = Field(default_factory=list)
    """Topics that may be mentioned without ending the one before (who was trained, which theme)."""
    common_excludes: dict[str, ExcludeModel] = Field(default_factory=dict)
    fields: dict[str, FieldModel] = Field(default_factory=dict)
    lists: dict[str, ListModel] = Field(default_factory=dict)
    metadata: dict[str, MetadataModel] = Field(default_factory=dict)
    choices: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    """Field to option to patterns."""
    dates: dict[str, list[str]] = Field(default_factory=dict)
    quotes: dict[str, list[str]] = Field(default_factory=dict)


def parse_rules(path: Path, source: str) -> RulesFileModel:
    """Check the shape of a rules file.

    :raises RulesError: not YAML, or a wrong shape; the message names file, line and field.
    """
    try:
        data: Any = read_yaml(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise RulesError(f"{path}{line}: not YAML: {getattr(error, 'problem', error)}") from error
    try:
        return RulesFileModel.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        line_number = line_of(source, [str(part) for part in first["loc"] if isinstance(part, str)])
        raise RulesError(f"{path}, line {line_number}: {where}: {first['msg']}") from error


def line_of(source: str, trail: Sequence[str]) -> int:
    """The line that a trail of keys and texts leads to: each is looked for below the one before."""
    lines = source.splitlines()
    at = 0
    for step in trail:
        at = next((number for number in range(at, len(lines)) if step in lines[number]), at)
    return at + 1
