"""The report: a sentence that holds, every disagreement in it, and nothing of a report's text that could run."""

import copy
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.report import build_report, write_report
from baogao.evaluation.report.build import cost_rows, risk_curves
from baogao.evaluation.report.content import Estimate, HeadlineRow, PairRow
from baogao.evaluation.report.discrepancies import pieces_of
from baogao.evaluation.report.render import (
    markdown_cell,
    p_phrase,
    reading_words,
    render_html,
    render_markdown,
    support_sentences,
    verdict_sentence,
)
from baogao.evaluation.rows import Excerpt
from baogao.evaluation.runs import DocumentTiming, ExtractorTiming, Timing
from baogao.evaluation.summary import to_json
from baogao.schema.values import Answer
from evaluation.run_fixtures import make_dataset, make_run, perfect_records, point_at

HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=hacked=1>|*_"


@pytest.fixture
def run(tmp_path, small):
    """A run of two extractors: one perfect, one that errs in several ways and says hostile things."""
    folder = make_dataset(tmp_path, small)
    good = perfect_records(folder, small)
    bad = copy.deepcopy(good)
    for record in bad[:4]:
        del record["fields"]["drills"]
    point_at(bad[0], folder, "buses", "上年为90辆", 90, confidence=0.2)
    point_at(bad[7], folder, "buses", "上年为97辆", 97, confidence=0.3)
    bad[5]["fields"]["punctuality"]["evidence"] = [[0, 2]]
    bad[6]["fields"]["passengers"]["bound"] = "about"
    bad[1]["metadata"]["title"]["value"] = HOSTILE
    bad[4] = {"doc_id": bad[4]["doc_id"], "status": "failed", "error": HOSTILE}
    run = make_run(tmp_path / "run", folder, small, rules=bad, hybrid=good)
    documents = {record["doc_id"]: DocumentTiming(seconds=2.0) for record in good}
    tokens = {"requests": 16, "prompt_tokens": 8000, "completion_tokens": 800}
    timing = ExtractorTiming(seconds=16.0, **tokens, documents=documents)
    run.write(Timing(mode="live", extractors={"hybrid": timing}))
    return run


def test_the_verdict_is_on_the_test_reports(run):
    """The held-out split speaks, the better extractor comes first, failed reports are said."""
    report = build_report(run)
    assert report.verdict.startswith("hybrid scores ")
    assert report.verdict.endswith("measured on 6 held-out test reports.")
    assert "1 of 6 reports failed for rules; their figures count as missed." in report.support
    assert [row.part for row in report.headline] == ["test", "test", "dev", "dev", "all", "all"]


def test_every_disagreement_is_there(run):
    """Wrong, missing and failed figures, a wrong bound and another place; those of test reports are marked."""
    report = build_report(run)
    verdicts = sorted(one.verdict for one in report.discrepancies)
    assert verdicts == sorted(
        ["missing"] * 4 + ["wrong"] * 2 + ["errored"] * 5 + ["right value, other place", "right value, other bound"]
    )
    assert sum(one.held_out for one in report.discrepancies) == 10
    assert sorted((one.label, one.answer == HOSTILE) for one in report.others) == [
        ("发布单位", False), ("标题", False), ("标题", True), ("问题", False),
    ]  # fmt: skip
    wrong = next(one for one in report.discrepancies if one.verdict == "wrong")
    assert (wrong.answer, wrong.gold, wrong.cause, wrong.confidence) == ("90 辆", "100 辆", "prior year", 0.2)
    assert [piece.text for pieces in wrong.passages for piece in pieces if piece.answer] == ["上年为90辆"]


def test_causes_add_up(run):
    """Every figure that counts against an extractor has a cause."""
    report = build_report(run)
    counts = {row.id: row.counts["rules"] for row in report.causes}
    assert counts == {"prior_year": 2, "missed": 4, "failed": 5}


def test_the_same_answer_is_listed_once(run, tmp_path, small):
    """Extractors that agree with each other and not with the gold share an entry."""
    folder = tmp_path / "set"
    records = perfect_records(folder, small)
    point_at(records[0], folder, "buses", "上年为90辆", 90)
    both = make_run(tmp_path / "both", folder, small, a=records, b=records)
    assert [one.extractors for one in build_report(both).discrepancies] == [["a", "b"]]


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
    """One script, ours; nothing is fetched; no handler; the hostile title is there as text."""
    html = render_html(build_report(run))
    page = _Page()
    page.feed(html)
    assert (page.scripts, page.fetched, page.handlers) == (1, [], [])
    assert "&lt;/script&gt;&lt;script&gt;window.hacked" in html
    assert "http://" not in html
    assert "https://" not in html


def test_markdown_tables_hold(run):
    """Every line of a table has as many cells as its head; hostile text is escaped."""
    text = render_markdown(build_report(run))
    tables = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    assert len(tables) == 6
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table
    assert "<script" not in text


def test_files_are_written(run):
    """The page has its pictures inside, Markdown has them beside it; ids of drawings do not clash."""
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    write_report(build_report(run), run)
    html = (run.path / "report.html").read_text(encoding="utf-8")
    pictures = sorted(path.stem for path in (run.path / "pictures").iterdir())
    assert pictures == ["fields", "reliability", "risk", "tokens", "verdicts"]
    assert html.count("<svg") == 5
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert all(f"pictures/{name}.svg" in (run.path / "report.md").read_text(encoding="utf-8") for name in pictures)


def test_without_altair_the_report_says_so(run, monkeypatch):
    """Pictures are an extra: without it the report is written all the same, and says what is missing."""
    monkeypatch.setitem(__import__("sys").modules, "altair", None)
    write_report(build_report(run), run)
    assert "pip install &#39;baogao[eval]&#39;" in (run.path / "report.html").read_text(encoding="utf-8")
    assert not (run.path / "pictures").exists()


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


SPAN = st.tuples(st.integers(-3, 12), st.integers(1, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.text(min_size=10, max_size=10), st.lists(SPAN, max_size=3), st.lists(SPAN, max_size=3))
def test_pieces_are_the_passage(text, answer, gold):
    """Cut at marks, a passage is still the same text, and a piece is marked where a span covers it."""
    inside = [span for span in answer if max(0, span[0]) < min(10, span[1])]
    true = [span for span in gold if max(0, span[0]) < min(10, span[1])]
    pieces = pieces_of(Excerpt(start=0, text=text, answer=inside, gold=true))
    assert "".join(piece.text for piece in pieces) == text
    covered = {offset for start, end in inside for offset in range(max(0, start), min(10, end))}
    assert sum(len(piece.text) for piece in pieces if piece.answer) == len(covered)


def test_risk_falls_where_confidence_is_worth_something(run):
    """The surest answers come first; all of them together have the risk of the whole run."""
    report = build_report(run)
    curve = next(curve for curve in report.curves if curve.extractor == "rules")
    assert [point.confidence for point in curve.points] == [0.9, 0.3, 0.2]
    assert (curve.points[0].risk, curve.points[-1].coverage) == (0, 1)
    answered = 8 * 5 - 4 - 5
    assert curve.points[-1].risk == pytest.approx(2 / answered)
    assert risk_curves([], ["rules"]) == []


def test_costs_are_for_each_report(run):
    """Tokens and seconds are divided by the reports; extractors without timing are left out."""
    (cost,) = build_report(run).costs
    assert (cost.extractor, cost.tokens, cost.seconds, cost.cost) == ("hybrid", 1100, 2, None)
    assert cost_rows({}, ["rules"]) == []


def test_reliability_is_told(run):
    """Every extractor and part has its calibration error in page and Markdown; a run scored before has none."""
    report = build_report(run)
    assert [(row.part, row.extractor) for row in report.reliability[:2]] == [("test", "rules"), ("test", "hybrid")]
    perfect = report.reliability[1].found
    assert (perfect.ece, perfect.coverage, perfect.threshold) == (0.1, 1.0, 0.9)
    assert "calibration error" in render_html(report)
    assert f"| test | hybrid | {perfect.answers} | 0.100 | 1.000 | 0.900 |" in render_markdown(report)
    summary = run.read_json("summary.json")
    for data in summary["extractors"].values():
        for part in (data, *data["splits"].values()):
            del part["confidence"]
    run.write_text("summary.json", to_json(summary))
    assert build_report(run).reliability == []
    assert "calibration error" not in render_html(build_report(run))
