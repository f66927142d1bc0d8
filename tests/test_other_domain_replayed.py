"""Another kind of report, read by the recorded model alone and together with rules, without a line in the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.predict import EvalRequest, predict_run
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.outputs.records import read_records
from baogao.schema import load_schema

COMMUNIQUE = Path(__file__).parent / "fixtures" / "communique"
EXTRACTORS = ("llm", "hybrid")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory) -> Path:
    """The communiqués and their gold."""
    folder = tmp_path_factory.mktemp("data") / "communiques"
    build_dataset(sorted(COMMUNIQUE.glob("*.marked.txt")), folder, load_schema(COMMUNIQUE / "communique.py"))
    return folder


@pytest.fixture(scope="module")
def run(dataset, tmp_path_factory) -> Run:
    """Both extractors over the communiqués, the model replayed; record again with tests/record_cassettes.py."""
    request = EvalRequest([dataset], tmp_path_factory.mktemp("run"), EXTRACTORS, replay=COMMUNIQUE / "cassettes")
    return predict_run(request, load_schema(COMMUNIQUE / "communique.py"))


def test_a_small_model_reads_communiques(run, dataset):
    """A 1.5B model finds most figures of a kind of report that nobody tuned anything for, and is no worse beside
    rules: two short reports do not tell who is better."""
    schema = load_schema(COMMUNIQUE / "communique.py")
    extractors = score_run(run, load_datasets([dataset], schema), schema).extractors
    assert extractors["llm"].f1 >= 0.7
    assert extractors["llm"].precision >= 0.8
    assert extractors["hybrid"].f1 >= extractors["llm"].f1


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_every_answer_is_at_its_offsets(run, dataset, extractor):
    """The model's answers, too, are the characters of the report."""
    records = read_records(run.records_path(extractor))
    assert [record.status for record in records] == ["ok", "ok"]
    for record in records:
        text = (dataset / f"{record.doc_id}.txt").read_bytes().decode()
        stated = [answer for answer in record.fields.values() if answer.evidence]
        assert stated
        assert all(answer.text == "、".join(text[a:b] for a, b in answer.evidence) for answer in stated)
