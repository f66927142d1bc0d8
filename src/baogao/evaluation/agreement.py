"""How far two annotators of the same reports agree, field by field.

A field's label is its state and value (a nominal scale: 26.5 and 26.4 differ as much as 26.5 and 3). Cells of rows are
compared where the rows are, as an answer's are with gold's; a row that only one has is silence of the other. What one
of the two has not looked at is not compared. Plain
agreement over all fields is flattered by silence, on which two annotators nearly always agree; Krippendorff's alpha
corrects for chance, and agreement where at least one of the two states something is given beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from types import ModuleType

import numpy as np

from baogao.errors import GoldError, UsageError
from baogao.evaluation.aligning import align_rows
from baogao.evaluation.gold import Dataset, Gold, GoldField, GoldRow
from baogao.evaluation.judging import judge
from baogao.evaluation.values import key_of
from baogao.schema.fields import FieldKind, FieldSpec, Schema
from baogao.schema.values import Answer, Status

Pairs = Sequence[tuple[Gold, Gold]]
"""Of each report the two annotations."""
_Compared = tuple[str, FieldKind, list[tuple[str, GoldField, GoldField]]]
"""A field, and what the two say of it in each report."""
_SILENT = GoldField(status="not_reported")
Label = tuple[Status, Decimal | str | None, Decimal | None]


@dataclass(frozen=True)
class FieldAgreement:
    """Agreement on one field, or on all of them."""

    field: str
    pairs: int
    """Documents (or, over all fields, documents times fields) that both annotated."""
    stated: int
    """Those of them that at least one of the two states."""
    agreed: float
    """The share of pairs with the same label."""
    agreed_stated: float | None
    """The same among the stated; None without any."""
    alpha: float | None
    """Krippendorff's alpha; None where all labels are the same, so that there is no chance to correct for."""


@dataclass(frozen=True)
class Disagreement:
    """One field of one document that the two read differently."""

    doc_id: str
    field: str
    """Its id; of a cell ``projects.investment``."""
    a: GoldField
    b: GoldField
    kind: FieldKind = "figure"

    @property
    def allowed(self) -> bool:
        """True when one's reading is among the other's alternatives."""
        both = (self.a, self.b), (self.b, self.a)
        verdicts = [judge(gold, _answer(said), self.kind)[0] for gold, said in both]
        return "correct" in verdicts or "neutral" in verdicts


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree."""

    documents: int
    overall: FieldAgreement
    fields: list[FieldAgreement]
    """In the schema's order."""
    disagreements: list[Disagreement]


def agree(a: Dataset, b: Dataset, schema: Schema) -> Agreement:
    """Compare two annotations of the same texts; documents that only one of them has are left out.

    :raises GoldError: no document or no field in common, or the same id with two texts.
    :raises UsageError: the library ``krippendorff`` is not installed.
    """
    try:
        import krippendorff  # an extra: only annotators need it
    except ImportError as error:
        raise UsageError("agreement needs the library krippendorff: pip install 'baogao[eval]'") from error
    theirs = {item.gold.doc_id: item.gold for item in b.items}
    pairs = [(item.gold, theirs[item.gold.doc_id]) for item in a.items if item.gold.doc_id in theirs]
    if not pairs:
        raise GoldError(f"{a.name} and {b.name} have no document in common")
    for one, other in pairs:
        if one.sha256 != other.sha256:
            raise GoldError(f"{one.doc_id}: sha256: {a.name} and {b.name} annotate two different texts")
    labels: dict[str, list[tuple[Label, Label]]] = {}
    disagreements: list[Disagreement] = []
    for name, kind, fields in chain(_fields(pairs, schema), _cells(pairs, schema)):
        labels[name] = [(_label(x, kind), _label(y, kind)) for _, x, y in fields]
        disagreements += [
            Disagreement(doc_id, name, x, y, kind) for doc_id, x, y in fields if _label(x, kind) != _label(y, kind)
        ]
    everything = [pair for field in labels.values() for pair in field]
    if not everything:
        raise GoldError(f"{a.name} and {b.name} have no field that both looked at")
    return Agreement(
        documents=len(pairs),
        overall=_agreement("all fields", everything, krippendorff),
        fields=[_agreement(name, field, krippendorff) for name, field in labels.items()],
        disagreements=disagreements,
    )


def _fields(pairs: Pairs, schema: Schema) -> Iterator[_Compared]:
    """The fields that are answered once, each in the reports in which both looked at it."""
    for spec in schema.fields:
        both = [(one, other) for one, other in pairs if one.knows(spec.id) and other.knows(spec.id)]
        if both:
            yield spec.id, spec.kind, [(one.doc_id, one.field(spec.id), other.field(spec.id)) for one, other in both]


def _cells(pairs: Pairs, schema: Schema) -> Iterator[_Compared]:
    """The cells of rows that at least one of the two has; none of a list in which nobody has any."""
    for spec in schema.rows:
        rows = [(one.doc_id, *row) for one, other in pairs for row in _rows(one, other, spec)]
        for cell in spec.cells if rows else ():
            both = [(doc_id, a.get(cell.id, _SILENT), b.get(cell.id, _SILENT)) for doc_id, a, b in rows]
            yield f"{spec.id}.{cell.id}", cell.kind, both


def _rows(one: Gold, other: Gold, spec: FieldSpec) -> Iterator[tuple[GoldRow, GoldRow]]:
    """The rows of one list, those of both side by side; one that may be there or not counts where the other has it."""
    if not (one.knows(spec.id) and other.knows(spec.id)):
        return
    mine, theirs = one.rows.get(spec.id, []), other.rows.get(spec.id, [])
    matches = align_rows(mine, [{name: _answer(cell) for name, cell in row.items()} for row in theirs], spec)
    of_mine = {match: number for number, match in enumerate(matches) if match is not None}
    for number, row in enumerate(mine):
        if number in of_mine:
            yield row, theirs[of_mine[number]]
        elif any(cell.stated for cell in row.values()):
            yield row, {}
    for row, match in zip(theirs, matches, strict=True):
        if match is None and any(cell.stated for cell in row.values()):
            yield {}, row


def _answer(field: GoldField) -> Answer:
    """One annotator's reading as an answer to the other's; of several readings the first."""
    best = next(iter(field.readings), field)
    places = list(best.evidence[0]) if best.evidence else []
    return Answer(status=best.status, value=best.value, upper=best.upper, evidence=places)


def _label(field: GoldField, kind: FieldKind) -> Label:
    value = field.value if kind == "figure" or field.value is None else key_of(field.value, kind)
    return field.status, value, field.upper


def _agreement(name: str, pairs: Sequence[tuple[Label, Label]], library: ModuleType) -> FieldAgreement:
    stated = [(x, y) for x, y in pairs if x[0] != "not_reported" or y[0] != "not_reported"]
    codes: dict[Label, int] = {}
    for label in chain.from_iterable(pairs):
        codes.setdefault(label, len(codes))
    alpha = None
    if len(codes) > 1:
        data = np.array([[codes[x] for x, _ in pairs], [codes[y] for _, y in pairs]])
        alpha = float(library.alpha(reliability_data=data, level_of_measurement="nominal"))
    return FieldAgreement(
        field=name,
        pairs=len(pairs),
        stated=len(stated),
        agreed=sum(x == y for x, y in pairs) / len(pairs),
        agreed_stated=sum(x == y for x, y in stated) / len(stated) if stated else None,
        alpha=alpha,
    )
