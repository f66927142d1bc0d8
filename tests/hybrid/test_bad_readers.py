"""Models that read badly, asked by link through a server: the jury lowers them, says so, and nothing false is sure.

Reports and gold are those of ``fictional/dev``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import baogao
from baogao.asking.link import parts_of
from baogao.document import read_document
from baogao.evaluation.gold import Gold
from baogao.evaluation.judging import judge
from baogao.evaluation.runs import load_datasets
from baogao.evaluation.simulated import right_links
from baogao.extraction import Link, ReportText
from baogao.record import Record
from baogao.schema import Schema
from cli.model_of_tests import abilities
from llm.conftest import _own_world  # noqa: F401
from llm.fake_server import Seen, Step, completion, failure, fake_server

DEV = Path(__file__).parents[2] / "eval" / "datasets" / "fictional" / "dev"
NAMES = (
    "bayantalinqi-2022",
    "cangpingxian-2023",
    "jintangqu-2023",
    "linxishi-2022",
    "tangxixian-2021",
    "wanghujiedao-2023",
    "yuanzhixian-2023h1",
    "zexiangshi-2024h1",
)
HIGH = 0.8
Reply = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """A report with gold, what is shown of it by link, and what a model that knows the gold would link."""

    report: ReportText
    gold: Gold
    shown: str
    right: dict[str, Link]

    @property
    def ids(self) -> list[int]:
        """The numbers that stand before its candidates."""
        return [int(number) for number in re.findall(r"\[\[(\d+)\]\]", self.shown)]


Says = Callable[[Item, Schema], Reply | Step]


@pytest.fixture(scope="module")
def items(flagship: Schema) -> list[Item]:
    """Eight reports."""
    found = []
    golds = {item.gold.doc_id: item for dataset in load_datasets([DEV], flagship) for item in dataset.items}
    for name in NAMES:
        report = ReportText.from_document(read_document(golds[name].text_path, name))
        shown = "\n".join(part.text for part in parts_of(report))
        found.append(Item(report, golds[name].gold, shown, right_links(report, golds[name].gold, flagship)))
    return found


def links(pairs: Iterable[tuple[str, Iterable[int]]], **metadata: str) -> Reply:
    """A reply in the form that is asked for."""
    texts = [{"field": name, "text": text} for name, text in metadata.items()]
    return {"links": [{"field": name, "ids": list(ids)} for name, ids in pairs], "metadata": texts}


def run(items: list[Item], schema: Schema, says: Says) -> list[Record]:
    """Records of all reports, of which a model says this."""

    def answer(seen: Seen) -> Step:
        question = "".join(message["content"] for message in seen.body["messages"])
        item = next((one for one in items if one.shown[:200] in question), None)
        if item is None:
            return abilities(seen) or completion("autumn")
        said = says(item, schema)
        return said if isinstance(said, Step) else completion(json.dumps(said, ensure_ascii=False))

    with fake_server(answer) as server:
        records = baogao.extract_many(
            [DEV / f"{name}.txt" for name in NAMES],
            extractor="hybrid",
            base_url=server.url,
            model="small",
            ask="link",
            calibration="none",
            cache=False,
            concurrency=4,
        )
        return sorted(records, key=lambda record: record.doc_id)


def false_and_sure(records: list[Record], items: list[Item], by: str = "llm") -> list[str]:
    """The answers with a part of a reader in them that are given with high confidence and wrong by the gold."""
    golds = {item.report.document.doc_id: item.gold for item in items}
    return [
        f"{record.doc_id} {name}: {answer.value} by {answer.by}, {answer.confidence}"
        for record in records
        for name, answer in record.fields.items()
        if answer.status != "not_reported" and by in (answer.by or "") and (answer.confidence or 0) >= HIGH
        and judge(golds[record.doc_id].field(name), answer)[0] not in ("correct", "neutral")
    ]  # fmt: skip


def right_of(records: list[Record], items: list[Item]) -> int:
    """How many answers are right by the gold."""
    golds = {item.report.document.doc_id: item.gold for item in items}
    return sum(
        answer.status != "not_reported" and judge(golds[record.doc_id].field(name), answer)[0] == "correct"
        for record in records
        for name, answer in record.fields.items()
    )


@pytest.fixture(scope="module")
def by_rules(items: list[Item]) -> list[Record]:
    """What rules alone say of the same reports."""
    return [baogao.extract(item.report.document, extractor="rules") for item in items]


def no_such_ids(item: Item, schema: Schema) -> Reply:
    """Every field, with numbers that stand nowhere."""
    last = max(item.ids)
    return links((spec.label, [last + 1 + number]) for number, spec in enumerate(schema.figures))


def one_id_for_all_fields(item: Item, schema: Schema) -> Reply:
    """One and the same figure for every field."""
    return links((spec.label, [item.ids[len(item.ids) // 2]]) for spec in schema.figures)


def all_ids_for_one_field(item: Item, schema: Schema) -> Reply:
    """Every figure for one field that is a sum."""
    name = next(spec.label for spec in schema.figures if spec.additive)
    return links([(name, item.ids)])


def three_ids_for_every_sum(item: Item, schema: Schema) -> Reply:
    """For every field that is a sum, three figures that stand side by side."""
    middle = len(item.ids) // 2
    return links((spec.label, item.ids[middle : middle + 3]) for spec in schema.figures if spec.additive)


def all_ids_for_every_field(item: Item, schema: Schema) -> Reply:
    """Every figure for every field."""
    return links((spec.label, item.ids) for spec in schema.figures)


def fields_in_order(item: Item, schema: Schema) -> Reply:
    """The first figure for the first field, the second for the second, and so on."""
    return links((spec.label, [number]) for spec, number in zip(schema.figures, item.ids, strict=False))


def the_next_figure(item: Item, schema: Schema) -> Reply:
    """Of every field that the gold states, the figure behind the right one."""
    last = max(item.ids)
    return links((name, [min(link.candidates[0] + 1, last)]) for name, link in item.right.items())


def nothing_happened(item: Item, schema: Schema) -> Reply:
    """For every field the first phrase that says that there was none."""
    phrases = [one.id for one in item.report.candidates.of_kind("none")][:1]
    return links((spec.label, phrases) for spec in schema.figures if phrases)


def figures_of_other_fields(item: Item, schema: Schema) -> Reply:
    """Every right figure, each for the next of the fields that the gold states."""
    names = list(item.right)
    return links(zip(names[1:] + names[:1], (link.candidates for link in item.right.values()), strict=True))


def fields_of_another_language(item: Item, schema: Schema) -> Reply:
    """In the form that was asked for, with names that nobody gave it."""
    return links((f"number of {spec.id.split('_')[0]}", link.candidates)
                 for name, link in item.right.items() for spec in [schema.by_id[name]])  # fmt: skip


BAD = (
    no_such_ids,
    one_id_for_all_fields,
    all_ids_for_one_field,
    three_ids_for_every_sum,
    all_ids_for_every_field,
    fields_in_order,
    the_next_figure,
    nothing_happened,
    figures_of_other_fields,
    fields_of_another_language,
)


@pytest.mark.parametrize("says", BAD, ids=lambda says: says.__name__)
def test_a_bad_reader_does_no_harm(items, by_rules, flagship, says):
    """Rules lead, every record says why, no wrong answer of the model's is sure; little of what rules know is lost."""
    records = run(items, flagship, says)
    assert [record.status for record in records] == ["ok"] * len(items)
    juries = {record.made_by.jury.model_dump_json() for record in records}
    assert len(juries) == 1
    jury = records[0].made_by.jury
    assert jury.leader == "rules"
    assert 3 <= jury.reports <= len(items)
    assert jury.model_f1 < 0.3 < jury.rules_f1
    assert "rules lead" in jury.reason
    assert false_and_sure(records, items) == []
    assert right_of(records, items) >= 0.92 * right_of(by_rules, items)


@pytest.mark.parametrize("says", [no_such_ids, fields_of_another_language], ids=lambda says: says.__name__)
def test_what_points_at_nothing_is_counted(items, flagship, says):
    """Numbers that stand nowhere, and fields that there are not, are in the usage of every record."""
    assert all(record.usage.dropped >= 10 for record in run(items, flagship, says))


def invented_metadata(item: Item, schema: Schema) -> Reply:
    """Figures as the gold has them; a title and an issuer that the report does not print."""
    texts = {spec.id: f"{spec.label}：本不存在的某县某某局之某某说明" for spec in schema.metadata}
    return links(((name, link.candidates) for name, link in item.right.items()), **texts)


def test_metadata_that_a_report_does_not_print(items, flagship):
    """Is not given, whoever leads."""
    records = run(items, flagship, invented_metadata)
    said = {answer.value for record in records for answer in record.metadata.values()}
    assert not any("某某" in value for value in said if value)
    assert all(record.usage.dropped >= len(flagship.metadata) for record in records)
    assert records[0].made_by.jury.model_f1 > 0.9


def test_metadata_of_rules_stand_beside_a_model_that_names_none(items, by_rules, flagship):
    """A model that leads on figures and has nothing usable to say of title and period does not take them away."""
    records = run(items, flagship, invented_metadata)
    assert records[0].made_by.jury.leader != "rules"
    assert [record.metadata["title"].value for record in records] == [one.metadata["title"].value for one in by_rules]


def test_prose_in_another_language(items, flagship):
    """A report whose reply cannot be read is a failed record that says so, and none of its figures is given."""
    records = run(items, flagship, lambda item, schema: completion("I am sorry, I can only read English reports."))
    assert [record.status for record in records] == ["failed"] * len(items)
    assert {record.error.partition(":")[0] for record in records} == {"the model's reply does not fit"}
    assert all(not record.fields for record in records)


@pytest.mark.parametrize("says", [the_next_figure, one_id_for_all_fields], ids=lambda says: says.__name__)
def test_half_of_the_reports_refused(items, flagship, says):
    """Those are failed records; the others are decided by what was heard, and their jury says of how many."""
    refused = {item.report.document.doc_id for item in items[::2]}

    def half(item: Item, schema: Schema) -> Reply | Step:
        if item.report.document.doc_id in refused:
            return failure(400, "the content was filtered", code="content_filter")
        return says(item, schema)

    records = run(items, flagship, half)
    assert {record.doc_id for record in records if record.status == "failed"} == refused
    heard = [record for record in records if record.status == "ok"]
    (jury,) = {record.made_by.jury.model_dump_json(): record.made_by.jury for record in heard}.values()
    assert jury.leader == "rules"
    assert 1 <= jury.reports <= len(heard)
    assert false_and_sure(heard, items) == []


def test_a_good_reader_is_not_lowered(items, flagship):
    """The same server with right answers: the model is no worse than it is, and hybrid has what it knows."""
    records = run(items, flagship, lambda item, schema: links((n, link.candidates) for n, link in item.right.items()))
    jury = records[0].made_by.jury
    assert jury.model_f1 > 0.9
    assert jury.leader in ("model", "both")
    assert right_of(records, items) >= 0.98 * sum(len(item.right) for item in items)
    assert false_and_sure(records, items) == []
