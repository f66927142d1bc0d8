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


def run_checks(fields: Mapping[str, Answer], schema: Schema) -> list[Check]:
    """The outcome of every relation of the schema whose fields are all stated, and of the bounds of sense."""
    checks = [
        _relation(relation, [fields[name] for name in relation.fields], schema)
        for relation in schema.relations
        if all(name in fields and fields[name].value is not None for name in relation.fields)
    ]
    return [*checks, *_percentages(fields, schema)]


def _relation(relation: Relation, answers: list[Answer], schema: Schema) -> Check:
    values = [answer.value for answer in answers if answer.value is not None]
    exact = all(answer.bound == "exact" for answer in answers)
    holds, message = _JUDGES[relation.kind](values)
    labels = "、".join(schema.by_id[name].label for name in relation.fields)
    return Check(
        check=_NAMES[relation.kind],
        fields=list(relation.fields),
        holds=holds or not exact,
        message=f"{labels}: {message}" + ("" if exact else " (a bound among them)"),
    )


def _plain(value: Decimal) -> str:
    return str(plain_number(value))


def _rate(values: list[Decimal]) -> tuple[bool, str]:
    rate, part, whole = values
    if whole == 0:
        return part == 0, f"{_plain(part)} of 0 has no rate"
    computed = part / whole * 100
    message = f"{_plain(part)} / {_plain(whole)} = {computed:.2f}%, printed {_plain(rate)}%"
    return abs(computed - rate) <= _RATE_SLACK, message


def _ordered(values: list[Decimal]) -> tuple[bool, str]:
    """Each at most the one before; the message shows between which two it is not so."""
    signs = [">=" if later <= earlier else "<" for earlier, later in pairwise(values)]
    shown = [_plain(values[0]), *(f"{sign} {_plain(value)}" for sign, value in zip(signs, values[1:], strict=True))]
    return "<" not in signs, " ".join(shown)


def _parts(values: list[Decimal]) -> tuple[bool, str]:
    total, parts = values[0], values[1:]
    holds = sum(parts) == total
    return holds, f"{' + '.join(map(_plain, parts))} {'=' if holds else '≠'} {_plain(total)}"


_JUDGES = {"rate": _rate, "ordered": _ordered, "parts": _parts}


def _percentages(fields: Mapping[str, Answer], schema: Schema) -> list[Check]:
    """A rate above 100 or below 0 is a misreading, whatever the report."""
    return [
        Check(
            check="rate_in_range", fields=[spec.id], holds=False, message=f"{spec.label}: {_plain(value)}% is no share"
        )
        for spec in schema.figures
        if spec.is_rate and spec.id in fields and (value := fields[spec.id].value) is not None and not 0 <= value <= 100
    ]
