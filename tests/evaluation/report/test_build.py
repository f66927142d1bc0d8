"""From a run's files to what its report says: the right part speaks, everything adds up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.evaluation.report import build_report
from baogao.evaluation.report.build import cost_rows, leading_pair, reader_sentences, risk_curves
from baogao.evaluation.report.content import Estimate, HeadlineRow, PairRow
from baogao.evaluation.report.render import render_html, render_markdown
from baogao.evaluation.rows import ScoreRow
from baogao.evaluation.run_info import ExtractorInfo, Parameters, RunInfo
from baogao.evaluation.runs import DocumentTiming, ExtractorTiming, Run, load_datasets, score_run
from baogao.evaluation.summary import to_json
from baogao.usage import Counts
from evaluation.run_fixtures import make_dataset, make_run, perfect_records


def test_the_verdict_is_on_the_test_reports(run):
    """The held-out split speaks, the better extractor comes first, failed reports are said."""
    report = build_report(run)
    assert report.verdict.startswith("hybrid scores ")
    assert report.verdict.endswith("measured on 6 held-out test reports.")
    assert "1 of 6 reports failed for rules; their figures count as missed." in report.support
    assert [row.part for row in report.headline] == ["test", "test", "dev", "dev", "all", "all"]


def test_causes_add_up(run):
    """Every figure that counts against an extractor has a cause."""
    report = build_report(run)
    counts = {row.id: row.counts["rules"] for row in report.causes}
    assert counts == {"prior_year": 2, "missed": 4, "failed": 5}


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


def headline(**f1: float | None) -> list[HeadlineRow]:
    """A line for each extractor."""
    nothing = Estimate(None)
    return [HeadlineRow(name, "test", 6, 0, Estimate(value), *[nothing] * 6, {}, {}) for name, value in f1.items()]


def compared(a: str, b: str, difference: float | None, part: str = "test") -> PairRow:
    """One comparison."""
    return PairRow(a, b, part, 6, difference, None if difference is None else (difference, difference + 0.1), 0.5, None)


def test_the_best_is_compared_with_rules():
    """Rules are the baseline wherever they stand; the pair is turned so that the best one comes first."""
    rows = headline(llm=0.7, hybrid=0.9, rules=0.8)
    pairs = [
        compared("rules", "hybrid", -0.1, "dev"),
        compared("rules", "hybrid", -0.1),
        compared("hybrid", "llm", 0.2),
    ]
    found = leading_pair(rows, pairs)
    assert (found.a, found.b, found.part, found.difference) == ("hybrid", "rules", "test", 0.1)
    assert found.interval == pytest.approx((0.0, 0.1))


def test_without_rules_the_first_is_the_baseline():
    """An extractor that has no F1 is not the best one; one alone is compared with nobody."""
    pairs = [compared("b", "a", 0.1), compared("c", "a", None)]
    assert leading_pair(headline(a=0.5, b=0.6, c=None), pairs) == pairs[0]
    assert leading_pair(headline(a=0.5), []) is None
    assert leading_pair(headline(a=0.5, b=0.6), []) is None


@given(st.none() | st.floats(-1, 1), st.none() | st.tuples(st.floats(-1, 0), st.floats(0, 1)))
def test_a_comparison_turned_twice_is_itself(difference, interval):
    """Seen from the other side the difference has the other sign, and its interval still goes up."""
    pair = PairRow("a", "b", "all", 9, difference, interval, 0.01, 0.05)
    turned = pair.turned()
    assert turned.turned() == pair
    assert (turned.a, turned.b, turned.significant) == ("b", "a", True)
    if interval and difference is not None:
        assert turned.interval[0] <= turned.interval[1]
        assert turned.difference == -difference


def test_fields_side_by_side(run):
    """Every figure of the schema in its order; failed reports are among the missing, and differing pairs are marked."""
    report = build_report(run)
    assert [one.id for one in report.fields] == ["buses", "passengers", "punctuality", "drills", "accidents"]
    drills = next(one for one in report.fields if one.id == "drills")
    rules = drills.cells["rules"]
    assert (rules.correct, rules.wrong, rules.missing, rules.spurious) == (3, 0, 5, 0)
    assert (drills.stated, drills.cells["hybrid"].missing) == (8, 0)
    fields_p = run.summary().comparisons[0].fields_p
    assert {one.id for one in report.fields if one.notable} == {name for name, p in fields_p.items() if p < 0.05}


def test_verdicts_of_the_headline_add_up(run):
    """What the fields count is what the headline says of all reports."""
    report = build_report(run)
    for row in (one for one in report.headline if one.part == "all"):
        cells = [one.cells[row.extractor] for one in report.fields]
        assert sum(cell.correct for cell in cells) == row.verdicts["correct"]
        assert sum(cell.missing for cell in cells) == row.verdicts["missing"] + row.verdicts["errored"]
        assert row.f1.interval is None or row.f1.interval[0] <= row.f1.value <= row.f1.interval[1]


def test_one_split_alone_is_the_whole(tmp_path, small):
    """Where all reports are of one split, nothing is said twice."""
    folder = make_dataset(tmp_path, small) / "test"
    records = perfect_records(folder, small)
    report = build_report(make_run(tmp_path / "run", folder, small, rules=records))
    assert [row.part for row in report.headline] == ["test"]
    assert report.pairs == []


def test_data_sets_have_lines_of_their_own(tmp_path, small):
    """After the splits and all reports; comparisons are not made by data set."""
    folder = make_dataset(tmp_path, small)
    (folder / "test").rename(folder / "fresh")
    folders = [folder / "dev", folder / "fresh"]
    datasets = load_datasets(folders, small)
    run = Run(tmp_path / "run")
    infos = [ExtractorInfo(name=name) for name in ("a", "b")]
    run.write(RunInfo.of(small, dict(zip(folders, datasets, strict=True)), infos, "live", Parameters()))
    records = [one for one_folder in folders for one in perfect_records(one_folder, small)]
    for name in ("a", "b"):
        run.write_text(f"records/{name}.jsonl", "".join(f"{json.dumps(one)}\n" for one in records))
    score_run(run, datasets, small)
    report = build_report(run)
    parts = list(dict.fromkeys(row.part for row in report.headline))
    assert parts[-2:] == ["all", "fresh"]
    assert {pair.part for pair in report.pairs} == set(parts) - {"fresh"}


def test_without_timing_there_are_no_costs(run):
    """A run of other people's records took nothing that is known; costs are in the currency of the prices."""
    (run.path / "timing.json").unlink()
    assert build_report(run).costs == []
    timing = ExtractorTiming(seconds=9, cost=0.5, documents={name: DocumentTiming(seconds=3) for name in "ab"})
    (row,) = cost_rows({"llm": timing, "rules": ExtractorTiming(seconds=0, documents={})}, ["rules", "llm", "none"])
    assert (row.extractor, row.documents, row.seconds, row.median_seconds, row.cost) == ("llm", 2, 4.5, 3, 0.25)


def test_what_each_of_several_models_took():
    """In how many reports it was asked, and for how much in all; an extractor of one model has no sentence."""
    dear, spared = Counts(requests=2, prompt_tokens=900, completion_tokens=100, cost=0.5), Counts(spared_tokens=800)
    documents = {
        "a": DocumentTiming(seconds=1, readers={"dear": dear}),
        "b": DocumentTiming(seconds=1, readers={"dear": spared}),
    }
    several = ExtractorTiming(seconds=2, readers={"dear": dear}, documents=documents)
    alone = ExtractorTiming(seconds=2, documents={"a": DocumentTiming(seconds=1)})
    said = list(reader_sentences({"hybrid": several, "llm": alone}, ["llm", "hybrid", "rules"]))
    assert said == ["hybrid asked dear about 1 of 2 reports: 1,000 tokens in all, cost 0.5000."]


@pytest.mark.parametrize(
    ("mode", "note"), [("live", ""), ("record", "share the recording"), ("replay", "seconds are not a model's")]
)
def test_times_that_are_not_a_models_are_said(run, mode, note):
    """Below the table of times; a live run needs no note."""
    info = run.info()
    run.write(info.model_copy(update={"mode": mode}))
    said = build_report(run).cost_note
    assert note in said
    assert bool(said) == bool(note)


def test_the_title_of_a_run_that_did_not_keep_it(run):
    """The schema's title, or its name for a run that was made before titles were kept."""
    assert build_report(run).title == "公交年报"
    info = run.info()
    run.write(info.model_copy(update={"schema_info": info.schema_info.model_copy(update={"title": None})}))
    assert build_report(run).title == "small_schema"


def test_a_run_that_was_not_scored(tmp_path):
    """It says what to do first."""
    with pytest.raises(UsageError, match="score the run first"):
        build_report(Run(tmp_path))


def test_groups_say_how_little_they_rest_on(tmp_path, small):
    """A row for each group, F1 of every extractor; what all have in common is a sentence, one report is said."""
    folder = make_dataset(tmp_path, small)
    authors = {f"town{number}": {"author": "north" if number < 5 else "*south*", "term": "one"} for number in range(7)}
    groups = authors | {"town7": {"author": "west", "term": "one"}}
    (folder / "groups.json").write_text(json.dumps(groups), encoding="utf-8")
    records = perfect_records(folder, small)
    report = build_report(make_run(tmp_path / "run", folder, small, rules=records, llm=records))
    assert [(row.by, row.name, row.documents, row.note) for row in report.groups] == [
        ("author", "*south*", 2, "few reports"),
        ("author", "north", 5, ""),
        ("author", "west", 1, "one report only: it says nothing of others"),
    ]
    assert {name: one.value for name, one in report.groups[0].f1.items()} == {"rules": 1, "llm": 1}
    assert report.together == {"term": "one"}
    html, text = render_html(report), render_markdown(report)
    assert "| author | west | 1 | 5 | 1.000 | 1.000 | one report only: it says nothing of others |" in text
    assert "| author | \\*south\\* | 2 |" in text
    for said in ("All reports are of one term: one.", "one report only: it says nothing of others"):
        assert said in text
        assert said in html


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), max_size=12))
def test_risk_against_coverage(answers):
    """Coverage rises to 1, the last point has every answer, and one confidence is one point."""
    gold = {"status": "reported", "value": 1, "bound": "exact", "evidence": [[[0, 1]]]}
    rows = [
        ScoreRow.model_validate(
            {"extractor": "e", "dataset": "d", "doc_id": "x", "field": "f", "gold": gold}
            | {"verdict": "correct" if right else "wrong"}
            | {"answer": {"status": "reported", "value": 1, "bound": "exact", "confidence": confidence}}
        )
        for confidence, right in answers
    ]
    curves = risk_curves(rows, ["e"])
    levels = sorted({confidence for confidence, _ in answers}, reverse=True)
    assert len(curves) == (len(levels) > 1)
    for curve in curves:
        assert [point.confidence for point in curve.points] == levels
        assert [point.coverage for point in curve.points] == sorted(point.coverage for point in curve.points)
        assert curve.points[-1].coverage == 1
        wrong = sum(not right for _, right in answers)
        assert curve.points[-1].risk == pytest.approx(wrong / len(answers))
