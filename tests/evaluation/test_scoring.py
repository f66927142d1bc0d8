"""Scoring: the codebook's table over whole documents, and an independent scorer that must say the same."""

import importlib.util
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import GoldError
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset, Gold, GoldDoc, parse_gold
from baogao.evaluation.scoring import DocumentScore, Scores, match_items, score_dataset, score_document
from baogao.evaluation.submissions import Submission, read_submissions, submission_of
from baogao.evaluation.tally import Hits
from baogao.record import Provenance, Record
from baogao.schema.load import load_schema
from baogao.schema.values import Answer, Item, TextAnswer

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "reports"
SMALL = load_schema(HERE / "small_schema.py")


def _independent():
    spec = importlib.util.spec_from_file_location("independent_scorer", HERE / "independent_scorer.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


other = _independent()


def perfect(gold: Gold) -> dict:
    """The record of an extractor that read the gold: as anybody would write it."""
    return {
        "doc_id": gold.doc_id,
        "status": "ok",
        "sha256": gold.sha256,
        "metadata": {name: {"value": value} for name, value in gold.metadata.items()},
        "fields": {
            name: {
                "status": field.status,
                "value": str(field.value),
                "bound": field.bound,
                "evidence": field.evidence[0],
            }
            for name, field in gold.fields.items()
            if field.stated
        },
        "lists": {
            name: [{"text": "…", "evidence": copies[0]} for copies in items] for name, items in gold.lists.items()
        },
    }


def write(path: Path, *records: dict) -> Path:
    """A records.jsonl."""
    path.write_text("".join(json.dumps(record, ensure_ascii=False, default=str) + "\n" for record in records))
    return path


@pytest.fixture
def dataset(dataset_dir: Path) -> Dataset:
    """Two reports, one of each split."""
    return load_dataset(dataset_dir, SMALL)


def verdicts(score: DocumentScore) -> dict[str, str]:
    """Field to verdict."""
    return {figure.field: figure.verdict for figure in score.figures}


def test_a_perfect_record_is_perfect(dataset: Dataset, tmp_path: Path) -> None:
    """Every headline is 1 when the answers are the gold."""
    records = read_submissions(write(tmp_path / "r.jsonl", *(perfect(item.gold) for item in dataset.items)))
    scores = score_dataset(dataset, records, SMALL)
    tally = scores.tally
    assert (tally.correct, tally.absent) == (10, 0)
    assert (tally.precision, tally.recall, tally.f1, tally.bound_accuracy, tally.grounding) == (1, 1, 1, 1, 1)
    assert scores.metadata_accuracy == 1
    assert scores.list_hits() == {"problems": Hits(4, 4, 4)}
    assert [document.split for document in scores.documents] == ["dev", "test"]


def test_a_failed_document_counts_against_recall_and_everything_else(dataset: Dataset, tmp_path: Path) -> None:
    """A failure is errored in every field: its stated ones, its metadata and its list items are all missed."""
    failed = {"doc_id": "one", "status": "failed", "error": "no text layer"}
    scores = score_dataset(
        dataset, read_submissions(write(tmp_path / "r.jsonl", failed, perfect(dataset.items[1].gold))), SMALL
    )
    assert set(verdicts(scores.documents[0]).values()) == {"errored"}
    assert scores.documents[0].error == "no text layer"
    tally = scores.tally
    assert (tally.errored, tally.errored_stated, tally.precision, tally.recall) == (5, 5, 1.0, 0.5)
    assert tally.row == (5, 0, 5, 0)
    assert scores.metadata_accuracy == 0.5
    assert scores.list_hits()["problems"].recall == 0.5


def test_a_missing_record_is_errored_and_said(dataset: Dataset) -> None:
    """A document without a record is not dropped from the denominator."""
    scores = score_dataset(dataset, [], SMALL)
    assert [document.error for document in scores.documents] == ["no record", "no record"]
    assert (scores.tally.recall, scores.tally.precision, scores.tally.f1) == (0.0, None, 0.0)


def test_nothing_stated_and_nothing_answered_is_not_a_number(compiled) -> None:
    """Rates without a denominator are None, never 0 and never 1."""
    silent = compiled("---\nmetadata: {}\n---\n无数字。")
    score = score_document(silent, Submission("doc", "test"), SMALL)
    tally = score.tally
    assert (tally.precision, tally.recall, tally.f1, tally.bound_accuracy, tally.grounding) == (None,) * 5
    assert tally.specificity == 1
    assert Scores(()).metadata_accuracy is None


def test_every_verdict_in_its_denominator(compiled) -> None:
    """Wrong values hurt precision and recall, spurious ones precision, missing ones recall, neutral ones nothing."""
    gold = compiled("{1辆|buses=1}{2人|passengers=2}{3%|punctuality=3}{4起|accidents?=4}")
    answers = {"buses": 1, "passengers": 20, "accidents": 4, "drills": 9}
    fields = {name: Answer(status="reported", value=value) for name, value in answers.items()}
    score = score_document(gold, Submission("doc", "test", fields=fields), SMALL)
    assert verdicts(score) == {
        "buses": "correct",
        "passengers": "wrong",
        "punctuality": "missing",
        "drills": "spurious",
        "accidents": "neutral",
    }
    assert (score.tally.precision, score.tally.recall, score.tally.f1) == (1 / 3, 1 / 3, 1 / 3)
    assert score.tally.specificity == 0.0


def test_metadata_after_nfkc_without_white_space(compiled) -> None:
    """Widths and line breaks do not matter; a value where the gold is null, or the reverse, is wrong."""
    gold = compiled('---\nmetadata: {title: "2022年（上）报告", issuer: null}\n---\nx')
    right = Submission("doc", "test", metadata={"title": "２０２２年(上)\n 报告", "issuer": None})
    wrong = Submission("doc", "test", metadata={"issuer": "某局"})
    assert [score.right for score in score_document(gold, right, SMALL).metadata] == [True, True]
    assert [score.right for score in score_document(gold, wrong, SMALL).metadata] == [False, False]


def test_list_items_are_taken_once_and_in_order() -> None:
    """A second answer for the same item is not right, and an item is found by any of its copies."""
    items = [[[(0, 5)], [(100, 105)]], [[(4, 9)]]]
    assert match_items(items, [[(4, 5)], [(4, 5)], [(0, 9)]]) == (0, 1, None)
    assert match_items(items, [[(104, 105)], [(0, 2)], []]) == (0, None, None)


def test_a_record_in_memory_scores_like_its_line(dataset: Dataset, tmp_path: Path) -> None:
    """What extract wrote and what it returns get the same verdicts."""
    gold = dataset.items[0].gold
    record = Record(
        doc_id="one",
        source="one.txt",
        sha256=gold.sha256,
        schema_name="small_schema",
        status="ok",
        metadata={"title": TextAnswer(value="某市公交年报")},
        fields={"punctuality": Answer(status="reported", value=Decimal("98.48"), bound="exact", evidence=[(49, 55)])},
        lists={"problems": [Item(text="车辆老旧", evidence=[(0, 2)])]},
        made_by=Provenance(baogao="0", extractor="rules", schema_digest="x"),
    )
    path = tmp_path / "r.jsonl"
    path.write_text(record.to_json() + "\n", encoding="utf-8")
    (read,) = read_submissions(path)
    assert score_document(gold, read, SMALL) == score_document(gold, submission_of(record), SMALL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"doc_id": "three"}, "a record for three"),
        ({"fields": {"trams": {"status": "not_reported"}}}, "answers 'trams'"),
        ({"metadata": {"author": {"value": None}}}, "answers 'author'"),
        ({"lists": {"wishes": []}}, "answers 'wishes'"),
        ({"sha256": "0" * 64}, "another text"),
        ({"fields": None}, "has no fields"),
        ({"status": "done"}, "must be ok or failed"),
        ({"fields": {"buses": {"status": "reported"}}}, "buses is reported without a value"),
        ({"fields": {"buses": {"status": "not_reported", "value": 1}}}, "not_reported and has a value"),
        ({"fields": {"buses": {"status": "reported_none", "value": 1}}}, "reported_none with the value 1"),
        ({"fields": {"buses": {"status": "reported", "value": 1, "evidense": []}}}, "evidense"),
    ],
)
def test_records_that_do_not_fit_are_named(dataset: Dataset, tmp_path: Path, change: dict, message: str) -> None:
    """What cannot be scored is an error that names the file, the line and the field."""
    path = write(tmp_path / "r.jsonl", {**perfect(dataset.items[0].gold), **change})
    with pytest.raises(GoldError, match=rf"r\.jsonl, line 1: .*{message}"):
        score_dataset(dataset, read_submissions(path), SMALL)


def test_a_failed_document_need_not_have_been_read(compiled) -> None:
    """The digest of a document that failed proves nothing: it is scored as errored, not refused."""
    failed = Submission("doc", "test", failure="cannot be read", sha256="0" * 64)
    assert score_document(compiled("{5辆|buses=5}"), failed, SMALL).error == "cannot be read"


def test_a_second_record_for_a_document_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    """Two answers for one document: neither wins in silence."""
    record = perfect(dataset.items[0].gold)
    path = write(tmp_path / "r.jsonl", record, record)
    with pytest.raises(GoldError, match="line 2: a second record for one"):
        score_dataset(dataset, read_submissions(path), SMALL)


def test_a_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    """A truncated file says where."""
    path = tmp_path / "r.jsonl"
    path.write_text('{"doc_id": "d"')
    with pytest.raises(GoldError, match="line 1: is not JSON"):
        read_submissions(path)


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
        assert verdicts(score) == other.document(gold, record, names)
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


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(GOLDS, st.none() | RECORDS), min_size=1, max_size=3))
def test_the_independent_scorer_agrees_on_random_records(tmp_path_factory, pairs: list) -> None:
    """A second scorer, written from the codebook alone, gives the same verdict for every document and field."""
    golds = {f"d{number}": {**gold, "doc_id": f"d{number}"} for number, (gold, _) in enumerate(pairs)}
    records = {f"d{number}": record for number, (_, record) in enumerate(pairs)}
    head = {"schema": "small_schema", "text_file": "x.txt", "sha256": "", "characters": 40}
    items = [GoldDoc(Gold.model_validate({**head, **gold}), HERE, HERE) for gold in golds.values()]
    lines = [{**record, "doc_id": doc_id} for doc_id, record in records.items() if record]
    path = write(tmp_path_factory.getbasetemp() / "random.jsonl", *lines)
    scores = score_dataset(Dataset("random", items, ""), read_submissions(path), SMALL)
    assert_same(golds, records, scores, SMALL)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real reports are not here")
@pytest.mark.parametrize("shift", range(3))
def test_the_independent_scorer_agrees_on_real_gold(tmp_path: Path, shift: int) -> None:
    """On the real reports, with answers that are right, moved to another field, and dropped in turn."""
    schema = load_schema()
    dataset = load_dataset(SHARED, schema)
    golds = {path.name.removesuffix(".gold.json"): json.loads(path.read_text()) for path in SHARED.glob("*.gold.json")}
    records = {}
    for doc_id in golds:
        record = perfect(parse_gold(SHARED / f"{doc_id}.gold.json"))
        names, answers = [spec.id for spec in schema.figures], record["fields"]
        moved = {names[(names.index(name) + shift) % len(names)]: said for name, said in answers.items()}
        record["fields"] = {name: said for number, (name, said) in enumerate(moved.items()) if number % 5 < 4}
        records[doc_id] = record
    submissions = read_submissions(write(tmp_path / "r.jsonl", *records.values()))
    assert_same(golds, records, score_dataset(dataset, submissions, schema), schema)
