"""Trust: how good rules and a model are on the reports at hand, where no gold says so.

Where both give the same answer nothing is learned of which is better. Where one alone speaks, or they differ, the
answers themselves tell: a right one stands among the field's words, in its unit, without a cue that speaks against it,
and a wrong one mostly does not. Regressions that were learned once, with models of every quality (see
``baogao.hybrid.weighing``), say of each such answer how much likelier it looks where it is right than where it is
wrong. From these ratios the share of right ones is found by expectation and maximisation, as of a mixture of two known
parts (Titterington, Smith and Makov 1985, 4.3); with the counts of where the two agree it gives what each reader gets
right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from typing import Literal, get_args

from baogao.record import Jury
from baogao.schema.values import Strict

Stand = Literal["both", "rules_only", "model_only", "rules_against", "model_against", "neither"]
"""Who gives an answer to a field: both the same, one while the other is silent, one while the other gives another; or
nobody, where it is only second best to the rules."""
STANDS: tuple[Stand, ...] = get_args(Stand)
BY_MODEL: frozenset[Stand] = frozenset({"model_only", "model_against"})
BY_RULES: frozenset[Stand] = frozenset({"rules_only", "rules_against"})

_ROUNDS = 60
"""Of expectation and maximisation; the share does not move any more after fewer."""
_FEW = 2.5
"""Answers that the prior counts for: with none at all the share is the prior's."""
_MODEL_PRIOR = 0.6
_RULES_PRIOR = 0.5
"""Shares of right ones before any was seen."""
_LEAST = 1e-4
_BEST = 0.999
"""No reader is taken for better: one more report may hold an error."""
_WORST = 0.05
"""Nor for worse: beyond it nothing was learned."""
LEADS = 0.4
"""From this difference on, in log-odds of F1, the better one leads: where it was tried (docs/calibration.md), a
smaller one is as often wrong as right, and weighing each answer does better."""

FEWEST_DISPUTED = 8
"""Fewer answers that one of them does not give tell nothing of who is better."""
LEADS_F1 = 0.015
"""… and from this difference in F1: between two that are nearly perfect, odds differ much by chance."""


class Trust(Strict):
    """What a sample of a run says of its two readers."""

    reports: int
    both: int
    """Fields that both answer alike."""
    differ: int
    """Fields to which they give different answers."""
    rules_only: int
    model_only: int
    """Fields that one of them answers."""
    model_right: float
    """The share of right ones among the answers of the model that rules do not give, by estimate."""
    rules_right: float
    """The same, of the answers that rules alone give."""
    rules_right_against: float
    """The same, of those to which the model gives another."""

    @property
    def disputed(self) -> int:
        """Fields on which they do not say the same."""
        return self.differ + self.rules_only + self.model_only

    @property
    def rules_f1(self) -> float:
        """F1 of rules, by estimate."""
        right = self.both + self.rules_right * self.rules_only + self.rules_right_against * self.differ
        return _f1(right, self.both + self.differ + self.rules_only, self._stated)

    @property
    def model_f1(self) -> float:
        """F1 of the model, by estimate."""
        right = self.both + self.model_right * (self.model_only + self.differ)
        return _f1(right, self.both + self.differ + self.model_only, self._stated)

    @property
    def lead(self) -> float:
        """By how much the model is better, in log-odds of F1; negative where rules are."""
        return _log_odds(self.model_f1) - _log_odds(self.rules_f1)

    @property
    def leader(self) -> Literal["rules", "model", "both"]:
        """Who leads; ``both`` where neither is clearly better."""
        if self.disputed < FEWEST_DISPUTED or abs(self.lead) < LEADS or abs(self.model_f1 - self.rules_f1) < LEADS_F1:
            return "both"
        return "model" if self.lead > 0 else "rules"

    @property
    def _stated(self) -> float:
        """How many fields the reports state, by estimate."""
        alone = self.rules_right * self.rules_only + self.model_right * self.model_only
        return self.both + alone + self.differ * max(self.model_right, self.rules_right_against)

    def features(self, stand: Stand) -> dict[str, float]:
        """What an answer is weighed by beside its own features, each named for its stand; the others are 0."""
        rules, model = self.both + self.differ + self.rules_only, self.both + self.differ + self.model_only
        found = {
            "": 1.0,
            ":model_right": _log_odds(self.model_right),
            ":rules_right": _log_odds(self.rules_right),
            ":rules_only": _log_odds((self.rules_only + 1) / (rules + 3)),
            ":differ": _log_odds((self.differ + 1) / (rules + 3)),
            ":model_only": _log_odds((self.model_only + 1) / (model + 3)),
            ":lead": self.lead,
            ":model_f1": _log_odds(self.model_f1),
            ":rules_f1": _log_odds(self.rules_f1),
        }
        return {f"{stand}{name}": value for name, value in found.items()}

    def as_jury(self) -> Jury:
        """The same, as records and ``run.json`` keep it."""
        return Jury(
            leader=self.leader,
            reason=self.words(),
            reports=self.reports,
            rules_f1=round(self.rules_f1, 3),
            model_f1=round(self.model_f1, 3),
        )

    def words(self) -> str:
        """Who led and why, in one line."""
        who = {
            "model": "the model leads",
            "rules": "rules lead, and the model only confirms and fills",
            "both": "neither leads, and each answer is weighed",
        }
        reports = f"{self.reports} report{'s' if self.reports != 1 else ''}"
        return (
            f"{who[self.leader]}: on {reports} both agree on {self.both} figures and differ on {self.differ}, "
            f"rules alone give {self.rules_only} and the model alone {self.model_only}; "
            f"of what rules do not give about {self.model_right:.0%} of the model's look right "
            f"(F1 by estimate: rules {self.rules_f1:.2f}, model {self.model_f1:.2f})"
        )


def trust_of(reports: int, fields: Counter[Stand], ratios: Mapping[Stand, Sequence[float]]) -> Trust:
    """What a sample says of its readers.

    :param fields: how many fields have an answer of each stand.
    :param ratios: of each answer of a stand, the logarithm of how much likelier it looks where it is right.
    """
    of_model = [ratio for stand in BY_MODEL for ratio in ratios.get(stand, ())]
    model_right = _share_right(of_model, _MODEL_PRIOR)
    # One of two different answers is wrong: what speaks for the model's speaks against those of the rules.
    of_rules = {stand: _share_right(ratios.get(stand, ()), _RULES_PRIOR) for stand in BY_RULES}
    against = min(of_rules["rules_against"], 1 - 0.9 * model_right)
    return Trust(
        reports=reports,
        both=fields["both"],
        differ=fields["rules_against"],
        rules_only=fields["rules_only"],
        model_only=fields["model_only"],
        model_right=round(model_right, 6),
        rules_right=round(of_rules["rules_only"], 6),
        rules_right_against=round(against, 6),
    )


def _share_right(ratios: Iterable[float], prior: float) -> float:
    """The share of right ones among answers, by expectation and maximisation, with a weak prior."""
    odds = [exp(ratio) for ratio in ratios]
    share = prior
    for _ in range(_ROUNDS):
        right = sum(share * odd / (share * odd + 1 - share) for odd in odds)
        share = (right + _FEW * prior) / (len(odds) + _FEW)
    return share


def _f1(right: float, answered: float, stated: float) -> float:
    """F1 with a report's worth of doubt: one right of one more that is answered and stated."""
    return max(_WORST, min(2 * (right + 1) / (answered + stated + 2), _BEST))


def _log_odds(share: float) -> float:
    share = min(max(share, _LEAST), 1 - _LEAST)
    return log(share / (1 - share))
