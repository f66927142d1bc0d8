"""The real command line, called in this process; no user's settings or cache come in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from baogao.cli.main import run
from baogao.hybrid.calibration import Regression, Weight
from baogao.hybrid.weighing import AnyModel, Plausibility
from baogao.record import Record

COMMUNIQUE = Path(__file__).parents[1] / "fixtures" / "communique" / "communique.py"
GOOD = """南屏县2023年国民经济和社会发展统计公报

一、综合
初步核算，全年地区生产总值86.4亿元，比上年增长5.8%。年末常住人口21.03万人，城镇化率47.6%。

二、注释
1.本公报数据为初步统计数，正式数据以年鉴为准。
"""


class Outcome(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "BAOGAO_MODEL", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BAOGAO_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BAOGAO_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("BAOGAO_FIRST_WAIT", "0")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def baogao(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Call ``baogao`` with some arguments."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["baogao", *map(str, arguments)])
        with pytest.raises(SystemExit) as ending:
            run()
        said = capsys.readouterr()
        return Outcome(int(ending.value.code or 0), said.out, said.err)

    return call


@pytest.fixture
def extract(baogao: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Call ``baogao extract`` with the communiqués' schema, writing to ``out``."""

    def call(*arguments: object) -> Outcome:
        return baogao("extract", *arguments, "--schema", COMMUNIQUE, "--out", "out")

    return call


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder with one good report, ``good.txt``."""
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "good.txt").write_text(GOOD, encoding="utf-8")
    return folder


def rows(folder: Path = Path("out")) -> list[Record]:
    """The records of a run, in order."""
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return [Record.model_validate(json.loads(line)) for line in lines]


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights of a jury by which an answer of both readers is right 97 times in a hundred, and one of one reader 62."""
    plain = Plausibility(intercept=0, weights=[], average=0)
    weigh = Regression(intercept=0.5, weights=[Weight(feature="both", mean=0, scale=1, weight=3)])
    jury = AnyModel(model_looks=plain, rules_look=plain, weigh=weigh, threshold=0.5, sure_at_98=0.9, learned={})
    for place in ("baogao.hybrid.arbiter.any_model", "baogao.assemble.any_model"):
        monkeypatch.setattr(place, lambda: jury)
