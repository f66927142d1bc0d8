"""The panel: several models read a report, and what most of them give is what the models' side says.

Each answer has one voice of each model that gives it; the one with most voices is the side's, and of as many that of
the model with the better standing: the one that agrees more with the others and with sure rules, as a sample of the run
shows, and before any sample the one that is named first. Silence has one voice of each model that was asked and gave
nothing. It wins with more voices, unless a model speaks that stands clearly higher than all silent ones; with as many
only if one that is silent stands clearly higher than all that speak.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from baogao.errors import ReplyError
from baogao.extraction import (
    NOTHING_SETTLED,
    Extraction,
    Link,
    ModelExtractor,
    ReportText,
    Settled,
    TextLink,
    Words,
    answers,
)
from baogao.hybrid.case import SURE_RULES, Case, same
from baogao.llm.messages import Question
from baogao.reading import read_answer
from baogao.schema.fields import Schema
from baogao.schema.values import Answer
from baogao.usage import asked_of

_Said = TypeVar("_Said")

_FEWEST = 20
"""Answers to compare; fewer tell nothing of a model's standing."""
CLEARLY = 0.05
"""How much higher: where models are equals, what one of two has overlooked is worth more than its silence, and what two
of three do not see is mostly not there (``eval/simulate_panel.py``)."""


@dataclass
class PanelExtraction(Extraction):
    """What the models' side says, and what each model said."""

    by_name: Mapping[str, Extraction] = field(default_factory=dict)
    """Those that answered, in the order in which they are named."""
    spared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The fields that each need not be asked about; its silence on them is none."""

    def was_asked(self, model: str, name: str) -> bool:
        """Whether a model's silence on a field is an answer."""
        return self.by_name[model].whole or name not in self.spared.get(model, frozenset())


class Panel:
    """Several models as one: all are asked at once.

    :param models: each model's extractor by its name, the first one first.
    """

    name = "llm"

    def __init__(self, models: Mapping[str, ModelExtractor]) -> None:
        self.schema: Schema = next(iter(models.values())).schema
        self.standing: Mapping[str, float] = {}
        """How much each agrees with the others and with sure rules, between 0 and 1; empty before any sample."""
        self._models = dict(models)

    async def extract(self, report: ReportText, settled: Settled = NOTHING_SETTLED) -> PanelExtraction:
        """Have every model link one report; one whose reply cannot be used is left out, which a notice says.

        :raises ReplyError: no model has a usable reply; that of the first one.
        :raises EndpointError: one of them cannot be reached.
        :raises BudgetError: the token budget is spent.
        """

        async def ask(name: str, model: ModelExtractor) -> Extraction | ReplyError:
            try:
                with asked_of(name):
                    return await model.extract(report, settled)
            except ReplyError as error:
                return error

        replies = await answers([ask(*one) for one in self._models.items()])
        found = dict(zip(self._models, replies, strict=True))
        said = {name: one for name, one in found.items() if isinstance(one, Extraction)}
        errors = {name: one for name, one in found.items() if isinstance(one, ReplyError)}
        if not said:
            raise next(iter(errors.values()))
        whole = PanelExtraction(
            notices=[notice for one in said.values() for notice in one.notices],
            by_name=said,
            spared=dict.fromkeys(said, settled.fields),
        )
        whole.notices += [not_heard(name, error) for name, error in errors.items()]
        return join(report, self.schema, whole, self.standing)

    def questions(self, report: ReportText) -> list[Question]:
        """What would be asked of a report with nothing settled, of all of them, for a dry run."""
        return [question for model in self._models.values() for question in model.questions(report)]

    def hear(self, cases: Sequence[Case]) -> list[Case]:
        """Find out on a sample how much each model agrees with the others and with sure rules.

        :returns: the cases, with what the models' side says by that.
        """
        self.standing = standing_of(list(self._models), cases)
        return [with_side(case, join(case.report, self.schema, side_of(case), self.standing)) for case in cases]


def join(report: ReportText, schema: Schema, heard: PanelExtraction, standing: Mapping[str, float]) -> PanelExtraction:
    """One side of what several models said.

    :param heard: what each said, and was asked; what is joined of it already does not matter.
    :param standing: how far each is believed; of those that are not in it, the first is believed.
    """
    said = heard.by_name
    ballot = _Ballot(sorted(said, key=lambda name: -standing.get(name, 0.0)), standing)
    fields: dict[str, Link] = {}
    for spec in schema.figures:
        links = {name: one.fields[spec.id] for name, one in said.items() if spec.id in one.fields}
        read = {name: read_answer(report, link, spec) for name, link in links.items()}
        asked = [name for name in said if heard.was_asked(name, spec.id)]
        winners = ballot.winners(read, asked, same)
        if winners:
            by = "+".join(f"llm:{name}" for name in said if name in winners)
            fields[spec.id] = replace(links[winners[0]], by=by)
    metadata: dict[str, TextLink] = {}
    asked = [name for name in said if said[name].whole]
    for spec in schema.metadata:
        texts = {name: one.metadata[spec.id] for name, one in said.items() if spec.id in one.metadata}
        winners = ballot.winners(texts, asked, lambda one, other: one.value == other.value)
        if winners:
            metadata[spec.id] = texts[winners[0]]
    words: dict[str, Words] = {}
    for spec in schema.worded:
        quotes = {name: one.words[spec.id] for name, one in said.items() if spec.id in one.words}
        winners = ballot.winners(quotes, asked, lambda one, other: one.value == other.value)
        if winners:
            words[spec.id] = quotes[winners[0]]
    lists = {spec.id: list(_entries(said, spec.id, ballot)) for spec in schema.lists}
    return replace(
        heard,
        fields=fields,
        lists={name: entries for name, entries in lists.items() if entries},
        metadata=metadata,
        words=words,
        rows=next((said[name].rows for name in ballot.order if said[name].rows), {}),
        whole=any(one.whole for one in said.values()),
    )


def _entries(said: Mapping[str, Extraction], name: str, ballot: _Ballot) -> Iterator[int]:
    """A list entry by entry; a model that gives some, or was asked for all, speaks against those that it does not."""
    given = {model: one.lists.get(name, []) for model, one in said.items() if one.whole or name in one.lists}
    for entry in sorted({entry for entries in given.values() for entry in entries}):
        voices = {model: entry for model, entries in given.items() if entry in entries}
        if ballot.winners(voices, given, lambda one, other: one == other):
            yield entry


@dataclass(frozen=True)
class _Ballot:
    """How models vote."""

    order: Sequence[str]
    """The models, the best standing first."""
    standing: Mapping[str, float]

    def winners(
        self, said: Mapping[str, _Said], asked: Collection[str], alike: Callable[[_Said, _Said], bool]
    ) -> list[str]:
        """The models whose answer is the side's, the best first; none where the side is silent.

        :param said: what models say; of those that are ``asked`` the others are silent.
        """
        groups: list[list[str]] = []
        for name in (name for name in self.order if name in said):
            mine = next((group for group in groups if alike(said[group[0]], said[name])), None)
            if mine is None:
                groups.append([name])
            else:
                mine.append(name)
        if not groups:
            return []
        best = max(groups, key=len)  # of as many voices the first: that of the better model
        silent = [name for name in self.order if name in asked and name not in said]
        if len(silent) < len(best):
            return best
        ahead = self.standing.get(best[0], 0.0) - self.standing.get(silent[0], 0.0)
        stands = ahead > CLEARLY if len(silent) > len(best) else ahead >= -CLEARLY
        return best if stands else []


def standing_of(names: Sequence[str], cases: Sequence[Case]) -> dict[str, float]:
    """How much each model agrees with the others and with sure rules on some cases; empty where they tell too little.

    With another model that is the answers that both give, over the mean of what each gives; with sure rules the share
    of their answers that the model gives, too. The standing is the mean of these.
    """
    alike: dict[tuple[str, str], int] = {}
    given: dict[tuple[str, str], float] = {}
    for case in cases:
        side = side_of(case)
        said = {
            model: {name: read_answer(case.report, link, case.schema.by_id[name]) for name, link in one.fields.items()}
            for model, one in side.by_name.items()
        }
        sure = {name: case.answers["rules"][name] for name, link in case.rules.items() if link.confidence >= SURE_RULES}
        for one in said:
            for other, theirs in (*said.items(), ("", sure)):
                if other == one:
                    continue
                pair = one, other
                asked = [model for model in pair if model]
                mine, theirs = (
                    {name: answer for name, answer in answers.items() if all(side.was_asked(by, name) for by in asked)}
                    for answers in (said[one], theirs)
                )
                alike[pair] = alike.get(pair, 0) + _shared(mine, theirs)
                given[pair] = given.get(pair, 0) + ((len(mine) + len(theirs)) / 2 if other else len(theirs))
    standing: dict[str, float] = {}
    for name in names:
        compared = [pair for pair in given if pair[0] == name and given[pair]]
        if sum(given[pair] for pair in compared) < _FEWEST:
            return {}
        standing[name] = round(sum(alike[pair] / given[pair] for pair in compared) / len(compared), 6)
    return standing


def _shared(one: Mapping[str, Answer], other: Mapping[str, Answer]) -> int:
    """How many answers both give."""
    return sum(same(answer, other[name]) for name, answer in one.items() if name in other)


def side_of(case: Case) -> PanelExtraction:
    """What several models said of a case."""
    side = case.read["model"]
    assert isinstance(side, PanelExtraction)  # a panel has read it
    return side


def with_side(case: Case, side: Extraction) -> Case:
    """A case in which the models' side says this."""
    case = replace(case, model=side.fields, read={**case.read, "model": side})
    if not isinstance(side, PanelExtraction):
        return case
    models = {name: one.fields for name, one in side.by_name.items()}
    spared = {name: fields for name, fields in side.spared.items() if not side.by_name[name].whole}
    return replace(case, models=models, spared=spared)


def not_heard(name: str, error: ReplyError) -> str:
    """That a report goes on without a model, as a notice."""
    return f"{name} was not heard on this report: {error}"
