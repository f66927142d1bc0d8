"""Pairs from gold: asked as the extractors ask, answered as the gold says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from baogao.asking.form import FormExtractor
from baogao.asking.tag import TagExtractor, numbered
from baogao.document import read_document
from baogao.errors import GoldError
from baogao.evaluation.gold import Gold, GoldField
from baogao.extraction import ReportText
from baogao.llm import EndpointSettings, ModelClient
from baogao.tuning.pairs import OTHER_LENGTHS, digest_of, labels_of, pairs_of


def extractor(world, way):
    """What asks the model when it is used."""
    client = ModelClient(EndpointSettings())
    if way == "tag":
        return TagExtractor(world.schema, client, world.prompts)
    return FormExtractor(world.schema, client, world.prompts, blank=True)


@pytest.mark.parametrize("way", ["tag", "blank"])
def test_pairs_ask_what_the_extractor_asks(world, way):
    """Of a report as it is printed the messages are those of a run, all of them, in their order."""
    pairs = pairs_of(world.items, world.schema, world.prompts, way)
    for item in world.items:
        report = ReportText.from_document(read_document(item.text_path, item.gold.doc_id))
        asked = [question.messages for question in extractor(world, way).questions(report)]
        own = [pair.messages for pair in pairs if pair.doc_id == item.gold.doc_id and not pair.copy]
        assert own == asked
        assert own


def test_a_tag_reply_names_what_the_gold_says(world):
    """The numbers in front of the figures, the names of the fields; what answers nothing is not in it."""
    pair, *_ = pairs_of(world.items[:1], world.schema, world.prompts, "tag")
    assert "[[1]]80.4亿元" in pair.messages[-1].content
    assert pair.reply == "1 地区生产总值\n2 地区生产总值增速\n6 常住人口\n7 城镇化率\n8 粮食产量"


def test_a_blank_reply_fills_the_form(world):
    """The figure as it is printed, 零 for none, 无 for silence; in the order of the form."""
    pairs = pairs_of(world.items[:1], world.schema, world.prompts, "blank")
    lines = [line for pair in pairs for line in pair.reply.split("\n")]
    assert "地区生产总值：80.4亿元" in lines
    assert "粮食产量：零" in lines
    assert any(line.endswith("：无") for line in lines)
    for pair in pairs:
        form = pair.messages[-1].content.rsplit("表：\n", 1)[1]
        assert [line.split("：")[0] for line in pair.reply.split("\n")] == [
            line.rstrip("：") for line in form.split("\n")
        ]


def test_copies_are_cut_otherwise_and_say_the_same(world):
    """There is a copy for each of the other lengths, with other figures; together they answer the same fields."""
    pairs = pairs_of(world.items[:1], world.schema, world.prompts, "tag")
    named = {
        copy: sorted(
            line.split(" ", 1)[1]
            for pair in pairs
            if pair.copy == copy
            for line in pair.reply.split("\n")
            if " " in line
        )
        for copy in range(len(OTHER_LENGTHS) + 1)
    }
    assert len(set(map(tuple, named.values()))) == 1
    assert named[0]
    assert not any("80.4亿元" in pair.messages[-1].content for pair in pairs if pair.copy == 3)


def test_half_of_what_answers_nothing_is_left_out_of_copies(world):
    """A report as it is printed keeps every passage; its copies about half of those without an answer."""
    kept = {0: 0, 3: 0}
    for item in world.items:
        silent = item.gold.model_copy(update={"fields": {}})
        for seed in range(20):
            changed = [type(item)(silent, item.text_path, item.gold_path)]
            for pair in pairs_of(changed, world.schema, world.prompts, "tag", seed):
                assert pair.reply == "无"
                if pair.copy in kept:
                    kept[pair.copy] += 1
    assert 0.3 < kept[3] / kept[0] < 0.7


def test_pairs_follow_from_the_seed_and_the_report_alone(world):
    """The same seed makes the same pairs, whatever other reports there are; another seed makes others."""
    every = pairs_of(world.items, world.schema, world.prompts, "tag", 5)
    alone = pairs_of(world.items[2:3], world.schema, world.prompts, "tag", 5)
    assert alone == [pair for pair in every if pair.doc_id == world.items[2].gold.doc_id]
    assert digest_of(alone) == digest_of(pairs_of(world.items[2:3], world.schema, world.prompts, "tag", 5))
    assert digest_of(alone) != digest_of(pairs_of(world.items[2:3], world.schema, world.prompts, "tag", 6))


def labelled(world, **fields):
    """By the words of each candidate of the first report, the ids of the fields that it answers."""
    item = world.items[0]
    report = ReportText.from_document(read_document(item.text_path))
    gold = item.gold.model_copy(update={"fields": {k: GoldField(**v) for k, v in fields.items()}})
    shown = [one for sentence in report.document.sentences for one in numbered(report, sentence.span)]
    labels = labels_of(shown, report.document, gold, world.schema)
    return {report.candidates[key].text: [spec.id for spec in specs] for key, specs in labels.items()}


def place(world, words):
    """Where words stand in the first report."""
    start = world.items[0].text().index(words)
    return start, start + len(words)


def test_every_copy_is_a_label_and_alternatives_are_none(world):
    """Wherever gold says that a field is printed a model may find it; what could be read instead is not taught."""
    found = labelled(
        world,
        gdp={
            "status": "reported",
            "value": 8040000000,
            "evidence": [[place(world, "80.4亿元")], [place(world, "410公里")]],
            "alternatives": [{"status": "reported", "value": 3, "evidence": [[place(world, "3座")]]}],
        },
    )
    assert found == {"80.4亿元": ["gdp"], "410公里": ["gdp"]}


def test_what_a_field_wants_is_what_it_gets(world):
    """A figure is no answer to a field that says none, and what says none is no answer to one with a figure."""
    wide = [[(place(world, "没有粮食产量")[0] - 60, place(world, "没有粮食产量")[1])]]
    none = labelled(world, grain_output={"status": "reported_none", "value": 0, "evidence": wide})
    some = labelled(world, grain_output={"status": "reported", "value": 5, "evidence": wide})
    assert list(none) == ["没有粮食产量"]
    assert "没有粮食产量" not in some
    assert some


def test_one_figure_may_answer_two_fields(world):
    """They stand in the reply in the schema's order."""
    at = [[place(world, "80.4亿元")]]
    said = {"status": "reported", "value": 8040000000, "evidence": at}
    assert labelled(world, residents=said, gdp=said) == {"80.4亿元": ["gdp", "residents"]}


def test_a_text_that_went_away_is_said(world, tmp_path):
    """The file is named."""
    item = world.items[0]
    gone = type(item)(item.gold, tmp_path / "gone.txt", item.gold_path)
    with pytest.raises(GoldError, match=r"gone\.txt"):
        pairs_of([gone], world.schema, world.prompts, "tag")


def test_gold_is_what_it_says(world):
    """The fixture states every field of the schema, one of them as none."""
    gold: Gold = world.items[0].gold
    assert {name for name, field in gold.fields.items() if field.stated} == {one.id for one in world.schema.figures}


@pytest.mark.parametrize("way", ["tag", "blank"])
def test_nothing_is_learned_of_what_nobody_looked_at(world, way):
    """No form asks about it, and no sentence with figures among its words says that they answer nothing."""
    item = world.items[0]
    gold = item.gold.model_copy(update={"not_looked_at": ["residents", "urban_share", "grain_output"]}).known()
    part = pairs_of([replace(item, gold=gold)], world.schema, world.prompts, way)
    said = "\n".join(pair.reply for pair in part)
    assert "地区生产总值" in said
    assert not any(label in said for label in ("常住人口", "城镇化率", "粮食产量"))
    if way == "tag":
        assert not any("年末常住人口" in pair.messages[-1].content for pair in part)


def test_gold_that_nobody_looked_at_teaches_nothing(world):
    """All of it is proposals: no pair is made of them."""
    item = world.items[0]
    gold = item.gold.model_copy(update={"not_looked_at": [spec.id for spec in world.schema.specs]}).known()
    assert pairs_of([replace(item, gold=gold)], world.schema, world.prompts, "blank") == []
