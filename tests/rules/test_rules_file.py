"""The rules file as it is written: its pattern language, and the lines that errors name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import RulesError
from baogao.rules.rules_file import AFTER_FACTOR, AlternativeModel, PatternCompiler, line_of, parse_rules

PATH = Path("some.rules.yaml")
SOURCE = """\
words:
  look: 看|{check}
  check: 评查|抽查
fields:
  files:
    units: [卷]
    topic: any
    match: ['{look}~№']
"""


def compiler(source: str = SOURCE) -> PatternCompiler:
    """A compiler with the words of a file."""
    return PatternCompiler(PATH, source, parse_rules(PATH, source).words)


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern of the file is found in a context."""
    return compiler().regex(pattern, ["fields", "files"]).search(text) is not None


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("{look}№", "抽查№", True),
        ("{look}№", "{look}№", False),
        ("{look}卷№", "看№", False),
        ("评查~№", "评查№", True),
        ("评查~№", "评查" + "案" * 16 + "№", True),
        ("评查~№", "评查" + "案" * 17 + "№", False),
        ("评查~20№", "评查" + "案" * 17 + "№", True),
        ("评查~№", "评查，№", False),
        ("评查~№", "评查（№", False),
        ("评查…№", "评查，其中#，另有№", True),
        ("评查…№", "评查；另有№", False),
        ("评查…№", "评查" + "案" * 41 + "№", False),
        ("^评查№$", "评查№", True),
    ],
)
def test_the_four_additions(pattern, text, found):
    """``№`` and ``#`` are characters, ``~`` and ``…`` gaps, ``{name}`` alternatives; the rest is Python's."""
    assert matches(pattern, text) == found


def test_alternatives_of_a_word_list_are_one_group():
    """What stands around ``{name}`` belongs to each of them."""
    assert compiler().regex("再{look}完", ["fields", "files"]).fullmatch("再看完")
    assert not matches("再{look}完", "再看")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("评查(", "the pattern 评查( does not compile: "), ("{glance}", "there is no word list 'glance'")],
)
def test_what_does_not_compile(pattern, said):
    """The message names the file, the line and the field."""
    source = SOURCE.replace("{look}~№", pattern)
    with pytest.raises(RulesError) as error:
        compiler(source).regex(pattern, ["fields", "files"])
    assert str(error.value).startswith("some.rules.yaml, line 8: files: ")
    assert said in str(error.value)


def test_a_pattern_that_may_be_missing():
    """None stays none."""
    assert compiler().optional(None, ["fields", "files"]) is None
    assert compiler().optional("卷", ["fields", "files"])


def test_an_entry_may_be_the_pattern_alone():
    """It is as good as one that says nothing else."""
    assert AlternativeModel.of("评查") == AlternativeModel.of(AlternativeModel(match="评查"))


def test_both_sides():
    """A pattern without a place is two, the one with the figure in front scores less; one with a place is itself."""
    behind, before = AlternativeModel(match="评查|抽查", score=0.8, share=True).both_sides()
    assert (behind.match, before.match) == ("(?:评查|抽查)~№", "№~(?:评查|抽查)")
    assert (behind.score, before.score) == (0.8, pytest.approx(0.8 * AFTER_FACTOR))
    assert behind.share
    assert before.share
    placed = AlternativeModel(match="评查№")
    assert placed.both_sides() == [placed]


@given(st.lists(st.sampled_from(["fields:", "  a:", "    match: x", "  b:", "", "lists:"]), max_size=12))
def test_a_line_is_a_line_of_the_file(lines):
    """Whatever is looked for, and wherever it is not: an error always has a line to name."""
    source = "\n".join(lines)
    at = line_of(source, ["fields", "b", "match"])
    assert 1 <= at <= max(1, len(source.splitlines()))


def test_a_trail_is_walked_downwards():
    """The same key above is not taken for the one below its field; a step that is not there is passed over."""
    source = "a:\n  match: 1\nb:\n  match: 2\n"
    assert line_of(source, ["b", "match"]) == 4
    assert line_of(source, ["b", "no such key"]) == 3
    assert line_of(source, []) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "line 1: not YAML"),
        ("fields: 3", "line 1: fields: Input should be a valid dictionary"),
        ("words:\n  a: [1]\n", "line 2: words.a: Input should be a valid string"),
        ("fields:\n  a:\n    units: [x]\n    topic: any\n    prefer: smallest\n", "line 5: fields.a.prefer: "),
        ("metadata:\n  a: {from: moon}\n", "metadata.a.from: Input should be"),
        ("[]", "line 1: : Input should be"),
    ],
)
def test_shapes_that_are_wrong(text, said):
    """Are named with file, line and key."""
    with pytest.raises(RulesError) as error:
        parse_rules(PATH, text)
    assert str(error.value).startswith("some.rules.yaml, line ")
    assert said in str(error.value)


@pytest.mark.parametrize("score", [-0.1, 1.1])
def test_a_score_is_a_share(score):
    """Between 0 and 1."""
    text = f"fields:\n  a:\n    units: [x]\n    topic: any\n    match: [{{match: x, score: {score}}}]\n"
    with pytest.raises(RulesError, match=r"line 5: fields\.a\.match"):
        parse_rules(PATH, text)
    assert parse_rules(PATH, text.replace(str(score), "1")).fields["a"].match
