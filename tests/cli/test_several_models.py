"""Several models in one run: they read beside each other, or the dear one only where the others leave doubts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import baogao as library
from baogao.cli.extract import stdout
from baogao.evaluation.compiling import build_dataset
from baogao.hybrid.case import Case, Decision
from baogao.schema import load_schema
from cli.conftest import COMMUNIQUE, rows
from cli.model_of_tests import good_model
from cli.test_calibrate import world  # noqa: F401
from llm.fake_server import Seen, Step, completion, failure, fake_server

ASK = ("--ask", "link", "--extractor", "hybrid")
BOTH = ("--model", "cheap", "--model", "dear", *ASK)
ESCALATING = ("--model", "cheap", "--escalate-to", "dear", *ASK)
TRIED = 4
"""Requests that find out what an endpoint can do; the report that is the first to be asked about pays for them."""
SURE = "青石县2022年统计公报\n\n一、综合\n全年地区生产总值30.5亿元，增长4%。年末常住人口11.2万人，城镇化率40.1%。\n"


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdout, "_width", 300)


def linked(seen: Seen, **said: str) -> Step:
    """Links of some fields to the first candidates behind some words, or what an able server says when it is tried."""
    question = seen.body["messages"][-1]["content"]
    if "[[" not in question:
        return good_model(seen)
    number = {field: int(question.split(words + "[[", 1)[1].split("]]", 1)[0]) for field, words in said.items()}
    links = [{"field": field, "ids": [one]} for field, one in number.items()]
    return completion(json.dumps({"links": links}), prompt_tokens=400, completion_tokens=60)


def by_model(**models: Callable[[Seen], Step]) -> Callable[[Seen], Step]:
    """A server that has several models."""
    return lambda seen: models[seen.body["model"]](seen)


def asked(server) -> Counter[str]:
    """How many reports each model was asked about."""
    return Counter(one.body["model"] for one in server.seen if "[[" in one.body["messages"][-1]["content"])


def test_two_models_agree(extract, reports):
    """Both are asked, both are named where they give the same, and usage is told of each."""
    with fake_server(by_model(cheap=good_model, dear=good_model)) as server:
        outcome = extract(reports, *BOTH, "--base-url", server.url)
        assert outcome.code == 0, outcome.err
        assert asked(server) == {"cheap": 1, "dear": 1}
    (record,) = rows()
    assert record.fields["gdp"].by == "rules+llm:cheap+llm:dear"
    assert record.made_by.model == "cheap+dear"
    requests = 1 + TRIED
    assert {name: one.requests for name, one in record.usage.readers.items()} == {"cheap": requests, "dear": requests}
    assert record.usage.requests == 2 * requests
    assert f"cheap  1 of 1 reports · {requests} requests, 0 from the cache, 520 tokens" in outcome.out
    assert "dear  1 of 1 reports" in outcome.out


def test_one_model_is_told_as_before(extract, reports):
    """A record of one model has no breakdown, and its answers are by ``llm``."""
    with fake_server(good_model) as server:
        extract(reports, "--model", "cheap", *ASK, "--base-url", server.url)
    line = json.loads(Path("out/records.jsonl").read_text(encoding="utf-8"))
    assert "readers" not in line["usage"]
    assert "spared_tokens" not in line["usage"]
    assert line["fields"]["gdp"]["by"] == "rules+llm"


def test_where_they_differ_the_first_is_heard_before_any_sample_tells(extract, reports):
    """Of two that give different figures, on one report, it is the one that is named first; the other is a doubt."""
    first, second = {"urban_share": "城镇化率"}, {"urban_share": "增长"}
    with fake_server(by_model(cheap=lambda s: linked(s, **first), dear=lambda s: linked(s, **second))) as server:
        extract(reports, *BOTH, "--base-url", server.url)
        one = rows()[0].fields["urban_share"]
        extract(reports, "--model", "dear", "--model", "cheap", *ASK, "--base-url", server.url, "--overwrite")
        other = rows()[0].fields["urban_share"]
    said = [answer.by or answer.held_back.by for answer in (one, other)]
    assert "llm:cheap" in said[0]
    assert "llm:cheap" not in said[1]


def test_one_of_them_fails(extract, reports):
    """The report goes on with the other one, and a notice says so; where both fail the report fails."""
    broken = lambda seen: good_model(seen) if "[[" not in str(seen.body["messages"]) else completion("")  # noqa: E731
    with fake_server(by_model(cheap=broken, dear=good_model)) as server:
        outcome = extract(reports, *BOTH, "--base-url", server.url)
        assert outcome.code == 0, outcome.err
        (record,) = rows()
        assert record.fields["gdp"].by == "rules+llm:dear"
        assert [notice for notice in record.notices if notice.startswith("cheap was not heard on this report: ")]
    with fake_server(by_model(cheap=broken, dear=broken)) as server:
        outcome = extract(reports, *BOTH, "--base-url", server.url, "--no-cache")
        assert outcome.code == 1
    assert rows()[0].status == "failed"


def test_one_that_cannot_be_reached_ends_the_run(extract, reports):
    """As it does where it is the only one."""
    refuses = lambda seen: failure(401, "no")  # noqa: E731
    with fake_server(by_model(cheap=good_model, dear=refuses)) as server:
        outcome = extract(reports, *BOTH, "--base-url", server.url)
    assert outcome.code == 2
    assert "refuses access" in outcome.err


def test_one_budget_holds_for_all(extract, reports):
    """What one model took is not there for the other."""
    with fake_server(by_model(cheap=good_model, dear=good_model)) as server:
        there = ("--base-url", server.url, "--budget-tokens", "2200", "--no-cache")
        alone = extract(reports, "--model", "cheap", *ASK, *there)
        both = extract(reports, *BOTH, *there, "--overwrite")
    assert alone.code == 0, alone.out
    assert "the budget of 2200 tokens does not reach" in both.out


@pytest.mark.parametrize("extractor", ["rules", "llm"])
@pytest.mark.parametrize("flags", [("--model", "a", "--model", "b"), ("--model", "a", "--escalate-to", "b")])
def test_several_want_hybrid(extract, reports, extractor, flags):
    """Rules ask none, and llm one."""
    outcome = extract(reports, "--extractor", extractor, *flags, "--base-url", "http://127.0.0.1:9/v1")
    assert outcome.code == 2
    assert "want hybrid" in outcome.err


def test_what_cannot_be_asked_of_several(extract, baogao, reports):
    """A name twice, a batch, workers of Ray, and more than one beside a model that is started here."""
    there = ("--base-url", "http://127.0.0.1:9/v1")
    assert "named twice" in extract(reports, "--model", "a", "--model", "a", *there).err
    assert "named twice" in extract(reports, "--model", "a", "--escalate-to", "a", *there).err
    assert "the only one of a run" in extract(reports, "--model", "a", "--model", "b", "--embedded").err
    batch = baogao("batch", "prepare", reports, "--out", "b", "--schema", COMMUNIQUE, "--model", "a", "--model", "b")
    assert (batch.code, "a batch asks one model" in batch.err) == (2, True)


def test_models_of_the_file(extract, reports, monkeypatch):
    """Those of ``[[models]]`` read beside the endpoint's own, each at its place and with its key."""
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-the-first")
    monkeypatch.setenv("DEAR_KEY", "key-of-the-dear")
    with fake_server(good_model) as first, fake_server(good_model) as second, fake_server(good_model) as third:
        Path("baogao.toml").write_text(
            f'[endpoint]\nbase_url = "{first.url}"\nmodel = "cheap"\n'
            f'[[models]]\nmodel = "dear"\nbase_url = "{second.url}"\napi_key_env = "DEAR_KEY"\nask = "link"\n'
            f'prompt_price = 10.0\n[[models]]\nmodel = "plain"\nbase_url = "{third.url}"\nask = "form"\n',
            encoding="utf-8",
        )
        outcome = extract(reports)
        assert outcome.code == 0, outcome.err
        keys = [{one.headers["authorization"] for one in server.seen} for server in (first, second, third)]
        assert keys == [{"Bearer key-of-the-first"}, {"Bearer key-of-the-dear"}, {"Bearer no-key"}]
        (record,) = rows()
        assert record.made_by.model == "cheap+dear+plain"
        assert (record.usage.readers["dear"].cost > 0.004, record.usage.readers["cheap"].cost) == (True, None)
        assert "表：" in str(third.seen[-1].body["messages"])
        named = extract(reports, "--model", "dear", "--overwrite")
        assert named.code == 0, named.err
        assert rows()[0].made_by.model == "dear"
        assert "llm asks one model" in extract(reports, "--extractor", "llm").err
        assert extract(reports, "--extractor", "rules", "--overwrite").code == 0


@pytest.fixture
def unsure_of_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jury is unsure where rules and the model do not give the same, however likely they say they are right."""

    def unsure(case: Case, decision: Decision) -> bool:
        return any(link.by != "rules+llm:cheap" for link in decision.fields.values())

    monkeypatch.setattr("baogao.hybrid.hybrid.is_unsure", unsure)


def doubtful(seen: Seen) -> Step:
    """Reads one report well, and gives another one's figures to the wrong fields."""
    if "青石县" in str(seen.body["messages"]):
        return good_model(seen)
    return linked(seen, gdp="城镇化率", residents="比上年增长", urban_share="年末常住人口")


@pytest.mark.usefixtures("unsure_of_differences")
def test_escalation(extract, reports):
    """The dear model is asked only about the report of which the jury is unsure, and the run says what that saved."""
    (reports / "sure.txt").write_text(SURE, encoding="utf-8")
    Path("baogao.toml").write_text(
        '[endpoint]\nmodel = "cheap"\n[[models]]\nmodel = "dear"\nprompt_price = 10\ncompletion_price = 40\n',
        encoding="utf-8",
    )
    with fake_server(by_model(cheap=doubtful, dear=good_model)) as server:
        outcome = extract(reports, *ESCALATING, "--base-url", server.url, "--no-cache")
        assert outcome.code == 0, outcome.err
        assert asked(server) == {"cheap": 2, "dear": 1}
    records = {record.doc_id: record for record in rows()}
    assert records["good"].fields["residents"].text == "21.03万人"
    assert records["good"].usage.readers["dear"].requests == 1 + TRIED
    spared = records["sure"].usage.readers["dear"]
    assert (spared.requests, spared.spared_tokens > 100) == (0, True)
    assert spared.spared_cost == pytest.approx(spared.spared_tokens * 10 / 1e6)
    assert records["sure"].fields["gdp"].by == "rules+llm:cheap"
    assert records["good"].made_by.model == "cheap+dear"
    assert "dear  1 of 2 reports · 5 requests, 0 from the cache, 520 tokens · cost 0.0076 · saved about" in outcome.out
    assert "cheap  2 of 2 reports" in outcome.out


@pytest.mark.usefixtures("unsure_of_differences")
def test_escalation_that_fails(extract, reports):
    """The report goes on with what was decided without the dear model, and says so."""
    broken = lambda seen: good_model(seen) if "[[" not in str(seen.body["messages"]) else completion("")  # noqa: E731
    with fake_server(by_model(cheap=doubtful, dear=broken)) as server:
        outcome = extract(reports, *ESCALATING, "--base-url", server.url)
    assert outcome.code == 0, outcome.err
    (record,) = rows()
    assert [notice for notice in record.notices if notice.startswith("dear was not heard on this report: ")]


@pytest.mark.usefixtures("unsure_of_differences")
def test_the_same_run_again_says_the_same(extract, reports):
    """Whether replies come from the server or from the cache, for the sample or for the record."""
    (reports / "sure.txt").write_text(SURE, encoding="utf-8")
    answers = []
    with fake_server(by_model(cheap=doubtful, dear=good_model)) as server:
        for flags in ((), (), ("--concurrency", "1", "--no-cache")):
            extract(reports, *ESCALATING, *flags, "--base-url", server.url)
            answers.append([(record.fields, record.lists, record.metadata, record.notices) for record in rows()])
            assert asked(server)["dear"] >= 1
    assert answers[0] == answers[1] == answers[2]


def test_another_set_of_models_does_not_go_on(extract, reports):
    """A run that was broken off goes on only with the same models, in the same parts."""
    seen = []
    with fake_server(by_model(cheap=good_model, dear=good_model)) as server:
        for flags in (BOTH, ESCALATING, ("--model", "dear", "--model", "cheap", *ASK)):
            extract(reports, *flags, "--base-url", server.url, "--overwrite")
            seen.append(Path("out/records.jsonl").read_bytes())
    assert len(set(seen)) == 3


def test_from_python(reports, monkeypatch):
    """The same by keywords."""
    with fake_server(by_model(cheap=good_model, dear=good_model)) as server:
        told = {"schema": COMMUNIQUE, "base_url": server.url, "ask": "link", "cache": False}
        record = library.extract(reports / "good.txt", model=["cheap", "dear"], **told)
        assert record.made_by.model == "cheap+dear"
        alone = library.extract(reports / "good.txt", model="cheap", **told)
        assert alone.made_by.model == "cheap"
        saved = library.extract(reports / "good.txt", model="cheap", escalate_to="dear", **told)
        assert saved.made_by.model == "cheap+dear"


def test_dry_run_counts_all(extract, reports):
    """Nothing is sent, and every model's questions are counted but those of the one that may not be asked."""
    with fake_server(good_model) as server:
        there = ("--base-url", server.url, "--dry-run")
        one, two, last = (
            extract(reports, *flags, *there).out.split(" requests")[0]
            for flags in (("--model", "cheap", *ASK), BOTH, ESCALATING)
        )
        assert server.seen == []
    assert (one, two, last) == ("1 reports, 1", "1 reports, 2", "1 reports, 1")


@pytest.fixture(scope="module")
def gold(tmp_path_factory) -> Path:
    """The communiqués and their gold."""
    folder = tmp_path_factory.mktemp("data") / "communiques"
    build_dataset(sorted(COMMUNIQUE.parent.glob("*.marked.txt")), folder, load_schema(COMMUNIQUE))
    return folder


def half_blind(seen: Seen) -> Step:
    """A model that overlooks half of the reports."""
    return good_model(seen) if len(str(seen.body["messages"])) % 2 else linked(seen)


@pytest.mark.parametrize("flags", [BOTH[:4], ESCALATING[:4]])
@pytest.mark.usefixtures("unsure_of_differences")
def test_an_evaluation_of_several_is_replayed(baogao, gold, flags, monkeypatch):
    """The run says which models were asked and how, what each took, and a replay without a server says the same."""
    there = ("--schema", COMMUNIQUE)
    with fake_server(by_model(cheap=half_blind, dear=good_model)) as server:
        both = ("--extractor", "hybrid", "--extractor", "rules")
        at = ("--base-url", server.url, "--record", "recording", *both, *there)
        outcome = baogao("eval", gold, "--out", "one", *flags, *at)
        assert outcome.code == 0, outcome.err
    run = json.loads(Path("one/run.json").read_text(encoding="utf-8"))
    hybrid = run["extractors"][0]
    assert hybrid["model"] == "cheap+dear"
    named = hybrid.get("models", []) + [hybrid[name] for name in ("escalate_to",) if name in hybrid]
    expected = [{"way": "link", "model": "cheap"}, {"way": "link", "model": "dear"}]
    assert named == (expected if flags[2] == "--model" else expected[1:])
    timing = json.loads(Path("one/timing.json").read_text(encoding="utf-8"))["extractors"]
    assert set(timing["hybrid"]["readers"]) == {"cheap", "dear"}
    assert "readers" not in timing["rules"]
    again = baogao("eval", gold, "--out", "two", "--replay", "recording", *both, *there)
    assert again.code == 0, again.err
    assert Path("one/summary.json").read_bytes() == Path("two/summary.json").read_bytes()


def test_a_calibration_of_several_is_for_these(baogao, world, extract, reports):  # noqa: F811
    """It names them in their order, and is used where just these are asked."""
    pytest.importorskip("sklearn")
    flags = ("--model", "cheap", "--model", "dear", "--ask", "link")
    with fake_server(by_model(cheap=half_blind, dear=good_model)) as server:
        there = ("--base-url", server.url)
        learned = baogao("calibrate", world / "gold", "--schema", COMMUNIQUE, "--out", "of.json", *flags, *there)
        assert learned.code == 0, learned.err
        assert "rules and link of cheap, link of dear" in learned.out
        extract(reports, *BOTH, "--calibration", "of.json", *there)
        assert rows()[0].made_by.calibration is not None
        extract(reports, "--model", "dear", *ASK, "--calibration", "of.json", *there, "--overwrite")
        assert rows()[0].made_by.calibration is None


def test_the_queue_names_the_models(extract, reports):
    """Where two models give different figures, a person is shown who says what."""
    first, second = {"urban_share": "城镇化率"}, {"urban_share": "增长"}
    with fake_server(by_model(cheap=lambda s: linked(s, **first), dear=lambda s: linked(s, **second))) as server:
        extract(reports, *BOTH, "--base-url", server.url)
    queue = [json.loads(line) for line in Path("out/review.jsonl").read_text(encoding="utf-8").splitlines()]
    (review,) = (one for one in queue if one["field"] == "urban_share")
    assert {by for one in review["proposals"] for by in one["by"].split("+")} >= {"llm:cheap", "llm:dear"}
