"""Opening models: which way each is asked, with which adapter, and the server where one is started here."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from adapters import info_for, write_adapter
from baogao.asking.adapters import adapter_path
from baogao.asking.choice import ChoiceExtractor
from baogao.asking.form import FormExtractor
from baogao.asking.link import LinkExtractor
from baogao.asking.tag import TagExtractor
from baogao.assemble import (
    ModelOptions,
    ready_extractor,
)
from baogao.choices import AskingName, Way
from baogao.errors import NoReplyError, UsageError
from baogao.hybrid.hybrid import HybridExtractor
from baogao.hybrid.panel import Panel
from baogao.llm import Abilities, Message, Question, load_prompts
from baogao.model_options import Further
from baogao.opening import base_of, open_client, prompts_of, questioner, way_of_asking
from baogao.schema import load_schema
from baogao.usage import usage_scope
from llm.conftest import _own_world  # noqa: F401
from llm.fake_server import Seen, Step, completion, fake_server
from readiness import NOBODY, ready
from short_reports import COMMUNIQUE, read

KINDS = {
    "form": FormExtractor,
    "choice": ChoiceExtractor,
    "link": LinkExtractor,
    "tag": TagExtractor,
    "blank": FormExtractor,
}


@pytest.mark.parametrize(
    ("options", "abilities", "few", "way"),
    [
        (ModelOptions(embedded=True), Abilities(json_schema=True), True, "choice"),
        (ModelOptions(embedded=True), Abilities(json_schema=True), False, "form"),
        (ModelOptions(gguf=Path("m.gguf")), Abilities(json_schema=True), False, "form"),
        (ModelOptions(), Abilities(json_schema=True), True, "link"),
        (ModelOptions(), Abilities(tools=True), False, "link"),
        (ModelOptions(), Abilities(json_object=True, logprobs=True), False, "form"),
        (ModelOptions(), Abilities(), True, "form"),
    ],
)
def test_auto_takes_what_the_model_can_do(options, abilities, few, way):
    """As docs/models.md tells it."""
    assert way_of_asking(options, abilities, few=few) == way


@pytest.mark.parametrize("way", get_args(Way))
def test_what_a_user_asks_for_decides(way):
    """Whatever the model can do, and wherever it runs."""
    for embedded, able, few in product((True, False), repeat=3):
        options = ModelOptions(ask=way, embedded=embedded)
        assert way_of_asking(options, Abilities(json_schema=able), few=few) == way
        assert not options.way_is_open


@pytest.mark.parametrize("name", get_args(AskingName))
@pytest.mark.parametrize(("way", "kind"), KINDS.items())
def test_a_dry_run_asks_by_the_extractor_of_a_run(communique, name, way, kind):
    """The same kind asks, alone and beside rules; making it sends nothing."""
    asker = asyncio.run(questioner(name, communique, ModelOptions(**NOBODY, ask=way)))
    assert type(asker) is kind
    made = ready(name, communique, ask=way)
    assert made.way == way
    assert type(made.extractor) is (kind if name == "llm" else HybridExtractor)


def test_a_way_that_is_open_is_asked_of_the_endpoint(communique):
    """An endpoint is probed only where the way of asking depends on it."""
    with fake_server(lambda seen: completion("autumn")) as server:

        async def way_of(ask):
            options = ModelOptions(base_url=server.url, model="small", ask=ask, cache=False)
            async with ready_extractor("llm", communique, options) as found:
                return found.way

        assert asyncio.run(way_of("link")) == "link"
        assert server.seen == []
        assert asyncio.run(way_of("auto")) == "form"
        assert len(server.seen) > 0


def test_each_way_renders_prompts_of_its_own(communique):
    """What a calibration was learned with is known by these alone: another way's prompts may change."""
    prompts = load_prompts(None)
    digests = {way: prompts_of([way], prompts, communique) for way in get_args(Way)}
    assert len(set(digests.values())) == len(digests)
    made = ready("llm", communique, ask="link")
    assert made.way_prompts == digests["link"] != made.made_by.prompts
    assert ready("rules", communique).way_prompts is None


@pytest.mark.parametrize(("calibration", "few"), [("mine", True), ("none", False)])
def test_choices_are_bounded_where_rules_settle_most(communique, learned, calibration, few):
    """Because that was learned for choices of this model; a dry run asks as the run will."""
    report = read("海坨市2022年经济社会发展统计公报\n\n" + "".join(f"某地的人口有{n}00人。" for n in range(11, 41)))
    options = {"ask": "choice", "calibration": learned if calibration == "mine" else "none"}
    asker = asyncio.run(questioner("hybrid", communique, ModelOptions(**NOBODY, **options)))
    assert (len(asker.questions(report)) == 14) == few
    assert len(asker.questions(report)) >= 14
    made = ready("hybrid", communique, **options)
    assert made.extractor._model.questions(report) == asker.questions(report)


def test_an_embedded_model_chooses_where_that_was_learned(communique, learned, tmp_path, monkeypatch):
    """Left to itself it is asked by form, alone too; by choice only beside rules that settle most."""
    monkeypatch.setattr("baogao.opening.EmbeddedServer", Started)
    for name, stem, calibration, way in [
        ("hybrid", "small", learned, "choice"),
        ("hybrid", "small", "none", "form"),
        ("hybrid", "big", learned, "form"),
        ("llm", "small", learned, "form"),
    ]:
        (tmp_path / f"{stem}.gguf").write_text("one")
        options = ModelOptions(gguf=tmp_path / f"{stem}.gguf", calibration=calibration)

        async def way_of(options=options, name=name) -> str:
            async with ready_extractor(name, communique, options) as found:
                return found.way

        assert asyncio.run(way_of()) == way
        assert type(asyncio.run(questioner(name, communique, options))) is KINDS[way]


class Started:
    """Stands in for an embedded server: at another port each time, and known by what is in the model's file."""

    latest: Started
    seen: list[Seen] = []  # noqa: RUF012
    """What was asked, at whatever port."""

    def __init__(self, gguf: Path, *, adapters: list[Path], parallel: int) -> None:
        self.adapters, self.parallel = adapters, parallel
        self.model, self.identity, self.alive = gguf.stem, gguf.read_text(), True
        self.abilities = Abilities(json_schema=True)
        self._running = ExitStack()

    def __enter__(self) -> Started:
        self.base_url = self._running.enter_context(fake_server(self._answer)).url
        Started.latest = self
        return self

    def __exit__(self, *error: object) -> None:
        self.alive = False
        self._running.close()

    def _answer(self, seen: Seen) -> Step:
        self.seen.append(seen)
        return completion("答")


def test_a_client_for_questions_of_no_schema(tmp_path, monkeypatch):
    """The model that is named, or one that is started and ends with the block; of several none is asked."""
    monkeypatch.setattr("baogao.opening.EmbeddedServer", Started)
    (tmp_path / "model.gguf").write_text("one")
    question = Question((Message("user", "问"),), max_tokens=50)

    async def ask(options: ModelOptions) -> str:
        async with open_client(options) as client:
            return (await client.ask(question)).text

    assert asyncio.run(ask(ModelOptions(gguf=tmp_path / "model.gguf", cache=False))) == "答"
    assert not Started.latest.alive
    with fake_server([completion("好")]) as server:
        assert asyncio.run(ask(ModelOptions(base_url=server.url, model="small", cache=False))) == "好"
    two = ModelOptions(base_url=NOBODY["base_url"], model="a", further=(Further("b"),))
    with pytest.raises(UsageError, match="one model is asked: name it with --model"):
        asyncio.run(ask(two))


@pytest.fixture
def ask_embedded(communique, tmp_path, monkeypatch):
    """Start a model, and ask it one question; then, if told so, another one after it has ended."""
    monkeypatch.setattr("baogao.opening.EmbeddedServer", Started)
    monkeypatch.setattr(Started, "seen", [])

    async def ask(*, after_its_end: bool = False) -> None:
        async with ready_extractor("llm", communique, ModelOptions(gguf=tmp_path / "model.gguf")) as found:
            await found.client.ask(Question((Message("user", "问"),), max_tokens=50))
            if after_its_end:
                Started.latest.__exit__()
                await found.client.ask(Question((Message("user", "再问"),), max_tokens=50))

    return lambda **how: asyncio.run(ask(**how))


def test_replies_of_an_embedded_model_go_by_its_file(tmp_path, ask_embedded):
    """A model that is started again, at another port, is not asked again; one that took its place is."""
    for content, asked in [("one", 1), ("one", 1), ("another", 2), ("one", 2)]:
        (tmp_path / "model.gguf").write_text(content)
        ask_embedded()
        assert len(Started.seen) == asked


def test_an_embedded_model_that_ended_is_not_waited_for(tmp_path, monkeypatch, ask_embedded):
    """Nobody starts it again, so that a question has the attempts of any other trouble."""
    monkeypatch.setenv("BAOGAO_FIRST_WAIT", "0.01")
    (tmp_path / "model.gguf").write_text("one")
    with usage_scope() as usage, pytest.raises(NoReplyError):
        ask_embedded(after_its_end=True)
    assert usage.requests == 1 + 4


@pytest.fixture
def tuned(tmp_path, monkeypatch):
    """A schema with an adapter for each way beside it, for a base of our own, which is started for show."""
    monkeypatch.setattr("baogao.opening.EmbeddedServer", Started)
    monkeypatch.setattr(Started, "seen", [])
    (tmp_path / "base.gguf").write_text("base")
    schema = load_schema(shutil.copy(COMMUNIQUE, tmp_path / "mine.py"))
    shutil.copy(COMMUNIQUE.with_suffix(".rules.yaml"), tmp_path / "mine.rules.yaml")
    for way in ("tag", "blank"):
        write_adapter(adapter_path(schema, way), info_for(schema, way, base_of(tmp_path / "base.gguf")))
    return schema


def opened(name, schema, **options) -> list[tuple[str, str]]:
    """The models of a run that starts one here, and how each is asked; a dry run asks in the same ways."""
    told = ModelOptions(gguf=schema.path.with_name("base.gguf"), cache=False, calibration="none", **options)

    async def open_it():
        async with ready_extractor(name, schema, told) as found:
            return [(str(model.asked.model).partition("-")[0], model.asked.way) for model in found.models]

    models = asyncio.run(open_it())
    asker = asyncio.run(questioner(name, schema, told))
    assert type(asker) is (Panel if len(models) > 1 else KINDS[models[0][1]])
    return models


@pytest.mark.parametrize("name", get_args(AskingName))
@pytest.mark.parametrize(
    ("options", "models"),
    [
        ({}, [("base+tag", "tag")]),
        ({"ask": "tag"}, [("base+tag", "tag")]),
        ({"ask": "blank"}, [("base+blank", "blank")]),
        ({"ask": "form"}, [("base", "form")]),
        ({"adapter": "none"}, [("base", "form")]),
        ({"adapter": "none", "ask": "tag"}, [("base", "tag")]),
    ],
)
def test_an_adapter_beside_the_schema_is_used(tuned, name, options, models):
    """By itself, for the way that it was tuned for; other ways ask the base, and so does whoever wants no adapter."""
    assert opened(name, tuned, **options) == models


def test_thorough_reads_twice(tuned):
    """By both adapters; where there is only one, the base fills forms beside it."""
    assert opened("hybrid", tuned, thorough=True) == [("base+tag", "tag"), ("base+blank", "blank")]
    assert Started.latest.parallel == 2
    adapter_path(tuned, "blank").unlink()
    assert opened("hybrid", tuned, thorough=True) == [("base+tag", "tag"), ("base", "form")]
    adapter_path(tuned, "tag").unlink()
    with pytest.raises(UsageError, match="--thorough wants a tuned model, and there is no adapter for communique"):
        opened("hybrid", tuned, thorough=True)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("llm", {"thorough": True}, "llm reads once: --thorough wants hybrid"),
        ("hybrid", {"thorough": True, "ask": "tag"}, "--thorough asks in two ways by itself: leave out --ask"),
    ],
)
def test_flags_that_contradict_each_other(tuned, name, options, words):
    """In one line, before anything is asked."""
    with pytest.raises(UsageError, match=words):
        opened(name, tuned, **options)


def test_an_adapter_is_named_for_another_way(tuned):
    """What it was tuned for decides; asking for something else is an error."""
    path = str(adapter_path(tuned, "blank"))
    assert opened("llm", tuned, adapter=path) == [("base+blank", "blank")]
    with pytest.raises(UsageError, match="was tuned to be asked by blank, not by tag"):
        opened("llm", tuned, adapter=path, ask="tag")


def test_without_an_adapter_nobody_asks_for_tuned_ways(communique):
    """The model that comes along was not tuned for this schema: said before it is started."""
    for way in ("tag", "blank"):
        with pytest.raises(UsageError, match=f"{way} wants a tuned model, and there is no adapter for communique"):
            asyncio.run(questioner("llm", communique, ModelOptions(embedded=True, ask=way)))


@pytest.mark.parametrize(
    ("option", "flag"), [({"adapter": "one.gguf"}, "--adapter"), ({"thorough": True}, "--thorough")]
)
def test_only_a_model_started_here_takes_an_adapter(option, flag):
    """A server elsewhere has its own."""
    with pytest.raises(UsageError, match=f"{flag} is for a model that is started here: --embedded or --gguf"):
        ModelOptions(base_url="http://127.0.0.1:9/v1", model="small", **option).wanted()


def test_each_request_says_which_adapter(tuned):
    """Where the server has several: by its number, and the model's name in the request says it for good."""
    report = read("海坨市2022年经济社会发展统计公报\n\n全年地区生产总值86.4亿元。")
    told = ModelOptions(gguf=tuned.path.with_name("base.gguf"), cache=False, calibration="none", thorough=True)

    async def ask() -> None:
        async with ready_extractor("hybrid", tuned, told) as found:
            for model in found.models:
                for question in model.asking.questions(report):
                    await model.client.ask(question)

    asyncio.run(ask())
    said = {seen.body["model"].partition("-")[0]: seen.body["lora"] for seen in Started.seen}
    assert said == {
        "base+tag": [{"id": 0, "scale": 1.0}, {"id": 1, "scale": 0.0}],
        "base+blank": [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 1.0}],
    }
