"""Weighing where nothing was learned of these readers: what holds for rules beside a model of any quality.

``any_model.json`` holds three regressions, none of which knows a field by name: two that say how right an answer of the
model, or of rules, looks that the other does not give, for :mod:`baogao.hybrid.trust`; and one that says how likely an
answer is right, given how good the two are. ``eval/learn_jury.py`` learns them from rules and from models made by
noise.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from baogao.hybrid.calibration import Regression, Share, json_of_regression, rounded
from baogao.hybrid.features import FEATURES, GROUPS
from baogao.hybrid.proposals import Proposal
from baogao.hybrid.trust import BY_MODEL, BY_RULES, Stand, Trust, trust_of
from baogao.schema.values import Strict

_FILE = Path(__file__).with_name("any_model.json")
MODEL_RATIO, RULES_RATIO = "model_ratio", "rules_ratio"
"""Features beside those of a proposal and of the stands: how right it looks, in log-odds over the average."""
NOT_WEIGHED = frozenset(
    {*GROUPS["panel"], "model_confidence", "model_support", "rules_settled", "rules_share", "parts"}
)
"""Features that differ from one way of asking to another, or from one kind of report to another; and the number of
parts of a sum, because no simulated model makes wrong sums, so that many parts would look right."""
WEIGHED = tuple(name for name in FEATURES if name not in NOT_WEIGHED)


class Plausibility(Regression):
    """How right an answer looks that one reader alone gives."""

    average: float
    """Log-odds that such an answer is right, where this was learned."""
    most: float = 6.0

    def ratio(self, features: Mapping[str, float]) -> float:
        """The logarithm of how much likelier an answer looks so where it is right than where it is wrong."""
        return max(-self.most, min(self.most, self.log_odds(features) - self.average))


class AnyModel(Strict):
    """What ``any_model.json`` holds."""

    kind: Literal["baogao.any_model"] = "baogao.any_model"
    version: Literal[1] = 1
    model_looks: Plausibility
    rules_look: Plausibility
    weigh: Regression
    threshold: Share
    """Answers less probable than this are not given."""
    sure_at_98: Share | None
    """From this probability on 98% were right, on data sets left out."""
    learned: dict[str, Any]
    """On which reports, with which noise; for readers."""

    def ratio(self, proposal: Proposal) -> float:
        """How right a proposal looks that one reader alone makes."""
        looks = self.model_looks if proposal.stand in BY_MODEL else self.rules_look
        return looks.ratio(proposal.features)

    def trust(self, cases: Sequence[Sequence[Proposal]]) -> Trust:
        """How good the readers are on some reports, given all that was proposed for each."""
        fields: Counter[Stand] = Counter()
        ratios: dict[Stand, list[float]] = {}
        for proposals in cases:
            for one in proposals:
                fields[one.stand] += 1
                if one.stand in BY_MODEL | BY_RULES:
                    ratios.setdefault(one.stand, []).append(self.ratio(one))
        return trust_of(len(cases), fields, ratios)

    def features(self, proposal: Proposal, trust: Trust) -> dict[str, float]:
        """What a proposal is weighed by."""
        found = {**proposal.features, **trust.features(proposal.stand)}
        if proposal.stand in BY_MODEL:
            found[MODEL_RATIO] = self.ratio(proposal)
        elif proposal.stand in BY_RULES:
            found[RULES_RATIO] = self.ratio(proposal)
        return found

    def probability(self, proposal: Proposal, trust: Trust) -> float:
        """How likely a proposal is right."""
        return self.weigh.probability(self.features(proposal, trust))

    def to_json(self) -> str:
        """The file's text."""
        data = rounded(self.model_dump(mode="json"))
        for name in ("model_looks", "rules_look", "weigh"):
            data[name] = json_of_regression(data[name]).replace("\n", "\n ")
        lines = (
            f' "{key}": {value if key in {"model_looks", "rules_look", "weigh"} else json.dumps(value, indent=1)}'
            for key, value in data.items()
        )
        return "{\n" + ",\n".join(lines) + "\n}\n"


@cache
def any_model() -> AnyModel:
    """What comes with baogao."""
    return AnyModel.model_validate_json(_FILE.read_text(encoding="utf-8"))
