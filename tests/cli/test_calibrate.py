"""``baogao calibrate``: learned from a recording, used by hybrid, and what it is not sure of is held back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from baogao.evaluation.compiling import build_dataset
from baogao.schema import load_schema
from batch.conftest import executed, requests, write_results
from cli.conftest import COMMUNIQUE, rows
from cli.model_of_tests import filled_form
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


def calibrations(path: Path) -> list[dict[str, Any]]:
    """Those of a file."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["calibrations"]
    return found


def calibrated(baogao, world: Path, *more: object, name: str = "small") -> Path:
    """A calibration, and the recording that it was learned from beside it."""
    with fake_server(model) as server:
        asked = ("--base-url", server.url, "--model", name, "--ask", "form", "--record", f"recordings-of-{name}")
        outcome = baogao("calibrate", world / "gold", "--schema", world / "communique.py", *asked, *more)
    assert outcome.code == 0, outcome.err
    return world / "communique.calibration.json"


def test_from_recording_to_review_queue(baogao, world):
    """The file lies beside the schema and is used from then on; a replay writes the same bytes."""
    path = calibrated(baogao, world)
    (data,) = calibrations(path)
    assert set(data["fit_on"]["documents"]) == {f"town{number}" for number in range(6)}
    assert data["asked"] == [{"way": "form", "model": "small"}]
    assert data["sure"] is None
    assert 0 < data["threshold"] < 1
    again = baogao(
        "calibrate",
        world / "gold",
        "--schema",
        world / "communique.py",
        "--replay",
        "recordings-of-small",
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
    assert record.made_by.jury is None
    assert plain.made_by.jury.reports == 1
    assert record.notices == plain.notices == []
    assert record.fields["gdp"].value == plain.fields["gdp"].value == 8140000000
    assert record.fields["gdp"].confidence != plain.fields["gdp"].confidence
    assert strict.made_by.min_confidence == 1
    assert {answer.status for answer in strict.fields.values()} == {"not_reported"}
    assert strict.fields["gdp"].held_back.value == 8140000000
    assert baogao("export", "strict", "--to", "table.csv", "--schema", world / "communique.py").code == 0
    assert "less sure than the 1 that was asked for" in Path("table.csv").read_text(encoding="utf-8-sig")


def test_ablation_is_kept(baogao, world):
    """Every part that was taken away is in the file and on the screen."""
    path = calibrated(baogao, world, "--ablate", "--out", "ablated.json")
    (data,) = calibrations(Path("ablated.json"))
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
        shutil.copy("recordings-of-small/recording.json", recordings)
        shutil.copy("recordings-of-small/endpoint.yaml", recordings)
        for number in range(3 * half, 3 * half + 3):
            for path in (world / "gold").glob(f"town{number}.*"):
                shutil.copy(path, folder)
            shutil.copy(f"recordings-of-small/reports/town{number}.yaml", recordings / "reports")
        halves.append((folder, recordings))
    (a, of_a), (b, of_b) = halves
    common = ("--schema", world / "communique.py", "--out", "halves.json")
    assert baogao("calibrate", a, b, "--replay", of_a, "--replay", of_b, *common).code == 0
    both = [calibrations(Path(name))[0]["fit_on"]["documents"] for name in ("first.json", "halves.json")]
    assert both[0] == both[1]
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


def test_what_is_settled_is_said(baogao, world):
    """The model is asked about everything unless a flag says from where on rules settle a field; the file keeps it."""
    asked = []

    def letter(seen: Seen) -> Step:
        asked.append(seen)
        return completion("A", prompt_tokens=50, completion_tokens=1)

    counts = []
    with fake_server(letter) as server:
        how = ("--base-url", server.url, "--model", "small", "--ask", "choice", "--schema", world / "communique.py")
        for name, more in (("all.json", ()), ("ask.json", ("--sure", 0.7))):
            outcome = baogao("calibrate", world / "gold", *how, "--out", name, *more)
            assert outcome.code == 0, outcome.err
            counts.append(len(asked) - sum(counts))
        assert [calibrations(Path(name))[0]["sure"] for name in ("all.json", "ask.json")] == [None, 0.7]
        assert counts[1] < counts[0]
        text = ("extract", world / "gold" / "town1.txt", *how, "--extractor", "hybrid", "--no-cache")
        for name in ("all.json", "ask.json"):
            assert baogao(*text, "--calibration", name, "--out", name[:3]).code == 0
    assert rows(Path("ask"))[0].usage.requests < rows(Path("all"))[0].usage.requests


def test_each_set_of_readers_has_its_own(baogao, world):
    """Another model leaves a calibration beside the first; the same again takes its place; a third uses neither."""
    out = ("--out", "many.json")
    calibrated(baogao, world, *out)
    first = Path("many.json").read_bytes()
    calibrated(baogao, world, *out, name="big")
    assert [one["asked"][0]["model"] for one in calibrations(Path("many.json"))] == ["big", "small"]
    two = Path("many.json").read_bytes()
    calibrated(baogao, world, *out, name="big")
    assert Path("many.json").read_bytes() == two
    assert json.loads(first)["calibrations"][0] == json.loads(two)["calibrations"][1]

    common = (world / "gold" / "town1.txt", "--schema", world / "communique.py", "--ask", "form")
    with fake_server(model) as server:
        for name in ("small", "big", "third"):
            asked = ("--base-url", server.url, "--model", name, "--extractor", "hybrid", "--calibration", "many.json")
            assert baogao("extract", *common, *asked, "--out", name).code == 0
    small, big, third = (rows(Path(name))[0].made_by for name in ("small", "big", "third"))
    assert small.calibration == big.calibration
    assert (third.calibration, small.jury, big.jury) == (None, None, None)
    assert third.jury.reports == 1


def test_a_file_that_cannot_take_one_more(baogao, world):
    """What lies there and is no calibration, or of another schema, is left as it is, and the error says so."""
    for name, text in (("old.json", '{"version": 1}'), ("other.json", OTHER)):
        Path(name).write_text(text, encoding="utf-8")
        with fake_server(model) as server:
            asked = ("--base-url", server.url, "--model", "small", "--ask", "form", "--out", name)
            outcome = baogao("calibrate", world / "gold", "--schema", world / "communique.py", *asked)
        assert outcome.code == 2
        assert name in outcome.err
        assert Path(name).read_text(encoding="utf-8") == text


OTHER = '{"schema_name": "other", "calibrations": []}'


def test_a_calibration_is_laid_aside_for_another_model(baogao, world):
    """By the name of the model that was learned answers one that knows nothing: the run finds the better reader."""
    with fake_server(knowing) as server:
        asked = ("--base-url", server.url, "--model", "small", "--ask", "form", "--extractor", "hybrid")
        common = ("--schema", world / "communique.py", *asked[:-2])
        assert baogao("calibrate", world / "gold", *common, "--out", "guard.json").code == 0
        run = (world / "gold", "--schema", world / "communique.py", *asked, "--calibration", "guard.json", "--no-cache")
        assert baogao("extract", *run, "--out", "same").code == 0
    assert calibrations(Path("guard.json"))[0]["agreement"] > 0.6
    with fake_server(silent) as server:
        asked = ("--base-url", server.url, *asked[2:])
        run = (world / "gold", "--schema", world / "communique.py", *asked, "--calibration", "guard.json", "--no-cache")
        assert baogao("extract", *run, "--out", "other").code == 0
    same, other = rows(Path("same")), rows(Path("other"))
    assert {record.made_by.jury for record in same} == {None}
    assert not any("is not used" in notice for record in same for notice in record.notices)
    for record in other:
        (notice,) = (one for one in record.notices if "is not used" in one)
        assert notice.startswith("of the figures that rules are sure of the model gives 0 of ")
        assert record.made_by.jury.leader == "rules"
        assert record.made_by.jury.reports == 6
        assert record.fields["gdp"].by == "rules"


def knowing(seen: Seen) -> Step:
    """A model that fills every form as it should."""
    return completion(filled_form(seen.body["messages"][-1]["content"]), prompt_tokens=100, completion_tokens=7)


def silent(seen: Seen) -> Step:
    """A model that says of every figure that there is none."""
    labels = seen.body["messages"][-1]["content"].rsplit("表：", 1)[1].split()
    return completion("\n".join(f"{label}无" for label in labels), prompt_tokens=100, completion_tokens=7)


def test_learned_from_the_replies_of_a_batch(baogao, world):
    """What a service was given and brought back is enough: nobody is asked, and a live run learns the same."""
    gold, schema = world / "gold", ("--schema", world / "communique.py")
    hybrid = ("--extractor", "hybrid", "--ask", "form", "--model", "small")
    said = baogao("batch", "prepare", gold, *schema, *hybrid, "--out", "batch", "--calibration", "none")
    assert said.code == 0, said.err
    early = baogao("calibrate", gold, *schema, "--batch", "batch", "--out", "batch.json")
    assert (early.code, "holds no replies: `baogao batch collect` takes them in" in early.err) == (2, True)
    with fake_server(model) as server:
        results = write_results("results.jsonl", executed(server, requests()))
        live = baogao("calibrate", gold, *schema, *hybrid[2:], "--base-url", server.url, "--out", "live.json")
        assert live.code == 0, live.err
    assert baogao("batch", "collect", "batch", results, "--out", "collected").code == 0
    learned = baogao("calibrate", gold, *schema, "--batch", "batch", "--out", "batch.json", "--record", "recorded")
    assert learned.code == 0, learned.err
    assert Path("batch.json").read_bytes() == Path("live.json").read_bytes()
    again = baogao("calibrate", gold, *schema, "--replay", "recorded", "--out", "again.json")
    assert again.code == 0, again.err
    assert Path("again.json").read_bytes() == Path("live.json").read_bytes()


def test_a_calibration_that_is_not_there(baogao, reports):
    """A file that a flag names and that is missing is one line, before anything is asked."""
    asked = ("--base-url", "http://127.0.0.1:9/v1", "--model", "small", "--ask", "form", "--schema", COMMUNIQUE)
    outcome = baogao("extract", reports, *asked, "--calibration", "missing.json", "--out", "out")
    assert outcome.code == 2
    assert "cannot read missing.json" in outcome.err
