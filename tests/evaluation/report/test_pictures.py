"""Pictures: one for each thing there is data for, in colours that a page can replace, ids that do not clash."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest

from baogao.errors import UsageError
from baogao.evaluation.report import build_report
from baogao.evaluation.report.pictures import INK, PAPER, SERIES, VERDICT_COLOURS, colour_of, draw_pictures

pytest.importorskip("altair")
pytest.importorskip("vl_convert")


def test_there_is_no_picture_without_data(run):
    """Verdicts are always there to be drawn; the others only where something was stated, was sure, or took tokens."""
    report = build_report(run)
    assert [one.id for one in draw_pictures(report)] == ["verdicts", "fields", "risk", "reliability", "tokens"]
    bare = replace(report, fields=[], curves=[], reliability=[], costs=[])
    assert [one.id for one in draw_pictures(bare)] == ["verdicts"]


def test_a_drawing_is_svg_of_its_own(run):
    """It can stand in a page beside the others: its ids begin with its name, it fetches nothing, it runs nothing."""
    for one in draw_pictures(build_report(run)):
        assert one.svg.startswith("<svg")
        ids = re.findall(r'\bid="([^"]+)"', one.svg)
        assert all(name.startswith(f"{one.id}-") for name in ids)
        assert set(re.findall(r"url\(#([^)]+)\)", one.svg)) <= set(ids)
        assert "<script" not in one.svg
        assert not re.search(r'(?:href|src)="(?!#)', one.svg)
        assert one.title
        assert one.caption


def test_colours_can_be_replaced(run):
    """A page for the dark replaces colours by name: each drawing uses those that are named, and no others."""
    known = {*SERIES, *VERDICT_COLOURS.values(), INK, PAPER, "#d9d9d5"}
    for one in draw_pictures(build_report(run)):
        used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', one.svg))
        assert used <= known, one.id
        assert PAPER in used


def test_verdicts_are_drawn_as_they_were_counted(run):
    """The bars of an extractor are its counts: the words beside them, for who cannot see, say the same."""
    report = build_report(run)
    (verdicts,) = (one for one in draw_pictures(report) if one.id == "verdicts")
    for name in report.extractors:
        correct = sum(row.cells[name].correct for row in report.fields)
        assert re.search(rf'aria-label="[^"]*figures: {correct}; extractor: {name}; verdict: correct', verdicts.svg)


def test_labels_of_the_fields_are_there(run):
    """Every field that is stated has its label and the number of reports that state it."""
    report = build_report(run)
    (fields,) = (one for one in draw_pictures(report) if one.id == "fields")
    for row in report.fields:
        assert (f"{row.label}  {row.stated}" in fields.svg) == bool(row.stated)


def test_an_extractor_keeps_its_colour():
    """The same in every picture; with more extractors than colours they begin again."""
    names = [f"e{number}" for number in range(len(SERIES) + 1)]
    colours = [colour_of(name, names) for name in names]
    assert colours[:-1] == list(SERIES)
    assert colours[-1] == SERIES[0]


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_without_the_extra(run, monkeypatch, missing):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=r"pip install 'baogao\[eval\]'"):
        draw_pictures(build_report(run))
