"""The hybrid extractor: rules and a model read a report independently, and an arbiter makes one answer of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from baogao.errors import ReplyError
from baogao.extraction import Doubt, Extraction, ModelExtractor, ReportText, Settled, TextLink, Words
from baogao.hybrid.case import Arbiter, Case, Decision, Reader
from baogao.hybrid.escalation import Escalation, is_unsure
from baogao.hybrid.panel import Panel, not_heard, with_side
from baogao.hybrid.trust import Trust
from baogao.rules.extractor import RulesExtractor
from baogao.usage import Usage, count_again, usage_scope

_Said = TypeVar("_Said", TextLink, Words, tuple[int, ...])
_EITHER = 0.5
"""How likely metadata or a list is wrong where readers differ on it and neither leads."""
_LED = 0.1
"""The same where one leads; both were set by hand, and only say what is to be looked at first."""


@dataclass(frozen=True)
class _Reading:
    """What both sides said of a report, before anything is decided."""

    case: Case
    usage: Usage
    """What it took to ask the models."""
    escalated: Case | None = None
    """The same with the model that is asked where the others are unsure; None where it was not asked."""


class HybridExtractor:
    """Has both read, and lets an arbiter decide field by field.

    :param model: one model, or a :class:`Panel` of several.
    :param escalation: the model that is asked where the decision is unsure without it; goes with a panel.
    """

    name = "hybrid"

    def __init__(
        self, rules: RulesExtractor, model: ModelExtractor, arbiter: Arbiter, escalation: Escalation | None = None
    ) -> None:
        self.schema = rules.schema
        self._rules = rules
        self._model = model
        self._arbiter = arbiter
        self._escalation = escalation
        self._sample: dict[str, _Reading] | None = None
        self._read_before: dict[str, _Reading] = {}
        self._heard = False
        """Whether the arbiter has looked at a sample."""

    @property
    def trust(self) -> Trust | None:
        """How good a sample has shown the readers to be."""
        return self._arbiter.trust

    @property
    def wants_sample(self) -> bool:
        """Whether it is not known yet how good the readers are, of the models each by itself, too."""
        return self._arbiter.wants_sample or isinstance(self._model, Panel)

    def tells(self, report: ReportText) -> int:
        """How many answers of rules a report has, for the model to give or not."""
        return len(self._rules.link(report)[0].fields)

    def begin_sample(self) -> None:
        """Until :meth:`end_sample` reports are read and nothing is decided: they show how good the readers are."""
        self._sample = {}

    def end_sample(self) -> bool:
        """Have the arbiter look at what was read; these reports are not asked about again.

        :returns: whether the sample is wanted once more: for the model that is asked where the others are unsure.
        """
        sample = self._sample or {}
        self._sample = None
        if self._heard and self._escalation is not None:
            self._read_before.update(sample)
            cases = [reading.escalated for reading in sample.values() if reading.escalated is not None]
            self._escalation.hear(cases)
            return False
        cases = [reading.case for reading in sample.values()]
        if isinstance(self._model, Panel):
            cases = self._model.hear(cases)
        heard = zip(sample.items(), cases, strict=True)
        self._read_before.update({key: replace(reading, case=case) for (key, reading), case in heard})
        self._arbiter.hear(cases)
        self._heard = True
        return self._escalation is not None

    async def extract(self, report: ReportText) -> Extraction:
        """Link one report; in a sample nothing is linked yet.

        :raises ReplyError: as the model's extractor.
        :raises EndpointError: as there.
        :raises BudgetError: as there.
        """
        key = f"{report.document.doc_id} {report.document.sha256}"
        if self._sample is not None:
            before = self._read_before.get(key)
            reading = before or await self._read(report)
            if self._heard and self._escalation is not None:
                reading = await self._escalated(reading, self._arbiter.decide(reading.case), self._escalation)
            self._sample[key] = reading
            return Extraction()
        before = self._read_before.pop(key, None)
        if before is not None:
            count_again(before.usage)
        reading = before or await self._read(report)
        if self._escalation is not None:
            return await self._with_escalation(reading, self._escalation)
        return _joined(reading.case, self._arbiter.decide(reading.case))

    async def _with_escalation(self, reading: _Reading, escalation: Escalation) -> Extraction:
        """What is decided, by all where it is unsure without the last; where that one fails, by the others."""
        notices: list[str] = []
        decision = self._arbiter.decide(reading.case)
        try:
            reading = await self._escalated(reading, decision, escalation)
        except ReplyError as error:
            notices.append(not_heard(escalation.name, error))
        if reading.escalated is not None:
            return _joined(reading.escalated, escalation.decide(reading.escalated))
        if not notices:
            escalation.spare(reading.case)
        return _joined(reading.case, replace(decision, notices=(*decision.notices, *notices)))

    async def _escalated(self, reading: _Reading, decision: Decision, escalation: Escalation) -> _Reading:
        """A reading, with the last model's where the decision is unsure without it."""
        if reading.escalated is not None or not is_unsure(reading.case, decision):
            return reading
        standing = self._model.standing if isinstance(self._model, Panel) else {}
        with usage_scope() as usage:
            case = await escalation.ask(reading.case, decision, standing)
        return replace(reading, usage=reading.usage + usage, escalated=case)

    async def _read(self, report: ReportText) -> _Reading:
        """Have both read a report."""
        by_rules, ranked = self._rules.link(report)
        least = self._arbiter.sure
        sure = {name: link for name, link in by_rules.fields.items() if least is not None and link.confidence >= least}
        claimed = frozenset(candidate for link in sure.values() for candidate in link.candidates)
        settled = Settled(frozenset(sure), claimed, metadata=bool(by_rules.metadata))
        with usage_scope() as usage:
            by_model = await self._model.extract(report, settled)
        read: dict[Reader, Extraction] = {"rules": by_rules}
        case = Case(report, self.schema, ranked, by_rules.fields, by_model.fields, settled.fields, read=read)
        return _Reading(with_side(case, by_model), usage)


def _joined(case: Case, decision: Decision) -> Extraction:
    """The decided figures, with all else by whom the arbiter names: the other fills what it was not asked."""
    rules, model = case.read["rules"], case.read["model"]
    leads = decision.texts_by == "model"
    wrong = _EITHER if decision.jury is not None and decision.jury.leader == "both" else _LED
    metadata, doubts = _texts(rules.metadata, model.metadata, model_leads=leads, whole=model.whole, wrong=wrong)
    words, further = _texts(rules.words, model.words, model_leads=leads, whole=model.whole, wrong=wrong)
    lists, more = _texts(
        {name: tuple(ids) for name, ids in rules.lists.items()},
        {name: tuple(ids) for name, ids in model.lists.items()},
        model_leads=leads,
        whole=model.whole,
        wrong=wrong,
    )
    return replace(
        rules,
        fields=decision.fields,
        held=decision.held,
        metadata=metadata,
        words={name: _of_both(said, rules.words.get(name), model.words.get(name)) for name, said in words.items()},
        lists={name: list(ids) for name, ids in lists.items()},
        rows=model.rows or rules.rows,
        notices=[*rules.notices, *model.notices, *decision.notices],
        doubts=(*decision.doubts, *further, *doubts, *more),
        jury=decision.jury,
    )


def _texts(
    rules: Mapping[str, _Said], model: Mapping[str, _Said], *, model_leads: bool, whole: bool, wrong: float
) -> tuple[dict[str, _Said], list[Doubt]]:
    """Metadata, words, or lists, of both; and those on which they differ.

    :param whole: whether the model's silence is an answer.
    :param wrong: how likely what is given is wrong where they differ.
    """
    joined = {**model, **rules}
    if model_leads:  # one that names none of them at all was not reading for them
        joined = dict(model) if whole and any(model.values()) else {**rules, **model}
    doubts: list[Doubt] = []
    for name in (*rules, *(name for name in model if name not in rules)):
        said = [(by, texts[name]) for by, texts in (("rules", rules), ("llm", model)) if texts.get(name)]
        asked = whole or name in model
        if asked and said and (len(said) == 1 or not _alike(said[0][1], said[1][1])):
            given = joined.get(name)
            said.sort(key=lambda pair: pair[1] is not given)
            why = "readers differ" if len(said) > 1 else f"{said[0][0]} alone{'' if given else ', not given'}"
            doubts.append(Doubt(name, why, wrong, tuple(said)))
    return joined, doubts


def _of_both(given: Words, rules: Words | None, model: Words | None) -> Words:
    """The words that are given, by both readers where both say the same, and as sure as the surer of the two."""
    if rules is None or model is None or rules.value != model.value:
        return given
    return replace(given, by=f"rules+{model.by}", confidence=max(rules.confidence, model.confidence))


def _alike(one: _Said, other: _Said) -> bool:
    """Whether two say the same; words wherever they are printed."""
    if isinstance(one, TextLink | Words) and isinstance(other, TextLink | Words):
        return one.value == other.value
    return one == other
