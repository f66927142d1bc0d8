"""Extractions: unsure answers are held back with their place and the reason; questions are put side by side."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import PendingError, ReplyError
from baogao.extraction import (
    Doubt,
    Extraction,
    HeldLink,
    HoldingExtractor,
    Link,
    ReportText,
    SamplingExtractor,
    Words,
    answers,
    hold_back,
    innermost,
)
from baogao.reading import provenance, read_record
from baogao.record import Jury, Record
from baogao.schema import load_schema
from short_reports import MUSEUM, read

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


def test_what_is_held_back_joins_the_queue():
    """With or without a doubt about it before; the held answer comes first, and the question is whether it is right."""
    given, other, kept = Link((1,), 0.6, "llm"), Link((2,), 0.3, "rules"), Link((3,), 0.2, "rules")
    before = Extraction(
        fields={"a": given, "b": Link((4,), 0.95, "rules"), "c": Link((5,), 0.7, "rules")},
        held={"d": HeldLink(kept, "its own reason")},
        doubts=(
            Doubt("a", "readers differ", 0.4, (("llm", given), ("rules", other))),
            Doubt("b", "rules alone", 0.05, (("rules", Link((4,), 0.95, "rules")),)),
            Doubt("d", "llm alone, held back", 0.2, (("llm", other),)),
        ),
    )
    queue = {doubt.field: doubt for doubt in hold_back(before, 0.9).queue()}
    words = "held back: less sure than the 0.9 that was asked for"
    assert queue["a"] == Doubt("a", f"readers differ, {words}", 0.6, (("llm", given), ("rules", other)))
    assert queue["b"] == before.doubts[1]
    assert queue["c"] == Doubt("c", words, 0.7, (("rules", Link((5,), 0.7, "rules")),))
    assert queue["d"] == Doubt("d", "llm alone, held back", 0.2, (("rules", kept), ("llm", other)))
    assert [doubt.field for doubt in before.queue()] == ["a", "b", "d"]


class Unsure:
    """Links the last figure, half sure."""

    name = "llm"

    def __init__(self, schema):
        self.schema = schema

    async def extract(self, report):
        """One link."""
        return Extraction(fields={"gdp": Link((report.candidates.of_kind("number")[-1].id,), 0.5, "llm")})


def test_what_is_around_an_extractor_is_taken_off(communique):
    """However much was put around it; one with nothing around it is itself, and it is shown no sample."""
    bare = Unsure(communique)
    assert innermost(bare) is bare
    assert innermost(HoldingExtractor(HoldingExtractor(bare, 0.5), 0.9)) is bare
    assert not isinstance(bare, SamplingExtractor)


def test_doubts_stay_when_answers_are_held_back():
    """Who led, and what a person should look at, is said of a report whatever confidence is asked for."""
    doubt = Doubt("a", "rules alone", 0.4, (("rules", Link((1,), 0.6, "rules")),))
    jury = Jury(leader="rules", reason="why", reports=1, rules_f1=0.5, model_f1=0.1)
    said = Extraction(fields={"a": Link((1,), 0.6, "rules")}, doubts=(doubt,), jury=jury)
    held = hold_back(said, 0.9)
    (kept,) = held.doubts
    assert (kept.field, kept.said, held.jury, held.fields) == ("a", doubt.said, jury, {})
    assert kept.reason == "rules alone, held back: less sure than the 0.9 that was asked for"
    assert kept.wrong == 0.6  # silence is wrong where the answer that is held back is right


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


LINKS = st.dictionaries(
    st.sampled_from("abcdef"), st.builds(Link, st.just((1,)), st.floats(0, 1), st.sampled_from(["rules", "llm"]))
)


def test_words_are_held_back_too():
    """A choice that is not sure enough waits for a person, with its words; an unsure cell of a row is left out."""
    schema = load_schema(MUSEUM)
    report = read("年报\n\n青溪博物馆全年免费开放。\n", schema)
    sure, unsure = (Words("是", ((10, 16),), confidence, "llm") for confidence in (0.9, 0.4))
    title = Words("展", ((4, 5),), 0.9, "llm")
    said = Extraction(
        words={"free": unsure, "grade": sure},
        rows={"shows": [{"title": title, "travelling": unsure}, {"title": unsure}]},
    )
    record = read_record(report, hold_back(said, 0.5), schema, provenance(schema, "llm"))
    held = record.fields["free"].held_back
    assert held is not None
    assert (held.value, held.text, held.confidence) == ("是", report.document.file.text[10:16], 0.4)
    assert record.fields["grade"].status == "reported"
    assert [list(row) for row in record.rows["shows"]] == [["title"]]
    assert [review.field for review in record.review] == ["free"]


@given(LINKS, st.floats(0, 1))
def test_nothing_is_lost_by_holding_back(fields, least):
    """Every answer is given or held, as it was; the sure ones are given; lists and metadata stay."""
    said = Extraction(fields=fields, lists={"notes": [3]}, notices=["odd"])
    found = hold_back(said, least)
    assert found.fields.keys() | found.held.keys() == fields.keys()
    assert {**found.fields, **{name: held.link for name, held in found.held.items()}} == fields
    assert all(link.confidence >= least for link in found.fields.values())
    assert all(held.link.confidence < least for held in found.held.values())
    assert (found.lists, found.notices, said.fields) == ({"notes": [3]}, ["odd"], fields)


def test_a_report_in_hand_is_its_document_with_its_candidates():
    """What the grammar finds, and nothing else."""
    report = read(TEXT)
    assert ReportText.from_document(report.document) == ReportText(report.document, report.candidates)


class Questions:
    """Remembers which questions came to their end."""

    def __init__(self):
        self.ended = []

    async def ask(self, number, pause=0.0, error=None):
        """Answer with the number, or fail."""
        await asyncio.sleep(pause)
        self.ended.append(number)
        if error is not None:
            raise error
        return number


def test_order():
    """Results come in the order of the questions, whichever is answered first."""
    questions = Questions()
    assert asyncio.run(answers([questions.ask(1, 0.02), questions.ask(2)])) == [1, 2]
    assert questions.ended == [2, 1]


def test_failure_stops_the_others():
    """No more tokens are spent on a document that is lost."""
    questions = Questions()
    with pytest.raises(ReplyError, match="lost"):
        asyncio.run(answers([questions.ask(1, 5), questions.ask(2, error=ReplyError("lost"))]))
    assert questions.ended == [2]


def test_pending_lets_the_others_ask():
    """All questions of a document go into one batch; the document still waits."""
    questions = Questions()
    with pytest.raises(PendingError, match="first"):
        asyncio.run(
            answers(
                [
                    questions.ask(1, error=PendingError("first")),
                    questions.ask(2, 0.02, PendingError("second")),
                    questions.ask(3, 0.04),
                ]
            )
        )
    assert questions.ended == [1, 2, 3]


def test_failure_after_a_pending_one():
    """A failure counts for more than a reply that is yet to come."""
    questions = Questions()
    with pytest.raises(ReplyError, match="lost"):
        asyncio.run(
            answers([questions.ask(1, error=PendingError("first")), questions.ask(2, 0.01, ReplyError("lost"))])
        )


@given(st.lists(st.integers(0, 3), max_size=6))
def test_answers_come_in_the_order_of_the_questions(waits):
    """However long each of them takes."""
    questions = Questions()
    asked = [questions.ask(number, wait / 1000) for number, wait in enumerate(waits)]
    assert asyncio.run(answers(asked)) == list(range(len(waits)))
    assert sorted(questions.ended) == list(range(len(waits)))
