"""The first sentences of a report, for a reader who knows no statistics; and how little few reports prove.

A count of a hundred is never rounded to none or to all: what is not quite all is “more than 99”.
"""

from __future__ import annotations

from collections.abc import Iterator

from baogao.evaluation.report.content import HeadlineRow
from baogao.evaluation.statistics import MINIMUM_DOCUMENTS, Interval

_THREE = 3
"""Where none of n fails, at most 3/n do, in 95 of 100 such cases: the rule of three."""


def plain_sentences(main: HeadlineRow, things: str) -> list[str]:
    """How much is found, and how much of what is given is wrong.

    :param things: what is asked for: ``figures``, or ``answers`` where words are among them.
    """
    return [_found(main, things), _wrong(main, things)]


def _found(main: HeadlineRow, things: str) -> str:
    name, recall = main.extractor, main.recall.value
    if recall is None:
        return f"The reports print none of the {things} that are asked for."
    if recall == 0:
        return f"Of 100 {things} that the reports print, {name} finds none."
    if recall == 1:
        return f"Of 100 {things} that the reports print, {name} finds all."
    if recall < 0.01:
        return f"Of 100 {things} that the reports print, {name} finds fewer than 1."
    if recall > 0.99:
        return f"Of 100 {things} that the reports print, {name} finds more than 99."
    found = round(100 * recall)
    return f"Of 100 {things} that the reports print, {name} finds {found}."


def _wrong(main: HeadlineRow, things: str) -> str:
    name, precision = main.extractor, main.precision.value
    if precision is None:
        return f"{name} gives no answer at all."
    if precision == 1:
        return f"Of 100 {things} that it gives, none is wrong."
    if precision == 0:
        return f"Of 100 {things} that it gives, all are wrong."
    if precision > 0.99:
        return f"Of 100 {things} that it gives, fewer than 1 is wrong."
    if precision < 0.01:
        return f"Of 100 {things} that it gives, more than 99 are wrong."
    wrong = round(100 - 100 * precision)
    if wrong == 1:
        return f"Of 100 {things} that it gives, 1 is wrong."
    return f"Of 100 {things} that it gives, {wrong} are wrong."


def baseline_sentence(baseline: HeadlineRow) -> str:
    """The same of what the main extractor is compared with, in one sentence."""
    name = baseline.extractor
    found, wrong = count_words(baseline.recall.value), count_words(_rest(baseline.precision.value))
    return f"For comparison, {name}: of 100 it finds {found}, and of 100 that it gives it gets {wrong} wrong."


def count_words(share: float | None) -> str:
    """So many of a hundred: ``none``, ``fewer than 1``, ``86``, ``more than 99``, ``all``."""
    if share is None:
        return "n/a"
    if share in (0, 1):
        return "all" if share else "none"
    if share < 0.01:
        return "fewer than 1"
    return "more than 99" if share > 0.99 else f"{100 * share:.0f}"


def proof_sentences(main: HeadlineRow) -> Iterator[str]:
    """What the number of reports allows to say of other reports like them."""
    reports = main.documents
    if reports == 1:
        yield "One report says nothing of other reports."
        return
    if reports < MINIMUM_DOCUMENTS:
        yield f"{reports} reports are too few to say how it would do on others."
    yield from _share_sentences(main)
    given = sum(main.verdicts.get(name, 0) for name in ("correct", "wrong", "spurious"))
    stated = main.verdicts.get("correct", 0)
    if main.precision.value == main.recall.value == 1:
        yield from _nothing_failed(stated, reports)
    elif main.precision.value == 1:
        yield from _none_wrong(given, reports)
    elif main.recall.value == 1:
        yield from _none_missed(stated, reports)


def _share_sentences(main: HeadlineRow) -> Iterator[str]:
    reports = main.documents
    if main.recall.interval:
        low, high = _hundreds(main.recall.interval)
        yield f"On other reports like these {reports} it would find between {low} and {high} of 100, at 95% confidence."
    if main.precision.interval:
        low, high = _hundreds((1 - main.precision.interval[1], 1 - main.precision.interval[0]))
        yield f"Of 100 that it gives there, between {low} and {high} would be wrong, at 95% confidence."


def _nothing_failed(stated: int, reports: int) -> Iterator[str]:
    most, most_reports = three(stated), three(reports)
    if most:
        yield (
            f"That none of {stated} is missed or wrong here does not mean that nothing ever fails: by the rule of "
            f"three up to {most} of others may (3 of {stated}, at 95% confidence, if errors come one by one)."
        )
    if most_reports:
        yield (
            f"Errors come together in a report: none in {reports} reports allows for some in up to {most_reports} of "
            f"others."
        )


def _none_wrong(given: int, reports: int) -> Iterator[str]:
    most, most_reports = three(given), three(reports)
    if most:
        yield (
            f"That none of {given} answers is wrong here does not mean that none ever is: by the rule of three up to "
            f"{most} of others may be wrong (3 of {given}, at 95% confidence, if errors come one by one)."
        )
    if most_reports:
        yield (
            f"Errors come together in a report: no wrong answer in {reports} reports allows for some in up to "
            f"{most_reports} of others."
        )


def _none_missed(stated: int, reports: int) -> Iterator[str]:
    most, most_reports = three(stated), three(reports)
    if most:
        yield (
            f"That none of {stated} is missed here does not mean that none ever is: by the rule of three up to {most} "
            f"of others may be missed (3 of {stated}, at 95% confidence, if errors come one by one)."
        )
    if most_reports:
        yield (
            f"Errors come together in a report: nothing missed in {reports} reports allows for something in up to "
            f"{most_reports} of others."
        )


def three(count: int) -> str | None:
    """At most so many fail where none of ``count`` did; None for so few that it says nothing."""
    if count <= _THREE:
        return None
    share = 100 * _THREE / count
    return f"{share:.0f}%" if share >= 10 else f"{share:.1f}%"


def _hundreds(interval: Interval) -> tuple[str, str]:
    """Of a hundred; near none and near all with a decimal, because it is neither."""
    low, high = (f"{100 * end:.1f}" if end < 0.01 or end > 0.99 else f"{100 * end:.0f}" for end in interval)
    return low, high


def _rest(share: float | None) -> float | None:
    return None if share is None else 1 - share
