"""Fitting: from proposals whose truth is known to a logistic regression, cross-validated by report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baogao.errors import UsageError
from baogao.hybrid.calibration import Weight
from baogao.hybrid.proposals import Chosen, Proposal, choose

_FOLDS = 10
"""Parts of the reports that are left out in turn; with fewer reports, each is left out alone."""
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Inverse strengths of the L2 penalty that are tried."""
_QUANTILES = (0.25, 0.5, 0.75)
"""Where the knots of a feature lie."""
_FEWEST_VALUES = 7
"""A feature with fewer different values gets no knots."""
_DIGITS = 6
"""Decimals of a knot, so that the last bits of a machine do not show in a calibration."""
_FEWEST_DOCUMENTS = 4
"""Reports below which nothing is learned; set by hand."""
_GRID = tuple(number / 100 for number in range(45, 96))
"""Thresholds that are tried: 0.45 to 0.95. F1 is highest at half of what it comes to (Lipton, Elkan and Naryanaswamy
2014); from a set of reports alone a lower one may look as good, and gives answers that are wrong more often than
right."""
_STEPS = 5000
"""The most that the solver takes."""
_LEAST_PROBABILITY = 1e-9
"""In the log loss, so that one wrong certainty does not make it infinite."""
_NEARLY = 0.001
"""Thresholds whose F1 is within this of the best are alike; their middle is taken."""
Floats = NDArray[np.float64]
_Term = tuple[int, float | None]
"""A feature's column, and a knot or None."""


@dataclass(frozen=True)
class TrainingExample:
    """One report with gold: what was proposed, and what is true."""

    doc_id: str
    proposals: tuple[Proposal, ...]
    right: tuple[bool | None, ...]
    """For each proposal, whether it is right; None where the gold allows both."""
    stated: frozenset[str]
    """The fields that the gold states."""


@dataclass(frozen=True)
class Fit:
    """What was learned, and how it did on reports that it had not seen."""

    weights: tuple[Weight, ...]
    intercept: float
    threshold: float
    strength: float
    """The inverse strength of the penalty that was best."""
    probabilities: tuple[tuple[float, ...], ...]
    """For each example's proposals, the probability from the fold that did not hold the report."""


def fit(examples: Sequence[TrainingExample], features: Sequence[str], strengths: Sequence[float] = STRENGTHS) -> Fit:
    """Learn weights from every example; choose penalty and threshold on what cross-validation predicts.

    :param strengths: inverse strengths of the L2 penalty to try.
    :raises UsageError: scikit-learn is missing, or there is too little to learn from.
    """
    if len(examples) < _FEWEST_DOCUMENTS:
        raise UsageError(f"{len(examples)} reports are too few to calibrate on: at least {_FEWEST_DOCUMENTS}")
    if len({right for example in examples for right in example.right} - {None}) < 2:
        raise UsageError("every proposed answer is right, or every one is wrong: there is nothing to learn")
    table = _Table.of(examples, features)
    with _one_thread():
        tried = {strength: _cross_validate(table, strength) for strength in strengths}
        strength = min(tried, key=lambda one: _log_loss(tried[one], table))
        regression = _Regression.fit(table.known_rows(), table.known_labels(), strength)
    flat = iter(tried[strength].tolist())
    probabilities = tuple(tuple(islice(flat, len(example.proposals))) for example in examples)
    threshold = best_threshold(examples, probabilities)
    return Fit(regression.weights(features), regression.intercept, threshold, strength, probabilities)


def _one_thread() -> AbstractContextManager[object]:
    """Matrices this small are slower with several threads, on a busy machine many times slower.

    :raises UsageError: scikit-learn is missing.
    """
    try:
        import sklearn.linear_model  # noqa: F401  (only libraries that are loaded can be limited)
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise UsageError("calibrating needs the extra: pip install 'baogao[calibrate]'") from error
    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def best_threshold(examples: Sequence[TrainingExample], probabilities: Sequence[Sequence[float]]) -> float:
    """The threshold with the highest F1 over all examples; of several as good, the middle one."""
    scores: list[float] = []
    for threshold in _GRID:
        correct, wrong, missing, spurious = np.sum(example_counts(examples, probabilities, threshold), axis=0)
        scores.append(float(2 * correct / (2 * correct + 2 * wrong + missing + spurious)) if correct else 0.0)
    good = [threshold for threshold, score in zip(_GRID, scores, strict=True) if score >= max(scores) - _NEARLY]
    return good[len(good) // 2]


def example_counts(
    examples: Sequence[TrainingExample], probabilities: Sequence[Sequence[float]], threshold: float
) -> list[tuple[int, int, int, int]]:
    """(correct, wrong, missing, spurious) of each example, when its most probable answers are given."""
    counts: list[tuple[int, int, int, int]] = []
    for example, its_own in zip(examples, probabilities, strict=True):
        given = given_answers(example, its_own, threshold)
        counts.append(count_verdicts([(one.proposal.field, right) for one, right in given], example.stated))
    return counts


def given_answers(
    example: TrainingExample, probabilities: Sequence[float], threshold: float
) -> list[tuple[Chosen, bool | None]]:
    """The answers that an example is given, and whether each is right."""
    truth = {id(proposal): right for proposal, right in zip(example.proposals, example.right, strict=True)}
    chosen, _ = choose(example.proposals, probabilities)
    return [(one, truth[id(one.proposal)]) for one in chosen.values() if one.probability >= threshold]


def count_verdicts(given: Iterable[tuple[str, bool | None]], stated: frozenset[str]) -> tuple[int, int, int, int]:
    """(correct, wrong, missing, spurious) of the answers to some fields; None is neither right nor wrong."""
    verdicts = dict(given)
    correct = sum(right is True for right in verdicts.values())
    wrong = sum(right is False and name in stated for name, right in verdicts.items())
    spurious = sum(right is False and name not in stated for name, right in verdicts.items())
    return correct, wrong, len(stated) - correct - wrong, spurious


@dataclass(frozen=True)
class _Table:
    """All proposals as rows."""

    rows: Floats
    labels: NDArray[np.int8]
    """1 right, 0 wrong, -1 not to be learned from."""
    documents: NDArray[np.int64]

    @classmethod
    def of(cls, examples: Sequence[TrainingExample], features: Sequence[str]) -> _Table:
        proposals = [proposal for example in examples for proposal in example.proposals]
        return cls(
            np.array([[one.features[name] for name in features] for one in proposals], dtype=np.float64),
            np.array([-1 if right is None else int(right) for example in examples for right in example.right], np.int8),
            np.array([number for number, example in enumerate(examples) for _ in example.proposals], np.int64),
        )

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows may be learned from."""
        return self.labels >= 0

    def known_rows(self, among: NDArray[np.bool_] | None = None) -> Floats:
        """Their features."""
        return self.rows[self.known if among is None else self.known & among]

    def known_labels(self, among: NDArray[np.bool_] | None = None) -> NDArray[np.int8]:
        """Their labels."""
        return self.labels[self.known if among is None else self.known & among]


def _cross_validate(table: _Table, strength: float) -> Floats:
    """The probability of every row, by a regression that did not see its report."""
    folds = min(_FOLDS, len(set(table.documents.tolist())))
    found = np.full(len(table.labels), 0.5)
    for fold in range(folds):
        held_out = table.documents % folds == fold
        labels = table.known_labels(~held_out)
        if len(set(labels.tolist())) == 2 and held_out.any():
            regression = _Regression.fit(table.known_rows(~held_out), labels, strength)
            found[held_out] = regression.predict(table.rows[held_out])
    return found


@dataclass(frozen=True)
class _Regression:
    """A fitted logistic regression on features and what of them lies above their knots."""

    terms: tuple[_Term, ...]
    scaler: Any
    model: Any

    @classmethod
    def fit(cls, rows: Floats, labels: NDArray[np.int8], strength: float) -> _Regression:
        """Every feature as it is, and above its quartiles where it takes many values."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        terms: list[_Term] = []
        for column, values in enumerate(rows.T):
            terms.append((column, None))
            if len(np.unique(values)) >= _FEWEST_VALUES:
                knots = {round(float(knot), _DIGITS) for knot in np.quantile(values, _QUANTILES)}
                terms += [(column, knot) for knot in sorted(knots - {float(values.min()), float(values.max())})]
        expanded = _expand(rows, terms)
        scaler = StandardScaler().fit(expanded)
        model = LogisticRegression(C=strength, max_iter=_STEPS).fit(scaler.transform(expanded), labels)
        return cls(tuple(terms), scaler, model)

    @property
    def intercept(self) -> float:
        """The log-odds of an answer whose every term is average."""
        return float(self.model.intercept_[0])

    def predict(self, rows: Floats) -> Floats:
        """The probability of each row."""
        found: Floats = self.model.predict_proba(self.scaler.transform(_expand(rows, self.terms)))[:, 1]
        return found

    def weights(self, features: Sequence[str]) -> tuple[Weight, ...]:
        """The terms under their features' names."""
        numbers = zip(self.terms, self.scaler.mean_, self.scaler.scale_, self.model.coef_[0], strict=True)
        return tuple(
            Weight(feature=features[column], above=knot, mean=float(mean), scale=float(scale), weight=float(weight))
            for (column, knot), mean, scale, weight in numbers
        )


def _expand(rows: Floats, terms: Sequence[_Term]) -> Floats:
    columns = [rows[:, column] if knot is None else np.maximum(0.0, rows[:, column] - knot) for column, knot in terms]
    return np.stack(columns, axis=1)


def _log_loss(probabilities: Floats, table: _Table) -> float:
    pairs = zip(probabilities[table.known].tolist(), table.known_labels().tolist(), strict=True)
    return -sum(log(max(p if label else 1 - p, _LEAST_PROBABILITY)) for p, label in pairs)
