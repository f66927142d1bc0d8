"""From options to an extractor: who asks by which way, what decides, and what a broken-off run is known by."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from baogao.asking.choice import ChoiceExtractor
from baogao.asking.form import FormExtractor
from baogao.asking.link import LinkExtractor
from baogao.assemble import ModelOptions, extractor_named, questioner, ready_extractor, way_of_asking
from baogao.errors import NoReplyError, PromptError, RulesError, UsageError
from baogao.extraction import AskingName, ExtractorName, HoldingExtractor, Way
from baogao.hybrid.calibration import calibration_path
from baogao.hybrid.hybrid import FILL_ONLY, HybridExtractor, ThresholdArbiter
from baogao.llm import Abilities, Message, Question
from baogao.rules.extractor import RulesExtractor
from baogao.schema import load_schema
from baogao.usage import usage_scope
from llm.conftest import _own_world  # noqa: F401
from llm.fake_server import Seen, Step, completion, fake_server
from short_reports import COMMUNIQUE

NOBODY = {"base_url": "http://127.0.0.1:9/v1", "model": "small", "cache": False}
"""Options that name a server which does not exist: nothing may be sent to it."""


def ready(name, schema, *, arbiter_for=None, **options):
    """An extractor as a run gets it."""

    async def open_it():
        async with ready_extractor(name, schema, ModelOptions(**NOBODY, **options), arbiter_for=arbiter_for) as found:
            return found

    return asyncio.run(open_it())


@pytest.mark.parametrize(
    ("options", "abilities", "beside_rules", "way"),
    [
        (ModelOptions(embedded=True), Abilities(json_schema=True), True, "choice"),
        (ModelOptions(gguf=Path("m.gguf")), Abilities(json_schema=True), False, "form"),
        (ModelOptions(), Abilities(json_schema=True), True, "link"),
        (ModelOptions(), Abilities(tools=True), False, "link"),
        (ModelOptions(), Abilities(json_object=True, logprobs=True), False, "form"),
        (ModelOptions(), Abilities(), True, "form"),
    ],
)
def test_auto_takes_what_the_model_can_do(options, abilities, beside_rules, way):
    """As docs/models.md tells it."""
    assert way_of_asking(options, abilities, beside_rules=beside_rules) == way


@pytest.mark.parametrize("way", get_args(Way))
def test_what_a_user_asks_for_decides(way):
    """Whatever the model can do, and wherever it runs."""
    for embedded, able, beside in product((True, False), repeat=3):
        options = ModelOptions(ask=way, embedded=embedded)
        assert way_of_asking(options, Abilities(json_schema=able), beside_rules=beside) == way
        assert not options.way_is_open


@pytest.mark.parametrize("name", get_args(AskingName))
@pytest.mark.parametrize(
    ("way", "kind"), [("form", FormExtractor), ("choice", ChoiceExtractor), ("link", LinkExtractor)]
)
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


def test_names_of_extractors():
    """Those there are come back; another is refused with their list."""
    assert [extractor_named(name) for name in get_args(ExtractorName)] == ["rules", "llm", "hybrid"]
    with pytest.raises(UsageError, match="no extractor 'regex'; there are: rules, llm, hybrid"):
        extractor_named("regex")


def test_default_extractor(monkeypatch):
    """Hybrid as soon as anybody names a model: a flag, a file, the environment; else rules."""
    assert ModelOptions().default_extractor() == "rules"
    assert ModelOptions(embedded=True).default_extractor() == "hybrid"
    assert ModelOptions(gguf=Path("m.gguf")).default_extractor() == "hybrid"
    assert ModelOptions(model="m").default_extractor() == "hybrid"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert ModelOptions().default_extractor() == "hybrid"


def test_which_calibration(communique, flagship):
    """The one beside the schema, another file, or none; a schema without one has none."""
    assert ModelOptions().calibration_file(flagship) == calibration_path(flagship)
    assert ModelOptions(calibration="none").calibration_file(flagship) is None
    assert ModelOptions(calibration="mine.json").calibration_file(flagship) == Path("mine.json")
    assert ModelOptions().calibration_file(communique) is None


def test_a_record_names_the_calibration_that_decided(flagship):
    """Only in hybrid, and only where one was used."""
    digest = ready("hybrid", flagship, ask="form").made_by.calibration
    assert digest.startswith("sha256:")
    assert ready("hybrid", flagship, ask="form", calibration="none").made_by.calibration is None
    assert ready("llm", flagship, ask="form").made_by.calibration is None
    assert ready("rules", flagship).made_by.calibration is None


def test_whoever_calibrates_decides(flagship):
    """An arbiter that is given stands in for the calibration, and is given the thresholds of the way of asking."""
    seen = []

    def arbiter_for(thresholds):
        seen.append(thresholds)
        return thresholds

    for way in get_args(Way):
        assert ready("hybrid", flagship, ask=way, arbiter_for=arbiter_for).made_by.calibration is None
    assert seen == [ThresholdArbiter(), FILL_ONLY, ThresholdArbiter()]


@pytest.mark.parametrize("name", get_args(ExtractorName))
def test_unsure_answers_are_held_back(communique, name):
    """Where a least confidence is asked for, whoever links is held to it, and records say so."""
    made = ready(name, communique, ask="form", min_confidence=0.7)
    assert isinstance(made.extractor, HoldingExtractor)
    assert made.extractor.name == made.made_by.extractor == name
    assert made.made_by.min_confidence == 0.7


def test_what_a_broken_off_run_is_known_by(communique):
    """These keys, with these values, stand at the head of journals that were written already: they must stay."""
    made = ready("hybrid", communique, ask="link")
    made_by = json.loads(made.made_by.model_dump_json(by_alias=True))
    assert made.made_with() == made_by | {"files": made.made_with()["files"], "ask": "link"}
    assert list(made.made_with()) == [
        *("baogao", "extractor", "model", "prompts", "calibration", "min_confidence", "schema"),
        *("files", "ask"),
    ]
    assert ready("rules", communique).made_with()["ask"] is None


def test_a_run_goes_on_only_with_the_same_files(tmp_path):
    """Every file beside the schema counts, whichever extractor runs: rules, worked examples, a calibration."""
    for path in COMMUNIQUE.parent.glob("communique.*"):
        if path.is_file():
            shutil.copy(path, tmp_path / path.name)
    schema = load_schema(tmp_path / COMMUNIQUE.name)
    before = ready("rules", schema).made_with()
    assert ready("rules", schema).made_with() == before
    (tmp_path / "communique.calibration.json").write_text("{}", encoding="utf-8")
    after = ready("rules", schema).made_with()
    assert {name for name in before if before[name] != after[name]} == {"files"}


def test_requests_at_once(communique):
    """Those of the client; rules keep one core busy."""
    assert ready("llm", communique, ask="form", concurrency=7).requests_at_once == 7
    assert ready("rules", communique, concurrency=7).requests_at_once == 1
    assert isinstance(ready("rules", communique).extractor, RulesExtractor)


def test_what_is_missing_is_said_before_anybody_is_asked(communique, tmp_path, monkeypatch):
    """Rules, prompts and a calibration that do not load come first, so that no server is started for nothing."""

    def start(model: Path) -> None:
        raise AssertionError("a server is started")

    monkeypatch.setattr("baogao.assemble.EmbeddedServer", start)
    with pytest.raises(PromptError, match="no prompt templates"):
        ready("llm", communique, prompts=tmp_path, gguf=tmp_path / "model.gguf")
    with pytest.raises(UsageError, match=r"cannot read missing\.json"):
        ready("hybrid", communique, calibration="missing.json", gguf=tmp_path / "model.gguf")
    schema = load_schema(shutil.copy(COMMUNIQUE, tmp_path / "mine.py"))
    with pytest.raises(RulesError, match=r"mine\.rules\.yaml"):
        ready("hybrid", schema)
    assert ready("llm", schema, ask="link").way == "link"


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"ask": "lnik"}, "there is no way of asking 'lnik'; there are: auto, form, choice, link"),
        ({"min_confidence": 90}, "a confidence is between 0 and 1, not 90"),
        ({"min_confidence": -0.1}, "a confidence is between 0 and 1, not -0.1"),
    ],
)
def test_options_that_mean_nothing_are_refused(option, words):
    """A program's misspelt option is an error, as a flag's is, and not taken for another."""
    with pytest.raises(UsageError, match=words):
        ModelOptions(**option)


class Started:
    """Stands in for an embedded server: at another port each time, and known by what is in the model's file."""

    latest: Started
    seen: list[Seen] = []  # noqa: RUF012
    """What was asked, at whatever port."""

    def __init__(self, gguf: Path) -> None:
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


@pytest.fixture
def ask_embedded(communique, tmp_path, monkeypatch):
    """Start a model, and ask it one question; then, if told so, another one after it has ended."""
    monkeypatch.setattr("baogao.assemble.EmbeddedServer", Started)
    monkeypatch.setattr(Started, "seen", [])

    async def ask(*, after_its_end: bool = False) -> None:
        async with ready_extractor("llm", communique, ModelOptions(gguf=tmp_path / "model.gguf")) as found:
            await found.client.ask(Question((Message("user", "问"),), max_tokens=5))
            if after_its_end:
                Started.latest.__exit__()
                await found.client.ask(Question((Message("user", "再问"),), max_tokens=5))

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
