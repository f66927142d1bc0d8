"""What tuning will take: said before, and refused where it is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from baogao.errors import UsageError
from baogao.tuning import plan as plan_module
from baogao.tuning.base import BaseFile, Encoded
from baogao.tuning.plan import Machine, Plan, adapter_weights, free_memory, gigabytes, plan_for
from baogao.tuning.training import Recipe

GB = 1_000_000_000
QWEN = {
    "token_embd.weight": (151936, 1536),
    "output.weight": (151936, 1536),
    **{
        f"blk.{block}.{name}.weight": shape
        for block in range(28)
        for name, shape in {
            "attn_q": (1536, 1536),
            "attn_k": (256, 1536),
            "attn_v": (256, 1536),
            "attn_output": (1536, 1536),
            "ffn_gate": (8960, 1536),
            "ffn_up": (8960, 1536),
            "ffn_down": (1536, 8960),
            "attn_norm": (1536,),
        }.items()
    },
}
BASE = BaseFile(Path("qwen.gguf"), "qwen2", 28, 1536, 8960, 151936, QWEN)
PAIRS = [Encoded((1,) * 420, (2,) * 60)] * 1600
LAPTOP = Machine("cpu", 6 * GB, 6 * GB, "bfloat16")


def planned(machine: Machine, recipe: Recipe = Recipe(), *, whole: bool = False, base: BaseFile = BASE) -> Plan:  # noqa: B008
    """A run of 1,600 pairs."""
    return plan_for(base, PAIRS, PAIRS[:100], recipe, machine, Path(), whole=whole)


def test_what_a_pilot_took_is_about_what_is_said():
    """1.5 billion weights, unpacked to 16 bits, are 3.6 GB; the adapter of rank 8 has 18.5 MB as it is written."""
    plan = planned(LAPTOP)
    assert plan.tokens == 1600 * 480
    assert 3.6 * GB < plan.memory < 6 * GB
    assert adapter_weights(BASE, Recipe()) * 2 == pytest.approx(18.5e6, rel=0.01)


def test_small_machines_compute_layers_twice_and_large_ones_do_not():
    """The more memory there is the more goes through at once."""
    small, large = planned(LAPTOP), planned(Machine("cuda", 140 * GB, 100 * GB, "bfloat16"))
    assert small.careful
    assert not large.careful
    assert small.at_once < large.at_once == 12_000
    assert small.memory < large.memory


@pytest.mark.parametrize("free", [3, 6, 12, 24, 48])
def test_what_is_planned_fits_or_is_refused(free):
    """With little memory the run is refused in words; else it takes no more than there is."""
    plan = planned(replace(LAPTOP, memory=free * GB, host=100 * GB))
    if free == 3:
        with pytest.raises(
            UsageError, match=r"tuning needs about \d\.\d GB of memory on cpu, and 3\.0 GB are free; make"
        ):
            plan.check()
    else:
        plan.check()
        assert plan.memory <= 0.9 * free * GB


def test_weights_of_32_bits_are_taken_where_they_fit():
    """A processor that multiplies 16 bits slowly gets twice the memory, or else goes slowly."""
    machine = Machine("cpu", 60 * GB, 60 * GB, "float32")
    assert planned(machine).machine.dtype == "float32"
    assert planned(machine).memory > 4 * BASE.parameters
    small = planned(replace(machine, memory=6 * GB))
    assert small.machine.dtype == "bfloat16"
    assert small.memory < 6 * GB


def test_main_memory_and_disk_are_looked_at_too():
    """A large card in a small machine; a folder that is nearly full."""
    with pytest.raises(UsageError, match="main memory to unpack the base, and 2"):
        planned(Machine("cuda", 80 * GB, 2 * GB, "bfloat16")).check()
    with pytest.raises(UsageError, match=r"of disk, and 1\.0 MB are free"):
        replace(planned(replace(LAPTOP, host=9 * GB)), disk_free=1_000_000).check()


def test_where_nothing_is_known_nothing_is_refused():
    """The most careful way is taken."""
    plan = planned(Machine("cpu", None, None, "bfloat16"))
    plan = replace(plan, disk_free=None)
    plan.check()
    assert plan.disk > 0


def test_a_merged_model_takes_the_disk_of_its_base():
    """3.6 GB more than an adapter."""
    assert planned(LAPTOP, whole=True).disk - planned(LAPTOP).disk == 2 * BASE.parameters


def test_fewer_layers_and_fewer_epochs_take_less():
    """Of time, and of memory."""
    machine = Machine("cpu", None, None, "bfloat16")
    whole = planned(machine)
    few = planned(machine, Recipe(layers=4))
    assert (few.at_once, few.careful) == (whole.at_once, whole.careful)
    assert few.memory < whole.memory
    assert few.operations < 0.6 * whole.operations
    assert planned(machine, Recipe(epochs=1)).operations == pytest.approx(whole.operations / 2)


def test_an_estimate_is_in_seconds_of_this_machine(one_thread, monkeypatch):
    """Operations over the speed that a whole step reaches; the speed is measured."""
    monkeypatch.setattr(plan_module, "_speed", lambda base, machine: 1e12)
    plan = replace(planned(LAPTOP), operations=6e12)
    assert plan.seconds(BASE) == pytest.approx(10.0)
    monkeypatch.undo()
    small = replace(BASE, hidden=64, feed_forward=128)
    assert 1e6 < plan_module._speed(small, LAPTOP) < 1e15


def test_free_memory_of_this_machine_is_known():
    """Somewhere between a little and a lot."""
    free = free_memory()
    assert free is not None
    assert 1e7 < free < 1e14


def test_sizes_are_for_people():
    """Megabytes below a gigabyte."""
    assert gigabytes(18_491_584) == "18.5 MB"
    assert gigabytes(3_554_176_000) == "3.6 GB"
