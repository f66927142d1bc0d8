"""What tuning will take: memory, disk and hours, told before anything is loaded.

Estimates, from the shapes in the base's file and one timed product of matrices; memory and disk are rounded up, so that
what is said to fit does.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from baogao.choices import Device
from baogao.errors import UsageError
from baogao.tuning.base import BaseFile, Encoded
from baogao.tuning.training import Recipe

_ROOM = 0.9
"""The share of the free memory that is used at most."""
_PROGRAM = 700_000_000
"""Bytes of the program and its libraries."""
_TIMED_TOKENS = 1024
_EFFICIENCY: dict[Device, float] = {"cuda": 0.15, "mps": 0.4, "cpu": 0.6}
"""The speed of a whole step, as a share of that of one large product: on a server's core 0.61 to 0.65 was measured,
with two layers as wide as those of Qwen2.5 1.5B; on an H200 what a pilot took says 0.15; that for MPS is a guess."""
_AT_ONCE: dict[Device, tuple[tuple[int, bool], ...]] = {
    "cuda": ((12_000, False), (6_000, False), (3_000, False), (12_000, True), (4_000, True), (2_000, True)),
    "mps": ((4_000, False), (2_000, False), (4_000, True), (2_000, True), (1_000, True)),
    "cpu": ((2_000, False), (1_000, False), (2_000, True), (1_000, True)),
}
"""Tokens at once, and whether layers are computed again for the gradient: what is faster comes first."""


@dataclass(frozen=True)
class Machine:
    """What training may use of this machine."""

    device: Device
    memory: int | None
    """Free bytes where the model will be; None where that is not known."""
    host: int | None
    """Free bytes of main memory."""
    dtype: str
    """Of the base's weights, as torch calls it."""

    @classmethod
    def this(cls, device: Device) -> Machine:
        """This machine, now.

        Weights have 16 bits, but on processors that multiply these more slowly than 32.
        """
        import torch

        host = free_memory()
        if device == "cuda":
            return cls(device, int(torch.cuda.mem_get_info()[0]), host, "bfloat16")
        slow = device == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"
        return cls(device, host, host, "float32" if slow else "bfloat16")

    @property
    def bytes_a_weight(self) -> int:
        """Of the base."""
        return 4 if self.dtype == "float32" else 2


def free_memory() -> int | None:
    """Bytes of main memory that can be had: of the machine, or of the group of processes that this one is in."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        try:
            return int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 0.7)  # macOS does not say
        except (ValueError, OSError, AttributeError):
            return None
    try:
        group = Path("/sys/fs/cgroup")
        limit = int((group / "memory.max").read_text(encoding="ascii"))
        return min(free, limit - int((group / "memory.current").read_text(encoding="ascii")))
    except (OSError, ValueError):
        return free


@dataclass(frozen=True)
class Plan:
    """What one run wants, and what there is."""

    pairs: int
    held_out: int
    """Pairs that are only measured on."""
    tokens: int
    """Of the pairs to learn, an epoch."""
    machine: Machine
    at_once: int
    """Tokens that go through the model at once."""
    careful: bool
    """Whether layers are computed again for the gradient, to save memory."""
    memory: int
    """Bytes wanted where the model is."""
    loading: int
    """Bytes of main memory wanted while the base is unpacked."""
    disk: int
    """Bytes that the run writes."""
    disk_free: int | None
    operations: float
    """Multiplications and additions of the whole run."""

    def check(self) -> None:
        """Refuse what this machine cannot do.

        :raises UsageError: too little memory, or too little disk.
        """
        for wanted, free, what in (
            (self.memory, self.machine.memory, f"memory on {self.machine.device}"),
            (self.loading, self.machine.host, "main memory to unpack the base"),
            (self.disk, self.disk_free, "disk"),
        ):
            if free is not None and wanted > free:
                raise UsageError(
                    f"tuning needs about {gigabytes(wanted)} of {what}, and {gigabytes(free)} are free; "
                    "make room, take a smaller --base, or tune fewer --layers"
                )

    def seconds(self, base: BaseFile) -> float:
        """About how long the run takes on this machine, from a product of matrices of the base's size, timed now."""
        return self.operations / (_speed(base, self.machine) * _EFFICIENCY[self.machine.device])


def plan_for(
    base: BaseFile,
    pairs: Sequence[Encoded],
    held_out: Sequence[Encoded],
    recipe: Recipe,
    machine: Machine,
    folder: Path,
    *,
    whole: bool,
) -> Plan:
    """Work out what a run wants: the fastest way that fits into memory, else the smallest.

    :param folder: where its files go.
    :param whole: whether base and adapter are written as one model.
    """
    longest = max(pair.length for pair in (*pairs, *held_out))
    adapter = adapter_weights(base, recipe)
    weights = base.parameters * machine.bytes_a_weight
    fixed = weights + 16 * adapter + (_PROGRAM if machine.device != "cuda" else 0)
    at_once, careful, memory = 0, True, 0
    for most, again in _AT_ONCE[machine.device]:
        at_once, careful = max(most, longest), again
        memory = fixed + at_once * _bytes_a_token(base, recipe, pairs, again)
        if machine.memory is None or memory <= machine.memory * _ROOM:
            break
    else:
        if machine.dtype == "float32":  # slower, and half as large
            machine = replace(machine, dtype="bfloat16")
            return plan_for(base, pairs, held_out, recipe, machine, folder, whole=whole)
    tokens = sum(pair.length for pair in pairs)
    # Forth; back, where something is tuned above; and forth again, where layers are computed twice.
    share = 1.0 if recipe.layers is None else recipe.layers / base.blocks
    passes = 1 + share * (2 if careful else 1)
    replies = sum(len(pair.reply) for pair in pairs)
    head = base.hidden * base.vocabulary * 2  # forth and back
    a_token = 2 * base.in_blocks * passes
    measured = 2 * base.in_blocks * sum(pair.length for pair in held_out)
    return Plan(
        pairs=len(pairs),
        held_out=len(held_out),
        tokens=tokens,
        machine=machine,
        at_once=at_once,
        careful=careful,
        memory=memory,
        loading=weights + 4 * base.largest + _PROGRAM,  # one tensor in 32 bits beside all in 16
        disk=18 * adapter * 2 + (weights if whole else 0),
        disk_free=_disk_free(folder),
        operations=recipe.epochs * (tokens * a_token + replies * 2 * head + measured),
    )


def adapter_weights(base: BaseFile, recipe: Recipe) -> int:
    """How many weights an adapter has."""
    sides = sum(sum(shape) for name, shape in base.shapes.items() if name.startswith("blk.") and len(shape) == 2)
    return ceil(sides * recipe.rank * (1 if recipe.layers is None else recipe.layers / base.blocks))


def gigabytes(size: float) -> str:
    """Bytes for people: ``3.6 GB``, ``18.5 MB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _bytes_a_token(base: BaseFile, recipe: Recipe, pairs: Sequence[Encoded], careful: bool) -> int:
    """What is kept of a token for the gradient.

    Of a layer about eight times the width of its feed-forward part and thirty times its own, in 16 bits; of a reply's
    token its logits, in 32 bits, three times.
    """
    tuned = base.blocks if recipe.layers is None else recipe.layers
    layer = 2 * (8 * base.feed_forward + 30 * base.hidden)
    kept = layer + 2 * base.hidden * tuned if careful else layer * tuned
    replies = max((len(pair.reply) / pair.length for pair in pairs), default=0.0)
    return ceil(kept + replies * 12 * base.vocabulary)


def _disk_free(folder: Path) -> int | None:
    place = next((one for one in (folder, *folder.parents) if one.is_dir()), None)
    try:
        return shutil.disk_usage(place).free if place else None
    except OSError:
        return None


def _speed(base: BaseFile, machine: Machine) -> float:
    """Operations a second in one product of matrices; the best of a few."""
    import torch

    dtype = getattr(torch, machine.dtype)
    rows = torch.ones(_TIMED_TOKENS, base.hidden, dtype=dtype, device=machine.device)
    weights = torch.ones(base.feed_forward, base.hidden, dtype=dtype, device=machine.device)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        product = torch.nn.functional.linear(rows, weights)
        float(product[0, 0])  # wait for a device that works on its own
        taken.append(time.perf_counter() - started)
    return 2 * _TIMED_TOKENS * base.hidden * base.feed_forward / min(taken)
