"""Arithmetic that should hold between the figures of one record.

A check never makes up a value and never changes one; it tells a reader where to look. A check is made only when all its
fields are stated, and a bound other than exact is allowed for.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

from baogao.record import Check
from baogao.schema.fields import Relation, Schema
from baogao.schema.values import Answer, plain_number

_RATE_SLACK = Decimal("0.51")
"""In percentage points: reports round rates to whole per cents, and sometimes cut instead of rounding."""
_NAMES = {"rate": "rate_matches_counts", "ordered": "not_more_than", "parts": "parts_add_up"}
"""What a check is called in a record, by the kind of its relation."""


def run_checks(fields: Mapping[str, Answer], schema: Schema) -> list[Check]:
    """The outcome of every relation of the schema whose fields are all stated, and of the bounds of sense.

    A share above 100% or below 0 is a misreading, whatever the report; one within has no check. A growth may be either.
    """
    stated = {name: answer.number for name, answer in fields.items() if answer.number is not None}
    checks: list[Check] = []
    for relation in schema.relations:
        if not stated.keys() >= set(relation.fields):
            continue
        holds, message = _judged(relation, [stated[name] for name in relation.fields])
        exact = all(fields[name].bound == "exact" for name in relation.fields)
        labels = "、".join(schema.by_id[name].label for name in relation.fields)
        checks.append(
            Check(
                check=_NAMES[relation.kind],
                fields=list(relation.fields),
                holds=holds or not exact,
                message=f"{labels}: {message}" + ("" if exact else " (a bound among them)"),
            )
        )
    for spec in schema.figures:
        if spec.is_share and spec.id in stated and not 0 <= stated[spec.id] <= 100:
            message = f"{spec.label}: {plain_number(stated[spec.id])}% is no share"
            checks.append(Check(check="rate_in_range", fields=[spec.id], holds=False, message=message))
    return checks


def _judged(relation: Relation, values: list[Decimal]) -> tuple[bool, str]:
    """Whether a relation holds between its figures, taken as exact, and the arithmetic in figures."""
    printed = [str(plain_number(value)) for value in values]
    if relation.kind == "rate":
        rate, part, whole = values
        if whole == 0:
            return part == 0, f"{printed[1]} of 0 has no rate"
        computed = part / whole * 100
        message = f"{printed[1]} / {printed[2]} = {computed:.2f}%, printed {printed[0]}%"
        return abs(computed - rate) <= _RATE_SLACK, message
    if relation.kind == "ordered":
        signs = [">=" if later <= earlier else "<" for earlier, later in pairwise(values)]
        compared = [f"{sign} {number}" for sign, number in zip(signs, printed[1:], strict=True)]
        return "<" not in signs, " ".join([printed[0], *compared])
    holds = sum(values[1:]) == values[0]
    return holds, f"{' + '.join(printed[1:])} {'=' if holds else '≠'} {printed[0]}"
