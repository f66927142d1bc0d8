"""The example reports, read by rules and by the recorded model: what a user of `make demo` sees, without the model."""

import asyncio
from pathlib import Path

import pytest

from baogao.errors import ReplayError
from baogao.evaluation.cassettes import CassetteTransport
from baogao.evaluation.predict import EvalRequest, predict_run
from baogao.evaluation.runs import Run, load_datasets, score_run
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question
from baogao.llm.settings import EndpointSettings
from baogao.outputs.records import read_records
from baogao.schema import load_schema
from baogao.usage import Usage
from evaluation.one_cassette import cassette

CHECKOUT = Path(__file__).parents[1]
EXAMPLES = CHECKOUT / "eval" / "datasets" / "examples"
CASSETTES = CHECKOUT / "cassettes" / "examples"
EXTRACTORS = ("rules", "llm", "hybrid")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All three extractors over the example reports, the model replayed."""
    out = tmp_path_factory.mktemp("run")
    request = EvalRequest([EXAMPLES], out, EXTRACTORS, replay=CASSETTES)
    return predict_run(request, load_schema())


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_every_answer_is_at_its_offsets(run: Run, extractor: str) -> None:
    """The text of every answer and of every list item is what stands at its evidence."""
    records = read_records(run.records_path(extractor))
    assert len(records) == 3
    for record in records:
        text = (EXAMPLES / f"{record.doc_id}.txt").read_bytes().decode("utf-8")
        for answer in record.fields.values():
            assert (answer.status == "not_reported") == (answer.evidence is None)
            if answer.evidence:
                assert answer.text == "、".join(text[start:end] for start, end in answer.evidence)
        for item in (item for items in record.lists.values() for item in items):
            assert item.text == "".join(text[start:end] for start, end in item.evidence)


def test_extractors_are_as_good_as_the_docs_say(run: Run) -> None:
    """A change that makes an extractor much worse on the examples is noticed."""
    schema = load_schema()
    summary = score_run(run, load_datasets([EXAMPLES], schema), schema)
    f1 = {name: summary.extractors[name].f1 for name in EXTRACTORS}
    assert f1["rules"] >= 0.95
    assert f1["llm"] >= 0.8
    assert f1["hybrid"] >= 0.9


def test_hybrid_asks_for_letters_only(run: Run) -> None:
    """Rules ask nothing; hybrid asks a bounded number of short questions, whose replies cost next to nothing."""
    usage = {
        name: sum((record.usage for record in read_records(run.records_path(name))), Usage()) for name in EXTRACTORS
    }
    assert usage["rules"].requests == 0
    assert 0 < usage["hybrid"].requests <= 14 * 3
    assert usage["hybrid"].completion_tokens * 5 < usage["llm"].completion_tokens


def test_unrecorded_request_fails_with_its_difference() -> None:
    """A question that was never recorded is an error that shows what is different, and nothing goes out."""

    async def ask() -> None:
        settings = EndpointSettings(base_url="http://replay.invalid/v1", model="qwen2.5-coder-1.5b", max_attempts=1)
        async with ModelClient(settings, transport=CassetteTransport()) as client:
            await client.ask(Question((Message("user", "这个问题没有录过。"),), max_tokens=5))

    with cassette(next((CASSETTES / "reports").glob("*.yaml")), "replay"), pytest.raises(ReplayError) as error:
        asyncio.run(ask())
    assert "does not hold this request" in str(error.value)
    assert "nearest recorded" in str(error.value)
