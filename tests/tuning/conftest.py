"""A small world to tune in: six reports of the second kind with gold, and a base of random weights."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.gold import GoldDoc
from baogao.evaluation.runs import load_datasets
from baogao.llm import Prompts, load_prompts
from baogao.schema import Schema, load_schema
from cli.conftest import COMMUNIQUE, _own_world, baogao  # noqa: F401
from tuning.tiny_base import write_tiny_base

REPORT = """---
metadata: {{title: {place}2023年国民经济和社会发展统计公报}}
---
{place}2023年国民经济和社会发展统计公报

一、综合
初步核算，全年地区生产总值{{{gdp}.4亿元|gdp={gdp}40000000}}，按不变价格计算，比上年增长{{5.{number}%|gdp_growth=5.{number}}}。县粮食局储备粮{store}万吨。全年新建道路{roads}公里，改造桥梁{bridges}座。

二、人口
年末常住人口{{{people}万人|residents={people}0000}}，城镇化率{{47.{number}%|urban_share=47.{number}}}。全年{{没有粮食产量|grain_output=none}}。
"""
PLACES = ("南屏县", "云岭县", "海坨县", "青禾县", "白石县", "临江县")


class World(NamedTuple):
    """What a user has who tunes."""

    folder: Path
    schema: Schema
    prompts: Prompts
    gold: Path
    items: list[GoldDoc]
    """Of the gold."""

    @property
    def schema_file(self) -> Path:
        """The user's own schema."""
        return self.folder / "communique.py"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A schema of one's own with gold beside it."""
    folder = tmp_path_factory.mktemp("tuning")
    for path in COMMUNIQUE.parent.glob("communique.*"):
        shutil.copy(path, folder)
    (folder / "marked").mkdir()
    for number, place in enumerate(PLACES):
        text = REPORT.format(
            place=place,
            number=number + 1,
            gdp=80 + number,
            store=30 + number,
            roads=410 + 7 * number,
            bridges=3 + number,
            people=20 + number,
        )
        (folder / "marked" / f"town{number}.marked.txt").write_text(text, encoding="utf-8", newline="\n")
    schema = load_schema(folder / "communique.py")
    gold = folder / "gold"
    assert build_dataset(sorted((folder / "marked").iterdir()), gold, schema) == []
    items = [item for dataset in load_datasets([gold], schema) for item in dataset.items]
    return World(folder, schema, load_prompts(), gold, items)


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """Small matrices are multiplied faster by one thread than by several that wait for each other."""
    torch = pytest.importorskip("torch", reason="tuning needs torch: pip install 'baogao[tune]'")
    for name in ("transformers", "peft", "gguf"):
        pytest.importorskip(name, reason=f"tuning needs {name}: pip install 'baogao[tune]'")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny(world: World, one_thread: None) -> Path:
    """A base of Qwen2's architecture."""
    return write_tiny_base(world.folder / "tiny.gguf", texts_of(world))


def texts_of(world: World) -> list[str]:
    """The reports, to learn a vocabulary from."""
    return [item.text() for item in world.items]
