"""Calibrations: the weights of logistic regressions as plain JSON, and the probabilities that they give.

``baogao calibrate`` makes them; they lie beside their schema, in ``NAME.calibration.json``, one for each set of
readers, and each is used for the readers only that it was learned for. Using one needs nothing but arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from baogao.choices import Way
from baogao.errors import UsageError
from baogao.hybrid.case import Reader
from baogao.resources import digest_files
from baogao.schema.fields import Schema
from baogao.schema.values import Strict

_DIGITS = 6
"""Decimal places of the numbers in the file."""
_STEEPEST = 35.0
"""Beyond this the probability is 0 or 1 for a float anyway."""
Share = Annotated[float, Field(ge=0, le=1)]


class Weight(Strict):
    """One term of the sum: a feature, or what of it lies above a knot; how it is standardised, and what it is worth."""

    feature: str
    above: float | None = None
    """A knot: the term is ``max(0, feature - above)``. With several of them a feature's worth is piecewise linear."""
    mean: float
    scale: Annotated[float, Field(gt=0)]
    weight: float

    def term(self, features: Mapping[str, float]) -> float:
        """What the term adds; one of a feature that is not given is as if it were 0."""
        value = features.get(self.feature)
        if value is None:
            value = 0.0
        elif self.above is not None:
            value = max(0.0, value - self.above)
        return self.weight * (value - self.mean) / self.scale


class Regression(Strict):
    """A logistic regression."""

    intercept: float
    weights: list[Weight]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        terms = [(weight.feature, weight.above) for weight in self.weights]
        if len(set(terms)) < len(terms):
            raise ValueError("a term has two weights")
        return self

    def log_odds(self, features: Mapping[str, float]) -> float:
        """The logarithm of the odds that an answer with these features is right."""
        total = self.intercept + sum(weight.term(features) for weight in self.weights)
        return max(-_STEEPEST, min(_STEEPEST, total))

    def probability(self, features: Mapping[str, float]) -> float:
        """How likely an answer with these features is right."""
        return 1 / (1 + exp(-self.log_odds(features)))


class Asked(Strict):
    """A model and the way in which it was asked: what a calibration was learned for."""

    way: Way
    model: str | None

    def __str__(self) -> str:
        return f"{self.way} of {self.model or 'a model without a name'}"


class FitOn(Strict):
    """What a calibration was learned from."""

    documents: dict[str, str]
    """Ids of the reports, with the digests of their texts."""
    proposals: int
    """How many proposed answers were judged."""
    right: int
    """How many of them were right."""
    prompts: str | None = None
    """Digest of those that this way of asking renders."""
    rules: str | None = None
    schema_digest: str = Field(alias="schema")


class Calibration(Regression):
    """Everything that turns evidence into a probability, and probabilities into answers, for one set of readers."""

    asked: list[Asked]
    """The models beside rules."""
    sure: Annotated[float, Field(ge=0)] | None = None
    """The model is not asked about fields that rules answer with at least this confidence of their own."""
    threshold: Share
    """Answers less probable than this are not given."""
    sure_at_98: Share | None = None
    """From this probability on 98% were right, on reports left out; None where no probability reaches that."""
    agreement: Share | None = None
    """How many of the answers that rules are sure of the model gave, too; None where it was not asked about any."""
    texts_by: Reader = "rules"
    """Whose metadata and lists were right more often."""
    fit_on: FitOn
    measured: dict[str, Any] = Field(default_factory=dict)
    """What cross-validation said when it was fit; for readers."""


class Calibrations(Strict):
    """The file beside a schema: one calibration for each set of readers."""

    kind: Literal["baogao.calibration"] = "baogao.calibration"
    version: Literal[2] = 2
    schema_name: str
    calibrations: list[Calibration]

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        keys = [tuple(map(str, one.asked)) for one in self.calibrations]
        if len(set(keys)) < len(keys):
            raise ValueError("the same readers have two calibrations")
        return self

    def of(self, asked: Sequence[Asked]) -> Calibration | None:
        """The calibration that was learned for just these models, asked in these ways; None where there is none."""
        return next((one for one in self.calibrations if one.asked == list(asked)), None)

    def with_one(self, calibration: Calibration) -> Calibrations:
        """The same file with one more, in the place of an earlier one for the same readers."""
        others = [one for one in self.calibrations if one.asked != calibration.asked]
        every = sorted([*others, calibration], key=lambda one: [str(asked) for asked in one.asked])
        return self.model_copy(update={"calibrations": every})

    def to_json(self) -> str:
        """The file's text: the same bytes for the same calibrations, one weight a line."""
        data = rounded(self.model_dump(mode="json", by_alias=True))
        parts = [_indented(json_of_regression(one)) for one in data.pop("calibrations")]
        head = "".join(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n" for key, value in data.items())
        body = ",\n".join(f"  {part}" for part in parts)
        return f'{{\n{head} "calibrations": [\n{body}\n ]\n}}\n'


def json_of_regression(data: dict[str, Any]) -> str:
    """A regression, and what goes with it, as JSON: one weight a line."""
    weights = ",\n".join(f"  {json.dumps(weight, ensure_ascii=False)}" for weight in data["weights"])
    rest = {key: value for key, value in data.items() if key != "weights"}
    blocks = {key: json.dumps(value, ensure_ascii=False, indent=1) for key, value in rest.items()}
    lines = [f" {json.dumps(key)}: " + block.replace("\n", "\n ") for key, block in blocks.items()]
    return "{\n" + ",\n".join([*lines, f' "weights": [\n{weights}\n ]']) + "\n}"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def calibration_path(schema: Schema) -> Path:
    """Where a schema's calibration is: ``NAME.calibration.json`` beside ``NAME.py``."""
    return schema.path.with_name(f"{schema.path.stem}.calibration.json")


def load_calibrations(path: Path, schema: Schema, known: Sequence[str]) -> Calibrations:
    """Read a file of calibrations.

    :param known: the features that this version of baogao can compute.
    :raises UsageError: it cannot be read, belongs to another schema, or wants features that are not known.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and data.get("version") == 1:
            raise UsageError(f"{path} is of an earlier version, which did not say for which readers: calibrate again")
        found = Calibrations.model_validate(data)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f"{path} is not a calibration: {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}") from error
    if found.schema_name != schema.name:
        raise UsageError(f"{path} belongs to the schema {found.schema_name!r}, not to {schema.name!r}")
    unknown = [weight.feature for one in found.calibrations for weight in one.weights if weight.feature not in known]
    if unknown:
        raise UsageError(f"{path} wants the feature {unknown[0]!r}, which this version does not have: calibrate again")
    return found


def strangeness(calibration: Calibration, prompts: str | None, rules: str | None) -> list[str]:
    """What is other now than when the calibration was learned, as a notice for readers; empty when nothing is."""
    learned = calibration.fit_on
    pairs = (("prompts", learned.prompts, prompts), ("rules", learned.rules, rules))
    changed = [name for name, then, now in pairs if then != now]
    if not changed:
        return []
    return [f"confidence was learned with other {' and '.join(changed)}: it ranks answers, and may be too sure"]


def calibration_digest(path: Path) -> str:
    """What a record says of the calibration that made its confidence."""
    return digest_files([path])


def rounded(value: Any) -> Any:
    """JSON data with every float rounded: digits beyond say nothing, and differ from machine to machine."""
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0  # -0.0 would print differently from 0.0
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value
