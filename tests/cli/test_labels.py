"""``baogao gold start|save|disputes|agree --between|export|import`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baogao.evaluation.labelling import LabelRun
from baogao.outputs.corrected import text_digest
from baogao.outputs.decisions import Decision, ReviewsFile
from baogao.outputs.records import kept_text
from cli.conftest import COMMUNIQUE

RUN = Path("out")


def say(who: str, **said: object) -> None:
    """What one person says of some answers of the only report: True for right, a dict for what it is instead."""
    run = LabelRun(RUN)
    (record,) = run.records
    answers = {**record.fields, **record.metadata}
    digest = text_digest(kept_text(record.doc_id, RUN / "texts") or "")
    decisions = []
    for key, one in said.items():
        if one is True:
            act, after = "accept", answers[key].model_dump(mode="json", exclude_none=True)
        else:
            act, after = "correct" if one else "absent", one
        decisions.append(
            Decision(who=who, doc_id=record.doc_id, text_sha256=digest, key=key, act=act, after=after, comment="秘")
        )
    ReviewsFile(RUN).add(decisions)


@pytest.fixture
def looked(extract, reports) -> Path:
    """A run of the rules that two people looked at; on one figure they differ."""
    assert extract(reports, "--extractor", "rules").code == 0
    say("李", gdp=True, gdp_growth=True, grain_output=None, title=True)
    say("王", gdp=None, gdp_growth=True)
    return RUN


def test_from_a_run_to_a_score(looked, baogao):
    """What was looked at becomes gold, is checked, and scores an extractor; what was not is in no denominator."""
    started = baogao("gold", "start", looked, "--out", "begun", "--name", "李 四")
    assert started.code == 0
    assert "baogao review out --serve --name '李 四'" in started.out
    saved = baogao("gold", "save", looked, "--out", "gold", "--by", "李")
    assert f"good: 4 of {len(LabelRun(looked).schema.specs)} fields looked at" in saved.out
    assert "1 reports written to gold" in saved.out
    text = Path("gold/good.gold.json").read_text(encoding="utf-8")
    assert "秘" not in text
    assert "李" not in text
    checked = baogao("gold", "check", "gold", "--schema", COMMUNIQUE)
    assert "1 reports: 0 errors, 0 warnings" in checked.out
    measured = baogao("eval", "gold", "--schema", COMMUNIQUE, "--out", "measured")
    assert measured.code == 0, measured.err
    missing = len(json.loads(text)["not_looked_at"])
    assert f"In gold, {missing} fields of its reports were not looked at" in measured.out
    summary = json.loads(Path("measured/summary.json").read_text())
    assert sum(summary["extractors"]["rules"]["verdicts"].values()) == 3
    assert summary["extractors"]["rules"]["f1"] == 1.0
    assert f"{missing} fields of its reports were not looked at" in Path("measured/report.md").read_text("utf-8")


def test_what_stands_and_who_says_so(looked, baogao):
    """Without a name the last word counts, and a dispute is said; names are in the gold only if asked for."""
    saved = baogao("gold", "save", looked, "--out", "gold", "--names")
    assert "people differ on 1 of them" in saved.out
    data = json.loads(Path("gold/good.gold.json").read_text(encoding="utf-8"))
    assert "gdp" not in data["fields"]
    assert data["annotators"] == ["李", "王"]
    none = baogao("gold", "save", looked, "--out", "whole", "--complete-only")
    assert "0 reports written to whole" in none.out
    assert not Path("whole").exists()
    assert "赵 has decided nothing" in baogao("gold", "save", looked, "--out", "gold", "--by", "赵").err


def test_disputes_are_listed_with_both_sides(looked, baogao):
    """For people, and as JSON; settled, there is none."""
    told = baogao("gold", "disputes", looked).out
    assert "good: gdp (地区生产总值)" in told
    assert "  李: 8,640,000,000 “初步核算，全年地区生产总值86.4亿元，比上年增长5.8%。”" in told
    assert "  王: not there" in told
    (one,) = json.loads(baogao("gold", "disputes", looked, "--json").out)["disputes"]
    assert (one["key"], [each["who"] for each in one["sayings"]]) == ("gdp", ["李", "王"])
    record = LabelRun(looked).records[0]
    digest = text_digest(kept_text("good", looked / "texts") or "")
    after = record.fields["gdp"].model_dump(mode="json", exclude_none=True)
    settled = Decision(
        who="赵", doc_id="good", text_sha256=digest, key="gdp", act="accept", after=after, settles=True
    )  # fmt: skip
    ReviewsFile(looked).add([settled])
    assert "0 fields of 0 reports in dispute" in baogao("gold", "disputes", looked).out


def test_two_people_of_a_run_are_compared(looked, baogao):
    """On what both looked at, and with a word on independence; two data sets are compared as before."""
    agreed = baogao("gold", "agree", looked, "--between", "李", "王")
    assert "good: gdp: reported 8640000000 | silent" in agreed.out
    assert "1 reports in both: agreement 50.0%" in agreed.out
    assert "independent only if both worked with baogao review RUN --serve --blind" in agreed.out
    for who in "李王":
        baogao("gold", "save", looked, "--out", f"by-{who}", "--by", who)
    same = baogao("gold", "agree", "by-李", "by-王", "--schema", COMMUNIQUE)
    assert "1 reports in both: agreement 50.0%" in same.out
    for wrong in (("gold", "agree", looked), ("gold", "agree", looked, looked, "--between", "李", "王")):
        assert "give two data sets, or one run and --between with two names" in baogao(*wrong).err


def test_to_label_studio_and_back(looked, baogao):
    """Proposals of a run, annotations of gold; what comes back is the gold that went."""
    baogao("gold", "save", looked, "--out", "gold", "--by", "李")
    told = baogao("gold", "export", "gold", "--to", "tasks.json", "--schema", COMMUNIQUE)
    assert told.out == "1 tasks in tasks.json, the labelling configuration in tasks.xml\n"
    assert "地区生产总值 gdp" in Path("tasks.xml").read_text(encoding="utf-8")
    read = baogao("gold", "import", "tasks.json", "--out", "again", "--schema", COMMUNIQUE)
    assert (read.code, "1 reports written to again, 0 tasks without labels" in read.out) == (0, True)
    assert Path("again/good.gold.json").read_bytes() == Path("gold/good.gold.json").read_bytes()
    assert baogao("gold", "export", looked, "--to", "run.json").code == 0
    assert "predictions" in json.loads(Path("run.json").read_text(encoding="utf-8"))[0]
    none = baogao("gold", "import", "run.json", "--out", "none", "--schema", COMMUNIQUE)
    assert (none.code, "good: no labels, it has no annotation" in none.out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("start", "nowhere", "--out", "x"), "nowhere"),
        (("save", "nowhere", "--out", "x"), "nowhere"),
        (("disputes", "nowhere"), "nowhere"),
        (("export", "nowhere", "--to", "x.json"), "there is no folder nowhere"),
        (("export", "nowhere", "--to", "x.csv"), "--to names a .json file, not x.csv"),
        (("import", "nowhere.json", "--out", "x"), "cannot read nowhere.json"),
        (("import", "bad.json", "--out", "x"), "bad.json is not JSON"),
        (("import", "theirs.json", "--out", "x"), "there is no schema named 'evil.py'"),
    ],
)
def test_what_cannot_work_is_said_in_a_line(baogao, arguments, why):
    """No folder, no JSON, a schema that a file names and that would be run: one line, and nothing is written."""
    Path("bad.json").write_text("{", encoding="utf-8")
    Path("theirs.json").write_text('[{"data": {"schema": "evil.py"}}]', encoding="utf-8")
    Path("evil.py").write_text("raise SystemExit(7)", encoding="utf-8")
    outcome = baogao("gold", *arguments)
    assert outcome.code == 2
    assert why in outcome.err
    assert not Path("x").exists()
