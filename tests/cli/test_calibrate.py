"""``baogao calibrate``: learned from a recording, used by hybrid, and what it is not sure of is held back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from baogao.evaluation.compiling import build_dataset
from baogao.schema import load_schema
from cli.conftest import COMMUNIQUE, rows
from llm.fake_server import Seen, Step, completion, fake_server

REPORT = """---
metadata: {{title: {place}2023年国民经济和社会发展统计公报}}
---
{place}2023年国民经济和社会发展统计公报

一、综合
全年地区生产总值{{{gdp}.4亿元|gdp={gdp}40000000}}，按不变价格计算，比上年增长{{5.8%|gdp_growth=5.8}}。仓中有粮，{{{grain}万吨|grain_output={grain}0000}}。
{wrong}年末常住人口{{{people}万人|residents={people}0000}}，城镇化率{{47.6%|urban_share=47.6}}。
"""
PLACES = ("南屏县", "云岭县", "海坨县", "青禾县", "白石县", "临江县")


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """A schema of one's own, and six reports with gold; in half of them a store of grain misleads everybody."""
    folder = tmp_path_factory.mktemp("calibrate")
    for path in COMMUNIQUE.parent.glob("communique.*"):
        shutil.copy(path, folder)
    marked = folder / "marked"
    marked.mkdir()
    for number, place in enumerate(PLACES):
        wrong = f"县粮食局储备{number + 3}0万吨。" if number % 2 else ""
        text = REPORT.format(place=place, gdp=80 + number, grain=11 + number, people=20 + number, wrong=wrong)
        (marked / f"town{number}.marked.txt").write_text(text, encoding="utf-8", newline="\n")
    assert build_dataset(sorted(marked.iterdir()), folder / "gold", load_schema(COMMUNIQUE)) == []
    return folder


def model(seen: Seen) -> Step:
    """A model that knows only the grain, and takes the last weight for it."""
    passage, form = seen.body["messages"][-1]["content"].rsplit("表：", 1)
    weights = re.findall(r"\d+万吨", passage)
    lines = [f"{label}{weights[-1] if weights and '粮食' in label else '无'}" for label in form.split()]
    return completion("\n".join(lines), prompt_tokens=100, completion_tokens=7)


def calibrated(baogao, world: Path, *more: object) -> Path:
    """A calibration, and the recording that it was learned from beside it."""
    with fake_server(model) as server:
        asked = ("--base-url", server.url, "--model", "small", "--ask", "form", "--record", "recordings")
        outcome = baogao("calibrate", world / "gold", "--schema", world / "communique.py", *asked, *more)
    assert outcome.code == 0, outcome.err
    return world / "communique.calibration.json"


def test_from_recording_to_review_queue(baogao, world):
    """The file lies beside the schema and is used from then on; a replay writes the same bytes."""
    path = calibrated(baogao, world)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert set(data["fit_on"]["documents"]) == {f"town{number}" for number in range(6)}
    assert data["fit_on"]["model"] == "small"
    assert 0 < data["threshold"] < 1
    again = baogao(
        "calibrate",
        world / "gold",
        "--schema",
        world / "communique.py",
        "--replay",
        "recordings",
        "--out",
        "2.json",
    )
    assert again.code == 0, again.err
    assert Path("2.json").read_bytes() == path.read_bytes()
    assert "hybrid, calibrated" in again.out

    with fake_server(model) as server:
        asked = ("--base-url", server.url, "--model", "small", "--ask", "form", "--extractor", "hybrid")
        common = (world / "gold" / "town1.txt", "--schema", world / "communique.py", *asked)
        assert baogao("extract", *common, "--out", "out").code == 0
        assert baogao("extract", *common, "--out", "strict", "--min-confidence", 1).code == 0
        assert baogao("extract", *common, "--out", "plain", "--calibration", "none").code == 0
    record, strict, plain = (rows(Path(name))[0] for name in ("out", "strict", "plain"))
    assert record.made_by.calibration.startswith("sha256:")
    assert plain.made_by.calibration is None
    assert record.notices == plain.notices == []
    assert record.fields["gdp"].value == plain.fields["gdp"].value == 8140000000
    assert record.fields["gdp"].confidence != plain.fields["gdp"].confidence
    assert strict.made_by.min_confidence == 1
    assert {answer.status for answer in strict.fields.values()} == {"not_reported"}
    assert strict.fields["gdp"].held_back.value == 8140000000
    assert baogao("export", "strict", "--to", "table.csv", "--schema", world / "communique.py").code == 0
    with fake_server(model) as server:
        other = ("--base-url", server.url, "--model", "other", "--ask", "form", "--extractor", "hybrid")
        text = world / "gold" / "town1.txt"
        assert baogao("extract", text, "--schema", world / "communique.py", *other, "--out", "other").code == 0
    assert ["learned with other model:" in notice for notice in rows(Path("other"))[0].notices] == [True]
    assert "less sure than the 1 that was asked for" in Path("table.csv").read_text(encoding="utf-8-sig")


def test_ablation_is_kept(baogao, world):
    """Every part that was taken away is in the file and on the screen."""
    path = calibrated(baogao, world, "--ablate", "--out", "ablated.json")
    data = json.loads(Path("ablated.json").read_text(encoding="utf-8"))
    parts = [row["without"] for row in data["measured"]["ablation"]]
    assert "features: checks" in parts
    assert "the model: its answers and features" in parts
    assert path.name == "communique.calibration.json"


def test_one_recording_for_each_data_set(baogao, world):
    """Two data sets have two recordings, or one; three are refused."""
    calibrated(baogao, world, "--out", "first.json")
    halves = []
    for half in (0, 1):
        folder, recordings = Path(f"half{half}"), Path(f"recordings{half}")
        (recordings / "reports").mkdir(parents=True)
        folder.mkdir()
        shutil.copy("recordings/recording.json", recordings)
        shutil.copy("recordings/endpoint.yaml", recordings)
        for number in range(3 * half, 3 * half + 3):
            for path in (world / "gold").glob(f"town{number}.*"):
                shutil.copy(path, folder)
            shutil.copy(f"recordings/reports/town{number}.yaml", recordings / "reports")
        halves.append((folder, recordings))
    (a, of_a), (b, of_b) = halves
    common = ("--schema", world / "communique.py", "--out", "halves.json")
    assert baogao("calibrate", a, b, "--replay", of_a, "--replay", of_b, *common).code == 0
    both = [json.loads(Path(name).read_text(encoding="utf-8")) for name in ("first.json", "halves.json")]
    assert both[0]["fit_on"]["documents"] == both[1]["fit_on"]["documents"]
    refused = baogao("calibrate", a, b, b, "--replay", of_a, "--replay", of_b, *common)
    assert (refused.code, "give one for each" in refused.err) == (2, True)


def test_what_cannot_work_is_said(baogao, world):
    """Too few reports; a calibration that is none."""
    few = Path("few")
    few.mkdir()
    for path in (world / "gold").glob("town0.*"):
        shutil.copy(path, few)
    with fake_server(model) as server:
        asked = ("--base-url", server.url, "--model", "small", "--ask", "form")
        common = ("--schema", world / "communique.py", *asked)
        outcome = baogao("calibrate", few, *common, "--out", "few.json")
        assert (outcome.code, "1 reports are too few" in outcome.err) == (2, True)
        assert not Path("few.json").exists()
        text = world / "gold" / "town0.txt"
        wrong = baogao("extract", text, *common, "--extractor", "hybrid", "--out", "o", "--calibration", text)
    assert (wrong.code, "is not JSON" in wrong.err) == (2, True)


def test_what_is_settled_follows_the_way_of_asking(baogao, world):
    """A model that chooses letters only fills what rules leave silent; a flag says otherwise, and the file keeps it."""
    with fake_server(lambda seen: completion("A", prompt_tokens=50, completion_tokens=1)) as server:
        asked = ("--base-url", server.url, "--model", "small", "--ask", "choice", "--schema", world / "communique.py")
        for name, more in (("fill.json", ()), ("ask.json", ("--sure", 0.7))):
            outcome = baogao("calibrate", world / "gold", *asked, "--out", name, *more)
            assert outcome.code == 0, outcome.err
    assert [json.loads(Path(name).read_text(encoding="utf-8"))["sure"] for name in ("fill.json", "ask.json")] == [
        0,
        0.7,
    ]


def test_a_calibration_that_is_not_there(baogao, reports):
    """A file that a flag names and that is missing is one line, before anything is asked."""
    asked = ("--base-url", "http://127.0.0.1:9/v1", "--model", "small", "--ask", "form", "--schema", COMMUNIQUE)
    outcome = baogao("extract", reports, *asked, "--calibration", "missing.json", "--out", "out")
    assert outcome.code == 2
    assert "cannot read missing.json" in outcome.err
