"""Rulebook: the rules file of a schema, read, checked and compiled once.

A rules file stands beside its schema, ``NAME.rules.yaml`` next to ``NAME.py``::

    words:                     # {ask} in any pattern below stands for these alternatives
      ask: 收到|接收
    units:                     # families of measure words
      case: [件, 起]
    topics:                    # what a passage talks about: plain words, or re:PATTERN
      appeal: [复议]
    common_excludes:           # a clause that matches one of these answers no field, unless the field allows it
      court: 法院.*审结
    fields:
      appeals_received:
        units: [case]
        topic: appeal          # must be mentioned in the figure's clause, or before it with no rival in between
        match: ["{ask}~№"]     # № is the figure, # another one, ~ a gap without punctuation (~8: at most 8), … a wide gap
        none: ["申请"]         # looked for in a phrase that says "none"

A pattern without № is tried on both sides of the figure, because word order is free (评查案卷9卷, 9卷案卷).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ConfigDict, Field, ValidationError

from baogao.candidates.model import Cue
from baogao.errors import RulesError
from baogao.schema.fields import Schema
from baogao.schema.values import Strict

FIGURE = "№"
OTHER = "#"
ANY_TOPIC = "any"
_DEFAULT_CUES: tuple[Cue, ...] = ("prior_year", "growth", "target", "cumulative", "sub_unit")
_SHORT_GAP = r"[^，,；;。#№（）()\\n]{0,%s}?"
_SHORT_REACH = "16"
_WIDE_GAP = r"[^；;。№\n]{0,40}?"
_AFTER_FACTOR = 0.93
"""A figure stands after what it counts more often than before it."""


class AlternativeModel(Strict):
    """One way to put a field, as written in the file."""

    match: str
    topic: str | list[str] | None = None
    not_topic: str = ""
    """A topic that must not be near: with it, another field is likelier to own the figure."""
    score: float = Field(default=0.9, ge=0, le=1)
    share: bool = False
    """True when the figure may serve this field beside another one (“受理并审结9件”)."""
    role: str = Field(default="", pattern="^(|total|part)$")
    """For additive fields: does this pattern find a printed total, or one part of it?"""


class FieldModel(Strict):
    """All rules of one field, as written in the file."""

    units: list[str]
    topic: str | list[str]
    match: list[str | AlternativeModel] = []
    exclude_passage: str | None = None
    """The same for the clause and what its sentence says before it (one theme, one group), unless the pattern is a total's."""
    exclude: str | None = None
    """No figure whose own clause matches this answers the field."""
    prefer: Literal["", "largest"] = ""
    """``largest``: of several good answers take the largest value, not the best match."""
    none: list[str | AlternativeModel] = []
    allow: list[str] = []
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
    figures: bool = True
    """False when no figure of the section answers a field: it tells of the future."""


class MetadataModel(Strict):
    """Where a piece of metadata is read from."""

    source: Literal["title", "place", "level", "period_start", "period_end", "issuer", "addressee"] = Field(alias="from")
    about: str | None = None
    """What the title of such a report speaks of."""
    ends: str | None = None
    """How the title of such a report ends."""


class RulesFileModel(Strict):
    """A rules file as written."""

    model_config = ConfigDict(extra="forbid")

    words: dict[str, str] = {}
    units: dict[str, list[str]] = {}
    topics: dict[str, list[str]] = {}
    background: list[str] = []
    """Topics that may be mentioned without ending the one before (who was trained, which theme)."""
    common_excludes: dict[str, ExcludeModel] = {}
    fields: dict[str, FieldModel] = {}
    lists: dict[str, ListModel] = {}
    metadata: dict[str, MetadataModel] = {}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled alternative."""

    regex: re.Pattern[str]
    topics: tuple[str, ...]
    score: float
    not_topic: str
    share: bool
    role: str
    source: str
    """As written in the file."""


@dataclass(frozen=True, slots=True)
class FieldRules:
    """The compiled rules of one field."""

    id: str
    units: frozenset[str]
    patterns: tuple[Pattern, ...]
    none: tuple[Pattern, ...]
    exclude: re.Pattern[str] | None
    exclude_passage: re.Pattern[str] | None
    cues: frozenset[str]
    """Cues that exclude a candidate here."""
    common: tuple[str, ...]
    """Names of the common excludes that apply here."""
    prefer: str
    additive: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """What a passage may be about: plain words, found by plain search, and patterns."""

    name: str
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class ListRules:
    """Where the entries of a list stand."""

    heading: re.Pattern[str]
    not_heading: re.Pattern[str] | None
    lead: re.Pattern[str]
    figures: bool


@dataclass(frozen=True, slots=True)
class Exclude:
    """A kind of clause whose figures answer nothing."""

    regex: re.Pattern[str]
    inherited: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class MetadataRules:
    """Where a piece of metadata is read from."""

    source: str
    about: re.Pattern[str] | None
    ends: re.Pattern[str] | None


@dataclass(frozen=True)
class Rulebook:
    """A compiled rules file."""

    path: Path
    topics: tuple[Topic, ...]
    common_excludes: dict[str, Exclude]
    fields: dict[str, FieldRules]
    lists: dict[str, ListRules]
    metadata: dict[str, MetadataRules]
    by_topic: dict[str, tuple[tuple[FieldRules, Pattern], ...]] = field(repr=False)
    """Every pattern for figures under each topic that calls it."""
    none_by_topic: dict[str, tuple[tuple[FieldRules, Pattern], ...]] = field(repr=False)
    """The same for phrases that say "none"."""


def rules_path(schema: Schema) -> Path:
    """Where a schema's rules are: ``NAME.rules.yaml`` beside ``NAME.py``."""
    return schema.path.with_name(f"{schema.path.stem}.rules.yaml")


def load_rulebook(path: Path | None, schema: Schema) -> Rulebook:
    """Read, check and compile a rules file.

    :param path: the file, or None for the one beside the schema.
    :raises RulesError: there is no such file; it is not YAML or has a wrong shape; a field that the schema does not
        have; a pattern that does not compile. The message names the file and, where it can, field and line.
    """
    path = path or rules_path(schema)
    if not path.is_file():
        raise RulesError(f"the schema {schema.name} has no rules: there is no file {path}")
    source = path.read_text(encoding="utf-8")
    return _Compiler(path, source, _parse(path, source), schema).rulebook()


def _parse(path: Path, source: str) -> RulesFileModel:
    try:
        data: Any = yaml.safe_load(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise RulesError(f"{path}{line}: not YAML: {getattr(error, 'problem', error)}") from error
    try:
        return RulesFileModel.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        line_number = _line_of(source, [str(part) for part in first["loc"] if isinstance(part, str)])
        raise RulesError(f"{path}, line {line_number}: {where}: {first['msg']}") from error


def _line_of(source: str, trail: Sequence[str]) -> int:
    """The line that a trail of keys and texts leads to: each is looked for below the one before."""
    lines = source.splitlines()
    at = 0
    for step in trail:
        at = next((number for number in range(at, len(lines)) if step in lines[number]), at)
    return at + 1


@dataclass
class _Compiler:
    path: Path
    source: str
    model: RulesFileModel
    schema: Schema

    def rulebook(self) -> Rulebook:
        self._check_names("fields", self.model.fields, [spec.id for spec in self.schema.figures])
        self._check_names("lists", self.model.lists, [spec.id for spec in self.schema.lists])
        self._check_names("metadata", self.model.metadata, [spec.id for spec in self.schema.metadata])
        fields = {name: self._field(name, model) for name, model in self.model.fields.items()}
        return Rulebook(
            path=self.path,
            topics=tuple(self._topic(name, words) for name, words in self.model.topics.items()),
            common_excludes={
                name: self._exclude(name, model) for name, model in self.model.common_excludes.items()
            },
            fields=fields,
            lists={name: self._list(name, model) for name, model in self.model.lists.items()},
            metadata={name: self._metadata(name, model) for name, model in self.model.metadata.items()},
            by_topic=_index((rules, pattern) for rules in fields.values() for pattern in rules.patterns),
            none_by_topic=_index((rules, pattern) for rules in fields.values() for pattern in rules.none),
        )

    def _check_names(self, part: str, given: Iterable[str], known: Sequence[str]) -> None:
        for name in given:
            if name not in known:
                raise self._error([part, name], f"the schema {self.schema.name} has no such field: {name}")

    def _error(self, trail: Sequence[str], message: str) -> RulesError:
        return RulesError(f"{self.path}, line {_line_of(self.source, trail)}: {message}")

    def _exclude(self, name: str, model: ExcludeModel) -> Exclude:
        trail = ["common_excludes", name]
        return Exclude(
            self._regex(model.match, [*trail, "match"]),
            self._optional(model.inherited, [*trail, "inherited"]),
            self._optional(model.unless, [*trail, "unless"]),
        )

    def _topic(self, name: str, words: list[str]) -> Topic:
        return Topic(
            name,
            tuple(word for word in words if not word.startswith("re:")),
            tuple(self._regex(word[3:], ["topics", name]) for word in words if word.startswith("re:")),
            name in self.model.background,
        )

    def _list(self, name: str, model: ListModel) -> ListRules:
        return ListRules(
            self._regex(model.heading, ["lists", name, "heading"]),
            self._optional(model.not_heading, ["lists", name, "not_heading"]),
            self._regex(model.lead, ["lists", name, "lead"]),
            model.figures,
        )

    def _metadata(self, name: str, model: MetadataModel) -> MetadataRules:
        return MetadataRules(
            model.source,
            self._optional(model.about, ["metadata", name, "about"]),
            self._optional(model.ends, ["metadata", name, "ends"]),
        )

    def _field(self, name: str, model: FieldModel) -> FieldRules:
        return FieldRules(
            id=name,
            units=frozenset(unit for family in model.units for unit in self.model.units.get(family, [family])),
            patterns=tuple(p for entry in model.match for p in self._both_orders(name, model, entry)),
            none=tuple(self._pattern(name, model, _as_model(entry)) for entry in model.none),
            exclude=self._optional(model.exclude, ["fields", name, "exclude"]),
            exclude_passage=self._optional(model.exclude_passage, ["fields", name, "exclude_passage"]),
            cues=frozenset(_DEFAULT_CUES) - frozenset(model.allow),
            common=tuple(key for key in self.model.common_excludes if key not in model.allow),
            prefer=model.prefer,
            additive=self.schema.by_id[name].additive,
        )

    def _both_orders(self, name: str, field_model: FieldModel, entry: str | AlternativeModel) -> list[Pattern]:
        model = _as_model(entry)
        if FIGURE in model.match:
            return [self._pattern(name, field_model, model)]
        before = model.model_copy(update={"match": f"(?:{model.match})~{FIGURE}"})
        after = model.model_copy(
            update={"match": f"{FIGURE}~(?:{model.match})", "score": model.score * _AFTER_FACTOR},
        )
        return [self._pattern(name, field_model, before), self._pattern(name, field_model, after)]

    def _pattern(self, name: str, field_model: FieldModel, model: AlternativeModel) -> Pattern:
        topic = model.topic or field_model.topic
        topics = (topic,) if isinstance(topic, str) else tuple(topic)
        for each in topics:
            if each != ANY_TOPIC and each not in self.model.topics:
                raise self._error(["fields", name], f"{name}: there is no topic {each}")
        regex = self._regex(model.match, ["fields", name])
        return Pattern(regex, topics, model.score, model.not_topic, model.share, model.role, model.match)

    def _optional(self, text: str | None, trail: Sequence[str]) -> re.Pattern[str] | None:
        return None if text is None else self._regex(text, trail)

    def _regex(self, text: str, trail: Sequence[str]) -> re.Pattern[str]:
        try:
            return re.compile(_with_gaps(self._expand(text)))
        except re.error as error:
            raise self._error([*trail, text], f"{trail[1]}: the pattern {text} does not compile: {error}") from error
        except KeyError as error:
            raise self._error([*trail, text], f"{trail[1]}: there is no word list {error}") from error

    def _expand(self, text: str) -> str:
        def put(match: re.Match[str]) -> str:
            return f"(?:{self._expand(self.model.words[match[1]])})"

        return re.sub(r"\{([a-z_]+)\}", put, text)


def _with_gaps(text: str) -> str:
    text = re.sub(r"~(\d*)", lambda match: _SHORT_GAP % (match[1] or _SHORT_REACH), text)
    return text.replace("…", _WIDE_GAP)


def _as_model(entry: str | AlternativeModel) -> AlternativeModel:
    return AlternativeModel(match=entry) if isinstance(entry, str) else entry


def _index(entries: Iterable[tuple[FieldRules, Pattern]]) -> dict[str, tuple[tuple[FieldRules, Pattern], ...]]:
    index: dict[str, list[tuple[FieldRules, Pattern]]] = {}
    for rules, pattern in entries:
        for topic in pattern.topics:
            index.setdefault(topic, []).append((rules, pattern))
    return {topic: tuple(found) for topic, found in index.items()}
