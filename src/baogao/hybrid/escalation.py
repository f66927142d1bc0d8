"""Escalation: a model that costs more is asked only about the reports on which the others leave the jury unsure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from baogao.checks import run_checks
from baogao.extraction import ModelExtractor, Settled
from baogao.hybrid.arbiter import RunArbiter
from baogao.hybrid.case import Arbiter, Case, Decision
from baogao.hybrid.panel import join, side_of, with_side
from baogao.llm.tokens import estimate_tokens
from baogao.reading import read_answer
from baogao.usage import asked_of, count

MOST_WRONG = 1.0
"""The jury is unsure of a report where it expects more than so many of its answers to be other than they should be:
given and wrong, or right and held back."""
SETTLED = 0.95
"""What is given with this confidence is settled for the model that is asked then."""
_BELIEVED = 1.0
"""Its standing: whoever asks it where others are unsure says that it is the better one."""


class Escalation:
    """The model that is asked last.

    :param name: what it goes by.
    :param arbiter: decides where it was asked, too.
    :param prompt_price: of a million tokens, for what is saved; None where there is none.
    """

    def __init__(self, name: str, model: ModelExtractor, arbiter: Arbiter, prompt_price: float | None = None) -> None:
        self.name = name
        self._model = model
        self._arbiter = arbiter
        self._prompt_price = prompt_price

    async def ask(self, case: Case, decision: Decision, standing: Mapping[str, float]) -> Case:
        """The case with what this model says of it, too; by form and choice it is told what is settled.

        :param decision: what was decided without it.
        :param standing: how far the others are believed, by their names.
        :raises ReplyError, EndpointError, BudgetError: as the model's extractor.
        """
        sure = {name: link for name, link in decision.fields.items() if link.confidence >= SETTLED}
        claimed = frozenset(candidate for link in sure.values() for candidate in link.candidates)
        side = side_of(case)
        known = side.metadata or case.read["rules"].metadata
        with asked_of(self.name):
            said = await self._model.extract(case.report, Settled(frozenset(sure), claimed, metadata=bool(known)))
        heard = replace(
            side,
            notices=[*side.notices, *said.notices],
            by_name={**side.by_name, self.name: said},
            spared={**side.spared, self.name: frozenset(sure)},
        )
        return with_side(case, join(case.report, case.schema, heard, {**standing, self.name: _BELIEVED}))

    def hear(self, cases: Sequence[Case]) -> None:
        """Find out on the reports of a sample that it was asked about how good it is beside rules.

        Not where that was learned from gold: from all reports, and these are the hard ones.
        """
        if isinstance(self._arbiter, RunArbiter):
            self._arbiter.hear(cases)

    def decide(self, case: Case) -> Decision:
        """As its arbiter says."""
        return self._arbiter.decide(case)

    def spare(self, case: Case) -> None:
        """Count what asking it about a report would have taken, its replies aside."""
        tokens = sum(estimate_tokens(question.messages) for question in self._model.questions(case.report))
        spared: dict[str, float] = {"spared_tokens": tokens}
        if self._prompt_price is not None:
            spared["spared_cost"] = tokens * self._prompt_price / 1e6
        with asked_of(self.name):
            count(**spared)


def is_unsure(case: Case, decision: Decision) -> bool:
    """Whether too many answers of a report are likely to be other than they should be, or its arithmetic fails."""
    if expected_errors(decision) > MOST_WRONG:
        return True
    by_id = case.schema.by_id
    given = {name: read_answer(case.report, link, by_id[name]) for name, link in decision.fields.items()}
    return not all(check.holds for check in run_checks(given, case.schema))


def expected_errors(decision: Decision) -> float:
    """How many answers are expected to be given and wrong, or right and held back."""
    wrong = sum(1 - link.confidence for link in decision.fields.values())
    return wrong + sum(held.link.confidence for held in decision.held.values())
