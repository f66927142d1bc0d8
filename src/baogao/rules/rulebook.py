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
        match: ["{ask}~№"]     # № is the figure, # another, ~ a gap without punctuation (~8: at most 8), … a wide gap
        none: ["申请"]         # looked for in a phrase that says "none"

A pattern without № is tried on both sides of the figure, because word order is free (评查案卷9卷, 9卷案卷).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from baogao.candidates.candidate import Cue
from baogao.errors import RulesError
from baogao.rules.rules_file import (
    FIGURE,
    AlternativeModel,
    ExcludeModel,
    FieldModel,
    ListModel,
    MetadataModel,
    PatternCompiler,
    RulesFileModel,
    parse_rules,
)
from baogao.schema.fields import Schema

ANY_TOPIC = "any"
_DEFAULT_CUES: tuple[Cue, ...] = ("prior_year", "growth", "target", "cumulative", "sub_unit")
_Key = TypeVar("_Key")
_Entry = TypeVar("_Entry")
_AFTER_FACTOR = 0.93
"""A figure stands after what it counts more often than before it."""


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
    schema: Schema
    topics: tuple[Topic, ...]
    common_excludes: dict[str, Exclude]
    fields: dict[str, FieldRules]
    lists: dict[str, ListRules]
    metadata: dict[str, MetadataRules]
    by_topic: dict[tuple[str, str], tuple[tuple[FieldRules, Pattern], ...]] = field(repr=False)
    """Every pattern for figures, by topic and measure word; under the empty one those that a bare figure fits."""
    none_by_topic: dict[str, tuple[tuple[FieldRules, Pattern], ...]] = field(repr=False)
    """Every pattern for phrases that say "none", by topic."""
    measures: frozenset[str]
    """Every measure word that some field counts in."""


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
    model = parse_rules(path, source)
    return _Compiler(path, PatternCompiler(path, source, model.words), model, schema).rulebook()


@dataclass
class _Compiler:
    path: Path
    patterns: PatternCompiler
    model: RulesFileModel
    schema: Schema

    def rulebook(self) -> Rulebook:
        self._check_names("fields", self.model.fields, [spec.id for spec in self.schema.figures])
        self._check_names("lists", self.model.lists, [spec.id for spec in self.schema.lists])
        self._check_names("metadata", self.model.metadata, [spec.id for spec in self.schema.metadata])
        fields = {name: self._field(name, model) for name, model in self.model.fields.items()}
        return Rulebook(
            path=self.path,
            schema=self.schema,
            topics=tuple(self._topic(name, words) for name, words in self.model.topics.items()),
            common_excludes={name: self._exclude(name, model) for name, model in self.model.common_excludes.items()},
            fields=fields,
            lists={name: self._list(name, model) for name, model in self.model.lists.items()},
            metadata={name: self._metadata(name, model) for name, model in self.model.metadata.items()},
            by_topic=_index(
                ((topic, unit), (rules, pattern))
                for rules in fields.values()
                for pattern in rules.patterns
                for topic in pattern.topics
                for unit in _measures(rules)
            ),
            none_by_topic=_index(
                (topic, (rules, pattern))
                for rules in fields.values()
                for pattern in rules.none
                for topic in pattern.topics
            ),
            measures=frozenset(unit for rules in fields.values() for unit in _measures(rules)),
        )

    def _check_names(self, part: str, given: Iterable[str], known: Sequence[str]) -> None:
        for name in given:
            if name not in known:
                raise self.patterns.error([part, name], f"the schema {self.schema.name} has no such field: {name}")

    def _exclude(self, name: str, model: ExcludeModel) -> Exclude:
        trail = ["common_excludes", name]
        return Exclude(
            self.patterns.regex(model.match, [*trail, "match"]),
            self.patterns.optional(model.inherited, [*trail, "inherited"]),
            self.patterns.optional(model.unless, [*trail, "unless"]),
        )

    def _topic(self, name: str, words: list[str]) -> Topic:
        return Topic(
            name,
            tuple(word for word in words if not word.startswith("re:")),
            tuple(self.patterns.regex(word[3:], ["topics", name]) for word in words if word.startswith("re:")),
            name in self.model.background,
        )

    def _list(self, name: str, model: ListModel) -> ListRules:
        return ListRules(
            self.patterns.regex(model.heading, ["lists", name, "heading"]),
            self.patterns.optional(model.not_heading, ["lists", name, "not_heading"]),
            self.patterns.regex(model.lead, ["lists", name, "lead"]),
            model.figures,
        )

    def _metadata(self, name: str, model: MetadataModel) -> MetadataRules:
        return MetadataRules(
            model.source,
            self.patterns.optional(model.about, ["metadata", name, "about"]),
            self.patterns.optional(model.ends, ["metadata", name, "ends"]),
        )

    def _field(self, name: str, model: FieldModel) -> FieldRules:
        return FieldRules(
            id=name,
            units=frozenset(unit for family in model.units for unit in self.model.units.get(family, [family])),
            patterns=tuple(p for entry in model.match for p in self._both_orders(name, model, entry)),
            none=tuple(self._pattern(name, model, _as_model(entry)) for entry in model.none),
            exclude=self.patterns.optional(model.exclude, ["fields", name, "exclude"]),
            exclude_passage=self.patterns.optional(model.exclude_passage, ["fields", name, "exclude_passage"]),
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
                raise self.patterns.error(["fields", name], f"{name}: there is no topic {each}")
        regex = self.patterns.regex(model.match, ["fields", name])
        return Pattern(regex, topics, model.score, model.not_topic, model.share, model.role, model.match)


def _as_model(entry: str | AlternativeModel) -> AlternativeModel:
    return AlternativeModel(match=entry) if isinstance(entry, str) else entry


def _measures(rules: FieldRules) -> frozenset[str]:
    """A count may stand without its measure word (撤销2、变更1), a percentage not."""
    return rules.units if "%" in rules.units else rules.units | {""}


def _index(entries: Iterable[tuple[_Key, _Entry]]) -> dict[_Key, tuple[_Entry, ...]]:
    index: dict[_Key, list[_Entry]] = {}
    for key, entry in entries:
        index.setdefault(key, []).append(entry)
    return {key: tuple(found) for key, found in index.items()}
