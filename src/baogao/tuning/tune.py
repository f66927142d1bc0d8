"""From gold to a tuned model: hold reports out, make pairs, train, measure, write."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from baogao._version import __version__
from baogao.asking.adapters import AdapterInfo, TunedOn, learned_of, prompts_learned
from baogao.choices import DEFAULT_MODEL, HELD_OUT, DeviceOrAuto, Export, TunedWay
from baogao.errors import UsageError
from baogao.evaluation.gold import GoldDoc, check_writable
from baogao.evaluation.predict import EvalRequest, WatchExtractor, predict_run, unwatched
from baogao.evaluation.runs import load_datasets, score_run
from baogao.evaluation.summary import ExtractorSummary
from baogao.llm import find_model, load_prompts
from baogao.llm.embedded import MODELS
from baogao.model_options import ModelOptions
from baogao.opening import base_of
from baogao.schema.fields import Schema
from baogao.tuning.adapter_file import write_gguf, write_merged, write_peft
from baogao.tuning.base import NEEDED, BaseFile, Encoded, Tokens, check_extra, device_for, load_model
from baogao.tuning.pairs import Pair, digest_of, pairs_of
from baogao.tuning.plan import Machine, Plan, plan_for
from baogao.tuning.training import Checkpoints, Progress, Recipe, Step, Training, tokens_a_step

_FEW = 5
"""Of fewer reports little is learned, and less is known of it."""


@dataclass(frozen=True)
class TuneRequest:
    """What is to be tuned, on what."""

    folders: Sequence[Path]
    """Of gold."""
    out: Path
    """A file for ``gguf``, a folder for the other exports."""
    way: TunedWay = "tag"
    base: str = DEFAULT_MODEL
    """The name of a model that can be pulled, or a GGUF file."""
    recipe: Recipe = field(default_factory=Recipe)
    device: DeviceOrAuto = "auto"
    held_out: float = HELD_OUT
    limit: int | None = None
    """At most so many reports are learned from; which are held out does not change."""
    export: Export = "gguf"
    prompts: Path | None = None
    from_checkpoint: bool = False
    """Whether the adapter is written as a run left it that was broken off."""

    @property
    def gguf(self) -> Path:
        """The base's file.

        :raises ModelFileError: it was not pulled.
        """
        return find_model(self.base) if self.base in MODELS else Path(self.base)

    @property
    def checkpoint(self) -> Path:
        """Where the run is kept while it goes on."""
        return self.out.with_name(f"{self.out.name}.checkpoint")


@dataclass(frozen=True)
class Material:
    """What a request is about, read and cut, before a model is loaded."""

    learned: list[GoldDoc]
    held_out: list[GoldDoc]
    pairs: list[Pair]
    held_out_pairs: list[Pair]
    """Of the reports as they are printed."""
    names: list[str]
    """Of the data sets."""
    notes: list[str]
    """What a user should know."""


@dataclass(frozen=True)
class Tuned:
    """What came of tuning."""

    info: AdapterInfo
    progress: Progress
    scores: ExtractorSummary | None
    """Of the tuned model alone on the reports that were held out; None where it was not measured."""
    notes: list[str]


def gather(request: TuneRequest, schema: Schema) -> Material:
    """Read gold, choose the reports that are held out, make the pairs.

    :raises GoldError: gold that does not hold.
    :raises UsageError: no folder, no gold in it, one report alone, nothing to learn.
    """
    datasets = load_datasets(request.folders, schema)
    items = [item for dataset in datasets for item in dataset.items]
    if len(items) < 2:
        raise UsageError("one report is too few: one is held out, to see when to stop, and another is learned from")
    notes = []
    if len(items) < _FEW:
        notes.append(
            f"{len(items)} reports are few: the model learns their words rather than the task, and what is measured on "
            "those held out says little; mark twenty"
        )
    if not_looked_at := sum(dataset.not_looked_at for dataset in datasets):
        notes.append(
            f"{not_looked_at} fields of the reports were not looked at: nothing is learned of them, and sentences with "
            "figures among their words are left out"
        )
    random = Random(request.recipe.seed)
    order = random.sample(items, len(items))
    held = min(len(items) - 1, max(1, round(len(items) * request.held_out)))
    held_out, learned = order[:held], order[held:][: request.limit]
    by_id = sorted(learned, key=lambda item: item.gold.doc_id)
    prompts, seed = load_prompts(request.prompts), request.recipe.seed
    pairs = pairs_of(by_id, schema, prompts, request.way, seed)
    others = sorted(held_out, key=lambda item: item.gold.doc_id)
    unseen = [pair for pair in pairs_of(others, schema, prompts, request.way, seed) if not pair.copy]
    if not pairs or not unseen:
        raise UsageError("the reports hold no figures to ask about")
    return Material(by_id, others, pairs, unseen, [dataset.name for dataset in datasets], notes)


@dataclass(frozen=True)
class Prepared:
    """A request with everything read that is read before the model is loaded."""

    material: Material
    base: BaseFile
    tokens: Tokens
    encoded: list[Encoded]
    held_out: list[Encoded]
    plan: Plan


def prepare(request: TuneRequest, schema: Schema) -> Prepared:
    """Read gold and the base's file, and plan the run.

    :raises UsageError: the extra ``tune`` is missing, the base is no model, a device is not here; or as :func:`gather`.
    :raises GoldError: gold that does not hold.
    """
    check_extra()
    device = device_for(request.device)
    base = BaseFile.read(request.gguf)
    material = gather(request, schema)
    tokens = Tokens(base)
    encoded = [tokens.encode(pair.messages, pair.reply) for pair in material.pairs]
    held_out = [tokens.encode(pair.messages, pair.reply) for pair in material.held_out_pairs]
    whole = request.export == "merged"
    plan = plan_for(base, encoded, held_out, request.recipe, Machine.this(device), request.out.parent, whole=whole)
    return Prepared(material, base, tokens, encoded, held_out, plan)


def tune(
    request: TuneRequest,
    schema: Schema,
    prepared: Prepared | None = None,
    *,
    watch: Callable[[Step], None] = lambda step: None,
    watch_reports: WatchExtractor = unwatched,
) -> Tuned:
    """Tune, measure on the reports that are held out, and write what was asked for.

    A run that was broken off goes on where it was, with the same request.

    :param watch: told of every step.
    :param watch_reports: as in :func:`baogao.evaluation.predict.predict_run`, while the tuned model is measured.
    :raises UsageError: as :func:`prepare`; too little memory or disk; a run of other settings was left there.
    :raises TrainingError: the loss is not a number any more.
    """
    ready = prepared or prepare(request, schema)
    ready.plan.check()
    for path in (request.checkpoint, *([request.out] if request.export == "gguf" else [])):
        check_writable(path)
    info = describe(request, schema, ready)
    checkpoints = Checkpoints(request.checkpoint, made_of(request, ready, info))
    if request.from_checkpoint and not request.checkpoint.is_file():
        raise UsageError(f"there is no checkpoint {request.checkpoint}: no run was broken off")
    checkpoints.load()  # refused before the base is unpacked
    machine = ready.plan.machine
    training = Training(
        load_model(ready.base, machine.device, dtype=machine.dtype),
        ready.encoded,
        ready.held_out,
        request.recipe,
        padding=ready.tokens.padding,
        device=machine.device,
        at_once=ready.plan.at_once,
        careful=ready.plan.careful,
    )
    if request.from_checkpoint:
        training.resume(checkpoints)
        training.take_best()
    else:
        training.run(checkpoints, watch)
    tuned = _written(request, schema, ready, training, info, watch_reports)
    request.checkpoint.unlink(missing_ok=True)
    return tuned


def _written(
    request: TuneRequest,
    schema: Schema,
    ready: Prepared,
    training: Training,
    info: AdapterInfo,
    watch_reports: WatchExtractor,
) -> Tuned:
    """The adapter measured and written. It is there before it is measured, which may take long or fail."""
    progress, notes, scores = training.progress, list(ready.material.notes), None
    if progress.stopped:
        notes.append(progress.stopped)
    measured: dict[str, Any] = {"held_out_loss": progress.best_loss, "step": progress.best_step or progress.step}
    info = info.model_copy(update={"measured": measured})
    with TemporaryDirectory(prefix="baogao-tune-") as folder:
        file = request.out if request.export == "gguf" else Path(folder) / "tuned.adapter.gguf"
        write_gguf(file, training.model, ready.base, info, request.recipe.alpha)
        if importlib.util.find_spec("xllamacpp") is None:
            notes.append("F1 on the reports that are held out is not measured: that needs baogao[local]")
        else:
            scores = measure(request, schema, ready.material.held_out, file, watch_reports)
            rates = {name: getattr(scores, name) for name in ("f1", "precision", "recall")}
            info = info.model_copy(update={"measured": measured | rates})
            write_gguf(file, training.model, ready.base, info, request.recipe.alpha)
    if request.export == "peft":
        write_peft(request.out, training.model, info)
    elif request.export == "merged":
        write_merged(request.out, training.model, ready.tokens, info)
    return Tuned(info, progress, scores, notes)


def describe(request: TuneRequest, schema: Schema, ready: Prepared) -> AdapterInfo:
    """What an adapter says of itself, but for what is measured."""
    material, machine = ready.material, ready.plan.machine
    lengths = [pair.length for pair in ready.encoded]
    recipe = asdict(request.recipe) | {"tokens_a_step": tokens_a_step(lengths)}
    return AdapterInfo(
        way=request.way,
        schema_name=schema.name,
        learned=learned_of(schema),
        prompts=prompts_learned(request.way, load_prompts(request.prompts), schema),
        base=base_of(None if request.base == DEFAULT_MODEL else request.gguf),
        tuned_on=TunedOn(
            reports=len(material.learned),
            held_out=len(material.held_out),
            pairs=len(material.pairs),
            digest=digest_of(material.pairs),
            names=material.names,
        ),
        recipe=recipe | {"device": machine.device, "dtype": machine.dtype},
        versions={"baogao": __version__} | {name: version(name) for name in NEEDED},
        note="An adapter of its base: whoever passes it on keeps to the base's licence, and to that of the reports.",
    )


def made_of(request: TuneRequest, ready: Prepared, info: AdapterInfo) -> dict[str, Any]:
    """What a run depends on: one that was broken off goes on only with the same."""
    return {
        "gold": info.tuned_on.digest,
        "held out": digest_of(ready.material.held_out_pairs),
        "base": info.base.sha256,
        "prompts": info.prompts,
        **info.recipe,
    }


def measure(
    request: TuneRequest, schema: Schema, held_out: Sequence[GoldDoc], adapter: Path, watch: WatchExtractor
) -> ExtractorSummary:
    """How the tuned model does alone on reports, asked as it will be, by its server."""
    with TemporaryDirectory(prefix="baogao-tune-") as place:
        gold = write_gold(held_out, Path(place) / "held-out")
        options = ModelOptions(
            gguf=request.gguf, adapter=str(adapter), ask=request.way, prompts=request.prompts, cache=False
        )
        asked = EvalRequest([gold], Path(place) / "run", ["llm"], options=options)
        run = predict_run(asked, schema, watch)
        return score_run(run, load_datasets([gold], schema), schema).extractors["llm"]


def write_gold(items: Sequence[GoldDoc], folder: Path) -> Path:
    """Some reports with their gold as a data set of their own, in a new folder."""
    folder.mkdir()
    for item in items:
        shutil.copy(item.text_path, folder)
        shutil.copy(item.gold_path, folder)
    return folder
