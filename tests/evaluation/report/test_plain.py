"""The first sentences: right in grammar and rounding at every edge, and honest about few reports."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.report import build_report
from baogao.evaluation.report.content import Estimate, HeadlineRow
from baogao.evaluation.report.plain import (
    baseline_sentence,
    count_words,
    plain_sentences,
    proof_sentences,
    three,
)
from baogao.evaluation.report.render import render_html, render_markdown

NOTHING = Estimate(None)


def row(precision, recall, reports=22, interval=None, **verdicts):
    """One extractor's line."""
    rates = (Estimate(precision, interval), Estimate(recall, interval))
    return HeadlineRow("hybrid", "test", reports, 0, NOTHING, *rates, *[NOTHING] * 4, {}, verdicts)


@pytest.mark.parametrize(
    ("precision", "recall", "said"),
    [
        (0.86, 0.863, ["hybrid finds 86.", "14 are wrong."]),
        (0.99, 0.01, ["hybrid finds 1.", "1 is wrong."]),
        (0.997, 0.004, ["hybrid finds fewer than 1.", "fewer than 1 is wrong."]),
        (0.004, 0.997, ["hybrid finds more than 99.", "more than 99 are wrong."]),
        (1, 0, ["hybrid finds none.", "none is wrong."]),
        (0, 1, ["hybrid finds all.", "all are wrong."]),
        (None, None, ["The reports print none of the figures that are asked for.", "hybrid gives no answer at all."]),
    ],
)
def test_the_first_two_sentences(precision, recall, said):
    """Counts of a hundred, with verbs that fit, and nothing rounded to none or all."""
    sentences = plain_sentences(row(precision, recall), "figures")
    assert len(sentences) == 2
    assert all(sentence.endswith(end) for sentence, end in zip(sentences, said, strict=True))


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_sentences_agree_with_the_rates(precision, recall):
    """Whatever the rates: a number within half of the truth, and one only with “is”."""
    found, wrong = plain_sentences(row(precision, recall), "answers")
    for sentence, share in ((found, recall), (wrong, 1 - precision)):
        number = re.search(r"(?:finds|gives,) (\d+)(?: (is|are) wrong)?\.", sentence)
        if number:
            assert abs(int(number[1]) - 100 * share) <= 0.5 + 1e-9
            assert number[2] in (None, "is" if number[1] == "1" else "are")
        else:
            assert re.search(r"none|all|fewer than 1|more than 99", sentence)
            assert share < 0.0100001 or share > 0.9899999


def test_the_baseline_in_one_sentence():
    """The one that the main extractor is compared with has the same two numbers."""
    assert baseline_sentence(row(0.85, 0.84)) == (
        "For comparison, hybrid: of 100 it finds 84, and of 100 that it gives it gets 15 wrong."
    )
    assert [count_words(share) for share in (None, 0, 0.001, 0.5, 0.999, 1)] == [
        "n/a", "none", "fewer than 1", "50", "more than 99", "all",
    ]  # fmt: skip


def test_where_nothing_failed_the_rule_of_three_speaks():
    """Of answers and of reports, since errors come together."""
    said = list(proof_sentences(row(1, 1, reports=13, correct=437)))
    assert len(said) == 2
    assert "up to 0.7% of others" in said[0]
    assert "3 of 437" in said[0]
    assert "none in 13 reports allows for some in up to 23% of others" in said[1]


@pytest.mark.parametrize(
    ("rates", "of"), [((1, 0.9), "none of 40 answers is wrong"), ((0.9, 1), "none of 40 is missed")]
)
def test_where_one_half_never_failed(rates, of):
    """Wrong and missed are spoken of apart."""
    said = list(proof_sentences(row(*rates, correct=40)))
    assert of in said[0]
    assert "up to 7.5%" in said[0]
    assert "22 reports allows for" in said[1]


def test_where_something_failed_the_interval_speaks():
    """With the number of reports, as counts of a hundred; what is wrong is the rest of what is right."""
    said = list(proof_sentences(row(0.9, 0.88, interval=(0.82, 0.94), correct=9, wrong=1)))
    assert said == [
        "On other reports like these 22 it would find between 82 and 94 of 100, at 95% confidence.",
        "Of 100 that it gives there, between 6 and 18 would be wrong, at 95% confidence.",
    ]


def test_an_interval_near_the_ends_is_not_rounded_to_them():
    """Less than one of a hundred is not none, more than 99 is not all."""
    found, wrong = proof_sentences(row(0.99, 0.99, interval=(0.964, 0.996), correct=9, wrong=1))
    assert "between 96 and 99.6 of 100" in found
    assert "between 0.4 and 4 would be wrong" in wrong


def test_few_reports_prove_nothing():
    """One says nothing, and below five there is no interval to tell."""
    assert list(proof_sentences(row(1, 1, reports=1, correct=60))) == ["One report says nothing of other reports."]
    said = list(proof_sentences(row(1, 1, reports=3, correct=60)))
    assert said[0] == "3 reports are too few to say how it would do on others."
    assert (len(said), "up to 5.0%" in said[1]) == (2, True)
    assert list(proof_sentences(row(1, 1, reports=3, correct=3)))[1:] == []


@given(st.integers(0, 10**6))
def test_the_rule_of_three_is_never_too_sure(count):
    """At least what the exact bound is; nothing for three and fewer."""
    said = three(count)
    assert (said is None) == (count <= 3)
    if said:
        exact = 1 - 0.05 ** (1 / count)
        assert float(said.rstrip("%")) / 100 >= exact - 0.006


def test_the_report_opens_with_them(run):
    """In the page as its heading, in Markdown in bold; the main extractor first, the baseline after."""
    report = build_report(run)
    assert report.opening == [
        "Of 100 figures that the reports print, hybrid finds all.",
        "Of 100 figures that it gives, none is wrong.",
    ]
    assert report.proof[-1].startswith("For comparison, rules: of 100 it finds ")
    html, text = render_html(report), render_markdown(report)
    heading = html.split("<h1>")[1].split("</h1>")[0]
    assert re.sub(r"\s+", " ", re.sub("<[^>]+>", "", heading)).strip() == " ".join(report.opening)
    assert text.splitlines()[2] == f"**{' '.join(report.opening)}**"
    for sentence in report.proof:
        assert sentence in html
        assert sentence in text
