"""The report for people: sentences that hold, a page that is inert, tables that are tables."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.report import build_report, write_report
from baogao.evaluation.report.content import Estimate, HeadlineRow, PairRow
from baogao.evaluation.report.render import (
    interval_words,
    markdown_cell,
    p_phrase,
    p_words,
    points,
    points_interval,
    rate_words,
    reading_words,
    render_html,
    render_markdown,
    share,
    support_sentences,
    verdict_sentence,
)
from baogao.schema.values import Answer


class _Page(HTMLParser):
    """Collects what a browser would run or fetch."""

    def __init__(self):
        super().__init__()
        self.scripts, self.fetched, self.handlers = 0, [], []

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        self.fetched += [
            value for name, value in attrs if name in ("src", "srcset") or (name == "href" and tag == "link")
        ]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_the_page_is_inert_and_complete(run):
    """Our three scripts and two blocks of data; nothing is fetched; no handler; the hostile title is there as text."""
    html = render_html(build_report(run))
    page = _Page()
    page.feed(html)
    assert (page.scripts, page.fetched, page.handlers) == (5, [], [])
    assert "&lt;/script&gt;&lt;script&gt;window.hacked" in html
    assert "http://" not in html
    assert "https://" not in html


def test_whoever_writes_the_page_writes_the_same(run, monkeypatch):
    """Both languages are in it, and the reader's browser says which is shown first; Markdown is English."""
    report = build_report(run)
    pages = []
    for language in ("en", "zh"):
        monkeypatch.setenv("BAOGAO_LANG", language)
        pages.append((render_html(report), render_markdown(report)))
    assert pages[0] == pages[1]
    assert "小字为 95% 置信区间" in pages[0][0]


def test_markdown_tables_hold(run):
    """Every line of a table has as many cells as its head; hostile text is escaped."""
    text = render_markdown(build_report(run))
    tables = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    assert len(tables) == 8
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table
    assert "<script" not in text


def test_files_are_written(run):
    """The page has its pictures inside, Markdown has them beside it; ids of drawings do not clash."""
    write_report(build_report(run), run)
    html = (run.path / "report.html").read_text(encoding="utf-8")
    pictures = sorted(path.stem for path in (run.path / "pictures").iterdir())
    assert pictures == ["fields", "reliability", "risk", "tokens", "verdicts"]
    assert html.count("<svg") == 5
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert all(f"pictures/{name}.svg" in (run.path / "report.md").read_text(encoding="utf-8") for name in pictures)


def row(part: str = "test", f1: float | None = 0.8, failed: int = 0) -> HeadlineRow:
    """One extractor's line."""
    rate = Estimate(f1, (0.7, 0.9) if f1 else None)
    return HeadlineRow("rules", part, 14, failed, rate, rate, rate, rate, rate, rate, rate, {}, {})


def test_the_sentence_of_one_extractor():
    """Without a second extractor it says what was found and how much of it is right."""
    assert verdict_sentence([row()], None) == (
        "On 14 held-out test reports, rules finds 80% of the stated figures, and 80% of its answers are right: "
        "F1 0.800 (95% interval 0.700–0.900)."
    )
    assert "there is no F1" in verdict_sentence([row(f1=None)], None)


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.04, "Chance alone would hardly"), (0.2, "do not tell the two apart"), (None, "too few reports")],
)
def test_chance_in_words(p, said):
    """What the test says is said, and no more."""
    pair = PairRow("hybrid", "rules", "test", 14, 0.09, (0.05, 0.13), p, None)
    assert said in support_sentences([row()], pair)[0]


def test_small_words():
    """Values, bounds and p as people write them."""
    over = Answer(status="reported", value=2600, bound="over")
    assert reading_words(over, "户") == "over 2600 户"
    assert reading_words(Answer(status="reported", value="98.50", bound="exact"), "%") == "98.5%"
    assert reading_words(Answer(status="reported_none", value=0)) == "none"
    assert reading_words(None) == "silent"
    assert (p_phrase(0.0001), p_phrase(0.25)) == ("p < 0.001", "p = 0.250")


@given(st.text(max_size=40))
def test_markdown_cells_are_flat(text):
    """Whatever a report says, it stays in its cell and is not markup."""
    cell = markdown_cell(text)
    assert "\n" not in cell
    assert not re.search(r"(?<!\\)[|*_`]|[<>]", cell.replace("\\\\", ""))


def pair(difference: float | None = 0.09, p: float | None = 0.04, least: float | None = None) -> PairRow:
    """Hybrid against rules."""
    return PairRow("hybrid", "rules", "test", 14, difference, (0.05, 0.13), p, least)


def test_the_sentence_of_two_extractors():
    """Who is better by how much, on what; the sign is said in words."""
    rows = [row(f1=0.8), replace(row(f1=0.89), extractor="hybrid")]
    assert verdict_sentence(rows, pair()) == (
        "hybrid scores 9.0 points more than rules (F1 0.890 against 0.800, 95% interval 5.0 to 13.0), "
        "measured on 14 held-out test reports."
    )
    assert "scores 9.0 points fewer than" in verdict_sentence(rows, pair(-0.09))
    assert "95% interval" not in verdict_sentence(rows, replace(pair(), interval=None))
    assert verdict_sentence(rows, pair(None)).startswith("On 14 held-out test reports, rules finds 80%")


@pytest.mark.parametrize(
    ("part", "documents", "said"),
    [
        ("test", 1, "1 held-out test report,"),
        ("dev", 2, "2 dev reports,"),
        ("all", 3, "3 reports,"),
        ("x", 4, "4 x reports,"),
    ],
)
def test_what_was_measured_on(part, documents, said):
    """Held-out reports are called so, and no others."""
    assert verdict_sentence([replace(row(part), documents=documents)], None).startswith(f"On {said}")


def test_what_to_know_beside_it():
    """Dev reports are not a fair measure; a small difference would not have shown; failures count."""
    assert support_sentences([row()], None) == []
    dev = support_sentences([row("dev", failed=2)], pair(least=0.051))
    assert len(dev) == 4
    assert "test reports are the fair measure" in dev[1]
    assert "a true difference of 5.1 points or more" in dev[2]
    assert dev[3] == "2 of 14 reports failed for rules; their figures count as missed."


def test_what_is_not_known_is_said():
    """A rate, an interval or a p that cannot be computed is n/a, never a number."""
    assert (share(None), points_interval(None), p_words(None), rate_words(Estimate(None))) == ("n/a",) * 4
    assert interval_words(None) == ""
    assert rate_words(Estimate(0.5, (0.25, 0.75))) == "0.500 (0.250–0.750)"


@given(st.floats(-1, 1))
def test_points_have_a_true_minus(value):
    """A difference is in points of a hundred; its minus is not a hyphen, at which a line might break."""
    said = points(value)
    assert "-" not in said
    assert float(said.replace("−", "-")) == pytest.approx(100 * value, abs=0.051)


def test_test_reports_are_hidden(run):
    """Whoever works on rules must ask for what a held-out report got wrong: the page and Markdown fold it away."""
    report = build_report(run)
    html, text = render_html(report), render_markdown(report)
    held = [one for one in report.discrepancies if one.held_out]
    assert html.count('<article class="dis held"') == len(held) == 10
    assert f"show the {len(held)} of test reports" in html
    shown, folded = text.split("<details>", 1)
    shown = shown[shown.index("## Every disagreement") :]
    assert not any(one.doc_id in shown for one in held)
    assert all(one.doc_id in folded for one in held)


def test_a_run_without_test_reports_hides_nothing(run):
    """There is no box to tick, and nothing is folded."""
    report = build_report(run)
    report = replace(report, discrepancies=[one for one in report.discrepancies if not one.held_out], others=[])
    assert "of test reports" not in render_html(report)
    assert "<details>" not in render_markdown(report)


def test_marks_of_an_excerpt(run):
    """In Markdown the answer stands in 【】 and the gold in 〔〕, in the page both are marks."""
    report = build_report(run)
    text, html = render_markdown(report), render_html(report)
    assert "【上年为90辆】" in text
    assert "〔100辆〕" in text
    assert re.search(r'<mark class=" *a *">上年为90辆</mark>', html)
    assert re.search(r'<mark class=" *g *">100辆</mark>', html)


def test_no_other_script_or_style_is_allowed(run):
    """The page names the digests of its own scripts and style, so that a browser takes no others."""
    html = render_html(build_report(run))
    parts = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", html, re.DOTALL)
    assert len(parts) == 4
    for part in parts:
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in html
    assert "unsafe-inline" not in html
    assert not re.search(r'<[^>]* style="', html)


@pytest.mark.parametrize("part", [[], ["costs"], ["reliability"], ["pairs"], ["others"], ["fields", "causes"]])
def test_a_report_without_some_of_it_is_whole(run, part):
    """Whatever there is no data for is left out, and everything else is there."""
    report = replace(build_report(run), **dict.fromkeys(part, ()))
    html, text = render_html(report), render_markdown(report)
    for said in (report.verdict, "This run"):
        assert said in html
        assert said in text
    assert ("Tokens and time" in text) == ("costs" not in part)
    assert ("## Confidence" in text) == ("reliability" not in part)


def test_identity_is_told_in_full(run):
    """Every line of what the run was stands in page and Markdown."""
    report = build_report(run)
    html, text = render_html(report), render_markdown(report)
    for name, value in report.identity:
        assert f"<dt>{name}</dt><dd>{value}</dd>" in html
        assert f"- {name}: {markdown_cell(value)}" in text
