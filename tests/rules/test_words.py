"""Choices, dates and quotes by patterns."""

from __future__ import annotations

import shutil

import pytest

from baogao.errors import RulesError
from baogao.reading import provenance, read_record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import load_schema
from short_reports import MUSEUM, read

SCHEMA = load_schema(MUSEUM)


def said(text: str) -> dict[str, tuple[str, str]]:
    """By field, the value and the words that rules read it from."""
    report = read(text, SCHEMA)
    extraction, _ = RulesExtractor(load_rulebook(None, SCHEMA)).link(report)
    record = read_record(report, extraction, SCHEMA, provenance(SCHEMA, "rules"))
    given = {name: record.fields[name] for name in ("name", "free", "opened_on")}
    return {name: (one.value, one.text) for name, one in given.items() if one.status == "reported"}


def test_words_by_patterns():
    """The clause decides a choice, the sign № says where a date stands, a group is the quote."""
    text = "年报\n\n筹建始于2018年3月1日，青溪博物馆于2019年5月6日正式开馆，全年免费向公众开放，不收门票。\n"
    assert said(text) == {
        "name": ("青溪博物馆", "青溪博物馆"),
        "free": ("是", "全年免费向公众开放"),
        "opened_on": ("2019-05-06", "2019年5月6日"),
    }


def test_silence():
    """Where no pattern is found nothing is said."""
    assert said("年报\n\n全年工作平稳。\n") == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    是: ", "    也许: ", "free has no option '也许', only 是, 否"),
        ("  opened_on: ", "  opened: ", "has no such date: opened"),
        ("  name: ", "  visitors: ", "has no such quote: visitors"),
        ("于№~开馆", "于~开馆", "does not say with № where the date is"),
        ("免费~开放", "免费(开放", "does not compile"),
    ],
)
def test_a_wrong_file_is_an_error_with_its_line(tmp_path, old, new, message):
    """File and line are named."""
    shutil.copy(MUSEUM, tmp_path)
    source = MUSEUM.with_name("museum.rules.yaml").read_text(encoding="utf-8")
    assert old in source
    path = tmp_path / "museum.rules.yaml"
    path.write_text(source.replace(old, new), encoding="utf-8")
    with pytest.raises(RulesError) as caught:
        load_rulebook(path, load_schema(tmp_path / "museum.py"))
    assert message in str(caught.value)
    assert f"{path}, line " in str(caught.value)
