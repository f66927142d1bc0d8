"""Choices, dates and quotes by rules: patterns that are looked for in the report's own text.

Of a choice the first option counts that has a pattern in the text, in the order of the file; the clause is evidence.
A date's pattern says with № where the date stands; a quote is the group ``quote`` of its pattern, or all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from baogao.candidates.candidate import Candidates
from baogao.document.document import Document, Span
from baogao.extraction import Words
from baogao.rules.rules_file import FIGURE, PatternCompiler, RulesFileModel
from baogao.schema.fields import FieldSpec, Schema

_CONFIDENCE = 0.9
"""Of whatever a pattern finds: as of a figure's pattern that says no score."""
_AROUND = 60
"""Characters on each side of a date."""
_QUOTE = "quote"
_CLAUSE_START = re.compile(r"[，,。；;！？\n]")


@dataclass(frozen=True)
class WordRules:
    """The compiled patterns of one field."""

    spec: FieldSpec
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    """Each with the option that it stands for; of dates and quotes with none."""

    def find(self, document: Document, candidates: Candidates) -> Words | None:
        """What a report says of the field; None where no pattern is found."""
        if self.spec.kind == "date":
            return self._date(document, candidates)
        for option, pattern in self.patterns:
            for begin, end in document.main:
                match = pattern.search(document.text, begin, end)
                if match is None:
                    continue
                if self.spec.kind == "choice":
                    return _words(option, _clause(document.text, match.span(), begin, end), pattern)
                span = match.span(_QUOTE) if _QUOTE in pattern.groupindex else match.span()
                return _words("".join(document.slice(span).split()), span, pattern)
        return None

    def _date(self, document: Document, candidates: Candidates) -> Words | None:
        text = document.text
        for date in candidates.of_kind("date"):
            around = f"{text[max(0, date.start - _AROUND) : date.start]}{FIGURE}{text[date.end : date.end + _AROUND]}"
            for _, pattern in self.patterns:
                if pattern.search(around):
                    return _words(date.date, (date.start, date.end), pattern)
        return None


def word_rules(schema: Schema, file: RulesFileModel, patterns: PatternCompiler) -> tuple[WordRules, ...]:
    """The rules of a file for the choices, dates and quotes of a schema.

    :raises RulesError: a field that the schema does not have, or of another kind; an option that it does not have; a
        pattern that does not compile, or that does not say where its date stands.
    """
    return tuple(
        WordRules(_spec(schema, part, name, kind, patterns), tuple(_compiled(part, name, written, schema, patterns)))
        for part, kind, entries in (
            ("choices", "choice", file.choices),
            ("dates", "date", {name: {"": one} for name, one in file.dates.items()}),
            ("quotes", "quote", {name: {"": one} for name, one in file.quotes.items()}),
        )
        for name, written in entries.items()
    )


def _spec(schema: Schema, part: str, name: str, kind: str, patterns: PatternCompiler) -> FieldSpec:
    spec = schema.by_id.get(name)
    if spec is None or spec.kind != kind:
        raise patterns.error([part, name], f"the schema {schema.name} has no such {kind}: {name}")
    return spec


def _compiled(
    part: str, name: str, written: Mapping[str, list[str]], schema: Schema, patterns: PatternCompiler
) -> Iterator[tuple[str, re.Pattern[str]]]:
    for option, texts in written.items():
        if part == "choices" and option not in schema.by_id[name].options:
            options = ", ".join(schema.by_id[name].options)
            raise patterns.error([part, name, option], f"{name} has no option {option!r}, only {options}")
        for text in texts:
            if part == "dates" and FIGURE not in text:
                raise patterns.error(
                    [part, name, text], f"{name}: the pattern {text} does not say with № where the date is"
                )
            yield option, patterns.regex(text, [part, name])


def _clause(text: str, span: Span, begin: int, end: int) -> Span:
    """The clauses that a match lies in, without the punctuation around them."""
    starts = [match.end() for match in _CLAUSE_START.finditer(text, begin, span[0])]
    stop = _CLAUSE_START.search(text, span[1], end)
    start = starts[-1] if starts else begin
    return start + len(text[start : span[0]]) - len(text[start : span[0]].lstrip()), stop.start() if stop else end


def _words(value: str, span: Span, pattern: re.Pattern[str]) -> Words:
    return Words(value, (span,), _CONFIDENCE, "rules", pattern.pattern)
