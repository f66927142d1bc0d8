"""From options to an extractor: who asks by which way, what decides, and what a broken-off run is known by."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import get_args

import pytest

from baogao.assemble import (
    ModelOptions,
    extractor_named,
    ready_extractor,
    trust_in,
)
from baogao.choices import ExtractorName, Way
from baogao.errors import PromptError, RulesError, UsageError
from baogao.evaluation.calibrating import Witness
from baogao.extraction import HoldingExtractor, innermost
from baogao.hybrid.calibration import calibration_path
from baogao.hybrid.trust import Trust
from baogao.hybrid.weighing import any_model
from baogao.rules.extractor import RulesExtractor
from baogao.schema import load_schema
from llm.conftest import _own_world  # noqa: F401
from readiness import NOBODY, ready
from short_reports import COMMUNIQUE

TRUST = Trust(reports=4, both=60, differ=6, rules_only=12, model_only=9, model_right=0.7, rules_right=0.5,
              rules_right_against=0.4)  # fmt: skip


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
    assert seen == [communique] * len(get_args(Way))


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
        ({"ask": "lnik"}, "there is no way of asking 'lnik'; there are: auto, form, choice, link, tag, blank"),
        ({"min_confidence": 90}, "a confidence is between 0 and 1, not 90"),
        ({"min_confidence": -0.1}, "a confidence is between 0 and 1, not -0.1"),
    ],
)
def test_options_that_mean_nothing_are_refused(option, words):
    """A program's misspelt option is an error, as a flag's is, and not taken for another."""
    with pytest.raises(UsageError, match=words):
        ModelOptions(**option)
