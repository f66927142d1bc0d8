"""``baogao batch`` end to end: what comes of a batch is what a live run gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from baogao.choices import AskingName, Way
from baogao.llm import Abilities, EndpointSettings, Profile
from baogao.llm.profiles import remember
from batch.conftest import COUNTIES, executed, requests, untimed, write_reports, write_results
from cli.conftest import COMMUNIQUE, rows
from cli.model_of_tests import abilities, good_model
from llm.fake_server import completion, failure, fake_server


@pytest.fixture
def reports(tmp_path):
    """A folder with four reports."""
    return write_reports(tmp_path / "reports")


@pytest.fixture
def prepare(baogao, reports):
    """Prepare the reports into ``batch``."""

    def call(*more):
        return baogao("batch", "prepare", reports, "--schema", COMMUNIQUE, "--model", "small", "--out", "batch", *more)

    return call


@pytest.fixture
def collect(baogao):
    """Collect from ``batch`` into ``out``."""

    def call(*more):
        return baogao("batch", "collect", "batch", *more, "--out", "out")

    return call


@pytest.fixture
def live(baogao, reports):
    """Extract the same reports by asking a server, into ``live``."""

    def call(server, *more):
        # Known from an earlier run, else the first record counts the requests that try it.
        endpoint = EndpointSettings(base_url=server.url)
        remember(endpoint, "small", Profile(Abilities(json_schema=True)))
        asked = ("--base-url", server.url, "--model", "small", "--no-cache")
        return baogao("extract", reports, "--schema", COMMUNIQUE, *asked, "--out", "live", *more)

    return call


def forgetful(seen):
    """Answers in prose first; when it is told, as it should."""
    if abilities(seen) or len(seen.body["messages"]) > 2:
        return good_model(seen)
    return completion("我认为都有。", prompt_tokens=300, completion_tokens=7)


@pytest.mark.parametrize("ask", ["auto", *get_args(Way)])
@pytest.mark.parametrize("extractor", get_args(AskingName))
def test_same_records(live, prepare, collect, extractor, ask):
    """Executed in another order, a batch gives the records of a live run to the byte, time aside; so do the texts."""
    how = ("--extractor", extractor, "--ask", ask)
    with fake_server(good_model) as server:
        assert live(server, *how).code == 0
        said = prepare(*how)
        assert said.code == 0, said.err
        asked = requests()
        assert asked
        assert f"4 reports, {len(asked)} requests, about" in said.out
        results = executed(server, asked, seed=3)
    assert collect(write_results("results.jsonl", results)).code == 0
    assert untimed("out") == untimed("live")
    for text in Path("live/texts").iterdir():
        assert (Path("out/texts") / text.name).read_bytes() == text.read_bytes()
    assert Path("out/index.html").is_file()


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("more", [(), ("--min-confidence", "0.9")])
def test_the_same_queue(live, prepare, collect, more):
    """What a batch leaves to look at is what a live run leaves, to the byte, and it is printed alike."""
    with fake_server(good_model) as server:
        said = live(server, "--ask", "link", *more)
        prepare("--ask", "link", *more)
        collected = collect(write_results("results.jsonl", executed(server, requests(), seed=3)))
    queue = Path("out/review.jsonl").read_bytes()
    assert queue == Path("live/review.jsonl").read_bytes()
    assert queue
    lines = [line for line in said.out.splitlines() if line.startswith(("review ", "jury "))]
    assert len(lines) == 2
    assert [line.replace("live/", "out/") for line in lines] == [
        line for line in collected.out.splitlines() if line.startswith(("review ", "jury "))
    ]


def test_all_questions_in_one_round(prepare):
    """Metadata and passages of a form, all parts of a long report: one file holds them, the same passage once."""
    assert prepare("--ask", "form", "--extractor", "llm").code == 0
    forms = [request["body"]["messages"][-1]["content"] for request in requests()]
    assert sum("开头" in form for form in forms) == len(COUNTIES)
    assert sum("原文：" in form for form in forms) == 1
    assert prepare("--ask", "link", "--extractor", "llm").code == 0
    asked = requests()
    assert len(asked) == len(COUNTIES) + 1
    assert len({request["custom_id"] for request in asked}) == len(asked)
    assert all(request["url"] == "/v1/chat/completions" and request["body"]["model"] == "small" for request in asked)


def test_a_further_round(live, prepare, collect):
    """A reply that must be repaired asks anew: collect writes the next file, and a second collect ends the run."""
    with fake_server(forgetful) as server:
        live(server, "--ask", "link")
        prepare("--ask", "link")
        said = collect(write_results("one.jsonl", executed(server, requests(1))))
        assert said.code == 1
        assert "4 reports wait for a further round: 5 requests" in said.out
        assert "requests-2-001.jsonl" in said.out
        assert rows() == []
        said = collect(write_results("two.jsonl", executed(server, requests(2))))
    assert said.code == 0
    assert "wait" not in said.out
    assert untimed("out") == untimed("live")


def test_partial_and_twice(prepare, collect):
    """Results may come in parts, some of them again: what is complete becomes a record, nothing is asked twice."""
    with fake_server(good_model) as server:
        prepare("--ask", "link")
        results = executed(server, requests())
    last = next(one for one in results if one["custom_id"] == requests()[-1]["custom_id"])
    rest = [one for one in results if one is not last]
    said = collect(write_results("some.jsonl", rest))
    assert said.code == 1
    assert "1 reports wait for results that are not here yet" in said.out
    assert [record.doc_id for record in rows()] == ["r0", "r1", "r2"]
    assert collect(write_results("more.jsonl", [*rest, last, last])).code == 0
    assert [record.doc_id for record in rows()] == ["r0", "r1", "r2", "r3"]
    assert not list(Path("batch").glob("requests-2-*"))


def test_errors_are_failed_records(prepare, collect):
    """A request that failed is its document's failure, in the words of the service; the others go on."""
    with fake_server(good_model) as server:
        prepare("--ask", "link")
        asked = requests()
        results = {one["custom_id"]: one for one in executed(server, asked)}
    expired = {"code": "batch_expired", "message": "not done in 24 hours"}
    results[asked[0]["custom_id"]] |= {"response": None, "error": expired}
    too_long = {"status_code": 400, "body": failure(400, "maximum context length is 9 tokens").body}
    results[asked[1]["custom_id"]] |= {"response": too_long}
    refused = {"status_code": 401, "body": failure(401, "bad key").body}
    results[asked[2]["custom_id"]] |= {"response": refused}
    said = collect(write_results("results.jsonl", results.values()))
    assert said.code == 1
    errors = [record.error for record in rows()]
    assert errors[0] == "the batch brought no reply: batch_expired: not done in 24 hours"
    assert "longer than the model can read: maximum context length" in errors[1]
    assert "refuses access (401)" in errors[2]
    assert errors[3] is None


def test_again(prepare, collect):
    """``--again`` asks anew what failed, once; the new reply takes the place of the error."""
    with fake_server(good_model) as server:
        prepare("--ask", "link")
        asked = requests()
        results = executed(server, asked)
        for one in results:
            if one["custom_id"] == asked[0]["custom_id"]:
                one |= {"response": None, "error": {"code": "batch_expired", "message": "too late"}}
        first = write_results("results.jsonl", results)
        assert "1 failed" in collect(first).out
        said = collect("--again")
        assert "1 reports wait for a further round: 1 requests" in said.out
        assert requests(2) == asked[:1]
        # Given twice, or collected meanwhile, the old error is known: nothing is asked a third time.
        assert "1 reports wait for results" in collect(first, "--again").out
        assert not list(Path("batch").glob("requests-3-*"))
        assert collect(write_results("second.jsonl", executed(server, requests(2), seed=1))).code == 0
    assert [record.status for record in rows()] == ["ok"] * 4


def test_what_is_no_result(prepare, collect):
    """Lines that were cut or belong elsewhere are named and left out; a file without any result is refused."""
    with fake_server(good_model) as server:
        prepare("--ask", "link")
        results = executed(server, requests())
    strange = {**results[0], "custom_id": "somebody-else"}
    said = collect(write_results("results.jsonl", [*results, strange, json.dumps(results[0])[:80]]))
    assert said.code == 0
    assert "1 results are of requests that this batch does not have" in said.err
    assert "results.jsonl, line 7" in said.err
    said = collect("batch/requests-1-001.jsonl")
    assert said.code == 2
    assert "holds no results of a batch" in said.err
    assert collect("nowhere.jsonl").code == 2


def test_files_of_limited_size(prepare, collect):
    """A service takes files up to a size: the requests of a round stand in several."""
    prepare("--ask", "link", "--file-requests", 2)
    files = sorted(Path("batch").glob("requests-*.jsonl"))
    assert [path.name for path in files] == [f"requests-1-00{number}.jsonl" for number in (1, 2, 3)]
    assert [len(path.read_text(encoding="utf-8").splitlines()) for path in files] == [2, 2, 1]
    with fake_server(good_model) as server:
        assert collect(write_results("results.jsonl", executed(server, requests()))).code == 0


def test_a_server_that_renames(live, prepare, collect):
    """Where the service wants a parameter under another name, a further round asks so."""

    def newer(seen):
        if "max_tokens" in seen.body:
            return failure(400, "Unsupported parameter: use 'max_completion_tokens' instead")
        return good_model(seen)

    with fake_server(newer) as server:
        prepare("--ask", "link")
        assert "5 requests" in collect(write_results("one.jsonl", executed(server, requests(1)))).out
        assert all("max_completion_tokens" in request["body"] for request in requests(2))
        assert collect(write_results("two.jsonl", executed(server, requests(2)))).code == 0


def test_one_unreadable_report(prepare, collect, reports):
    """A report that cannot be read is said at once, and is a failed record at the end."""
    (reports / "r9.docx").write_bytes(b"no zip")
    said = prepare("--ask", "link")
    assert said.code == 1
    assert "1 failed" in said.out
    with fake_server(good_model) as server:
        assert collect(write_results("results.jsonl", executed(server, requests()))).code == 1
    assert [record.status for record in rows()] == ["ok"] * 4 + ["failed"]


def test_paid_replies_are_not_thrown_away(prepare, collect):
    """A folder that holds replies is not prepared over; before that, preparing again writes the same files."""
    prepare("--ask", "link")
    before = Path("batch/requests-1-001.jsonl").read_bytes()
    prepare("--ask", "link")
    assert Path("batch/requests-1-001.jsonl").read_bytes() == before
    with fake_server(good_model) as server:
        collect(write_results("results.jsonl", executed(server, requests())))
    said = prepare("--ask", "link")
    assert said.code == 2
    assert "holds replies of a batch" in said.err


def test_another_question_meanwhile(prepare, collect):
    """Where the prompts were changed since, collect says so instead of asking everything anew."""
    prompts = Path("prompts")
    prompts.mkdir()
    for path in (Path(__file__).parents[2] / "prompts").glob("*.jinja"):
        (prompts / path.name).write_bytes(path.read_bytes())
    prepare("--ask", "link", "--prompts", prompts)
    template = prompts / "link.jinja"
    template.write_text(template.read_text(encoding="utf-8") + "\n再想想。\n", encoding="utf-8")
    said = collect()
    assert said.code == 2
    assert "was prepared with another prompts" in said.err


def test_nothing_to_collect(collect, baogao, reports):
    """A folder without a batch, a damaged one, and a batch without a model are errors in words."""
    assert "holds no batch" in collect().err
    Path("batch/batch.json").write_text("{", encoding="utf-8")
    assert "cannot be read" in collect().err
    said = baogao("batch", "prepare", reports, "--schema", COMMUNIQUE, "--out", "other")
    assert said.code == 2
    assert "--model" in said.err
