"""Training: what is learned, in which order, broken off, gone on with, and stopped where nothing good comes of it."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import TrainingError, UsageError
from baogao.tuning.base import BaseFile, Encoded, Tokens, load_model
from baogao.tuning.pairs import pairs_of
from baogao.tuning.training import Checkpoints, Recipe, Training, batches, rate_at, tokens_a_step

RECIPE = Recipe(epochs=2, learning_rate=0.01, seed=1)
lengths_drawn = st.lists(st.integers(1, 900), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def encoded(tiny, world):
    """The pairs of five reports, and those of the sixth as it is printed."""
    tokens = Tokens(BaseFile.read(tiny))
    pairs = pairs_of(world.items, world.schema, world.prompts, "tag")
    last = world.items[-1].gold.doc_id
    learned = [tokens.encode(pair.messages, pair.reply) for pair in pairs if pair.doc_id != last and pair.copy < 2]
    return learned, [tokens.encode(p.messages, p.reply) for p in pairs if p.doc_id == last and not p.copy]


@pytest.fixture
def training(tiny, encoded, monkeypatch):
    """Makes a run on the tiny base, with two or three pairs a step."""
    monkeypatch.setattr("baogao.tuning.training._SMALLEST_STEP", 900)

    def make(recipe=RECIPE, *, at_once=2000, careful=False, dtype="float32"):
        model = load_model(BaseFile.read(tiny), "cpu", dtype=dtype)
        return Training(model, *encoded, recipe, padding=0, device="cpu", at_once=at_once, careful=careful)

    return make


@pytest.fixture
def checkpoints(tmp_path):
    """Kept in a file of this test."""
    return Checkpoints(tmp_path / "x.checkpoint", {"gold": "sha256:1", "rank": 8}, seconds=0)


def same(one, other):
    """Whether two adapters have the same weights, to the bit."""
    import torch

    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


class Killed(Exception):
    """What ends a run in the middle."""


def killed_at(step):
    """A watcher that ends the run after a step."""

    def watch(now):
        if now.step == step:
            raise Killed

    return watch


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_loss_falls(training, checkpoints, dtype, encoded):
    """On what is learned and on the report that is held out; every step is told, and time left ends at nothing."""
    run = training(dtype=dtype)
    before = run.loss_on(encoded[1])
    steps = []
    progress = run.run(checkpoints, steps.append)
    assert run.loss_on(encoded[1]) == pytest.approx(progress.best_loss)
    assert progress.best_loss < 0.9 * before
    assert progress.losses[-1] < progress.losses[0]
    assert [step.step for step in steps] == list(range(1, run.steps + 1))
    assert steps[-1].seconds_left == 0
    assert [step.held_out is not None for step in steps].count(True) == RECIPE.epochs


def test_only_the_adapter_is_learned(training, checkpoints):
    """The base's weights stay to the bit."""
    import torch

    run = training()
    before = {n: p.clone() for n, p in run.model.named_parameters() if not p.requires_grad}
    run.run(checkpoints)
    after = {n: p for n, p in run.model.named_parameters() if not p.requires_grad}
    assert before
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("step", [1, 3, 5])
def test_a_killed_run_goes_on_where_it_was(training, checkpoints, step):
    """Its end is that of a run that was never broken off, to the bit, dropout included."""
    whole = training()
    whole_progress = whole.run(replace(checkpoints, path=checkpoints.path.with_name("whole.checkpoint")))
    assert whole.steps > 5
    with pytest.raises(Killed):
        training().run(checkpoints, killed_at(step))
    steps = []
    again = training()
    progress = again.run(checkpoints, steps.append)
    assert steps[0].step == step + 1
    assert progress.losses == whole_progress.losses
    assert same(again.weights(), whole.weights())


def test_checkpoints_are_kept_after_each_epoch_and_now_and_then(training, checkpoints):
    """Where little time has passed, a run that is killed goes on at its last epoch."""
    seldom = replace(checkpoints, seconds=3600)
    run = training()
    an_epoch = run.steps // RECIPE.epochs
    with pytest.raises(Killed):
        run.run(seldom, killed_at(an_epoch + 1))
    steps = []
    training().run(seldom, steps.append)
    assert steps[0].step == an_epoch + 1


def test_another_run_is_refused(training, checkpoints):
    """What differs is named, and what is there stays."""
    with pytest.raises(Killed):
        training().run(checkpoints, killed_at(2))
    kept = checkpoints.path.read_bytes()
    other = replace(checkpoints, made_of={"gold": "sha256:2", "rank": 8, "way": "tag"})
    with pytest.raises(
        UsageError, match=r"x\.checkpoint was left by a run with other settings: gold, way; give the same"
    ):
        training().run(other)
    assert checkpoints.path.read_bytes() == kept


def test_a_broken_checkpoint_is_refused(training, checkpoints):
    """The message says what to do."""
    checkpoints.path.write_bytes(b"half of something")
    with pytest.raises(UsageError, match="is no checkpoint that can be read; remove it to begin anew"):
        training().run(checkpoints)


def test_a_checkpoint_that_cannot_be_written_is_said(training, checkpoints, tmp_path):
    """With its path; nothing half is left."""
    (tmp_path / "a file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot write"):
        training().run(replace(checkpoints, path=tmp_path / "a file" / "x.checkpoint"))


def test_a_loss_that_is_no_number_stops_the_run(training, checkpoints, monkeypatch):
    """It says at which step; what was good before is kept, and can be taken up."""
    run, real = training(), Training._loss
    before = {}

    def loss(self, pairs):
        if self.model.training and self.progress.step == 3:
            before.update(self.weights())
            return real(self, pairs) * math.nan
        return real(self, pairs)

    monkeypatch.setattr(Training, "_loss", loss)
    with pytest.raises(TrainingError, match=r"not a number any more at step 4 of \d+; try a smaller --learning-rate"):
        run.run(checkpoints)
    monkeypatch.undo()
    assert same(run.weights(), before)
    again = training()
    assert again.resume(checkpoints)
    assert again.progress.step == 3
    assert same(again.weights(), before)


def test_a_rate_that_is_too_high_ends_in_a_word(training, checkpoints):
    """A real run that breaks down stops by itself, and its weights are numbers still."""
    import torch

    run = training(replace(RECIPE, learning_rate=1e30))
    with pytest.raises(TrainingError, match="not a number"):
        run.run(checkpoints)
    assert checkpoints.load() is not None
    assert all(torch.isfinite(one).all() for one in checkpoints.load()["best"].values())


def test_an_epoch_that_is_no_better_is_the_last(training, checkpoints, monkeypatch):
    """The adapter is that of the best epoch, not of the last."""
    losses = iter([2.0, 3.0, 1.0])
    kept = []
    run = training(replace(RECIPE, epochs=3))

    def measured(self, pairs):
        kept.append(self.weights())
        return next(losses)

    monkeypatch.setattr(Training, "loss_on", measured)
    progress = run.run(checkpoints)
    assert progress.held_out == [2.0, 3.0]
    assert progress.stopped == "epoch 2 was no better on the reports that are held out"
    assert progress.best_step == run.steps // 3
    assert same(run.weights(), kept[0])
    assert not same(kept[0], kept[1])


@pytest.mark.parametrize("careful", [False, True])
def test_what_goes_through_at_once_changes_little(training, checkpoints, careful):
    """A step in parts, its layers computed twice, is the same step: without dropout losses agree to rounding."""
    recipe = replace(RECIPE, dropout=0.0, epochs=1)
    whole = training(recipe, at_once=100_000).run(replace(checkpoints, path=checkpoints.path.with_name("whole")))
    parts = training(recipe, at_once=1, careful=careful).run(checkpoints)
    assert parts.losses == pytest.approx(whole.losses, rel=1e-4)


def test_padding_is_not_seen(training, encoded):
    """The loss of pairs of different lengths together is the sum of their losses alone."""
    run = training()
    longest = encoded[0][0]
    shortest = Encoded(longest.prompt[:70], longest.reply[:5])
    run.model.eval()
    together = float(run._loss([shortest, longest]).detach())
    alone = float(run._loss([shortest]).detach()) + float(run._loss([longest]).detach())
    assert together == pytest.approx(alone, rel=1e-5)


def test_the_last_layers_alone(training, checkpoints):
    """Layers below are left as they are; more layers than there are is refused."""
    names = training(replace(RECIPE, layers=1)).weights()
    assert names
    assert all(".layers.1." in name for name in names)
    assert any(".layers.0." in name for name in training().weights())
    with pytest.raises(UsageError, match="the base has 2 layers; 3 of them cannot be tuned"):
        training(replace(RECIPE, layers=3))


@given(lengths_drawn, st.integers(1, 3000), st.integers(1, 3000), st.integers())
def test_every_pair_is_in_one_step_of_an_epoch(lengths, tokens, at_once, seed):
    """Once each; a step and a part hold no more tokens than is said, padding included, unless a pair alone does."""
    found = batches(lengths, tokens, at_once, Random(seed))
    assert sorted(number for batch in found for part in batch.parts for number in part) == list(range(len(lengths)))
    for batch in found:
        step = [number for part in batch.parts for number in part]
        for numbers, most in [(step, tokens), *((part, at_once) for part in batch.parts)]:
            assert len(numbers) == 1 or len(numbers) * max(lengths[number] for number in numbers) <= most


@given(lengths_drawn, st.integers(1, 3000))
def test_what_fits_at_once_changes_no_step(lengths, at_once):
    """The pairs of a step are the same on a large machine and on a small one."""
    steps = [
        [sum(batch.parts, ()) for batch in batches(lengths, 2000, most, Random(7))] for most in (at_once, 1_000_000)
    ]
    assert steps[0] == steps[1]


@given(st.integers(1, 500))
def test_the_learning_rate_rises_and_falls(steps):
    """It is never above its highest, begins low and ends at a twentieth; in between it falls."""
    rates = [rate_at(step, steps) for step in range(steps)]
    top = rates.index(max(rates))
    assert all(0 < rate <= 1 for rate in rates)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rate_at(steps, steps) == pytest.approx(0.05)
    if steps >= 100:
        assert top <= 0.06 * steps
        assert rates[0] < 0.3


def test_little_data_is_learned_in_small_steps():
    """A step is a fortieth of an epoch, within 2,000 and 12,000 tokens."""
    assert tokens_a_step([500] * 20) == 2_000
    assert tokens_a_step([500] * 400) == 5_000
    assert tokens_a_step([500] * 4000) == 12_000


def test_a_pair_has_a_length():
    """That of both of its sides."""
    assert Encoded((1, 2, 3), (4, 5)).length == 5
