"""Rules and a model together: rules where they are sure, the model where they are silent or candidates compete."""

from __future__ import annotations

from dataclasses import dataclass, replace

from baogao.candidates.model import Candidates
from baogao.document.model import Document
from baogao.extractors.base import Extraction, Link, ModelExtractor, Settled
from baogao.extractors.rules import RulesExtractor
from baogao.schema.fields import Schema


@dataclass(frozen=True)
class Arbitration:
    """The thresholds of the decision between two extractors."""

    sure: float = 0.85
    """Rules at least this confident are believed against the model."""
    agreed: float = 0.97
    """Confidence where both point at the same candidate."""
    alone: float = 0.6
    """Rules below this confidence are dropped where the model read the passage and saw nothing."""
    taken: bool = False
    """Whether the model may use a candidate that rules gave to another field."""


class HybridExtractor:
    """Runs both, and decides field by field."""

    name = "hybrid"

    def __init__(self, rules: RulesExtractor, model: ModelExtractor, arbitration: Arbitration | None = None) -> None:
        self._rules = rules
        self._model = model
        self._arbitration = arbitration or Arbitration()

    async def extract(self, document: Document, candidates: Candidates, schema: Schema) -> Extraction:
        """Link one document.

        :raises ReplyError, EndpointError, BudgetError: as the model's extractor.
        """
        by_rules = self._rules.link(document, candidates, schema)
        by_model = await self._model.extract(document, candidates, schema, self._settled(by_rules))
        return replace(
            by_rules,
            fields=arbitrate(by_rules.fields, by_model.fields, self._arbitration),
            lists=by_rules.lists or by_model.lists,
            metadata={**by_model.metadata, **by_rules.metadata},
            usage=by_model.usage,
            notices=[*by_rules.notices, *by_model.notices],
        )

    def _settled(self, by_rules: Extraction) -> Settled:
        """The answers of the rules that no model need look at again."""
        sure = {name: link for name, link in by_rules.fields.items() if link.confidence >= self._arbitration.sure}
        claimed = frozenset(candidate for link in sure.values() for candidate in link.candidates)
        return Settled(frozenset(sure), claimed, metadata=bool(by_rules.metadata))


def arbitrate(rules: dict[str, Link], model: dict[str, Link], how: Arbitration) -> dict[str, Link]:
    """One link for each field that either of them answered, unless neither is to be believed."""
    claimed = {candidate for link in rules.values() for candidate in link.candidates}
    chosen: dict[str, Link] = {}
    for name in [*rules, *(name for name in model if name not in rules)]:
        link = _decide(rules.get(name), model.get(name), claimed, how)
        if link is not None:
            chosen[name] = link
    return chosen


def _decide(rules: Link | None, model: Link | None, claimed: set[int], how: Arbitration) -> Link | None:
    if rules is None:
        if model is None or (not how.taken and claimed & set(model.candidates)):
            return None
        return model
    if model is None:
        return rules if rules.confidence >= how.alone else None
    if set(rules.candidates) & set(model.candidates):
        return replace(rules, confidence=max(how.agreed, rules.confidence), by="rules+llm")
    return rules if rules.confidence >= how.sure else model
