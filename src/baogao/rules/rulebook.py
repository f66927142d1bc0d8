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
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar, get_args

from baogao.candidates.candidate import Candidate
from baogao.document.document import Span
from baogao.errors import RulesError
from baogao.rules.rules_file import (
    AlternativeModel,
    ExcludeModel,
    FieldModel,
    ListModel,
    MetadataModel,
    PatternCompiler,
    RulesFileModel,
    parse_rules,
)
from baogao.rules.words import WordRules, word_rules
from baogao.schema.fields import Cue, FieldSpec, Printed, Schema

ANY_TOPIC = "any"
"""The topic of a pattern that names its field whatever the passage is about."""
_Key = TypeVar("_Key")
_Entry = TypeVar("_Entry")


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
    least: float = 0.0
    """The least weight of its topic."""

    @classmethod
    def of(cls, written: AlternativeModel, name: str, file: RulesFileModel, patterns: PatternCompiler) -> Pattern:
        """Compile an alternative of the field ``name``.

        :raises RulesError: it does not compile, or names a topic that the file does not have.
        """
        topic = written.topic or file.fields[name].topic
        topics = (topic,) if isinstance(topic, str) else tuple(topic)
        for each in (*topics, written.not_topic):
            if each not in ("", ANY_TOPIC) and each not in file.topics:
                raise patterns.error(["fields", name], f"{name}: there is no topic {each}")
        regex = patterns.regex(written.match, ["fields", name])
        return cls(
            regex,
            topics,
            written.score,
            written.not_topic,
            written.share,
            written.role,
            written.match,
            written.least,
        )


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
    needs: frozenset[Cue]
    """Cues without which a candidate does not answer here: the schema's."""
    takes: frozenset[Printed]
    """In which forms a figure may be printed: the schema's."""
    common: tuple[str, ...]
    """Names of the common excludes that apply here."""
    prefer: str
    additive: bool

    @classmethod
    def of(cls, spec: FieldSpec, written: FieldModel, file: RulesFileModel, patterns: PatternCompiler) -> FieldRules:
        """Compile what a file says of one field.

        :raises RulesError: as :meth:`Pattern.of`.
        """
        for one in written.allow:
            if one not in (*get_args(Cue), *file.common_excludes):
                words = f"{spec.id}: there is no cue or common exclude {one}"
                raise patterns.error(["fields", spec.id, "allow"], words)
        alternatives = [side for entry in written.match for side in AlternativeModel.of(entry).both_sides()]
        return cls(
            id=spec.id,
            units=frozenset(unit for family in written.units for unit in file.units.get(family, [family])),
            patterns=tuple(Pattern.of(one, spec.id, file, patterns) for one in alternatives),
            none=tuple(Pattern.of(AlternativeModel.of(one), spec.id, file, patterns) for one in written.none),
            exclude=patterns.optional(written.exclude, ["fields", spec.id, "exclude"]),
            exclude_passage=patterns.optional(written.exclude_passage, ["fields", spec.id, "exclude_passage"]),
            cues=(spec.excludes | {"sub_unit"}) - spec.allow - frozenset(written.allow),
            needs=spec.needs,
            takes=spec.takes,
            common=tuple(name for name in file.common_excludes if name not in written.allow),
            prefer=written.prefer,
            additive=spec.additive,
        )

    @property
    def measures(self) -> frozenset[str]:
        """A count may stand without its measure word (撤销2、变更1), a percentage not."""
        return self.units if "%" in self.units else self.units | {""}

    def admits(self, candidate: Candidate) -> bool:
        """Whether a figure's form and cues leave it a chance here."""
        cues = candidate.cues
        if cues and not self.cues.isdisjoint(cues):
            return False
        return candidate.kind in self.takes and (not self.needs or self.needs.issubset(cues))

    def bars(self, pattern: Pattern, text: str, own: Span, passage: str) -> bool:
        """Whether a figure that ``pattern`` found in these surroundings does not answer the field after all.

        :param own: where in ``text``, the clauses around it, its own clause is.
        :param passage: what its sentence says before its own clause.
        """
        if self.exclude and self.exclude.search(text, *own):
            return True
        if self.exclude_passage is None or pattern.role == "total":
            return False
        return self.exclude_passage.search(passage + text[: own[1]]) is not None


@dataclass(frozen=True, slots=True)
class Topic:
    """What a passage may be about: plain words, found by plain search, and patterns."""

    name: str
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    background: bool = False

    @classmethod
    def of(cls, name: str, written: list[str], file: RulesFileModel, patterns: PatternCompiler) -> Topic:
        """Compile a topic; an entry that begins with ``re:`` is a pattern.

        :raises RulesError: one of them does not compile.
        """
        return cls(
            name,
            tuple(word for word in written if not word.startswith("re:")),
            tuple(patterns.regex(word[3:], ["topics", name]) for word in written if word.startswith("re:")),
            name in file.background,
        )


@dataclass(frozen=True, slots=True)
class Exclude:
    """A kind of clause whose figures answer nothing."""

    regex: re.Pattern[str]
    inherited: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    @classmethod
    def of(cls, name: str, written: ExcludeModel, patterns: PatternCompiler) -> Exclude:
        """Compile a common exclude.

        :raises RulesError: one of its patterns does not compile.
        """
        return cls(
            patterns.regex(written.match, ["common_excludes", name, "match"]),
            patterns.optional(written.inherited, ["common_excludes", name, "inherited"]),
            patterns.optional(written.unless, ["common_excludes", name, "unless"]),
        )

    def bars(self, text: str, own: Span, passage: str) -> bool:
        """Whether a figure in these surroundings answers nothing; they are those of :meth:`FieldRules.bars`."""
        if self.regex.search(text, *own):
            return True
        if self.inherited is None or not self.inherited.search(passage):
            return False
        return self.unless is None or not self.unless.search(text, *own)


@dataclass(frozen=True, slots=True)
class ListRules:
    """Where the entries of a list stand."""

    heading: re.Pattern[str]
    not_heading: re.Pattern[str] | None
    lead: re.Pattern[str]
    late: float
    not_item: re.Pattern[str] | None
    figures: bool

    @classmethod
    def of(cls, name: str, written: ListModel, patterns: PatternCompiler) -> ListRules:
        """Compile what a file says of one list.

        :raises RulesError: one of its patterns does not compile.
        """
        return cls(
            patterns.regex(written.heading, ["lists", name, "heading"]),
            patterns.optional(written.not_heading, ["lists", name, "not_heading"]),
            patterns.regex(written.lead, ["lists", name, "lead"]),
            written.late,
            patterns.optional(written.not_item, ["lists", name, "not_item"]),
            written.figures,
        )


@dataclass(frozen=True, slots=True)
class MetadataRules:
    """Where a piece of metadata is read from."""

    source: str
    about: re.Pattern[str] | None
    ends: re.Pattern[str] | None

    @classmethod
    def of(cls, name: str, written: MetadataModel, patterns: PatternCompiler) -> MetadataRules:
        """Compile what a file says of one piece of metadata.

        :raises RulesError: one of its patterns does not compile.
        """
        return cls(
            written.source,
            patterns.optional(written.about, ["metadata", name, "about"]),
            patterns.optional(written.ends, ["metadata", name, "ends"]),
        )


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
    collective: dict[str, list[str]]
    """Words that name several things at once, and the words for each."""
    words: tuple[WordRules, ...]
    """Of choices, dates and quotes."""
    by_topic: dict[tuple[str, str], tuple[tuple[FieldRules, Pattern], ...]] = field(repr=False)
    """Every pattern for figures, by topic and measure word; under the empty one those that a bare figure fits."""
    none_by_topic: dict[str, tuple[tuple[FieldRules, Pattern], ...]] = field(repr=False)
    """Every pattern for phrases that say "none", by topic."""
    measures: frozenset[str]
    """Every measure word that some field counts in."""

    def open_to(self, candidate: Candidate, topic: str) -> tuple[tuple[FieldRules, Pattern], ...]:
        """Every pattern for figures under a topic that a figure's unit, form and cues leave a chance."""
        key = topic, candidate.unit, candidate.kind, candidate.cues
        if key not in self._open:
            by_unit = self.by_topic.get((topic, candidate.unit), ())
            self._open[key] = tuple(entry for entry in by_unit if entry[0].admits(candidate))
        return self._open[key]

    @cached_property
    def _open(self) -> dict[tuple[str, str, str, tuple[Cue, ...]], tuple[tuple[FieldRules, Pattern], ...]]:
        """What was asked before: figures are many, their units and cues few."""
        return {}

    def only(self, rules: FieldRules) -> Rulebook:
        """The same with rules for the figures of one field alone."""
        return replace(self, fields={rules.id: rules}, by_topic=_by_topic([rules]), none_by_topic={})


def rules_path(schema: Schema) -> Path:
    """Where a schema's rules are: ``NAME.rules.yaml`` beside ``NAME.py``."""
    return schema.path.with_name(f"{schema.path.stem}.rules.yaml")


def load_rulebook(path: Path | None, schema: Schema) -> Rulebook:
    """Read, check and compile a rules file.

    :param path: the file, or None for the one beside the schema.
    :raises RulesError: there is no such file, or it cannot be read; it is not YAML or has a wrong shape; a field that
        the schema does not have; a pattern that does not compile. The message names the file and, where it can, field
        and line.
    """
    path = path or rules_path(schema)
    if not path.is_file():
        raise RulesError(f"the schema {schema.name} has no rules: there is no file {path}")
    source = read_rules(path)
    return compile_rulebook(parse_rules(path, source), path, schema, source)


def read_rules(path: Path) -> str:
    """The text of a rules file.

    :raises RulesError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise RulesError(f"{path} cannot be read: {error}") from error


def compile_rulebook(file: RulesFileModel, path: Path, schema: Schema, source: str = "") -> Rulebook:
    """Compile the rules of a file that was read, or made.

    :param path: where it stands, for errors.
    :param source: its text, for the lines that they name.
    :raises RulesError: a field that the schema does not have; a pattern that does not compile.
    """
    patterns = PatternCompiler(path, source, file.words)
    for part, known in (("fields", schema.figures), ("lists", schema.lists), ("metadata", schema.metadata)):
        for name in getattr(file, part):
            if name not in {spec.id for spec in known}:
                raise patterns.error([part, name], f"the schema {schema.name} has no such field: {name}")
    for name in file.background:
        if name not in file.topics:
            raise patterns.error(["background", name], f"there is no topic {name}")
    fields = {name: FieldRules.of(schema.by_id[name], one, file, patterns) for name, one in file.fields.items()}
    return Rulebook(
        path=path,
        schema=schema,
        topics=tuple(Topic.of(name, words, file, patterns) for name, words in file.topics.items()),
        common_excludes={name: Exclude.of(name, one, patterns) for name, one in file.common_excludes.items()},
        fields=fields,
        lists={name: ListRules.of(name, one, patterns) for name, one in file.lists.items()},
        metadata={name: MetadataRules.of(name, one, patterns) for name, one in file.metadata.items()},
        collective=file.collective,
        words=word_rules(schema, file, patterns),
        by_topic=_by_topic(fields.values()),
        none_by_topic=_index(
            (topic, (rules, pattern)) for rules in fields.values() for pattern in rules.none for topic in pattern.topics
        ),
        measures=frozenset(unit for rules in fields.values() for unit in rules.measures),
    )


def _by_topic(fields: Iterable[FieldRules]) -> dict[tuple[str, str], tuple[tuple[FieldRules, Pattern], ...]]:
    """Every pattern for figures, by topic and measure word."""
    return _index(
        ((topic, unit), (rules, pattern))
        for rules in fields
        for pattern in rules.patterns
        for topic in pattern.topics
        for unit in rules.measures
    )


def _index(entries: Iterable[tuple[_Key, _Entry]]) -> dict[_Key, tuple[_Entry, ...]]:
    index: dict[_Key, list[_Entry]] = {}
    for key, entry in entries:
        index.setdefault(key, []).append(entry)
    return {key: tuple(found) for key, found in index.items()}
