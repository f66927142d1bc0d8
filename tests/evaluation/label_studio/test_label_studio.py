"""Labels to Label Studio and back."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.evaluation.checking import check_gold
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import GoldField
from baogao.evaluation.label_studio.annotations import read_tasks
from baogao.evaluation.label_studio.config import config_of, labels
from baogao.evaluation.label_studio.tasks import task_of
from baogao.evaluation.marks import parse
from baogao.schema.load import load_schema
from evaluation.conftest import HERE, REPORT
from evaluation.run_fixtures import EVERY_MARKED

DATASETS = Path(__file__).parents[3] / "eval" / "datasets"
TEXT = (
    "😀某市公交年报𠀀\n年末公交车辆1,234辆，客运量6.5万余人次。\n"
    "春季演练2场，秋季演练3场；未发生责任事故。问题：一是车辆老旧。\n"
)

SMALL = load_schema(HERE / "small_schema.py")


def back(tasks, schema, **more):
    """What comes back of some tasks, through JSON."""
    return list(read_tasks(json.loads(json.dumps(tasks, default=str)), schema, **more))


def region(printed, label, number=1, text=TEXT, **said):
    """A labelled region as an annotator makes it, and what is said of it."""
    start = text.index(printed)
    place = {"start": start, "end": start + len(printed)}
    head = {"id": f"r{number}", "to_name": "text"}
    yield {**head, "from_name": "field", "type": "labels", "value": {**place, "text": printed, "labels": [label]}}
    for name, value in said.items():
        kind = {"type": "textarea"} if name in ("value", "row") else {"type": "choices"}
        key = "text" if name in ("value", "row") else "choices"
        yield {**head, **kind, "from_name": name, "value": {**place, key: [value]}}


def placed(**value):
    """A region labelled as buses, wherever it is said to be."""
    return {"id": "x", "from_name": "field", "value": {"labels": ["buses"], **value}}


def task(*results, text=TEXT, **more):
    """An annotated task."""
    annotation = {"result": list(results), "was_cancelled": False, "completed_by": {"id": 7, "email": "li@example.org"}}
    return {"id": 3, "data": {"text": text, "doc_id": "r"}, "annotations": [annotation], **more}


@pytest.mark.parametrize("folder", ["examples", "fictional/dev", "fresh/tuning"])
def test_there_and_back_is_the_same(folder):
    """Of every report that rules and prompts were made with, the gold comes back as it went."""
    schema = load_schema()
    items = load_dataset(DATASETS / folder, schema).items
    found = back([task_of(item.gold, item.text(), schema) for item in items], schema)
    assert [one.gold for one in found] == [item.gold for item in items]
    assert not any(one.left_out for one in found)


def test_every_kind_of_field_goes_there_and_back(every_kind, compiled_every, small, compiled):
    """Dates, choices, quotes, signs, ranges, rows of which one may not be there, sums, alternatives, copies."""
    for schema, source, make in (
        (every_kind, EVERY_MARKED.format(cargo=1200), compiled_every),
        (small, REPORT, compiled),
    ):
        gold, text = make(source), parse(source).text
        (one,) = back([task_of(gold, text, schema)], schema)
        assert (one.gold, one.left_out, one.text) == (gold, {}, text)


def test_what_nobody_looked_at_stays_so(small, compiled):
    """It is named in the task, for the annotator to strike out."""
    gold = compiled(REPORT).model_copy(update={"not_looked_at": ["title", "buses", "problems"]}).known()
    (one,) = back([task_of(gold, parse(REPORT).text, small)], small)
    assert one.gold == gold


def test_a_run_proposes(small, compiled):
    """A prediction is for people to go on from; without their annotation there is no gold of it."""
    proposal = task_of(compiled(REPORT), parse(REPORT).text, small, proposed_by="baogao rules")
    assert proposal["predictions"][0]["model_version"] == "baogao rules"
    assert "annotations" not in proposal
    (one,) = back([proposal], small)
    assert (one.gold, one.why_not) == (None, "it has no annotation")


def test_the_configuration_names_every_control(every_kind):
    """Every control points at the text, names are unique, and every label is one of the schema's."""
    view = ElementTree.fromstring(config_of(every_kind))
    controls = [one for one in view if one.tag in ("Labels", "Choices", "TextArea")]
    names = [one.get("name") for one in controls]
    assert len(set(names)) == len(names)
    assert {one.get("toName") for one in controls} == {"text"}
    assert view.find("Text").get("value") == "$text"
    assert [one.get("value") for one in view.find("Labels")] == [*labels(every_kind).values()]
    assert "泊位·造价 berths.cost" in labels(every_kind).values()
    assert "pre-wrap" in view.find("Style").text


def test_what_is_not_said_is_read_from_the_text(small):
    """Whoever only marks the characters gets value, state and bound from them."""
    (one,) = back(
        [
            task(
                *region("1,234辆", "公交车辆数 buses", 1),
                *region("6.5万余人次", "passengers", 2),
                *region("未发生责任事故", "accidents", 3),
                *region("车辆老旧", "problems", 4),
                {"id": "m", "from_name": "metadata_title", "value": {"text": ["某市公交年报"]}},
            )
        ],
        small,
    )
    said = {name: (field.status, field.value, field.bound) for name, field in one.gold.fields.items()}
    assert said == {
        "buses": ("reported", Decimal(1234), "exact"),
        "passengers": ("reported", Decimal(65000), "over"),
        "accidents": ("reported_none", Decimal(0), "exact"),
    }
    assert one.gold.metadata == {"title": "某市公交年报", "issuer": None}
    assert [TEXT[slice(*copies[0][0])] for copies in one.gold.lists["problems"]] == ["车辆老旧"]
    assert one.gold.not_looked_at == []


def test_parts_of_a_sum_are_joined_by_relations(small):
    """However the relations lead, parts that they join are one copy; without one they contradict each other."""
    parts = [*region("2场", "drills", 1), *region("3场", "drills", 2)]
    (one,) = back([task(*parts, {"type": "relation", "from_id": "r2", "to_id": "r1"})], small)
    start = TEXT.index("2场")
    other = TEXT.index("3场")
    assert one.gold.field("drills") == GoldField(
        status="reported", value=5, bound="exact", evidence=[[(start, start + 2), (other, other + 2)]]
    )
    (one,) = back([task(*parts, *region("1,234辆", "buses", 3))], small)
    assert "otherwise" in one.left_out["drills"]
    assert one.gold.not_looked_at == ["drills"]
    assert one.gold.field("buses").value == 1234


@pytest.mark.parametrize(
    ("results", "field", "why"),
    [
        (region("2场", "trams"), "trams", "no field of the schema"),
        (region("2场", "drills", value="many"), "drills", "takes a number"),
        (region("2场", "drills", value="9"), "drills", "reads as 2"),
        (region("2场", "drills", bound="loose"), "drills", "no state and no bound"),
        (region("某市", "buses"), "buses", "nothing can be read from “某市”"),
        ([placed(start=900, end=905)], "buses", "not inside the text"),
        ([placed(start=3, end=5, text="另外")], "buses", "quotes “另外”"),
        ([placed(start="a", end=None)], "buses", "not inside the text"),
        ([placed(start="9" * 5000, end=None)], "buses", "not inside the text"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_others_go_on(small, results, field, why):
    """A region that says nothing costs its field, which counts as not looked at, and no other."""
    (one,) = back([task(*results, *region("6.5万余人次", "passengers", 9))], small)
    assert why in one.left_out[field]
    assert one.gold.field("passengers").value == 65000
    assert one.gold.not_looked_at == [name for name in ("buses", "drills") if name == field]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ([], "it is no object"),
        ({"data": {"doc_id": "r"}, "annotations": []}, "it has no text"),
        ({"data": {"text": TEXT, "doc_id": "../r"}, "annotations": [{"result": []}]}, "not the name of a file"),
        ({"data": {"text": TEXT, "doc_id": "r\0"}, "annotations": [{"result": []}]}, "not the name of a file"),
        ({"data": {"text": TEXT, "sha256": "0"}, "annotations": [{"result": []}]}, "not the one that was exported"),
        ({"data": {"text": TEXT, "schema": "x"}, "annotations": [{"result": []}]}, "it is of the schema 'x'"),
        ({"data": {"text": "\ud83d"}, "annotations": [{"result": []}]}, "half of a character"),
        ({"data": {"text": TEXT}, "annotations": [{"result": [], "was_cancelled": True}]}, "no annotation"),
    ],
)
def test_a_task_that_is_none_costs_no_other(small, broken, why):
    """It has no gold and says why; the next one has."""
    bad, good = back([broken, task(*region("1,234辆", "buses"))], small)
    assert why in bad.why_not
    assert good.gold.field("buses").value == 1234
    first, second = back([task(), task()], small)
    assert (first.why_not, second.why_not) == ("", "a task of the same id stands before it")


def test_whose_annotation_is_taken(small):
    """The last, unless somebody is named, by id or by address; of two labels on one region both count."""
    one = {"result": [*region("1,234辆", "buses")], "updated_at": "2024-02-01", "completed_by": 1}
    other = {"result": [*region("2场", "buses")], "updated_at": "2024-01-01", "completed_by": {"id": 2, "email": "w@x"}}
    tasks = [{"data": {"text": TEXT, "doc_id": "r"}, "annotations": [one, other]}]
    assert [back(tasks, small, annotator=who)[0].gold.field("buses").value for who in (None, "1", "2", "w@x")] == [
        1234, 1234, 2, 2,
    ]  # fmt: skip
    assert back(tasks, small, annotator="3")[0].why_not == "it has no annotation by 3"
    both = [*region("2场", "buses")]
    both[0]["value"]["labels"] = ["buses", "accidents"]
    (found,) = back([task(*both)], small)
    assert [*found.gold.fields] == ["buses", "accidents"]


def test_json_min_says_less(small, compiled):
    """Places come over; values are read again; what it does not tell apart is left out, or refused."""
    flat = {
        "id": 1, "text": TEXT, "doc_id": "r", "annotator": 7, "status": "reported", "metadata_title": "某市公交年报",
        "field": [
            one["value"] for name, printed in (("buses", "1,234辆"), ("drills", "2场"), ("drills", "3场"))
            for one in region(printed, name)
        ],
    }  # fmt: skip
    (one,) = back([flat], small)
    assert (one.gold.field("buses").value, one.gold.metadata["title"]) == (1234, "某市公交年报")
    assert one.left_out == {"drills": "it has several places, and JSON-MIN does not say whether they add up"}
    (one,) = back([{**flat, "reading": "alternative"}], small)
    assert "JSON-MIN does not say of what" in one.why_not
    assert back([flat], small, annotator="8")[0].gold is None


def utf16(text: str, place: int) -> int:
    """Where a character stands, in units of UTF-16."""
    return len(text[:place].encode("utf-16-le")) // 2


@settings(max_examples=60)
@given(st.text(alphabet="年𠀀😀é 1\n", max_size=12), st.booleans(), st.booleans())
def test_rare_characters_come_out_right(before, in_units, quoted):
    """Offsets are code points; units of UTF-16, of early versions, are told by the characters that they quote."""
    text = f"{before}客运量77万人次。"
    start, end = text.index("77万"), text.index("人次") + 2
    if in_units:
        start, end = utf16(text, start), utf16(text, end)
    value = {"start": start, "end": end, "labels": ["passengers"]}
    if quoted or in_units:
        value["text"] = "77万人次"
    (one,) = back([task({"id": "x", "from_name": "field", "value": value}, text=text)], SMALL)
    (copy,) = one.gold.field("passengers").evidence
    assert text[slice(*copy[0])] == "77万人次"
    assert one.gold.field("passengers").value == 770000


JUNK = st.sampled_from(
    [None, 0, -1, 10**30, 1.5, "", "x", "\ud800", [], [[]], {}, {"a": []}, True, [None], "passengers"]
)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_whatever_an_export_holds_it_is_read_or_named(data):
    """Anything may stand anywhere: a task comes out as gold that loads, or with a reason."""
    relation = {"type": "relation", "from_id": "r1", "to_id": "r2"}
    whole = [task(*region("2场", "drills", 1, value="2", bound="exact"), *region("3场", "drills", 2), relation)]
    parts = [(whole, 0)]
    stack = [whole[0]]
    while stack:
        one = stack.pop()
        keys = range(len(one)) if isinstance(one, list) else list(one)
        parts += [(one, key) for key in keys]
        stack += [one[key] for key in keys if isinstance(one[key], list | dict)]
    for _ in range(data.draw(st.integers(1, 3))):
        place, key = data.draw(st.sampled_from(parts))
        place[key] = data.draw(JUNK)
    (found,) = read_tasks(whole, SMALL)
    assert bool(found.gold) != bool(found.why_not)
    if found.gold is not None:
        findings = check_gold(found.gold, found.text, SMALL, Path(f"{found.doc_id}.gold.json"))
        assert {one.level for one in findings} <= {"warning"}
        found.gold.to_json().encode()
