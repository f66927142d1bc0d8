"""Two runs on the same gold: what the second one fixed and what it broke."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from baogao.errors import UsageError
from baogao.evaluation.rows import CellRow, JudgedRow, Row, ScoreRow
from baogao.evaluation.runs import Run
from baogao.evaluation.summary import Summary

Change = Literal["fixed", "broken", "added", "removed", "changed"]
CHANGES: dict[Change, str] = {
    "fixed": "was not right, is right",
    "broken": "was right, is not",
    "added": "was silent, now gives an answer that is not right",
    "removed": "gave an answer that was not right, now is silent, and should not be",
    "changed": "another answer, still not right",
}


@dataclass(frozen=True)
class FieldChange:
    """A field or a cell of a document that is judged differently, or answered differently and still not right."""

    change: Change
    extractor: str
    """``rules``, or ``rules → hybrid`` where two extractors are compared."""
    before: ScoreRow | CellRow
    after: ScoreRow | CellRow


@dataclass(frozen=True)
class RunDiff:
    """What differs between two runs."""

    only_a: list[str]
    """Extractors that only the earlier run has."""
    only_b: list[str]
    changes: list[FieldChange]

    def of(self, change: Change) -> list[FieldChange]:
        """The changes of one kind."""
        return [one for one in self.changes if one.change == change]


def diff_runs(a: Run, b: Run) -> RunDiff:
    """Compare two runs, extractor by extractor; two runs of one extractor each are compared whatever they are called.

    :raises UsageError: their gold differs, they share no extractor, or one of them has not been scored.
    """
    info_a, info_b = a.info(), b.info()
    gold_a, gold_b = info_a.gold_digests, info_b.gold_digests
    if sorted(gold_a.values()) != sorted(gold_b.values()):
        raise UsageError(
            f"{a.path} and {b.path} were judged by different gold ({', '.join(gold_a)}; {', '.join(gold_b)}): "
            "a difference between them would say nothing; run one of them again"
        )
    names_a, names_b = info_a.names, info_b.names
    pairs = [(name, name) for name in names_a if name in names_b]
    if not pairs and len(names_a) == len(names_b) == 1:
        pairs = [(names_a[0], names_b[0])]
    if not pairs:
        raise UsageError(f"{a.path} ({', '.join(names_a)}) and {b.path} ({', '.join(names_b)}) share no extractor")
    called = {pair: pair[0] if pair[0] == pair[1] else f"{pair[0]} → {pair[1]}" for pair in pairs}
    rows_a, rows_b = a.rows(), b.rows()
    changes: list[FieldChange] = []
    for pair in pairs:
        earlier, later = _judged(rows_a, pair[0]), _judged(rows_b, pair[1])
        for place in dict.fromkeys([*earlier, *later]):
            one, other = earlier.get(place), later.get(place)
            before, after = one or _unsaid(other), other or _unsaid(one)
            if before and after and (change := change_of(before, after)):
                changes.append(FieldChange(change, called[pair], before, after))
    matched_a, matched_b = {one for one, _ in pairs}, {other for _, other in pairs}
    return RunDiff(
        only_a=[name for name in names_a if name not in matched_a],
        only_b=[name for name in names_b if name not in matched_b],
        changes=changes,
    )


def _judged(rows: Iterable[Row], extractor: str) -> dict[tuple[object, ...], ScoreRow | CellRow]:
    """An extractor's verdicts by document and field, those on cells also by their row: its number in gold, or what
    names it where gold does not have it."""
    found: dict[tuple[object, ...], ScoreRow | CellRow] = {}
    for row in rows:
        if isinstance(row, CellRow) and row.extractor == extractor:
            found[row.doc_id, row.field, row.cell, row.row or row.named] = row
        elif isinstance(row, ScoreRow) and row.extractor == extractor:
            found[row.doc_id, row.field] = row
    return found


def _unsaid(row: ScoreRow | CellRow | None) -> CellRow | None:
    """The row of a run in which nobody made up what ``row`` is of; None for a field, which every run has."""
    if not isinstance(row, CellRow) or row.row is not None:
        return None
    return row.model_copy(update={"verdict": "absent", "answer": None})


def change_of(before: JudgedRow, after: JudgedRow) -> Change | None:
    """What happened to one field; None where nothing did that matters."""
    if before.right != after.right:
        return "fixed" if after.right else "broken"
    if before.right or _said(before) == _said(after):
        return None
    if before.answer is None:
        return "added"
    return "removed" if after.answer is None else "changed"


def _said(row: JudgedRow) -> tuple[object, ...] | None:
    return None if row.answer is None else (row.answer.status, row.answer.value, row.answer.upper)


def parse_floors(given: Iterable[str]) -> dict[str, float]:
    """Read ``NAME=0.85``.

    :raises UsageError: not of that form, or not between 0 and 1.
    """
    floors: dict[str, float] = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            floor = float(number)
        except ValueError as error:
            raise UsageError(f"--min-f1 wants EXTRACTOR=NUMBER, like hybrid=0.85; it got {text!r}") from error
        if not name or not 0 <= floor <= 1:
            raise UsageError(f"--min-f1 wants EXTRACTOR=NUMBER with a number from 0 to 1; it got {text!r}")
        floors[name] = floor
    return floors


def check_floors(summary: Summary, floors: Mapping[str, float]) -> list[str]:
    """What is below its floor, one sentence each.

    :raises UsageError: a floor for an extractor that the run does not have.
    """
    failures = []
    for name, floor in floors.items():
        if name not in summary.extractors:
            raise UsageError(f"--min-f1 names {name}, which is not in this run ({', '.join(summary.extractors)})")
        f1 = summary.extractors[name].f1
        if f1 is None:
            failures.append(f"F1 of {name} cannot be computed: no figure is stated or answered; {floor} is asked for")
        elif f1 < floor:
            failures.append(f"F1 of {name} is {f1:.4f}, below the {floor} that is asked for")
    return failures


def check_not_worse(run: Run, earlier: Run) -> list[str]:
    """Where a run is worse than an earlier one, one sentence for each extractor that both have.

    :raises UsageError: their gold differs, or they share no extractor.
    """
    difference = diff_runs(earlier, run)
    before, now = earlier.summary().extractors, run.summary().extractors
    shared = [name for name in now if name in before]
    if not shared:  # a diff takes two single extractors of different names; a gate must not hold because of that
        raise UsageError(f"{run.path} ({', '.join(now)}) and {earlier.path} ({', '.join(before)}) share no extractor")
    failures = []
    for name in shared:
        old, new = before[name].f1, now[name].f1
        if old is not None and (new is None or new < old):
            broken = sum(one.extractor == name for one in difference.of("broken"))
            fixed = sum(one.extractor == name for one in difference.of("fixed"))
            said = "cannot be computed" if new is None else f"is {new:.4f}"
            failures.append(
                f"F1 of {name} {said}, {old:.4f} in {earlier.path}: {fixed} fields fixed, {broken} broken "
                f"(see baogao eval diff {earlier.path} {run.path})"
            )
    return failures
