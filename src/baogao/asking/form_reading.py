"""Reading a filled form: from a model's lines to candidates of the passage.

A line counts only where its figure is printed in the passage, at a place whose words speak of the field. What the model
says about a figure that the cues exclude (last year's, a target) is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from baogao.asking.passages import Passage, askable
from baogao.candidates import parse_figure
from baogao.candidates.candidate import Candidate
from baogao.extraction import Link
from baogao.schema.fields import FieldSpec

_LINE = re.compile(
    r"^\s*[-*]?\s*(?P<label>[^：:（(\n]{2,30})(?:[（(][^）)\n]*[）)])?\s*[：:][ \t]*(?P<answer>.*?)\s*$", re.MULTILINE
)
_NOTHING = "无"
_STOPS = "。；;， \n"
_SILENT = frozenset({"", _NOTHING, "未提", "未提及", "没有写", "-", "—", "/", "空", "未知"})
_NONE = re.compile(r"^(?:零|0|没有|未|暂无|不存在)")
_LEAST_SHARE = 0.5
"""A field must fit a candidate at least half as well as the field that fits it best."""
_ALIKE = 0.95
_BASE_CONFIDENCE = 0.5
_CONFIDENCE_PER_FIT = 0.1
_BEST_FIT = 4.0
"""On the development reports, answers were right in 64% of cases below a fit of 2 and in 88% above this one."""
_PART_OF_TOTAL = 0.1
"""What a figure loses that is printed as part of a total."""


@dataclass(frozen=True)
class Filled:
    """One line of a form that the model filled: a field, and the candidate that it points at."""

    field: FieldSpec
    candidate: Candidate
    share: float
    """How well the field fits the candidate's surroundings, as a share of the best field's fit."""
    fit: float
    """The same, as the shortlist scores it."""


def form_lines(reply: str, passage: Passage) -> list[tuple[FieldSpec, str]]:
    """The lines of a reply that answer the form, in its order; a name that was not asked is ignored.

    A single “无” for the whole form is how a model says that the passage answers none of it.
    """
    if reply.strip(_STOPS) == _NOTHING:
        return [(spec, _NOTHING) for spec in passage.fields]
    asked = {spec.label: spec for spec in passage.fields}
    found: dict[str, tuple[FieldSpec, str]] = {}
    for match in _LINE.finditer(reply):
        spec = asked.get(match["label"].strip())
        if spec is not None and spec.id not in found:
            found[spec.id] = (spec, match["answer"].strip(_STOPS))
    return list(found.values())


def read_form(reply: str, passage: Passage) -> tuple[list[Filled], int]:
    """The lines that point at a candidate, and how many pointed at none and were dropped."""
    filled: list[Filled] = []
    dropped = 0
    for spec, answer in form_lines(reply, passage):
        silent = answer in _SILENT
        match = _none_of(spec, passage) if silent else _pointed_at(spec, answer, passage)
        if match is not None:
            filled.append(match)
        elif not silent:
            dropped += 1
    return filled, dropped


def choose(filled: Iterable[Filled]) -> dict[str, Link]:
    """One candidate for each field and one field for each candidate: the best fit among what the passages said."""
    links: dict[str, Link] = {}
    taken: set[int] = set()
    for line in sorted(filled, key=lambda line: (-line.share, -line.fit)):
        if line.field.id in links or line.candidate.id in taken:
            continue
        taken.add(line.candidate.id)
        links[line.field.id] = Link((line.candidate.id,), _confidence(line), by="llm", reason=f"fit {line.fit:.1f}")
    return links


def _confidence(line: Filled) -> float:
    """How often such an answer is right: the better its surroundings fit the field, the more often."""
    confidence = line.share * (_BASE_CONFIDENCE + _CONFIDENCE_PER_FIT * min(line.fit, _BEST_FIT))
    return confidence - (_PART_OF_TOTAL if "part" in line.candidate.cues else 0.0)


def _pointed_at(spec: FieldSpec, answer: str, passage: Passage) -> Filled | None:
    """The candidate with the figure that the model copied, where its words fit the field best."""
    figure = parse_figure(answer)
    if figure is None or figure.value == 0:
        zeros = [c for c in passage.candidates if c.value == 0]
        return _best(spec, zeros, passage) if _NONE.match(answer) else None
    return _best(spec, [c for c in passage.candidates if c.kind == "number" and c.value == figure.value], passage)


def _none_of(spec: FieldSpec, passage: Passage) -> Filled | None:
    """The phrase that says "none" for a field left blank: only for the one field that the phrase fits best."""
    for candidate in passage.candidates:
        if candidate.kind == "none" and spec.id == _named(passage.fits[candidate.id], passage):
            return _filled(spec, candidate, passage)
    return None


def _named(fits: Mapping[str, float], passage: Passage) -> str | None:
    """The field that a phrase names; of several that it fits alike, the first in the schema's order."""
    best = max(fits.values(), default=0.0)
    return next((field.id for field in passage.fields if best and fits.get(field.id, 0.0) >= _ALIKE * best), None)


def _best(spec: FieldSpec, candidates: list[Candidate], passage: Passage) -> Filled | None:
    scored = [_filled(spec, candidate, passage) for candidate in candidates if askable(candidate)]
    fitting = [line for line in scored if line.share >= _LEAST_SHARE]
    return max(fitting, key=lambda line: line.fit, default=None)


def _filled(spec: FieldSpec, candidate: Candidate, passage: Passage) -> Filled:
    fits = passage.fits[candidate.id]
    fit = fits.get(spec.id, 0.0)
    best = max(fits.values(), default=0.0)
    return Filled(spec, candidate, share=fit / best if best else 0.0, fit=fit)
