"""Arithmetic as evidence: whether the figures of a document add up when a proposed answer stands among them."""

from __future__ import annotations

from baogao.checks import run_checks
from baogao.extraction import Link
from baogao.hybrid.hybrid import Case
from baogao.reading import read_answer
from baogao.schema.fields import FieldSpec
from baogao.schema.values import Answer

_ORDER = "not_more_than"


class CheckBench:
    """The answers of one case as they stand, in which one at a time is replaced."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._related = {name for relation in case.schema.relations for name in relation.fields}
        standing = {**case.model, **case.rules}
        self._answers = {name: self._read(case.schema.by_id[name], link) for name, link in standing.items()}

    def features(self, spec: FieldSpec, link: Link) -> dict[str, float]:
        """Whether a sum or a rate holds or fails with this answer in place, and whether an order does."""
        found = {"check_holds": 0.0, "check_fails": 0.0, "order_holds": 0.0, "order_fails": 0.0}
        if spec.id not in self._related and not spec.is_rate:
            return found
        answers = {**self._answers, spec.id: self._read(spec, link)}
        for check in run_checks(answers, self._case.schema):
            if spec.id in check.fields:
                kind = "order" if check.check == _ORDER else "check"
                found[f"{kind}_{'holds' if check.holds else 'fails'}"] = 1.0
        return found

    def _read(self, spec: FieldSpec, link: Link) -> Answer:
        return read_answer(self._case.document, self._case.candidates, link, spec)
