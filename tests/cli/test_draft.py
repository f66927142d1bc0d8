"""``baogao schema draft``: a schema proposed from example reports, by a model that can name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from authoring.conftest import REPORT
from baogao.schema import load_schema
from cli.model_of_tests import abilities
from llm.fake_server import Seen, Step, completion, fake_server

_NAMES = {
    r"收到申请\[\[(\d+)\]\]": ("收件数", "cases_received", "办件"),
    r"同比(?:下降|增长)\[\[(\d+)\]\]": ("收件数", "casesReceived", "办件"),
    r"办结\[\[(\d+)\]\]": ("办结数", "cases-closed", "办件"),
    r"办结率\[\[(\d+)\]\]": ("办结率", "closing_rate", "办件"),
    r"目标为\[\[(\d+)\]\]": ("办结率", "closing_rate", "办件"),
    r"费用\[\[(\d+)\]\]": ('减免"费用"', "json", "惠企"),
}
OTHER = REPORT.replace("青溪", "白沙").replace("1280件，同比下降2.3%", "960件，同比增长4%").replace("办结率95%。", "")


def naming_model(seen: Seen) -> Step:
    """Names figures by the words before them."""
    question = seen.body["messages"][-1]["content"]
    found = [
        {"id": int(match[1]), "label": label, "name": name, "group": group, "note": "报告期内的。"}
        for pattern, (label, name, group) in _NAMES.items()
        for match in re.finditer(pattern, question)
    ]
    return abilities(seen) or completion(json.dumps({"figures": found}, ensure_ascii=False))


@pytest.fixture
def two_reports(tmp_path: Path) -> list[Path]:
    """The report of the fixtures, and one that states less."""
    paths = [tmp_path / "qingxi.txt", tmp_path / "baisha.txt"]
    for path, text in zip(paths, (REPORT, OTHER), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_a_draft(baogao, two_reports):
    """What reports name alike is one field, ordered by how many state it; forms and units are those of the figures."""
    with fake_server(naming_model) as server:
        outcome = baogao("schema", "draft", *two_reports, "--base-url", server.url, "--model", "m", "--out", "d.py")
        assert outcome.code == 0, outcome.err
        asked = [one.body["messages"] for one in server.seen if not abilities(one)]
    assert "已有名称" not in asked[0][0]["content"]
    assert "\n收件数\n" in asked[-1][0]["content"]
    assert "cases_received" in outcome.out
    assert "2/2" in outcome.out
    schema = load_schema("d.py")
    fields = {spec.id: spec for spec in schema.figures}
    assert list(fields)[-2:] == ["closing_rate", "json_figure"]
    growth, target, fees = fields["cases_received_growth"], fields["closing_rate_target"], fields["json_figure"]
    assert (growth.label, growth.unit, growth.signed, growth.allow) == ("收件数增幅", "%", True, {"growth"})
    assert (target.label, target.period, target.takes) == ("办结率目标", "next", {"number", "range"})
    assert (fees.label, fees.unit, schema.groups[fees.group]) == ('减免"费用"', "亿元", "惠企")
    assert (fields["cases_closed"].unit, fields["cases_closed"].note) == ("件", "报告期内的。")
    assert [spec.id for spec in schema.lists] == ["problems"]
    assert baogao("schema", "check", "d.py").code == 0


def test_a_model_that_names_nothing(baogao, two_reports):
    """Fields are called by the words before their figures then, where enough reports have them."""
    with fake_server(lambda seen: abilities(seen) or completion('{"figures": []}')) as server:
        options = ("--base-url", server.url, "--model", "m", "--least", 2)
        outcome = baogao("schema", "draft", *two_reports, *options, "--out", "d.py")
    assert outcome.code == 0, outcome.err
    assert "the model named nothing" in outcome.err
    labels = {spec.label for spec in load_schema("d.py").figures}
    assert {"收到申请", "办结", "收到投诉", "大厅改造工程总投资"} <= labels
    assert "办结率" not in labels


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("r.txt", "--out", "taken.py"), "taken.py exists already"),
        (("r.txt", "--out", "Draft-1.py"), "small letters"),
        (("none.txt", "--out", "d.py"), "none.txt"),
    ],
)
def test_no_model_is_asked_in_vain(baogao, tmp_path, arguments, words):
    """A file that exists, a name that is none, a report that is not there: one clear line, and nothing is written."""
    (tmp_path / "taken.py").write_text("", encoding="utf-8")
    (tmp_path / "r.txt").write_text(REPORT, encoding="utf-8")
    outcome = baogao("schema", "draft", *arguments, "--base-url", "http://127.0.0.1:9/v1", "--model", "m")
    assert outcome.code == 2
    assert words in outcome.err
    assert not (tmp_path / "d.py").exists()
