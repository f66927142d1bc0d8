"""A second scorer, written from the codebook alone, must say the same as the first."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset, Gold, GoldDoc
from baogao.evaluation.scoring import Scores, score_dataset
from baogao.evaluation.submissions import read_submissions
from baogao.schema.load import load_schema
from evaluation import independent_scorer as other
from evaluation.run_fixtures import perfect_record, write_records

HERE = Path(__file__).parent
DATASETS = HERE.parents[1] / "eval" / "datasets"
VALUES = st.sampled_from([0, 1, 12, 12.0, 120000, 26.4, 26.5, 98.48, -1])
SPANS = st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda pair: [pair[0], pair[0] + pair[1]])
BOUNDS = st.sampled_from(["exact", "over", "under", "about"])
COPIES = st.lists(st.lists(SPANS, min_size=1, max_size=2), min_size=1, max_size=2)
SILENCE = st.just({"status": "not_reported"})


def stated(evidence: st.SearchStrategy) -> st.SearchStrategy:
    """A reading, or an answer, that states something."""
    figure = st.fixed_dictionaries(
        {"status": st.just("reported"), "value": VALUES, "bound": BOUNDS, "evidence": evidence}
    )
    none = st.fixed_dictionaries(
        {"status": st.just("reported_none"), "value": st.just(0), "bound": st.just("exact"), "evidence": evidence}
    )
    return figure | none


GOLD_FIELD = st.builds(
    lambda field, others: {**field, "alternatives": others},
    stated(COPIES) | SILENCE,
    st.lists(stated(COPIES), max_size=2),
)
SMALL = load_schema(HERE / "small_schema.py")
NAMES = [spec.id for spec in SMALL.figures]
TEXTS = st.sampled_from(["甲 乙", "甲乙", "甲（乙）", "甲(乙)", "", None])
GOLDS = st.fixed_dictionaries(
    {
        "fields": st.dictionaries(st.sampled_from(NAMES), GOLD_FIELD),
        "metadata": st.dictionaries(st.sampled_from(["title", "issuer"]), TEXTS),
        "lists": st.dictionaries(st.just("problems"), st.lists(COPIES, max_size=4)),
    }
)
RECORDS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["ok", "ok", "ok", "failed"]),
        "fields": st.dictionaries(st.sampled_from(NAMES), stated(st.lists(SPANS, max_size=2)) | SILENCE),
        "metadata": st.dictionaries(st.sampled_from(["title", "issuer"]), st.fixed_dictionaries({"value": TEXTS})),
        "lists": st.dictionaries(
            st.just("problems"),
            st.lists(st.fixed_dictionaries({"text": st.just(""), "evidence": st.lists(SPANS, max_size=2)}), max_size=4),
        ),
    }
)


def assert_same(golds: dict[str, dict], records: dict[str, dict | None], scores: Scores, schema) -> None:
    """Both scorers: every verdict, every headline, metadata and lists."""
    names = [spec.id for spec in schema.figures]
    for score in scores.documents:
        gold, record = golds[score.doc_id], records.get(score.doc_id)
        assert {figure.field: figure.verdict for figure in score.fields} == other.document(gold, record, names)
        for meta in score.metadata:
            assert meta.right == other.metadata_right(gold, record, meta.field)
        for found in score.lists:
            assert found.hits.found == other.list_found(gold, record, found.name)
    theirs, ours = other.rates(golds, records, names), scores.tally
    for name, rate in theirs.items():
        mine = getattr(ours, name)
        if rate is None:
            assert mine is None or (name == "f1" and mine == 0)
        else:
            assert mine == pytest.approx(float(rate), abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(GOLDS, st.none() | RECORDS), min_size=1, max_size=3))
def test_the_independent_scorer_agrees_on_random_records(tmp_path_factory, pairs: list) -> None:
    """A second scorer, written from the codebook alone, gives the same verdict for every document and field."""
    golds = {f"d{number}": {**gold, "doc_id": f"d{number}"} for number, (gold, _) in enumerate(pairs)}
    records = {f"d{number}": record for number, (_, record) in enumerate(pairs)}
    head = {"schema": "small_schema", "text_file": "x.txt", "sha256": "", "characters": 40}
    items = [GoldDoc(Gold.model_validate({**head, **gold}), HERE, HERE) for gold in golds.values()]
    lines = [{**record, "doc_id": doc_id} for doc_id, record in records.items() if record]
    path = write_records(tmp_path_factory.getbasetemp() / "random.jsonl", *lines)
    scores = score_dataset(Dataset("random", items, ""), read_submissions(path), SMALL)
    assert_same(golds, records, scores, SMALL)


@pytest.mark.parametrize("shift", range(3))
@pytest.mark.parametrize("name", ["examples", "fictional/dev", "second-hand"])
def test_the_independent_scorer_agrees_on_whole_reports(tmp_path: Path, name: str, shift: int, flagship) -> None:
    """On the project's own gold, with answers that are right, moved to another field, and dropped in turn."""
    dataset = load_dataset(DATASETS / name, flagship)
    names = [spec.id for spec in flagship.figures]
    golds, records = {}, {}
    for item in dataset.items:
        golds[item.gold.doc_id] = json.loads(item.gold_path.read_text(encoding="utf-8"))
        record = perfect_record(item.gold)
        moved = {names[(names.index(field) + shift) % len(names)]: said for field, said in record["fields"].items()}
        record["fields"] = {field: said for number, (field, said) in enumerate(moved.items()) if number % 5 < 4}
        records[item.gold.doc_id] = record
    scores = score_dataset(dataset, read_submissions(write_records(tmp_path / "r.jsonl", *records.values())), flagship)
    assert_same(golds, records, scores, flagship)
    assert (scores.tally.wrong + scores.tally.spurious > 0) is (shift > 0)
    assert scores.tally.missing > 0
