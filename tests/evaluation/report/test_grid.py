"""The grid: every report and field once, with what the gold and each extractor say, and where."""

from __future__ import annotations

import copy
import json

import pytest

from baogao.evaluation.report import build_report
from baogao.evaluation.report.grid import MEANINGS
from baogao.evaluation.report.render import render_html, render_markdown
from baogao.evaluation.report.sources import Sources
from evaluation.run_fixtures import make_every_dataset, make_run, perfect_records


@pytest.fixture
def data(run):
    """The grid of a run that errs in every way."""
    return build_report(run).grid.data


def column(data, name):
    """The number of a field."""
    return [one[0] for one in data["fields"]].index(name)


def cell(data, extractor, report, field):
    """The letter of a cell, what gold says and what the extractor does."""
    row, number = [one[0] for one in data["reports"]].index(report), data["extractors"].index(extractor)
    entry = data["said"][row].get(str(column(data, field)), ["silent", [], {}])
    return data["cells"][number][row][column(data, field)], entry[:2], entry[2].get(str(number))


def test_every_report_and_field_has_a_letter(run, data):
    """As many rows as reports, as many letters as fields, for each extractor; the main one is named."""
    fields = run.info().schema_info.fields
    assert [one[0] for one in data["fields"]] == [one.id for one in fields]
    assert [one[1:3] for one in data["reports"]] == [["dev", 0]] * 2 + [["test", 1]] * 6
    for rows in data["cells"]:
        assert [len(row) for row in rows] == [len(fields)] * 8
    assert data["extractors"][data["main"]] == "hybrid"
    report = build_report(run).grid
    assert set(report.verdicts) == {letter for rows in data["cells"] for row in rows for letter in row}
    assert set(report.verdicts) <= set(MEANINGS)


def test_letters_are_the_verdicts(run, data):
    """The letters of figures, counted, are the counts of the summary."""
    summary = run.summary()
    for name, rows in zip(data["extractors"], data["cells"], strict=True):
        figures = [one.id for one in run.info().schema_info.fields if one.kind == "figure"]
        letters = "".join(row[column(data, field)] for row in rows for field in figures)
        verdicts = summary.extractors[name].verdicts
        for verdict, letter in (("wrong", "w"), ("missing", "m"), ("spurious", "s"), ("errored", "e"), ("absent", "a")):
            assert letters.count(letter) == verdicts[verdict]
        assert letters.count("c") + letters.count("o") == verdicts["correct"]


def test_places_are_those_of_the_text(run, data):
    """Gold and answer point at characters of the text that stands in the page, once a report."""
    for row, (_, _, _, text) in enumerate(data["reports"]):
        assert text.startswith("某市公交年报")
        gold = data["said"][row][str(column(data, "buses"))][1]
        assert text[slice(*gold[0])] == f"{100 + row}辆"
    letter, gold, answered = cell(data, "rules", "town0", "buses")
    text = data["reports"][0][3]
    assert (letter, gold[0], answered[0]) == ("w", "100 辆", "90 辆")
    assert text[slice(*answered[1][0])] == "上年为90辆"
    assert "prior year" in answered[2]


def test_what_is_just_the_gold_is_said_once(data):
    """An extractor that agrees in value and place takes one character; another place or bound is told."""
    assert cell(data, "hybrid", "town0", "buses")[::2] == ("c", 1)
    assert cell(data, "rules", "town5", "punctuality")[0] == "o"
    assert cell(data, "rules", "town6", "passengers")[::2][0] == "o"
    assert cell(data, "rules", "town6", "passengers")[2][0].startswith("about ")


def test_metadata_and_lists_are_columns_too(data):
    """A wrong title, a failed report, a list with the places of all its entries."""
    assert cell(data, "rules", "town1", "title")[0] == "w"
    assert cell(data, "rules", "town4", "title")[0] == "m"
    assert cell(data, "rules", "town4", "problems")[0] == "m"
    letter, (said, places), answered = cell(data, "hybrid", "town0", "problems")
    assert (letter, said, answered[0]) == ("c", "2 entries", "2 entries, 2 of them right")
    text = data["reports"][0][3]
    assert [text[slice(*place)] for place in places] == ["车辆老旧", "线路不足"]
    assert answered[1] == places


def test_rows_are_told_in_one_cell(every_kind, tmp_path):
    """All cells of a list of rows together: right, in part, and what failed by name."""
    folder = make_every_dataset(tmp_path, every_kind)
    good = perfect_records(folder, every_kind)
    part = copy.deepcopy(good)
    del part[0]["rows"]["berths"][0]["cost"]
    part[1]["rows"]["berths"] = []
    grid = build_report(make_run(tmp_path / "run", folder, every_kind, a=good, b=part)).grid.data
    assert cell(grid, "a", "port0", "berths")[0] == "c"
    letter, (said, places), answered = cell(grid, "b", "port0", "berths")
    assert (letter, said) == ("p", "6 cells")
    assert answered[0] == "5 of 6 cells right"
    assert "cost: missing" in answered[2]
    text = grid["reports"][0][3]
    assert "0.8亿元" in {text[slice(*place)] for place in places}
    assert cell(grid, "b", "port1", "berths")[0] == "m"


def test_what_was_not_asked_is_n_a_everywhere(every_kind, tmp_path):
    """Its own letter in the grid, n/a in tables, no disagreement, no cause, no reason; the page says it in words."""
    folder = make_every_dataset(tmp_path, every_kind, reports=2)
    good = perfect_records(folder, every_kind)
    tagged = copy.deepcopy(good)
    for record in tagged:
        record["rows"], record["lists"], record["metadata"] = {}, {}, {}
    run = make_run(tmp_path / "run", folder, every_kind, llm=good, tag=tagged)
    summary = run.read_json("summary.json")
    summary["extractors"]["tag"]["not_asked"] = ["title", "problems", "berths"]
    run.write_text("summary.json", json.dumps(summary))
    report = build_report(run)
    assert [cell(report.grid.data, "tag", "port0", one)[0] for one in ("title", "problems", "berths")] == ["u"] * 3
    llm, tag = report.headline
    assert (llm.metadata.value, tag.metadata.value) == (1, None)
    assert {name: rate.value for name, rate in tag.lists.items() if "." not in name} == {
        "problems": None,
        "berths": None,
    }
    assert {name: rate.value for name, rate in llm.lists.items() if "." not in name} == {"problems": 1, "berths": 1}
    assert all(row.cells["tag"].f1.value is None for row in report.cells)
    assert next(row for row in report.kinds if row.name == "rows").f1["tag"].value is None
    assert report.discrepancies == report.others == report.silence == report.causes == []
    said = "tag was not asked: 标题、问题、泊位"
    assert said in render_markdown(report)
    assert "was not asked" in render_html(report)


def test_a_data_set_that_is_elsewhere_or_another(run, tmp_path):
    """Without the texts the grid stands and says so; told where they are it has them; other gold is not taken."""
    folder = tmp_path / "set"
    folder.rename(tmp_path / "moved")
    report = build_report(run)
    assert (report.grid.without_text, report.grid.data["reports"][0][3]) == (8, None)
    assert "The texts of 8 reports are not at hand" in render_html(report)
    (tmp_path / "other").mkdir()
    (tmp_path / "moved").rename(tmp_path / "other" / "set")
    assert build_report(run, [tmp_path / "other" / "set"]).grid.without_text == 0
    (tmp_path / "other" / "set").rename(folder)
    text = next(folder.rglob("town3.txt"))
    text.write_bytes(text.read_bytes() + b"!")
    assert build_report(run).grid.without_text == 1
    gold = next(folder.rglob("town3.gold.json"))
    gold.write_text(gold.read_text("utf-8") + " ", "utf-8")
    assert build_report(run).grid.without_text == 8


def test_sources_that_cannot_be_read(run):
    """Records that are gone, a folder without gold: whatever is left is taken."""
    (run.path / "records" / "rules.jsonl").unlink()
    found = Sources.of(run, run.info(), [run.path])
    assert (found.texts, {name for name, _ in found.entries}) == ({}, {"hybrid"})
