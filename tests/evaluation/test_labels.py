"""Gold from what people looked at in one report."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.checking import check_gold
from baogao.evaluation.gold import Gold
from baogao.evaluation.labels import PrintedAgain, gold_of, sound
from baogao.outputs.corrected import entry_key
from baogao.outputs.decisions import Decisions
from evaluation.reviewed import TEXT, decide, entry, figure, record_of

BUSES = figure(1234, "1,234辆")
DRILLS = figure(5, "2场", "3场")
PASSENGERS = figure(65000, "6.5万余人次", bound="over")
NONE = {**figure(0, "未发生责任事故"), "status": "reported_none"}


@pytest.fixture
def record(small):
    """What a reader says of the report: a wrong number of buses, and an entry too few."""
    fields = {"buses": figure(2, "2场"), "passengers": PASSENGERS, "drills": DRILLS}
    return record_of(small, fields=fields, lists={"problems": [entry("车辆老旧")]})


@pytest.fixture
def gold(record, small):
    """A function from decisions to the report's gold."""

    def make(*decisions, who=None, **more) -> Gold:
        return gold_of(record, Decisions(decisions), TEXT, small, who, **more)

    return make


def test_what_nobody_looked_at_is_not_gold(gold, small):
    """Without a decision there is none; what is decided comes out of the rest, one by one."""
    assert gold().not_looked_at == [spec.id for spec in small.specs]
    assert (gold().fields, gold().metadata, gold().lists) == ({}, {}, {})
    some = gold(decide("passengers", after=PASSENGERS))
    assert [*some.fields] == ["passengers"]
    assert "passengers" not in some.not_looked_at
    assert len(some.not_looked_at) == len(small.specs) - 1


def test_every_act_becomes_a_label(gold, small):
    """Accepted, corrected, none, not there, a sum of its parts, metadata with and without a value."""
    labels = gold(
        decide("buses", "correct", BUSES),
        decide("passengers", after=PASSENGERS),
        decide("punctuality", "absent"),
        decide("drills", after=DRILLS),
        decide("accidents", "none", NONE),
        decide("title", "correct", {"value": "某市公交年报", "evidence": [[0, 6]]}),
        decide("issuer", "absent", {"value": None, "evidence": []}),
    )
    assert labels.not_looked_at == ["problems"]
    assert labels.metadata == {"title": "某市公交年报", "issuer": None}
    said = {name: (one.status, one.value, one.bound) for name, one in labels.fields.items()}
    assert said == {
        "buses": ("reported", Decimal(1234), "exact"),
        "passengers": ("reported", Decimal(65000), "over"),
        "drills": ("reported", Decimal(5), "exact"),
        "accidents": ("reported_none", Decimal(0), "exact"),
    }
    assert labels.fields["drills"].evidence == [[tuple(span) for span in DRILLS["evidence"]]]
    assert check_gold(labels, TEXT, small, Path("r.gold.json")) == []


def test_a_list_is_gold_when_the_whole_of_it_was_looked_at(gold):
    """Of an entry alone nobody knows whether another is missing; one that came after the look is not looked at."""
    first, second = entry("车辆老旧"), entry("线路不足")
    key = entry_key("problems", second["evidence"])
    assert "problems" in gold(decide(key, "correct", second)).not_looked_at
    whole = decide("problems", after={"items": [first]})
    assert gold(whole).lists == {"problems": [[[tuple(first["evidence"][0])]]]}
    both = gold(decide(key, "correct", second), whole).lists["problems"]
    assert both == [[[tuple(one["evidence"][0])]] for one in (first, second)]
    assert "problems" in gold(decide("problems", after={"items": [second]})).not_looked_at


def test_one_persons_labels(gold):
    """Of two who differ, each has their own; together the last counts."""
    li, wang = decide("buses", "correct", BUSES), decide("buses", "absent", who="王")
    assert gold(li, wang, who="李").field("buses").value == 1234
    assert gold(li, wang, who="王").field("buses").status == "not_reported"
    assert gold(li, wang, who="王").knows("buses")
    assert not gold(li, wang).field("buses").stated
    assert not gold(li, who="王").knows("buses")


def test_proposals_are_filled_in_and_no_gold(gold):
    """For a person to go on from, the gold has what the record says, all of it not looked at."""
    labels = gold(decide("buses", "correct", BUSES), proposals=True)
    assert (labels.field("buses").value, labels.field("drills").value) == (1234, 5)
    assert "drills" in labels.not_looked_at
    assert "buses" not in labels.not_looked_at
    assert labels.known().fields.keys() == {"buses"}


def test_a_decision_on_another_text_is_no_label(gold):
    """The offsets of one text say nothing of another, of a list either."""
    old = [decide("buses", "correct", BUSES, text="x"), decide("problems", after={"items": []}, text="x")]
    assert not {"buses", "problems"} - set(gold(*old).not_looked_at)


def test_comments_stay_where_they_were_written(gold):
    """Nothing of what people wrote, nor who they are, is in the gold."""
    text = gold(decide("buses", "correct", BUSES, comment="附件也有")).to_json()
    assert "附件" not in text
    assert "李" not in text


def test_the_same_sentence_again_is_a_copy(gold):
    """Where the whole sentence is printed again, white space aside; not behind other words, nor another sentence."""
    first, *others = gold(decide("passengers", after=PASSENGERS)).field("passengers").evidence
    assert [TEXT[slice(*span)] for span in first] == ["6.5万余人次"]
    last = TEXT.rindex("6.5万余人次")
    assert others == [[(last, last + 7)]]
    assert len(gold(decide("drills", after=DRILLS)).field("drills").evidence) == 1


@pytest.mark.parametrize(
    ("text", "copies"),
    [
        ("全年共受理行政复议申请58件。\n另外，全年共受理行政复议申请58件。\n", 1),
        ("全年共受理行政复议申请58件。\n全年共受理行政复议申请 58 件。\n", 2),
        ("收件58件。\n收件58件。\n", 1),
        ("全年共受理行政复议申请58件。\n全年共受理行政复议申请58件，其中\n", 1),
        ("全年共受理行政复议申请58件。全年共受理行政复议申请58件。", 2),
    ],
)
def test_only_what_is_certain_is_a_copy(text, copies):
    """A sentence that begins otherwise, goes on, or says too little is no copy."""
    start = text.index("58件")
    assert len(PrintedAgain(text).copies([[(start, start + 3)]])) == copies


@given(
    st.lists(st.sampled_from(["全年共受理行政复议申请", "58件", "。", "\n", " ", "😀", "另外，", "其中"]), max_size=24)
)
def test_a_copy_reads_as_the_first(pieces):
    """Whatever is printed, a copy has the same characters, white space aside, and no place comes twice."""
    text = "".join(pieces)
    start = text.find("58件")
    if start < 0:
        return
    copies = PrintedAgain(text).copies([[(start, start + 3)]])
    assert {"".join(text[a:b].split()) for copy in copies for a, b in copy} == {"58件"}
    assert len({tuple(copy) for copy in copies}) == len(copies)


def test_what_loading_would_refuse_is_left_out_and_said(gold, small):
    """A none without its words is a person's word and no label: it counts as not looked at until it has them."""
    bare = decide("accidents", "none", {"status": "reported_none", "value": 0})
    labels, wrong = sound(gold(bare, decide("buses", "correct", BUSES)), TEXT, small)
    assert wrong == {"accidents": "is reported_none without evidence"}
    assert "accidents" in labels.not_looked_at
    assert labels.fields.keys() == {"buses"}
    assert check_gold(labels, TEXT, small, Path("r.gold.json")) == []


def test_rows_are_gold_when_the_whole_list_was_looked_at(every_kind):
    """Cells as people left them, those that are not stated left out."""
    text = "城东泊位投资0.8亿元建成。\n"
    rows = {"berths": [{"name": figure("城东泊位", "城东泊位", text=text), "cost": figure(0.8, "0.8亿元", text=text)}]}
    for cell in rows["berths"][0].values():
        cell.pop("bound")
    record = record_of(every_kind, rows=rows)
    cell = decide("berths/0/cost", "absent", text=text)
    assert "berths" in gold_of(record, Decisions([cell]), text, every_kind).not_looked_at
    whole = decide("berths", after={"items": ["berths/0"]}, text=text)
    (row,) = gold_of(record, Decisions([whole]), text, every_kind).rows["berths"]
    assert {name: one.value for name, one in row.items()} == {"name": "城东泊位", "cost": Decimal("0.8")}
    (row,) = gold_of(record, Decisions([whole, cell]), text, every_kind).rows["berths"]
    assert [*row] == ["name"]
