"""Runs on a schema with fields of every kind: verdicts, cells, kinds, differences, why fields were missed."""

import copy
import json
from decimal import Decimal

import pytest

from baogao.assemble import ModelOptions
from baogao.document import document_from_text
from baogao.errors import GoldError
from baogao.evaluation.agreement import agree
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.diff import diff_runs
from baogao.evaluation.gold import parse_gold
from baogao.evaluation.judging import judge
from baogao.evaluation.predict import EvalRequest, predict_run, replay_run
from baogao.evaluation.report import build_report
from baogao.evaluation.report.render import render_html, render_markdown
from baogao.evaluation.rows import CellRow, ScoreRow
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.evaluation.scoring import score_dataset
from baogao.evaluation.silence import Silences
from baogao.evaluation.simulated import right_links
from baogao.evaluation.submissions import read_submissions
from baogao.extraction import ReportText
from baogao.reading import read_answer
from evaluation.run_fixtures import EVERY_MARKED, make_every_dataset, make_run, perfect_records, write_records
from llm.fake_server import Seen, Step, completion, fake_server


@pytest.fixture(scope="module")
def folder(tmp_path_factory, every_kind):
    """Two reports."""
    return make_every_dataset(tmp_path_factory.mktemp("every"), every_kind)


@pytest.fixture
def good(folder, every_kind):
    """A perfect extractor's records."""
    return perfect_records(folder, every_kind)


@pytest.fixture
def bad(good):
    """Records that err in every kind."""
    bad = copy.deepcopy(good)
    fields, rows = bad[0]["fields"], bad[0]["rows"]["berths"]
    fields["cargo_growth"]["value"] = 2.3
    del fields["cargo_target"]["upper"]
    fields["plan_met"]["value"] = "未完成"
    fields["issued_on"]["value"] = "2025-01"
    fields["issued_by"]["value"] = "《王海川》"
    del fields["place"]
    del rows[1]
    rows[0]["cost"]["value"] = 0.9
    rows += [
        {"name": {"status": "reported", "value": "老泊位"}, "stage": {"status": "reported", "value": "在建"}},
        {"name": {"status": "reported", "value": "某泊位"}, "stage": {"status": "reported", "value": "在建"}},
    ]
    return bad


@pytest.fixture
def run(tmp_path, folder, every_kind, good, bad) -> Run:
    """A scored run of both."""
    return make_run(tmp_path / "run", folder, every_kind, able=good, rules=bad)


def test_a_perfect_record_is_perfect_in_every_kind(run) -> None:
    """All rates are 1, for fields, for the cells of rows, and for each kind; an optional row is missed by nobody."""
    able = run.summary().extractors["able"]
    assert (able.f1, able.bound_accuracy, able.grounding) == (1, 1, 1)
    assert {name: (one.f1, one.stated) for name, one in able.rows.items()} == {
        "berths": (1, 12),
        "berths.name": (1, 4),
        "berths.cost": (1, 2),
        "berths.stage": (1, 4),
        "berths.opened": (1, 2),
    }
    assert {name: (one.f1, one.stated) for name, one in able.kinds.items()} == {
        "date": (1, 2),
        "quote": (1, 2),
        "choice": (1, 2),
        "figure": (1, 12),
        "rows": (1, 12),
        "figure: level": (1, 4),
        "figure: growth": (1, 2),
        "figure: target": (1, 2),
        "figure: rank": (1, 2),
        "figure: ratio": (1, 2),
    }


def test_each_kind_is_judged_by_its_own_rule(run) -> None:
    """A sign, a bound of a range, an option and a date are wrong; quotation marks around a quote do not matter."""
    rows = [one for one in run.rows() if isinstance(one, ScoreRow) and one.extractor == "rules"]
    verdicts = {one.field: (one.kind, one.verdict) for one in rows if one.doc_id == "port0"}
    assert verdicts == {
        "issued_on": ("date", "wrong"),
        "issued_by": ("quote", "correct"),
        "plan_met": ("choice", "wrong"),
        "cargo": ("figure", "correct"),
        "cargo_growth": ("figure", "wrong"),
        "cargo_target": ("figure", "wrong"),
        "place": ("figure", "missing"),
        "coal_share": ("figure", "correct"),
        "invested": ("figure", "correct"),
        "drills": ("figure", "absent"),
    }


def test_each_cell_of_a_row_has_its_verdict(run) -> None:
    """A wrong cell, a row that was not found, one that may be there, and one that nobody knows."""
    rows = [one for one in run.rows() if isinstance(one, CellRow) and one.extractor == "rules"]
    verdicts = {(one.named, one.cell): one.verdict for one in rows if one.doc_id == "port0"}
    assert verdicts == {
        ("城东泊位", "name"): "correct",
        ("城东泊位", "cost"): "wrong",
        ("城东泊位", "stage"): "correct",
        ("城东泊位", "opened"): "absent",
        ("城西泊位", "name"): "missing",
        ("城西泊位", "cost"): "absent",
        ("城西泊位", "stage"): "missing",
        ("城西泊位", "opened"): "missing",
        ("老泊位", "name"): "neutral",
        ("老泊位", "cost"): "absent",
        ("老泊位", "stage"): "neutral",
        ("老泊位", "opened"): "absent",
        ("某泊位", "name"): "spurious",
        ("某泊位", "stage"): "spurious",
    }
    cells = run.summary().extractors["rules"].rows["berths"]
    assert (cells.correct, cells.wrong, cells.missing, cells.spurious) == (8, 1, 3, 2)


def test_cells_of_a_failed_document_are_missing(tmp_path, folder, every_kind, good) -> None:
    """Those that gold states, like its fields; a row that may be there costs nothing."""
    bad = [good[0], {"doc_id": "port1", "status": "failed", "error": "too long"}]
    rules = make_run(tmp_path / "run", folder, every_kind, rules=bad).summary().extractors["rules"]
    assert (rules.rows["berths"].correct, rules.rows["berths"].missing) == (6, 6)
    assert rules.verdicts["errored"] == 10


def test_why_each_field_was_missed(run) -> None:
    """Every stated field that is missing or wrong has its reason; none of those that are right."""
    missed = run.read(Silences).missed
    assert {one.extractor for one in missed} == {"rules"}
    assert {(one.field, one.row): one.why() for one in missed} == {
        ("issued_on", None): "another said",
        ("plan_met", None): "another said",
        ("cargo_growth", None): "another said",
        ("cargo_target", None): "another said",
        ("place", None): "nothing said",
        ("berths.cost", 1): "another said",
        ("berths.name", 2): "no such row",
        ("berths.stage", 2): "no such row",
        ("berths.opened", 2): "no such row",
    }


def test_the_report_tells_of_every_kind(run) -> None:
    """Kinds, cells and reasons have parts of their own, on the page and in Markdown; a range shows both bounds."""
    report = build_report(run)
    text, page = render_markdown(report), render_html(report)
    for heading in ("Kinds of field", "Cells of rows", "Why silent"):
        assert f"## {heading}\n" in text
        assert f"<h2>{heading}</h2>" in page
    assert ("泊位：造价", "berths.cost") in [(one.label, one.id) for one in report.missed]
    shown = {one.field: (one.answer, one.gold, one.why) for one in report.discrepancies if one.doc_id == "port0"}
    assert shown["cargo_target"] == ("6%", "6 to 6.5%", ["rules: another said"])
    assert shown["berths.stage (城西泊位)"] == ("silent", "建成", ["rules: no such row"])
    assert shown["berths.name (某泊位)"] == ("某泊位", "silent", [])


def test_a_difference_in_cells_is_told(tmp_path, folder, every_kind, good, bad) -> None:
    """Rows are the same by their number in gold; one that gold does not have is fixed where it is gone."""
    one = make_run(tmp_path / "a", folder, every_kind, rules=bad)
    other = make_run(tmp_path / "b", folder, every_kind, rules=good)
    changes = {(change.before.place, change.change) for change in diff_runs(one, other).changes}
    assert {("berths.cost (城东泊位)", "fixed"), ("berths.name (城西泊位)", "fixed")} < changes
    assert ("berths.name (某泊位)", "fixed") in changes
    assert ("berths.name (某泊位)", "broken") in {(c.before.place, c.change) for c in diff_runs(other, one).changes}
    assert diff_runs(one, one).changes == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": {"ships": []}}, "answers 'ships'"),
        ({"rows": {"berths": [{"depth": {"status": "not_reported"}}]}}, "answers 'berths.depth'"),
        (
            {"rows": {"berths": [{"cost": {"status": "reported", "value": "八亿"}}]}},
            "berths, row 1: cost is a figure, and its value is '八亿'",
        ),
        ({"rows": {"berths": [{"name": {"status": "reported"}}]}}, "berths, row 1: name is reported without a value"),
    ],
)
def test_rows_that_do_not_fit_are_named(tmp_path, folder, every_kind, good, change: dict, message: str) -> None:
    """File, line, document and place."""
    path = write_records(tmp_path / "r.jsonl", good[0] | change)
    with pytest.raises(GoldError, match=rf"r\.jsonl, line 1: port0.*{message}"):
        score_dataset(load_dataset(folder, every_kind), read_submissions(path), every_kind)


def test_a_gold_file_of_every_kind_survives_its_own_writing(folder) -> None:
    """Rows, ranges and words are written as they were read; each row is a line of its own."""
    path = folder / "port0.gold.json"
    gold = parse_gold(path)
    assert gold.to_json() == path.read_text(encoding="utf-8")
    assert gold.fields["cargo_target"].upper == Decimal("6.5")
    assert sum(line.startswith('   {"name"') for line in gold.to_json().splitlines()) == 3


def test_two_annotators_of_every_kind(tmp_path, every_kind) -> None:
    """Cells are compared where the rows are; a row that only one has is silence of the other, an optional one not."""
    pytest.importorskip("krippendorff")
    theirs = EVERY_MARKED.replace("berths.1.cost=0.8", "berths.1.cost?=0.8").replace(
        "{{老泊位|berths.3.name?}}", "老泊位"
    )
    theirs = theirs.replace("{{城西泊位|berths.2.name}}", "城西泊位").replace(", berths.2.stage=建成", "")
    theirs = theirs.replace("{{2024年3月|berths.2.opened=2024-03}}", "2024年3月").replace("王 海川", "王海川")
    sets = []
    for name, source in (("a", EVERY_MARKED.replace("王 海川", "王海川")), ("b", theirs)):
        marked = tmp_path / "port.marked.txt"
        marked.write_text(source.format(cargo=5), encoding="utf-8")
        assert build_dataset([marked], tmp_path / name, every_kind) == []
        sets.append(load_dataset(tmp_path / name, every_kind))
    result = agree(*sets, every_kind)
    assert [(one.field, one.a.value, one.b.value, one.allowed) for one in result.disagreements] == [
        ("berths.name", "城西泊位", None, False),
        ("berths.cost", Decimal("0.8"), None, True),
        ("berths.stage", "建成", None, False),
        ("berths.opened", "2024-03", None, False),
    ]
    assert {one.field: one.pairs for one in result.fields if "." in one.field} == dict.fromkeys(
        ("berths.name", "berths.cost", "berths.stage", "berths.opened"), 2
    )


def linked(seen: Seen) -> Step:
    """A model that links a report of every kind: candidates by their numbers, words as they are printed."""
    if json.dumps(seen.body).count("[[") < 5:  # what the endpoint is asked to see what it can do
        return completion(json.dumps({"ok": True}))
    shown = seen.body["messages"][-1]["content"]

    def number(printed: str) -> int:
        """The number in front of the last such words."""
        before = shown[: shown.rindex(f"]]{printed}")]
        return int(before[before.rindex("[[") + 2 :])

    links = {"cargo": "120", "cargo_growth": "2.3%", "place": "第三", "cargo_target": "6%", "issued_on": "2025年1月"}
    west = {"name": "城西泊位", "stage": "建成", "opened": number("2024年3月")}
    reply = {
        "links": [{"field": field, "ids": [number(printed)]} for field, printed in links.items()],
        "words": [
            {"field": "plan_met", "answer": "完成", "text": "圆满完成"},
            {"field": "issued_by", "text": "王海川"},
        ],
        "rows": [{"field": "berths", "cells": west}],
    }
    return completion(json.dumps(reply, ensure_ascii=False), prompt_tokens=100, completion_tokens=7)


def test_a_run_by_link_is_recorded_and_played_again(tmp_path, folder, every_kind) -> None:
    """Fields of every kind come out of a model's links, are scored, and come out again from the recording."""
    with fake_server(linked) as server:
        options = ModelOptions(base_url=server.url, model="able", ask="link")
        request = EvalRequest(
            [folder], tmp_path / "run", ["llm"], options=options, record=tmp_path / "run" / "cassettes"
        )
        run = predict_run(request, every_kind)
    score_run(run, load_datasets([folder], every_kind), every_kind)
    found = run.summary().extractors["llm"]
    assert {name: one.correct for name, one in found.kinds.items() if not name.startswith("figure:")} == {
        "date": 2, "quote": 2, "choice": 2, "figure": 8, "rows": 6,
    }  # fmt: skip
    assert (found.precision, found.rows["berths"].precision) == (1, 1)
    missed = {(one.field, one.row): one.why() for one in run.read(Silences).missed if one.doc_id == "port0"}
    assert missed["invested", None] == "nothing said"
    assert missed["berths.name", 1] == "no such row"
    assert replay_run(run, tmp_path / "again", schema=every_kind) == []


def test_a_reader_that_knows_the_gold(folder, every_kind) -> None:
    """A simulated one links every figure that is a candidate: ranges, ranks and parts of ratios, too."""
    for item in load_dataset(folder, every_kind).items:
        report = ReportText.from_document(document_from_text(item.text(), "port"), every_kind.sought)
        right = right_links(report, item.gold, every_kind)
        assert list(right) == ["cargo", "cargo_growth", "cargo_target", "place", "coal_share", "invested"]
        read = {name: read_answer(report, link, every_kind.by_id[name]) for name, link in right.items()}
        assert {judge(item.gold.field(name), answer)[0] for name, answer in read.items()} == {"correct"}
