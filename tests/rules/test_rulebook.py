"""Rules files: what loads, and how what does not load is named."""

from dataclasses import replace

import pytest

from baogao.errors import RulesError
from baogao.rules.rulebook import load_rulebook, rules_path
from baogao.schema.load import load_schema

SCHEMA = load_schema("law_based_government")


def load(tmp_path, text):
    """Load a rules file with this text."""
    path = tmp_path / "some.rules.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rulebook(path, SCHEMA)


FIELD = """\
topics: {files: [案卷]}
fields:
  case_files_reviewed:
    units: [卷]
    topic: files
    match: ["%s"]
"""


def test_the_flagship_has_rules_for_every_figure_list_and_piece_of_metadata():
    """No field of the schema was forgotten."""
    rulebook = load_rulebook(None, SCHEMA)
    assert set(rulebook.fields) == {spec.id for spec in SCHEMA.figures}
    assert set(rulebook.lists) == {spec.id for spec in SCHEMA.lists}
    assert set(rulebook.metadata) == {spec.id for spec in SCHEMA.metadata}


def test_a_schema_without_rules_says_where_they_should_be(tmp_path):
    """The message names the schema and the file that is missing."""
    schema = replace(SCHEMA, path=tmp_path / "other.py")
    assert rules_path(schema) == tmp_path / "other.rules.yaml"
    with pytest.raises(RulesError, match=r"law_based_government has no rules.*other\.rules\.yaml"):
        load_rulebook(None, schema)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fields: [", "line 1: not YAML"),
        ("fields:\n  no_such_field: {units: [件], topic: any}\n", "line 2.*no such field: no_such_field"),
        ("lists:\n  wishes: {heading: 愿望, lead: 愿}\n", "line 2.*no such field: wishes"),
        (FIELD % "评查(№", r"line 6: case_files_reviewed: the pattern 评查\(№ does not compile"),
        (FIELD % "{looked}№", "line 6: case_files_reviewed: there is no word list 'looked'"),
        (
            FIELD.replace("topic: files", "topic: folders") % "№",
            "line 3: case_files_reviewed: there is no topic folders",
        ),
        (
            FIELD.replace("match:", "matsch: []\n    match:") % "№",
            "line 6: fields.case_files_reviewed.matsch: Extra inputs",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, message):
    """YAML, shape, unknown names and patterns: file, line and field."""
    with pytest.raises(RulesError, match=f"some.rules.yaml, {message}"):
        load(tmp_path, text)


def test_a_pattern_without_a_place_is_tried_on_both_sides(tmp_path):
    """``评查`` stands before or after its figure, and before is the better match."""
    patterns = load(tmp_path, FIELD % "评查").fields["case_files_reviewed"].patterns
    assert [bool(pattern.regex.search("评查案卷№")) for pattern in patterns] == [True, False]
    assert [bool(pattern.regex.search("№案卷评查")) for pattern in patterns] == [False, True]
    assert patterns[0].score > patterns[1].score


def test_gaps_stop_at_punctuation_and_figures(tmp_path):
    """``~`` bridges a few words, ``~2`` two characters, and neither a comma nor another figure."""
    rules = load(tmp_path, FIELD % "评查~№").fields["case_files_reviewed"]
    assert rules.patterns[0].regex.search("评查行政处罚案卷№")
    assert not rules.patterns[0].regex.search("评查案卷，№")
    assert not rules.patterns[0].regex.search("评查#，其中№")
    assert not load(tmp_path, FIELD % "评查~2№").fields["case_files_reviewed"].patterns[0].regex.search("评查处罚案卷№")


def test_word_lists_may_hold_word_lists(tmp_path):
    """``{word}`` stands for its alternatives, also inside another list."""
    text = "words: {look: 看|'{check}', check: 评查}\n".replace("'{check}'", "{check}") + FIELD % "{look}№"
    rules = load(tmp_path, text.replace("look: 看|{check}", "look: '看|{check}'"))
    assert rules.fields["case_files_reviewed"].patterns[0].regex.search("评查№")
