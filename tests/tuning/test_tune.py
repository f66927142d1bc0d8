"""``baogao tune``, from gold to a model that answers otherwise; and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from baogao.asking.adapters import read_adapter
from baogao.errors import GoldError, TrainingError, UsageError
from baogao.evaluation.summary import ExtractorSummary
from baogao.llm.embedded import file_digest
from baogao.model_options import ModelOptions
from baogao.tuning import tune as tune_module
from baogao.tuning.base import BaseFile
from baogao.tuning.training import Recipe, Training
from baogao.tuning.tune import TuneRequest, gather, prepare, tune

FAST = Recipe(epochs=1, learning_rate=0.01)


@pytest.fixture
def request_of(world, tiny, tmp_path):
    """What a user asks for, on the tiny base."""

    def make(**more):
        told = {"folders": [world.gold], "out": tmp_path / "my.adapter.gguf", "base": str(tiny), "recipe": FAST} | more
        return TuneRequest(**told, device="cpu")

    return make


@pytest.fixture
def unmeasured(monkeypatch):
    """No server is started to measure; the model of these tests says nothing that could be measured."""
    asked = []

    def measure(request, schema, held_out, adapter, watch):
        asked.append((adapter, [item.gold.doc_id for item in held_out]))
        return ExtractorSummary.model_construct(f1=0.5, precision=0.6, recall=0.4, documents=len(held_out))

    monkeypatch.setattr(tune_module, "measure", measure)
    return asked


def few_reports(world, folder: Path, number: int) -> Path:
    """A folder with some of the gold."""
    folder.mkdir()
    for item in world.items[:number]:
        shutil.copy(item.text_path, folder)
        shutil.copy(item.gold_path, folder)
    return folder


def test_from_gold_to_an_answer_of_the_tuned_model(baogao, world, tiny, tmp_path):
    """The command line alone: tuned, measured on the report held out, then used for a report by the same base."""
    tuned = baogao("tune", world.gold, "--schema", world.schema_file, "--base", tiny, "--out", "my.adapter.gguf")
    assert tuned.code == 0, tuned.err
    assert "5 reports to learn from, 1 held out: " in tuned.err
    assert "alone on 1 reports held out: F1 " in tuned.out
    assert "adapter  my.adapter.gguf" in tuned.out
    info = read_adapter(Path("my.adapter.gguf")).info
    assert (info.way, info.schema_name) == ("tag", "communique")
    assert info.base.sha256 == file_digest(tiny)
    assert (info.tuned_on.reports, info.tuned_on.held_out) == (5, 1)
    assert {"f1", "precision", "recall", "held_out_loss"} <= info.measured.keys()
    assert info.recipe.items() >= {"rank": 8, "alpha": 16, "epochs": 2, "seed": 0, "device": "cpu"}.items()
    assert {"baogao", "torch", "transformers", "peft", "gguf"} == info.versions.keys()
    assert not list(tmp_path.glob("*.checkpoint*"))
    text = world.items[0].text_path
    arguments = ("--schema", world.schema_file, "--gguf", tiny, "--extractor", "llm", "--no-cache", "--out", "out")
    baogao("extract", text, *arguments, "--adapter", "my.adapter.gguf")
    record = json.loads(Path("out/records.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert "+tag-" in record["made_by"]["model"]


def test_every_export_is_written_and_measured_by_its_adapter(request_of, world, unmeasured, tmp_path):
    """A folder of peft's, a merged model: each with the same description as the file."""
    for export, expected in (("peft", "adapter_model.safetensors"), ("merged", "model.safetensors")):
        done = tune(request_of(export=export, out=tmp_path / export), world.schema)
        assert (tmp_path / export / expected).is_file()
        said = json.loads((tmp_path / export / "baogao.adapter.json").read_text(encoding="utf-8"))
        assert said == done.info.model_dump(mode="json")
        assert said["measured"]["f1"] == 0.5
        assert unmeasured[-1][0].name == "tuned.adapter.gguf"
        assert not unmeasured[-1][0].exists()


def test_the_same_request_makes_the_same_adapter(request_of, world, unmeasured, tmp_path):
    """To the byte; another seed makes another one."""
    files = []
    for number, recipe in enumerate((FAST, FAST, Recipe(epochs=1, learning_rate=0.01, seed=1))):
        out = tmp_path / f"{number}.adapter.gguf"
        tune(request_of(out=out, recipe=recipe), world.schema)
        files.append(out.read_bytes())
    assert files[0] == files[1] != files[2]


def test_a_killed_run_goes_on_with_the_same_command(request_of, world, unmeasured, tmp_path):
    """Its adapter is that of a run that was not killed; with other settings it is refused, and nothing is lost."""
    two = Recipe(epochs=2, learning_rate=0.01)
    whole = request_of(recipe=two, out=tmp_path / "whole.adapter.gguf")
    tune(whole, world.schema)

    def kill(step):
        if step.held_out is not None:
            raise KeyboardInterrupt

    request = request_of(recipe=two)
    with pytest.raises(KeyboardInterrupt):
        tune(request, world.schema, watch=kill)
    assert request.checkpoint.is_file()
    with pytest.raises(UsageError, match="other settings: epochs;"):
        tune(request_of(recipe=Recipe(epochs=3, learning_rate=0.01)), world.schema)
    with pytest.raises(UsageError, match="other settings: gold"):
        tune(request_of(recipe=two, limit=2), world.schema)
    tune(request, world.schema)
    assert request.out.read_bytes() == whole.out.read_bytes()
    assert not request.checkpoint.exists()


def test_what_was_learned_before_a_loss_that_is_no_number_can_be_written(request_of, world, unmeasured, monkeypatch):
    """The run stops and says why; its checkpoint stays, and is made an adapter where that is asked for."""
    request = request_of(recipe=Recipe(epochs=2, learning_rate=0.01))
    real = Training._loss

    def loss(self, pairs):
        broken = self.model.training and self.progress.step == self.steps - 1
        return real(self, pairs) * (float("nan") if broken else 1.0)

    monkeypatch.setattr(Training, "_loss", loss)
    with pytest.raises(TrainingError, match="the loss is not a number any more at step"):
        tune(request, world.schema)
    assert not request.out.exists()
    monkeypatch.undo()
    monkeypatch.setattr(
        tune_module, "measure", lambda *_: ExtractorSummary.model_construct(f1=0, precision=0, recall=0)
    )
    done = tune(request_of(recipe=request.recipe, from_checkpoint=True), world.schema)
    assert request.out.is_file()
    assert done.progress.step == done.info.measured["step"] * 2 - 1
    with pytest.raises(UsageError, match="no run was broken off"):
        tune(request_of(recipe=request.recipe, from_checkpoint=True), world.schema)


def test_without_a_server_nothing_is_measured(request_of, world, monkeypatch):
    """The adapter is there all the same, and a line says what is missing."""
    real = tune_module.importlib.util.find_spec
    monkeypatch.setattr(
        tune_module.importlib.util, "find_spec", lambda name: None if name == "xllamacpp" else real(name)
    )
    request = request_of()
    done = tune(request, world.schema)
    assert done.scores is None
    assert any("needs baogao[local]" in note for note in done.notes)
    assert "f1" not in read_adapter(request.out).info.measured


def test_few_reports_are_warned_of_and_one_is_refused(request_of, world, tmp_path):
    """With the reason."""
    few = gather(request_of(folders=[few_reports(world, tmp_path / "few", 4)]), world.schema)
    assert len(few.notes) == 1
    assert "4 reports are few: the model learns their words" in few.notes[0]
    with pytest.raises(UsageError, match="one report is too few: one is held out"):
        gather(request_of(folders=[few_reports(world, tmp_path / "one", 1)]), world.schema)
    assert gather(request_of(), world.schema).notes == []


def test_what_is_held_out_is_never_learned_from(request_of, world):
    """Nor does it change with a limit, so that points of a learning curve compare."""
    whole = gather(request_of(held_out=0.34), world.schema)
    some = gather(request_of(held_out=0.34, limit=2), world.schema)
    held = {pair.doc_id for pair in whole.held_out_pairs}
    assert len(held) == 2
    assert held == {pair.doc_id for pair in some.held_out_pairs}
    assert not held & {pair.doc_id for pair in whole.pairs}
    assert len({pair.doc_id for pair in some.pairs}) == 2
    assert {pair.doc_id for pair in some.pairs} < {pair.doc_id for pair in whole.pairs}
    assert not any(pair.copy for pair in whole.held_out_pairs)


def test_gold_that_does_not_load_is_said(request_of, world, tmp_path):
    """The file and what is wrong with it, before a model is loaded."""
    folder = few_reports(world, tmp_path / "bad", 3)
    path = folder / world.items[0].gold_path.name
    path.write_text(path.read_text(encoding="utf-8").replace('"gdp"', '"gpd"'), encoding="utf-8")
    with pytest.raises(GoldError, match="gpd"):
        gather(request_of(folders=[folder]), world.schema)


def test_too_little_memory_is_refused_before_the_base_is_unpacked(baogao, world, tiny, monkeypatch):
    """Exit code 2, and one line."""
    monkeypatch.setattr("baogao.tuning.plan.free_memory", lambda: 1_000_000)
    monkeypatch.setattr("baogao.tuning.tune.load_model", lambda *_, **__: pytest.fail("the base was unpacked"))
    outcome = baogao("tune", world.gold, "--schema", world.schema_file, "--base", tiny, "--out", "x.adapter.gguf")
    assert outcome.code == 2
    assert "of memory on cpu, and 1.0 MB are free; make room" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_dry_run_says_what_it_would_take(baogao, world, tiny, tmp_path, monkeypatch):
    """Reports, pairs, tokens, memory, disk, time; nothing is loaded and nothing written."""
    monkeypatch.setattr("baogao.tuning.tune.load_model", lambda *_, **__: pytest.fail("the base was unpacked"))
    outcome = baogao("tune", world.gold, "--schema", world.schema_file, "--base", tiny, "--dry-run")
    assert outcome.code == 0, outcome.err
    for words in (
        "5 reports to learn from, 1 held out: 20 pairs, ",
        "tokens an epoch",
        "of memory",
        "of disk",
        "(h:mm:ss)",
    ):
        assert words in outcome.out
    assert not list(world.folder.glob("*.adapter.gguf*"))


def test_the_shipped_schema_wants_a_place_for_its_adapter(baogao, world):
    """Nothing is written over what comes with baogao; beside a schema of one's own it goes by itself."""
    outcome = baogao("tune", world.gold, "--dry-run")
    assert outcome.code == 2
    assert "say with --out where to write yours" in outcome.err


def test_without_the_extra_one_line_says_how_to_get_it(baogao, world, monkeypatch):
    """Exit code 2."""
    real = tune_module.importlib.util.find_spec
    monkeypatch.setattr(
        "baogao.tuning.base.importlib.util.find_spec", lambda name: None if name == "torch" else real(name)
    )
    outcome = baogao("tune", world.gold, "--schema", world.schema_file)
    assert outcome.code == 2
    assert "tuning needs torch; install it with: pip install 'baogao[tune]'" in outcome.err


def test_a_base_that_is_no_model_is_refused(baogao, world, one_thread):
    """Exit code 2, and the file is named."""
    Path("text.gguf").write_text("hello", encoding="utf-8")
    outcome = baogao("tune", world.gold, "--schema", world.schema_file, "--base", "text.gguf")
    assert outcome.code == 2
    assert "text.gguf is not a model in GGUF format" in outcome.err


def test_a_form_without_examples_can_be_tuned_too(request_of, world, unmeasured):
    """Its pairs are not those of tag, and its adapter says so."""
    request = request_of(way="blank")
    prepared = prepare(request, world.schema)
    assert all("表：" in pair.messages[-1].content for pair in prepared.material.pairs)
    tune(request, world.schema, prepared)
    assert read_adapter(request.out).info.way == "blank"


def test_the_adapter_is_made_for_the_base_it_was_tuned_on(request_of, world, unmeasured, tiny, tmp_path):
    """With another file of the same architecture it is refused in one line."""
    from baogao.opening import base_of

    request = request_of()
    tune(request, world.schema)
    other = tmp_path / "other.gguf"
    data = bytearray(tiny.read_bytes())
    data[-1] ^= 1
    other.write_bytes(bytes(data))
    assert BaseFile.read(other).arch == "qwen2"
    adapter = read_adapter(request.out)
    adapter.check(world.schema, world.prompts, base_of(tiny))
    with pytest.raises(UsageError, match="was tuned on tiny, not on other"):
        adapter.check(world.schema, world.prompts, base_of(other))
    assert ModelOptions(gguf=tiny, adapter=str(request.out)).adapter_files == (request.out,)
