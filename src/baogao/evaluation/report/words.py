"""Numbers and states in words, the same in the page and in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from baogao.evaluation.gold import Reading
from baogao.evaluation.report.content import HeadlineRow, Interval, PairRow, Rate
from baogao.schema.values import Answer, plain_number

NOT_AVAILABLE = "n/a"
_BOUNDS = {"over": "over ", "under": "under ", "about": "about ", "exact": ""}


def share(value: float | None) -> str:
    """A share to three places: ``0.857``."""
    return NOT_AVAILABLE if value is None else f"{value:.3f}"


def interval_words(interval: Interval | None) -> str:
    """``0.827-0.884``, or nothing where there is no interval."""
    return f"{interval[0]:.3f}–{interval[1]:.3f}" if interval else ""


def rate_words(rate: Rate) -> str:
    """``0.857 (0.827-0.884)``."""
    return f"{share(rate.value)} ({interval_words(rate.interval)})" if rate.interval else share(rate.value)


def points(value: float) -> str:
    """A difference of shares in points of a hundred: ``9.1``."""
    return f"{100 * value:.1f}".replace("-", "−")


def points_interval(interval: Interval | None) -> str:
    """``5.0 to 13.2``."""
    return f"{points(interval[0])} to {points(interval[1])}" if interval else NOT_AVAILABLE


def p_words(p: float | None) -> str:
    """``0.031``; very small ones as a bound."""
    if p is None:
        return NOT_AVAILABLE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_phrase(p: float | None) -> str:
    """``p = 0.031``."""
    words = p_words(p)
    return f"p {words}" if words.startswith("<") else f"p = {words}"


def reading_words(reading: Answer | Reading | None, unit: str = "") -> str:
    """What is said of a field: ``over 2600 户``, ``none``, ``silent``."""
    if reading is None or reading.status == "not_reported":
        return "silent"
    if reading.status == "reported_none":
        return "none"
    number = plain_number(reading.value) if reading.value is not None else "?"
    return f"{_BOUNDS[reading.bound or 'exact']}{number}{'' if unit == '%' else ' '}{unit}".rstrip()


def verdict_sentence(rows: Sequence[HeadlineRow], pair: PairRow | None) -> str:
    """The sentence that a reader in a hurry reads.

    :param rows: the part of the data that the sentence is about, one row for each extractor.
    :param pair: the comparison that it is about; None where there is one extractor only.
    """
    place = _place(rows[0])
    if pair is None or pair.difference is None:
        return f"On {place}, {_alone(rows[0])}"
    scores = {row.extractor: row.f1.value for row in rows}
    more = "more" if pair.difference >= 0 else "fewer"
    interval = f", 95% interval {points_interval(pair.interval)}" if pair.interval else ""
    return (
        f"{pair.a} scores {points(abs(pair.difference))} points {more} than {pair.b} "
        f"(F1 {share(scores[pair.a])} against {share(scores[pair.b])}{interval}), measured on {place}."
    )


def support_sentences(rows: Sequence[HeadlineRow], pair: PairRow | None) -> list[str]:
    """Whether that is chance, what would have shown, and what went wrong."""
    said = [] if pair is None else [_chance(pair)]
    if rows[0].part == "dev":
        said.append("Rules and prompts may have been made with dev reports in view: test reports are the fair measure.")
    if pair is not None and pair.minimum_detectable is not None:
        said.append(
            f"So many reports show a true difference of {points(pair.minimum_detectable)} points or more "
            "four times out of five."
        )
    said += [
        f"{row.failed} of {row.documents} reports failed for {row.extractor}; their figures count as missed."
        for row in rows
        if row.failed
    ]
    return said


def _alone(row: HeadlineRow) -> str:
    if row.f1.value is None:
        return f"{row.extractor} was asked for nothing that is stated: there is no F1."
    interval = f" (95% interval {interval_words(row.f1.interval)})" if row.f1.interval else ""
    found = f"finds {_percent(row.recall.value)} of the stated figures"
    right = f"{_percent(row.precision.value)} of its answers are right"
    return f"{row.extractor} {found}, and {right}: F1 {share(row.f1.value)}{interval}."


def _percent(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else f"{100 * value:.0f}%"


def _place(row: HeadlineRow) -> str:
    kind = {"all": "", "test": "held-out test ", "dev": "dev "}.get(row.part, f"{row.part} ")
    return f"{row.documents} {kind}report{'' if row.documents == 1 else 's'}"


def _chance(pair: PairRow) -> str:
    if pair.p is None:
        return "There are too few reports to say whether that is chance."
    if pair.significant:
        return f"Chance alone would hardly produce such a difference (sign-flip test by report, {p_phrase(pair.p)})."
    return (
        f"That is within what chance produces (sign-flip test by report, {p_phrase(pair.p)}): "
        "these reports do not tell the two apart."
    )
