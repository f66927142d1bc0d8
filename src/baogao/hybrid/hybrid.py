"""Rules and a model together: rules where they are sure, the model where they are silent or candidates compete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from baogao.extraction import Extraction, HeldLink, Link, ModelExtractor, ReportText, Settled
from baogao.rules.extractor import RulesExtractor
from baogao.rules.matching import Scored
from baogao.schema.fields import Schema


@dataclass(frozen=True)
class Case:
    """One report, and what rules and the model said of it."""

    report: ReportText
    schema: Schema
    ranked: Mapping[str, Sequence[Scored]]
    """Every field's candidates by the rules, the best first."""
    rules: Mapping[str, Link]
    model: Mapping[str, Link]
    settled: frozenset[str] = frozenset()
    """Fields that the model need not be asked about; by link it is shown the whole report all the same."""


@dataclass(frozen=True)
class Decision:
    """What becomes of a case."""

    fields: dict[str, Link]
    held: dict[str, HeldLink] = field(default_factory=dict)
    """Answers that are not sure enough to be given."""
    notices: tuple[str, ...] = ()
    """What a user should know of how it was decided, one line each."""


class Arbiter(Protocol):
    """Makes one answer of two."""

    @property
    def sure(self) -> float:
        """The model is not asked about fields that rules answer with at least this confidence."""
        ...

    def decide(self, case: Case) -> Decision:
        """One link for each field that is answered, and what is held back."""
        ...


@dataclass(frozen=True)
class ThresholdArbiter:
    """Decides by thresholds. Rules that answer are believed; the model confirms them and fills their silence. It serves
    where nothing was learned from gold (see ``baogao.hybrid.calibration``).

    The thresholds were set on the development reports with the rules as they were before anyone had read those reports,
    because rules that were tuned on a text are never wrong there (docs/accuracy.md).
    """

    sure: float = 0.85
    """The model is not asked about fields that rules answer with at least this confidence."""
    agreed: float = 0.97
    """Confidence where both point at the same candidate."""
    unconfirmed: float = 0.9
    """Factor on the confidence of unsure rules that the model, though asked, does not confirm."""
    alone: float = 0.75
    """Rules below this confidence are not believed without the model."""
    filled: float = 0.8
    """The model's own confidence from which it is heard where rules are silent."""
    filling: float = 0.85
    """Factor on its confidence there: rules had a reason to be silent."""

    def decide(self, case: Case) -> Decision:
        """See :class:`Arbiter`; nothing is held back.

        A figure that rules gave to one field never fills another one's silence.
        """
        chosen: dict[str, Link] = {}
        for name, rules in case.rules.items():
            model = case.model.get(name)
            if model is not None and set(rules.candidates) & set(model.candidates):
                chosen[name] = replace(rules, confidence=max(self.agreed, rules.confidence), by="rules+llm")
            elif rules.confidence >= self.sure:
                chosen[name] = rules
            elif rules.confidence >= self.alone:
                chosen[name] = replace(rules, confidence=rules.confidence * self.unconfirmed)
        claimed = {candidate for link in case.rules.values() for candidate in link.candidates}
        for name, model in case.model.items():
            is_free = name not in case.rules and not claimed & set(model.candidates)
            if is_free and model.confidence >= self.filled:
                chosen[name] = replace(model, confidence=model.confidence * self.filling)
        return Decision(chosen)


FILL_ONLY = ThresholdArbiter(sure=0.0, unconfirmed=1.0)
"""Beside choices: what rules answer is settled, and the model fills their silence."""


class HybridExtractor:
    """Runs both, and lets an arbiter decide field by field."""

    name = "hybrid"

    def __init__(self, rules: RulesExtractor, model: ModelExtractor, arbiter: Arbiter | None = None) -> None:
        self.schema = rules.schema
        self._rules = rules
        self._model = model
        self._arbiter = arbiter or ThresholdArbiter()

    async def extract(self, report: ReportText) -> Extraction:
        """Link one report.

        :raises ReplyError: as the model's extractor.
        :raises EndpointError: as there.
        :raises BudgetError: as there.
        """
        by_rules, ranked = self._rules.link(report)
        sure = {name: link for name, link in by_rules.fields.items() if link.confidence >= self._arbiter.sure}
        claimed = frozenset(candidate for link in sure.values() for candidate in link.candidates)
        settled = Settled(frozenset(sure), claimed, metadata=bool(by_rules.metadata))
        by_model = await self._model.extract(report, settled)
        case = Case(report, self.schema, ranked, by_rules.fields, by_model.fields, settled.fields)
        decision = self._arbiter.decide(case)
        return replace(
            by_rules,
            fields=decision.fields,
            held=decision.held,
            lists={**by_model.lists, **by_rules.lists},
            metadata={**by_model.metadata, **by_rules.metadata},
            notices=[*by_rules.notices, *by_model.notices, *decision.notices],
        )
