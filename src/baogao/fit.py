"""Whether a report is of the kind that a schema asks about: by its numbers, by the fields they reach, and by its title.

A number looks like an answer where a figure's unit is its own and one of the figure's words stands in its sentence. In
a report of another kind few do; in one of the right kind its title says most of the schema's own. The bounds were set
on the schemas that come with baogao, on reports of their kinds, of each other's and of further ones
(``eval/bench/fit.py`` measures how often they are wrong).
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import partial
from itertools import groupby

from baogao.candidates.candidate import FIGURES, Candidate, Candidates
from baogao.document.document import Document, Span
from baogao.record import Fit
from baogao.schema.fields import Schema

_FEWEST = 8
"""A report of fewer numbers says too little of its kind."""
_LEAST = 0.4
"""Reports of the right kind have 0.49 and more, those of another 0.30 at most."""
_LEAST_UNTITLED = 0.7
"""The same where the beginning of the report has nothing of the schema's title."""
_WEIGHT = 0.25
"""Of the fields that are reached, and of the title, beside the numbers."""
_BEGINNING = 120
"""Characters of a report in which its title stands."""
_SHORTEST_RUN = 3
"""Characters of a title that a report has by chance."""


def fit_of(document: Document, candidates: Candidates, schema: Schema) -> Fit | None:
    """How a report fits a schema.

    :returns: None where too little is there to tell: few numbers, or a schema without figures.
    """
    numbers = [candidate for candidate in candidates if candidate.kind in FIGURES]
    if len(numbers) < _FEWEST or not schema.counted:
        return None
    by_unit: dict[str, set[str]] = {}
    for spec in schema.counted:
        by_unit.setdefault(_measured_by(schema, spec.unit), set()).add(spec.id)
    reached: set[str] = set()
    answers = 0
    for span, together in groupby(numbers, partial(_span_around, document)):
        named = {name for _, name in schema.figure_words.find(document.slice(span))}
        for number in together:
            heads = {name for _, name in schema.figure_words.find(number.label)} if number.label else set()
            found = by_unit.get(_measured_by(schema, number.unit), set()) & (named | heads)
            reached |= found
            answers += bool(found)
    return Fit(
        numbers=len(numbers),
        answers=round(answers / len(numbers), 4),
        fields=round(len(reached) / len({spec.id for spec in schema.counted}), 4),
        title=round(_title_share(document, schema), 4),
    )


def hardly_fits(fit: Fit) -> bool:
    """Whether a report is rather of another kind than the schema's."""
    least = _LEAST if fit.title else _LEAST_UNTITLED
    return fit.answers + _WEIGHT * (fit.fields + fit.title) < least


def words_on(fit: Fit, schema: Schema) -> str:
    """What is said of a report that hardly fits."""
    title, count, share = schema.title, fit.numbers, f"{fit.answers:.0%}"
    if fit.title:
        return f"it hardly fits the schema “{title}”: of its {count} numbers {share} look like an answer to any field"
    return (
        f"it hardly fits the schema “{title}”: of its {count} numbers {share} look like an answer to any field, and "
        "its beginning does not name that kind of report"
    )


def _measured_by(schema: Schema, unit: str) -> str:
    """What a unit measures by; empty for a bare number."""
    return schema.units.measure(unit)[0] if unit else ""


def _span_around(document: Document, number: Candidate) -> Span:
    """Where the sentence of a number stands; of one in no sentence its own place."""
    sentence = document.sentence_at(number.start)
    return sentence.span if sentence else (number.start, number.end)


def _title_share(document: Document, schema: Schema) -> float:
    """How much of the schema's title stands in one piece where the report begins."""
    start = document.main[0][0] if document.main else 0
    beginning = "".join(document.text[start : start + _BEGINNING].split())
    title = "".join(schema.title.split())
    longest = SequenceMatcher(None, title, beginning, autojunk=False).find_longest_match().size
    return longest / len(title) if longest >= _SHORTEST_RUN else 0.0
