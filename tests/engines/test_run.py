"""``--engine``: what cannot work is one line; work in this process; what a worker of Ray is told."""

from __future__ import annotations

import asyncio
import importlib.util
import pickle
from dataclasses import replace

import pytest

from baogao.asking.form import FormExtractor
from baogao.assemble import ModelOptions, Ready
from baogao.engines.run import Engine, Job, run_by
from baogao.errors import UsageError
from baogao.extraction import Extraction, HoldingExtractor
from baogao.hybrid.arbiter import RunArbiter
from baogao.hybrid.case import Case
from baogao.hybrid.hybrid import HybridExtractor
from baogao.inputs import find_sources
from baogao.llm import Abilities, EndpointSettings, ModelClient, load_prompts
from baogao.pipeline import Nowhere
from baogao.reading import provenance
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from cli.conftest import COMMUNIQUE, _own_world, baogao, extract, reports  # noqa: F401
from short_reports import read


@pytest.fixture
def without_ray(monkeypatch):
    """An environment that Ray was not installed into."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "ray" else find(name, *more))


@pytest.fixture
def with_ray(monkeypatch):
    """An environment that Ray was installed into, as far as anybody looks."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: find("json" if name == "ray" else name, *more))


@pytest.mark.usefixtures("without_ray")
def test_missing(extract, reports, tmp_path):  # noqa: F811
    """Without the extra, the message says how to get it."""
    said = extract(reports, "--engine", "ray", "--extractor", "rules")
    assert said.code == 2
    assert "pip install 'baogao[ray]'" in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("with_ray")
def test_a_model_of_one_machine(extract, reports):  # noqa: F811
    """Workers cannot share a model that is started by the command."""
    said = extract(reports, "--engine", "ray", "--embedded")
    assert said.code == 2
    assert "--base-url" in said.err


def test_workers_without_ray(extract, reports):  # noqa: F811
    """A number of workers that nobody heeds is not taken in silence."""
    said = extract(reports, "--workers", 2, "--extractor", "rules")
    assert said.code == 2
    assert "--engine ray" in said.err


def job_of(schema, **options) -> Job:
    """Rules or a model over communiqués."""
    return Job("hybrid", schema, str(COMMUNIQUE), ModelOptions(**options))


def ready_of(schema, *, budget=None) -> Ready:
    """What was made ready for the whole run: a server that was asked for its model and found able."""
    settings = EndpointSettings(base_url="http://x/v1/", model=None, budget_tokens=budget)
    client = ModelClient(settings, abilities=Abilities(tools=True))
    return Ready(RulesExtractor(load_rulebook(None, schema)), provenance(schema, "hybrid", "small"), client, "link")


def test_a_worker_need_not_ask_again(communique):
    """It is told which server, which model, which way of asking, and what the server can do."""
    job = job_of(communique, min_confidence=0.5, calibration="none", cache=False)
    told = job.share(ready_of(communique), 2, 4).options
    assert (told.base_url, told.model, told.ask) == ("http://x/v1", "small", "link")
    assert told.abilities == Abilities(tools=True)
    assert told.concurrency == 2
    assert (told.min_confidence, told.calibration, told.cache) == (0.5, "none", False)


def test_a_worker_is_told_who_leads(communique):
    """What a sample of the run has shown of the readers travels with its options; without a sample there is none."""
    job, ready = job_of(communique), ready_of(communique)
    assert job.share(ready, 2, 4).options.trust is None
    trust = RunArbiter(communique)
    trust.hear([Case(read("无。"), communique, {}, {}, {})])
    hybrid = HybridExtractor(ready.extractor, FormExtractor(communique, ready.client, load_prompts()), trust)
    ready = replace(ready, extractor=HoldingExtractor(hybrid, 0.5))
    told = job.share(ready, 2, 4).options
    assert told.trust == trust.trust
    assert told.trust.reports == 1
    assert RunArbiter(communique, told.trust).wants_sample is False
    assert pickle.loads(pickle.dumps(told)).trust == trust.trust


@pytest.mark.parametrize(("budget", "share"), [(None, None), (1000, 250), (1003, 250)])
def test_workers_divide_the_budget(communique, budget, share):
    """All together spend no more than was allowed."""
    assert job_of(communique).share(ready_of(communique, budget=budget), 2, 4).options.budget_tokens == share


def test_rules_have_nothing_to_be_told(communique):
    """Without a client a worker's part is the job as it is."""
    job = job_of(communique)
    assert job.share(replace(ready_of(communique), client=None, way=None), 2, 4) is job


@pytest.mark.usefixtures("with_ray")
@pytest.mark.parametrize("options", [{"embedded": True}, {"gguf": "m.gguf"}])
def test_what_ray_cannot_do(options):
    """It is refused before anything is started; a server that all can reach is fine, and so are rules."""
    with pytest.raises(UsageError, match="a server that every worker can reach"):
        Engine("ray").check(ModelOptions(**options))
    with pytest.raises(UsageError, match="--jobs is for this machine"):
        Engine("ray", jobs=2).check(ModelOptions())
    Engine("ray", 3).check(ModelOptions(base_url="http://x/v1"))
    Engine("ray").check(ModelOptions())


def test_work_in_this_process(reports, communique, tmp_path):  # noqa: F811
    """Records go to the sink, and whoever looks on is told of them."""
    sources = find_sources([str(reports)])
    ready = Ready(RulesExtractor(load_rulebook(None, communique)), provenance(communique, "rules"))
    new = []
    job = Job("rules", communique, str(COMMUNIQUE), ModelOptions())
    asyncio.run(run_by(Engine(), job, ready, sources, Nowhere(), on_record=new.append, on_kept=new.append))
    assert [(record.doc_id, record.fields["gdp"].text) for record in new] == [("good", "86.4亿元")]


def test_a_sample_is_read_before_the_reports_are_given_out(communique, reports, monkeypatch):  # noqa: F811
    """Here and not by a worker; each worker then begins with what was found, and asks for no sample of its own."""
    begun = []

    class Sampling(RulesExtractor):
        wants_sample = True
        trust = None

        def tells(self, report):
            return 1

        def begin_sample(self):
            begun.append("sample")

        async def extract(self, report):
            begun.append(report.document.doc_id)
            return Extraction()

        def end_sample(self):
            begun.append("heard")

    class Workers:
        def __init__(self, start, team, schema, made_by):
            begun.append("workers")

        async def __aenter__(self):
            raise KeyboardInterrupt

        async def __aexit__(self, *error):
            pass

    monkeypatch.setattr("baogao.engines.run.RayWorkers", Workers)
    ready = replace(ready_of(communique), extractor=Sampling(load_rulebook(None, communique)))
    work = run_by(
        Engine("ray"), job_of(communique), ready, find_sources([str(reports)]), Nowhere(), on_record=list, on_kept=list
    )
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(work)
    assert begun == ["sample", "good", "heard", "workers"]


@pytest.mark.parametrize(
    ("workers", "concurrency", "started", "each"),
    [(16, 4, 4, 1), (4, 4, 4, 1), (2, 5, 2, 2), (None, 2, 2, 1), (16, None, 16, 1)],
)
def test_workers_ask_no_more_at_once_than_is_allowed(communique, monkeypatch, workers, concurrency, started, each):
    """However many workers are wanted, their requests together are at most ``--concurrency``; rules are not bounded."""
    asked = []

    class Workers:
        def __init__(self, start, team, schema, made_by):
            asked.append((team.workers, start.args[-1].concurrency))

        async def __aenter__(self):
            raise KeyboardInterrupt

        async def __aexit__(self, *error):
            pass

    monkeypatch.setattr("baogao.engines.run.RayWorkers", Workers)
    ready, job = ready_of(communique), job_of(communique)
    if concurrency is None:
        ready = replace(ready, client=None, way=None)
    else:
        ready.client.settings = ready.client.settings.model_copy(update={"concurrency": concurrency})
    work = run_by(Engine("ray", workers), job, ready, [], Nowhere(), on_record=list, on_kept=list)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(work)
    assert asked == [(started, each if concurrency else None)]
