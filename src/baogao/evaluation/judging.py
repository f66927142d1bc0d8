"""One answer and its gold: whether it says the same, at the same place."""

from __future__ import annotations

from collections.abc import Sequence

from baogao.evaluation.gold import Copies, GoldField, Reading
from baogao.evaluation.tally import Verdict
from baogao.evaluation.values import same_value
from baogao.schema.fields import FieldKind
from baogao.schema.values import Answer, Span


def judge(gold: GoldField, answer: Answer, kind: FieldKind = "figure") -> tuple[Verdict, Reading | None]:
    """The verdict on an answer of a document that did not fail, and the reading that it matches, if any.

    A reading matches in the same state and with the same value (see ``values.same_value``). Of several, the one counts
    that speaks best for the answer: by its place, then by its bound.
    """
    if answer.status == "not_reported":
        return ("missing" if gold.stated else "absent"), None
    same = [one for one in gold.readings if one.status == answer.status and same_value(one, answer, kind)]
    if not same:
        return ("wrong" if gold.stated else "spurious"), None
    best = max(same, key=lambda reading: (is_grounded(reading, answer), has_bound(reading, answer)))
    return ("correct" if gold.stated else "neutral"), best


def is_grounded(reading: Reading, answer: Answer) -> bool:
    """Whether the answer's evidence overlaps any span of any copy of the reading."""
    return overlaps(reading.evidence, answer.evidence or [])


def has_bound(reading: Reading, answer: Answer) -> bool:
    """Whether the bounds are the same; a bound that is not given is ``exact``."""
    return (reading.bound or "exact") == (answer.bound or "exact")


def match_items(items: Sequence[Copies], answers: Sequence[Sequence[Span]]) -> tuple[int | None, ...]:
    """Match a list's answers to its gold, in order: each takes the first item that it overlaps and none has taken."""
    free = dict(enumerate(items))
    matches: list[int | None] = []
    for answer in answers:
        match = next((number for number, copies in free.items() if overlaps(copies, answer)), None)
        if match is not None:
            del free[match]
        matches.append(match)
    return tuple(matches)


def overlaps(copies: Copies, spans: Sequence[Span]) -> bool:
    """Whether some of the spans share a character with some copy."""
    return any(start < right and left < end for copy in copies for start, end in copy for left, right in spans)
