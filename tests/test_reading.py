"""From links to records: what a value, a bound and a place are read from."""

from __future__ import annotations

import pickle
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import baogao
from baogao.document import document_from_text
from baogao.document.file_text import FileText, Notice
from baogao.extraction import Doubt, Extraction, HeldLink, Link, ReportText, TextLink, Words
from baogao.inputs import Source
from baogao.reading import failed_record, provenance, read_answer, read_record
from baogao.record import Jury, ProposedFigure, ProposedItems, ProposedText, Record, Review
from baogao.schema import load_schema
from baogao.usage import Usage
from short_reports import COMMUNIQUE, read

SUM = next(spec for spec in load_schema().figures if spec.additive)


@pytest.fixture(scope="module")
def every_kind():
    """A schema with a field of every kind."""
    return load_schema(Path(__file__).parent / "fixtures" / "every_kind.py")


def link(*candidates) -> Link:
    """A link to some candidates."""
    return Link(tuple(candidate.id for candidate in candidates), 0.8765432, by="rules")


def test_value_bound_and_place(communique):
    """Everything comes from the candidate; the text at the evidence is the printed one."""
    report = read("全年粮食产量约36.5万吨，地区生产总值超过86亿元。")
    answer = read_answer(report, link(report.of("约36.5万吨")), communique.by_id["grain_output"])
    assert (answer.status, answer.value, answer.bound, answer.unit) == ("reported", Decimal(365_000), "about", "吨")
    assert answer.text == "约36.5万吨"
    assert [report.document.slice(span) for span in answer.evidence] == ["约36.5万吨"]
    assert (answer.confidence, answer.by) == (0.8765, "rules")


def test_evidence_is_what_is_printed(communique):
    """What was left out to read a figure stands in its evidence, and its sentence is the printed one."""
    printed = "地区生产总值8\u200b6亿\n元，比上年增长。"
    report = read(f"海坨市公报\n{printed}")
    answer = read_answer(report, link(report.of("86亿元")), communique.by_id["gdp"])
    (span,) = answer.evidence
    assert answer.text == report.document.file.text[slice(*span)] == "8\u200b6亿\n元"
    assert (answer.value, answer.sentence) == (8_600_000_000, printed)


def test_how_the_file_was_read(communique):
    """A record says what its file was, where its pages begin, and what was taken out or doubtful, with places."""
    text = "海坨市公报\n地区生产总值86亿元。\n粮食产量1 23 吨。\n注释\n一是数据为初步统计数。\n"
    file = FileText(text, "pdf", (Notice("one line is gone", (6, 6)),), pages=(0, 6, 18), converter="pdfium 1")
    report = ReportText.from_document(document_from_text(file))
    gdp = next(c for c in report.candidates if c.text == "86亿元")
    item = next(c for c in report.candidates if c.kind == "item")
    found = Extraction(fields={"gdp": link(gdp)}, lists={"notes": [item.id]})
    record = read_record(report, found, communique, provenance(communique, "rules"))
    assert (record.read.format, record.read.pages, record.read.converter) == ("pdf", [0, 6, 18], "pdfium 1")
    assert [(one.message, one.start, one.end) for one in record.read.notices] == [
        ("one line is gone", 6, 6),
        ("no figure is read in “1 23”", 22, 26),
    ]
    assert record.notices == ["one line is gone (character 6)", "no figure is read in “1 23” (characters 22-26)"]
    assert (record.fields["gdp"].page, record.lists["notes"][0].page) == (2, 3)
    assert Record.model_validate_json(record.to_json()) == record


def test_a_record_is_one_line(communique):
    """For programs, too, that end a line where JSON does not."""
    report = read("海坨市公报\n地区生产总值8\u20286亿元。")
    answer = read_answer(report, link(report.of("86亿元")), communique.by_id["gdp"])
    found = Extraction(fields={"gdp": link(report.of("86亿元"))})
    line = read_record(report, found, communique, provenance(communique, "rules")).to_json()
    assert "\u2028" in answer.text
    assert line.splitlines() == [line]


def test_none(flagship):
    """A phrase that says none is a stated 0, not silence."""
    report = read("全年未发生行政诉讼案件。")
    none = next(c for c in report.candidates if c.kind == "none")
    answer = read_answer(report, link(none), flagship.by_id["litigation_cases"])
    assert (answer.status, answer.value, answer.bound) == ("reported_none", 0, "exact")


@pytest.mark.parametrize(
    ("text", "parts", "value", "bound"),
    [
        ("上半年演练2场，下半年演练3场。", ["2场", "3场"], 5, "exact"),
        ("上半年演练2场，下半年演练30余场。", ["2场", "30余场"], 32, "over"),
        ("上半年演练近20场，下半年演练30余场。", ["近20场", "30余场"], 50, "about"),
    ],
)
def test_parts_of_an_additive_field(flagship, text, parts, value, bound):
    """Parts are summed, every part is evidence, and the bound is the loosest of theirs."""
    report = read(text)
    spec = next(spec for spec in flagship.figures if spec.additive)
    answer = read_answer(report, link(*map(report.of, parts)), spec)
    assert (answer.value, answer.bound) == (value, bound)
    assert [report.document.slice(span) for span in answer.evidence] == parts
    assert answer.text == "、".join(parts)


def test_a_number_shared_by_nouns(flagship):
    """各1场 behind two nouns is 2 for a field that may be summed, and 1 for any other; both are evidence alike."""
    report = read("防汛演练2场，森林扑火演练、校园消防演练各1场。")
    other = next(spec for spec in flagship.figures if not spec.additive)
    assert read_answer(report, link(report.of("1场")), SUM).value == 2
    assert read_answer(report, link(report.of("1场")), other).value == 1
    both = read_answer(report, link(report.of("2场"), report.of("1场")), SUM)
    assert (both.value, both.text) == (4, "2场、1场")


@pytest.mark.parametrize("linked", [[], ["86亿元", "5%"]], ids=["nothing", "two for one"])
def test_links_that_cannot_be_read(communique, linked):
    """No candidate, or several where nothing may be summed, is an extractor's mistake and said so."""
    report = read("地区生产总值86亿元，增长5%。")
    with pytest.raises(ValueError, match=r"gdp: the link .* cannot be read as one figure"):
        read_answer(report, link(*map(report.of, linked)), communique.by_id["gdp"])


def test_a_list_entry_is_no_figure(communique):
    """An entry of a list has no value."""
    report = read("注释\n一是数据为初步统计数，二是部分数据四舍五入。")
    item = next(c for c in report.candidates if c.kind == "item")
    with pytest.raises(ValueError, match="cannot be read"):
        read_answer(report, link(item), communique.by_id["gdp"])


def test_every_field_is_present(communique):
    """Silence is written, never left out; entries, metadata and usage come over."""
    report = read("海坨市公报\n地区生产总值86亿元。\n注释\n一是数据为初步统计数。")
    item = next(c for c in report.candidates if c.kind == "item")
    extraction = Extraction(
        fields={"gdp": link(report.of("86亿元"))},
        lists={"notes": [item.id]},
        metadata={"title": TextLink("海坨市公报", ((0, 5),))},
        notices=["odd"],
    )
    record = read_record(report, extraction, communique, provenance(communique, "rules"), Usage(requests=3))
    assert list(record.fields) == [spec.id for spec in communique.figures]
    assert {name: answer.status for name, answer in record.fields.items() if name != "gdp"} == dict.fromkeys(
        ["gdp_growth", "grain_output", "residents", "urban_share"], "not_reported"
    )
    assert record.lists["notes"][0].text == item.text
    assert record.metadata["title"].evidence == [(0, 5)]
    assert (record.usage.requests, record.notices[-1]) == (3, "odd")
    assert Record.model_validate_json(record.to_json()) == record


def test_silence_is_short_in_json(communique):
    """A silent field is one key, so that rows stay readable."""
    report = read("无话可说。")
    record = read_record(report, Extraction(), communique, provenance(communique, "rules"))
    assert '"gdp": {"status": "not_reported"}' in record.to_json()


def test_failed_record(communique):
    """A failed document has its error in words, what it took, and no fields."""
    made_by = provenance(communique, "llm", "small", "sha256:0")
    record = failed_record(Source("a", Path("r/a.txt")), "it is empty", communique, made_by, "", Usage(requests=2))
    assert (record.status, record.error, record.fields, record.usage.requests) == ("failed", "it is empty", {}, 2)
    assert (record.made_by.model, record.made_by.prompts) == ("small", "sha256:0")


VALUES = st.lists(st.integers(0, 99), min_size=1, max_size=5, unique=True)
BOUNDS = st.lists(st.sampled_from(["{}场", "约{}场", "近{}场", "{}余场", "超过{}场"]), min_size=5, max_size=5)


@given(VALUES, BOUNDS)
def test_a_sum_is_read_from_its_parts(values, bounds):
    """Its value is theirs together, every part is evidence, and its bound is exact only where all of theirs are."""
    printed = [bound.format(value) for value, bound in zip(values, bounds, strict=False)]
    report = read("；".join(f"开展演练{one}" for one in printed) + "。")
    parts = report.candidates.of_kind("number")
    answer = read_answer(report, link(*parts), SUM)
    assert answer.value == sum(part.value for part in parts)
    assert [report.document.slice(span) for span in answer.evidence] == [part.text for part in parts]
    assert (answer.bound == "exact") == all(part.bound == "exact" for part in parts)
    assert answer.bound in {part.bound for part in parts} | {"about"}


@pytest.mark.parametrize(
    ("text", "figure", "status"),
    [
        ("发生事故0件。", "0件", "reported"),
        ("发生事故零件。", "零件", "reported_none"),
        ("发生事故3件。", "3件", "reported"),
    ],
)
def test_a_zero_in_words_says_none(flagship, text, figure, status):
    """零件 says that there was none, 0件 is a figure."""
    report = read(text)
    assert read_answer(report, link(report.of(figure)), flagship.by_id["litigation_cases"]).status == status


def test_held_answers_are_read_as_well(communique):
    """With value and place, under silence; a field that is given has nothing held."""
    report = read("地区生产总值86亿元，常住人口21万人。")
    held = {
        "gdp": HeldLink(link(report.of("86亿元")), "unsure"),
        "residents": HeldLink(link(report.of("86亿元")), "no"),
    }
    extraction = Extraction(fields={"residents": link(report.of("21万人"))}, held=held)
    fields = read_record(report, extraction, communique, provenance(communique, "rules")).fields
    assert (fields["gdp"].status, fields["gdp"].value) == ("not_reported", None)
    assert (fields["gdp"].held_back.value, fields["gdp"].held_back.reason) == (Decimal(8_600_000_000), "unsure")
    assert (fields["residents"].value, fields["residents"].held_back) == (Decimal(210_000), None)


def test_a_link_to_no_field_of_the_schema_is_left_out(communique):
    """An extractor of somebody else's may name what it likes; a record has the schema's fields."""
    report = read("地区生产总值86亿元。")
    extraction = Extraction(fields={"nonsense": link(report.of("86亿元"))}, metadata={"nobody": TextLink("x")})
    record = read_record(report, extraction, communique, provenance(communique, "rules"))
    assert list(record.fields) == [spec.id for spec in communique.figures]
    assert list(record.metadata) == [spec.id for spec in communique.metadata]


def test_who_made_a_record(communique):
    """Extractor, model, prompts and the schema's digest, and which baogao it was."""
    made_by = provenance(communique, "hybrid", "small", "sha256:0")
    assert (made_by.extractor, made_by.model, made_by.prompts) == ("hybrid", "small", "sha256:0")
    assert made_by.schema_digest == communique.digest
    assert made_by.baogao == baogao.__version__


def test_silences_are_values_of_their_own(communique):
    """What is done to one silent field is not done to all the others."""
    report = read("某地情况\n\n一切如常。\n")
    record = read_record(report, Extraction(), communique, provenance(communique, "rules"))
    other = read_record(report, Extraction(), communique, provenance(communique, "rules"))
    record.fields["gdp"].tell("一句话")
    assert record.fields["residents"].sentence is None
    assert other.fields["gdp"].sentence is None


def test_links_of_an_extractor_of_ones_own_are_checked(communique):
    """A link to nothing, and a list of what is no entry, are said in words that name the field."""
    report = read("某地情况\n\n全年地区生产总值86.4亿元。\n")
    made_by = provenance(communique, "mine")
    with pytest.raises(ValueError, match=r"gdp: the link \(99999,\) cannot be read"):
        read_record(report, Extraction(fields={"gdp": Link((99999,), 0.5, "mine")}), communique, made_by)
    number = report.of("86.4亿元").id
    with pytest.raises(ValueError, match=f"notes: {number} is no entry"):
        read_record(report, Extraction(lists={"notes": [number]}), communique, made_by)


DOUBTED = (
    "海坨市\u200b公报\n全年生产总值8\u200b6亿元，常住人口21万人。\n注释\n一是数据为初步统计数，二是部分数四舍五入。\n"
)


def doubted(schema) -> tuple[Record, list[Review]]:
    """A record of a report over which two readers differ in every kind of field, and its queue."""
    report = read(DOUBTED)
    first, second = (one.id for one in report.candidates.of_kind("item")[-2:])
    gdp = Link((report.of("86亿元").id,), 0.66666, "llm")
    other = Link((report.of("21万人").id,), 0.4, "rules")
    title = TextLink("海坨市公报", ((0, 5),))
    extraction = Extraction(
        fields={"gdp": gdp},
        lists={"notes": [first, second]},
        doubts=(
            Doubt("notes", "readers differ", 0.3, (("llm", (first, second)), ("rules", (first,)))),
            Doubt("title", "rules alone, not given", 0.3, (("rules", title),)),
            Doubt("gdp", "readers differ", 0.33334, (("llm", gdp), ("rules", other))),
        ),
    )
    record = read_record(report, extraction, schema, provenance(schema, "hybrid"))
    return record, record.review


def test_a_queue_is_read_where_it_is_printed(communique):
    """Every proposal has its place in the print: a figure with its sentence, metadata, the entries of a list."""
    _, (gdp, title, notes) = doubted(communique)
    assert (gdp.field, gdp.label, gdp.kind, gdp.given) == ("gdp", "地区生产总值", "figure", True)
    assert (gdp.doc_id, gdp.wrong, gdp.priority, gdp.reason) == ("report", 0.3333, 0.3333, "readers differ")
    llm, rules = gdp.proposals
    assert isinstance(llm, ProposedFigure)
    assert (llm.by, llm.value, llm.unit, llm.confidence) == ("llm", 8_600_000_000, "元", 0.6667)
    assert llm.text == DOUBTED[slice(*llm.evidence[0])] == "8\u200b6亿元"
    assert llm.sentence == "全年生产总值8\u200b6亿元，常住人口21万人。"
    assert (rules.by, rules.text) == ("rules", "21万人")
    assert title.proposals == [ProposedText(by="rules", value="海坨市公报", evidence=[(0, 6)])]
    assert not title.given
    both, one = notes.proposals
    assert isinstance(both, ProposedItems)
    assert [DOUBTED[slice(*item.evidence[0])] for item in both.items] == [item.text for item in both.items]
    assert one.items == both.items[:1]


def test_words_that_readers_differ_over_are_read(every_kind):
    """A choice stands in the queue as a figure does, with the words that decide it; it is known to be given."""
    report = read("供水工作报告\n计划任务顺利完成。但爆管未减。")
    yes = Words("完成", ((7, 15),), 0.8, "llm")
    no = Words("未完成", ((17, 21),), 0.7, "rules")
    doubts = (Doubt("plan_met", "readers differ", 0.2, (("llm", yes), ("rules", no))),)
    extraction = Extraction(words={"plan_met": yes}, doubts=doubts)
    (review,) = read_record(report, extraction, every_kind, provenance(every_kind, "hybrid")).review
    assert (review.kind, review.given) == ("choice", True)
    assert [(one.by, one.value, one.text) for one in review.proposals] == [
        ("llm", "完成", "计划任务顺利完成"),
        ("rules", "未完成", "爆管未减"),
    ]
    assert [one.sentence for one in review.proposals] == ["计划任务顺利完成。", "但爆管未减。"]


def test_a_queue_is_no_part_of_the_written_record(communique):
    """A record's line is the same with and without one, and a record that is read back has none; a pickled one has."""
    record, queue = doubted(communique)
    assert record.to_json() == record.with_review([]).to_json()
    again = Record.model_validate_json(record.to_json())
    assert (again, again.review) == (record, [])
    assert pickle.loads(pickle.dumps(record)).review == queue


def test_an_entry_of_a_queue_is_one_line(communique):
    """Without its empty parts it reads back as the same, whatever it is about."""
    _, queue = doubted(communique)
    for review in queue:
        line = review.to_json()
        assert "\n" not in line
        assert "null" not in line
        assert Review.model_validate_json(line) == review


@pytest.mark.parametrize(
    ("said", "entries"),
    [([(0, 1), (0,)], 1), ([(0,), (1,)], 2), ([(0, 1)], 2), ([(0, 1), ()], 2), ([(0, 1), (0, 1), (1,)], 1)],
)
def test_a_list_weighs_as_much_as_its_disputed_entries(communique, said, entries):
    """Entries that all give are in no dispute; of one who speaks alone all are."""
    report = read(DOUBTED)
    ids = [one.id for one in report.candidates.of_kind("item")[-2:]]
    proposals = tuple((f"r{number}", tuple(ids[at] for at in one)) for number, one in enumerate(said))
    extraction = Extraction(doubts=(Doubt("notes", "readers differ", 0.25, proposals),))
    (review,) = read_record(report, extraction, communique, provenance(communique, "hybrid")).review
    assert (review.wrong, review.priority) == (0.25, 0.25 * entries)


@given(st.dictionaries(st.sampled_from([spec.id for spec in load_schema(COMMUNIQUE).figures]), st.floats(0, 1)))
def test_the_most_valuable_comes_first(wrong):
    """Whatever the order of the doubts; what is worth the same stands in the order of the schema."""
    schema = load_schema(COMMUNIQUE)
    report = read(DOUBTED)
    said = (("rules", link(report.of("86亿元"))),)
    doubts = tuple(Doubt(name, "alone", likely, said) for name, likely in wrong.items())
    queue = read_record(report, Extraction(doubts=doubts), schema, provenance(schema, "hybrid")).review
    order = [spec.id for spec in schema.specs]
    assert [one.field for one in queue] == sorted(wrong, key=lambda name: (-round(wrong[name], 4), order.index(name)))


def test_doubts_about_no_field_of_the_schema_are_left_out(communique):
    """As links to none are."""
    report = read(DOUBTED)
    held = {"nobody": HeldLink(link(report.of("86亿元")), "unsure")}
    extraction = Extraction(held=held, doubts=(Doubt("nonsense", "alone", 0.5, (("x", TextLink("y")),)),))
    assert read_record(report, extraction, communique, provenance(communique, "mine")).review == []


def test_who_led_stands_in_what_made_a_record(communique):
    """Where readers were heard on the run, and only there; it is no key of records that know of none."""
    made_by = provenance(communique, "hybrid", "small")
    jury = Jury(leader="model", reason="why", reports=3, rules_f1=0.5, model_f1=0.9)
    heard, unheard = (read_record(read("无。"), Extraction(jury=one), communique, made_by) for one in (jury, None))
    assert (heard.made_by.jury, unheard.made_by.jury, made_by.jury) == (jury, None, None)
    assert "jury" not in unheard.to_json()
    assert Record.model_validate_json(heard.to_json()) == heard
    assert Record.model_validate_json(unheard.to_json()) == unheard
