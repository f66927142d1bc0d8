"""A small schema, and gold written as inline marks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from baogao.evaluation.compiling import build_dataset, to_gold
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset, Gold
from baogao.evaluation.marks import parse
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema

HERE = Path(__file__).parent

REPORT = """---
metadata: {title: 某市公交年报, issuer: null}
---
某市公交年报
年末公交车辆{1,234辆|buses=1234, passengers?=1234}，客运量{6.5万余人次|passengers>65000}，上年为6.1万人次。
正点率{98.48%|punctuality=98.48}。
春季演练{2场|drills+=2}，秋季演练{3场|drills+=3}；{未发生责任事故|accidents=none}。
存在的问题：一是{车辆老旧|problems}，更新不及时；二是{线路不足|problems}。
"""


@pytest.fixture(scope="session")
def small() -> Schema:
    """The schema of a bus company's yearly report."""
    return load_schema(HERE / "small_schema.py")


@pytest.fixture(scope="session")
def compiled(small: Schema) -> Callable[..., Gold]:
    """A function from a marked text to its gold."""

    def compile_marks(source: str, name: str = "doc") -> Gold:
        return to_gold(parse(source, name), small, Path(f"{name}.marked.txt"))

    return compile_marks


@pytest.fixture(scope="session")
def every_kind() -> Schema:
    """A schema with fields of every kind."""
    return load_schema(HERE / "every_kind.py")


@pytest.fixture(scope="session")
def compiled_every(every_kind: Schema) -> Callable[..., Gold]:
    """A function from a marked text to its gold, by the schema with fields of every kind."""
    return lambda source: to_gold(parse(source, "doc"), every_kind, Path("doc.marked.txt"))


@pytest.fixture
def dataset_dir(tmp_path: Path, small: Schema) -> Path:
    """A data set of two reports, ``dev/one`` and ``test/two``."""
    for split, name in (("dev", "one"), ("test", "two")):
        marked = tmp_path / f"{name}.marked.txt"
        marked.write_bytes(REPORT.encode())
        assert build_dataset([marked], tmp_path / "set" / split, small) == []
    return tmp_path / "set"


@pytest.fixture
def dataset(dataset_dir: Path, small: Schema) -> Dataset:
    """The same, loaded."""
    return load_dataset(dataset_dir, small)
