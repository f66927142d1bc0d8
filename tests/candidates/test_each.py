"""各N counts for each of the nouns before it."""

from __future__ import annotations

import pytest

from baogao.candidates.each import nouns_sharing
from short_reports import read


@pytest.mark.parametrize(
    ("lead", "nouns"),
    [
        ("森林扑火演练、校园消防演练", 2),
        ("组织开展地震演练和消防演练", 2),
        ("防汛、防火以及防震演练", 3),
        ("一季度、二季度", 2),
        ("3月、6月、9月", 3),
        ("普法培训、执法培训", 2),
        ("去年办结3件，城关镇、东河镇、西山镇", 3),
        ("建议/提案", 2),
        ("参与社区演练", 1),
        ("开展和谐社区演练、普及法律演练", 2),
        ("呼和浩特线路演练", 1),
        ("全县12个镇", 1),
        ("2个镇、3个村", 1),
        ("甲镇、乙镇等", 1),
        ("防汛、防火两项演练", 1),
        ("", 1),
        ("、", 1),
    ],
)
def test_nouns_before_a_shared_number(lead, nouns):
    """The nouns of a list are counted; where they are not all named, the number is read as it is printed."""
    text = f"{lead}各1场。"
    assert nouns_sharing(text, text.rindex("1场")) == nouns
    assert nouns_sharing(text, text.rindex("各")) == nouns
    assert nouns_sharing(f"{lead}1场。", len(lead)) == 1


@pytest.mark.parametrize("verb", ["", "有", "开展", "举办了", "召开", "自", "约"])
def test_words_between_each_and_its_number(verb):
    """A short verb, or a bound, may stand behind 各."""
    report = read(f"森林扑火演练、校园消防演练各{verb}3场。")
    number = next(c for c in report.candidates if c.kind == "number")
    assert (number.value, number.each) == (6, 3)


@pytest.mark.parametrize("text", ["甲镇、乙镇各95%", "甲镇、乙镇各3-5场", "甲镇、乙镇3场", "甲镇、乙镇各镇3场"])
def test_what_does_not_add_up(text):
    """Rates, ranges and numbers without 各 stay what is printed."""
    numbers = [c for c in read(f"{text}。").candidates if c.kind == "number"]
    assert numbers
    assert all(c.each is None for c in numbers)


def test_only_a_shared_number_says_what_it_is_for_each():
    """``each`` stands in the JSON where it differs from the value, and nowhere else."""
    report = read("防汛演练2场，森林扑火演练、校园消防演练各1场。")
    single, shared = (report.of(text).to_json() for text in ("2场", "1场"))
    assert "each" not in single
    assert (shared["value"], shared["each"], shared["text"]) == (2, 1, "1场")
