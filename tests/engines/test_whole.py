"""Reports done whole in other processes: the same bytes, whoever does them; what must be asked is asked by the run."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from baogao import work
from baogao.assemble import Ready, ready_extractor
from baogao.engines.run import jobs_for, run_here
from baogao.engines.whole import WholeReport
from baogao.errors import UsageError
from baogao.extraction import ReportText
from baogao.guarded import Reading
from baogao.inputs import Source, find_sources
from baogao.llm.abilities import abilities_of
from baogao.llm.client import Client
from baogao.llm.kept import KeptReplies, NotKeptError
from baogao.llm.messages import Abilities, Message, Question
from baogao.model_options import Further, ModelOptions
from baogao.outputs.run_folder import RunFolder
from baogao.reading import provenance
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.work import Worker
from cli.conftest import COMMUNIQUE, _own_world  # noqa: F401
from llm.fake_server import Seen, Step, completion, fake_server
from tasks_apart import Marked

TEXT = "南屏县{0}年统计公报\n\n一、综合\n全年地区生产总值{1}.4亿元，比上年增长5.8%。年末常住人口{1}万人。\n"
WAYS = [("rules", "auto"), ("llm", "form"), ("llm", "link"), ("hybrid", "form")]


@pytest.fixture
def sources(tmp_path) -> list[Source]:
    """Five reports that differ, and a file that cannot be read."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(5):
        (folder / f"r{number}.txt").write_text(TEXT.format(2019 + number, 80 + number), encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    return find_sources([str(folder)])


def reply(seen: Seen) -> Step:
    """A model that links the first candidate, or fills the first blank of a form."""
    if "response_format" in seen.body:
        return completion('{"links": [{"field": "gdp", "ids": [1]}]}')
    blanks = seen.body["messages"][-1]["content"].rpartition("表：\n")[2].splitlines()
    return completion(f"{blanks[0]}82.4亿元\n")


def options_of(url: str | None, way: str, **more: object) -> ModelOptions:
    """Rules, or a model that can be held to a schema, asked in one way."""
    asked = {"base_url": url, "model": "small", "ask": way, "abilities": Abilities(json_schema=True)} if url else {}
    return ModelOptions(calibration="none", **asked, **more)


def run(schema, name, options, sources, out: Path, jobs: int) -> tuple[dict[str, bytes], int]:
    """What a run writes, without its page, and how many reports were linked in this process."""
    here: list[str] = []
    linked = work.extract_report

    async def watched(report: ReportText, *rest: object):
        here.append(report.document.doc_id)
        return await linked(report, *rest)

    async def whole() -> None:
        async with ready_extractor(name, schema, options) as ready:
            with RunFolder(out, [source.doc_id for source in sources], {}) as folder:
                await run_here(ready, sources, folder, jobs=jobs, on_record=list, on_kept=list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "extract_report", watched)
        asyncio.run(whole())
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.*") if path.is_file()}, len(here)


@pytest.mark.parametrize(("name", "way"), WAYS)
def test_the_same_bytes_however_many_processes(communique, sources, tmp_path, name, way):
    """Records, texts and queue; with several processes none of them is linked in this one."""
    with fake_server(reply) as server:
        options = options_of(None if name == "rules" else server.url, way, min_confidence=0.5)
        run(communique, name, options, sources, tmp_path / "before", 1)
        asked = len(server.seen)
        one, here = run(communique, name, options, sources, tmp_path / "one", 1)
        two, apart = run(communique, name, options, sources, tmp_path / "two", 2)
        assert len(server.seen) == asked > (-1 if name == "rules" else 0)
    assert two == one
    assert b'"doc_id": "r4"' in one["records.jsonl"]
    assert here == 5
    assert apart == (5 if name == "hybrid" else 0)  # a sample of all five was shown to hybrid here, and is remembered


def test_what_is_not_kept_is_asked_here(communique, sources, tmp_path, monkeypatch):
    """A run with an empty cache sends each question once, and writes what one process writes."""
    found = []
    for jobs in (1, 2):
        monkeypatch.setenv("BAOGAO_CACHE_DIR", str(tmp_path / f"cache{jobs}"))
        with fake_server(reply) as server:
            options = options_of(server.url, "link")
            found.append(run(communique, "llm", options, sources, tmp_path / f"out{jobs}", jobs))
            assert len(server.seen) == 5
    (one, here), (two, there) = found
    assert (here, there) == (5, 5)
    assert one.keys() == two.keys()
    assert {name: one[name] for name in one if name.startswith("texts")} == {
        name: two[name] for name in two if name.startswith("texts")
    }


def ready(schema, name: str, options: ModelOptions) -> Ready:
    """An extractor, made ready and closed again."""

    async def made() -> Ready:
        async with ready_extractor(name, schema, options) as found:
            return found

    return asyncio.run(made())


def test_a_task_holds_no_key(communique, monkeypatch):
    """It can be sent, is the same on the other side, and whoever opens files learns no secret from it."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-indeed")
    monkeypatch.setenv("BAOGAO_EXTRA_HEADERS", '{"x-key": "another-secret-word"}')
    task = WholeReport.of(ready(communique, "hybrid", options_of("http://127.0.0.1:9/v1", "form")))
    sent = pickle.dumps(task)
    assert pickle.loads(sent) == task
    for secret in (b"sk-very", b"another-secret"):
        assert secret not in sent


@pytest.mark.parametrize(
    "options",
    [
        {"cache": False},
        {"further": (Further("other"),)},
        {"escalate_to": Further("other")},
    ],
)
def test_what_is_not_done_whole(communique, options):
    """Without a cache, and with several models, files are only read apart."""
    made = ready(communique, "hybrid", options_of("http://127.0.0.1:9/v1", "form", **options))
    assert WholeReport.of(made) is None


def test_an_extractor_of_one_s_own_stays_here(communique):
    """What somebody else made cannot be made of names."""
    own = Ready(RulesExtractor(load_rulebook(None, communique)), provenance(communique, "rules"))
    assert WholeReport.of(own) is None


def test_a_schema_that_was_changed_meanwhile(tmp_path, communique):
    """A process does not make records by another schema than the run's."""
    task = WholeReport.of(ready(communique, "rules", ModelOptions()))
    with pytest.raises(UsageError, match="was changed since the run began"):
        WholeReport(task.name, task.schema, "another", task.options, task.made_by).begin()


def test_who_has_only_kept_replies_asks_nobody(communique):
    """A question that is not kept is an error, and so is a model that has no name."""
    task = WholeReport.of(ready(communique, "llm", options_of("http://127.0.0.1:9/v1", "form")))
    client = KeptReplies(task.kept)
    with pytest.raises(NotKeptError):
        asyncio.run(client.ask(Question((Message("user", "谁？"),), max_tokens=5)))
    asyncio.run(client.aclose())


def test_who_has_only_kept_replies_can_be_asked_all_that_a_client_can(communique):
    """Nothing that is read of a client, or called, is missing; its abilities are those of the run."""
    task = WholeReport.of(ready(communique, "llm", options_of("http://127.0.0.1:9/v1", "form")))
    client = KeptReplies(task.kept)
    needed = [*Client.__annotations__, *(name for name in vars(Client) if not name.startswith("_"))]
    assert {"settings", "ask", "manner", "remember"} <= set(needed)
    assert [name for name in needed if not hasattr(client, name)] == []
    assert (client.manner, client.shares_with) == (None, "http://127.0.0.1:9/v1")
    client.unlearn("json_schema")
    client.relearn(["json_schema"])
    client.remember()
    assert asyncio.run(abilities_of(client)) == client.abilities == Abilities(json_schema=True)
    asyncio.run(client.aclose())


def test_a_task_in_vain_is_left_alone(communique, tmp_path):
    """After some reports in a row for which it came to nothing it is tried now and then only; a success counts."""
    tried = []

    class Reader:
        def read(self, source, task):
            tried.append(task is not None)
            return Reading(done=None if len(tried) < 40 else object())

    with closing(Worker(RulesExtractor(load_rulebook(None, communique)), None, task_for=Marked)) as worker:
        worker._idle = [Reader()]
        for _ in range(60):
            worker._read(Source("r", tmp_path))
    assert tried[:20] == [*[True] * 3, *[False] * 13, True, *[False] * 3]
    assert all(tried[48:])


@pytest.mark.parametrize(
    ("wanted", "reports", "jobs"),
    [(None, 10, 1), (None, 199, 1), (None, 200, 2), (None, 10_000, 4), (3, 10, 3), (3, 2, 2), (1, 9, 1), (2, 0, 1)],
)
def test_how_many(monkeypatch, wanted, reports, jobs):
    """As many as are wanted; else one for each core, if there are reports enough to pay for its start."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(4), raising=False)
    assert jobs_for(wanted, reports) == jobs
    assert jobs_for(None, reports, starts_server=True) == 1


def test_ctrl_c_ends_all_of_them(tmp_path):
    """What was finished is kept, and nobody is left at work."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4000):
        (folder / f"r{number}.txt").write_text(TEXT.format(2019, number), encoding="utf-8")
    command = [sys.executable, "-m", "baogao", "extract", folder, "--schema", COMMUNIQUE, "--extractor", "rules"]
    process = subprocess.Popen(
        [*map(str, command), "--jobs", "2", "--out", "out"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    journal = tmp_path / "out" / "journal.jsonl"
    end = time.monotonic() + 60
    while time.monotonic() < end and not (journal.exists() and journal.stat().st_size > 20_000):
        time.sleep(0.01)
    threads = Path(f"/proc/{process.pid}/task").glob("*/children")
    others = [pid for children in threads for pid in children.read_text().split()]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert (tmp_path / "out" / "records.jsonl").stat().st_size
    assert len(others) in (0, 2)
    assert not any(Path(f"/proc/{pid}").exists() for pid in others)
