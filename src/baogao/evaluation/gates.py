"""Gates: conditions that a run must meet, for use in continuous integration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from baogao.errors import UsageError
from baogao.evaluation.diff import diff_runs
from baogao.evaluation.runs import Run


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


def check_floors(summary: Mapping[str, Any], floors: Mapping[str, float]) -> list[str]:
    """What is below its floor, one sentence each.

    :raises UsageError: a floor for an extractor that the run does not have.
    """
    failures = []
    for name, floor in floors.items():
        if name not in summary["extractors"]:
            raise UsageError(f"--min-f1 names {name}, which is not in this run ({', '.join(summary['extractors'])})")
        f1 = summary["extractors"][name]["f1"]
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
    before, now = earlier.read("summary.json")["extractors"], run.read("summary.json")["extractors"]
    failures = []
    for name in (name for name in now if name in before):
        old, new = before[name]["f1"], now[name]["f1"]
        if old is not None and (new is None or new < old):
            broken = sum(one.extractor == name for one in difference.of("broken"))
            fixed = sum(one.extractor == name for one in difference.of("fixed"))
            said = "cannot be computed" if new is None else f"is {new:.4f}"
            failures.append(
                f"F1 of {name} {said}, {old:.4f} in {earlier.path}: {fixed} fields fixed, {broken} broken "
                f"(see baogao eval diff {earlier.path} {run.path})"
            )
    return failures
