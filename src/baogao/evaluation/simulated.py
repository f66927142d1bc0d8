"""Readers of a chosen quality, made from gold and noise: what hybrid does beside them shows what it would do beside
others.

No published result rests on them. They are for learning how to weigh readers of which nothing is known
(``eval/learn_jury.py``), and for showing that hybrid never costs what its better reader knows
(``eval/simulate_jury.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from baogao.candidates.candidate import Candidate
from baogao.evaluation.gold import Gold, GoldField
from baogao.evaluation.judging import judge
from baogao.extraction import Link, ReportText
from baogao.reading import read_answer
from baogao.rules.matching import Scored
from baogao.schema.fields import FieldSpec, Schema

Noise = Literal["dropped", "neighbour", "other_field", "spurious", "lookalike", "small", "mixed"]
NOISES: tuple[Noise, ...] = get_args(Noise)
"""What becomes of an answer: it is left out; the figure beside it is given; it is given to another field; another field
gets some figure beside it; a figure among much the same words is given, and one for a field that is not stated; what a
small model does (see :func:`_small`); or one of the first ones, by chance."""
_MIXED: tuple[Noise, ...] = ("dropped", "neighbour", "other_field", "lookalike")
Fits = Mapping[int, Mapping[str, float]]
"""Of each candidate the fields whose words stand around it, with how well they fit."""
_CONFIDENCE = 0.8
"""What a model by link says of itself, too."""
_REACH = 2
"""How many figures away a neighbour may be."""
_ALIKE = 3
"""How many of the figures among a field's words may be taken for its own."""
_ASTRAY = 0.35
"""Of the fields that are not stated a small model answers so many, as a share of those that it gets wrong."""
_SILENT = 0.6
"""The share of worse rules' failures that are silence; the others are another figure."""
_NO_FIGURES = ("item", "date")
"""Kinds of candidate that are read as no figure."""
_SURENESS = (0.7, 0.8, 0.9, 0.95)
"""Confidences of what worse rules say too much."""


def right_links(report: ReportText, gold: Gold, schema: Schema) -> dict[str, Link]:
    """What a model that knows the gold would link; fields whose figure is no candidate are left out."""
    found: dict[str, Link] = {}
    for spec in schema.figures:
        truth = gold.field(spec.id)
        ids = _right_candidates(report, truth, spec) if truth.stated else None
        if ids is not None:
            found[spec.id] = Link(ids, _CONFIDENCE, "llm")
    return found


def _right_candidates(report: ReportText, truth: GoldField, spec: FieldSpec) -> tuple[int, ...] | None:
    """The candidates of the first copy of a gold answer whose figures are all there."""
    for copy in truth.evidence or []:
        ids: list[int] = []
        for start, end in copy:
            here = [
                one for one in report.candidates if one.kind not in _NO_FIGURES and _overlaps(report, one, start, end)
            ]
            right = [one for one in here if judge(truth, read_answer(report, _link([one.id]), spec))[0] == "correct"]
            ids += [one.id for one in (right or here)[:1]]
        linked = list(dict.fromkeys(ids))[: None if spec.additive else 1]
        if linked and judge(truth, read_answer(report, _link(linked), spec))[0] == "correct":
            return tuple(linked)
    return None


def _overlaps(report: ReportText, candidate: Candidate, start: int, end: int) -> bool:
    begin, stop = report.document.printed((candidate.start, candidate.end))
    return begin < end and stop > start


def _link(ids: Sequence[int]) -> Link:
    return Link(tuple(ids), _CONFIDENCE, "llm")


@dataclass(frozen=True)
class Noisy:
    """A model that errs on a share of its answers.

    :param share: between 0 and 1.
    """

    noise: Noise
    share: float

    def say(
        self, report: ReportText, right: Mapping[str, Link], fits: Fits, schema: Schema, draw: Random
    ) -> dict[str, Link]:
        """What it says of a report.

        :param right: from :func:`right_links`.
        """
        fields = [spec.id for spec in schema.figures]
        if self.noise == "small":
            return self._small(right, fits, fields, draw)
        said: dict[str, Link] = {}
        astray: list[tuple[str, Link]] = []
        for name, link in right.items():
            if draw.random() >= self.share:
                said[name] = link
                continue
            noise = draw.choice(_MIXED) if self.noise == "mixed" else self.noise
            given = _erring(noise, name, link, report, fits, draw)
            said |= {name: given} if given else {}
            other = draw.choice(fields)
            if noise == "other_field":
                astray.append((other, _link(link.candidates[:1])))
            elif noise == "spurious":
                astray.append((other, _link([draw.choice(report.candidates.of_kind("number")).id])))
            elif noise == "lookalike" and other not in right and (alike := _alike(other, (), fits)):
                astray.append((other, _link([draw.choice(alike)])))
        for name, link in astray:
            said.setdefault(name, link)
        return said

    def _small(self, right: Mapping[str, Link], fits: Fits, fields: Sequence[str], draw: Random) -> dict[str, Link]:
        """As a small model errs that fills a form: half of its failures are silence; else, and for fields that are not
        stated, too, it takes the figure that looks best for the field, as its words go."""
        said: dict[str, Link] = {}
        for name in fields:
            link = right.get(name)
            if link is not None and draw.random() >= self.share:
                said[name] = link
            elif draw.random() < (0.5 if link is not None else _ASTRAY * self.share):
                best = _alike(name, link.candidates if link else (), fits)[:1]
                best = [one for one in best if fits[one][name] >= 0.5 * max(fits[one].values())]
                if best:
                    said[name] = _link(best)
        return said


def _erring(noise: Noise, name: str, link: Link, report: ReportText, fits: Fits, draw: Random) -> Link | None:
    """What becomes of a right answer; None where the field gets none."""
    if noise == "spurious":
        return link
    if noise == "lookalike":
        alike = _alike(name, link.candidates, fits)
        return _link([draw.choice(alike)]) if alike else None
    numbers = report.candidates.of_kind("number")
    place = {candidate.id: index for index, candidate in enumerate(numbers)}
    if noise == "neighbour" and link.candidates[0] in place:
        return _link([_neighbour(numbers, place[link.candidates[0]], draw).id])
    return None


def _neighbour(numbers: Sequence[Candidate], index: int, draw: Random) -> Candidate:
    """A figure near another one; itself where there is no other."""
    near = [
        numbers[one] for one in range(index - _REACH, index + _REACH + 1) if 0 <= one < len(numbers) and one != index
    ]
    return draw.choice(near or [numbers[index]])


def _alike(name: str, own: Sequence[int], fits: Fits) -> list[int]:
    """The figures among the words of a field, the best fit first."""
    found = [(-fields[name], one) for one, fields in fits.items() if name in fields and one not in own]
    return [one for _, one in sorted(found)[:_ALIKE]]


@dataclass(frozen=True)
class WorseRules:
    """Rules where their authors have not been: silent or wrong on a share of their answers, and saying too much.

    :param lost: the share of answers that are silence or another figure, between 0 and 1.
    :param added: answers beside them, as a share of those that there were.
    """

    lost: float = 0.0
    added: float = 0.0

    def say(
        self,
        report: ReportText,
        rules: Mapping[str, Link],
        ranked: Mapping[str, Sequence[Scored]],
        fits: Fits,
        draw: Random,
    ) -> dict[str, Link]:
        """What they say of a report."""
        numbers = report.candidates.of_kind("number")
        place = {candidate.id: index for index, candidate in enumerate(numbers)}
        said: dict[str, Link] = {}
        for name, link in rules.items():
            if draw.random() >= self.lost:
                said[name] = link
            elif draw.random() >= _SILENT and link.candidates[0] in place:
                others = [one.candidate_id for one in ranked.get(name, ()) if one.candidate_id not in link.candidates]
                other = others[0] if others else _neighbour(numbers, place[link.candidates[0]], draw).id
                said[name] = Link((other,), link.confidence, "rules")
        taken = {one for link in rules.values() for one in link.candidates}
        free = [candidate.id for candidate in numbers if candidate.id not in taken and fits.get(candidate.id)]
        draw.shuffle(free)
        wanted = len(said) + round(self.added * len(rules))
        for candidate in free:
            if len(said) >= wanted:
                break
            said.setdefault(
                max(fits[candidate], key=fits[candidate].__getitem__),
                Link((candidate,), draw.choice(_SURENESS), "rules"),
            )
        return said
