"""Holding back: unsure answers wait for review and stay in the record, with their place and the reason."""

from __future__ import annotations

import asyncio
import json

from baogao.extraction import Extraction, HeldLink, HoldingExtractor, Link, hold_back
from baogao.reading import provenance, read_record
from baogao.record import Record
from short_reports import read

TEXT = "海坨市2022年经济社会发展统计公报\n\n全年地区生产总值86.4亿元。年末常住人口21.03万人。\n"


def test_unsure_answers_are_held_back():
    """Those below the wanted confidence; the wanted confidence itself is enough."""
    said = Extraction(fields={"a": Link((1,), 0.9, "rules"), "b": Link((2,), 0.89, "llm")})
    found = hold_back(said, 0.9)
    assert set(found.fields) == {"a"}
    assert found.held["b"] == HeldLink(Link((2,), 0.89, "llm"), "less sure than the 0.9 that was asked for")


def test_what_was_held_back_before_stays():
    """An arbiter's own reasons are not lost."""
    before = Extraction(held={"a": HeldLink(Link((1,), 0.3, "llm"), "its own reason")})
    assert hold_back(before, 0.9).held["a"].reason == "its own reason"


class Unsure:
    """Links the last figure, half sure."""

    name = "llm"

    def __init__(self, schema):
        self.schema = schema

    async def extract(self, report):
        """One link."""
        return Extraction(fields={"gdp": Link((report.candidates.of_kind("number")[-1].id,), 0.5, "llm")})


def test_the_record_keeps_it(communique):
    """Silence for whoever counts, and beside it what would have been the answer; it is the same when read again."""
    report = read(TEXT)
    holding = HoldingExtractor(Unsure(communique), 0.6)
    assert holding.name == "llm"
    extraction = asyncio.run(holding.extract(report))
    record = read_record(report, extraction, communique, provenance(communique, "llm"))
    line = json.loads(record.to_json())
    held = line["fields"]["gdp"]["held_back"]
    start, end = held["evidence"][0]
    assert line["fields"]["gdp"]["status"] == "not_reported"
    assert (held["value"], held["unit"], held["confidence"]) == (210300, "人", 0.5)
    assert report.document.text[start:end] == held["text"] == "21.03万人"
    assert line["fields"]["residents"] == {"status": "not_reported"}
    assert Record.model_validate(line) == record


def test_checks_do_not_use_what_is_held_back(flagship):
    """A figure that is not given proves nothing."""
    report = read("某县报告\n\n参加考试68人，考试合格59人，合格率86.76%。\n")
    links = {
        name: Link((report.of(text).id,), 0.9, "rules")
        for name, text in (("exam_candidates", "68人"), ("exam_passed", "59人"), ("exam_pass_rate", "86.76%"))
    }
    made_by = provenance(flagship, "rules")
    whole = read_record(report, Extraction(fields=links), flagship, made_by)
    links["exam_passed"] = Link(links["exam_passed"].candidates, 0.2, "rules")
    cut = read_record(report, hold_back(Extraction(fields=links), 0.5), flagship, made_by)
    assert (len(whole.checks), len(cut.checks)) == (2, 0)
