"""Training a low-rank adapter (LoRA, Hu et al. 2021) on pairs, so that it can be broken off and goes on where it was.

Loss is on the replies alone. A step is the same whatever fits into memory at once: its pairs go through in parts, and
their gradients add up. The order of everything follows from the seed.
"""

from __future__ import annotations

import io
import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from baogao.choices import Device
from baogao.errors import TrainingError, UsageError
from baogao.evaluation.gold import write_whole
from baogao.tuning.base import Encoded

_WARM_UP = 0.05
"""The share of the steps in which the learning rate rises."""
_LAST_RATE = 0.05
"""What is left of the learning rate at the end."""
_LARGEST_STEP, _SMALLEST_STEP = 12_000, 2_000
"""Tokens of a step, padding included; 12,000 is what was measured on 1,658 pairs."""
_FEWEST_STEPS = 40
"""In an epoch: of little data smaller steps are made."""
_LONGEST_GRADIENT = 1.0
_JITTER = 20
"""Tokens by which lengths are blurred, so that pairs of about one length meet others in each epoch."""
_IGNORED = -100


@dataclass(frozen=True)
class Recipe:
    """How an adapter is trained; two runs of one recipe on the same pairs do the same."""

    rank: int = 8
    alpha: int = 16
    dropout: float = 0.05
    epochs: int = 2
    learning_rate: float = 2e-4
    seed: int = 0
    layers: int | None = None
    """Only so many of the last layers are tuned; None: all of them."""


@dataclass(frozen=True)
class Step:
    """How far training is."""

    step: int
    of: int
    loss: float
    """Of the last step's replies, a token; in nats."""
    seconds_left: float
    held_out: float | None = None
    """The loss on held-out pairs, after the last step of an epoch."""


@dataclass
class Progress:
    """Where a run is, without its weights; kept with them in a checkpoint."""

    step: int = 0
    """Steps that were made."""
    best_loss: float | None = None
    """The least held-out loss after an epoch."""
    best_step: int = 0
    losses: list[float] = field(default_factory=list)
    """Of every step."""
    held_out: list[float] = field(default_factory=list)
    """After every epoch."""
    stopped: str = ""
    """Why it is over before its last epoch."""


@dataclass(frozen=True)
class Checkpoints:
    """Where a run is kept while it goes on, and what it is a run of."""

    path: Path
    made_of: Mapping[str, Any]
    """Everything that the run depends on, as JSON knows it; a run goes on only where nothing of it is another."""
    seconds: float = 600.0
    """Between two checkpoints, beside those after each epoch."""

    def save(self, state: Mapping[str, Any]) -> None:
        """Keep a state; the one before stays until all of it is written.

        :raises UsageError: it cannot be written.
        """
        import torch

        written = io.BytesIO()
        torch.save({"made_of": dict(self.made_of), **state}, written)
        write_whole(self.path, written.getbuffer())

    def load(self) -> dict[str, Any] | None:
        """The state that an earlier run left; None where none did.

        :raises UsageError: it is broken, or of another run; says what differs.
        """
        import torch

        if not self.path.is_file():
            return None
        try:
            state: dict[str, Any] = torch.load(self.path, map_location="cpu", weights_only=True)
            before = state.pop("made_of")
        except Exception as error:  # a broken file makes torch raise of many kinds
            raise UsageError(f"{self.path} is no checkpoint that can be read; remove it to begin anew") from error
        now = dict(self.made_of)
        differs = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        if differs:
            raise UsageError(
                f"{self.path} was left by a run with other settings: {', '.join(differs)}; "
                "give the same command to go on with it, or remove it to begin anew"
            )
        return state


@dataclass(frozen=True)
class Batch:
    """The pairs of one step, by number, in parts that go through the model at once."""

    parts: tuple[tuple[int, ...], ...]


def tokens_a_step(lengths: Sequence[int]) -> int:
    """How large a step is, by how much there is to learn."""
    return max(_SMALLEST_STEP, min(_LARGEST_STEP, sum(lengths) // _FEWEST_STEPS))


def batches(lengths: Sequence[int], tokens: int, at_once: int, random: Random) -> list[Batch]:
    """The steps of one epoch: pairs of about one length together, in random order.

    :param lengths: of all pairs, in tokens.
    :param tokens: the most of one step, padding included, unless a single pair is longer.
    :param at_once: the most that go through the model at once, likewise.
    """
    blurred = [length + random.random() * _JITTER for length in lengths]
    order = sorted(range(len(lengths)), key=lambda number: blurred[number])
    found = [Batch(tuple(_parts(step, lengths, at_once))) for step in _parts(order, lengths, tokens)]
    random.shuffle(found)
    return found


def _parts(numbers: Sequence[int], lengths: Sequence[int], most: int) -> Iterator[tuple[int, ...]]:
    """Some pairs, in order, in parts of at most so many tokens with padding."""
    part: list[int] = []
    longest = 0
    for number in numbers:
        longest = max(longest, lengths[number])
        if part and longest * (len(part) + 1) > most:
            yield tuple(part)
            part, longest = [], lengths[number]
        part.append(number)
    if part:
        yield tuple(part)


class Training:
    """One run: a model with an adapter, learning.

    :param model: the base, frozen; it gets the adapter.
    :param at_once: tokens that go through the model at once, padding included.
    :param careful: whether layers are computed again for the gradient instead of being kept, which takes a third more
        time and a small part of the memory.
    """

    def __init__(
        self,
        model: Any,
        pairs: Sequence[Encoded],
        held_out: Sequence[Encoded],
        recipe: Recipe,
        *,
        padding: int,
        device: Device,
        at_once: int,
        careful: bool,
    ) -> None:
        import torch

        self._pairs, self._held_out = pairs, held_out
        self._recipe, self._padding, self._device, self._at_once = recipe, padding, device, at_once
        torch.manual_seed(recipe.seed)
        self.model = with_adapter(model, recipe)
        if careful:
            model.activation_checkpointing_enable({"use_reentrant": False})
        self._learned = {name: one for name, one in self.model.named_parameters() if one.requires_grad}
        self._optimizer = torch.optim.AdamW(self._learned.values(), lr=recipe.learning_rate, weight_decay=0.0)
        lengths = [pair.length for pair in pairs]
        tokens = tokens_a_step(lengths)
        self._epochs = [
            batches(lengths, tokens, at_once, Random(f"{recipe.seed}:{epoch}")) for epoch in range(recipe.epochs)
        ]
        self.steps = sum(map(len, self._epochs))
        """In all epochs."""
        self.progress = Progress()
        self._best: dict[str, Any] = {}

    def run(self, checkpoints: Checkpoints, watch: Callable[[Step], None] = lambda step: None) -> Progress:
        """Train to the end, from where an earlier run was broken off; the model then has the best epoch's adapter.

        :raises TrainingError: the loss is not a number any more; the state before that step is kept.
        :raises UsageError: a checkpoint of another run is there, or none can be written.
        """
        self.resume(checkpoints)
        saved = started = time.monotonic()
        first = self.progress.step
        number = 0
        for epoch in self._epochs:
            for batch in epoch:
                number += 1
                if number <= self.progress.step or self.progress.stopped:
                    continue
                try:
                    loss = self._step(batch)
                except TrainingError:
                    checkpoints.save(self._state())
                    raise
                self.progress.step = number
                self.progress.losses.append(loss)
                ended = batch is epoch[-1]
                held_out = self._end_of_epoch() if ended else None
                if ended or time.monotonic() - saved > checkpoints.seconds:
                    checkpoints.save(self._state())
                    saved = time.monotonic()
                pace = (time.monotonic() - started) / (number - first)
                watch(Step(number, self.steps, loss, pace * (self.steps - number), held_out))
        self.take_best()
        return self.progress

    def resume(self, checkpoints: Checkpoints) -> bool:
        """Take up what an earlier run left; whether there was anything.

        :raises UsageError: it is broken, or of another run.
        """
        import torch

        state = checkpoints.load()
        if state is None:
            return False
        self._put(state["weights"])
        self._best = state["best"]
        self._optimizer.load_state_dict(state["optimizer"])
        self.progress = Progress(**state["progress"])
        torch.set_rng_state(state["random"])
        if self._device != "cpu":
            getattr(torch, self._device).set_rng_state(state["random_of_device"])
        return True

    def take_best(self) -> None:
        """Give the model the adapter that was best on held-out pairs, where one was measured."""
        if self._best:
            self._put(self._best)

    def loss_on(self, pairs: Sequence[Encoded]) -> float:
        """The mean loss of the replies' tokens, in nats; nothing is learned."""
        import torch

        numbers = sorted(range(len(pairs)), key=lambda number: pairs[number].length)
        parts = _parts(numbers, [pair.length for pair in pairs], self._at_once)
        self.model.eval()
        with torch.no_grad():
            total = sum(float(self._loss([pairs[number] for number in part])) for part in parts)
        return total / sum(len(pair.reply) for pair in pairs)

    def _step(self, batch: Batch) -> float:
        """One step of the optimiser; the loss before it."""
        import torch

        learned, step = list(self._learned.values()), self.progress.step
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * rate_at(step, self.steps)
        tokens = sum(len(self._pairs[number].reply) for part in batch.parts for number in part)
        total = 0.0
        self.model.train()
        for part in batch.parts:
            loss = self._loss([self._pairs[number] for number in part]) / tokens
            total += float(loss.detach())
            loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(learned, _LONGEST_GRADIENT)
        if not math.isfinite(total) or not math.isfinite(float(norm)):
            self._optimizer.zero_grad(set_to_none=True)
            raise TrainingError(
                f"the loss is not a number any more at step {step + 1} of {self.steps}; "
                "try a smaller --learning-rate or another --device"
            )
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return total

    def _loss(self, pairs: Sequence[Encoded]) -> Any:
        """The summed loss of the replies' tokens. Only there logits are made: a vocabulary is wide.

        Padding stands on the right, where no token before it looks; so there is no mask of attention.
        """
        import torch

        longest = max(pair.length for pair in pairs)
        tokens = torch.full((len(pairs), longest), self._padding)
        wanted = torch.full((len(pairs), longest), _IGNORED)
        for row, pair in enumerate(pairs):
            tokens[row, : pair.length] = torch.tensor((*pair.prompt, *pair.reply))
            wanted[row, len(pair.prompt) : pair.length] = torch.tensor(pair.reply)
        tokens, wanted = tokens.to(self._device), wanted[:, 1:].to(self._device)
        base = self.model.get_base_model()
        with self._autocast():
            hidden = base.get_decoder()(input_ids=tokens, use_cache=False).last_hidden_state[:, :-1]
            at = wanted != _IGNORED
            logits = base.get_output_embeddings()(hidden[at])
        return torch.nn.functional.cross_entropy(logits.float(), wanted[at], reduction="sum")

    def _autocast(self) -> AbstractContextManager[Any]:
        """Adapters are kept in 32 bits and multiplied in those of the base."""
        import torch

        dtype = next(one.dtype for one in self.model.parameters() if not one.requires_grad)
        return torch.autocast(self._device, dtype) if dtype != torch.float32 else nullcontext()

    def _end_of_epoch(self) -> float:
        """Measure on held-out pairs; keep what is better than before, and stop where nothing is."""
        progress = self.progress
        loss = self.loss_on(self._held_out)
        if not math.isfinite(loss):
            raise TrainingError(f"the loss on the reports that are held out is not a number after step {progress.step}")
        progress.held_out.append(loss)
        if progress.best_loss is None or loss < progress.best_loss:
            progress.best_loss, progress.best_step = loss, progress.step
            self._best = self.weights()
        else:
            progress.stopped = f"epoch {len(progress.held_out)} was no better on the reports that are held out"
        return loss

    def weights(self) -> dict[str, Any]:
        """A copy of the adapter's weights, by their names in the model."""
        return {name: one.detach().to("cpu", copy=True) for name, one in self._learned.items()}

    def _put(self, weights: Mapping[str, Any]) -> None:
        import torch

        with torch.no_grad():
            for name, one in self._learned.items():
                one.copy_(weights[name])

    def _state(self) -> dict[str, Any]:
        """All that the rest of the run depends on."""
        import torch

        return {
            "weights": self.weights(),
            "best": self._best,
            "optimizer": self._optimizer.state_dict(),
            "progress": asdict(self.progress),
            "random": torch.get_rng_state(),
            "random_of_device": None if self._device == "cpu" else getattr(torch, self._device).get_rng_state(),
        }


def rate_at(step: int, steps: int) -> float:
    """The learning rate of a step, counted from 0, as a share of the highest: a rise, then half a cosine."""
    rise = min(1.0, (step + 1) / max(1.0, steps * _WARM_UP))
    return rise * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * step / steps)))


def with_adapter(model: Any, recipe: Recipe) -> Any:
    """The model with a fresh adapter at every linear map of the layers that are to be tuned.

    :returns: peft's model.
    :raises UsageError: there are not so many layers.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    blocks = model.get_decoder().layers
    if recipe.layers is not None and not 0 < recipe.layers <= len(blocks):
        raise UsageError(f"the base has {len(blocks)} layers; {recipe.layers} of them cannot be tuned")
    tuned = {one for block in blocks[-(recipe.layers or len(blocks)) :] for one in block.modules()}
    linear = [name for name, one in model.named_modules() if isinstance(one, torch.nn.Linear) and one in tuned]
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=linear,
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by names that are to go
        return get_peft_model(model, config)
