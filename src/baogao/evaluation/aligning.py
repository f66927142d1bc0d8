"""Which row of an answer is which row of gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from baogao.evaluation.gold import GoldRow
from baogao.evaluation.judging import judge, overlaps
from baogao.schema.fields import FieldSpec
from baogao.schema.values import Answer


class _Likeness(NamedTuple):
    """How alike two rows are; what comes first counts most."""

    same_name: bool
    same_place: bool
    """Whether what names them stands at one place."""
    right: int
    """How many cells are right."""


def align_rows(
    gold: Sequence[GoldRow], answers: Sequence[Mapping[str, Answer]], spec: FieldSpec
) -> tuple[int | None, ...]:
    """Match the rows of an answer with those of gold, one to one.

    Two rows can be a pair where they are named the same or at the same place, or where a figure, a date or a quote is
    the same and from the same place. Of all pairs the most alike is taken first; ties go by the order of gold, then of
    the answer.

    :returns: for each row of the answer, the number of the gold row (from 0), or None.
    """
    pairs = [
        (likeness, -number, -said)
        for number, row in enumerate(gold)
        for said, answer in enumerate(answers)
        if (likeness := _likeness(row, answer, spec)) is not None
    ]
    matches: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, said in sorted(pairs, reverse=True):
        if -said not in matches and -number not in taken:
            matches[-said] = -number
            taken.add(-number)
    return tuple(matches.get(said) for said in range(len(answers)))


def _likeness(row: GoldRow, answer: Mapping[str, Answer], spec: FieldSpec) -> _Likeness | None:
    """How alike two rows are; None where they are no pair."""
    key, right, tied = spec.named_by, 0, False
    same_name = same_place = False
    for cell in spec.cells:
        truth, said = row.get(cell.id), answer.get(cell.id)
        if truth is None or said is None:
            continue
        agrees = judge(truth, said, cell.kind)[0] in ("correct", "neutral")
        places = [copy for reading in truth.readings for copy in reading.evidence]
        together = overlaps(places, said.evidence or [])
        right += agrees
        tied |= agrees and together and cell.kind != "choice"
        if cell is key:
            same_name, same_place = agrees, together
    return _Likeness(same_name, same_place, right) if same_name or same_place or tied else None
