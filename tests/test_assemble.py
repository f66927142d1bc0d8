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
from baogao.assemble import (
    ModelOptions,
    extractor_named,
    ready_extractor,
    trust_in,
)
from baogao.errors import NoReplyError, PromptError, RulesError, UsageError
from baogao.evaluation.calibrating import Witness
from baogao.extraction import AskingName, ExtractorName, HoldingExtractor, Way, innermost
from baogao.hybrid.calibration import Asked, Calibration, Calibrations, FitOn, calibration_path
from baogao.hybrid.hybrid import HybridExtractor
from baogao.hybrid.trust import Trust
from baogao.hybrid.weighing import any_model
from baogao.llm import Abilities, Message, Question, load_prompts
from baogao.opening import prompts_of, questioner, way_of_asking
from baogao.rules.extractor import RulesExtractor
from baogao.schema import load_schema
from baogao.usage import usage_scope
from llm.conftest import _own_world  # noqa: F401
from llm.fake_server import Seen, Step, completion, fake_server
from short_reports import COMMUNIQUE, read

KINDS = {"form": FormExtractor, "choice": ChoiceExtractor, "link": LinkExtractor}
TRUST = Trust(reports=4, both=60, differ=6, rules_only=12, model_only=9, model_right=0.7, rules_right=0.5,
              rules_right_against=0.4)  # fmt: skip
NOBODY = {"base_url": "http://127.0.0.1:9/v1", "model": "small", "cache": False}
"""Options that name a server which does not exist: nothing may be sent to it."""


def ready(name, schema, *, arbiter_for=None, **options):
    """An extractor as a run gets it."""

    async def open_it():
        async with ready_extractor(name, schema, ModelOptions(**NOBODY, **options), arbiter_for=arbiter_for) as found:
            return found

    return asyncio.run(open_it())


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
    digests = {way: prompts_of([way], prompts) for way in get_args(Way)}
    assert len(set(digests.values())) == len(digests)
    made = ready("llm", communique, ask="link")
    assert made.way_prompts == digests["link"] != made.made_by.prompts
    assert ready("rules", communique).way_prompts is None


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


def calibration_for(*asked: Asked, **more: object) -> Calibration:
    """A calibration of these readers, that thinks everything right."""
    fit_on = FitOn(documents={}, proposals=0, right=0, schema="sha256:1")
    given = {"threshold": 0.5, "intercept": 4.0, "weights": [], "sure_at_98": 0.77, "fit_on": fit_on}
    return Calibration(asked=list(asked), **(given | more))


@pytest.fixture
def learned(tmp_path) -> str:
    """A file of two calibrations: of a small model by form, and by choice, where rules settle what they answer."""
    by_form, by_choice = (Asked(way=way, model="small") for way in ("form", "choice"))
    file = Calibrations(
        schema_name="communique",
        calibrations=[calibration_for(by_form), calibration_for(by_choice, sure=0.7, agreement=0.9)],
    )
    (tmp_path / "mine.json").write_text(file.to_json(), encoding="utf-8")
    return str(tmp_path / "mine.json")


@pytest.mark.parametrize(
    ("way", "calibration", "used"), [("form", "mine", True), ("link", "mine", False), ("form", "none", False)]
)
def test_a_calibration_is_used_for_its_readers(communique, learned, way, calibration, used):
    """For the model and the way that it was learned for, and records name it; others' quality is found on the run."""
    made = ready("hybrid", communique, ask=way, calibration=learned if calibration == "mine" else "none")
    assert bool(made.made_by.calibration) == used
    assert made.extractor.wants_sample == (not used)
    assert made.sure_from == (0.77 if used else any_model().sure_at_98)
    assert made.way == way
    assert ready("llm", communique, ask=way, calibration=learned).made_by.calibration is None
    assert ready("rules", communique, calibration=learned).made_by.calibration is None


def test_what_is_sure_was_learned_or_is_not_known(communique):
    """Only for hybrid is it known from where on 98 of 100 answers are right."""
    assert ready("hybrid", communique, ask="form").sure_from == any_model().sure_at_98
    assert ready("llm", communique, ask="form").sure_from is None
    assert ready("rules", communique).sure_from is None


def test_another_model_has_no_part_in_a_calibration(communique, learned):
    """The name counts: what a small model said tells nothing of a big one."""

    async def made_for(model: str) -> str | None:
        options = ModelOptions(**NOBODY | {"model": model}, ask="form", calibration=learned)
        async with ready_extractor("hybrid", communique, options) as found:
            return found.made_by.calibration

    assert asyncio.run(made_for("small")).startswith("sha256:")
    assert asyncio.run(made_for("big")) is None


@pytest.mark.parametrize("trust", [None, TRUST])
def test_who_leads_may_be_known_before(communique, trust):
    """A worker that is told asks for no sample; what a run finds out is handed on, whatever is around the extractor."""
    made = ready("hybrid", communique, ask="form", trust=trust, min_confidence=0.5)
    assert trust_in(made.extractor) == trust
    assert innermost(made.extractor).wants_sample == (trust is None)
    assert trust_in(ready("rules", communique).extractor) is None


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


def test_whoever_calibrates_decides(communique, learned):
    """An arbiter that is given stands in for the calibration, and is made for the schema; it says what rules settle."""
    seen = []

    def arbiter_for(schema):
        seen.append(schema)
        return Witness(sure=0.5)

    for way in get_args(Way):
        found = ready("hybrid", communique, ask=way, arbiter_for=arbiter_for, calibration=learned)
        assert found.made_by.calibration is None
        assert not found.extractor.wants_sample
    assert seen == [communique] * 3


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

    monkeypatch.setattr("baogao.opening.EmbeddedServer", start)
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
    monkeypatch.setattr("baogao.opening.EmbeddedServer", Started)
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
