"""Pictures: one for each thing there is data for, words in words, colours by class, whole as a file too."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from baogao.evaluation.report import build_report
from baogao.evaluation.report.content import Estimate, RiskCurve, RiskPoint
from baogao.evaluation.report.pictures import SERIES, draw_pictures, picture_file, series_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(report, name):
    """One picture as XML."""
    (picture,) = (one for one in draw_pictures(report) if one.id == name)
    return ElementTree.fromstring(picture.svg)


def words(tree):
    """The words that are drawn."""
    return [one.text for one in tree.iter(f"{SVG}text")]


def test_there_is_no_picture_without_data(run):
    """Verdicts are always there to be drawn; the others only where something was stated, was sure, or took tokens."""
    report = build_report(run)
    assert [one.id for one in draw_pictures(report)] == ["verdicts", "fields", "risk", "reliability", "tokens"]
    bare = replace(report, fields=[], curves=[], reliability=[], costs=[])
    assert [one.id for one in draw_pictures(bare)] == ["verdicts"]


def test_a_drawing_is_svg_of_its_own(run):
    """It can stand in a page beside the others: its ids begin with its name, it fetches nothing, it runs nothing."""
    for one in draw_pictures(build_report(run)):
        tree = ElementTree.fromstring(one.svg)
        ids = re.findall(r'\bid="([^"]+)"', one.svg)
        assert all(name.startswith(f"{one.id}-") for name in ids)
        assert tree.get("aria-labelledby", "").split() == ids
        assert not re.search(r"(?:href|src|style|onload)=|<script|url\(", one.svg)
        assert one.title
        assert one.caption


def test_who_cannot_see_is_told(run):
    """Every picture has its title and says what it shows; the bars of verdicts are said as they were counted."""
    report = build_report(run)
    for one in draw_pictures(report):
        tree = ElementTree.fromstring(one.svg)
        assert (tree.get("role"), tree.findtext(f"{SVG}title")) == ("img", one.title)
        assert tree.findtext(f"{SVG}desc")
    told = drawn(report, "verdicts").findtext(f"{SVG}desc")
    for name in report.extractors:
        correct = sum(row.cells[name].correct for row in report.fields)
        assert f"{name}: {correct} correct, " in told


def test_colours_are_named_and_never_given(run):
    """A page for the dark has other colours for the same names, and each name has a style."""
    styled = set(re.findall(r"\.([a-z0-9]+)", picture_file(draw_pictures(build_report(run))[0]).split("</style>")[0]))
    for one in draw_pictures(build_report(run)):
        assert not re.search(r"(?:fill|stroke)=|#[0-9a-f]{3,6}\b", one.svg)
        for kinds in re.findall(r'<(?:path|circle|rect) class="([^"]+)"', one.svg):
            assert set(kinds.split()) <= styled, kinds


def test_a_file_has_its_style(run):
    """A picture beside Markdown is whole: light and dark, its paper below everything else."""
    for one in draw_pictures(build_report(run)):
        text = picture_file(one)
        tree = ElementTree.fromstring(text)
        assert "prefers-color-scheme: dark" in tree.findtext(f"{SVG}style")
        shapes = [part.get("class") for part in tree if part.tag in (f"{SVG}rect", f"{SVG}path", f"{SVG}circle")]
        assert shapes[0] == "paper"


def test_bars_stand_on_their_axis(run):
    """The bars of an extractor lie one after the other and are as long as what they count."""
    report = build_report(run)
    tree = drawn(report, "verdicts")
    bars = [one for one in tree.iter(f"{SVG}rect") if (one.findtext(f"{SVG}title") or "").startswith("rules: ")]
    counts = [int(one.findtext(f"{SVG}title").split()[1]) for one in bars]
    lengths = [float(one.get("width")) for one in bars]
    assert len(bars) == 3
    for count, length in zip(counts, lengths, strict=True):
        assert length / lengths[0] == pytest.approx(count / counts[0], rel=0.02)
    for left, right in pairwise(bars):
        assert float(left.get("x")) + float(left.get("width")) == pytest.approx(float(right.get("x")), abs=0.2)


def test_labels_of_the_fields_are_there(run):
    """Every field that is stated has its label and the number of reports that state it."""
    report = build_report(run)
    shown = words(drawn(report, "fields"))
    for row in report.fields:
        assert (f"{row.label}  {row.stated}" in shown) == bool(row.stated)


def test_a_field_without_a_rate_has_no_dot(run):
    """What was not asked stands nowhere on the axis."""
    report = build_report(run)
    row = report.fields[0]
    cells = {name: replace(cell, f1=Estimate(None)) for name, cell in row.cells.items()}
    without = replace(report, fields=[replace(row, cells=cells), *report.fields[1:]])
    before, after = (len(list(drawn(one, "fields").iter(f"{SVG}circle"))) for one in (report, without))
    assert before - after == len(report.extractors)


def test_curves_of_small_risks(run):
    """Where next to nothing is wrong the axis has finer numbers, and nothing at all is drawn at its foot."""
    report = build_report(run)
    for risk, said in ((0.0, "0.2%"), (0.02, "0.5%"), (0.5, "20%")):
        curve = RiskCurve("rules", [RiskPoint(0.5, 0.0, 0.9), RiskPoint(1.0, risk, 0.5)])
        assert said in words(drawn(replace(report, curves=[curve]), "risk"))


def test_an_extractor_keeps_its_colour():
    """The same in every picture; with more extractors than colours they begin again."""
    names = [f"e{number}" for number in range(SERIES + 1)]
    assert [series_of(name, names) for name in names] == ["s0", "s1", "s2", "s3", "s4", "s5", "s0"]
