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
        (FIELD % "{Looked2}№", "line 6: case_files_reviewed: there is no word list 'Looked2'"),
        ("words: {a: '看|{b}', b: '{a}'}\n" + FIELD % "{a}№", "line 1: the word list a holds itself"),
        (FIELD % "评查~99999999999999№", "line 6: case_files_reviewed: the pattern .* does not compile"),
        (FIELD % "№" + "    allow: [growht]\n", "line 7: case_files_reviewed: there is no cue or common exclude"),
        ("background: [tones]\n" + FIELD % "№", "line 1: there is no topic tones"),
        (
            FIELD.replace('["%s"]', "[{match: 评查№, not_topic: folders}]"),
            "line 3: case_files_reviewed: there is no topic folders",
        ),
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


def test_a_rules_file_in_another_encoding_is_named(tmp_path):
    """It is UTF-8 or an error in words."""
    path = tmp_path / "some.rules.yaml"
    path.write_bytes("topics: {files: [案卷]}".encode("gb18030"))
    with pytest.raises(RulesError, match=r"some\.rules\.yaml cannot be read"):
        load_rulebook(path, SCHEMA)


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


def test_what_applies_to_a_field(tmp_path):
    """Families of measure words, cues and common excludes that are not allowed, and what the schema says of it."""
    field = (FIELD % "评查").replace("[卷]", "[files, 份]\n    allow: [court, growth]\n    prefer: largest")
    common = "units: {files: [卷, 宗]}\ncommon_excludes: {average: {match: 平均}, court: {match: 法院}}\n"
    rules = load(tmp_path, common + field).fields["case_files_reviewed"]
    assert rules.units == {"卷", "宗", "份"}
    assert rules.measures == rules.units | {""}
    assert rules.common == ("average",)
    assert "growth" not in rules.cues
    assert "prior_year" in rules.cues
    assert (rules.prefer, rules.additive) == ("largest", SCHEMA.by_id["case_files_reviewed"].additive)


def test_a_percentage_has_its_sign(tmp_path):
    """A count may stand without its measure word, a rate not."""
    text = (FIELD % "评查").replace("case_files_reviewed", "exam_pass_rate").replace("[卷]", "['%']")
    assert load(tmp_path, text).fields["exam_pass_rate"].measures == {"%"}


def test_patterns_are_found_by_topic_and_measure(tmp_path):
    """Under each of their topics and measures; those for none-phrases under their topics alone."""
    text = FIELD.replace("topic: files", "topic: [files, any]").replace("match:", "none: [评查]\n    match:") % "评查№"
    rulebook = load(tmp_path, text)
    (pattern,) = rulebook.fields["case_files_reviewed"].patterns
    assert set(rulebook.by_topic) == {("files", "卷"), ("files", ""), ("any", "卷"), ("any", "")}
    assert all(found == ((rulebook.fields["case_files_reviewed"], pattern),) for found in rulebook.by_topic.values())
    assert set(rulebook.none_by_topic) == {"files", "any"}
    assert rulebook.measures == {"卷", ""}


def test_topics_are_words_and_patterns(tmp_path):
    """``re:`` begins a pattern; those under ``background`` are no rivals."""
    text = "topics: {files: [案卷, 're:卷[宗册]'], who: [干部]}\nbackground: [who]\n"
    files, who = load(tmp_path, text).topics
    assert (files.name, files.words, files.background) == ("files", ("案卷",), False)
    assert [pattern.pattern for pattern in files.patterns] == ["卷[宗册]"]
    assert who.background


@pytest.mark.parametrize(
    ("text", "own", "passage", "barred"),
    [
        ("法院办结№", (0, 5), "", True),
        ("法院说，办结№", (4, 7), "", False),
        ("办结№", (0, 3), "审判中，", True),
        ("我局办结№", (0, 5), "审判中，", False),
        ("办结№", (0, 3), "", False),
    ],
    ids=["own clause", "another clause", "inherited", "inheritance broken", "nothing"],
)
def test_common_excludes(tmp_path, text, own, passage, barred):
    """They look at the figure's own clause, and, where they are inherited, at what the sentence said before."""
    rules = "common_excludes: {court: {match: 法院, inherited: 审判, unless: 我局}}\n"
    assert load(tmp_path, rules).common_excludes["court"].bars(text, own, passage) == barred


@pytest.mark.parametrize(
    ("role", "text", "passage", "barred"),
    [
        ("", "自查案卷№", "", True),
        ("total", "自查案卷№", "", True),
        ("", "评查案卷№", "处罚中，", True),
        ("total", "评查案卷№", "处罚中，", False),
        ("", "评查案卷№", "", False),
    ],
)
def test_a_fields_excludes(tmp_path, role, text, passage, barred):
    """``exclude`` bars by the own clause, ``exclude_passage`` by what stands before as well, but no total."""
    rules = FIELD.replace('["%s"]', f"[{{match: 案卷№, role: '{role}'}}]\n    exclude: 自查\n    exclude_passage: 处罚")
    field = load(tmp_path, rules).fields["case_files_reviewed"]
    assert field.bars(field.patterns[0], text, (0, len(text)), passage) == barred


def test_metadata_and_lists_are_compiled(tmp_path):
    """With what may be missing missing."""
    text = "lists:\n  problems: {heading: 问题, lead: '不足：'}\nmetadata:\n  title: {from: title, about: 法治}\n"
    rulebook = load(tmp_path, text)
    problems, title = rulebook.lists["problems"], rulebook.metadata["title"]
    assert problems.heading.search("存在的问题")
    assert (problems.not_heading, problems.figures) == (None, True)
    assert title.source == "title"
    assert title.about
    assert title.ends is None
