"""The arbiter that learned from gold: the most probable answer of each field, if it is probable enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from baogao.extraction import Held, Link
from baogao.hybrid.calibration import Calibration
from baogao.hybrid.hybrid import Case, Decision
from baogao.hybrid.proposals import Chosen, Proposer, choose
from baogao.schema.fields import Schema

_WORTH_A_LOOK = 0.5
"""Answers less probable than this share of the threshold are not even held back for review."""


class CalibratedArbiter:
    """Decides by a calibration; confidence becomes the probability that the answer is right."""

    def __init__(self, calibration: Calibration, schema: Schema, notices: Sequence[str] = ()) -> None:
        self.calibration = calibration
        self._notices = tuple(notices)
        self._proposer = Proposer(schema)

    @property
    def sure(self) -> float:
        """See :class:`baogao.hybrid.hybrid.Arbiter`."""
        return self.calibration.sure

    def decide(self, case: Case) -> Decision:
        """Give every field its most probable proposal, and hold back what stays below the threshold."""
        proposals = self._proposer.propose(case)
        chosen, lost = choose(proposals, [self.calibration.probability(one.features) for one in proposals])
        least = self.calibration.threshold
        fields = {name: _link(one) for name, one in chosen.items() if one.probability >= least}
        doubtful = {name: one for name, one in chosen.items() if name not in fields}
        return Decision(
            {spec.id: fields[spec.id] for spec in case.schema.figures if spec.id in fields},
            {
                **self._held(doubtful, f"less sure than {least:.2f}"),
                **self._held(lost, "the figure answers another field more likely"),
            },
            self._notices,
        )

    def _held(self, answers: dict[str, Chosen], reason: str) -> dict[str, Held]:
        least = _WORTH_A_LOOK * self.calibration.threshold
        return {name: Held(_link(one), reason) for name, one in answers.items() if one.probability >= least}


def _link(chosen: Chosen) -> Link:
    return replace(chosen.proposal.link, confidence=chosen.probability)
