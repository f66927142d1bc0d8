"""A calibration: the weights of a logistic regression as plain JSON, and the probability that they give.

It is made by ``baogao calibrate`` and lies beside its schema, ``NAME.calibration.json``. Using it needs nothing but
arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from baogao.errors import UsageError
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
        """What the term adds; a feature that is not given counts as 0."""
        value = features.get(self.feature, 0.0)
        if self.above is not None:
            value = max(0.0, value - self.above)
        return self.weight * (value - self.mean) / self.scale


class FitOn(Strict):
    """What a calibration was learned from."""

    documents: dict[str, str]
    """Ids of the reports, with the digests of their texts."""
    proposals: int
    """How many proposed answers were judged."""
    right: int
    """How many of them were right."""
    model: str | None = None
    prompts: str | None = None
    rules: str | None = None
    schema_digest: str = Field(alias="schema")


class Calibration(Strict):
    """Everything that turns evidence into a probability, and probabilities into answers."""

    kind: Literal["baogao.calibration"] = "baogao.calibration"
    version: Literal[1] = 1
    schema_name: str
    sure: Annotated[float, Field(ge=0)]
    """The model is not asked about fields that rules answer with at least this confidence of their own."""
    threshold: Share
    """Answers less probable than this are not given."""
    intercept: float
    weights: list[Weight]
    fit_on: FitOn
    measured: dict[str, Any] = Field(default_factory=dict)
    """What cross-validation said when it was fit; for readers."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        terms = [(weight.feature, weight.above) for weight in self.weights]
        if len(set(terms)) < len(terms):
            raise ValueError("a term has two weights")
        return self

    def probability(self, features: Mapping[str, float]) -> float:
        """How likely an answer with these features is right."""
        total = self.intercept + sum(weight.term(features) for weight in self.weights)
        return 1 / (1 + exp(-max(-_STEEPEST, min(_STEEPEST, total))))

    def to_json(self) -> str:
        """The file's text: the same bytes for the same calibration."""
        data = _rounded(self.model_dump(mode="json", by_alias=True))
        weights = ",\n".join(f"  {json.dumps(weight, ensure_ascii=False)}" for weight in data.pop("weights"))
        blocks = {key: json.dumps(value, ensure_ascii=False, indent=1) for key, value in data.items()}
        lines = [f" {json.dumps(key)}: " + block.replace("\n", "\n ") for key, block in blocks.items()]
        return "{\n" + ",\n".join([*lines, f' "weights": [\n{weights}\n ]']) + "\n}\n"


def calibration_path(schema: Schema) -> Path:
    """Where a schema's calibration is: ``NAME.calibration.json`` beside ``NAME.py``."""
    return schema.path.with_name(f"{schema.path.stem}.calibration.json")


def load_calibration(path: Path, schema: Schema, known: Sequence[str]) -> Calibration:
    """Read a calibration.

    :param known: the features that this version of baogao can compute.
    :raises UsageError: it cannot be read, belongs to another schema, or wants features that are not known.
    """
    try:
        calibration = Calibration.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f"{path} is not a calibration: {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}") from error
    if calibration.schema_name != schema.name:
        raise UsageError(f"{path} belongs to the schema {calibration.schema_name!r}, not to {schema.name!r}")
    unknown = [weight.feature for weight in calibration.weights if weight.feature not in known]
    if unknown:
        raise UsageError(f"{path} wants the feature {unknown[0]!r}, which this version does not have: calibrate again")
    return calibration


def strangeness(calibration: Calibration, model: str | None, prompts: str | None, rules: str | None) -> list[str]:
    """What is other now than when the calibration was learned, as a notice for readers; empty when nothing is."""
    learned = calibration.fit_on
    pairs = (("model", learned.model, model), ("prompts", learned.prompts, prompts), ("rules", learned.rules, rules))
    changed = [name for name, then, now in pairs if then != now]
    if not changed:
        return []
    return [f"confidence was learned with other {' and '.join(changed)}: it ranks answers, and may be too sure"]


def calibration_digest(path: Path) -> str:
    """What a record says of the calibration that made its confidence."""
    return digest_files([path])


def _rounded(value: Any) -> Any:
    """JSON data with every float rounded: digits beyond say nothing, and differ from machine to machine."""
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0  # -0.0 would print differently from 0.0
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
